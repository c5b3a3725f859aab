// test_session_with_only_int_cache, _only_ext_cache, _both_cache: which sessions are where, and how
// often the callbacks are called: by the events and the store of the contexts, and by their C names.

import { type SslContext, type SslSession, sessionCounts, startCounting } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contexts, finish, Keeper, sessionOf, shutdown, versions } from './sslapitest.js';
import type { Pair } from './support.js';

const caches = [
  ['test_session_with_only_int_cache', { internal: true, external: false }],
  ['test_session_with_only_ext_cache', { internal: false, external: true }],
  ['test_session_with_both_cache', { internal: true, external: true }],
] as const;

beforeAll(startCounting);

/** Counts what a context is told of its sessions. */
interface Counts {
  new: number;
  remove: number;
  get: number;
}
interface Style {
  what: string;
  count(context: SslContext, counts: Counts, get?: () => SslSession | null): void;
  /** Takes away what `count` has set. */
  stop(context: SslContext): void;
  handshake(pair: Pair): void;
  /** With both sides' ends, so that the session stays resumable. */
  free(pair: Pair): void;
}

const events: Style = {
  what: 'events',
  count(context, counts, get) {
    context.on('newSession', (session) => {
      counts.new += 1;
      session.free();
    });
    context.on('removeSession', (session) => {
      counts.remove += 1;
      session.free();
    });
    if (get === undefined) return;
    context.sessionStore = {
      get() {
        counts.get += 1;
        return get();
      },
      set: (_id, session) => session.free(),
      delete: () => {},
    };
  },
  stop(context) {
    context.removeAllListeners('newSession');
    context.removeAllListeners('removeSession');
    context.sessionStore = null;
  },
  handshake: (pair) => void pair.handshake(),
  free: (pair) => pair[Symbol.dispose](),
};

const callbacks: Style = {
  what: 'C names',
  count({ handle }, counts, get) {
    C.SSL_CTX_sess_set_new_cb(handle, (_ssl, session) => {
      counts.new += 1;
      C.SSL_SESSION_free(session);
      return 1;
    });
    C.SSL_CTX_sess_set_remove_cb(handle, () => {
      counts.remove += 1;
    });
    if (get === undefined) return;
    C.SSL_CTX_sess_set_get_cb(handle, () => {
      counts.get += 1;
      return get()?.handle ?? 0;
    });
  },
  stop({ handle }) {
    C.SSL_CTX_sess_set_new_cb(handle, null);
    C.SSL_CTX_sess_set_remove_cb(handle, null);
    C.SSL_CTX_sess_set_get_cb(handle, null);
  },
  handshake({ client, server }) {
    if (!finish(client.handle, server.handle)) throw new Error('the handshake failed');
  },
  free({ client, server }) {
    shutdown(client.handle, server.handle);
    client.free();
    server.free();
  },
};

for (const [name, which] of caches) {
  // Where nothing is counted there is one style.
  for (const style of which.external ? [events, callbacks] : [events]) {
    for (const version of versions) {
      describe(`1.1 ${name} ${version}, ${style.what}`, () => steps(name, version, which, style));
    }
  }
}

