// A server's handshake that waits for sessions of elsewhere: whatever the store does, the handshake
// comes to its end.

import { setTimeout as sleep } from 'node:timers/promises';
import {
  handshake,
  type SessionStore,
  type SslConnection,
  type SslContext,
  type SslContextOptions,
  SslSession,
} from 'libssl-session';
import { describe, expect, test } from 'vitest';
import {
  carry,
  failure,
  freed,
  stackForTests,
  thrown,
  uncaught,
  wrongState,
  wrongValue,
} from '../support/contexts.js';

const stack = stackForTests();

const noInternalCache = 0x302;
const noInternalLookup = 0x102;

/** How a client names a session that the server keeps. */
const kinds: Record<string, Partial<SslContextOptions>> = {
  'TLS 1.2, session id': { maxVersion: 'TLSv1.2', noTicket: true },
  'TLS 1.3, stateful ticket': { noTicket: true },
  'TLS 1.3, stateful ticket after a HelloRetryRequest': { noTicket: true, ecdhCurve: 'P-384' },
  // Against replay libssl takes the session out of its own cache: it must come to be in it.
  'TLS 1.3, ticket that allows early data': {
    maxEarlyData: 1000,
    sessionCacheMode: noInternalLookup,
  },
};

interface Setup {
  client: SslContext;
  server: SslContext;
  /** Of the client, from the server. */
  session: SslSession;
  /** What the store has got, by id. */
  kept: Map<string, SslSession>;
  errors: [error: unknown, operation: string][];
  /** From now on the store answers so. */
  answer(get: SessionStore['get']): void;
}

function setup(options: Partial<SslContextOptions>): Setup {
  const kept = new Map<string, SslSession>();
  let get: SessionStore['get'] = () => null;
  const sessionStore: SessionStore = {
    get: (id, query) => get(id, query),
    set: (id, session) => {
      kept.set(id.toString('hex'), stack.add(session));
    },
    delete: () => {},
  };
  const server = stack.server({ sessionCacheMode: noInternalCache, ...options, sessionStore });
  const client = stack.client();
  const errors: Setup['errors'] = [];
  server.on('sessionStoreError', (error, operation) => errors.push([error, operation]));
  const session = stack.session(client, server);
  return {
    ...{ client, server, session, kept, errors },
    answer: (next) => {
      get = next;
    },
  };
}

async function resume({ client, server, session }: Setup): Promise<SslConnection> {
  const [ours, theirs] = stack.pair(client, server, { session });
  await handshake(ours, theirs);
  expect([ours.state, theirs.state]).toEqual(['open', 'open']);
  expect(theirs.sessionReused).toBe(ours.sessionReused);
  ours.write(Buffer.from('over'));
  carry(ours, theirs);
  expect(theirs.read()?.toString()).toBe('over');
  return ours;
}

/** The session with its key exchange group at its end, as OpenSSL 3 writes it. */
function withFieldOfOpenssl3(der: Buffer): Buffer {
  const group = Buffer.from('b30302011d', 'hex');
  const short = (der[1] ?? 0) < 0x80;
  const old = der.subarray(short ? 2 : 2 + ((der[1] ?? 0) & 0x7f));
  const content = Buffer.concat([old, group]);
  const header =
    content.length < 0x80
      ? Buffer.from([0x30, content.length])
      : Buffer.from([0x30, 0x81, content.length]);
  expect(content.length).toBeLessThan(0x100);
  return Buffer.concat([header, content]);
}

