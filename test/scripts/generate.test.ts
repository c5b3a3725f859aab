// What scripts/generate.mjs writes of the lists native/openssl.def, rules.def and events.def.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generateEvents } from '../../scripts/events.mjs';
import { generate } from '../../scripts/generate.mjs';
import { generateRules } from '../../scripts/rules.mjs';

const root = new URL('../..', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const row = (text: string) => generate(text)['src/libssl/functions.ts'];

test('each written file is what the lists say today: npm run generate', () => {
  const files = {
    ...generate(read('native/openssl.def')),
    ...generateRules(read('native/rules.def')),
    ...generateEvents(read('native/events.def')),
  };
  for (const [path, text] of Object.entries(files)) expect(read(path), path).toBe(text);
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

test('a row with several arguments, and one without an object', () => {
  const text = row(`// ---- Sessions.
FUNCTION(ssl, int, SSL_x, (SSL* s, uint8_t usage, const unsigned char* data, size_t dlen), plain)
FUNCTION(ssl, const char*, SSL_y, (int value), plain)
FUNCTION(ssl, int, SSL_z, (const SSL* s, int* number), plain)
`);
  expect(
    text,
  ).toContain(`export function SSL_x(s: Handle, usage: number, data: Uint8Array): number {
  const functions = native();
  const checked1 = checkByte('usage', usage);
  const checked2 = checkBytes('data', data);
  setHandle('s', s);
  functions.SSL_x(checked1, checked2);
  return result<number>();
}
`);
  expect(text).toContain(`export function SSL_y(value: number): string {
  const functions = native();
  const checked = checkInt('value', value);
  return functions.SSL_y(checked);
}
`);
  expect(text).toContain(`export function SSL_z(s: Handle): number | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_z() === null ? null : result<number>();
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
  ['(SSL* s, DH* dh)', 'no argument can be DH*'],
  ['(BIO* b)', 'no argument can be BIO*'],
])('%s is refused: %s', (parameters, message) => {
  expect(() => row(`FUNCTION(ssl, int, SSL_x, ${parameters}, plain)\n`)).toThrow(message);
});

test('a result that nothing is made of is refused', () => {
  expect(() => row('FUNCTION(ssl, DH*, SSL_x, (SSL* s), plain)\n')).toThrow(
    'SSL_x cannot give DH*',
  );
});

const hazard =
  'HAZARD(U1, "a \\"quoted\\" use", "a crash", "refused", "test/a.test.ts", "a title")\n';

test("a rule becomes its error's code and words, with the number of its hazard before them", () => {
  const text = generateRules(`${hazard}RULE(One, U1, "it is unsafe, "
     "and long")
RULE(Other, ERR_LIBSSL_STATE, "it is over")
`);
  expect(text['docs/rules.md']).toContain('| U1   | a "quoted" use | a crash | refused |');
  expect(text['src/common/rules.ts']).toContain(`export const rules = {
  One: ['ERR_LIBSSL_UNSAFE', 'U1: it is unsafe, and long'],
  Other: ['ERR_LIBSSL_STATE', 'it is over'],
} as const;
`);
});

test.each([
  ['RULE(One, U2, "it is unsafe")', 'One: there is no hazard U2'],
  ['RULE(One, U1, "it is unsafe"', 'a RULE is not written as one'],
])('%s is refused: %s', (row, message) => {
  expect(() => generateRules(`${hazard}${row}\n`)).toThrow(message);
});
