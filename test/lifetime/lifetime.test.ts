// Contexts, connections and sessions that own each other, freed in every order, forgotten, left in
// Workers: in the end libssl has no session any more, and valgrind nothing to say.

import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { handshake, type SslSession, sessionCounts } from 'libssl-session';
import { describe, expect, test } from 'vitest';
import { stackForTests } from '../support/contexts.js';
import { gc } from '../support/gc.mjs';
import { noValgrind, runUnderValgrind } from '../support/valgrind.mjs';
import { forget, freeOrders, make, stages } from './work.mjs';

const stack = stackForTests();

const versions = ['TLSv1.2', 'TLSv1.3'] as const;
const script = fileURLToPath(new URL('work.mjs', import.meta.url));

describe('every order of free()', () => {
  for (const version of versions) {
    for (const stage of stages) {
      test(`${version}, connections that are ${stage}`, () => {
        // All orders of the first five at the stages where most depends on each other.
        for (const order of freeOrders(stage === 'open' || stage === 'paused' ? 5 : 4)) {
          const all = make(stage, version);
          for (const kind of order) {
            expect(() => all[kind].free(), order.join()).not.toThrow();
            expect(all[kind].freed).toBe(true);
          }
          expect(sessionCounts().live, order.join()).toBe(0);
        }
      });
    }
  }

  test('what is left works as before', () => {
    const { client, server, session, cached, ours, theirs, other } = make('begun');
    client.free();
    server.free();
    session.free();
    cached.free();
    handshake(ours, theirs);
    expect(ours.sessionReused).toBe(true);
    ours.write(Buffer.from('over'));
    theirs.receive(ours.take());
    expect(theirs.read()?.toString()).toBe('over');
    using own = theirs.session as SslSession;
    for (const end of [ours, theirs, other]) end.free();
    expect(own.id).toHaveLength(32);
  });
});

describe('one session of many owners', () => {
  test('freed while it is cached and used by several connections', () => {
    const server = stack.server({ noTicket: true, maxVersion: 'TLSv1.2' });
    const client = stack.client();
    const session = stack.session(client, server);
    client.addSession(session);
    const pairs = Array.from({ length: 5 }, () => stack.joined(client, server, { session }));
    session.free();
    client.flushSessions(0);
    server.flushSessions(0);
    for (const [ours, theirs] of pairs) {
      expect(ours.sessionReused).toBe(true);
      ours.write(Buffer.from('still'));
      theirs.receive(ours.take());
      expect(theirs.read()?.toString()).toBe('still');
    }
    const live = new Set<number>();
    for (const pair of pairs) {
      for (const end of pair) end.free();
      live.add(sessionCounts().live);
    }
    expect(live).toEqual(new Set([2, 0]));
  });

  test('lives as long as the last of them', () => {
    const server = stack.server({ noTicket: true, maxVersion: 'TLSv1.2' });
    const [ours, theirs] = stack.joined(stack.client(), server);
    const objects = [theirs.session, theirs.session, ...server.cachedSessions()] as SslSession[];
    expect(new Set(objects.map((each) => each.isSameSession(objects[0] as SslSession)))).toEqual(
      new Set([true]),
    );
    ours.free();
    theirs.free();
    server.free();
    while (objects.length > 0) {
      expect(sessionCounts().live).toBe(1);
      objects.pop()?.free();
    }
    expect(sessionCounts().live).toBe(0);
  });
});

describe('what is forgotten', () => {
  test('is collected, in whatever order the collector finds it', { timeout: 120_000 }, async () => {
    for (let i = 0; i < 3; i++) expect(await forget(100)).toBe(0);
  });

  test('a handshake that waits is kept until the time limit, and then collected', async () => {
    (() => {
      const { client, server } = stack;
      const context = server.call(stack, {
        noTicket: true,
        maxVersion: 'TLSv1.2',
        sessionCacheMode: 0x302,
        sessionStoreTimeout: 20,
      });
      const session = stack.session(client.call(stack), context);
      context.sessionStore = {
        get: () => new Promise(() => {}),
        set: (_, own) => own.free(),
        delete: () => {},
      };
      const { all } = stack;
      const [ours, theirs] = stack.pair(client.call(stack), context, { session });
      all.length = 0;
      void handshake(ours, theirs);
    })();
    expect(sessionCounts().live).toBeGreaterThan(0);
    for (let tries = 0; tries < 200 && sessionCounts().live > 0; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      gc();
    }
    expect(sessionCounts().live).toBe(0);
  });
});

describe('a Worker', () => {
  const start = (...workerData: [task: string, rounds: number]) => {
    const worker = new Worker(script, { workerData });
    const ended = new Promise<number>((resolve) => worker.on('exit', resolve));
    return { worker, ended };
  };

  test('frees in every order, and forgets', async () => {
    const workers = Array.from({ length: 3 }, () => start('all', 10));
    expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual([0, 0, 0]);
  });

  test('that leaves everything leaves nothing', async () => {
    const before = sessionCounts().created;
    expect(await start('leave', 5).ended).toBe(0);
    expect(sessionCounts().created - before).toBeGreaterThan(50);
    expect(sessionCounts().live).toBe(0);
  });

  test('that is stopped in the middle of handshakes leaves nothing', async () => {
    for (let i = 0; i < 50; i++) {
      const { worker, ended } = start('busy', 0);
      await once(worker, 'message');
      await new Promise((resolve) => setTimeout(resolve, i % 10));
      await worker.terminate();
      expect(await ended).toBe(1);
      expect(sessionCounts().live).toBe(0);
    }
  });
});

test('all of it under valgrind', { timeout: 600_000 }, async ({ skip }) => {
  skip(noValgrind !== undefined, noValgrind);
  const result = await runUnderValgrind(['--expose-gc', script, 'all', '10']);
  expect(result).toMatchObject({ code: 0, signal: null, stderr: '' });
  expect(result.errors).toEqual([]);
});
