// The core's tests, without Node (test/native/): configures, builds and runs one preset of
// CMakePresets.json. `node scripts/native.mjs plain|asan|tsan|valgrind`

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { bin, Failure, hasCommand, libsslDir, main, root, run, show, step } from './lib.mjs';
import { askLibrary, setUp } from './setup.mjs';

export const presets = ['plain', 'asan', 'tsan', 'valgrind'];

/** Where the tests find libssl: as told, else what set-up fetched, else where the library found it. */
function libsslDirectory() {
  if (process.env.LIBSSL_SESSION_DIR) return process.env.LIBSSL_SESSION_DIR;
  if (existsSync(join(libsslDir, 'libssl.so.1.1'))) return libsslDir;
  const { info } = askLibrary();
  return info === undefined ? libsslDir : dirname(info.libssl);
}

function unescapeXml(text) {
  const characters = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => characters[name]);
}

/** What ctest --output-junit wrote. Its statuses: run, fail, notrun (skipped), disabled. */
function readResults(file) {
  const results = { passed: 0, failed: 0, skipped: [] };
  const cases = readFileSync(file, 'utf8').matchAll(/<testcase name="([^"]*)".*?<\/testcase>/gs);
  for (const [text, name] of cases) {
    const status = /\bstatus="(\w+)"/.exec(text)?.[1];
    if (status === 'run') {
      results.passed += 1;
    } else if (status === 'notrun' && text.includes('SKIP_REGULAR_EXPRESSION_MATCHED')) {
      const reason = unescapeXml(/skipped: (.*)/.exec(text)?.[1] ?? 'no reason given');
      results.skipped.push({ name: unescapeXml(name), reason });
    } else {
      results.failed += 1; // also a program that is not there, or cannot be run
    }
  }
  return results;
}

/**
 * Builds and runs the tests of one preset, and shows ctest's output. Counts programs, as ctest does.
 * @returns {{ passed: number, failed: number, skipped: { name: string, reason: string }[] }}
 */
export function nativeTests(preset) {
  if (!presets.includes(preset)) throw new Failure(`the presets are ${presets.join(', ')}`);
  if (preset === 'valgrind' && !hasCommand('valgrind')) {
    const reason = 'valgrind is not installed';
    return { passed: 0, failed: 0, skipped: [{ name: 'native tests under valgrind', reason }] };
  }
  const jobs = String(availableParallelism());
  step(`building the native tests (${preset})`);
  run('cmake', 'cmake', [
    '--preset',
    preset,
    `-DLIBSSL_SESSION_DIR=${libsslDirectory()}`,
    `-DLIBSSL_SESSION_HEADERS=${join(libsslDir, 'include')}`,
  ]);
  run('cmake --build', 'cmake', ['--build', '--preset', preset, '--parallel', jobs]);

  const junit = join(root, 'build', 'test-results', `native-${preset}.xml`);
  rmSync(junit, { force: true }); // so that none is read but of this run
  const args = ['--preset', preset, '--parallel', jobs, '--no-tests=error'];
  const exitCode = show('ctest', [...args, '--output-junit', junit]);
  if (!existsSync(junit)) throw new Failure(`ctest gave no results (exit code ${exitCode})`);
  const results = readResults(junit);
  if ((exitCode !== 0) !== results.failed > 0 || results.passed + results.failed === 0) {
    throw new Failure(
      `ctest ended with ${exitCode}, but its results say ${JSON.stringify(results)}`,
    );
  }
  return results;
}

/**
 * A build of the addon by cmake-js; with the headers of node-api-headers, so that nothing is fetched.
 * @returns {string} what LIBSSL_SESSION_PREBUILD is set to for it
 */
export function buildWithCmakeJs(directory = join(root, 'build', 'cmake-js'), variables = {}) {
  step(`building the addon with cmake-js into ${directory.slice(root.length)}`);
  const definitions = Object.entries(variables).map(([key, value]) => `--CD${key}=${value}`);
  run('cmake-js', bin('cmake-js'), [
    'compile',
    '--out',
    join(directory, 'build'),
    ...['--parallel', String(availableParallelism())],
    ...definitions,
  ]);
  return directory;
}

await main(import.meta, () => {
  const preset = process.argv[2] ?? 'plain';
  setUp({ forTests: true });
  const { passed, failed, skipped } = nativeTests(preset);
  for (const { name, reason } of skipped) console.log(`skipped ${name}: ${reason}`);
  console.log(`native (${preset}): ${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  return failed === 0 ? 0 : 1;
});
