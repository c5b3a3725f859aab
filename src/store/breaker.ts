// Leaves a backend that fails alone for a while: no handshake waits for it then.

/**
 * `closed`: the backend is used. `open`: it is left alone. `halfOpen`: one operation tries whether
 * it works again.
 */
export type StoreState = 'closed' | 'open' | 'halfOpen';

/** When a backend is left alone, and for how long. */
export interface BreakerOptions {
  /** After how many failures in a row. By default 5. */
  failures?: number;
  /** For how many milliseconds. By default 2000. */
  pause?: number;
}

export class Breaker {
  readonly #limit: number;
  readonly #pause: number;
  readonly #changed: (state: StoreState, cause: unknown) => void;
  #state: StoreState = 'closed';
  #failures = 0;
  // When it may be tried again, as performance.now() counts.
  #until = 0;

  constructor(
    options: Required<BreakerOptions>,
    changed: (state: StoreState, cause: unknown) => void,
  ) {
    this.#limit = options.failures;
    this.#pause = options.pause;
    this.#changed = changed;
  }

  get state(): StoreState {
    return this.#state;
  }

  /** Whether an operation may begin. Its end has to be told. */
  admits(): boolean {
    if (this.#state === 'closed') return true;
    if (this.#state === 'halfOpen' || performance.now() < this.#until) return false;
    this.#change('halfOpen', undefined);
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
    if (this.#state !== 'closed') this.#change('closed', undefined);
  }

  failed(cause: unknown): void {
    this.#failures += 1;
    if (this.#state !== 'halfOpen' && this.#failures < this.#limit) return;
    this.#until = performance.now() + this.#pause;
    if (this.#state !== 'open') this.#change('open', cause);
  }

  #change(state: StoreState, cause: unknown): void {
    this.#state = state;
    this.#changed(state, cause);
  }
}
