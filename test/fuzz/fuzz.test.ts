// Random sequences of calls over everything that is exported (fuzz/), in child processes. FUZZ_RUNS
// says how many, FUZZ_SEED where they begin: always at the same place, but in `npm run test:long`.
// What is found is printed as the calls that lead to it.

import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { type Found, find, type Step, smallSteps } from './find.mjs';
import { generate } from './steps.mjs';
import { runJob } from './supervise.mjs';

const count = Number(process.env.FUZZ_RUNS ?? 2000);
const first = Number(process.env.FUZZ_SEED ?? 1);

test(`${count} random sequences of calls find nothing`, {
  timeout: 120_000 + 60 * count,
}, async () => {
  console.log(`FUZZ_SEED=${first} FUZZ_RUNS=${count}`);
  const findings: Found[] = [];
  await find({
    first,
    count,
    processes: Math.min(2, availableParallelism()),
    mostFindings: 3,
    report: (found) => findings.push(found),
  });
  const texts = findings.map(
    ({ seed, log, detail, sequences }) =>
      `seed ${seed}\n${log}\n${detail}\n${JSON.stringify({ sequences })}`,
  );
  expect(texts.join('\n\n')).toBe('');
});

describe.concurrent('what is planted is found, and what is around it left out:', () => {
  const kinds = {
    crash: 'signal SIGSEGV',
    hang: 'hang',
    leak: 'leak',
    handle: 'handle',
    foreign: 'exception',
    secret: 'secret',
    clear: 'clear',
  };
  // Sequences that find nothing by themselves.
  const before = generate(7).slice(0, 2);

  for (const [name, kind] of Object.entries(kinds)) {
    test(name, { timeout: 300_000 }, async () => {
      const options = { planted: true, ...(kind === 'hang' && { hangsAfter: 5000 }) };
      const planted: Step = [name, 1];
      const list = [...before.slice(0, 1), planted, ...before.slice(1)];
      const { finding } = await runJob({ sequences: [before, list], planted: true }, options);
      expect(finding?.kind).toBe(kind);
      // To leave things out takes several of its kind, and the time of each.
      if (finding === null || kind === 'hang') return;
      expect(await smallSteps([list], finding, options)).toEqual([[planted]]);
    });
  }
});
