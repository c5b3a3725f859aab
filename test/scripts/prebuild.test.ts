// The binaries that are published, from what their own headers say; and that what would not do is
// noticed.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { libraryInfo } from 'libssl-session';
import { describe, expect, test } from 'vitest';
import {
  describe as describeBinary,
  faults,
  limits,
  newer,
  prebuilt,
} from '../../scripts/prebuild.mjs';
import { noToolchainReason } from '../../scripts/toolchain.mjs';
import { root } from '../support/cli.js';

describe.each([
  ['x64', 'Advanced Micro Devices X86-64'],
  ['arm64', 'AArch64'],
])('the prebuilt binary for %s', (arch, machine) => {
  const file = join(root, prebuilt(arch));
  const missing = noToolchainReason() ?? 'not built: npm run prebuild';

  test('asks for nothing that RHEL 8 has not, is small, stripped, and free of OpenSSL', ({
    skip,
  }) => {
    skip(!existsSync(file), missing);
    const binary = describeBinary(file);
    expect(binary.machine).toBe(machine);
    expect(Object.keys(binary.versions)).toEqual(expect.arrayContaining(['GLIBC', 'GLIBCXX']));
    for (const [library, version] of Object.entries(binary.versions)) {
      expect(newer(version, limits[library as keyof typeof limits]), `${library}_${version}`).toBe(
        false,
      );
    }
    expect(binary.undefinedSymbols).toEqual(expect.arrayContaining(['dlopen', 'napi_throw']));
    expect(binary.undefinedSymbols.filter((name) => /^(SSL|CRYPTO|ERR|BIO)_/.test(name))).toEqual(
      [],
    );
    expect(binary.libraries.filter((name) => /ssl|crypto/.test(name))).toEqual([]);
    expect(binary.stripped).toBe(true);
    expect(binary.size).toBeLessThan(560_000);
    expect(faults(binary)).toEqual([]);
  });
});

test('versions are compared as numbers', () => {
  expect(newer('2.34', '2.28')).toBe(true);
  expect(newer('2.4', '2.28')).toBe(false);
  expect(newer('3.4.25', '3.4.25')).toBe(false);
  expect(newer('2.28.1', '2.28')).toBe(true);
  expect(newer('3', '2.28')).toBe(true);
});

test('what would not do is said', () => {
  const good = {
    size: 1,
    versions: { GLIBC: '2.28' },
    undefinedSymbols: ['dlsym'],
    stripped: true,
  };
  expect(faults(good)).toEqual([]);
  expect(faults({ ...good, versions: { GLIBC: '2.34' } })).toEqual(['it needs GLIBC_2.34']);
  expect(faults({ ...good, versions: { GLIBCXX: '3.4.29' } })).toEqual(['it needs GLIBCXX_3.4.29']);
  expect(faults({ ...good, versions: { LIBSSL: '1' } })).toEqual(['it needs LIBSSL_1']);
  expect(faults({ ...good, stripped: false, size: 560_000 })).toHaveLength(2);
  // A library that is bound to OpenSSL's functions, as an addon linked with -lssl would be.
  expect(
    faults({
      ...good,
      ...{ undefinedSymbols: describeBinary(libraryInfo().libssl).undefinedSymbols },
    }),
  ).toContain("it would be bound to Node's X509_free");
});

test('a binary that is not stripped is seen to be', () => {
  expect(describeBinary(join(root, 'build/Release/ssl_session.node')).stripped).toBe(false);
});
