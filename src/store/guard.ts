// The calls of a backend, with limits: how long one may take, and a breaker.

import { callListeners } from '../common/collect.js';
import { LibsslError, withOwn } from '../common/errors.js';
import { isPromise, type MaybePromise, type StoreOperation, within } from './backend.js';
import { Breaker, type BreakerOptions, type StoreState } from './breaker.js';

/** The events of what works with a backend. */
export interface StoreEvents {
  /** Whether the backend is used, left alone, or tried; `cause` is the failure that opened it. */
  storeState: [state: StoreState, cause: unknown];
  /**
   * The backend failed or was too late, or a record in it does not decrypt
   * (`ERR_LIBSSL_STORE_RECORD`).
   */
  storeError: [error: unknown, operation: StoreOperation];
}

/** Emits them. */
export interface StoreEmitter {
  emit<Name extends keyof StoreEvents>(name: Name, ...event: StoreEvents[Name]): boolean;
}

/** Emits one; a listener that throws does not change what the store does. */
export function tell<Name extends keyof StoreEvents>(
  emitter: StoreEmitter,
  name: Name,
  ...event: StoreEvents[Name]
): void {
  callListeners(() => emitter.emit(name, ...event));
}

/** A record that is not what was stored under its name. */
export function recordError(what: string, cause?: unknown): LibsslError {
  const error = new LibsslError('ERR_LIBSSL_STORE_RECORD', `a record of the store ${what}`);
  return cause === undefined ? error : withOwn(error, { cause });
}

export class Guard {
  readonly #timeout: number;
  readonly #breaker: Breaker;
  readonly #emitter: StoreEmitter;
  readonly #works: () => void;

  /** `works` is called when an operation has succeeded. */
  constructor(
    emitter: StoreEmitter,
    timeout: number,
    breaker: Required<BreakerOptions>,
    works: () => void = () => {},
  ) {
    this.#emitter = emitter;
    this.#works = works;
    this.#timeout = timeout;
    this.#breaker = new Breaker(breaker, (state, cause) =>
      tell(emitter, 'storeState', state, cause),
    );
  }

  get state(): StoreState {
    return this.#breaker.state;
  }

  /**
   * Calls the backend; null without a call while it is left alone. Throws or rejects with what the
   * backend failed of, which was emitted then.
   */
  run<T>(operation: StoreOperation, call: () => MaybePromise<T>): MaybePromise<T | null> {
    if (!this.#breaker.admits()) return null;
    const fail = (error: unknown): never => {
      this.#breaker.failed(error);
      tell(this.#emitter, 'storeError', error, operation);
      throw error;
    };
    const succeed = (answer: T): T => {
      this.#breaker.succeeded();
      this.#works();
      return answer;
    };
    let answer: MaybePromise<T>;
    try {
      answer = call();
    } catch (error) {
      return fail(error);
    }
    if (!isPromise(answer)) return succeed(answer);
    return within(this.#timeout, "the store's backend", answer).then(succeed, fail);
  }
}

/** The answers of several calls: at once if none of them is a promise. */
export function all<T, R>(
  calls: readonly (() => MaybePromise<T>)[],
  read: (answer: T) => R,
): MaybePromise<R[]> {
  const answers: MaybePromise<T>[] = [];
  try {
    for (const call of calls) answers.push(call());
  } catch (error) {
    // One failure is told; nobody waits for the others any more.
    Promise.all(answers).catch(() => {});
    throw error;
  }
  const isAtOnce = (list: readonly MaybePromise<T>[]): list is readonly T[] =>
    !list.some((each) => isPromise(each));
  if (isAtOnce(answers)) return answers.map(read);
  return Promise.all(answers).then((list) => list.map(read));
}
