// Contexts, connections, sessions and caches of one random run, and what must be true of them after
// each command. Who owns a native session is seen from outside: the objects of this world, the
// caches of its contexts, and its connections. libssl's own count of sessions must agree.
//
// Also run under plain Node, for valgrind.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { handshake, SslConnection, SslContext, sessionCounts } from 'libssl-session';

const fixture = (name) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
const certificate = { cert: fixture('tls-cert.pem'), key: fixture('tls-key.pem') };

/** What a listener of a context does with the sessions that it gets. */
export const habits = ['none', 'keep', 'free', 'throw', 'free the context', 'free the connection'];
export const versions = ['TLSv1.2', 'TLSv1.3'];

// What a call may throw; everything else is a fault.
const expected = /^ERR_(LIBSSL|SSL|OSSL)_/;
const deliberate = new Error('deliberate');

export class World {
  contexts = [];
  pairs = [];
  sessions = [];
  /** Sessions that nobody of this world can see are possible from now on. */
  hidden = false;
  /** Objects that were forgotten: the collector's. */
  forgotten = 0;
  #before = sessionCounts().live;

  live() {
    return sessionCounts().live - this.#before;
  }

  newContext({ role, noTicket, maxVersion, habit, store, sessionCacheMode, early }) {
    const context = new SslContext({
      role,
      maxVersion,
      ...(role === 'server'
        ? {
            ...certificate,
            noTicket,
            sessionIdContext: 'model',
            ...(early && { maxEarlyData: 99 }),
          }
        : { rejectUnauthorized: false }),
      ...(sessionCacheMode !== undefined && { sessionCacheMode }),
    });
    if (role === 'server' && store) context.sessionStore = this.#store();
    const receive = (session, connection) => this.#receive(habit, context, session, connection);
    if (habit !== 'none') context.on('newSession', receive).on('removeSession', receive);
    this.contexts.push(context);
  }

  // A store that gives and keeps sessions of this world.
  #store() {
    return {
      get: (id) => this.sessions.find((session) => !session.freed && session.id.equals(id)),
      set: (_id, session) => {
        this.sessions.push(session);
      },
      delete: () => {},
    };
  }

  #receive(habit, context, session, connection) {
    if (habit === 'keep') {
      this.sessions.push(session);
      return;
    }
    session.free();
    if (habit === 'throw') throw deliberate;
    if (habit === 'free the context') this.freeContext(context);
    if (habit === 'free the connection') connection?.free();
  }

  freeContext(context) {
    // Its cache lives on with its connections, out of sight.
    if (this.pairs.some((pair) => pair.some((end) => end.context === context && !end.freed))) {
      this.hidden = true;
    }
    context.free();
  }

  connect(client, server, session) {
    const ends = [];
    try {
      ends.push(new SslConnection(client, { servername: 'a.test', session: session ?? null }));
      ends.push(new SslConnection(server));
      this.pairs.push(ends);
    } catch (error) {
      for (const end of ends) end.free();
      throw error;
    }
  }

  handshake([client, server]) {
    handshake(client, server);
  }

  /** What one side has for the other. */
  carry([client, server], toServer) {
    const [from, to] = toServer ? [client, server] : [server, client];
    if (from.state === 'new') from.handshake();
    to.receive(from.take());
  }

  /** Calls, and lets pass what may be thrown. */
  attempt(call) {
    try {
      call();
    } catch (error) {
      if (error !== deliberate && !expected.test(error?.code)) throw error;
    }
  }

  /** What must be true after every command. */
  check() {
    const open = this.contexts.filter((context) => !context.freed);
    const caches = open.map((context) => context.cachedSessions());
    const ends = this.pairs.flat().filter((end) => !end.freed);
    const held = ends.map((end) => end.session).filter((session) => session !== null);
    const own = this.sessions.filter((session) => !session.freed);
    try {
      caches.forEach((cache, index) => {
        assert.equal(cache.length, open[index].sessionStats.number, 'sessions that a cache counts');
        assert.ok(cache.every((session) => session.id.length > 0));
        for (const other of caches.slice(0, index)) {
          for (const session of other) {
            assert.ok(!cache.some((each) => each.isSameSession(session)), 'in two caches');
          }
        }
      });
      const distinct = [];
      for (const session of [...own, ...held, ...caches.flat()]) {
        if (!distinct.some((each) => each.isSameSession(session))) distinct.push(session);
      }
      const underWay = ends.some(
        (end) => !['new', 'open', 'closing', 'closed'].includes(end.state),
      );
      if (this.hidden || this.forgotten > 0 || underWay) {
        assert.ok(this.live() >= distinct.length, 'a session that somebody owns is gone');
      } else {
        assert.equal(this.live(), distinct.length, 'sessions that libssl counts');
      }
    } finally {
      for (const session of [...held, ...caches.flat()]) session.free();
    }
  }

  /** Frees everything, in an order that `pick` gives, and looks for what is left. */
  end(pick) {
    const all = [...this.contexts, ...this.pairs.flat(), ...this.sessions];
    const kept = this.sessions.length;
    while (all.length > 0) this.attempt(() => all.splice(pick(all.length), 1)[0].free());
    // Those that listeners got in the end.
    for (const session of this.sessions.slice(kept)) session.free();
    if (this.forgotten === 0) assert.equal(this.live(), 0, 'sessions left in the end');
  }
}
