// Each client of Redis and Valkey, against a real server: what one machine stores another resumes,
// and takes once.

import { randomBytes } from 'node:crypto';
import { createKeyv } from '@keyv/redis';
import { GlideClient, Logger } from '@valkey/valkey-glide';
import { Redis as IoRedis } from 'ioredis';
import { Redis as IoValkey } from 'iovalkey';
import Keyv from 'keyv';
import type { SslContext } from 'libssl-session';
import {
  createSessionStore,
  keyvBackend,
  redisBackend,
  type StoreBackend,
  TicketKeyRing,
} from 'libssl-session/store';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { stackForTests } from '../support/contexts.js';
import { noRedis, type Redis, startRedis } from '../support/redis.mjs';
import { secret, tls12, visit, without } from './support.js';

interface Opened {
  backend: StoreBackend;
  close(): unknown;
}

const clients: Record<string, (port: number) => Promise<Opened>> = {
  async redis(port) {
    const client = await createClient({ url: `redis://127.0.0.1:${port}` }).connect();
    return { backend: redisBackend(client), close: () => client.close() };
  },
  async ioredis(port) {
    const client = new IoRedis(port, '127.0.0.1');
    return { backend: redisBackend(client), close: () => client.quit() };
  },
  async iovalkey(port) {
    const client = new IoValkey(port, '127.0.0.1');
    return { backend: redisBackend(client), close: () => client.quit() };
  },
  async '@valkey/valkey-glide'(port) {
    const addresses = [{ host: '127.0.0.1', port }];
    const client = await GlideClient.createClient({ addresses });
    return { backend: redisBackend(client), close: () => client.close() };
  },
  async 'keyv with @keyv/redis'(port) {
    const keyv = createKeyv(`redis://127.0.0.1:${port}`, { throwOnErrors: true });
    return { backend: keyvBackend(keyv), close: () => keyv.disconnect() };
  },
  async 'keyv with a Map'() {
    return { backend: keyvBackend(new Keyv({ store: new Map() })), close: () => {} };
  },
};

const stack = stackForTests();
const timeout = 10_000; // not what is tested here, and processors may be busy
Logger.setLoggerConfig('off'); // it says when a connection ends
let server: Redis;
const opened: Opened[] = [];

describe.skipIf(noRedis !== undefined)(`with a real server${without}`, () => {
  beforeAll(async () => {
    server = await startRedis();
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });
  afterAll(() => server.close());

  describe.each(Object.entries(clients))('%s', (name, open) => {
    const openOne = async () => {
      const one = await open(server.port);
      opened.push(one);
      return one.backend;
    };
    /** Two machines; those that share only the memory of this process are one. */
    const openTwo = async () => {
      const one = await openOne();
      return [one, name.endsWith('Map') ? one : await openOne()] as const;
    };

    test('what one machine stores, another resumes', async () => {
      for (const options of [tls12, { noTicket: true }, { maxEarlyData: 100 }]) {
        const backends = await openTwo();
        const errors: unknown[] = [];
        const writes: unknown[] = [];
        const [first, second] = backends.map((its) => {
          const backend: StoreBackend = {
            ...its,
            set(...record) {
              const write = its.set(...record);
              writes.push(write);
              return write;
            },
          };
          const sessionStore = createSessionStore(backend, { secret, timeout });
          sessionStore.on('storeError', (error) => errors.push(error));
          return stack.server({ ...options, sessionStore, sessionStoreTimeout: timeout });
        }) as [SslContext, SslContext];
        const client = stack.client();
        const { session } = await visit(stack, client, { server: first });
        const wanted = session.hasTicket ? session.ticket : session.id;
        expect(wanted).toHaveLength(32);
        await Promise.all(writes);
        const again = await visit(stack, client, { server: second }, session);
        expect([again.resumed, errors]).toEqual([true, []]);
      }
    });

    test('of many that take one record at once, one gets it', async () => {
      const backends = await openTwo();
      for (let i = 0; i < 20; i++) {
        const value = randomBytes(200);
        await backends[0].set(`k${i}`, value, 10_000);
        const taken = await Promise.all(
          Array.from({ length: 10 }, (_, at) => backends[at % 2 === 0 ? 0 : 1].take?.(`k${i}`)),
        );
        expect(taken.filter((each) => each != null)).toEqual([value]);
      }
    });

    test('a record goes when its time is over', async () => {
      const backend = await openOne();
      await backend.set('short', Buffer.from('x'), 30);
      await expect.poll(() => backend.get('short'), { interval: 10 }).toBeNull();
    });

    if (name.startsWith('keyv')) return; // it cannot add

    test('machines agree on their ticket keys', async () => {
      const rings = (await openTwo()).map((backend) =>
        TicketKeyRing.fromBackend(backend, { secret, timeout, prefix: `${name}:` }),
      );
      await Promise.all(rings.map(({ ready }) => ready));
      const [first, second] = rings.map((ring) => {
        const context = stack.server();
        ring.attach(context);
        return context;
      }) as [SslContext, SslContext];
      const client = stack.client();
      const { session } = await visit(stack, client, { server: first });
      expect((await visit(stack, client, { server: second }, session)).resumed).toBe(true);
      for (const ring of rings) ring.close();
    });
  });
});
