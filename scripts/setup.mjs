// Set-up: tools, npm packages, the two builds (addon, TypeScript), libssl 1.1.1. What was done
// already is not done again.

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { canFetch, fetchPackages, libraryNames, multiarchDirectory } from '../src/system/apt.mjs';
import { missingBuildTools } from '../src/system/command.mjs';
import {
  bin,
  Failure,
  filesBelow,
  hasCommand,
  libsslDir,
  main,
  once,
  root,
  run,
  step,
} from './lib.mjs';

function checkTools(forTests) {
  const missing = [];
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    missing.push(`Node.js 20.19 or newer (this is ${process.versions.node})`);
  }
  if (!hasCommand('npm')) missing.push('npm');
  missing.push(...missingBuildTools());
  if (forTests && !hasCommand('cmake')) missing.push('cmake');
  if (process.platform !== 'linux') missing.push(`Linux (this is ${process.platform})`);
  if (missing.length > 0) {
    const install = hasCommand('apt-get')
      ? '\nOn Debian and Ubuntu: sudo apt-get install npm python3 make g++ cmake'
      : '';
    throw new Failure(
      `Set-up needs what this machine does not have: ${missing.join(', ')}${install}`,
    );
  }
}

function installPackages() {
  once('node_modules/.set-up', ['package.json', 'package-lock.json'], () => {
    step('installing npm packages');
    // No install script is needed: what is native comes built inside its package.
    run('npm ci', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  });
}

/** Node's own headers where they stand beside it; else node-gyp gets them. */
export function nodeDirectory() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? prefix : undefined;
}

export function nativeSources() {
  return filesBelow('native');
}

function buildAddon() {
  once('build/.set-up', ['binding.gyp', 'package-lock.json', ...nativeSources()], () => {
    step('building the addon');
    const nodedir = nodeDirectory();
    run('node-gyp rebuild', bin('node-gyp'), [
      'rebuild',
      ...(nodedir === undefined ? [] : [`--nodedir=${nodedir}`]),
    ]);
  });
}

function buildTypeScript() {
  once('dist/.set-up', ['src', 'tsconfig.json', 'package-lock.json'], () => {
    step('compiling TypeScript');
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    run('tsc', bin('tsc'), []);
  });
}

/** What the library itself says of libssl: { info } or { error }. */
export function askLibrary() {
  const script = `import { libraryInfo } from 'libssl-session';
    try { console.log(JSON.stringify({ info: libraryInfo() })); }
    catch (error) { console.log(JSON.stringify({ error: { code: error.code, message: error.message } })); }`;
  const args = ['--input-type=module', '-e', script];
  return JSON.parse(run('libraryInfo()', process.execPath, args));
}

/**
 * Calls `take` with a directory that the packages were unpacked to, for as long as it runs. `own`: of
 * the machine's own release, and not of the one that has libssl 1.1.1.
 */
function withPackages(packages, take, own = false) {
  const work = join(libsslDir, own ? 'apt-own' : 'apt');
  mkdirSync(work, { recursive: true });
  const into = mkdtempSync(join(work, 'unpacked-'));
  try {
    fetchPackages(packages, { work, into, own, say: step });
    take(into);
  } finally {
    rmSync(into, { recursive: true, force: true });
  }
}

function moveIn(from, name) {
  const target = join(libsslDir, name);
  rmSync(target, { recursive: true, force: true });
  const half = `${target}.half`;
  rmSync(half, { recursive: true, force: true });
  cpSync(from, half, { recursive: true, dereference: true });
  renameSync(half, target); // so that an interrupted set-up leaves nothing half done
}

function findLibssl() {
  const { error } = askLibrary();
  if (error === undefined) return;
  if (process.env.LIBSSL_SESSION_DIR || !canFetch()) throw new Failure(error.message);
  const take = (unpacked) => {
    const libraries = multiarchDirectory(join(unpacked, 'usr', 'lib'));
    for (const name of libraryNames) moveIn(join(libraries, name), name);
  };
  try {
    withPackages(['libssl1.1'], take);
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    throw new Failure(`${error.message}\n\n${failure.message}`);
  }
  const again = askLibrary();
  if (again.error !== undefined) throw new Failure(again.error.message);
}

/**
 * The headers and the command of OpenSSL 1.1.1, for tests: .libssl/include and .libssl/openssl. And
 * an FTP server that is linked with that libssl: .libssl/vsftpd, with the one library that it needs
 * and few systems have. Where they cannot be had, `npm test` skips what needs them, and says so.
 */
