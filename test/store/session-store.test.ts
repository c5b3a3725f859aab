// A session store over a backend: what it resumes, what it keeps, and what becomes of handshakes
// whatever the backend does.

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { handshake, type SslContext, type SslContextOptions, SslSession } from 'libssl-session';
import {
  createSessionStore,
  memoryBackend,
  type SharedOptions,
  type SharedSessionStore,
  type StoreBackend,
} from 'libssl-session/store';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type TestBackend, testBackend } from '../support/backends.js';
import {
  failure,
  outOfRange,
  stackForTests,
  thrown,
  uncaught,
  wrongType,
  wrongValue,
} from '../support/contexts.js';

const stack = stackForTests();
const secret = randomBytes(32);
afterEach(() => void vi.useRealTimers());
/** The pause of a breaker is over when a test says so. */
const holdClock = () => void vi.useFakeTimers({ toFake: ['performance'] });
const once = { protocol: 'TLSv1.3', singleUse: true } as const;
const often = { protocol: 'TLSv1.2', singleUse: false } as const;
const tls12 = { maxVersion: 'TLSv1.2', noTicket: true } as const;

interface Setup {
  backend: TestBackend;
  store: SharedSessionStore;
  server: SslContext;
  client: SslContext;
  errors: [error: unknown, operation: string][];
  states: string[];
}

function setup(options: Partial<SslContextOptions & SharedOptions> = {}, later = false): Setup {
  const { timeout = 500, breaker = { failures: 3, pause: 60 }, prefix, ...context } = options;
  const backend = testBackend(later);
  const shared = { secret, timeout, breaker, ...(prefix !== undefined && { prefix }) };
  const store = createSessionStore(backend, shared);
  const errors: Setup['errors'] = [];
  const states: string[] = [];
  store.on('storeError', (...error) => errors.push(error));
  store.on('storeState', (state) => states.push(state));
  const server = stack.server({ noTicket: true, ...context, sessionStore: store });
  server.on('sessionStoreError', () => {});
  return { backend, store, server, client: stack.client(), errors, states };
}

/** A handshake to its end; whether it resumed, and the session for the next one. */
async function visit({ server, client }: Setup, session: SslSession | null = null) {
  const [ours, theirs] = stack.pair(client, server, { session });
  await handshake(ours, theirs);
  expect([ours.state, theirs.state]).toEqual(['open', 'open']);
  expect(theirs.sessionReused).toBe(ours.sessionReused);
  const next = stack.add(ours.session as SslSession);
  ours.shutdown();
  theirs.shutdown();
  await sleep(2);
  return { session: next, resumed: ours.sessionReused };
}

/** A session that a store may keep. */
function sessionOf({ server, client }: Pick<Setup, 'server' | 'client'>): SslSession {
  return stack.session(client, server);
}