for (const [kind, options] of Object.entries(kinds)) {
  describe(kind, () => {
    const find = ({ kept }: Setup, id: Buffer) => {
      const found = kept.get(id.toString('hex'));
      if (found === undefined) throw new Error('asked for a session that there is not');
      return found;
    };
    const answers: Record<string, (setup: Setup, id: Buffer) => ReturnType<SessionStore['get']>> = {
      'a session': find,
      'a session, later': async (all, id) => find(all, id),
      'a session, much later': async (all, id) => {
        await sleep(20);
        return find(all, id);
      },
      DER: (all, id) => find(all, id).toDer(),
      'DER, later': async (all, id) => find(all, id).toDer(),
      "node:tls's bytes, bound to a name": (all, id) =>
        Buffer.concat([
          Buffer.from('\0nodejs:tls:session:1\0\0\x09localhost', 'latin1'),
          withFieldOfOpenssl3(find(all, id).toDer()),
        ]),
      "node:tls's bytes, later": async (all, id) => withFieldOfOpenssl3(find(all, id).toDer()),
      "a session of another context's cache": (all, id) => {
        const session = stack.add(find(all, id).dup());
        stack.server().addSession(session);
        return session;
      },
    };
    for (const [name, answer] of Object.entries(answers)) {
      test(`resumes with ${name}`, async () => {
        const all = setup(options);
        all.answer((id) => answer(all, id));
        expect((await resume(all)).sessionReused).toBe(true);
        expect(all.errors).toEqual([]);
      });
    }

    test('has a full handshake when there is nothing, and no error', async () => {
      const all = setup(options);
      for (const nothing of [null, undefined, Promise.resolve(null), Promise.resolve(undefined)]) {
        all.answer(() => nothing);
        expect((await resume(all)).sessionReused).toBe(false);
        expect(all.errors).toEqual([]);
        all.answer(() => null);
        all.session = stack.session(all.client, all.server);
      }
    });

    const deliberate = new Error('deliberate');
    const bad: Record<string, [answer: (setup: Setup, id: Buffer) => unknown, error: unknown]> = {
      throws: [
        () => {
          throw deliberate;
        },
        deliberate,
      ],
      'throws undefined': [
        () => {
          throw undefined;
        },
        undefined,
      ],
      rejects: [() => Promise.reject(deliberate), deliberate],
      'takes too long': [
        () => new Promise(() => {}),
        failure('ERR_LIBSSL_STORE_TIMEOUT', 'within 30 ms'),
      ],
      'answers with a number': [() => 5, failure('ERR_INVALID_ARG_TYPE')],
      'answers with a string, later': [async () => 'x', failure('ERR_INVALID_ARG_TYPE')],
      'answers with something like a promise': [
        // biome-ignore lint/suspicious/noThenProperty: it is what is tested
        () => ({ then: 5 }),
        failure('ERR_INVALID_ARG_TYPE'),
      ],
      'answers with what throws when it is asked for its then': [
        () => ({
          // biome-ignore lint/suspicious/noThenProperty: it is what is tested
          get then() {
            throw deliberate;
          },
        }),
        deliberate,
      ],
      'answers with a promise that throws': [
        () => ({
          // biome-ignore lint/suspicious/noThenProperty: it is what is tested
          then() {
            throw deliberate;
          },
        }),
        deliberate,
      ],
      'answers with a revoked proxy': [
        () => {
          const { proxy, revoke } = Proxy.revocable({}, {});
          revoke();
          return proxy;
        },
        expect.any(TypeError),
      ],
      'answers with bytes that are no session': [
        () => Buffer.from('garbage'),
        expect.objectContaining({ name: 'LibsslError' }),
      ],
      'answers with a freed session': [
        (all, id) => {
          const session = find(all, id).dup();
          session.free();
          return session;
        },
        failure('ERR_LIBSSL_FREED'),
      ],
      'answers with a session of another id': [
        (all, id) => {
          const session = stack.add(find(all, id).dup());
          session.id = Buffer.from('another');
          return session;
        },
        failure('ERR_LIBSSL_STORE_ANSWER', 'another id'),
      ],
      'answers with a session that is not resumable, later': [
        async (all, id) => {
          // It sits in no cache: another context's could not remove it otherwise.
          const session = stack.add(find(all, id).dup());
          stack.client().removeSession(session);
          return session;
        },
        failure('ERR_LIBSSL_STORE_ANSWER', 'not resumable'),
      ],
      'answers with an empty session of that id': [
        (_, id) => {
          const session = stack.add(new SslSession());
          session.id = id;
          return session;
        },
        failure('ERR_LIBSSL_UNSAFE'),
      ],
    };
    for (const [name, [answer, error]] of Object.entries(bad)) {
      test(`has a full handshake, and an error, when the store ${name}`, async () => {
        const all = setup({ ...options, sessionStoreTimeout: 30 });
        all.answer((id) => answer(all, id) as null);
        expect((await resume(all)).sessionReused).toBe(false);
        expect(all.errors.length).toBeGreaterThan(0);
        expect(new Set(all.errors.map(([, operation]) => operation))).toEqual(new Set(['get']));
        expect(all.errors.map(([each]) => each)).toContainEqual(error);
      });
    }

    test('goes on also when the listener of the error throws', async () => {
      for (const answer of [() => 5 as never, async () => 5 as never]) {
        const all = setup(options);
        all.server.on('sessionStoreError', () => {
          throw new Error('deliberate');
        });
        all.answer(answer);
        const [ours, theirs] = stack.pair(all.client, all.server, { session: all.session });
        const [reason] = await uncaught(async () => {
          try {
            await handshake(ours, theirs);
          } catch (error) {
            process.nextTick(() => {
              throw error; // the store answered at once: the call throws
            });
          }
        });
        expect(reason).toMatchObject({ message: 'deliberate' });
        await handshake(ours, theirs);
        expect([ours.state, theirs.state]).toEqual(['open', 'open']);
      }
    });
  });
}

