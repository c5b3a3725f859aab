// docs/rules.md: what the rules' numbers in messages lead to.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const rows = read('docs/rules.md')
  .split('\n')
  .filter((line) => /^\| U\d+ /.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));
const numbers = rows.map((row) => Number(row[1]?.slice(1)));

test('the rules are numbered without a gap, and none twice', () => {
  expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  expect(numbers.length).toBeGreaterThanOrEqual(20);
});

test('each number that a message or the documents name has its row', () => {
  const files = ['src/common/errors.ts', 'README.md', 'ARCHITECTURE.md', 'CHANGELOG.md'];
  for (const file of files) {
    const named = [...read(file).matchAll(/\bU(\d+)\b/g)].map((match) => Number(match[1]));
    for (const number of named) expect(numbers, `U${number} of ${file}`).toContain(number);
  }
});

test('each row says what C does, what happens here, and names a test that exists', () => {
  for (const row of rows) {
    const [, number, what, inC, here, test] = row;
    for (const cell of [what, inC, here]) expect(cell, number).not.toBe('');
    const [, file = '', title = ''] = /^`([\w/.-]+)`: "(.+)"$/.exec(test ?? '') ?? [];
    expect(file, number).not.toBe('');
    const titles = [...read(file).matchAll(/\b(?:test|describe)\(\s*(['"`])(.*?)\1,/g)];
    expect(
      titles.map((match) => match[2]),
      number,
    ).toContain(title);
  }
});