describe.each([
  ['at once', false],
  ['later', true],
])('with a backend that answers %s', (_, later) => {
  test.each([tls12, {}, { maxEarlyData: 100 }])('%o resumes', async (options) => {
    const all = setup(options, later);
    const { session } = await visit(all);
    expect((await visit(all, session)).resumed).toBe(true);
    expect(all.errors).toEqual([]);
  });

  test('another server with the same secret resumes, also by an older secret', async () => {
    const all = setup(tls12, later);
    const { session } = await visit(all);
    const others: [SharedOptions['secret'], boolean][] = [
      [secret, true],
      [[randomBytes(32), secret], true],
      [randomBytes(32), false],
    ];
    for (const [its, resumed] of others) {
      const sessionStore = createSessionStore(all.backend, { secret: its });
      const server = stack.server({ ...tls12, sessionStore });
      expect((await visit({ ...all, server }, session)).resumed).toBe(resumed);
    }
  });

  test('TLS 1.3 takes a session out, TLS 1.2 leaves it there', async () => {
    for (const options of [{}, tls12]) {
      const all = setup(options, later);
      const { session } = await visit(all);
      const before = new Set(all.backend.records.keys());
      await visit(all, session);
      const left = [...before].filter((key) => all.backend.records.has(key));
      expect(left).toHaveLength(options === tls12 ? 1 : before.size - 1);
      const operation = options === tls12 ? 'get' : 'take';
      expect(all.backend.calls.some(([name]) => name === operation)).toBe(true);
    }
  });

  const deliberate = new Error('deliberate');
  const deeds: Record<string, [deed: () => unknown, error: unknown]> = {
    'throws or rejects': [
      () => {
        throw deliberate;
      },
      deliberate,
    ],
    'never answers': [
      () => new Promise(() => {}),
      failure('ERR_LIBSSL_STORE_TIMEOUT', 'within 500 ms'),
    ],
    'answers with text': [() => 'text', failure('ERR_LIBSSL_STORE_ANSWER', 'a string')],
    'answers with garbage': [() => randomBytes(100), failure('ERR_LIBSSL_STORE_RECORD')],
  };
  for (const [name, [deed, error]] of Object.entries(deeds)) {
    test(`has a full handshake if the backend ${name}, and says so`, async () => {
      const all = setup(tls12, later);
      const { session } = await visit(all);
      all.backend.instead((operation, _key, really) => (operation === 'get' ? deed() : really()));
      expect((await visit(all, session)).resumed).toBe(false);
      expect(all.errors).toEqual([[error, 'get']]);
    });

    test(`loses no connection if the backend ${name} when it should store`, async () => {
      const all = setup(tls12, later);
      all.backend.instead(deed);
      await visit(all);
      if (name.startsWith('answers')) return;
      // A client that could speak TLS 1.3 has an id for every server, which is looked up as well.
      await expect.poll(() => all.errors).toEqual(expect.arrayContaining([[error, 'set']]));
    });
  }

  test('is left alone after failures in a row, and used again after the pause', async () => {
    holdClock();
    const all = setup(tls12, later);
    const { session } = await visit(all);
    all.backend.instead(() => {
      throw deliberate;
    });
    while (all.store.state === 'closed') await visit(all, session);
    const asked = all.backend.calls.length;
    for (let i = 0; i < 5; i++) expect((await visit(all, session)).resumed).toBe(false);
    expect(all.backend.calls.length).toBe(asked);
    all.backend.instead(null);
    vi.advanceTimersByTime(60);
    expect((await visit(all, session)).resumed).toBe(true);
    expect(all.states).toEqual(['open', 'halfOpen', 'closed']);
    expect(all.store.state).toBe('closed');
  });

  test('what could not be removed is not resumed here, and removed later', async () => {
    holdClock();
    const all = setup(tls12, later);
    const { session } = await visit(all);
    const [key] = [...all.backend.records.keys()] as [string];
    all.backend.instead(() => {
      throw deliberate;
    });
    for (let i = 0; i < 3; i++) {
      await expect((async () => all.store.delete(session.id))()).rejects.toBe(deliberate);
    }
    await all.store.delete(session.id); // left alone: it is only remembered
    all.backend.instead(null);
    expect(all.backend.records.has(key)).toBe(true);
    vi.advanceTimersByTime(60);
    expect((await visit(all, session)).resumed).toBe(false); // and closes the breaker, by its set
    await expect.poll(() => all.backend.records.has(key)).toBe(false);
  });
});

test('what could not be removed once is removed as soon as the backend works, also if no pause came between', async () => {
  const all = setup(tls12);
  const [first, second] = [sessionOf(all), sessionOf(all)];
  const [key, other] = [...all.backend.records.keys()] as [string, string];
  const deliberate = new Error('deliberate');
  all.backend.instead((operation, _key, really) => {
    if (operation !== 'delete') return really();
    throw deliberate;
  });
  expect(thrown(() => all.store.delete(first.id))).toBe(deliberate);
  all.backend.instead(null);
  expect([all.store.state, all.store.get(first.id, often)]).toEqual(['closed', null]);
  (all.store.get(second.id, often) as SslSession).free();
  await sleep(1);
  expect([...all.backend.records.keys()]).toEqual([other]);
  expect(all.backend.calls.filter(([name]) => name === 'delete')).toEqual([
    ['delete', key],
    ['delete', key],
  ]);
});

