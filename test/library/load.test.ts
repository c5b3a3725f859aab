// Finding and loading libssl 1.1.1, in child processes: each process loads it once.

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { libraryInfo } from 'libssl-session';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runNode } from '../support/valgrind.mjs';

// Where not even root can make anything.
const nowhere = '/dev/null/nowhere';

const root = fileURLToPath(new URL('../..', import.meta.url));
const script = (name: string) => join(root, 'test/library/load', name);
const good = libraryInfo();
const goodDirectory = dirname(good.libssl);
const names = ['libcrypto.so.1.1', 'libssl.so.1.1'] as const;
const installHint = /To install it on |has no package of it that we know/;

let directory: string;
beforeAll(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'libssl-session-load-')));
});
afterAll(() => rmSync(directory, { recursive: true }));

interface Said {
  code: string;
  message: string;
  libssl: string;
  mapped: string[];
}

/** What use.mjs prints, a line for each attempt. */
async function use(file: string, args: string[], env: Record<string, string | undefined> = {}) {
  const options = { env: { LIBSSL_SESSION_DIR: undefined, ...env }, cwd: directory };
  const { code, signal, stdout, stderr } = await runNode([file, ...args], options);
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Said);
}

async function useOnce(...args: Parameters<typeof use>): Promise<Said> {
  const said = await use(...args);
  if (said.length !== 1 || said[0] === undefined) throw new Error(JSON.stringify(said));
  return said[0];
}

/** A new directory, with copies of the two libraries. */
function copies(name: string): string {
  const path = join(directory, name);
  mkdirSync(path);
  for (const file of names) cpSync(join(goodDirectory, file), join(path, file));
  return path;
}

/** A package as npm installs it: nothing of the checkout beside it. */
function installed(name: string): string {
  const modules = join(directory, name, 'node_modules');
  const copy = join(modules, 'libssl-session');
  for (const part of ['package.json', 'dist', 'build/Release/ssl_session.node']) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  cpSync(realpathSync(join(root, 'node_modules/node-gyp-build')), join(modules, 'node-gyp-build'), {
    recursive: true,
  });
  cpSync(script('use.mjs'), join(directory, name, 'use.mjs'));
  return join(directory, name, 'use.mjs');
}

