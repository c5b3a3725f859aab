// npm run test:runtimes: the vitest suite under every runtime that is supported, and the smoke suite
// with the installed package. Each has one binary for all of them: it uses nothing but Node-API. The
// runtimes come from npm's packages of their binaries, into .runtimes/. With --write the table goes
// into docs/systems.md; with names, as in `npm run test:runtimes -- Bun Deno`, these only.

import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure, main, root, run, step, writeTable } from './lib.mjs';
import { pack } from './pack.mjs';
import { prebuild } from './prebuild.mjs';
import { askLibrary, setUp } from './setup.mjs';
import { conclude, packaging, sum, vitest } from './test.mjs';
import { noToolchainReason } from './toolchain.mjs';

const directory = join(root, '.runtimes');
const denoCache = join(directory, 'deno-cache');
const isArm = process.arch === 'arm64';
const bun = `@oven/bun-linux-${isArm ? 'aarch64' : 'x64'}`;
const deno = `@deno/linux-${process.arch}-glibc`;

// What a runtime cannot run, with the reason: whole files, or tests whose names begin so.

const onlyForNode = [
  {
    why: 'its `node:tls` is another than that of Node.js, which is what is compared with',
    files: ['test/tls/differential.test.ts', 'test/context/options-node-tls.test.ts'],
  },
  {
    why: 'it has no OpenSSL of its own that libssl 1.1.1 could be bound to',
    tests: [
      'where the references of libssl and libcrypto 1\\.1 go a plain dlopen',
      'what was opened into the process earlier (both libraries|libcrypto alone), plainly',
      'Node’s own OpenSSL and libssl 1\\.1\\.1 work side by side',
    ],
  },
  {
    why: 'its `X509Certificate` rejects an invalid date',
    tests: ['inspect a certificate with a date that is none'],
  },
];

// What comes from servers of `node:tls`, or goes to its clients.
const sessionsOfNode = [
  "docs/guides/from-node-tls.md 'Sessions'",
  'SslSession is what the event gives, and node takes',
];

// Who uses sockets is the runtime's own there.
const consumers = (...names) => names.map((name) => `test/tls/consumers/${name}.test.ts`);

const notForBun = [
  ...onlyForNode,
  {
    why: 'its `node:tls` is built on BoringSSL, whose sessions, names and limits differ',
    tests: [
      'a session of TLSv1\\.[23] (?!resumes as)',
      "'node:tls' (TLSv1(\\.1)? |.*libssl-session a |.*a session made by)",
      '(noTicket: (true|false) )?1\\.2 70-test_tlsextms, ([24678]:|5 \\(|the flag)',
      "docs/guides/node-tls-sessions.md '(Look inside|Keep it|On a server)",
      "docs/guides/conformance-testing.md 'Two stacks",
      '(inspect-node-session|tour)\\.mjs prints',
      'node:tls the (client|server) judges',
    ],
  },
  {
    why: 'its garbage collector also keeps what only looks like a reference',
    tests: ['what is forgotten is collected', 'what a review found fake timers'],
  },
  {
    why: 'its stack traces leave out calls at the end of a function',
    tests: [
      'with LIBSSL_SESSION_TRACE=1 (worker: )?a session that only the collector',
      'with LIBSSL_SESSION_TRACE=1 Node prints it',
    ],
  },
  {
    why: 'its `process.getActiveResourcesInfo()` does not list timers',
    tests: ['while the handshake waits the (server|client|both) may be freed'],
  },
  {
    why: 'the test searches all memory of a process, which here is gigabytes',
    files: ['test/secrets/memory.test.ts'],
  },
  {
    why: 'its HTTP/2 and its undici are its own, and a child cannot have a socket as its stdin',
    files: consumers('ftp', 'http2', 'undici', 'undici-connector'),
    tests: ['tls-(ftps|http2|undici)\\.mjs prints'],
  },
  {
    why: 'its `node:tls` is built on BoringSSL, which sends tickets at other times',
    tests: [
      "SslAgent to 'node:tls', 'TLSv1\\.3': each new connection resumes",
      "'(node:tls|libssl-session/tls)' to 'node:tls', 'TLSv1\\.3': tickets come",
      ...sessionsOfNode,
    ],
  },
  {
    why: 'its `util.debuglog()` does not say whether it is enabled',
    tests: ['steps, pauses, events and refused calls', 'the data of a stream is a line'],
  },
  {
    why: 'its `node:net` keeps what a listener throws to itself, and reads on when paused',
    tests: [
      'what a listener of (connect|ready) throws on a client',
      'what a client sends while SNICallback thinks',
    ],
  },
];

