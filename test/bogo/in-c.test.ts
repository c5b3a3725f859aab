// What libssl fails of BoringSSL's protocol tests it fails without this package, too: a shim in plain C has
// the outcomes that in-c.txt says. The runner is there once `npm run test:bogo` has built it.

import { libraryInfo } from 'libssl-session';
import { beforeAll, expect, test } from 'vitest';

type Groups = Map<string, string[]>;
interface InC {
  noShimReason(): string | undefined;
  buildShim(library: { libssl: string; libcrypto: string }): void;
  readRows(): Map<string, string>;
  shownInC(groups: Groups): Map<string | undefined, string>;
  runInC(
    tests: Iterable<string>,
    options: { workers: number; patience: string },
  ): Promise<Map<string, string>>;
}
interface Runner {
  notBuiltReason(): string | undefined;
}
interface Causes {
  isLibssls(title: string): boolean;
}
interface Bogo {
  readExpectations(): Groups;
}
const scripts = new URL('../../scripts/', import.meta.url);
// Scripts have no types of their own.
const inC: InC = await import(new URL('bogo-in-c.mjs', scripts).href);
const runner: Runner = await import(new URL('bogo-runner.mjs', scripts).href);
const causes: Causes = await import(new URL('bogo-causes.mjs', scripts).href);
const bogo: Bogo = await import(new URL('bogo.mjs', scripts).href);

const noShim = inC.noShimReason();

beforeAll(() => {
  if (noShim === undefined) inC.buildShim(libraryInfo());
}, 60_000);

test('each group that is said to be libssl’s has its row', () => {
  const groups = bogo.readExpectations();
  const own = [...groups.keys()].filter(causes.isLibssls);
  expect([...inC.shownInC(groups).keys()].sort()).toEqual(own.sort());
  expect(own.length).toBeGreaterThan(50);
});

// Three of them wait for as long as the runner does: libssl goes on where BoringSSL refuses.
test('the shim in C has the outcomes of in-c.txt', { timeout: 300_000 }, async ({ skip }) => {
  const reason = noShim ?? runner.notBuiltReason();
  skip(reason !== undefined, reason);
  const rows = inC.readRows();
  const outcomes = await inC.runInC(rows.keys(), { workers: 4, patience: '15s' });
  expect([...outcomes].sort()).toEqual([...rows].sort());
});
