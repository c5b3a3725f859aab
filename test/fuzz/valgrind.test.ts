// Some of the random sequences of fuzz.test.ts under valgrind: FUZZ_VALGRIND_RUNS of them.

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { noValgrind, runUnderValgrind } from '../support/valgrind.mjs';

const first = Number(process.env.FUZZ_SEED ?? 1);
const child = fileURLToPath(new URL('child.mjs', import.meta.url));
const size = 25;
const parts = Math.ceil(Number(process.env.FUZZ_VALGRIND_RUNS ?? 75) / size);

for (let part = 0; part < parts; part++) {
  const seed = first + size * part;
  test.concurrent(`${size} sequences under valgrind, part ${part}`, { timeout: 900_000 }, async ({
    skip,
  }) => {
    skip(noValgrind !== undefined, noValgrind);
    const job = JSON.stringify({ first: seed, count: size });
    const result = await runUnderValgrind(['--jitless', '--expose-gc', child, job]);
    const { stdout, errors, ...ended } = result;
    // Of V8, where --jitless turns off what is on.
    ended.stderr = ended.stderr.replace(/^Warning: disabling flag --expose_wasm .*\n/, '');
    const at = `FUZZ_SEED=${seed}: ${stdout.slice(-300)}`;
    expect(ended, at).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(errors, at).toEqual([]);
  });
}
