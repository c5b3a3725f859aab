// `npm run fuzz [-- --runs N]`: hostile encodings. Coverage-guided by libFuzzer where clang is
// there; else the mutations of test/session/hostile.test.ts, as many.

import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { filesBelow, hasCommand, libsslDir, main, root, run, show, step } from './lib.mjs';
import { setUp } from './setup.mjs';
import { vitest } from './test.mjs';

/** The compiler and the flags that give libFuzzer; undefined without one that links. */
function findClang(target) {
  const names = ['clang++', ...Array.from({ length: 15 }, (_, i) => `clang++-${28 - i}`)];
  return names.filter(hasCommand).find((compiler) => {
    const sources = filesBelow('native/loader', 'native/core').filter((file) => /\.cc$/.test(file));
    try {
      run(`${compiler} -fsanitize=fuzzer`, compiler, [
        '-std=c++17',
        '-O1',
        '-g',
        '-fsanitize=fuzzer,address',
        '-Inative',
        '-o',
        target,
        'test/native/fuzz_session.cc',
        ...sources,
        '-ldl',
        '-pthread',
      ]);
      return true;
    } catch (error) {
      step(`${compiler} has no libFuzzer: ${error.message.trim().split('\n').at(-1)}`);
      return false;
    }
  });
}

await main(import.meta, () => {
  const options = { runs: { type: 'string', default: '10000000' }, mutate: { type: 'boolean' } };
  const { runs, mutate } = parseArgs({ options }).values;
  setUp({ forTests: true });
  mkdirSync(join(root, 'build', 'fuzz', 'corpus'), { recursive: true });
  const target = join(root, 'build', 'fuzz', 'fuzz_session');
  const compiler = mutate ? undefined : findClang(target);
  if (compiler === undefined) {
    step(`no clang with libFuzzer: ${runs} mutations instead`);
    const { failed } = vitest({
      files: ['test/session/hostile.test.ts'],
      env: { HOSTILE_RUNS: runs },
    });
    return failed === 0 ? 0 : 1;
  }
  step(`${runs} runs of libFuzzer (${compiler})`);
  const corpus = join(root, 'build', 'fuzz', 'corpus');
  const fixtures = join(root, 'test', 'fixtures');
  for (const name of readdirSync(fixtures)) {
    if (/^(openssl|node|cli).*\.(der|pem|bin)$/.test(name))
      copyFileSync(join(fixtures, name), join(corpus, name));
  }
  return show(
    target,
    [
      `-runs=${runs}`,
      '-max_len=4096',
      '-print_final_stats=1',
      `-artifact_prefix=${root}build/fuzz/`,
      corpus,
    ],
    {
      env: { ...process.env, LIBSSL_SESSION_DIR: process.env.LIBSSL_SESSION_DIR ?? libsslDir },
    },
  );
});