describe('LIBSSL_SESSION_DIR', () => {
  const refused = async (place: string, code: string, reason: RegExp) => {
    const said = await useOnce(script('use.mjs'), [place]);
    expect(said).toMatchObject({ name: 'LibsslError', code });
    const [first, where, nowhere, hint] = said.message.split('\n');
    expect(first).toBe('No usable libssl 1.1.1. Tried:');
    expect(where).toMatch(/^ {2}LIBSSL_SESSION_DIR: /);
    expect(where).toMatch(reason);
    expect(nowhere).toBe('  nowhere else, because LIBSSL_SESSION_DIR is set');
    expect(hint).toMatch(installHint);
  };

  test('the directory that is set is the one that is used', async () => {
    const place = copies('good');
    expect(await useOnce(script('use.mjs'), [], { LIBSSL_SESSION_DIR: place })).toMatchObject({
      code: 'none',
      libssl: join(place, 'libssl.so.1.1'),
      libcrypto: join(place, 'libcrypto.so.1.1'),
    });
  });

  test('a relative path is one from the current directory', async () => {
    const place = copies('relative');
    const said = await useOnce(script('use.mjs'), ['relative/']);
    expect(said).toMatchObject({ code: 'none', libssl: join(place, 'libssl.so.1.1') });
  });

  test('an empty directory has no libssl', async () => {
    const place = join(directory, 'empty');
    mkdirSync(place);
    await refused(place, 'ERR_LIBSSL_NOT_FOUND', /no \/.*\/empty\/libcrypto\.so\.1\.1$/);
  });

  test('a directory that does not exist has no libssl', async () => {
    await refused('/nonexistent', 'ERR_LIBSSL_NOT_FOUND', /no \/nonexistent\/libcrypto\.so\.1\.1$/);
  });

  test('libcrypto alone is not enough', async () => {
    const place = copies('alone');
    rmSync(join(place, 'libssl.so.1.1'));
    await refused(place, 'ERR_LIBSSL_NOT_FOUND', /no \/.*\/alone\/libssl\.so\.1\.1$/);
  });

  test('OpenSSL 3 under the names of 1.1 is of the wrong version', async ({ skip }) => {
    const place = join(directory, 'three');
    mkdirSync(place);
    const multiarch = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
    for (const name of names) {
      const three = ['/usr/lib64', '/usr/lib', `/usr/lib/${multiarch}`]
        .map((lib) => join(lib, name.replace('.1.1', '.3')))
        .find(existsSync);
      if (three === undefined) return skip('this machine has no shared OpenSSL 3');
      cpSync(three, join(place, name), { dereference: true });
    }
    await refused(place, 'ERR_LIBSSL_VERSION', /libcrypto\.so\.1\.1 is OpenSSL 3\.[\d.]+ .*, not /);
  });

  test('two libraries of different builds are refused', async () => {
    const place = copies('mixed');
    const file = join(place, 'libssl.so.1.1');
    const bytes = readFileSync(file).toString('latin1');
    const [version = ''] = /OpenSSL 1\.1\.1\w*/.exec(bytes) ?? [];
    const other = `${version.slice(0, -1)}a`;
    writeFileSync(file, Buffer.from(bytes.replaceAll(version, other), 'latin1'));
    await refused(place, 'ERR_LIBSSL_VERSION', /from different builds/);
  });

  describe.each(names)('a %s', (name) => {
    const whole = /is not a readable, whole shared library for this machine/;

    test('that is cut short is refused before ld.so sees it', async () => {
      const place = copies(`cut-${name}`);
      truncateSync(join(place, name), 200_000);
      await refused(place, 'ERR_LIBSSL_NOT_FOUND', whole);
    });

    test('that is a text, or empty, or a directory, or a dangling link, is refused', async () => {
      const place = copies(`other-${name}`);
      const file = join(place, name);
      writeFileSync(file, 'INPUT ( libssl.so.1.1 )\n');
      await refused(place, 'ERR_LIBSSL_NOT_FOUND', whole);
      writeFileSync(file, '');
      await refused(place, 'ERR_LIBSSL_NOT_FOUND', whole);
      rmSync(file);
      mkdirSync(file);
      await refused(place, 'ERR_LIBSSL_NOT_FOUND', whole);
      rmSync(file, { recursive: true });
      symlinkSync(nowhere, file);
      await refused(place, 'ERR_LIBSSL_NOT_FOUND', /: no \//);
    });

    test('of another machine is refused', async () => {
      const place = copies(`machine-${name}`);
      const file = join(place, name);
      const bytes = readFileSync(file);
      bytes.writeUInt16LE(21, 18); // e_machine: 64-bit PowerPC
      writeFileSync(file, bytes);
      await refused(place, 'ERR_LIBSSL_NOT_FOUND', whole);
    });
  });

  test('after refusals the same process can still load from the right place', async () => {
    const empty = join(directory, 'wrong');
    mkdirSync(empty);
    const cut = copies('cut');
    truncateSync(join(cut, 'libssl.so.1.1'), 200_000);
    const said = await use(script('use.mjs'), [empty, cut, '/nonexistent', goodDirectory]);
    expect(said.map(({ code }) => code)).toEqual([
      'ERR_LIBSSL_NOT_FOUND',
      'ERR_LIBSSL_NOT_FOUND',
      'ERR_LIBSSL_NOT_FOUND',
      'none',
    ]);
    expect(said.at(-1)).toMatchObject({ libssl: good.libssl, libcrypto: good.libcrypto });
  });

  test('after a load it is not looked at again', async () => {
    const said = await use(script('use.mjs'), [goodDirectory, '/nonexistent']);
    expect(said).toMatchObject([{ code: 'none' }, { code: 'none', libssl: good.libssl }]);
  });
});

describe('without LIBSSL_SESSION_DIR', () => {
  test('the system loader comes first', async () => {
    const place = copies('system');
    const said = await useOnce(script('use.mjs'), [], { LD_LIBRARY_PATH: place });
    expect(said).toMatchObject({ code: 'none', libssl: join(place, 'libssl.so.1.1') });
  });

  test('a libcrypto without its libssl, where the system loader looks, is let be', async () => {
    const place = copies('half');
    rmSync(join(place, 'libssl.so.1.1'));
    const said = await useOnce(script('use.mjs'), [], { LD_LIBRARY_PATH: place });
    expect(said).toMatchObject({ code: 'none', libssl: good.libssl, libcrypto: good.libcrypto });
    expect(said.mapped).toEqual([good.libcrypto, good.libssl]);
  });

  test('where there is none, every place that was tried is listed', async ({ skip }) => {
    const said = await useOnce(installed('bare'), [], { XDG_CACHE_HOME: nowhere });
    skip(said.code === 'none', `this machine has libssl 1.1.1 of its own: ${said.libssl}`);
    expect(said).toMatchObject({ name: 'LibsslError', code: 'ERR_LIBSSL_NOT_FOUND' });
    const lines = said.message.split('\n');
    expect(lines[0]).toBe('No usable libssl 1.1.1. Tried:');
    expect(lines[1]).toMatch(
      /^ {2}the system loader: lib(ssl|crypto)\.so\.1\.1: cannot open shared object/,
    );
    const places = lines.slice(2, -1).map((line) => /^ {2}(\S+): no (\S+)$/.exec(line)?.slice(1));
    for (const place of places) {
      expect(place?.[1]).toBe(`${place?.[0]}/libcrypto.so.1.1`);
    }
    const tried = places.map((place) => place?.[0]);
    for (const known of ['/usr/lib64', '/usr/lib', '/usr/lib/openssl-1.1', '/usr/local/lib']) {
      expect(tried).toContain(known);
    }
    expect(tried.slice(-2)).toEqual([
      join(directory, 'bare/node_modules/libssl-session/.libssl'),
      `${nowhere}/libssl-session/${process.arch}`,
    ]);
    expect(lines.at(-1)).toMatch(installHint);
  });
});

describe('the cache directory of the user', () => {
  test.each([
    ['below XDG_CACHE_HOME', 'xdg', { XDG_CACHE_HOME: 'xdg', HOME: 'home-1' }],
    ['below ~/.cache', 'home-2/.cache', { XDG_CACHE_HOME: '', HOME: 'home-2' }],
  ])('is looked at, %s', async (_, caches, chosen) => {
    const place = join(directory, caches, 'libssl-session', process.arch);
    mkdirSync(dirname(place), { recursive: true });
    renameSync(copies(`for-${chosen.HOME}`), place);
    const env = Object.fromEntries(
      Object.entries(chosen).map(([name, value]) => [name, value && join(directory, value)]),
    );
    const said = await useOnce(installed(`cached-${chosen.HOME}`), [], env);
    expect(said.code).toBe('none');
    // After what the system has of its own.
    expect(dirname(said.libssl)).toSatisfy((used) => used === place || /^\/(usr|lib)/.test(used));
  });

  test('is below ~/.cache where XDG_CACHE_HOME is relative', async ({ skip }) => {
    const env = { XDG_CACHE_HOME: 'relative', HOME: nowhere };
    const said = await useOnce(installed('relative-cache'), [], env);
    skip(said.code === 'none', `this machine has libssl 1.1.1 of its own: ${said.libssl}`);
    expect(said.message).toContain(`  ${nowhere}/.cache/libssl-session/${process.arch}: no `);
  });

  test('a user without a home needs none', ({ skip }) => {
    skip(process.getuid?.() !== 0, 'only root can be another user');
    const { HOME, XDG_CACHE_HOME, ...env } = process.env;
    const script = `import('${join(root, 'dist/library/cache-directory.js')}').then(
      ({ cacheDirectory }) => console.log(cacheDirectory()))`;
    const options = { env, uid: 54_321, gid: 54_321, encoding: 'utf8' } as const;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], options);
    expect({ stdout, stderr }).toEqual({ stdout: 'undefined\n', stderr: '' });
  });
});

describe('the moment of loading', () => {
  test('the import alone loads neither the addon nor the libraries', async () => {
    const { code, stdout, stderr } = await runNode([script('import-only.mjs')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { before, after } = JSON.parse(stdout);
    expect(before).toEqual([]);
    expect(after).toEqual([...names.map((name) => basename(name)), 'ssl_session.node']);
  });

  test('eight Workers that load it first, at once, get the same', async () => {
    const { code, signal, stdout, stderr } = await runNode([script('workers.mjs')]);
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    const { codes, answers } = JSON.parse(stdout);
    expect(codes).toEqual(Array(8).fill(0));
    expect(answers).toEqual(Array(8).fill({ libssl: good.libssl, timeout: 304 }));
  });
});
