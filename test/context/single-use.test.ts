// What a session store is told of an id, and what is promised where it gives each session of
// TLS 1.3 once only: then no server accepts early data that another has accepted.

import {
  handshake,
  type SessionQuery,
  type SessionStore,
  type SslContextOptions,
  type SslSession,
} from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import { carry, stackForTests, thrown, wrongValue } from '../support/contexts.js';

const stack = stackForTests();

/** DER by id, taken out where it is for single use; as several servers may share it. */
function sharedStore(singleUse = true) {
  const kept = new Map<string, Buffer>();
  const queries: SessionQuery[] = [];
  const store: SessionStore = {
    singleUse,
    get(id, query) {
      queries.push(query);
      const name = id.toString('hex');
      const der = kept.get(name);
      if (query.singleUse) kept.delete(name);
      return der;
    },
    set(id, session) {
      kept.set(id.toString('hex'), session.toDer());
      session.free();
    },
    delete: (id) => kept.delete(id.toString('hex')),
  };
  return { store, kept, queries };
}

const versions = [
  ['TLSv1.3', { noTicket: true }, true],
  ['TLSv1.3', { maxEarlyData: 1000 }, true],
  ['TLSv1.2', { maxVersion: 'TLSv1.2', noTicket: true }, false],
  ['TLSv1.1', { maxVersion: 'TLSv1.1', noTicket: true, ciphers: 'ALL:@SECLEVEL=0' }, false],
  ['DTLSv1.2', { protocol: 'dtls', noTicket: true }, false],
  ['DTLSv1', { protocol: 'dtls', maxVersion: 'DTLSv1', noTicket: true, securityLevel: 0 }, false],
] as const;

