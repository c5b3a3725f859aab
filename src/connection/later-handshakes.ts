// The requests that are possible once the first handshake is over.

import { requestMode } from '../context/options.js';
import { on, result } from '../native/call.js';
import type { Steps } from './steps.js';

export function updateKeys(steps: Steps, requestPeer: boolean): void {
  const handle = steps.idle('update keys');
  const outcome = steps.begin(handle).SSL_key_update(requestPeer ? 1 : 0);
  steps.send(handle, 'SSL_key_update', outcome);
}

export function renegotiate(steps: Steps): void {
  const handle = steps.idle('renegotiate');
  steps.finish('SSL_renegotiate', steps.begin(handle).SSL_renegotiate(), true);
  steps.goOn();
}

export function requestCertificate(steps: Steps): void {
  const handle = steps.idle('request a certificate');
  // The server name may have switched to another context, whose mode counts.
  on(handle).acceptsAny();
  const mode = requestMode(result() !== 1);
  on(handle).setVerify(mode, null);
  const outcome = steps.begin(handle).SSL_verify_client_post_handshake();
  steps.send(handle, 'SSL_verify_client_post_handshake', outcome);
}
