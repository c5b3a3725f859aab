// Whether libssl's own cache takes part, which depends on the store of a server.

import { invalidValue } from '../common/validate.js';
import {
  SSL_SESS_CACHE_CLIENT,
  SSL_SESS_CACHE_NO_INTERNAL,
  SSL_SESS_CACHE_NO_INTERNAL_LOOKUP,
  SSL_SESS_CACHE_NO_INTERNAL_STORE,
  SSL_SESS_CACHE_SERVER,
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
export function defaultCacheMode(role: 'client' | 'server', store: Store): number | undefined {
  // As node:tls's: the sessions of a client go to its listeners, and into no cache.
  if (role === 'client') return SSL_SESS_CACHE_CLIENT + SSL_SESS_CACHE_NO_INTERNAL_STORE;
  if (store?.singleUse !== true) return undefined;
  return SSL_SESS_CACHE_SERVER + SSL_SESS_CACHE_NO_INTERNAL;
}

/** The mode of a context that gets a store later. */
export function cacheModeWith(store: Store, mode: number): number {
  return store?.singleUse === true && looksIn(mode) ? mode | SSL_SESS_CACHE_NO_INTERNAL : mode;
}
