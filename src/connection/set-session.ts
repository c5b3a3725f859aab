// Sets the session that a client offers.

import { deliver } from '../common/events.js';
import { invalidType, invalidValue } from '../common/validate.js';
import { ensure } from '../context/options.js';
import { on, result } from '../native/call.js';
import { SslSession } from '../session/session.js';
import type { Steps } from './steps.js';

export function offerSession(steps: Steps, session: SslSession | null): void {
  if (session !== null && !SslSession.is(session)) {
    throw invalidType('session', 'an SslSession or null', session);
  }
  if (steps.server) throw invalidValue('session', 'is only for a client');
  const handle = steps.usable('set a session');
  if (steps.began) throw steps.wrongState('set a session');
  const { name, reusesSession } = steps;
  const given = session === null || isBoundElsewhere(session, name) ? null : session;
  const copy = reusesSession && given !== null ? given.dup() : null;
  try {
    const offered = (copy ?? given)?.nativeHandle ?? 0;
    const outcome = on(handle, offered).offerSession();
    const set = result();
    ensure(set, 'SSL_set_session');
    const notOffered = 2;
    steps.withholdsSession = session !== null && (given === null || set === notOffered);
    if (outcome !== undefined) deliver(outcome[2]);
  } finally {
    copy?.free();
  }
}

// As in node:tls, a session is only for the name that it was made for.
function isBoundElsewhere({ boundTo }: SslSession, name: string | null): boolean {
  if (boundTo === null || name === null) return false;
  return boundTo.toLowerCase() !== name.toLowerCase();
}
