import { LibsslError } from './errors.js';
import { SslSession } from './session.js';

type MaybePromise<T> = T | Promise<T>;

/**
 * A server's sessions outside of libssl, for instance shared between processes. Each function may
 * return a promise. What fails or takes too long costs a full handshake, and is told by the
 * context's event `sessionStoreError`.
 */
export interface SessionStore {
  /** The session of an id, or its DER; null or undefined when there is none. It stays yours. */
  get(id: Buffer): MaybePromise<SslSession | Uint8Array | null | undefined>;
  /** The session is yours. */
  set(id: Buffer, session: SslSession): MaybePromise<unknown>;
  delete(id: Buffer): MaybePromise<unknown>;
}

/** Where a store's failures are told. */
export type StoreErrors = (error: unknown, operation: keyof SessionStore) => void;

/** Calls the store, and tells what it throws or rejects with. */
export function tell(
  errors: StoreErrors,
  operation: 'set' | 'delete',
  call: () => MaybePromise<unknown>,
): void {
  try {
    Promise.resolve(call()).catch((error: unknown) => errors(error, operation));
  } catch (error) {
    errors(error, operation);
  }
}

/**
 * Looks an id up. `found` is called once: at once when the store answers at once, and with null when
 * it has nothing, fails, or is not there after `timeout` milliseconds.
 */
export function lookUp(
  store: SessionStore,
  id: Buffer,
  timeout: number,
  errors: StoreErrors,
  found: (session: SslSession | Uint8Array | null) => void,
): void {
  let answer: ReturnType<SessionStore['get']>;
  try {
    answer = store.get(id);
  } catch (error) {
    errors(error, 'get');
    found(null);
    return;
  }
  if (!isPromise(answer)) {
    found(checked(answer, errors));
    return;
  }
  let open = true;
  const close = (session: SslSession | Uint8Array | null) => {
    if (!open) return;
    open = false;
    clearTimeout(timer);
    found(session);
  };
  const timer = setTimeout(() => {
    const message = `the session store did not answer within ${timeout} ms`;
    errors(new LibsslError('ERR_LIBSSL_STORE_TIMEOUT', message), 'get');
    close(null);
  }, timeout);
  answer.then(
    (session) => close(open ? checked(session, errors) : null),
    (error: unknown) => {
      if (open) errors(error, 'get');
      close(null);
    },
  );
}

function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as Promise<T> | null | undefined)?.then === 'function';
}

function checked(answer: unknown, errors: StoreErrors): SslSession | Uint8Array | null {
  if (answer === null || answer === undefined) return null;
  const fits = answer instanceof Uint8Array || (answer instanceof SslSession && !answer.freed);
  if (fits) return answer;
  errors(new TypeError('the session store gave neither a session nor bytes'), 'get');
  return null;
}
