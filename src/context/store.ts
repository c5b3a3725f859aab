import { raise } from '../common/collect.js';
import { LibsslError } from '../common/errors.js';
import type { ProtocolVersion } from '../common/protocol-version.js';
import { invalidType } from '../common/validate.js';
import { on } from '../native/call.js';
import { SslSession } from '../session/session.js';

type MaybePromise<T> = T | Promise<T>;

/** How an id is asked for. */
export interface SessionQuery {
  /** The version that the handshake will have, as the ClientHello says. */
  readonly protocol: ProtocolVersion;
  /**
   * Whether a session must be used once only, because the id is a ticket of TLS 1.3. A store that
   * several servers share should take the session out and return it in one step. Nothing else stops
   * a second server from accepting the same early data.
   */
  readonly singleUse: boolean;
}

/**
 * A server's sessions outside of libssl, for instance shared between processes. Each function may
 * return a promise. If one fails or takes too long, there is a full handshake, and the context
 * emits `sessionStoreError`.
 */
export interface SessionStore {
  /**
   * Whether `get` really returns the session of a `singleUse` id once only, to whichever server asks
   * first. Then libssl's own cache is not used, because it would not know of the others: a
   * `sessionCacheMode` without `SSL_SESS_CACHE_NO_INTERNAL_LOOKUP` throws `ERR_INVALID_ARG_VALUE`,
   * and by default the mode is `SSL_SESS_CACHE_SERVER` + `SSL_SESS_CACHE_NO_INTERNAL`. A context
   * that loses such a store has its earlier mode again, unless `sessionCacheMode` was set since.
   */
  readonly singleUse?: boolean;
  /**
   * Returns the session of an id, its DER, or its buffer of node:tls; null or undefined if there is
   * none. A session that you return stays yours.
   */
  get(id: Buffer, query: SessionQuery): MaybePromise<SslSession | Uint8Array | null | undefined>;
  /** Stores the session, which is yours: free it. */
  set(id: Buffer, session: SslSession): MaybePromise<unknown>;
  /** Removes the session of this id: it must not be resumed any more. */
  delete(id: Buffer): MaybePromise<unknown>;
}

/** Reports a failure of a store. */
export type ReportStoreError = (error: unknown, operation: 'get' | 'set' | 'delete') => void;

/** Sessions that a store of this package has returned for good: whoever gets one frees it. */
export const givenAway = new WeakSet<SslSession>();

/** Calls the store, and reports what it throws or rejects with. */
export function runAndReport(
  report: ReportStoreError,
  operation: 'set' | 'delete',
  call: () => MaybePromise<unknown>,
): void {
  try {
    Promise.resolve(call())
      .catch((error: unknown) => report(error, operation))
      .catch(raise);
  } catch (error) {
    report(error, operation);
  }
}

/**
 * Looks an id up. `found` is called once: at once when the store answers at once, and with null when
 * it has nothing, fails, or is not there after `timeout` milliseconds. The session is the caller's.
 * What is returned ends the search.
 */
export function lookUp(
  store: SessionStore,
  id: Buffer,
  query: SessionQuery,
  timeout: number,
  report: ReportStoreError,
  found: (session: SslSession | null) => void,
): () => void {
  let open = true;
  let timer: NodeJS.Timeout | undefined;
  const end = (session: SslSession | null, ...failures: unknown[]) => {
    open = false;
    clearTimeout(timer);
    try {
      for (const failure of failures) report(failure, 'get');
    } finally {
      // Whatever the listeners do: the handshake waits.
      found(session);
    }
  };
  const judge = (answer: unknown) => {
    if (!open) {
      if (SslSession.is(answer) && givenAway.has(answer)) answer.free();
      return;
    }
    let session: SslSession | null;
    try {
      session = sessionOf(answer, id);
    } catch (error) {
      end(null, error);
      return;
    }
    end(session);
  };
  const fail = (error: unknown) => {
    if (open) end(null, error);
  };

  let answer: unknown;
  let later: boolean;
  try {
    answer = store.get(Buffer.from(id), query);
    later = typeof (answer as PromiseLike<unknown> | null | undefined)?.then === 'function';
  } catch (error) {
    fail(error);
    return () => {};
  }
  if (later) {
    timer = setTimeout(() => {
      const message = `the session store did not answer within ${timeout} ms`;
      fail(new LibsslError('ERR_LIBSSL_STORE_TIMEOUT', message));
    }, timeout);
    Promise.resolve(answer).then(judge, fail).catch(raise);
  } else {
    judge(answer);
  }
  return () => {
    open = false;
    clearTimeout(timer);
  };
}

// A reference of our own to the session that the store answered with. libssl does not check it, so
// this does: it must have the id, and be resumable.
function sessionOf(answer: unknown, id: Buffer): SslSession | null {
  if (answer === null || answer === undefined) return null;
  let session: SslSession;
  if (SslSession.is(answer)) session = givenAway.has(answer) ? answer : answer.upRef();
  else if (answer instanceof Uint8Array) session = SslSession.fromNodeSession(answer);
  else throw invalidType("sessionStore.get()'s answer", 'an SslSession, its DER or null', answer);
  try {
    const refuse = (rule: string) => {
      const message = `the session store answered with a session ${rule}`;
      throw new LibsslError('ERR_LIBSSL_STORE_ANSWER', message);
    };
    if (!session.id.equals(id)) refuse('with another id');
    if (!session.isResumable) refuse('that is marked as not resumable');
    const { nativeHandle } = session;
    on(0, nativeHandle).checkResumable();
    return session;
  } catch (error) {
    session.free();
    throw error;
  }
}
