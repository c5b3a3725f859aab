// Which contexts switch to which others by server name, and which settings of those take effect.

import { invalidValue } from '../common/validate.js';
import { SSL_OP_COOKIE_EXCHANGE } from '../libssl/constants.js';
import { ticketKeysFit } from '../libssl/ticket-keys.js';
import type { Handle } from '../native/types.js';
import type { SessionStore } from './store.js';

/** What of a context counts here. */
interface Context {
  readonly role: 'client' | 'server';
  readonly protocol: 'tls' | 'dtls';
  readonly sessionStore: SessionStore | null;
  readonly sessionCacheMode: number;
  readonly sessionCacheSize: number;
  readonly sessionTimeout: number;
  readonly maxEarlyData: number;
  readonly secureOptions: number;
  readonly nativeHandle: Handle;
  readonly freed: boolean;
}

const asksForCookie = (options: number) => (options & SSL_OP_COOKIE_EXCHANGE) !== 0;

// What connections keep from their first context: whether the other context's value agrees with it.
const fits = {
  ticketKeys: (first: Context, keys: readonly Uint8Array[] | Context) =>
    ticketKeysFit(first.nativeHandle, 'nativeHandle' in keys ? keys.nativeHandle : keys),
  sessionStore: (first: Context, store: SessionStore | null) =>
    store === null || store === first.sessionStore,
  sessionCacheMode: (first: Context, mode: number) => mode === first.sessionCacheMode,
  sessionCacheSize: (first: Context, size: number) => size === first.sessionCacheSize,
  sessionTimeout: (first: Context, seconds: number) => seconds === first.sessionTimeout,
  maxEarlyData: (first: Context, bytes: number) => bytes === 0 || first.maxEarlyData > 0,
  cookieKey: (first: Context, options: number) =>
    !asksForCookie(options) || asksForCookie(first.secureOptions),
};

type Fits = typeof fits;

const namesOf = new WeakMap<Context, Map<string, Context>>();
// Weak, since a context may outlive those that switch to it.
const firstsOf = new WeakMap<Context, Set<WeakRef<Context>>>();

/** Throws where an option of `other` would have no effect once `first` switches to it. */
export function checkFits(first: Context, other: Context): void {
  const fit: Readonly<Record<string, boolean>> = {
    role: first.role === 'server' && other.role === 'server',
    protocol: first.protocol === other.protocol,
    ticketKeys: fits.ticketKeys(first, other),
    sessionStore: fits.sessionStore(first, other.sessionStore),
    sessionCacheMode: fits.sessionCacheMode(first, other.sessionCacheMode),
    sessionCacheSize: fits.sessionCacheSize(first, other.sessionCacheSize),
    sessionTimeout: fits.sessionTimeout(first, other.sessionTimeout),
    maxEarlyData: fits.maxEarlyData(first, other.maxEarlyData),
    cookieKey: fits.cookieKey(first, other.secureOptions),
  };
  for (const [option, its] of Object.entries(fit)) {
    if (its) continue;
    const rule = `has another ${option} than the first context, whose ${option} connections keep`;
    throw invalidValue('context', rule);
  }
}

/** `first` switches to `other` for this name from now on; null: to none any more. */
export function noteName(first: Context, name: string, other: Context | null): void {
  const names = namesOf.get(first) ?? new Map<string, Context>();
  namesOf.set(first, names);
  if (other === null) {
    names.delete(name);
    return;
  }
  names.set(name, other);
  if (other === first) return;
  const firsts = [...(firstsOf.get(other) ?? [])].filter((each) => {
    const context = each.deref();
    return context !== undefined && context !== first;
  });
  firstsOf.set(other, new Set([...firsts, new WeakRef(first)]));
}

/** Throws where a context that others switch to would get a value that has no effect there. */
export function checkStaysFit<Option extends keyof Fits>(
  context: Context,
  option: Option,
  value: Parameters<Fits[Option]>[1],
  name: string = option,
): void {
  context.nativeHandle; // throws where it was freed
  const suits = fits[option] as (first: Context, value: Parameters<Fits[Option]>[1]) => boolean;
  for (const each of firstsOf.get(context) ?? []) {
    const first = each.deref();
    if (first === undefined || first.freed) continue;
    const switches = [...(namesOf.get(first)?.values() ?? [])].includes(context);
    if (!switches || suits(first, value)) continue;
    const rule =
      'must fit that of the first context, which switches to this one (addContext): set it there';
    throw invalidValue(name, rule);
  }
}
