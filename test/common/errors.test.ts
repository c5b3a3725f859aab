import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorLibraries, LibsslError, libsslError } from '../../src/common/errors.js';

const header = new URL('../../.libssl/include/openssl/err.h', import.meta.url);

test.skipIf(!existsSync(header))('the libraries’ numbers are those of openssl/err.h', () => {
  const text = readFileSync(header, 'utf8');
  const defined = [...text.matchAll(/^# *define ERR_LIB_(\w+)\s+(\d+)$/gm)]
    .map(([, name, number]) => [Number(number), name] as const)
    .filter(([, name]) => name !== 'NONE' && name !== 'USER');
  expect(defined.length).toBeGreaterThan(30);
  expect(errorLibraries).toEqual(Object.fromEntries(defined));
});

const entry = (code: number, reason: string, data = '') => ({
  code,
  library: 'some routines',
  function: 'some_function',
  reason,
  data,
});

test('codes are named as node:crypto names them', () => {
  const code = (number: number, reason: string) => libsslError('f', [entry(number, reason)]).code;
  expect(code(0x0d0680a8, 'wrong tag')).toBe('ERR_OSSL_ASN1_WRONG_TAG');
  expect(code(0x14000064, 'bad packet length')).toBe('ERR_SSL_BAD_PACKET_LENGTH');
  expect(code(0x7f000001, 'odd')).toBe('ERR_OSSL_ODD');
  expect(code(0x0d000001, '')).toBe('ERR_LIBSSL_FAILED');
});

test('the first error is the message, the later ones are the stack, newest first', () => {
  const error = libsslError('i2d', [
    entry(0x0d000001, 'first', 'more'),
    entry(0x0d000002, 'second'),
    entry(0x0d000003, 'third'),
  ]);
  expect(error).toBeInstanceOf(LibsslError);
  expect(error.message).toBe('error:0D000001:some routines:some_function:first:more');
  expect(error.opensslErrorStack).toEqual([
    'error:0D000003:some routines:some_function:third',
    'error:0D000002:some routines:some_function:second',
  ]);
  expect(error.function).toBe('i2d');
});

test('a failure without an error says so', () => {
  expect(libsslError('f', [])).toMatchObject({
    code: 'ERR_LIBSSL_FAILED',
    message: 'f failed, and libssl gave no reason',
  });
  expect(Object.keys(libsslError('f', []))).toEqual(['code', 'function']);
});
