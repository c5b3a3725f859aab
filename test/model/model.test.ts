// Random runs over contexts, connections, sessions and caches, with libssl's own count of sessions
// as the judge (model/world.mjs). MODEL_RUNS says how many, MODEL_SEED repeats those of an earlier
// run, and MODEL_PATH goes straight to the one that failed.

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { noValgrind, runUnderValgrind } from '../support/valgrind.mjs';
import { checkModel, done } from './commands.mjs';

const numRuns = Number(process.env.MODEL_RUNS ?? 1000);
const seed = Number(process.env.MODEL_SEED ?? Math.floor(Math.random() * 2 ** 31));
const path = process.env.MODEL_PATH;
const underValgrind = 100;

test(`${numRuns} runs end with no session left`, { timeout: 60_000 + 30 * numRuns }, () => {
  console.log(`MODEL_SEED=${seed} MODEL_RUNS=${numRuns}`);
  checkModel({ seed, numRuns, ...(path !== undefined && { path }) });
  if (path !== undefined || numRuns < 500) return;
  for (const [name, { runs, refused }] of done) {
    // Early data is for a moment that random runs do not meet; `resume` sends some.
    if (name === 'early') continue;
    expect(runs - refused, `${name}: ${refused} of ${runs} refused`).toBeGreaterThan(numRuns / 100);
  }
});

for (const part of [1, 2]) {
  const name = `${underValgrind} runs under valgrind, part ${part}`;
  test(name, { timeout: 600_000 }, async ({ skip }) => {
    skip(noValgrind !== undefined, noValgrind);
    const child = fileURLToPath(new URL('child.mjs', import.meta.url));
    const numbers = [String((seed + part) % 2 ** 31), String(underValgrind)];
    const result = await runUnderValgrind([child, ...numbers]);
    expect(result, `seed ${numbers[0]}`).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(result.errors).toEqual([]);
  });
}