function findTestTools() {
  if (['openssl', 'include', 'vsftpd'].every((name) => existsSync(join(libsslDir, name)))) return;
  if (!canFetch()) return;
  withPackages(['libssl-dev', 'openssl', 'vsftpd', 'libwrap0'], (unpacked) => {
    const include = join(unpacked, 'usr', 'include');
    cpSync(join(multiarchDirectory(include), 'openssl'), join(include, 'openssl'), {
      recursive: true,
    });
    moveIn(include, 'include');
    moveIn(join(unpacked, 'usr', 'bin', 'openssl'), 'openssl');
    const ftp = join(unpacked, 'vsftpd');
    mkdirSync(ftp);
    cpSync(join(unpacked, 'usr', 'sbin', 'vsftpd'), join(ftp, 'vsftpd'));
    const library = ['usr/lib', 'lib'] // each release has its own place for it
      .map((name) => join(unpacked, name))
      .filter((parent) => existsSync(parent))
      .flatMap((parent) => readdirSync(parent).map((name) => join(parent, name, 'libwrap.so.0')))
      .find((path) => existsSync(path));
    if (library !== undefined) cpSync(library, join(ftp, 'libwrap.so.0'), { dereference: true });
    moveIn(ftp, 'vsftpd');
  });
}

// The files below a directory with these names, wherever each release puts them.
function findFiles(directory, names) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => names.includes(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/**
 * A Redis, for the tests of stores: .libssl/redis, with the libraries that few systems have. It has to
 * be newer than that of the release with libssl 1.1.1, so it is the machine's own. Where it cannot be
 * had, the tests that need it are skipped, and say so.
 */
function findRedis() {
  if (existsSync(join(libsslDir, 'redis')) || !canFetch()) return;
  const packages = ['redis-tools', 'libjemalloc2', 'liblzf1'];
  const libraries = ['libjemalloc.so.2', 'liblzf.so.1'];
  const take = (unpacked) => {
    const redis = join(unpacked, 'redis');
    mkdirSync(redis);
    // The server is the same program as the one that checks its files.
    const [program] = findFiles(join(unpacked, 'usr', 'bin'), ['redis-check-rdb']);
    if (program === undefined) throw new Failure('the package redis-tools has no server');
    cpSync(program, join(redis, 'redis-server'), { dereference: true });
    for (const file of findFiles(unpacked, libraries)) {
      cpSync(file, join(redis, basename(file)), { dereference: true });
    }
    moveIn(redis, 'redis');
  };
  try {
    withPackages(packages, take, true);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    step(`without a Redis, because it cannot be had: ${error.message}`);
  }
}

const servers = {
  nginx: { packages: ['nginx', 'libpcre2-8-0'], libraries: ['libpcre2-8.so.0'] },
  haproxy: {
    packages: ['haproxy', 'liblua5.3-0', 'libopentracing-c-wrapper0', 'libopentracing1'],
    libraries: ['liblua5.3.so.0', 'libopentracing-c-wrapper.so.0', 'libopentracing.so.1'],
  },
};

/**
 * An nginx and a HAProxy of the machine's own release, for `npm run test:probe`: .libssl/nginx and
 * .libssl/haproxy, with the libraries that few systems have. Where they cannot be had, their tests are
 * skipped, and say so.
 */
export function findServers() {
  for (const [name, { packages, libraries }] of Object.entries(servers)) {
    if (existsSync(join(libsslDir, name)) || !canFetch()) continue;
    const take = (unpacked) => {
      const server = join(unpacked, name);
      mkdirSync(server);
      for (const file of findFiles(join(unpacked, 'usr'), [name, ...libraries])) {
        if (statSync(file).isFile())
          cpSync(file, join(server, basename(file)), { dereference: true });
      }
      if (!existsSync(join(server, name))) throw new Failure(`the package ${name} has no server`);
      moveIn(server, name);
    };
    try {
      withPackages(packages, take, true);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      step(`without ${name}, because it cannot be had: ${error.message}`);
    }
  }
}

export function setUp({ forTests = false } = {}) {
  checkTools(forTests);
  installPackages();
  buildAddon();
  buildTypeScript();
  findLibssl();
  if (forTests) findTestTools();
  if (forTests) findRedis();
}

await main(import.meta, () => setUp({ forTests: process.argv.includes('--tests') }));
