// A Redis in every kind of trouble: no handshake is lost that would have worked without a store, none
// waits longer than the limit, and the store is used again when the trouble is over.

import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stackForTests } from '../support/contexts.js';
import {
  freePort,
  type Redis,
  type SlowProxy,
  startRedis,
  startSlowProxy,
} from '../support/redis.mjs';
import { long, type Machine, machine, sleep, stored, timed, tls12, visit } from './support.js';

const stack = stackForTests();
const limit = 250;
// What a busy machine may add to it.
const slack = 1000;
const rounds = long ? 20 : 3;
let redis: Redis;

describe.skipIf(timed !== '')(`handshakes while the server${timed}`, () => {
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(() => redis.close());

  const kinds = long ? [tls12, { noTicket: true }, { maxEarlyData: 100 }] : [{ maxEarlyData: 100 }];
  for (const options of kinds) {
    describe(JSON.stringify(options), () => {
      const setup = (port = redis.port, timeout = limit) => ({
        one: machine(stack, port, { ...options, sessionStoreTimeout: 5000 }, { timeout }),
        client: stack.client(),
      });
      const patient = 5000; // where the limit is not what is tested: a busy machine takes its time

      /** Visits that all end well and in time; how many resumed. */
      async function visits({ one, client }: ReturnType<typeof setup>, times = rounds) {
        let resumed = 0;
        let { session } = await visit(stack, client, one);
        for (let i = 0; i < times; i++) {
          const next = await visit(stack, client, one, session);
          expect(next.ms).toBeLessThan(limit + slack);
          session = next.session;
          resumed += Number(next.resumed);
          await sleep(5); // what was stored has arrived, where it can
        }
        return resumed;
      }

      /** The store is in use again, and a returning client resumes. */
      async function recovers({ one, client }: ReturnType<typeof setup>) {
        const resumes = async () => {
          const { session } = await visit(stack, client, one);
          await sleep(20);
          return (await visit(stack, client, one, session)).resumed;
        };
        await expect.poll(resumes, { timeout: 10_000, interval: 50 }).toBe(true);
      }

      const openedAndClosed = ({ states }: Machine) => {
        expect(states[0]).toBe('open');
        expect(states.at(-1)).toBe('closed');
      };

      test('stands still (SIGSTOP)', async () => {
        const all = setup();
        expect(await visits(all, 2)).toBe(2);
        redis.pause();
        expect(await visits(all)).toBe(0);
        expect(all.one.errors).toContain(
          `${options === tls12 ? 'get' : 'take'}: ERR_LIBSSL_STORE_TIMEOUT`,
        );
        redis.resume();
        await recovers(all);
        openedAndClosed(all.one);
      });

      test('is killed, and started again empty', async () => {
        const all = setup();
        expect(await visits(all, 2)).toBe(2);
        await redis.kill();
        expect(await visits(all)).toBe(0);
        await redis.start();
        await recovers(all);
        openedAndClosed(all.one);
      });

      test('was never there (connection refused), and comes', async () => {
        const port = await freePort();
        const all = setup(port);
        expect(await visits(all)).toBe(0);
        const late = await startRedis({ port });
        await recovers(all);
        openedAndClosed(all.one);
        await late.close();
      });

      test('has no memory left', async () => {
        const all = setup(redis.port, patient);
        await all.one.client.config('SET', 'maxmemory-policy', 'noeviction');
        await all.one.client.config('SET', 'maxmemory', '1');
        expect(await visits(all)).toBe(0);
        expect(all.one.errors.some((error) => /^set: .*OOM/.test(error))).toBe(true);
        await all.one.client.config('SET', 'maxmemory', '0');
        await recovers(all);
      });

      test('has other data under all names', async () => {
        const all = setup(redis.port, patient);
        const { session } = await visit(stack, all.client, all.one);
        await stored(all.one, 1);
        const keys = await all.one.client.keys('tls:*');
        const values = ['', 'text', randomBytes(8), randomBytes(300)];
        for (const [i, key] of keys.entries()) {
          await all.one.client.set(key, values[i % values.length] as Buffer);
        }
        expect((await visit(stack, all.client, all.one, session)).resumed).toBe(false);
        expect(all.one.errors).toHaveLength(1);
        expect(all.one.errors[0]).toMatch(/^(get|take): ERR_LIBSSL_STORE_RECORD$/);
        // A list under the name is an error of the server.
        const again = await visit(stack, all.client, all.one);
        await sleep(20);
        for (const key of await all.one.client.keys('tls:*')) {
          await all.one.client.del(key);
          await all.one.client.rpush(key, 'x');
        }
        expect((await visit(stack, all.client, all.one, again.session)).resumed).toBe(false);
        expect(all.one.errors[1]).toMatch(/^(get|take): .*WRONGTYPE/);
        await all.one.client.flushall();
        await recovers(all);
      });

      describe('is far away:', () => {
        let proxy: SlowProxy;
        beforeEach(async () => {
          proxy = await startSlowProxy(redis.port);
        });
        afterEach(() => proxy.close());

        test.each(long ? [10, 50, 100] : [10])('%i ms, which is in time', async (delay) => {
          const all = setup(proxy.port, patient);
          await visits(all, 1);
          proxy.delay = delay;
          let { session } = await visit(stack, all.client, all.one);
          for (let i = 0; i < rounds; i++) {
            await sleep(delay + 20);
            const next = await visit(stack, all.client, all.one, session);
            expect(next.resumed).toBe(true);
            expect(next.ms).toBeGreaterThanOrEqual(delay - 2);
            session = next.session;
          }
          expect(all.one.errors).toEqual([]);
        });

        test.each(long ? [400, 1000, 5000] : [400])('%i ms, which is too late', async (delay) => {
          const all = setup(proxy.port);
          await visits(all, 1);
          proxy.delay = delay;
          expect(await visits(all)).toBe(0);
          proxy.delay = 0;
          await sleep(delay);
          await recovers(all);
          openedAndClosed(all.one);
        });
      });
    });
  }
});
