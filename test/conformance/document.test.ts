// docs/conformance.md says what the tests of this directory show.

import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';

interface Result {
  rows: { fact: string; tests: unknown[]; reasons: unknown[] }[];
  tests: unknown[];
  reasons: unknown[];
  others: unknown[];
  problems: string[];
}
interface Script {
  file: string;
  facts: string[];
  factOf(name: string): string | undefined;
  conformance(): Result;
  markdown(result: Result): string;
}
const root = new URL('../../', import.meta.url);
// A script has no types of its own.
const script: Script = await import(new URL('scripts/conformance.mjs', root).href);

let result: Result;
// It imports every test file.
beforeAll(() => {
  result = script.conformance();
}, 120_000);

test('each fact has a test or a reason, and each test and reason a fact', () => {
  expect(result.problems).toEqual([]);
  expect(result.rows.length).toBe(new Set(script.facts).size);
});

test('docs/conformance.md is what scripts/conformance.mjs makes of them', () => {
  const document = readFileSync(new URL(script.file, root), 'utf8');
  expect(document, 'run: node scripts/conformance.mjs --write').toBe(script.markdown(result));
});

test('a name is about the longest fact that it begins with', () => {
  expect(script.factOf('1.1 test_keylog (TLSv1.2): a line')).toBe('1.1 test_keylog');
  expect(script.factOf('1.1 test_keylog_no_master_key: none')).toBe(
    '1.1 test_keylog_no_master_key',
  );
  expect(script.factOf('1.2 clienthellotest.c, session.pem, set_time: it')).toBe(
    '1.2 clienthellotest.c, session.pem, set_time',
  );
  expect(script.factOf('1.1 test_stateful_tickets 10: none')).toBeUndefined();
});
