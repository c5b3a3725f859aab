// The session that a client offers.

import { deliver } from '../common/events.js';
import { ensure } from '../context/options.js';
import { on, result } from '../native/call.js';
import type { Handle } from '../native/types.js';
import type { SslSession } from '../session/session.js';

/** `name`: whom the client asks for. `reuses`: offers a copy, so that yours can be offered again. */
export function offerSession(
  connection: Handle,
  session: SslSession | null,
  name: string | null,
  reuses: boolean,
): void {
  const given = session === null || isBoundElsewhere(session, name) ? null : session;
  const copy = reuses && given !== null ? given.dup() : null;
  try {
    const offered = (copy ?? given)?.handle ?? 0;
    const outcome = on(connection, offered).offerSession();
    ensure(result(), 'SSL_set_session');
    if (outcome !== undefined) deliver(outcome[2]);
  } finally {
    copy?.free();
  }
}

// As node:tls, which keeps a session for the name that it was made for.
function isBoundElsewhere({ boundTo }: SslSession, name: string | null): boolean {
  if (boundTo === null || name === null) return false;
  return boundTo.toLowerCase() !== name.toLowerCase();
}
