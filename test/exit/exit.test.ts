// How a process or a Worker ends, by what it holds then. Real children: an exit is what is tested.

import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { noValgrind, runNode, runUnderValgrind } from '../support/valgrind.mjs';

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const cell = (how: string, what: string) => ['--expose-gc', script('child.mjs'), how, what];

const runsNode = !('bun' in process.versions || 'deno' in process.versions);
const nothing = /^$/;
// What the runtime says of it; Node exactly so.
const trace = runsNode
  ? /^file:\/\/\S+child\.mjs:\d+\n.*throw new Error\('deliberate'\);\n +\^\n\nError: deliberate\n( {4}at .*\n)+\nNode\.js v[\d.]+\n$/
  : /\berror: deliberate\n/i;

const ends = [
  { how: 'natural end', code: 0, stderr: nothing },
  { how: 'process.exit', code: 7, stderr: nothing },
  { how: 'uncaught exception', code: 1, stderr: trace },
  { how: 'Worker end', code: 0, stderr: nothing, worker: 0 },
  { how: 'worker.terminate()', code: 0, stderr: nothing, worker: 1 },
  { how: 'process.exit beside a busy Worker', code: 7, stderr: nothing },
];
const holdings = [
  ...['no session', 'freed sessions', 'live sessions', 'forgotten sessions'],
  ...['live connections', 'forgotten connections'],
];
const cells = ends.flatMap((end) => holdings.map((what) => ({ ...end, what })));

/** The exit code, no signal, nothing on stderr that does not belong; after a Worker, nothing left. */
function expectCleanEnd(
  result: { code: number | null; signal: string | null; stdout: string; stderr: string },
  { code, stderr, worker, what }: (typeof cells)[number],
) {
  expect(result).toMatchObject({ code, signal: null });
  expect(result.stderr).toMatch(stderr);
  if (worker === undefined) {
    expect(result.stdout).toBe('');
  } else {
    const counts = JSON.parse(result.stdout);
    expect(counts).toMatchObject({ worker, live: 0 });
    if (what === 'no session') expect(counts.created).toBe(0);
    else expect(counts.created).toBeGreaterThanOrEqual(40);
  }
}

describe('the exit matrix', () => {
  for (const row of cells) {
    test(`${row.how} with ${row.what}`, async () => {
      expectCleanEnd(await runNode(cell(row.how, row.what)), row);
    });
  }
});

const valgrindTimeout = 600_000;
// All at once: to start Node is most of what valgrind takes its time for.
const holding = ends.map((end) => ({ ...end, what: 'everything' }));

describe('the exit matrix under valgrind', () => {
  // Started together, so that two run at once; each test waits for its own.
  const results = new Map<object, ReturnType<typeof runUnderValgrind>>();
  function resultOf(row: object) {
    if (results.size === 0) {
      for (const each of holding) {
        const result = runUnderValgrind(cell(each.how, each.what));
        result.catch(() => {}); // the test that awaits it reports it
        results.set(each, result);
      }
    }
    return results.get(row);
  }

  for (const row of holding) {
    const name = `${row.how} with ${row.what} touches nothing invalid and loses nothing`;
    test(name, { timeout: valgrindTimeout }, async ({ skip }) => {
      skip(noValgrind !== undefined, noValgrind);
      const result = await resultOf(row);
      if (result === undefined) throw new Error('not started');
      expectCleanEnd(result, row);
      expect(result.errors).toEqual([]);
      // Where Node cleans up, the addon has freed what was left. Node does not clean up after its
      // main thread at process.exit and after an uncaught exception: there the system takes all.
      if (row.code === 0) expect(result.reachable.filter(isOurs)).toEqual([]);
    });
  }

  function isOurs({ frames }: { frames: { function: string }[] }): boolean {
    const by = (which: RegExp) => (frame: { function: string }) => which.test(frame.function);
    return (
      frames.some(by(/^SSL_SESSION_(new|dup)$/)) ||
      // Itself, not what it sets up once for the process.
      frames.slice(0, 3).some(by(/^SSL_(CTX_)?new$/))
    );
  }

  test('finds sessions that a script loses', { timeout: valgrindTimeout }, async ({ skip }) => {
    skip(noValgrind !== undefined, noValgrind);
    const { code, errors } = await runUnderValgrind([script('leak.mjs')]);
    expect(code).toBe(0);
    expect(errors).not.toEqual([]);
    expect(errors.filter(({ kind }) => kind === 'Leak_DefinitelyLost').some(isOurs)).toBe(true);
  });

  test('finds a read of a freed session', { timeout: valgrindTimeout }, async ({ skip }) => {
    skip(noValgrind !== undefined, noValgrind);
    const { code, errors } = await runUnderValgrind([script('use-after-free.mjs')]);
    expect(code).toBe(0);
    const reads = errors.filter(({ kind }) => kind === 'InvalidRead');
    expect(reads.map(({ frames }) => frames[0]?.function)).toContain('SSL_SESSION_get_time');
  });
});