const notForDeno = [
  ...onlyForNode,
  {
    why: 'its `node:tls` is built on rustls, and its session buffers contain no session',
    tests: [
      'a session of TLSv1\\.[23] ',
      "'node:tls' (?!TLSv1\\.[23] at a server of node:tls a client of libssl-session shakes)",
      '(noTicket: (true|false) )?1\\.2 70-test_tlsextms, ([24678]:|5 \\(|the flag)',
      "docs/guides/node-tls-sessions.md '(Look inside|Keep it|On a server)",
      '(inspect-node-session|tour)\\.mjs prints',
      'node:tls the (client|server) judges',
    ],
  },
  {
    why: 'its Workers keep running after `terminate()`, even when they have emitted `exit`',
    tests: [
      'the exit matrix worker\\.terminate\\(\\) with (?!no session)',
      'a Worker that is stopped in the middle of handshakes',
      'a Worker may be terminated while it loads',
      'what a Worker leaves is freed when it is terminated',
    ],
  },
  {
    why: 'a shell starts it without permissions, and on a terminal it asks for them',
    tests: [
      'convert --out to a device',
      'what is no session a file that is missing',
      'the outside (a reader|an output)',
      'on a terminal ',
    ],
  },
  {
    why: 'it needs a package.json, a home directory and a file where Node.js needs none',
    tests: [
      'without LIBSSL_SESSION_DIR where there is none',
      'the cache directory of the user (is looked|is below|a user without)',
    ],
  },
  {
    why: 'its `spawnSync()` gives no output from a child that did not read its input',
    tests: ['what is no session 10 MB'],
  },
  {
    why: 'its HTTP does not keep connections as that of Node.js, and a child cannot have a socket as its stdin',
    files: consumers('agent', 'ftp', 'http', 'http2', 'undici', 'undici-connector'),
    tests: ['tls-(ftps|http)\\.mjs prints', 'SslAgent keeps connections'],
  },
  {
    why: 'its `node:tls` is built on rustls, which tells of its sessions at other times',
    tests: [
      "'node:tls' to '(node:tls|libssl-session/tls)', 'TLSv1\\.3': tickets come",
      ...sessionsOfNode,
    ],
  },
  {
    why: 'its `process.kill()` does not send it SIGSEGV',
    tests: ['what is planted is found, and what is around it left out: crash'],
  },
  {
    why: 'its `markAsUncloneable()` has no effect',
    tests: ['what owns a reference is not cloned'],
  },
  {
    why: 'its `node:net` tells what a listener throws as a rejected promise, and its own files come and go among those that the tests count',
    files: ['destroyed', 'floods', 'garbage', 'listeners', 'peers', 'renegotiation'].map(
      (name) => `test/tls/abuse/${name}.test.ts`,
    ),
  },
];

const valgrind = 'LIBSSL_SESSION_TEST_VALGRIND';

