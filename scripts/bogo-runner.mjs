// The runner of BoringSSL's protocol tests, built from Debian's source package with Debian's Go. Both
// are fetched with apt into .bogo/: signed, pinned, and nothing is installed.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { canFetch, fetchPackages, privateApt, sourcesOf } from '../src/system/apt.mjs';
import { Failure, hasCommand, root, run, step } from './lib.mjs';

const directory = join(root, '.bogo');
// The release that has both. A newer one has a newer runner, which has other tests.
const suites = { debian: { '': 'bookworm' } };
const name = 'android-platform-external-boringssl';
/** The package's version, and the sum of the archive that has BoringSSL. */
export const version = '13.0.0+r24';
const sha256 = '583b7aeee1fca68b8244d086cea6fca23bd19d517bd63f0b9de714e048f92a7d';
const go = 'go-1.19';
const packages = [
  ...['golang-1.19-go', 'golang-1.19-src'],
  ...['golang-golang-x-crypto-dev', 'golang-golang-x-sys-dev'],
];

const source = join(directory, 'source');
/** Where the runner has its certificates, and has to be started. */
export const resources = join(source, 'src', 'ssl', 'test', 'runner');
/** The program. */
export const runner = join(directory, 'runner');
/** What it printed last. */
export const output = join(directory, 'output.txt');

const findSources = () => sourcesOf(false, suites);

/** Why there can be no runner here; undefined if there can. */
export function noRunnerReason() {
  if (existsSync(runner)) return undefined;
  if (!canFetch()) return 'there is no apt here, which fetches the runner and Go';
  const missing = ['tar', 'xz'].filter((command) => !hasCommand(command));
  if (missing.length > 0) return `there is no ${missing.join(' and no ')} here`;
  try {
    findSources();
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
}

/** Why there is no runner here yet; undefined if there is. */
export const notBuiltReason = () =>
  existsSync(runner) ? undefined : "BoringSSL's runner was not built: npm run test:bogo builds it";

/** Fetches and builds the runner, unless that was done. */
export function buildRunner() {
  if (existsSync(runner)) return;
  const reason = noRunnerReason();
  if (reason !== undefined) throw new Failure(`BoringSSL's runner cannot be built: ${reason}`);
  mkdirSync(directory, { recursive: true });
  fetchSource();
  fetchGo();
  step("building BoringSSL's runner");
  const gopath = join(directory, 'gopath');
  // Without modules Go takes what is linked here, and asks nobody.
  link(join(source, 'src'), join(gopath, 'src', 'boringssl.googlesource.com'), 'boringssl');
  const built = `${runner}.half`;
  run(
    'go test -c',
    join(directory, 'go', 'usr', 'lib', go, 'bin', 'go'),
    [...['test', '-c', '-o', built], 'boringssl.googlesource.com/boringssl/ssl/test/runner'],
    {
      env: {
        ...process.env,
        GOROOT: join(directory, 'go', 'usr', 'lib', go),
        GOPATH: [gopath, join(directory, 'go', 'usr', 'share', 'gocode')].join(':'),
        GO111MODULE: 'off',
        GOFLAGS: '',
        GOCACHE: join(directory, 'go-cache'),
        CGO_ENABLED: '0',
      },
    },
  );
  renameSync(built, runner);
  rmSync(join(directory, 'go-cache'), { recursive: true, force: true });
}

// How long the runner waits for a shim; on a busy machine everything is slow. A few tests take all of it:
// libssl waits where BoringSSL refuses.
const longest = '45s';

/** Runs a shim's tests, those whose names fit the patterns, or all: what the runner has printed. */
export async function runRunner(
  shim,
  { patterns, workers = availableParallelism(), patience = longest, env = {} },
) {
  const args = [
    '-pipe',
    `-num-workers=${workers}`,
    `-idle-timeout=${patience}`,
    `-shim-path=${shim}`,
    `-shim-config=${join(root, 'test/bogo/config.json')}`,
    ...(patterns === undefined ? [] : [`-test=${patterns}`]),
  ];
  const child = spawn(runner, args, {
    cwd: resources,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks = [];
  child.stdout.on('data', (bytes) => chunks.push(bytes));
  await once(child, 'close');
  return Buffer.concat(chunks).toString('latin1');
}

function link(target, parent, entry) {
  mkdirSync(parent, { recursive: true });
  const path = join(parent, entry);
  rmSync(path, { force: true });
  symlinkSync(target, path);
}

function fetchSource() {
  step(`fetching the source of ${name} ${version} (signed)`);
  const downloads = join(directory, 'downloads');
  rmSync(downloads, { recursive: true, force: true });
  mkdirSync(downloads, { recursive: true });
  const apt = privateApt(findSources(), join(directory, 'apt-source'), 'deb-src');
  apt(['update']);
  apt(['source', '--download-only', name], downloads);
  const archive = readdirSync(downloads).find((file) => file.includes('.orig.tar.'));
  const bytes = archive === undefined ? '' : readFileSync(join(downloads, archive));
  const sum = createHash('sha256').update(bytes).digest('hex');
  if (sum !== sha256) throw new Failure(`${archive} is not the one that is expected: ${sum}`);
  rmSync(source, { recursive: true, force: true });
  mkdirSync(source);
  run('tar', 'tar', [
    ...['xJf', join(downloads, archive), '-C', source, '--strip-components=1', '--wildcards'],
    ...['*/src/ssl/test/runner/*', '*/src/util/testresult/*'],
  ]);
  rmSync(downloads, { recursive: true });
}

function fetchGo() {
  const into = join(directory, 'go');
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into);
  const work = join(directory, 'apt');
  fetchPackages(packages, { work, into, sources: findSources(), say: step });
}
