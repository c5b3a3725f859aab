// native/rules.def: what the rules' numbers in messages and documents lead to.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readRules } from '../../scripts/rules.mjs';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const { hazards } = readRules(read('native/rules.def'));
const numbers = hazards.map(({ number }) => number);

test('the rules are numbered without a gap, and none twice', () => {
  expect(numbers).toEqual(numbers.map((_, i) => `U${i + 1}`));
  expect(numbers.length).toBeGreaterThanOrEqual(20);
});

test('each number that a document names has its row', () => {
  for (const file of ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md']) {
    for (const [number] of read(file).matchAll(/\bU\d+\b/g))
      expect(numbers, file).toContain(number);
  }
});

test.each(hazards)('$number names a test that exists', ({ file, title }) => {
  const titles = read(file).matchAll(/\b(?:test|describe)\(\s*(['"`])(.*?)\1,/g);
  expect(Array.from(titles, (match) => match[2])).toContain(title);
});
