// BoringSSL's protocol tests (BoGo): thousands of tests with a peer that does everything wrong, against
// libssl through this library. test/bogo/shim.mjs is what they start.
//
//   npm run test:bogo                    runs all, and compares each with test/bogo/expectations.txt
//   npm run test:bogo -- --only 'A*;B'   only these
//   npm run test:bogo -- --subset        only those about sessions
//   npm run test:bogo -- --in-c          with a shim in plain C, those that fail because of libssl
//   npm run test:bogo -- --update        puts what has changed into expectations.txt
//   node scripts/bogo.mjs                prints docs/bogo.md; --write writes it, --check compares

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { causeOf } from './bogo-causes.mjs';
import { file, markdown } from './bogo-document.mjs';
import {
  byName,
  compare,
  formatExpectations,
  parseExpectations,
  parseResults,
  passes,
} from './bogo-expectations.mjs';
import {
  buildShim,
  compareRows,
  libsslsTests,
  passInC,
  readRows,
  runInC,
  shownInC,
  updateRows,
} from './bogo-in-c.mjs';
import { buildRunner, output, resources, runRunner } from './bogo-runner.mjs';
import { Failure, keepDocument, main, root, step } from './lib.mjs';
import { askLibrary, setUp } from './setup.mjs';

const expectationsFile = join(root, 'test/bogo/expectations.txt');
const subset = 'Resume*;*Ticket*;*PSK*;EarlyData*';

export function readExpectations() {
  const text = existsSync(expectationsFile) ? readFileSync(expectationsFile, 'utf8') : '';
  return parseExpectations(text);
}

/** Runs the tests whose names fit the patterns, or all: what the runner has printed. */
export async function runTests(patterns, workers) {
  buildRunner();
  const pool = fork(join(root, 'test/bogo/pool.mjs'), { cwd: resources });
  const [port] = await once(pool, 'message');
  const env = { BOGO_POOL: String(port) };
  const printed = await runRunner(join(root, 'test/bogo/shim'), { patterns, workers, env });
  writeFileSync(output, printed, 'latin1');
  if (pool.exitCode !== null || pool.signalCode !== null) {
    throw new Failure(`the shims' process has ended: ${pool.signalCode ?? pool.exitCode}`);
  }
  pool.disconnect();
  return printed;
}

// Tests that are where they were stay in their groups.
function update(groups, results) {
  const before = byName(groups);
  const titles = new Map(before);
  for (const [name, failure] of results) {
    const title = before.get(name);
    if (failure === null) titles.set(name, passes);
    else if (title === undefined || title === passes) titles.set(name, causeOf(name, failure));
  }
  const updated = new Map();
  for (const [name, title] of titles) updated.set(title, [...(updated.get(title) ?? []), name]);
  writeFileSync(expectationsFile, formatExpectations(updated));
}

/** Runs, and compares: what is not as expected. */
export async function check(patterns, workers) {
  const results = parseResults(await runTests(patterns, workers));
  if (results.size === 0) throw new Failure('the runner has run no test');
  const passed = [...results.values()].filter((failure) => failure === null).length;
  return {
    results,
    passed,
    problems: compare(readExpectations(), results, patterns === undefined),
  };
}

// With the shim in plain C: what does not fail there, or not as in-c.txt says.
async function checkInC(workers) {
  buildRunner();
  buildShim(askLibrary().info);
  const groups = readExpectations();
  const tests = libsslsTests(groups);
  const outcomes = await runInC(tests, { workers });
  if (process.argv.includes('--update')) updateRows(groups, outcomes);
  const problems = [...compareRows(readRows(), outcomes), ...passInC(groups, outcomes)];
  for (const problem of problems) console.log(problem);
  console.log(`${tests.length} tests in C, ${problems.length} not as expected`);
  return problems.length === 0 ? 0 : 1;
}

function option(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

await main(import.meta, async () => {
  if (!process.argv.includes('--run')) {
    const groups = readExpectations();
    keepDocument(file, markdown(groups, shownInC(groups)), 'bogo.mjs');
    return 0;
  }
  const inC = process.argv.includes('--in-c');
  setUp({ forTests: inC });
  if (inC) return checkInC(option('--workers'));
  const patterns = process.argv.includes('--subset') ? subset : option('--only');
  step(`BoringSSL's tests: ${patterns ?? 'all'}`);
  const { results, passed, problems } = await check(patterns, option('--workers'));
  if (process.argv.includes('--update')) update(readExpectations(), results);
  else for (const problem of problems) console.log(problem);
  const summary = `${results.size} tests, ${passed} passed`;
  console.log(`${summary}, ${problems.length} not as expected`);
  return problems.length === 0 ? 0 : 1;
});
