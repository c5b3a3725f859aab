// That libssl itself fails BoringSSL's tests: a shim in plain C, test/bogo/in-c/, fails those that the shim
// over this package fails because of libssl. test/bogo/in-c.txt has one test of each group, and what comes
// of it in C, a line each: `test: outcome`.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLibssls, outcomeOf } from './bogo-causes.mjs';
import { byName, parseResults } from './bogo-expectations.mjs';
import { runRunner } from './bogo-runner.mjs';
import { hasCommand, libsslDir, root, run } from './lib.mjs';

const rowsFile = join(root, 'test/bogo/in-c.txt');
const source = join(root, 'test/bogo/in-c/shim.c');
const program = join(root, 'build/bogo-shim');
const compiler = process.env.CC ?? 'cc';

/** Why the shim cannot be built here; undefined if it can. */
export function noShimReason() {
  if (!existsSync(join(libsslDir, 'include'))) {
    return 'the headers of OpenSSL 1.1.1 are not in .libssl/include';
  }
  return hasCommand(compiler) ? undefined : `there is no C compiler (${compiler})`;
}

/** Builds the shim with the libssl that the package uses. */
export function buildShim({ libssl, libcrypto }) {
  mkdirSync(join(root, 'build'), { recursive: true });
  const half = `${program}.${process.pid}`;
  run('cc', compiler, [
    ...['-std=gnu11', '-D_GNU_SOURCE', '-O1', '-Wall', '-Wextra', '-Werror'],
    ...['-Wno-deprecated-declarations', '-I', join(libsslDir, 'include'), '-o', half, source],
    ...[libssl, libcrypto, `-Wl,-rpath,${join(libssl, '..')}`],
  ]);
  renameSync(half, program);
}

/** What in-c.txt has: test -> outcome. */
export function readRows() {
  const lines = existsSync(rowsFile) ? readFileSync(rowsFile, 'utf8').split('\n') : [];
  const rows = lines.filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(rows.map((line) => [line.split(': ', 1)[0], line.slice(line.indexOf(': ') + 2)]));
}

/** The test of each group that in-c.txt has: title -> test. */
export function shownInC(groups, rows = readRows()) {
  const titles = byName(groups);
  return new Map([...rows.keys()].map((test) => [titles.get(test), test]));
}

/** Runs tests with the shim in C: their outcomes. */
export async function runInC(tests, options) {
  const output = await runRunner(program, { patterns: [...tests].join(';'), ...options });
  return new Map([...parseResults(output)].map(([test, failure]) => [test, outcomeOf(failure)]));
}

/** What does not come out as in-c.txt says. */
export function compareRows(rows, outcomes) {
  return [...rows].flatMap(([test, outcome]) =>
    outcomes.get(test) === outcome
      ? []
      : [`${test} in C: ${outcomes.get(test) ?? 'not run'}, expected ${outcome}`],
  );
}

/** Of all tests that fail because of libssl: those that do not fail in C as well. */
export function passInC(groups, outcomes) {
  return [...groups]
    .filter(([title]) => isLibssls(title))
    .flatMap(([, tests]) =>
      tests
        .filter((test) => /^(passed|undefined|UNIMPLEMENTED.*)$/.test(String(outcomes.get(test))))
        .map((test) => `${test} in C: ${outcomes.get(test)}, but libssl is said to fail it`),
    );
}

/** All tests of the groups that are libssl's. */
export function libsslsTests(groups) {
  return [...groups].flatMap(([title, tests]) => (isLibssls(title) ? tests : []));
}

const comments = [
  '# One test of each group that fails because of libssl, and what comes of it with the shim in plain C.',
  '# The format: scripts/bogo-in-c.mjs. npm run test:bogo -- --in-c compares; --update writes.',
];

/** Writes in-c.txt: the rows that there are, or the first test of a group. */
export function updateRows(groups, outcomes) {
  const known = shownInC(groups);
  const rows = [...groups]
    .filter(([title]) => isLibssls(title))
    .map(([title, tests]) => known.get(title) ?? tests[0])
    .map((test) => `${test}: ${outcomes.get(test)}`);
  writeFileSync(rowsFile, [...comments, ...rows.sort(), ''].join('\n'));
}
