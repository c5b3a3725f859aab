import { SSL_SESSION_get_master_key } from '../libssl/functions.js';
import type { Handle } from '../native/types.js';
import { readSessionInfo, type SslSessionInfo } from './info.js';

/** What a client of libssl 1.1.1 does with a session. */
export interface Offer {
  /** Whether it would offer it now, to a server that then decides. */
  offered: boolean;
  /** How the server recognises the session; or why the client does not offer it. */
  reason: string;
}

const tls13 = 0x0304;

/**
 * Decides as libssl 1.1.1 does (ssl_sess.c, and tls_construct_ctos_psk() in extensions_clnt.c). The
 * timeout does not count. `age` is in seconds, null if a number cannot hold it. `say` puts seconds
 * into words.
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
    // libssl allows one second more, because its times are rounded.
    if (age - 1 > hint) return no(`its ticket was good for ${say(hint)} only`);
  }
  return yes;
}

/** Whether a client offers it now, and its time is good enough for a server. */
export function isOfferable(session: Handle): boolean {
  const info = readSessionInfo(session);
  const { time, timeout, cipher } = info;
  if (typeof time !== 'number' || typeof timeout !== 'number' || cipher === null) return false;
  const age = Math.floor(Date.now() / 1000) - time;
  const key = SSL_SESSION_get_master_key(session);
  key.fill(0);
  return offer(info, age, key.length).offered && age <= timeout;
}
