// `npm test`: set-up, then every test. Ends with one plain line: N passed, N failed, N skipped.
// With file names, only these, under vitest: `npm test -- test/session/session.test.ts`.

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, main, root, show, step } from './lib.mjs';
import { buildWithCmakeJs, nativeTests, presets } from './native.mjs';
import { buildDirectory, prebuild } from './prebuild.mjs';
import { setUp } from './setup.mjs';
import { noToolchainReason } from './toolchain.mjs';

/** The tests of what is published: they do not depend on the Node.js or the build that runs them. */
export const packaging = [
  'test/scripts/prebuild.test.ts',
  'test/scripts/package.test.ts',
  'test/cli/setup.test.ts',
  'test/scripts/release.test.ts',
];

/**
 * What goes straight to the addon: with the second build, too. The TypeScript over it, and other
 * programs, are tested with the first one.
 */
const ofTheAddon = [
  ...['common', 'conformance', 'connection', 'context', 'exit', 'fuzz', 'library', 'libssl'],
  ...['lifetime', 'oracle', 'peers', 'resumption', 'session'],
].map((name) => `test/${name}/`);

/**
 * Runs the vitest suite with the Node.js that runs this, or another: without the files of `exclude`,
 * and without the tests whose names begin as the regular expression `except` says.
 */
export function vitest({
  node = process.execPath,
  args = [],
  env = {},
  files = [],
  exclude = [],
  except = '',
} = {}) {
  const directory = join(root, 'build', 'test-results');
  const file = join(directory, 'vitest.json');
  mkdirSync(directory, { recursive: true });
  rmSync(file, { force: true });
  const program = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=./scripts/vitest-results.mjs'];
  const excluded = exclude.flatMap((file) => ['--exclude', file]);
  const named = except === '' ? [] : ['-t', `^(?!${except})`];
  const plain = process.stdout.isTTY ? {} : { NO_COLOR: '1' };
  const code = show(
    node,
    [...args, program, 'run', ...reporters, ...files, ...excluded, ...named],
    {
      env: { ...process.env, ...plain, ...env, VITEST_RESULTS: file },
    },
  );
  if (!existsSync(file)) throw new Failure(`vitest gave no results (exit code ${code})`);
  const results = JSON.parse(readFileSync(file, 'utf8'));
  if ((code !== 0) !== results.failed > 0) {
    throw new Failure(`vitest ended with ${code}, but its results say ${JSON.stringify(results)}`);
  }
  return results;
}

export function sum(results) {
  return {
    passed: results.reduce((total, result) => total + result.passed, 0),
    failed: results.reduce((total, result) => total + result.failed, 0),
    skipped: results.flatMap((result) => result.skipped),
  };
}

/** The plain closing line, and the exit code. */
export function conclude({ passed, failed, skipped }) {
  for (const test of skipped) {
    console.log(`skipped: ${test.name} (${test.reason})`);
  }
  const tail = skipped.length === 0 ? '' : `, ${skipped.length} skipped`;
  console.log(`${passed} passed, ${failed} failed${tail}`);
  return failed === 0 ? 0 : 1;
}

await main(import.meta, () => {
  setUp({ forTests: true });
  const noPrebuild = noToolchainReason();
  const files = process.argv.slice(2);
  const needsPrebuild = files.length === 0 || files.some((file) => packaging.includes(file));
  if (noPrebuild === undefined && needsPrebuild) prebuild();
  if (files.length > 0) return conclude(vitest({ files }));

  const results = [];
  step('the addon as node-gyp builds it, under vitest');
  results.push(vitest());
  for (const preset of presets) {
    step(`the core without Node: ${preset}`);
    results.push(nativeTests(preset));
  }
  // The second build, by cmake-js: the one that users get, or one with this machine's compiler.
  const directory = noPrebuild === undefined ? buildDirectory(process.arch) : buildWithCmakeJs();
  step(`the addon in ${directory.slice(root.length)}, under vitest`);
  const env = { LIBSSL_SESSION_PREBUILD: directory, LIBSSL_SESSION_TEST_VALGRIND: '0' };
  results.push(vitest({ env, files: [...ofTheAddon, 'test/secrets/memory.test.ts'] }));
  return conclude(sum(results));
});
