// Clients of Redis and Valkey are told apart by their methods, and each is asked in its own way.
// test/stores asks real servers.

import { randomBytes } from 'node:crypto';
import { keyvBackend, redisBackend } from 'libssl-session/store';
import { describe, expect, test } from 'vitest';
import { thrown, wrongType, wrongValue } from '../support/contexts.js';

const value = randomBytes(100);

/** A server of one process: what each command of the protocol does. */
function server() {
  const kept = new Map<string, Buffer>();
  const asked: string[] = [];
  const run = async (command: string, key: string, bytes?: Uint8Array, ...rest: unknown[]) => {
    asked.push([command, ...rest].join(' '));
    const found = kept.get(key) ?? null;
    if (command === 'GETDEL' || command === 'DEL') kept.delete(key);
    if (command !== 'SET') return command === 'DEL' ? Number(found !== null) : found;
    if (rest.includes('NX') && found !== null) return null;
    kept.set(key, Buffer.from(bytes ?? []));
    return 'OK';
  };
  return { kept, asked, run };
}
type Run = ReturnType<typeof server>['run'];
type SetOptions = Readonly<Record<string, { type?: string; value?: number; count?: number }>>;

/** Only what is used, and a `wait` that says how many replicas have heard. */
const clients = {
  redis: (run: Run, heard: number) => {
    const commands = (bytes: boolean) => {
      const shown = (answer: Promise<unknown>) =>
        bytes ? answer : answer.then((each) => (Buffer.isBuffer(each) ? each.toString() : each));
      return {
        get: (key: string) => shown(run('GET', key)),
        getDel: (key: string) => shown(run('GETDEL', key)),
        set: (key: string, its: Buffer, { expiration, condition }: SetOptions) =>
          run('SET', key, its, expiration?.type, expiration?.value, ...(condition ? ['NX'] : [])),
        del: (key: string) => run('DEL', key),
        wait: async () => heard,
      };
    };
    const withTypeMapping = (mapping: Record<number, unknown>) => commands(mapping[36] === Buffer);
    return { ...commands(false), withTypeMapping };
  },
  ioredis: (run: Run, heard: number) => ({
    getBuffer: (key: string) => run('GET', key),
    getdelBuffer: (key: string) => run('GETDEL', key),
    set: (key: string, its: Buffer, ...rest: unknown[]) => run('SET', key, its, ...rest),
    del: (key: string) => run('DEL', key),
    wait: async () => heard,
  }),
  '@valkey/valkey-glide': (run: Run, heard: number) => {
    const shown = async (answer: Promise<unknown>, { decoder }: { decoder?: number } = {}) => {
      const its = await answer;
      return decoder === 0 || !Buffer.isBuffer(its) ? its : its.toString();
    };
    return {
      customCommand: () => {},
      get: (key: string, options: object) => shown(run('GET', key), options),
      getdel: (key: string, options: object) => shown(run('GETDEL', key), options),
      set: (key: string, its: Buffer, { expiry, conditionalSet }: SetOptions) =>
        run('SET', key, its, expiry?.type, expiry?.count, ...(conditionalSet ? ['NX'] : [])),
      del: (keys: string[]) => run('DEL', keys[0] ?? ''),
      wait: async () => heard,
    };
  },
};

describe.each(Object.entries(clients))('redisBackend with a client of %s', (_, client) => {
  test('stores bytes for a time, returns them as bytes, and removes them', async () => {
    const { kept, asked, run } = server();
    const backend = redisBackend(client(run, 0));
    await backend.set('k', new Uint8Array(value), 1500);
    expect(kept.get('k')).toEqual(value);
    expect(await backend.get('k')).toEqual(value);
    expect(await backend.take('k')).toEqual(value);
    expect(await backend.take('k')).toBeNull();
    expect(await backend.add('k', value, 1000)).toBe(true);
    expect(await backend.add('k', value, 1000)).toBe(false);
    await backend.delete('k');
    expect(await backend.get('k')).toBeNull();
    const sets = ['SET PX 1500', 'SET PX 1000 NX', 'SET PX 1000 NX'];
    expect(asked.filter((each) => each.startsWith('SET'))).toEqual(sets);
    expect(asked).toContain('GETDEL');
  });

  test.each([
    [1, 1, true],
    [1, 2, true],
    [2, 1, false],
    [1, 0, false],
  ])(
    'that needs %i replicas, of which %i heard of it: taken is %s',
    async (replicas, heard, ok) => {
      const { run } = server();
      const backend = redisBackend(client(run, heard), { replicas });
      await backend.set('k', value, 1000);
      expect((await backend.take('k')) !== null).toBe(ok);
      expect(await backend.take('k')).toBeNull();
    },
  );
});

test('redisBackend refuses what is no client, and replicas for a cluster', () => {
  const { run } = server();
  const refused = [null, 5, {}, new Map(), { get() {}, set() {}, del() {} }] as object[];
  for (const each of refused) expect(thrown(() => redisBackend(each))).toEqual(wrongType);
  const clusters = [
    { ...clients.redis(run, 0), masters: [] },
    { ...clients.ioredis(run, 0), isCluster: true },
    { ...clients['@valkey/valkey-glide'](run, 0), fcallWithRoute() {} },
  ];
  for (const each of clusters) {
    redisBackend(each);
    expect(thrown(() => redisBackend(each, { replicas: 1 }))).toEqual(wrongValue);
  }
});

/** A Keyv over a store of its kind. */
function keyv(store: object) {
  const kept = new Map<string, unknown>();
  return {
    store,
    get: async (key: string) => kept.get(key),
    set: async (key: string, its: string) => kept.set(key, its),
    delete: async (key: string) => kept.delete(key),
  };
}

test.each([
  ['a Map', new Map(), true],
  ['an adapter over a client of redis', { client: { getDel() {} } }, true],
  ['an adapter over a client of ioredis or iovalkey', { redis: { getdelBuffer() {} } }, true],
  ['any other adapter', { client: {} }, false],
])('keyvBackend over %s: it can take is %s', async (_, store, takes) => {
  const backend = keyvBackend(keyv(store));
  expect(backend.take !== undefined).toBe(takes);
  await backend.set('k', value, 1000);
  expect(await backend.get('k')).toEqual(value);
  if (backend.take !== undefined) {
    const taken = await Promise.all([1, 2, 3].map(() => backend.take?.('k')));
    expect(taken.filter((each) => each !== null)).toEqual([value]);
  }
  await backend.delete('k');
  expect(await backend.get('k')).toBeNull();
});

test('keyvBackend refuses what is no Keyv', () => {
  for (const each of [null, {}, { get() {}, set() {} }]) {
    expect(thrown(() => keyvBackend(each as never))).toEqual(wrongType);
  }
});
