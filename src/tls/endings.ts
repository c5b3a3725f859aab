// What is the same for every end.

import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { collect, raise } from '../common/collect.js';
import { LibsslError } from '../common/errors.js';
import { type SslConnection, stepsOf } from '../connection/connection.js';
import * as C from '../libssl.js';

/** Whether no handshake is under way. */
export function isOver({ state }: SslConnection): boolean {
  return state === 'open' || state === 'closing' || state === 'closed';
}

/**
 * A socket that is destroyed keeps its session resumable: it says that all has ended. Frees the
 * context, too, where that is the socket's own.
 */
export function freeQuietly(connection: SslConnection, secure: boolean, ownContext: boolean): void {
  const errors: unknown[] = []; // of listeners
  if (secure && isOver(connection)) {
    C.SSL_set_quiet_shutdown(stepsOf(connection).handle, 1);
    collect(errors, () => connection.shutdown());
  }
  collect(errors, () => connection.free());
  if (ownContext) collect(errors, () => connection.context.free());
  errors.forEach(raise);
}

/** Why the peer's certificate was refused in the handshake, as node:tls's code; null for other errors. */
export function verdictOf(error: unknown): string | null {
  return error instanceof LibsslError && error.verifyError !== undefined ? error.code : null;
}

/**
 * A stream that is no socket is not destroyed where both sides have ended: what the peer has written
 * last would never be done for him. It is read to its end, which it closes itself after.
 */
export function closeTransport(transport: Duplex, ended: boolean): void {
  if (ended && !(transport instanceof Socket) && !transport.readableEnded) transport.resume();
  else transport.destroy();
}
