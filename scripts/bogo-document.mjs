// docs/bogo.md: how many of BoringSSL's tests pass, and why the others do not.

import { quic } from './bogo-causes.mjs';
import { passes } from './bogo-expectations.mjs';
import { version } from './bogo-runner.mjs';
import { formatTable } from './lib.mjs';

export const file = 'docs/bogo.md';

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

// Those that do not say it in their names are few.
const isDtls = (name) =>
  /DTLS|^SendSplitAlert-/.test(name) ||
  ['MTU', 'MTUExceeded', 'StrayChangeCipherSpec'].includes(name);

/** `shown`: the test of each group that is shown in C. */
export function markdown(groups, shown) {
  const sizes = new Map([...groups].map(([title, names]) => [title, names.length]));
  const sizeOf = (...titles) => titles.reduce((sum, title) => sum + (sizes.get(title) ?? 0), 0);
  const all = sizeOf(...groups.keys());
  const dtls = [...groups.values()].flat().filter(isDtls).length;
  const dtlsPassed = (groups.get(passes) ?? []).filter(isDtls).length;
  const tls = all - dtls - sizeOf(quic);
  const others = [...sizes].filter(([title]) => title !== passes);
  const inC = (title) => (shown.has(title) ? `\`${shown.get(title)}\`` : '');
  const sorted = others.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return [
    '<!-- Made by scripts/bogo.mjs from test/bogo/expectations.txt: change that, then',
    '"node scripts/bogo.mjs --write". -->',
    '',
    '# BoringSSL’s protocol tests',
    '',
    `The runner of BoringSSL (of Debian’s source package, ${version}) plays a peer that does everything`,
    'wrong. `npm run test:bogo` runs it against libssl through `libssl-session/libssl`. Each test has its',
    'group in `test/bogo/expectations.txt`; a test that passes where its group says otherwise fails, too.',
    '',
    `It has ${all} tests:`,
    '',
    ...formatTable([
      ['protocol', 'tests', 'pass'],
      ['TLS', String(tls), String(sizeOf(passes) - dtlsPassed)],
      ['DTLS', String(dtls), String(dtlsPassed)],
      ['QUIC', String(sizeOf(quic)), '0'],
    ]),
    '',
    'An error counts if it has the runner’s name for it, by the table in `test/bogo/errors.mjs`; the',
    'alert that the peer gets must be the expected one. The clock of DTLS stands still unless the runner',
    'moves it: see `test/bogo/timer.mjs`.',
    '',
    '## Why a test does not pass',
    '',
    `Where a failure is libssl’s own, a program in plain C, \`test/bogo/in-c/shim.c\`, fails the tests, too,`,
    `without this package: \`npm run test:bogo -- --in-c\`. Of ${shown.size} groups the table names one test, of`,
    'which `test/bogo/in-c.txt` says what comes of it.',
    '',
    ...formatTable([
      ['tests', 'reason', 'shown in C'],
      ...sorted.map(([title, size]) => [String(size), cell(title), inC(title)]),
    ]),
    '',
  ].join('\n');
}
