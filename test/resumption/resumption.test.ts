// docs/resumption.md: each connection that it tells of is made, here and with node:tls.

import { readFileSync } from 'node:fs';
import { sessionCounts, startCounting } from 'libssl-session';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import * as node from './node.js';
import * as ours from './ours.js';
import { type Judge, type Kind, type Outcome, situations, versions } from './situations.js';

interface Row {
  judge: Judge;
  change: string;
  kind: Kind;
  full: Outcome;
  here: Outcome;
  node: Record<number, Outcome>;
  stricter: boolean;
  why?: string;
}
interface Script {
  file: string;
  rows: Row[];
  kinds: Kind[];
  markdown(): string;
  ofMajor(node: Record<number, Outcome>, major: number): Outcome | undefined;
}
// A script has no types of its own.
const root = new URL('../../', import.meta.url);
const script: Script = await import(new URL('scripts/resumption.mjs', root).href);
const named = script.rows.map((row) => {
  const situation = situations[row.judge][row.change];
  if (situation === undefined) throw new Error(`no situation: ${row.judge}, ${row.change}`);
  return [
    `the ${row.judge} judges, another is: ${row.change}; ${row.kind}`,
    row,
    situation,
  ] as const;
});
const rows = named.map(([title, row, situation]) => [title, { ...row, situation }] as const);

beforeAll(startCounting);
afterEach(() => expect(sessionCounts().live, 'sessions left behind by the test').toBe(0));

describe.each(rows)('%s', (_, { judge, kind, full, here, situation }) => {
  // Whoever judges is open and content, or has failed.
  const shown = ({ resumed, code }: Outcome) => {
    const open = code === null;
    return { resumed, code, state: open ? 'open' : 'failed', authorized: open };
  };

  test('a full handshake, and one that the session is offered in, end as the table says', () => {
    expect(ours.full(situation, judge, kind)).toEqual(shown(full));
    expect(ours.resumption(situation, judge, kind, 'session')).toEqual(shown(here));
  });

  test('where a full handshake refuses, no session opens, and the code is the same', () => {
    const wanted = ours.full(situation, judge, kind);
    const { resumed, ...offered } = ours.resumption(situation, judge, kind, 'session');
    expect({ resumed: false, ...offered }).toEqual(wanted);
    // Also where nobody has looked at the session before it is offered.
    const { state } = ours.resumption(situation, judge, kind, 'SSL_set_session');
    expect(state === 'open').toBe(wanted.state === 'open');
  });
});

const major = Number(process.versions.node.split('.')[0]);

describe('node:tls', () => {
  test.each(rows)('%s', async (_, { judge, kind, full, node: outcomes, situation }) => {
    // So that both are asked the same.
    expect(await node.full(situation, judge, kind)).toEqual(full);
    // What it does with a session changes from major to major; other majors have no column.
    const expected = script.ofMajor(outcomes, major);
    const outcome = await node.resumption(situation, judge, kind);
    if (expected !== undefined) expect(outcome).toEqual(expected);
  });
});

describe('docs/resumption.md', () => {
  test('is what scripts/resumption.mjs makes of the table', () => {
    expect(readFileSync(new URL(script.file, root), 'utf8')).toBe(script.markdown());
  });

  test('has a row for each situation and kind, whoever judges', () => {
    expect(script.kinds).toEqual(Object.keys(versions));
    for (const judge of ['client', 'server'] as const) {
      const changes = script.rows.filter((row) => row.judge === judge).map((row) => row.change);
      expect([...new Set(changes)]).toEqual(Object.keys(situations[judge]));
      expect(changes.length).toBe(Object.keys(situations[judge]).length * script.kinds.length);
    }
  });

  test('nowhere opens what a full handshake refuses, or refuses what one opens', () => {
    for (const [title, { full, here }] of rows) expect(here.code, title).toBe(full.code);
  });

  test('has a reason where we are stricter than node:tls, and only there', () => {
    for (const judge of ['client', 'server'] as const) {
      for (const change of Object.keys(situations[judge])) {
        const own = script.rows.filter((row) => row.judge === judge && row.change === change);
        const stricter = own.some((row) => row.stricter);
        expect(own[0]?.why !== undefined, `${judge}, ${change}`).toBe(stricter);
      }
    }
  });
});
