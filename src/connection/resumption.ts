// Whether a session was resumed, and why not.

import { on, resultAt } from '../native/call.js';
import type { Steps } from './steps.js';

/** What a client offers a session by. */
export type SessionOffer = 'id' | 'ticket' | 'external PSK';

/**
 * Why a session was not resumed. A server knows it, a client sees only the first few:
 *
 * - `not offered`: a client has a session, and does not offer it (`setSession()` says when), or its
 *   ticket is too old;
 * - `version`: the session is one of another version of TLS;
 * - `hash`: the cipher suite that was chosen has another hash (TLS 1.3);
 * - `unknown`: anything else.
 *
 * A server also says:
 *
 * - `unknown id`: neither its cache nor its store has such a session, any more or at all;
 * - `unknown ticket key`: it has not, or no longer, the key that the ticket was made with;
 * - `damaged ticket`: it has a key of this name, but the ticket is not what was made with it;
 * - `expired`: the session's time is over;
 * - `id context`: the session was made for another application, or other rules for certificates;
 * - `server name`: the session was made under another name of `addContext()`;
 * - `key exchange mode`: the client does not offer a key exchange with it (TLS 1.3);
 * - `extended master secret`: the session was made without it, and the client now has it;
 * - `ticket rule`: one of the `ticketRules` says so;
 * - `replay`: it was found, but libssl's protection of early data did not find it in its own cache.
 */
export type NotResumedReason =
  | 'unknown id'
  | 'unknown ticket key'
  | 'damaged ticket'
  | 'expired'
  | 'version'
  | 'id context'
  | 'server name'
  | 'hash'
  | 'key exchange mode'
  | 'extended master secret'
  | 'ticket rule'
  | 'replay'
  | 'not offered'
  | 'unknown';

/** What became of the session that a client offered. */
export interface SslResumption {
  /**
   * By what it was offered; null if none was. Of several the one that was resumed counts, or the
   * first. A server that keeps the sessions of its tickets of TLS 1.3 says `id`. To a server an
   * external PSK that it does not know is a ticket. A server of TLS 1.2 sees an unknown `id` from
   * each client that speaks TLS 1.3, too: such a client always sends one.
   */
  readonly offered: SessionOffer | null;
  /** Whether it was resumed. */
  readonly resumed: boolean;
  /** Why it was not; null if it was, or if there was none. */
  readonly reason: NotResumedReason | null;
}

// As in native/core/resumption.h.
const offers = [null, 'id', 'ticket', 'external PSK'] as const;
const reasons: readonly NotResumedReason[] = [
  'unknown',
  'unknown id',
  'unknown ticket key',
  'damaged ticket',
  'expired',
  'version',
  'id context',
  'server name',
  'hash',
  'key exchange mode',
  'extended master secret',
  'ticket rule',
  'replay',
  'not offered',
];

/** Null before the first handshake is over. */
export function resumptionOf(steps: Steps): SslResumption | null {
  on(steps.handle).resumption();
  if (resultAt(0) === 0) return null;
  const resumed = resultAt(1) === 1;
  const offered = offers[resultAt(2)] ?? null;
  const reason = reasons[resultAt(3)] ?? 'unknown';
  if (resumed) return { offered, resumed, reason: null };
  if (offered !== null) return { offered, resumed, reason };
  const withheld = steps.withholdsSession || reason === 'not offered';
  return { offered, resumed, reason: withheld ? 'not offered' : null };
}
