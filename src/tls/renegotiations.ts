// How many handshakes a client may begin, as node:tls counts them: each costs the server much, and
// the client little.

import { clientHellos } from '../connection/client-hello.js';
import type { SslConnection } from '../connection/connection.js';
import * as errors from './errors.js';

/** tls.CLIENT_RENEG_LIMIT and tls.CLIENT_RENEG_WINDOW. */
const limit = 3;
const windowSeconds = 600;

export class Renegotiations {
  /** A client that begins another handshake is an error. */
  disabled = false;
  // The first handshake counts for none.
  #hellos = 1;
  #last = 0;
  #count = 0;

  /** Why a server ends the connection, if a client has begun another handshake. */
  refusal(connection: SslConnection): Error | null {
    // Several may have begun and ended in one step.
    for (const hellos = clientHellos(connection); this.#hellos < hellos; this.#hellos++) {
      if (this.disabled) return errors.renegotiationDisabled();
      if (this.#isAttack()) return errors.sessionAttack();
    }
    return null;
  }

  #isAttack(): boolean {
    const now = performance.now() / 1000;
    this.#count = this.#last !== 0 && now - this.#last >= windowSeconds ? 1 : this.#count + 1;
    this.#last = now;
    return this.#count > limit;
  }
}