describe('while the handshake waits', () => {
  const options = { maxVersion: 'TLSv1.2', noTicket: true } as const;

  /** A server that waits, and what gives it its answer. */
  function waiting(more: Partial<SslContextOptions> = {}) {
    const all = setup({ ...options, ...more });
    const give: ((session: SslSession | null) => void)[] = [];
    all.answer(() => new Promise((resolve) => give.push(resolve)));
    const pair = stack.pair(all.client, all.server, { session: all.session });
    const [ours, theirs] = pair;
    ours.handshake();
    carry(ours, theirs);
    expect(theirs.state).toBe('paused');
    const [kept] = all.kept.values();
    return {
      ...all,
      ours,
      theirs,
      give: (session = kept ?? null) => give.shift()?.(session),
      asked: give,
    };
  }

  test('calls do not go past the store', async () => {
    const { ours, theirs, give, asked } = waiting();
    expect(theirs.handshake()).toBe('paused');
    expect(theirs.receive(Buffer.alloc(0))).toBe('paused');
    expect(theirs.take()).toHaveLength(0);
    const refused = [
      () => theirs.write(Buffer.from('x')),
      () => theirs.read(),
      () => theirs.shutdown(),
      () => theirs.writeEarlyData(Buffer.from('x')),
      () => theirs.keyUpdate(),
      () => theirs.renegotiate(),
      () => theirs.requestCertificate(),
      () => theirs.exportKeyingMaterial(8, 'label'),
    ];
    for (const call of refused) expect(thrown(call)).toEqual(wrongState("'paused'"));
    const [one, two] = [handshake(ours, theirs), handshake(ours, theirs)];
    expect(theirs.state).toBe('paused');
    expect(asked).toHaveLength(1);
    give();
    await Promise.all([one, two]);
    expect(ours.sessionReused).toBe(true);
  });

  test("a 'progress' says that it went on", async () => {
    const { ours, theirs, give } = waiting();
    const progress = new Promise((resolve) => theirs.once('progress', () => resolve(theirs.state)));
    give();
    expect(await progress).toBe('handshake');
    carry(theirs, ours);
    carry(ours, theirs);
    expect(theirs.state).toBe('open');
  });

  test('garbage that comes meanwhile fails it then', async () => {
    const { theirs, give } = waiting();
    theirs.receive(Buffer.from('garbage that is no record of TLS'));
    const progress = new Promise<void>((resolve) => theirs.once('progress', resolve));
    give();
    await progress;
    expect(theirs.state).toBe('failed');
    const again = () => thrown(() => theirs.receive(Buffer.alloc(0)));
    expect(again()).toMatchObject({ reason: 'wrong version number' });
    expect(again()).toEqual(wrongState('wrong version number'));
    expect(theirs.take().length).toBeGreaterThan(0);
  });

  test.each(['server', 'client', 'both'])(
    'the %s may be freed: nobody waits for ever',
    async (who) => {
      const { ours, theirs, give } = waiting();
      const done = handshake(ours, theirs);
      const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
      if (who !== 'server') ours.free();
      if (who !== 'client') theirs.free();
      if (who === 'client') give();
      await expect(done).rejects.toEqual(freed);
      // The time limit does not keep the process.
      const after = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
      expect(after).toBe(before - 1);
      give();
    },
  );

  test('the context may be freed, and the store be taken away', async () => {
    for (const deed of ['free', 'no store', 'another store'] as const) {
      const { server, ours, theirs, give } = waiting();
      if (deed === 'free') server.free();
      if (deed === 'no store') server.sessionStore = null;
      if (deed === 'another store') {
        server.sessionStore = { get: () => null, set: (_, own) => own.free(), delete: () => {} };
      }
      const done = handshake(ours, theirs);
      give();
      await done;
      expect(ours.sessionReused).toBe(deed !== 'no store');
    }
  });

  test('the session may be freed or changed', async () => {
    for (const change of ['id', 'cipher', 'free'] as const) {
      const { ours, theirs, give, kept } = waiting();
      const done = handshake(ours, theirs);
      const [session] = kept.values();
      give();
      if (change === 'id') (session as SslSession).id = Buffer.from('changed');
      if (change === 'cipher') (session as SslSession).cipher = null;
      if (change === 'free') session?.free();
      await done;
      expect(ours.sessionReused).toBe(false);
    }
  });

  test('an answer that comes after the time limit is not used', async () => {
    const { ours, theirs, give, errors } = waiting({ sessionStoreTimeout: 10 });
    await handshake(ours, theirs);
    expect(ours.sessionReused).toBe(false);
    give();
    await sleep(5);
    expect([ours.state, theirs.state]).toEqual(['open', 'open']);
    expect(errors).toHaveLength(1);
  });

  test('many handshakes wait at once, and are answered in any order', async () => {
    const all = setup(options);
    const gives: ((session: SslSession) => void)[] = [];
    all.answer(() => new Promise((resolve) => gives.push(resolve)));
    const pairs = Array.from({ length: 20 }, () =>
      stack.pair(all.client, all.server, { session: all.session }),
    );
    const done = pairs.map((pair) => handshake(...pair));
    const [kept] = all.kept.values();
    expect(gives).toHaveLength(20);
    for (const give of gives.reverse()) give(kept as SslSession);
    await Promise.all(done);
    for (const [ours] of pairs) expect(ours.sessionReused).toBe(true);
  });
});