test('a session that is stored after somebody asked for it in vain can be removed', async () => {
  const { store, backend, ...all } = setup();
  const session = sessionOf(all);
  const id = session.ticket as Buffer;
  for (const inVain of [true, false]) {
    const own = store.get(id, once) as SslSession | null;
    if (inVain) own?.free();
    expect(store.get(id, once)).toBeNull();
    const again = session.dup();
    again.id = id.subarray(0, 32);
    store.set(id, again);
    const { size } = backend.records;
    store.delete(id);
    expect(backend.records.size).toBe(size - 1);
  }
});

test('listeners that throw are uncaught exceptions, and stop neither the store nor a handshake', async () => {
  holdClock();
  const all = setup(tls12);
  const { session } = await visit(all);
  for (const event of ['storeState', 'storeError'] as const) {
    all.store.on(event, () => {
      throw new Error(event);
    });
  }
  const errors = await uncaught(async () => {
    all.backend.instead(() => {
      throw new Error('deliberate');
    });
    while (all.store.state === 'closed') await visit(all, session);
    all.backend.instead(null);
    vi.advanceTimersByTime(60);
    expect((await visit(all, session)).resumed).toBe(true);
  });
  expect(all.states).toEqual(['open', 'halfOpen', 'closed']);
  const messages = new Set(errors.map((error) => (error as Error).message));
  expect(messages).toEqual(new Set(['storeState', 'storeError']));
});

test('of several operations at once that fail, each in its way, one failure is told', async () => {
  const deliberate = new Error('deliberate');
  let calls = 0;
  const get = () => {
    calls += 1;
    if (calls % 2 === 0) throw deliberate;
    return Promise.reject(new Error('another'));
  };
  const store = createSessionStore(
    { ...memoryBackend(), get },
    { secret: [secret, randomBytes(32)] },
  );
  const rejections: unknown[] = [];
  const note = (reason: unknown) => rejections.push(reason);
  process.on('unhandledRejection', note);
  expect(thrown(() => store.get(Buffer.from('id'), often))).toBe(deliberate);
  await sleep(5);
  process.off('unhandledRejection', note);
  expect([calls, rejections]).toEqual([2, []]);
});

test('a backend may answer with promises that have no more than then()', async () => {
  const stored = memoryBackend();
  const set = (...record: Parameters<typeof stored.set>) => ({
    // biome-ignore lint/suspicious/noThenProperty: this is what it is about
    then: (resolve: (value: unknown) => void) => {
      setImmediate(() => resolve(stored.set(...record)));
    },
  });
  const store = createSessionStore({ ...stored, set } as unknown as StoreBackend, { secret });
  const all = setup(tls12);
  const session = sessionOf(all);
  await store.set(session.id, session.upRef());
  const found = store.get(session.id, often) as SslSession;
  expect(found.id).toEqual(session.id);
  found.free();
});

test('a session is kept for as long as it is good, and one that is not is not kept', () => {
  const all = setup(tls12);
  const ttls: number[] = [];
  const sessionStore = createSessionStore(
    { ...memoryBackend(), set: (_key, _bytes, ttl) => ttls.push(ttl) },
    { secret },
  );
  const session = sessionOf(all);
  for (const age of [0, 40, 100, 200]) {
    const aged = session.dup();
    aged.timeout = 100;
    aged.time = Math.floor(Date.now() / 1000) - age;
    sessionStore.set(aged.id, aged);
    expect(aged.freed).toBe(true);
  }
  expect(ttls).toHaveLength(2);
  expect(ttls[0]).toBeGreaterThan(98_000);
  expect(ttls[0]).toBeLessThanOrEqual(100_000);
  expect((ttls[0] ?? 0) - (ttls[1] ?? 0)).toBeGreaterThan(39_000);
});