test.each(versions)(
  'a store is told that an id is one of %s, with %o',
  (protocol, options, once) => {
    const { store, queries } = sharedStore();
    const server = stack.server({ ...options, sessionStore: store });
    const { protocol: kind = 'tls', securityLevel } = options as Partial<SslContextOptions>;
    const client = stack.client({
      protocol: kind,
      ...(securityLevel !== undefined && { securityLevel }),
      ...(protocol === 'TLSv1.1' && { minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' }),
    });
    const session = stack.session(client, server);
    const [ours, theirs] = stack.joined(client, server, { session });
    expect(theirs.sessionReused).toBe(true);
    expect(ours.protocol).toBe(protocol);
    expect(queries.at(-1)).toEqual({ protocol, singleUse: once });
  },
);

test('a version that the server has switched off is not the one that a store is told', () => {
  const { store, queries } = sharedStore();
  const old = stack.server({ maxVersion: 'TLSv1.2', noTicket: true, sessionStore: store });
  const client = stack.client();
  const session = stack.session(client, old);
  const server = stack.server({
    noTicket: true,
    sessionStore: store,
    secureOptions: C.SSL_OP_NO_TLSv1_3,
  });
  const [, theirs] = stack.joined(client, server, { session });
  expect(theirs.sessionReused).toBe(true);
  expect(queries.at(-1)).toEqual({ protocol: 'TLSv1.2', singleUse: false });
});

describe('a store that gives a session once', () => {
  const { SSL_SESS_CACHE_NO_INTERNAL, SSL_SESS_CACHE_SERVER } = C;

  test("keeps libssl's own cache out of it", () => {
    const { store } = sharedStore();
    const none = SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL;
    expect(stack.server({ sessionStore: store }).sessionCacheMode).toBe(none);
    const later = stack.server();
    later.sessionStore = store;
    expect(later.sessionCacheMode).toBe(none);
    later.sessionStore = null;
    later.sessionCacheMode = SSL_SESS_CACHE_SERVER;
    expect(stack.server({ sessionStore: sharedStore(false).store }).sessionCacheMode).toBe(
      SSL_SESS_CACHE_SERVER,
    );
  });

  test('gives the context its own cache back when it is taken away', () => {
    const { store } = sharedStore();
    const { SSL_SESS_CACHE_NO_AUTO_CLEAR, SSL_SESS_CACHE_NO_INTERNAL_LOOKUP } = C;
    const mode = SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_AUTO_CLEAR;
    const later = stack.server({ sessionCacheMode: mode });
    for (const next of [store, sharedStore().store]) later.sessionStore = next;
    expect(later.sessionCacheMode).toBe(mode | SSL_SESS_CACHE_NO_INTERNAL);
    later.sessionStore = sharedStore(false).store;
    expect(later.sessionCacheMode).toBe(mode);

    const first = stack.server({ sessionStore: store, maxVersion: 'TLSv1.2', noTicket: true });
    first.sessionStore = null;
    expect(first.sessionCacheMode).toBe(SSL_SESS_CACHE_SERVER);
    const client = stack.client();
    const [, theirs] = stack.joined(client, first, { session: stack.session(client, first) });
    expect(theirs.sessionReused).toBe(true);

    const chosen = SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL_LOOKUP;
    first.sessionStore = store;
    first.sessionCacheMode = chosen;
    first.sessionStore = null;
    expect(first.sessionCacheMode).toBe(chosen);

    first.sessionCacheMode = SSL_SESS_CACHE_SERVER;
    first.sessionStore = store;
    C.SSL_CTX_set_session_cache_mode(first.handle, chosen);
    first.sessionStore = null;
    expect(first.sessionCacheMode).toBe(chosen);
  });

  test('refuses a cache mode in which libssl looks first', () => {
    const { store: sessionStore } = sharedStore();
    const refused = [
      () => stack.server({ sessionStore, sessionCacheMode: SSL_SESS_CACHE_SERVER }),
      () => {
        stack.server({ sessionStore }).sessionCacheMode = SSL_SESS_CACHE_SERVER;
      },
    ];
    for (const call of refused) expect(thrown(call)).toEqual(wrongValue);
  });

  const modes = { 'no cache': undefined, 'a cache that is not looked in': 0x102 };
  test.each(Object.entries(modes))(
    'lets one server of two accept early data that is sent to both, with %s',
    (_, sessionCacheMode) => {
      const { store: sessionStore, kept } = sharedStore();
      const options = {
        maxEarlyData: 1000,
        sessionStore,
        ...(sessionCacheMode !== undefined && { sessionCacheMode }),
      };
      const servers = [stack.server(options), stack.server(options)];
      const client = stack.client();
      const session = stack.session(client, servers[0] as (typeof servers)[0]);
      const ours = stack.connection(client, { session });
      ours.writeEarlyData(Buffer.from('buy'));
      ours.handshake();
      const bytes = ours.take();
      const statuses = servers.map((server) => {
        const theirs = stack.connection(server);
        theirs.receive(bytes);
        return [theirs.earlyDataStatus, theirs.readEarlyData()?.toString() ?? null];
      });
      expect(statuses).toEqual([
        ['accepted', 'buy'],
        ['rejected', null],
      ]);
      // The one that was taken, and what the full handshake and the resumption have added.
      expect(kept.has(session.id.toString('hex'))).toBe(false);
    },
  );

  test('resumes after a HelloRetryRequest, where early data is on as well', () => {
    const { store: sessionStore } = sharedStore();
    const server = stack.server({ maxEarlyData: 1000, ecdhCurve: 'P-384', sessionStore });
    const client = stack.client();
    const session = stack.session(client, server);
    const [ours, theirs] = stack.joined(client, server, { session });
    expect([ours.sessionReused, theirs.sessionReused]).toEqual([true, true]);
    expect(server.cachedSessions()).toEqual([]);
  });

  test('leaves nothing in the cache of a server that resumes again and again', () => {
    const { store: sessionStore, kept } = sharedStore();
    const server = stack.server({ maxEarlyData: 1000, sessionStore });
    const client = stack.client();
    let session = stack.session(client, server);
    for (let i = 0; i < 5; i++) {
      const [ours, theirs] = stack.joined(client, server, { session });
      expect(theirs.sessionReused).toBe(true);
      session = stack.add(ours.session as SslSession);
      ours.shutdown();
      theirs.shutdown();
    }
    expect(server.sessionStats.number).toBe(0);
    // Two of the full handshake, of which one was used, and one of each resumption, used but the
    // last.
    expect(kept.size).toBe(2);
  });

  test('has no say where libssl itself protects from replay, with a store that does not', () => {
    const { store } = sharedStore(false);
    const server = stack.server({
      maxEarlyData: 1000,
      sessionCacheMode: 0x302,
      sessionStore: store,
    });
    const client = stack.client();
    const session = stack.session(client, server);
    const [, theirs] = stack.joined(client, server, { session });
    expect(theirs.sessionReused).toBe(false);
  });
});

test('a store of before, which takes only the id, works as before', async () => {
  const kept = new Map<string, SslSession>();
  const sessionStore = {
    get: async (id: Buffer) => kept.get(id.toString('hex')),
    set: (id: Buffer, session: SslSession) => void kept.set(id.toString('hex'), stack.add(session)),
    delete: () => {},
  };
  for (const options of [{ maxVersion: 'TLSv1.2' } as const, {}]) {
    const server = stack.server({ ...options, noTicket: true, sessionStore });
    const client = stack.client();
    const [a, b] = stack.pair(client, server);
    await handshake(a, b);
    const session = stack.add(a.session as SslSession);
    const [ours, theirs] = stack.pair(client, server, { session });
    await handshake(ours, theirs);
    carry(ours, theirs);
    expect(theirs.sessionReused).toBe(true);
  }
  expect(kept.size).toBeGreaterThan(1);
});
