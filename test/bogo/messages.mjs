// The messages of a connection, in the runner's words.

import { createHash } from 'node:crypto';
import * as C from 'libssl-session/libssl';

const kinds = new Map([
  [0, () => 'v2clienthello'],
  [C.SSL3_RT_CHANGE_CIPHER_SPEC, () => 'ccs'],
  [C.SSL3_RT_ALERT, ([level, description]) => `alert ${level} ${description}`],
  [C.SSL3_RT_HANDSHAKE, ([type]) => `hs ${type}`],
]);

// A HelloRetryRequest is a ServerHello with this random.
const retryRandom = createHash('sha256').update('HelloRetryRequest').digest();

/** Adds to `state` what the connection sends and receives from now on. */
export function recordMessages(ssl, state) {
  C.SSL_set_msg_callback(ssl, (sent, _version, contentType, bytes) => {
    // Headers of records are no messages.
    const textOf = kinds.get(contentType);
    if (textOf === undefined) return;
    state.messages.push(`${sent ? 'write' : 'read'} ${textOf(bytes)}\n`);
    if (bytes.subarray(0, 64).includes(retryRandom)) state.retried = true;
  });
}
