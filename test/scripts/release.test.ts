import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { changelogFaults } from '../../scripts/release.mjs';
import { root } from '../support/cli.js';

const changelog = (...releases: string[]) =>
  `# Changelog\n\n${releases.map((release) => `## ${release}\n\n### Added\n\n- It.\n\n`).join('')}`;

test('our changelog is in the form of keepachangelog.com, and says something of this version', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
  const text = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
  expect(changelogFaults(text, version)).toEqual([]);
});

test('a good changelog has releases in order, with dates, and the next version', () => {
  const old = ['[1.1.0] - 2026-02-01', '[1.0.0] - 2026-01-01'];
  expect(changelogFaults(changelog('[Unreleased]', ...old), '1.2.0')).toEqual([]);
  expect(changelogFaults(changelog(...old), '1.1.0')).toEqual([]);
  expect(changelogFaults(changelog('[Unreleased]'), '0.1.0')).toEqual([]);
});

test.each([
  ['no release', '# Changelog\n', /^nothing is said of 1\.2\.0$/],
  [
    'a version that is none',
    changelog('[1.x.0] - 2026-01-01'),
    /^"## \[1\.x\.0\] - 2026-01-01" is no heading of a changelog/,
  ],
  [
    'a release without a date',
    changelog('[Unreleased]', '[1.0.0]'),
    /^"## \[1\.0\.0\]" is no heading/,
  ],
  [
    'releases out of order',
    changelog('[Unreleased]', '[1.0.0] - 2026-01-01', '[1.1.0] - 2026-02-01'),
    /1\.1\.0 stands below 1\.0\.0/,
  ],
  ['nothing of this version', changelog('[1.0.0] - 2026-01-01'), /nothing is said of 1\.2\.0/],
  ['an empty section', '# Changelog\n\n## [Unreleased]\n', /nothing is said of 1\.2\.0/],
  ['a newer release', changelog('[Unreleased]', '[2.0.0] - 2026-01-01'), /older than .* 2\.0\.0/],
  [
    'another kind of change',
    '# C\n\n## [Unreleased]\n\n### Frobbed\n\n- x\n',
    /^"### Frobbed" is no heading of a changelog$/,
  ],
])('a changelog with %s will not do', (_, text, fault) => {
  expect(changelogFaults(text, '1.2.0').join('\n')).toMatch(fault);
});