export const runtimes = [
  ...[20, 22, 24, 26].map((major) => ({
    name: `Node.js ${major}`,
    package: `node-linux-${process.arch}@${major}`,
    binary: 'bin/node',
    command: (binary) => [binary],
    leftOut: [],
  })),
  {
    name: 'Bun',
    package: bun,
    binary: 'bin/bun',
    command: (binary) => [binary],
    leftOut: notForBun,
  },
  {
    name: 'Deno',
    package: deno,
    binary: 'deno',
    // It fetches no modules, and writes no lock file.
    command: (binary) => [binary, ...denoArguments],
    leftOut: notForDeno,
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
export function install(runtime) {
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

/**
 * The package in a folder of its own, as users install it, and the smoke suite beside it. Gives what
 * runs the suite there.
 */
function installPackage() {
  prebuild();
  const { path } = pack(join(directory, 'package'));
  const folder = join(directory, 'consumer');
  rmSync(folder, { recursive: true, force: true });
  for (const tests of ['smoke', 'fixtures']) {
    cpSync(join(root, 'test', tests), join(folder, 'test', tests), { recursive: true });
  }
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder];
  run(`npm install ${path}`, 'npm', ['install', ...options, path]);
  const libssl = dirname(askLibrary().info.libssl);
  return (runtime, binary) => {
    const [command, ...args] = [...runtime.command(binary), 'test/smoke/smoke.mjs'];
    const env = { ...process.env, LIBSSL_SESSION_DIR: libssl, DENO_DIR: denoCache };
    console.log(run(`${runtime.name}: smoke suite`, command, args, { cwd: folder, env }));
  };
}

/** Its children use process.execPath, so all of it runs under that runtime. */
function test(runtime, binary) {
  const [node, ...args] = runtime.command(binary);
  const files = runtime.leftOut.flatMap(({ files = [] }) => files);
  const patterns = runtime.leftOut.flatMap(({ tests = [] }) => tests);
  const result = vitest({
    node,
    args,
    env: {
      // What is random or slow looks at the same native code each time: `npm test` does all of it.
      [valgrind]: '0',
      ORACLE_RUNS: '200',
      HOSTILE_RUNS: '10000',
      MODEL_RUNS: '100',
      DENO_DIR: denoCache,
    },
    exclude: [...packaging, ...files],
    except: patterns.join('|'),
  });
  const unused = new Set(patterns);
  for (const skipped of result.skipped) {
    const name = skipped.name.replaceAll(' > ', ' ');
    for (const { why, tests = [] } of runtime.leftOut) {
      for (const pattern of tests.filter((pattern) => new RegExp(`^(${pattern})`).test(name))) {
        skipped.reason = why;
        unused.delete(pattern);
      }
    }
    if (skipped.reason === `${valgrind}=0`) skipped.reason = 'run under valgrind by `npm test`';
  }
  if (unused.size > 0)
    throw new Failure(`of no test of ${runtime.name}: ${[...unused].join(', ')}`);
  return result;
}

function version(binary) {
  const line = run(`${binary} --version`, binary, ['--version']).trim().split('\n')[0];
  return line.replace(/^(v|deno )|\(.*\)/g, '').trim();
}

/** What was left out: how many tests of which files, or which files as a whole, and why. */
function leftOut(runtime, { skipped }) {
  const reasons = [...new Set(skipped.map(({ reason }) => reason))];
  const tests = reasons.map((reason) => {
    const of = skipped.filter((test) => test.reason === reason);
    const files = [...new Set(of.map(({ file }) => short(file)))].sort();
    return `${of.length} of ${files.join(', ')}: ${reason}`;
  });
  const files = runtime.leftOut.flatMap(({ files, why }) =>
    files === undefined ? [] : [`all of ${files.map(short).join(', ')}: ${why}`],
  );
  return [...tests, ...files];
}

/** A line for each thing that was left out, with the runtimes that left it out. */
function leftOutLines(results) {
  const things = [...new Set(results.flatMap(({ things }) => things))];
  const lines = things.map((thing) => {
    const names = results.filter(({ things }) => things.includes(thing)).map(({ name }) => name);
    return `- ${names.length === results.length ? 'each' : names.join(', ')}: ${thing}`;
  });
  return `Skipped, or left out as whole files:\n\n${lines.join('\n')}`;
}

/** `exit` is test/exit/exit.test.ts, `cli/setup` is test/cli/setup.test.ts. */
const short = (file) =>
  `\`${file.replace(/^test\/|\.test\.ts$/g, '').replace(/^(.+)\/\1$/, '$1')}\``;

await main(import.meta, () => {
  setUp({ forTests: true });
  const names = process.argv.slice(2).filter((name) => name !== '--write');
  const unknown = names.filter((name) => runtimes.every((runtime) => runtime.name !== name));
  if (unknown.length > 0) throw new Failure(`no such runtime: ${unknown.join(', ')}`);
  const chosen = runtimes.filter(({ name }) => names.length === 0 || names.includes(name));
  const write = process.argv.includes('--write');
  if (write && names.length > 0) throw new Failure('--write: the table is of all runtimes');
  const noPackage = noToolchainReason();
  const smoke = noPackage === undefined ? installPackage() : undefined;
  const rows = [];
  const results = chosen.map((runtime) => {
    const binary = install(runtime);
    step(`testing under ${runtime.name}`);
    smoke?.(runtime, binary);
    const result = test(runtime, binary);
    rows.push({
      runtime: runtime.name,
      version: version(binary),
      passed: result.passed,
      failed: result.failed,
      skipped: result.skipped.length,
      'package, installed': noPackage === undefined ? 'works' : `not tried: ${noPackage}`,
    });
    return { ...result, name: runtime.name, things: leftOut(runtime, result) };
  });
  writeTable('test:runtimes', rows, write, leftOutLines(results));
  return conclude(sum(results));
});