/** The steps build on one another. */
function steps(
  name: string,
  version: (typeof versions)[number],
  { internal, external }: { internal: boolean; external: boolean },
  style: Style,
): void {
  const step = (number: number, what: string, work: () => void) =>
    test(`1.1 ${name} ${version}, step ${number} (${style.what}): ${what}`, work);
  const tls13 = version === 'TLSv1.3';
  const n = tls13 ? 2 : 1;
  const keeper = new Keeper();
  let contexts: Contexts;
  const counts = { new: 0, remove: 0, get: 0 };
  let answer: SslSession | null = null;
  let sess1: SslSession;
  let sess2: SslSession;
  let open: Pair;

  const reset = () => Object.assign(counts, { new: 0, remove: 0, get: 0 });
  const expectCounts = (expected: { new: number; remove: number; get?: number }) => {
    if (external) expect(counts).toEqual({ get: 0, ...expected });
    reset();
  };
  const expectNothing = () => expectCounts({ new: 0, remove: 0 });
  const connect = (session: SslSession | null = null): Pair => {
    const pair = contexts.pair({ session });
    style.handshake(pair);
    return pair;
  };

  beforeAll(() => {
    contexts = keeper.keep(
      new Contexts({
        client: {
          minVersion: version,
          maxVersion: version,
          sessionCacheMode:
            C.SSL_SESS_CACHE_CLIENT | (internal ? 0 : C.SSL_SESS_CACHE_NO_INTERNAL_STORE),
        },
      }),
    );
    if (external) style.count(contexts.client, counts);
  });
  afterAll(() => {
    style.stop(contexts.server);
    keeper[Symbol.dispose]();
    expect(sessionCounts().live).toBe(0);
  });

  step(1, `a full handshake: ${n} new, none removed; it is in the internal cache already`, () => {
    const first = connect();
    sess1 = keeper.keep(sessionOf(first.client));
    if (internal) expect(contexts.client.addSession(sess1)).toBe(false);
    expectCounts({ new: n, remove: 0 });
    style.free(first);
    expectNothing();
  });

  step(2, `it is reused: ${tls13 ? '1 new, 1 removed' : 'none new, none removed'}`, () => {
    const second = connect(sess1);
    expect(second.reused).toBe(true);
    expectCounts(tls13 ? { new: 1, remove: 1 } : { new: 0, remove: 0 });
    sess1 = keeper.keep(sessionOf(second.client));
    style.free(second);
    expectNothing();
  });

  step(3, `another full handshake: ${n} new, none removed`, () => {
    open = connect();
    keeper.keep(open.client);
    keeper.keep(open.server);
    expect(open.reused).toBe(false);
    sess2 = keeper.keep(sessionOf(open.client));
    expectCounts({ new: n, remove: 0 });
  });

  step(4, 'another session set on the open connection: its own one is thrown out', () => {
    expect(C.SSL_set_session(open.client.handle, sess1.handle)).toBe(1);
    expectCounts({ new: 0, remove: 1 });
    using now = sessionOf(open.client);
    expect(now.isSameSession(sess1)).toBe(true);
    expect(sess2.isResumable).toBe(false);
  });

  if (internal) {
    step(5, 'it can be added, and removed', () => {
      expect(contexts.client.addSession(sess2)).toBe(true);
      expect(contexts.client.removeSession(sess2)).toBe(true);
      reset();
    });
  }

  step(6, 'removed again it is not found, and yet the callback called', () => {
    expect(contexts.client.removeSession(sess2)).toBe(false);
    expectCounts({ new: 0, remove: 1 });
  });

  step(
    7,
    'a server of TLS 1.1 at most: the handshake fails, the offered session is removed',
    () => {
      contexts.server.maxVersion = 'TLSv1.1';
      using fourth = contexts.pair({ session: sess1 });
      expect(() => style.handshake(fourth)).toThrow();
      expectCounts({ new: 0, remove: 1 });
      if (internal) expect(contexts.client.addSession(sess2)).toBe(true);
    },
  );

  const cached = internal && (external || !tls13);
  const where = `its session is in ${cached ? 'the' : 'no'} internal cache`;
  step(8, `at the server: ${n} new, none removed, none asked for; ${where}`, () => {
    open.client.free();
    open.server.free();
    style.stop(contexts.client);
    reset();
    const { client, server } = contexts;
    server.maxVersion = null;
    client.sessionCacheMode = C.SSL_SESS_CACHE_OFF;
    server.sessionCacheMode =
      C.SSL_SESS_CACHE_SERVER | (internal ? 0 : C.SSL_SESS_CACHE_NO_INTERNAL_STORE);
    if (!tls13) server.secureOptions |= C.SSL_OP_NO_TICKET;
    if (external) style.count(server, counts, () => answer);
    const first = connect();
    expect(first.reused).toBe(false);
    sess1 = keeper.keep(sessionOf(first.client));
    sess2 = keeper.keep(sessionOf(first.server));
    if (cached) expect(server.addSession(sess2)).toBe(false);
    else if (internal) expect(server.removeSession(sess2)).toBe(false);
    expectCounts({ new: n, remove: 0, get: 0 });
    style.free(first);
    expectNothing();
    if (internal && external && !tls13) {
      const copy = keeper.keep(sess2.dup());
      expect(server.removeSession(sess2)).toBe(true);
      sess2 = copy;
      reset();
    }
  });

  step(9, `reused; ${tls13 ? '1 new, none asked for' : 'none new, 1 asked for'}`, () => {
    answer = sess2;
    const second = connect(sess1);
    expect(second.reused).toBe(true);
    if (tls13) expectCounts({ new: 1, remove: 0, get: 0 });
    else expectCounts({ new: 0, remove: 0, get: 1 });
    style.free(second);
  });
}
