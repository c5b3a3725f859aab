// The clock of DTLS stands still, unless the runner says that time has passed. libssl asks the system
// for the time: so its timer is set to what was left of it, before each step.

import * as C from 'libssl-session/libssl';

const second = 1_000_000;

export class Timer {
  #ssl;
  #left = null; // microseconds; null while it does not run

  constructor(ssl) {
    this.#ssl = ssl;
  }

  /** After a step. */
  stop() {
    const [seconds, microseconds] = C.DTLSv1_get_timeout(this.#ssl) ?? [null];
    this.#left = seconds === null ? null : seconds * second + microseconds;
  }

  /** Before a step. */
  goOn() {
    if (this.#left === null) return;
    const microseconds = this.#left % second;
    C.DTLSv1_set_timeout(this.#ssl, (this.#left - microseconds) / second, microseconds);
  }

  /** Before libssl handles it that so many microseconds have passed. */
  pass(microseconds) {
    if (this.#left !== null) this.#left = Math.max(0, this.#left - microseconds);
    this.goOn();
  }
}
