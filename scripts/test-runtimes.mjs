// npm run test:runtimes: the vitest suite under other Nodes, and a smoke test under Bun and Deno.
// All load the one binary that set-up built: it uses nothing but Node-API. The runtimes come from
// npm's packages of their binaries, into .runtimes/.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { main, root, run, step } from './lib.mjs';
import { setUp } from './setup.mjs';
import { conclude, packaging, sum, vitest } from './test.mjs';

const directory = join(root, '.runtimes');
const isArm = process.arch === 'arm64';
const bun = `@oven/bun-linux-${isArm ? 'aarch64' : 'x64'}`;
const deno = `@deno/linux-${process.arch}-glibc`;

const runtimes = [
  ...[22, 24, 26].map((major) => ({
    name: `Node ${major}`,
    package: `node-linux-${process.arch}@${major}`,
    binary: 'bin/node',
    test: runVitest,
  })),
  { name: 'Bun', package: bun, binary: 'bin/bun', test: (binary) => runSmoke(binary, []) },
  {
    name: 'Deno',
    package: deno,
    binary: 'deno',
    test: (binary) => runSmoke(binary, denoArguments),
  },
];
// All that it may do on the network is nothing; and no file of its own in the tree.
const denoArguments = [
  'run',
  '--no-lock',
  '--cached-only',
  '--no-remote',
  '--quiet',
  '--allow-all',
];

/** Path of the runtime's binary, installed if it is not there. */
function install(runtime) {
  const place = join(directory, runtime.name.toLowerCase().replace(' ', '-'));
  const name = runtime.package.replace(/(?<=.)@\d+$/, '');
  const binary = join(place, 'node_modules', name, runtime.binary);
  if (!existsSync(binary)) {
    step(`fetching ${runtime.package}`);
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place, { recursive: true });
    const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', place];
    run(`npm install ${runtime.package}`, 'npm', ['install', ...options, runtime.package]);
  }
  return binary;
}

/** Its children use process.execPath, so all of it runs under `node`. */
function runVitest(node) {
  // Two minutes for each Node, and the code that it looks at is the same: once is enough.
  return vitest({ node, env: { LIBSSL_SESSION_TEST_VALGRIND: '0' }, exclude: packaging });
}

function runSmoke(binary, args) {
  const result = spawnSync(binary, [...args, join(root, 'test/smoke/smoke.mjs')], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, DENO_DIR: join(directory, 'deno-cache') },
  });
  const lines = (word) => result.stdout.split('\n').filter((line) => line.startsWith(word)).length;
  const failed = Math.max(lines('failed: '), result.status === 0 ? 0 : 1);
  if (failed > 0) console.error(`${result.stdout}${result.stderr}`);
  return { passed: lines('passed: '), failed, skipped: [] };
}

function version(binary) {
  return run(`${binary} --version`, binary, ['--version']).trim().split('\n')[0];
}

/** Runs all, and prints a row for each. */
function testRuntimes() {
  const rows = [];
  const results = runtimes.map((runtime) => {
    const binary = install(runtime);
    step(`testing under ${runtime.name}`);
    const start = performance.now();
    const result = runtime.test(binary);
    rows.push({
      runtime: runtime.name,
      version: version(binary),
      test: runtime.test === runVitest ? 'whole suite' : 'smoke test',
      ...result,
      skipped: result.skipped.length,
      seconds: Math.round((performance.now() - start) / 1000),
    });
    return result;
  });
  console.table(rows);
  return sum(results);
}

await main(import.meta, () => {
  setUp({ forTests: true });
  return conclude(testRuntimes());
});
