import { SSL_SESSION_get_master_key } from '../libssl/functions.js';
import type { Handle } from '../native/types.js';
import { readSessionInfo, type SslSessionInfo } from './info.js';

/** What a client of libssl 1.1.1 does with a session. */
export interface Offer {
  /** Whether it would offer it now, to a server that then decides. */
  offered: boolean;
  /** By what the server knows it; or why not. */
  reason: string;
}

const tls13 = 0x0304;

/**
 * As libssl 1.1.1 decides (ssl_sess.c, and tls_construct_ctos_psk() of extensions_clnt.c), which
 * does not look at the timeout. `age`: seconds, null for what a number cannot hold. `say` makes words
 * of seconds.
 */
export function offer(
  info: SslSessionInfo,
  age: number | null,
  masterKeyLength: number,
  say: (seconds: number) => string = String,
): Offer {
  const no = (reason: string) => ({ offered: false, reason });
  const yes = { offered: true, reason: info.hasTicket ? 'by its ticket' : 'by its id' };
  if (!info.isResumable) {
    return no(
      info.id === '' && !info.hasTicket
        ? 'it has neither an id nor a ticket'
        : 'libssl has marked it not resumable',
    );
  }
  if (masterKeyLength === 0) return no('it has no master key');
  if (info.protocolVersionNumber === tls13) {
    if (!info.hasTicket) return no('it has no ticket');
    if (age === null) return yes;
    const hint = Number(info.ticketLifetimeHint);
    if (age < 0) return no(`it was made ${say(age)} in the future`);
    // libssl takes a second off, since it rounds.
    if (age - 1 > hint) return no(`its ticket was good for ${say(hint)} only`);
  }
  return yes;
}

/** Whether a client offers it now, and a server takes it by its time. */
export function isOfferable(session: Handle): boolean {
  const info = readSessionInfo(session);
  const { time, timeout, cipher } = info;
  if (typeof time !== 'number' || typeof timeout !== 'number' || cipher === null) return false;
  const age = Math.floor(Date.now() / 1000) - time;
  const key = SSL_SESSION_get_master_key(session);
  key.fill(0);
  return offer(info, age, key.length).offered && age <= timeout;
}
