// `libssl-session setup`, of a copy of the package that has no checkout around it.

import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { libraryInfo } from 'libssl-session';
import { beforeAll, describe, expect, test } from 'vitest';
import { canFetch } from '../../src/system/apt.mjs';
import { environment, root, spawn, temporary } from '../support/cli.js';

const copy = temporary('installed');
const caches = temporary('caches');
const cached = join(caches, 'libssl-session', process.arch);

function run(args: string[], more: Record<string, string> = {}) {
  const { LIBSSL_SESSION_DIR, ...outer } = environment();
  const env = { ...outer, XDG_CACHE_HOME: caches, ...more };
  return spawn(process.execPath, [join(copy, 'dist/cli/main.js'), ...args], { env });
}

/** A directory with these programs and no other, to be PATH. */
function programs(name: string, scripts: Record<string, string>): string {
  const path = temporary(name);
  mkdirSync(path);
  symlinkSync('/bin/sh', join(path, 'sh'));
  for (const [program, script] of Object.entries(scripts)) {
    writeFileSync(join(path, program), `#!/bin/sh\n${script}\n`);
    chmodSync(join(path, program), 0o755);
  }
  return path;
}

const system = { own: false };
beforeAll(() => {
  mkdirSync(copy);
  for (const name of ['dist', 'package.json', 'build/Release/ssl_session.node']) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  system.own = run(['doctor']).code === 0;
});

const ownReason = 'this system has a libssl 1.1.1 of its own';

describe('where there is no libssl 1.1.1', () => {
  test('and no apt, it says so, and how to install one', ({ skip }) => {
    skip(system.own, ownReason);
    const { code, stdout, stderr } = run(['setup'], { PATH: programs('without-apt', {}) });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^libssl-session: this system has no apt, so setup cannot fetch anything\. .*(To install it on|LIBSSL_SESSION_DIR).*\n$/,
    );
    expect(existsSync(cached)).toBe(false);
  });

  test('a source without a signature is refused, and nothing is changed', ({ skip }) => {
    skip(system.own, ownReason);
    skip(!canFetch(), 'no apt here');
    const source = temporary('source');
    mkdirSync(source);
    for (const suite of ['bullseye', 'focal']) {
      const packages = join(source, 'dists', suite, 'main/binary-all');
      mkdirSync(packages, { recursive: true });
      writeFileSync(join(packages, 'Packages'), '');
      writeFileSync(join(source, 'dists', suite, 'Release'), `Suite: ${suite}\n`);
    }
    const real = spawn('sh', ['-c', 'command -v apt-get']).stdout.trim();
    const path = programs('with-apt', {
      'apt-get': `case "$1" in indextargets) echo "stable file:${source}/";; *) exec ${real} "$@";; esac`,
    });
    const { code, stdout, stderr } = run(['setup'], { PATH: `${path}:${process.env.PATH}` });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fetching libssl1\.1 from \w+ \(signed; nothing is installed\)\n$/);
    expect(stderr).toMatch(/The repository '?.*'? is not signed/);
    expect(stderr).toMatch(/libssl-session: nothing was changed\. .*\n$/);
    expect(readdirSync(dirname(cached))).toEqual([]);
  });

  test('a cache directory that cannot be made is an error of one line', ({ skip }) => {
    skip(system.own, ownReason);
    skip(!canFetch(), 'no apt here');
    const { code, stdout, stderr } = run(['setup'], { XDG_CACHE_HOME: join(copy, 'package.json') });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^libssl-session: \S+\/package\.json\/\S+: not a directory\n$/);
  });

  test('LIBSSL_SESSION_DIR is said to be in the way', () => {
    const { code, stdout, stderr } = run(['setup'], { LIBSSL_SESSION_DIR: '/nonexistent' });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/LIBSSL_SESSION_DIR is set.*unset it first\n$/);
  });

  test('it fetches the signed package, and doctor finds it', ({ skip }) => {
    skip(system.own, ownReason);
    skip(!canFetch(), 'no apt here');
    const { code, stdout, stderr } = run(['setup']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^fetching libssl1\.1 from .* \(signed; nothing is installed\)$/),
      expect.stringMatching(/^libssl1\.1_1\.1\.1\S+_(amd64|arm64)\.deb$/),
      expect.stringMatching(/^ {2}from \w+:\/.*\/libssl1\.1_1\.1\.1\S+\.deb$/),
      '  signature and hashes verified by apt',
      expect.stringMatching(/^✓ OpenSSL 1\.1\.1\w* .*, in /),
      '',
    ]);
    expect(lines[4]).toContain(cached);
    expect(readdirSync(dirname(cached))).toEqual([process.arch]);
    expect(readdirSync(cached).sort()).toEqual(['libcrypto.so.1.1', 'libssl.so.1.1']);
    const doctor = run(['doctor', '--json']);
    expect(JSON.parse(doctor.stdout)).toMatchObject({
      ok: true,
      library: { libssl: join(cached, 'libssl.so.1.1'), isolated: true },
    });
    // Again: for a newer package.
    expect(run(['setup'])).toMatchObject({ code: 0, stdout: stdout });
  }, 180_000);
});

test('where there is one, nothing is fetched', () => {
  const directory = dirname(libraryInfo().libssl);
  const empty = temporary('empty');
  const env = { LIBSSL_SESSION_DIR: directory, XDG_CACHE_HOME: empty, PATH: '/nonexistent' };
  expect(run(['setup'], env)).toMatchObject({
    code: 0,
    stdout: `libssl 1.1.1 is here already: ${directory}/libssl.so.1.1\n`,
    stderr: '',
  });
  expect(existsSync(empty)).toBe(false);
});
