// Sessions in Workers: each has its own, and what it leaves behind is freed when it ends.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { SslSession, sessionCounts, startCounting } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fixture } from '../support/fixture.js';

const der = fixture('openssl-1.1.1-tls13.der');

beforeAll(startCounting);
afterEach(() => expect(sessionCounts().live, 'sessions left behind by the test').toBe(0));

interface Task {
  task: string;
  [data: string]: unknown;
}

function start(workerData: Task) {
  const worker = new Worker(new URL('worker/work.mjs', import.meta.url), { workerData });
  const ended = new Promise<number>((resolve) => worker.on('exit', resolve));
  return { worker, ended };
}

/** How many sessions libssl has counted while `work` ran. */
async function created(work: () => Promise<unknown>): Promise<number> {
  const before = sessionCounts().created;
  await work();
  return sessionCounts().created - before;
}

test('eight Workers and the main thread use sessions at once', async () => {
  const rounds = 2000;
  const made = await created(async () => {
    const answers = Array.from({ length: 8 }, async (_, number) => {
      const { worker, ended } = start({ task: 'mixed', rounds, der, number });
      const [wrong] = await once(worker, 'message');
      return [wrong, await ended];
    });
    for (let round = 0; round < rounds; round++) {
      using session = SslSession.fromDer(der);
      using copy = session.dup();
      expect(copy.time).toBe(session.time);
      expect(C.i2d_SSL_SESSION(copy.handle)?.equals(session.toDer())).toBe(true);
      if (round % 100 === 0) await new Promise(setImmediate);
    }
    expect(await Promise.all(answers)).toEqual(Array(8).fill([[], 0]));
  });
  // Also those that libssl made and freed itself when it refused bytes.
  expect(made).toBeGreaterThanOrEqual(8 * rounds * 3 + rounds * 2);
});

test('the handles of one environment are refused by another', async () => {
  const handles = Array.from({ length: 50 }, () => C.SSL_SESSION_new());
  const { worker, ended } = start({ task: 'foreign', handles });
  const [{ codes, own }] = await once(worker, 'message');
  expect(codes).toEqual(Array(200).fill('ERR_LIBSSL_INVALID_HANDLE'));

  const refusals = (own as C.Handle[]).flatMap((handle) =>
    [C.SSL_SESSION_get_time, C.SSL_SESSION_up_ref, C.SSL_SESSION_dup, C.SSL_SESSION_free].map(
      (use) => {
        try {
          use(handle);
          return 'none';
        } catch (error) {
          return (error as { code: string }).code;
        }
      },
    ),
  );
  expect(refusals).toEqual(Array(200).fill('ERR_LIBSSL_INVALID_HANDLE'));

  // Neither side lost anything by it.
  worker.postMessage('go on');
  expect(await once(worker, 'message')).toEqual([Array(50).fill('none')]);
  expect(await ended).toBe(0);
  for (const handle of handles) C.SSL_SESSION_free(handle);
});

test('a session itself cannot be posted to a Worker', () => {
  using session = new SslSession();
  let copy: SslSession;
  try {
    copy = structuredClone(session);
  } catch (error) {
    expect(error).toMatchObject({ name: 'DataCloneError' }); // where it can be marked as uncloneable
    return;
  }
  expect(copy).not.toBeInstanceOf(SslSession);
  expect(() => session.isSameSession(copy)).toThrow(TypeError);
  expect(() => SslSession.prototype.dup.call(copy)).toThrow(TypeError);
});

describe('what a Worker leaves is freed', () => {
  test('when it ends by itself', async () => {
    const made = await created(async () => {
      expect(await start({ task: 'leave' }).ended).toBe(0);
    });
    expect(made).toBe(200);
  });

  test('when it calls process.exit', async () => {
    const made = await created(async () => {
      expect(await start({ task: 'exit' }).ended).toBe(5);
    });
    expect(made).toBe(200);
  });

  test('when it throws', async () => {
    const made = await created(async () => {
      const { worker, ended } = start({ task: 'throw' });
      const error = once(worker, 'error');
      expect(await ended).toBe(1);
      expect(String((await error)[0])).toBe('Error: deliberate');
    });
    expect(made).toBe(200);
  });

  test('when it is terminated in the middle of its work', async () => {
    for (let rounds = 1; rounds <= 40; rounds++) {
      const progress = new Int32Array(new SharedArrayBuffer(4));
      const { worker, ended } = start({ task: 'busy', der, progress });
      await reached(progress, rounds, worker);
      await worker.terminate();
      expect(await ended).toBe(1);
    }
    expect(sessionCounts().created).toBeGreaterThan(1000);
  });
});

// Whatever napi call is under way then fails, which must not bring the process down.
test('a Worker may be terminated while it loads', async () => {
  for (let delay = 0; delay < 2; delay += 0.04) {
    const progress = new Int32Array(new SharedArrayBuffer(4));
    const { worker, ended } = start({ task: 'load', progress });
    await reached(progress, 1, worker);
    const from = performance.now();
    while (performance.now() - from < delay); // milliseconds; a timer is not that fine
    await worker.terminate();
    expect(await ended).toBe(1);
  }
});

/** Until the Worker has counted so far. */
async function reached(progress: Int32Array, count: number, worker: Worker): Promise<void> {
  let failed: unknown;
  worker.on('error', (error) => {
    failed = error;
  });
  while (Atomics.load(progress, 0) < count) {
    if (failed !== undefined) throw failed;
    await new Promise(setImmediate);
  }
}
