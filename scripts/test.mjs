// `npm test`: set-up, then every test. Ends with one plain line: N passed, N failed, N skipped.
// With file names, only these, under vitest: `npm test -- test/session.test.ts`.

import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { main, root, show, step } from './lib.mjs';
import { buildWithCmakeJs, nativeTests, presets } from './native.mjs';
import { setUp } from './setup.mjs';

/** Runs the vitest suite with the Node.js that runs this, or another. */
export function vitest({ node = process.execPath, env = {}, files = [] } = {}) {
  const results = join(root, 'build', 'test-results', 'vitest.json');
  mkdirSync(join(root, 'build', 'test-results'), { recursive: true });
  rmSync(results, { force: true });
  const code = show(
    node,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${results}`,
      ...files,
    ],
    { env: { ...process.env, ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }), ...env } },
  );
  const report = JSON.parse(readFileSync(results, 'utf8'));
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed');
  // A suite that failed outside its tests is a failure too.
  const failed = Math.max(report.numFailedTests, code === 0 ? 0 : 1);
  return { passed: report.numPassedTests, failed, skipped: skipped.map((test) => test.fullName) };
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
    console.log(`skipped: ${typeof test === 'string' ? test : `${test.name} (${test.reason})`}`);
  }
  const tail = skipped.length === 0 ? '' : `, ${skipped.length} skipped`;
  console.log(`${passed} passed, ${failed} failed${tail}`);
  return failed === 0 ? 0 : 1;
}

await main(import.meta, () => {
  setUp({ forTests: true });
  const files = process.argv.slice(2);
  if (files.length > 0) return conclude(vitest({ files }));

  const results = [];
  step('the addon as node-gyp builds it, under vitest');
  results.push(vitest());
  for (const preset of presets) {
    step(`the core without Node: ${preset}`);
    results.push(nativeTests(preset));
  }
  step('the addon as cmake-js builds it, under vitest');
  results.push(vitest({ env: { LIBSSL_SESSION_PREBUILD: buildWithCmakeJs() } }));
  return conclude(sum(results));
});
