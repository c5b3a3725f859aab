// Each constant of the C-named module against OpenSSL's headers, as the C compiler evaluates them.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as C from 'libssl-session/libssl';
import { afterAll, describe, expect, test } from 'vitest';

const include = fileURLToPath(new URL('../../.libssl/include', import.meta.url));
const compiler = process.env.CC ?? 'cc';
const missing = !existsSync(join(include, 'openssl/ssl.h'))
  ? ' (the headers of OpenSSL 1.1.1 are not in .libssl/include)'
  : spawnSync(compiler, ['--version']).status !== 0
    ? ` (there is no C compiler, ${compiler})`
    : '';

const constants: Record<string, number> = Object.fromEntries(
  Object.entries(C).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number' && entry[0] !== 'NULL',
  ),
);

describe.skipIf(missing !== '')(`the constants${missing}`, () => {
  const directory = mkdtempSync(join(tmpdir(), 'libssl-session-constants-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  test('are those of the headers', () => {
    const [source, program] = [join(directory, 'print.c'), join(directory, 'print')];
    const prints = Object.keys(constants).map(
      (name) => `printf("${name} %lld\\n", (long long)(${name}));`,
    );
    writeFileSync(
      source,
      `#include <stdio.h>\n#include <openssl/ssl.h>\nint main(void) {\n${prints.join('\n')}\n}\n`,
    );
    execFileSync(compiler, ['-I', include, '-o', program, source]);
    const lines = execFileSync(program, { encoding: 'utf8' }).trim().split('\n');
    expect(Object.fromEntries(lines.map((line) => line.split(' ')))).toEqual(
      Object.fromEntries(Object.entries(constants).map(([name, value]) => [name, `${value}`])),
    );
  });

  test('are all that the headers have of their kinds', () => {
    const source = join(directory, 'defines.c');
    writeFileSync(source, '#include <openssl/ssl.h>\n');
    const defines = execFileSync(compiler, ['-I', include, '-E', '-dM', source], {
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    });
    const kinds =
      /^#define ((?:SSL_(?:SESS_CACHE|OP|ERROR|VERIFY|TICKET|EARLY_DATA|READ_EARLY_DATA|KEY_UPDATE)|TLSEXT_max_fragment_length)_\w+|D?TLS(?:1(?:_\d)?|_ANY)_VERSION) /gm;
    const names = [...defines.matchAll(kinds)].map(([, name]) => name as string);
    expect(names.length).toBeGreaterThan(90);
    expect(names.filter((name) => !Object.hasOwn(constants, name))).toEqual([]);
  });
});

test('SSL_OP_… can be joined by |, which makes some of them negative', () => {
  const ctx = C.SSL_CTX_new(C.TLS_method());
  C.SSL_CTX_clear_options(ctx, 0xffff_ffff);
  const options = C.SSL_OP_CRYPTOPRO_TLSEXT_BUG | C.SSL_OP_NO_TICKET;
  expect(options).toBeLessThan(0);
  expect(C.SSL_CTX_set_options(ctx, options)).toBe(options >>> 0);
  C.SSL_CTX_free(ctx);
});
