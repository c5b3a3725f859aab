// Whether libssl's own cache takes part, which depends on the store of a server.

import { invalidValue } from '../common/validate.js';
import {
  SSL_SESS_CACHE_CLIENT,
  SSL_SESS_CACHE_NO_INTERNAL,
  SSL_SESS_CACHE_NO_INTERNAL_LOOKUP,
  SSL_SESS_CACHE_NO_INTERNAL_STORE,
} from '../libssl/constants.js';
import type { SessionStore } from './store.js';

type Store = SessionStore | null | undefined;

const looksIn = (mode: number) => (mode & SSL_SESS_CACHE_NO_INTERNAL_LOOKUP) === 0;

/** Throws for a mode in which libssl would resume what the store has given to another server. */
export function checkCacheMode(name: string, mode: number, store: Store): void {
  if (store?.singleUse !== true || !looksIn(mode)) return;
  const rule = 'must have SSL_SESS_CACHE_NO_INTERNAL_LOOKUP: the sessionStore is for single use';
  throw invalidValue(name, rule);
}

/** The mode of a context that was given none; undefined: libssl's own. */
export function defaultCacheMode(role: 'client' | 'server'): number | undefined {
  // As node:tls's: the sessions of a client go to its listeners, and into no cache.
  return role === 'client' ? SSL_SESS_CACHE_CLIENT + SSL_SESS_CACHE_NO_INTERNAL_STORE : undefined;
}

// The modes that contexts had before a store for single use replaced them.
const replaced = new WeakMap<object, number>();

/** The mode of a context that gets this store: its own again, if only another store changed it. */
export function cacheModeWith(
  store: Store,
  context: { readonly sessionCacheMode: number },
): number {
  const { sessionCacheMode: current } = context;
  const before = replaced.get(context);
  // Unless SSL_CTX_set_session_cache_mode has changed it since.
  const ours = before !== undefined && current === (before | SSL_SESS_CACHE_NO_INTERNAL);
  const mode = ours ? before : current;
  replaced.delete(context);
  if (store?.singleUse !== true || !looksIn(mode)) return mode;
  replaced.set(context, mode);
  return mode | SSL_SESS_CACHE_NO_INTERNAL;
}

/** A mode that the context's user chose: no store puts back an earlier one. */
export function chosenCacheMode(context: object, mode: number): number {
  replaced.delete(context);
  return mode;
}
