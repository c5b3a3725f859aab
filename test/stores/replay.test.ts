// Early data across machines: what one ticket has sent is accepted once, whoever gets the bytes, in
// whichever order, and not at all while the store is not there to say who was first.

import type { SslContext } from 'libssl-session';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stackForTests } from '../support/contexts.js';
import { noRedis, type Redis, startRedis } from '../support/redis.mjs';
import { end, long, type Machine, machine, sleep, stored, visit, without } from './support.js';

const stack = stackForTests();
const replays = Number(process.env.STORES_REPLAYS ?? 20);
let redis: Redis;

// Some tests wait up to four seconds for each batch of tickets.
const timeout = 60_000 + 1000 * replays;

describe.skipIf(noRedis !== undefined)(`${replays} tickets${without}`, { timeout }, () => {
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());

  /** The bytes of a client that sends early data with a new ticket of one machine. */
  async function recorded(client: SslContext, one: Machine, text: string): Promise<Buffer> {
    const before = await one.client.dbsize();
    const { session } = await visit(stack, client, one);
    await stored(one, before + 2);
    const ours = stack.connection(client, { session });
    ours.writeEarlyData(Buffer.from(text));
    ours.handshake();
    const bytes = ours.take();
    ours.free();
    session.free();
    return bytes;
  }

  /** Gives a machine the bytes; the early data that it accepts. */
  async function replay({ server }: Machine, bytes: Buffer, after = 0): Promise<string | null> {
    if (after > 0) await sleep(after);
    const theirs = stack.connection(server);
    if (theirs.receive(bytes) === 'paused') {
      await new Promise<void>((resolve) => theirs.once('progress', resolve));
    }
    const data = theirs.readEarlyData()?.toString() ?? null;
    expect(theirs.earlyDataStatus === 'accepted').toBe(data !== null);
    end(theirs);
    return data;
  }

  // With a limit that a busy machine does not come near, unless it is what is tested.
  const machines = (count: number, timeout = 5000) =>
    Array.from({ length: count }, () => {
      const options = { maxEarlyData: 100, sessionStoreTimeout: timeout };
      return machine(stack, redis.port, options, { timeout });
    });

  test('are accepted once each by two machines that get the same bytes, near in time', async () => {
    const two = machines(2) as [Machine, Machine];
    const client = stack.client();
    for (let i = 0; i < replays; i++) {
      const bytes = await recorded(client, two[0], `buy ${i}`);
      const distance = Math.random() < 0.5 ? 0 : Math.random() * 20;
      const accepted = await Promise.all([
        replay(two[0], bytes, Math.random() < 0.5 ? 0 : distance),
        replay(two[1], bytes, distance),
        replay(two[0], bytes, Math.random() * 20),
      ]);
      expect(accepted.filter((data) => data !== null)).toEqual([`buy ${i}`]);
      expect(await replay(two[1], bytes)).toBeNull();
    }
    expect(two.map(({ errors }) => errors)).toEqual([[], []]);
  });

  const any = <T>(list: readonly T[]) => list[Math.floor(Math.random() * list.length)] as T;
  // A server takes early data only within ten seconds of what the client says of its ticket's age.
  const batch = 50;

  /** Runs `each` for the recorded bytes of each ticket, of a batch at the same time. */
  async function forBatches(
    one: Machine,
    each: (bytes: Buffer, text: string) => Promise<void>,
    around: () => Promise<void> = async () => {},
  ): Promise<void> {
    const client = stack.client();
    for (let done = 0; done < replays; done += batch) {
      await one.client.flushall();
      const all: [Buffer, string][] = [];
      for (let i = done; i < Math.min(done + batch, replays); i++) {
        all.push([await recorded(client, one, `buy ${i}`), `buy ${i}`]);
      }
      await Promise.all([around(), ...all.map(([bytes, text]) => each(bytes, text))]);
    }
  }

  test('are accepted once each, however far apart their bytes come', async () => {
    const three = machines(3);
    const span = long ? 4000 : 1000;
    await forBatches(three[0] as Machine, async (bytes, text) => {
      const sent = Array.from({ length: 4 }, () =>
        replay(any(three), bytes, Math.random() * Math.random() * span),
      );
      const accepted = await Promise.all(sent);
      expect(accepted.filter((data) => data !== null)).toEqual([text]);
    });
    expect(three.map(({ errors }) => errors)).toEqual([[], [], []]);
  });

  test('are accepted once at most, and never while the store stands still in between', async () => {
    const two = machines(2, 1000) as [Machine, Machine];
    const [stopsAt, still, span] = [800, 1500, 3500];
    let stopped = Number.POSITIVE_INFINITY;
    let resumes = Number.POSITIVE_INFINITY;
    let [during, firsts] = [0, 0];
    const now = () => performance.now();
    await forBatches(
      two[0],
      async (bytes, text) => {
        const one = async (after: number) => {
          await sleep(after);
          const began = now();
          const data = await replay(any(two), bytes);
          // What has begun later than this cannot have been answered before it stood still.
          const late = began > stopped + 100 && now() < resumes;
          if (late) {
            during += 1;
            expect(data).toBeNull();
          }
          return { data, early: now() < stopped };
        };
        const times = Array.from({ length: 5 }, () => Math.random() * span);
        const seen = await Promise.all(times.map(one));
        const accepted = seen.filter(({ data }) => data !== null);
        expect(accepted.length).toBeLessThanOrEqual(1);
        // Who was answered in time was the first.
        if (!seen.some(({ early }) => early)) return;
        firsts += 1;
        expect(accepted).toEqual([{ data: text, early: true }]);
      },
      async () => {
        stopped = resumes = Number.POSITIVE_INFINITY;
        await sleep(stopsAt);
        redis.pause();
        stopped = now();
        await sleep(still);
        resumes = now();
        redis.resume();
      },
    );
    expect(during).toBeGreaterThan(0);
    expect(firsts).toBeGreaterThan(0);
  });

  test('are accepted by nobody while the store is gone, nor twice when it is back', async () => {
    const two = machines(2, 250) as [Machine, Machine];
    const client = stack.client();
    const times = Math.max(2, Math.ceil(replays / 50));
    for (let i = 0; i < times; i++) {
      const bytes = await recorded(client, two[0], 'buy');
      redis.pause();
      const during = await Promise.all(two.map((each) => replay(each, bytes)));
      expect(during).toEqual([null, null]);
      redis.resume();
      // What was asked while it stood still is carried out now: taken, but for nobody.
      await sleep(300);
      const after = [await replay(two[0], bytes), await replay(two[1], bytes)];
      expect(after.filter((data) => data !== null).length).toBeLessThanOrEqual(1);
    }
  });

  test('are not accepted by a machine whose store has begun again, empty', async () => {
    const two = machines(2) as [Machine, Machine];
    const client = stack.client();
    const bytes = await recorded(client, two[0], 'buy');
    expect(await replay(two[0], bytes)).toBe('buy');
    await redis.kill();
    await redis.start();
    await expect.poll(() => two[1].client.status).toBe('ready');
    for (let i = 0; i < 5; i++) expect(await replay(two[1], bytes)).toBeNull();
  });
});
