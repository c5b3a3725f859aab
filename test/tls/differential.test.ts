// The same scripts with node:tls and with libssl-session/tls: what happens is the same, but for the
// differences of test/tls/differential/meant.mjs.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';

/** Emitter → lines. */
type Log = Record<string, string[]>;
interface Players {
  client: string;
  server: string;
}
interface Change {
  scripts: string[];
  title: string;
}
interface Modules {
  /** `only`: the versions that it is for; without it, all. */
  loadScripts(): Promise<Map<string, { only?: string[] }>>;
  meant: { title: string; node: string; here: string; why: string; changes: Change[] }[];
  changesFor(script: string, version: string, players: Players, major: number): Change[];
  expected(reference: Log, changes: Change[]): Log;
  file: string;
  markdown(): string;
}
// Scripts have no types of their own.
const root = new URL('../../', import.meta.url);
const load = async (path: string): Promise<Modules> => import(new URL(path, root).href);
const { loadScripts } = await load('test/tls/differential/scripts.mjs');
const { meant } = await load('test/tls/differential/meant.mjs');
const { changesFor, expected } = await load('test/tls/differential/compare.mjs');
const document = await load('scripts/tls-differences.mjs');

const scripts = await loadScripts();
const names = [...scripts.keys()];
const major = Number(process.versions.node.split('.')[0]);
const versions = ['TLSv1.2', 'TLSv1.3'];
const reference = { client: 'node', server: 'node' };
const compared = [
  { client: 'ours', server: 'ours' },
  { client: 'ours', server: 'node' },
  { client: 'node', server: 'ours' },
];

/** All scripts of one version, in a process of their own. */
async function run({ client, server }: Players, version: string): Promise<Record<string, Log>> {
  const runner = fileURLToPath(new URL('test/tls/differential/run.mjs', root));
  const args = [runner, '--client', client, '--server', server, '--version', version];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout)[version];
}

describe.each(versions)('%s', (version) => {
  const logs = new Map<Players, Record<string, Log>>();
  beforeAll(async () => {
    // Two at a time: most of the time each waits for something.
    const all = [reference, ...compared];
    for (const pair of [all.slice(0, 2), all.slice(2)]) {
      const done = await Promise.all(pair.map((players) => run(players, version)));
      pair.forEach((players, i) => {
        logs.set(players, done[i] ?? {});
      });
    }
  }, 300_000);
  const log = (players: Players, name: string) => {
    const found = logs.get(players)?.[name];
    if (found === undefined) throw new Error(`no log of ${name}`);
    return found;
  };

  const own = names.filter((name) => scripts.get(name)?.only?.includes(version) ?? true);
  test.each(own)('%s', (name) => {
    const node = log(reference, name);
    expect(node.script, 'the script itself, with node:tls').toBeUndefined();
    for (const players of compared) {
      const changes = changesFor(name, version, players, major);
      const who = `the client: ${players.client}, the server: ${players.server}`;
      expect(log(players, name), who).toEqual(expected(node, changes));
    }
  });
});

describe('the differences that are meant', () => {
  test('are each shown by a script that there is', () => {
    for (const { title, changes } of meant) {
      expect(changes.length, title).toBeGreaterThan(0);
      for (const { scripts } of changes) {
        for (const name of scripts) expect(names, title).toContain(name);
      }
    }
  });

  test('are in docs/tls-differences.md', () => {
    expect(readFileSync(new URL(document.file, root), 'utf8')).toBe(document.markdown());
  });

  test('are expected in the place of what node:tls does, which must be what it does', () => {
    const change = { in: 'client', node: ['b'], here: ['x', 'y'], title: 'a', scripts: ['s'] };
    expect(expected({ client: ['a', 'b', 'c'] }, [change])).toEqual({
      client: ['a', 'x', 'y', 'c'],
    });
    expect(() => expected({ client: ['a'] }, [change])).toThrow('not of what node:tls does');
  });
});

test('there are at least 60 scripts', () => {
  expect(names.length).toBeGreaterThanOrEqual(60);
});
