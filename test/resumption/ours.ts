// A situation between two connections of this package, over memory.

import { handshake, type SslConnection, SslSession } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { Stack } from '../support/contexts.js';
import {
  type Judge,
  type Kind,
  type Options,
  type Outcome,
  type Sides,
  type Situation,
  versions,
} from './situations.js';

/** By the connection's option, which looks at the session first, or by C's function. */
export type Offer = 'session' | 'SSL_set_session';

/** The servers of both connections share their ticket keys, or their store. */
function connector(kind: Kind, stack: Stack) {
  const sessions = new Map<string, Buffer>();
  const sessionStore = {
    get: (id: Buffer) => sessions.get(id.toString('hex')) ?? null,
    set: (id: Buffer, session: SslSession) => {
      sessions.set(id.toString('hex'), session.toDer());
      session.free();
    },
    delete: () => {},
  };
  const shared =
    kind === 'TLS 1.2, id'
      ? { noTicket: true, sessionStore }
      : { ticketKeys: [Buffer.alloc(48, 3)] };
  const serverOf = (options: Options) => stack.server({ ...options, ...versions[kind], ...shared });

  return (sides: Sides, session: SslSession | null = null, offer: Offer = 'session') => {
    const { servername, contexts = {} } = sides;
    const client = stack.client({ rejectUnauthorized: true, ...sides.client, ...versions[kind] });
    const server = serverOf(sides.server);
    for (const [name, options] of Object.entries(contexts)) {
      server.addContext(name, serverOf(options));
    }
    const [ours, theirs] = stack.pair(client, server, {
      servername,
      ...(offer === 'session' && { session }),
    });
    if (session !== null && offer !== 'session') C.SSL_set_session(ours.handle, session.handle);
    let code: string | null = null;
    try {
      handshake(ours, theirs);
    } catch (error) {
      ({ code } = error as { code: string });
    }
    const outcome: Outcome = { resumed: C.SSL_session_reused(ours.handle) === 1, code };
    return { client: ours, server: theirs, outcome };
  };
}

/** What it came to, and what whoever judges says of itself. */
function result(ends: Record<Judge, SslConnection> & { outcome: Outcome }, judge: Judge) {
  const { state, authorized } = ends[judge];
  return { ...ends.outcome, state, authorized };
}

export function full({ offered }: Situation, judge: Judge, kind: Kind) {
  using stack = new Stack();
  return result(connector(kind, stack)(offered), judge);
}

export function resumption(situation: Situation, judge: Judge, kind: Kind, offer: Offer) {
  using stack = new Stack();
  const connect = connector(kind, stack);
  const first = connect(situation.made);
  const { session: made } = first.client;
  if (made === null) throw new Error(`no session: ${first.outcome.code}`);
  // As a client does that keeps it for later.
  const session = stack.add(SslSession.fromDer(stack.add(made).toDer()));
  for (const end of [first.client, first.server]) end.shutdown();
  return result(connect(situation.offered, session, offer), judge);
}
