// The same scripts of a client and a server through libssl-session/libssl and through peers.c, which
// calls libssl 1.1.1 directly: the transcripts must be equal. PEERS_RUNS says how many, and PEERS_SEED
// repeats those of an earlier run.

import fc from 'fast-check';
import { libraryInfo } from 'libssl-session';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildOracle, noOracle, Oracle } from './oracle.js';
import { calls } from './peer-calls.mjs';
import { peerScripts } from './peer-generate.js';
import { operations, runPeers } from './peer-script.mjs';

const runs = Number(process.env.PEERS_RUNS ?? 500);
const seed = Number(process.env.PEERS_SEED ?? Math.floor(Math.random() * 2 ** 31));

let oracle: Oracle;
beforeAll(() => {
  if (noOracle !== undefined) return;
  buildOracle('peers');
  oracle = new Oracle('peers');
}, 120_000);
afterAll(async () => {
  if (noOracle === undefined) expect(await oracle.close()).toEqual([0, null]);
});

/** What has to happen in some of the scripts, or they prove little. */
const outcomes = [
  ...['SSL_do_handshake c => 1 error 0', 'SSL_do_handshake s => 1 error 0'],
  ...['SSL_session_reused c => 1', 'SSL_session_reused s => 1', 'SSL_get_early_data_status s => 2'],
  ...[
    'SSL_write_early_data c x6561726c79 => 1',
    'SSL_renegotiate c => 1',
    'SSL_key_update c 0 => 1',
  ],
  ...['=> refused U', 'certificate verify failed', 'alert number', 'bad record mac', '=> 771'],
  ...['=> 772', 'SSL_clear c => 1', 'no shared cipher'],
];

/** Where the transcripts part: the line, and what both say; undefined where they are equal. */
function apart(
  lines: readonly string[],
  theirs: readonly string[],
  ours: readonly string[],
): string | undefined {
  for (const [index, result] of theirs.entries()) {
    if (result === ours[index]) continue;
    return `${lines[index] ?? 'the end'}\n  libssl: ${result}\n  here:   ${ours[index]}`;
  }
  return theirs.length === ours.length ? undefined : 'one has more lines';
}

const difference = async (lines: readonly string[]) =>
  apart(lines, await oracle.run(lines), runPeers(lines));

/** Without each line that the difference does not need. */
async function smaller(lines: readonly string[]): Promise<string[]> {
  let left = [...lines];
  for (let size = left.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at < left.length; ) {
      const fewer = left.toSpliced(at, size);
      if ((await difference(fewer)) === undefined) at += size;
      else left = fewer;
    }
  }
  return left;
}

describe('random scripts of a client and a server', () => {
  test('are for the same libssl on both sides', async ({ skip }) => {
    skip(noOracle !== undefined, noOracle);
    const { version, libssl } = libraryInfo();
    expect(await oracle.library).toEqual({ version, libssl });
  });

  test(`${runs} of them`, { timeout: 60_000 + 60 * runs }, async ({ skip }) => {
    skip(noOracle !== undefined, noOracle);
    console.log(`PEERS_SEED=${seed} PEERS_RUNS=${runs}`);
    const names = [...calls.map(({ name }) => name), ...Object.keys(operations)];
    const done = new Map([...names, ...outcomes].map((name) => [name, 0]));
    const count = (what: string) => done.set(what, (done.get(what) ?? 0) + 1);
    const property = fc.asyncProperty(peerScripts, async (lines) => {
      const [theirs, ours] = [await oracle.run(lines), runPeers(lines)];
      if (apart(lines, theirs, ours) !== undefined) throw new Error('they differ');
      lines.forEach((line, index) => {
        const result = ours[index] ?? '';
        if (result !== 'nothing') count(line.split(' ')[0] ?? '');
        for (const outcome of outcomes)
          if (`${line} => ${result}`.includes(outcome)) count(outcome);
      });
    });
    const details = await fc.check(property, { seed, numRuns: runs, endOnFailure: true });
    if (details.failed) {
      const lines = await smaller(details.counterexample?.[0] ?? []);
      throw new Error(
        `PEERS_SEED=${seed}, script ${details.numRuns}:\n${lines.join('\n')}\n\n${await difference(lines)}`,
      );
    }
    // By chance a few scripts have few of them.
    const due = [...(runs >= 500 ? outcomes : []), ...(runs >= 5000 ? names : [])];
    const never = due.filter((what) => done.get(what) === 0);
    expect(never).toEqual([]);
  });
});