test('two that take the same session at once: one gets it', async () => {
  const all = setup({}, true);
  const { session } = await visit(all);
  const { ticket: id } = session; // of TLS 1.3 the server's id is the ticket
  const found = await Promise.all(
    Array.from({ length: 20 }, () => all.store.get(id as Buffer, once)),
  );
  const taken = found.filter((each) => each !== null);
  for (const each of taken) each.free();
  expect(taken).toHaveLength(1);
});

test('early data of one ticket, sent to two servers at once, is accepted by one', async () => {
  const backend = testBackend(true);
  const servers = [1, 2].map(() =>
    stack.server({
      maxEarlyData: 100,
      sessionStore: createSessionStore(backend, { secret, timeout: 5000 }),
    }),
  );
  const client = stack.client();
  const session = sessionOf({ client, server: servers[0] as SslContext });
  await expect.poll(() => backend.records.size).toBe(2); // the tickets are stored
  const ours = stack.connection(client, { session });
  ours.writeEarlyData(Buffer.from('buy'));
  ours.handshake();
  const bytes = ours.take();
  const theirs = [...servers, ...servers, ...servers].map((server) => stack.connection(server));
  for (const each of theirs) each.receive(bytes);
  await expect.poll(() => theirs.every(({ state }) => state !== 'paused')).toBe(true);
  const accepted = theirs.filter(({ earlyDataStatus }) => earlyDataStatus === 'accepted');
  expect(accepted.map((each) => each.readEarlyData()?.toString())).toEqual(['buy']);
});

test('a session that is stored comes back as it was, whatever its fields', () => {
  const { store } = setup(tls12);
  const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
  fc.assert(
    fc.property(
      bytes(1, 32),
      bytes(1, 48),
      bytes(0, 32),
      fc.option(bytes(1, 500)),
      fc.constantFrom(once, often),
      (id, masterKey, idContext, ticketAppData, query) => {
        using session = new SslSession();
        session.protocolVersion = query.protocol;
        session.cipher = query.singleUse ? 'TLS_AES_128_GCM_SHA256' : 'AES128-SHA';
        Object.assign(session, { id, masterKey, idContext, ticketAppData, timeout: 1000 });
        store.set(id, session.upRef());
        const found = store.get(id, query) as SslSession;
        expect(found.toDer().equals(session.toDer())).toBe(true);
        found.free();
        const again = store.get(id, query) as SslSession | null;
        expect(again === null).toBe(query.singleUse);
        again?.free();
      },
    ),
  );
});

test('nothing in the backend shows a secret, an id or a name, and the records are small', async () => {
  const all = setup(tls12);
  const session = sessionOf(all);
  const der = session.toDer();
  const [[key, record]] = [...all.backend.records] as [[string, Uint8Array]];
  const seen = Buffer.concat([Buffer.from(key), record]);
  for (const hidden of [session.id, session.masterKey, der.subarray(0, 16), secret]) {
    expect(seen.includes(hidden)).toBe(false);
  }
  expect(key).toMatch(/^tls:[\w-]{22}$/);
  expect(record.length).toBeLessThanOrEqual(der.length + 32);
});

test('a record that was moved to another id, or put back, is not what it was', async () => {
  const all = setup(tls12);
  const sessions = [sessionOf(all), sessionOf(all)] as const;
  const [[, first], [second]] = [...all.backend.records] as [
    [string, Uint8Array],
    [string, Uint8Array],
  ];
  all.backend.set(second, first, 1000);
  expect(all.store.get(sessions[1].id, often)).toBeNull();
  expect(all.errors).toEqual([[failure('ERR_LIBSSL_STORE_RECORD', 'does not decrypt'), 'get']]);
});

