// A bound on what a peer can make us keep: bytes that come while its handshake waits for a decision,
// and answers of libssl's (to key updates, for one) that it does not read.

import type { Source } from './source.js';

const most = 262_144;

/** A source that stands still, whoever resumes it, while there is too much of that. */
export class BoundedSource {
  #source: Source | null = null;
  #kept = 0;
  #wanted = true;

  /** What it reads from. Before that it only counts. */
  start(source: Source): void {
    this.#source = source;
    if (this.#kept > most) source.pause();
  }

  pause(): void {
    this.#wanted = false;
    this.#source?.pause();
  }

  resume(): void {
    this.#wanted = true;
    if (this.#kept <= most && this.#source?.paused) this.#source.resume();
  }

  /** So many bytes are kept from now on. */
  keep(bytes: number): void {
    this.#kept += bytes;
    if (this.#kept > most && this.#source?.paused === false) this.#source.pause();
  }

  /** They are not kept any more. */
  drop(bytes: number): void {
    this.#kept -= bytes;
    if (this.#wanted) this.resume();
  }
}