test('two stores at once: each is asked for its own', async () => {
  const all = [setup({ noTicket: true }), setup({ maxVersion: 'TLSv1.2', noTicket: true })];
  const asked: string[][] = [[], []];
  const done = all.map(async (each, index) => {
    each.answer(async (id) => {
      asked[index]?.push(id.toString('hex'));
      await sleep(10 - 5 * index);
      return each.kept.get(id.toString('hex'));
    });
    return resume(each);
  });
  for (const ours of await Promise.all(done)) expect(ours.sessionReused).toBe(true);
  all.forEach(({ kept }, index) => {
    expect(asked[index]?.length).toBeGreaterThan(0);
    for (const id of asked[index] ?? []) expect([...kept.keys()]).toContain(id);
  });
});

test('what the internal cache has is not asked for', async () => {
  const all = setup({ noTicket: true, maxVersion: 'TLSv1.2', sessionCacheMode: 2 });
  all.answer(() => {
    throw new Error('asked');
  });
  expect((await resume(all)).sessionReused).toBe(true);
  expect(all.errors).toEqual([]);
});

describe('set and delete', () => {
  test('get what was made and what was removed', () => {
    const calls: string[] = [];
    const server = stack.server({
      noTicket: true,
      sessionStore: {
        get: () => null,
        set: (id, session) => {
          calls.push(`set ${id.equals(session.id)}`);
          session.free();
        },
        delete: (id) => {
          calls.push(`delete ${id.length}`);
        },
      },
    });
    stack.joined(stack.client(), server);
    expect(calls).toEqual(['set true', 'set true']);
    server.flushSessions(0);
    expect(calls.slice(2)).toEqual(['delete 32', 'delete 32']);
  });

  test('free() takes nothing out of the store, which others may share', () => {
    const deleted: Buffer[] = [];
    const removed: SslSession[] = [];
    const server = stack.server({
      noTicket: true,
      maxVersion: 'TLSv1.2',
      sessionStore: {
        get: () => null,
        set: (_, session) => session.free(),
        delete: (id) => void deleted.push(id),
      },
    });
    server.on('removeSession', (session) => removed.push(stack.add(session)));
    stack.session(stack.client(), server);
    expect(server.sessionStats.number).toBe(1);
    server.free();
    expect(removed).toHaveLength(1);
    expect(deleted).toEqual([]);
  });

  for (const how of ['throws', 'rejects']) {
    test(`a store that ${how} harms no handshake`, async () => {
      const error = new Error('deliberate');
      const fail = () => {
        if (how === 'throws') throw error;
        return Promise.reject(error);
      };
      const server = stack.server({
        noTicket: true,
        sessionStore: {
          get: () => null,
          set: (_, session) => {
            session.free();
            return fail();
          },
          delete: fail,
        },
      });
      const errors: unknown[] = [];
      server.on('sessionStoreError', (...what) => errors.push(what));
      let sessions = 0;
      server.on('newSession', (session) => {
        sessions += 1;
        session.free();
      });
      stack.joined(stack.client(), server);
      server.flushSessions(0);
      await sleep(0);
      const [set, remove] = [
        [error, 'set'],
        [error, 'delete'],
      ];
      expect(errors).toEqual([set, set, remove, remove]);
      expect(sessions).toBe(2);
    });
  }

  test('a listener of the error that throws does not keep the session from the others', () => {
    const server = stack.server({
      noTicket: true,
      sessionStore: {
        get: () => null,
        set: (_, session) => {
          session.free();
          throw new Error('deliberate');
        },
        delete: () => {},
      },
    });
    server.on('sessionStoreError', (error) => {
      throw error;
    });
    let sessions = 0;
    server.on('newSession', (session) => {
      sessions += 1;
      session.free();
    });
    const pair = stack.pair(stack.client(), server);
    expect(() => handshake(...pair)).toThrow('deliberate');
    expect(sessions).toBe(2);
    expect(pair.map(({ state }) => state)).toEqual(['open', 'open']);
  });
});

describe('what is no store', () => {
  test('is refused', () => {
    const server = stack.server();
    const store: SessionStore = { get: () => null, set: () => {}, delete: () => {} };
    for (const name of ['get', 'set', 'delete'] as const) {
      const wrong = { ...store, [name]: 5 } as never;
      expect(thrown(() => (server.sessionStore = wrong))).toEqual(
        failure('ERR_INVALID_ARG_TYPE', name),
      );
      expect(thrown(() => stack.server({ sessionStore: wrong }))).toEqual(
        failure('ERR_INVALID_ARG_TYPE', name),
      );
    }
    expect(thrown(() => (server.sessionStore = 5 as never))).toEqual(
      failure('ERR_INVALID_ARG_TYPE'),
    );
    expect(server.sessionStore).toBeNull();
    expect(thrown(() => stack.client({ sessionStore: store }))).toEqual(wrongValue);
    server.sessionStore = store;
    expect(server.sessionStore).toBe(store);
    server.sessionStore = null;
    server.free();
    expect(thrown(() => (server.sessionStore = store))).toEqual(freed);
  });
});