describe('a backend that cannot take', () => {
  const { take: _, ...without } = memoryBackend();

  test('resumes TLS 1.2, but no session of TLS 1.3, and a warning says so', async () => {
    const warnings: Error[] = [];
    const listener = (warning: Error) => warnings.push(warning);
    process.on('warning', listener);
    for (const [options, resumed] of [
      [tls12, true],
      [{}, false],
    ] as const) {
      const all = setup(options);
      const sessionStore = createSessionStore(without, { secret });
      const server = stack.server({ noTicket: true, ...options, sessionStore });
      const { session } = await visit({ ...all, server });
      expect((await visit({ ...all, server }, session)).resumed).toBe(resumed);
    }
    process.off('warning', listener);
    expect(warnings).toMatchObject([{ code: 'LIBSSL_STORE_NO_TAKE' }, {}]);
  });
});

test('wrong arguments are refused, and no message shows the secret', () => {
  const backend = memoryBackend();
  const text = 'a secret that is too short';
  const cases: [() => unknown, unknown][] = [
    [() => createSessionStore(null as never, { secret }), failure('ERR_INVALID_ARG_TYPE')],
    [() => createSessionStore({} as StoreBackend, { secret }), failure('ERR_INVALID_ARG_TYPE')],
    [() => createSessionStore(backend, {} as never), failure('ERR_INVALID_ARG_TYPE')],
    [() => createSessionStore(backend, { secret: text }), outOfRange],
    [() => createSessionStore(backend, { secret: [] }), outOfRange],
    [() => createSessionStore(backend, { secret: [secret, text] }), outOfRange],
    [() => createSessionStore(backend, { secret, timeout: 0 }), outOfRange],
    [() => createSessionStore(backend, { secret, breaker: { failures: 0 } }), outOfRange],
    [() => createSessionStore(backend, { secret, breakers: {} } as never), wrongValue],
    [() => createSessionStore({ ...backend, take: 5 } as never, { secret }), expect.any(TypeError)],
    [() => memoryBackend({ maxRecords: 0 }), outOfRange],
    [() => memoryBackend({ max: 5 } as never), wrongValue],
    [() => memoryBackend(null as never), failure('ERR_INVALID_ARG_TYPE')],
    [() => createSessionStore(backend, { secret, prefix: 'é'.repeat(257) }), outOfRange],
  ];
  for (const [call, error] of cases) {
    const it = thrown(call);
    expect(it).toEqual(error);
    expect(String(it)).not.toContain(text);
  }
});

test('a query that does not say whether it is for single use is refused, so that nobody forgets it', () => {
  const { store } = setup();
  for (const query of [undefined, {}, { protocol: 'TLSv1.3' }, { singleUse: 1 }]) {
    expect(thrown(() => store.get(Buffer.from('id'), query as never))).toEqual(wrongType);
  }
  expect(thrown(() => store.get('id' as never, often))).toEqual(wrongType);
});

test('a session that cannot be stored is freed all the same', () => {
  const { store, ...all } = setup(tls12);
  const session = sessionOf({ ...all });
  const own = session.upRef();
  expect(thrown(() => store.set(undefined as never, own))).toEqual(wrongType);
  expect([own.freed, session.freed]).toEqual([true, false]);
  expect(thrown(() => store.set(session.id, {} as never))).toEqual(wrongType);
});

describe('memoryBackend', () => {
  test('forgets what is past its time, and the oldest when it is full', async () => {
    const backend = memoryBackend({ maxRecords: 2 });
    const bytes = Buffer.from('x');
    backend.set('short', bytes, 5);
    await sleep(10);
    expect([backend.get('short'), backend.take('short')]).toEqual([null, null]);
    for (const key of ['a', 'b', 'a', 'c']) backend.set(key, bytes, 1000);
    expect(['a', 'b', 'c'].map((key) => backend.get(key) !== null)).toEqual([true, false, true]);
  });

  test('takes and adds once', () => {
    const backend = memoryBackend();
    const [one, two] = [Buffer.from('1'), Buffer.from('2')];
    expect([backend.add('k', one, 1000), backend.add('k', two, 1000)]).toEqual([true, false]);
    expect([backend.take('k'), backend.take('k')]).toEqual([one, null]);
    expect(backend.add('k', two, 1000)).toBe(true);
  });
});
