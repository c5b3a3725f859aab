// How many handshakes a client may begin, as node:tls counts them: each costs the server much, and
// the client little.

/** tls.CLIENT_RENEG_LIMIT and tls.CLIENT_RENEG_WINDOW. */
const limit = 3;
const windowSeconds = 600;

export class Renegotiations {
  #last = 0;
  #count = 0;

  /** Counts one more that has begun; whether they are too many. */
  isAttack(): boolean {
    const now = performance.now() / 1000;
    this.#count = this.#last !== 0 && now - this.#last >= windowSeconds ? 1 : this.#count + 1;
    this.#last = now;
    return this.#count > limit;
  }
}
