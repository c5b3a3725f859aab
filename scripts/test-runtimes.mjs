// npm run test:runtimes: the vitest suite under every runtime that is supported. All load the one
// binary that set-up built: it uses nothing but Node-API. The runtimes come from npm's packages of
// their binaries, into .runtimes/. With --write the table goes into README.md.

import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { main, root, run, step, writeTable } from './lib.mjs';
import { setUp } from './setup.mjs';
import { conclude, packaging, sum, vitest } from './test.mjs';

const directory = join(root, '.runtimes');
const isArm = process.arch === 'arm64';
const bun = `@oven/bun-linux-${isArm ? 'aarch64' : 'x64'}`;
const deno = `@deno/linux-${process.arch}-glibc`;

const isItsOwn = 'is about what Node does, where this one does otherwise';
const tls = 'needs the node:tls of Node: this one is over BoringSSL or rustls';
const collector = 'forces a collector that is not V8’s, or that of a Worker, at once';

const runtimes = [
  ...[20, 22, 24, 26].map((major) => ({
    name: `Node.js ${major}`,
    package: `node-linux-${process.arch}@${major}`,
    binary: 'bin/node',
    command: (binary) => [binary],
    leftOut: {},
  })),
  {
    name: 'Bun',
    package: bun,
    binary: 'bin/bun',
    command: (binary) => [binary],
    leftOut: {
      'test/cli.test.ts': isItsOwn,
      'test/conformance/extended-master-secret.test.ts': tls,
      'test/examples.test.ts': tls,
      'test/exit.test.ts': isItsOwn,
      'test/guides.test.ts': tls,
      'test/isolation.test.ts': isItsOwn,
      'test/lifetime.test.ts': collector,
      'test/node-tls.test.ts': tls,
      'test/peers.test.ts': tls,
      'test/session-store.test.ts': isItsOwn,
      'test/trace.test.ts': collector,
    },
  },
  {
    name: 'Deno',
    package: deno,
    binary: 'deno',
    // It may do nothing on the network but what tests do on loopback, and leaves no file in the tree.
    command: (binary) => [binary, ...denoArguments],
    leftOut: {
      'test/cli.test.ts': isItsOwn,
      'test/conformance/extended-master-secret.test.ts': tls,
      'test/encode.test.ts': isItsOwn,
      'test/examples.test.ts': tls,
      'test/exit.test.ts': isItsOwn,
      'test/guides.test.ts': tls,
      'test/isolation.test.ts': isItsOwn,
      'test/lifetime.test.ts': collector,
      'test/load.test.ts': isItsOwn,
      'test/node-tls.test.ts': tls,
      'test/peers.test.ts': tls,
      'test/trace.test.ts': isItsOwn,
      'test/worker.test.ts': collector,
    },
  },
];
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
  const place = join(directory, runtime.name.toLowerCase().replace(/\W+/g, '-'));
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

/** Its children use process.execPath, so all of it runs under that runtime. */
function test(runtime, binary) {
  const [node, ...args] = runtime.command(binary);
  return vitest({
    node,
    args,
    env: {
      // What is random or slow looks at the same native code each time: `npm test` does all of it.
      LIBSSL_SESSION_TEST_VALGRIND: '0',
      ORACLE_RUNS: '200',
      HOSTILE_RUNS: '10000',
      MODEL_RUNS: '100',
      DENO_DIR: join(directory, 'deno-cache'),
    },
    exclude: [...packaging, ...Object.keys(runtime.leftOut)],
  });
}

function version(binary) {
  const line = run(`${binary} --version`, binary, ['--version']).trim().split('\n')[0];
  return line.replace(/^(v|deno )|\(.*\)/g, '').trim();
}

/** The files that were left out, for each reason. */
function leftOut(runtime) {
  const files = Object.entries(runtime.leftOut);
  return [...new Set(files.map(([, reason]) => reason))]
    .map((reason) => [reason, files.filter(([, of]) => of === reason)])
    .map(
      ([reason, files]) => `${files.map(([file]) => `\`${short(file)}\``).join(', ')}: ${reason}`,
    )
    .join('; ');
}
const short = (file) => file.replace(/^test\/|\.test\.ts$/g, '');

await main(import.meta, () => {
  setUp({ forTests: true });
  const rows = [];
  const results = runtimes.map((runtime) => {
    const binary = install(runtime);
    step(`testing under ${runtime.name}`);
    const result = test(runtime, binary);
    rows.push({
      runtime: runtime.name,
      version: version(binary),
      passed: result.passed,
      failed: result.failed,
      skipped: result.skipped.length,
      'test files left out': leftOut(runtime) || 'none',
    });
    return result;
  });
  writeTable('test:runtimes', rows, process.argv.includes('--write'));
  return conclude(sum(results));
});
