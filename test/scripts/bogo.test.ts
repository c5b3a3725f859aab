// What scripts/bogo.mjs makes of what the runner of BoringSSL's tests prints.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

type Groups = Map<string, string[]>;
interface Expectations {
  parseExpectations(text: string): Groups;
  formatExpectations(groups: Groups): string;
  parseResults(output: string): Map<string, string | null>;
  compare(groups: Groups, results: Map<string, string | null>, all: boolean): string[];
}
interface Document {
  file: string;
  markdown(groups: Groups, shown: Map<string, string>): string;
}
interface InC {
  shownInC(groups: Groups): Map<string, string>;
}
const root = new URL('../../', import.meta.url);
// Scripts have no types of their own.
const script: Expectations = await import(new URL('scripts/bogo-expectations.mjs', root).href);
const document: Document = await import(new URL('scripts/bogo-document.mjs', root).href);
const inC: InC = await import(new URL('scripts/bogo-in-c.mjs', root).href);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

test('expectations are written as they are read', () => {
  const text = read('test/bogo/expectations.txt');
  const groups = script.parseExpectations(text);
  expect(script.formatExpectations(groups)).toBe(text);
  expect(groups.get('pass')?.length).toBeGreaterThan(100);
});

test('docs/bogo.md is what scripts/bogo.mjs makes of the expectations', () => {
  const groups = script.parseExpectations(read('test/bogo/expectations.txt'));
  const expected = document.markdown(groups, inC.shownInC(groups));
  expect(read(document.file), 'run: node scripts/bogo.mjs --write').toBe(expected);
});

test('what is not as expected is told: failing, passing, unknown, not run', () => {
  const groups = script.parseExpectations('== pass\nA-{one,two}\nB\n\n== a reason\nC\nD\n');
  const output =
    'PASSED (A-one)\nFAILED (A-two)\nbad error\n\nPASSED (C)\nFAILED (D)\nPASSED (E)\n';
  const results = script.parseResults(output);
  expect(script.compare(groups, results, false)).toEqual([
    'A-two failed: bad error\n',
    'C passed, but is expected to fail: a reason',
    'E is not among the expectations',
  ]);
  expect(script.compare(groups, results, true)).toContain('B was not run');
});
