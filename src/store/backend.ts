// What keeps the records of a session store: bytes by name, for a time.

import { LibsslError } from '../common/errors.js';
import { invalidType } from '../common/validate.js';

export type MaybePromise<T> = T | Promise<T>;

/**
 * Where a store keeps its records. Each function may return a promise, and rejects or throws if it
 * fails. The values that it gets are encrypted, and the keys say nothing.
 */
export interface StoreBackend {
  /** Returns the bytes of a key; null or undefined if there are none. */
  get(key: string): MaybePromise<Uint8Array | null | undefined>;
  /** Stores bytes for this many milliseconds, in place of what was there. */
  set(key: string, bytes: Uint8Array, ttl: number): MaybePromise<unknown>;
  /** Removes the key. */
  delete(key: string): MaybePromise<unknown>;
  /**
   * Returns the bytes of a key and removes it, in one step: of several callers at once only one gets
   * them. A backend that cannot do this has no such function, and a store over it resumes no
   * session that is for single use.
   */
  take?(key: string): MaybePromise<Uint8Array | null | undefined>;
  /**
   * Stores bytes only if the key has none, in one step, and returns whether it did. Only a
   * `TicketKeyRing` needs it.
   */
  add?(key: string, bytes: Uint8Array, ttl: number): MaybePromise<boolean>;
}

/** What of a backend failed. */
export type StoreOperation = 'get' | 'set' | 'delete' | 'take' | 'add';

export function checkBackend(name: string, value: unknown): StoreBackend {
  if (typeof value !== 'object' || value === null) throw invalidType(name, 'a backend', value);
  const backend = value as Readonly<Record<string, unknown>>;
  for (const method of ['get', 'set', 'delete', 'take', 'add']) {
    const optional = method === 'take' || method === 'add';
    if (optional && backend[method] === undefined) continue;
    if (typeof backend[method] !== 'function') {
      throw invalidType(`${name}.${method}`, 'of type function', backend[method]);
    }
  }
  return value as StoreBackend;
}

/** The bytes that a backend answered with; null for none. */
export function bytesOfAnswer(answer: unknown): Uint8Array | null {
  if (answer === null || answer === undefined) return null;
  if (answer instanceof Uint8Array) return answer;
  const message = `the backend of the store answered with a ${typeof answer}, and not with bytes`;
  throw new LibsslError('ERR_LIBSSL_STORE_ANSWER', message);
}

export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as PromiseLike<T> | null | undefined)?.then === 'function';
}

/** Rejects if the promise takes more than `timeout` milliseconds. */
export function within<T>(timeout: number, what: string, promise: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      const message = `${what} did not answer within ${timeout} ms`;
      reject(new LibsslError('ERR_LIBSSL_STORE_TIMEOUT', message));
    }, timeout);
    // Some promises of libraries have no more than then().
    Promise.resolve(promise)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
