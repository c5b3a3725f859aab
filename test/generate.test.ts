// What scripts/generate.mjs writes of native/openssl.def.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generate } from '../scripts/generate.mjs';

const root = new URL('..', import.meta.url);
const list = readFileSync(new URL('native/openssl.def', root), 'utf8');
const row = (text: string) => generate(text)['src/libssl/functions.ts'];

test('each written file is what the list says today: npm run generate', () => {
  for (const [path, text] of Object.entries(generate(list))) {
    expect(readFileSync(new URL(path, root), 'utf8'), path).toBe(text);
  }
});

test('a row becomes a function with its prototype, its check and its result', () => {
  const text = row(`// ---- Sessions.
/// Seconds.
FUNCTION(ssl, long, SSL_x, (const SSL* OR_NULL s, uint32_t some_bytes), plain)
`);
  expect(text).toContain(`// ---- Sessions.

/** \`long SSL_x(const SSL *s, uint32_t some_bytes)\`. Seconds. */
export function SSL_x(s: Handle | 0, someBytes: number): number | bigint {
  const functions = native();
  const checked = checkUint32('someBytes', someBytes);
  setHandleAndNumber('s', s, checked);
  return longResult(functions.SSL_x());
}
`);
});

test('rows of native code, and those with bodies of their own, are no functions', () => {
  const text = row(`// ---- Sessions.
FUNCTION(ssl, int, SSL_x, (SSL* s), core)
FUNCTION(ssl, int, SSL_y, (SSL* s), own)
FUNCTION(ssl, int, SSL_z, (SSL* s), body)
`);
  expect(text).not.toMatch(/SSL_[xy]/);
  expect(text).toContain('export function SSL_z(s: Handle): number {');
});

test.each([
  ['(SSL* s, X509* certificate)', 'no argument can be X509*'],
  ['(BIO* b)', 'SSL_x has no object to begin with'],
  ['(SSL* s, int a, int b)', 'SSL_x has too many arguments'],
])('%s is refused: %s', (parameters, message) => {
  expect(() => row(`FUNCTION(ssl, int, SSL_x, ${parameters}, plain)\n`)).toThrow(message);
});

test('a result that nothing is made of is refused', () => {
  expect(() => row('FUNCTION(ssl, DH*, SSL_x, (SSL* s), plain)\n')).toThrow(
    'SSL_x cannot give DH*',
  );
});
