// The same scripts through libssl-session/libssl and through oracle.c, which calls libssl 1.1.1
// directly: the transcripts must be equal. ORACLE_RUNS says how many random ones, and ORACLE_SEED
// repeats those of an earlier run.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { libraryInfo } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readList, shapeOf } from '../../scripts/generate.mjs';
import { noValgrind, runUnderValgrind } from '../support/valgrind.mjs';
import { facts } from './facts.js';
import { mostOperations, scripts } from './generate.js';
import { buildOracle, noOracle, Oracle } from './oracle.js';
import { operations, runScript } from './script.mjs';

const runs = Number(process.env.ORACLE_RUNS ?? 2000);
const seed = Number(process.env.ORACLE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const underValgrind = 1000;

let oracle: Oracle;
beforeAll(() => {
  if (noOracle !== undefined) return;
  buildOracle('oracle');
  oracle = new Oracle('oracle');
}, 120_000);
afterAll(async () => {
  if (noOracle === undefined) expect(await oracle.close()).toEqual([0, null]);
});

const results = (lines: readonly string[], transcript: readonly string[]) =>
  transcript.map((result, index) => `${lines[index] ?? 'the end'} => ${result}`);

// Types of C, and what a function gives in TypeScript, as operations.h names them.
const kinds: Record<string, string> = {
  int: 'INT',
  long: 'LONG',
  uint32_t: 'UINT32',
  'const char*': 'STRING',
  'const unsigned char*': 'BYTES',
  'const void*': 'BYTES',
};
const resultKinds: Record<string, string> = {
  void: 'NOTHING',
  number: 'INT',
  '0 | 1': 'INT',
  string: 'TEXT',
  Buffer: 'BYTES',
  CipherInfo: 'CIPHER',
  Handle: 'NEW_SESSION',
};
const orNull = (type: string, value: { orNull: boolean }) =>
  `${kinds[type] ?? type}${value.orNull ? '_OR_NULL' : ''}`;

describe('the list of operations', () => {
  test('has every function of a session that libssl-session/libssl has', () => {
    const elsewhere =
      /^(?:D?TLS(?:v1)?_|BIO_|X509_|OPENSSL_|ERR_|SSL_(?!SESSION_|CIPHER_find)|lastErrors$)/;
    const exported = Object.entries(C)
      .filter(([name, value]) => typeof value === 'function' && !elsewhere.test(name))
      .map(([name]) => name);
    expect(operations.map(({ name }) => name).sort()).toEqual(exported.sort());
  });

  test('says of each function what native/openssl.def says', () => {
    const list = readFileSync(new URL('../../native/openssl.def', import.meta.url), 'utf8');
    for (const row of readList(list).rows) {
      if (row.heading !== undefined || !row.name.startsWith('SSL_SESSION_')) continue;
      const { object, given, type } = shapeOf(row);
      const unsigned = row.result.type.startsWith('unsigned') ? 'UNSIGNED_LONG' : 'LONG';
      expect(operations.find(({ name }) => name === row.name)).toEqual({
        name: row.name,
        first: object === undefined ? 'NOTHING' : orNull('SESSION', object),
        second: given.length === 0 ? 'NOTHING' : orNull(given[0].type, given[0]),
        result: resultKinds[type.replace(' | null', '')] ?? unsigned,
      });
    }
  });

  test('is for the same libssl on both sides', async ({ skip }) => {
    skip(noOracle !== undefined, noOracle);
    const { version, libssl } = libraryInfo();
    expect(await oracle.library).toEqual({ version, libssl });
  });
});

describe('as libssl does', () => {
  test.each(Object.entries(facts))('%s', async (_, script) => {
    const lines = script.map((line) => line.split(' => ')[0] ?? '');
    const ours = results(lines, runScript(lines));
    script.forEach((line, index) => {
      const [call, fact] = line.split(' => ');
      if (fact === undefined) return;
      if (fact.endsWith('…')) expect(ours[index]).toContain(`${call} => ${fact.slice(0, -1)}`);
      else expect(ours[index]).toBe(line);
    });
    expect(ours.at(-1)).toBe('the end => left 0');
    if (noOracle === undefined) expect(ours).toEqual(results(lines, await oracle.run(lines)));
  });

  test('every number of a cipher suite', async ({ skip }) => {
    skip(noOracle !== undefined, noOracle);
    const numbers = Array.from({ length: 0x1_0000 }, (_, id) => id.toString(16).padStart(4, '0'));
    const find = numbers.map((id) => `SSL_CIPHER_find ${id}`);
    const found = await oracle.run(find);
    expect(runScript(find)).toEqual(found);

    const known = numbers.filter((_, index) => found[index] !== 'null');
    expect(known.length).toBeGreaterThan(100);
    const set = known.flatMap((id, index) => [
      ...(index === 0 ? ['s0 = SSL_SESSION_new', 'SSL_SESSION_set_protocol_version s0 771'] : []),
      `SSL_SESSION_set_cipher s0 ${id}`,
      'SSL_SESSION_get0_cipher s0',
      'SSL_SESSION_print s0',
      'i2d_SSL_SESSION s0',
      `s${index + 1} = d2i_SSL_SESSION LAST`,
      `SSL_SESSION_get0_cipher s${index + 1}`,
    ]);
    expect(results(set, runScript(set))).toEqual(results(set, await oracle.run(set)));

    // C has no search by name; it is the suite that has the name.
    for (const id of known) {
      const info = C.SSL_CIPHER_find(Number.parseInt(id, 16));
      expect(C.SSL_CIPHER_find(info?.name ?? '')).toEqual(info);
      if (info?.standardName) expect(C.SSL_CIPHER_find(info.standardName)).toEqual(info);
    }
  });
});

describe('random scripts', () => {
  test(`${runs} of up to ${mostOperations} operations`, { timeout: 60_000 + 20 * runs }, async ({
    skip,
  }) => {
    skip(noOracle !== undefined, noOracle);
    console.log(`ORACLE_SEED=${seed} ORACLE_RUNS=${runs}`);
    const done = new Map(operations.map(({ name }) => [name, 0]));
    const property = fc.asyncProperty(scripts, async (lines) => {
      const [theirs, ours] = [await oracle.run(lines), runScript(lines)];
      const different = theirs.findIndex((result, index) => result !== ours[index]);
      if (different >= 0 || theirs.length !== ours.length) {
        throw new Error(
          `${lines[different] ?? 'the end'}\n  libssl: ${theirs[different]}\n  here:   ${ours[different]}`,
        );
      }
      lines.forEach((line, index) => {
        const name = line.replace(/^s\d+ = /, '').split(' ')[0] ?? '';
        if (ours[index]?.startsWith('refused') !== true) done.set(name, (done.get(name) ?? 0) + 1);
      });
    });
    const details = await fc.check(property, { seed, numRuns: runs });
    if (details.failed) {
      const smallest = details.counterexample?.[0].join('\n') ?? 'no script';
      const { errorInstance, counterexamplePath: path, numShrinks } = details;
      throw new Error(
        `ORACLE_SEED=${seed}, path ${path}, ${numShrinks} times smaller:\n${smallest}\n\n${errorInstance}`,
      );
    }
    // Half of the calls of a function must not be refused, or the scripts prove little.
    const often = Math.min(...done.values());
    expect(often, JSON.stringify([...done])).toBeGreaterThan(runs / 10);
  });

  test(`${underValgrind} of them, and those by hand, under valgrind`, { timeout: 600_000 }, async ({
    skip,
  }) => {
    skip(noValgrind !== undefined, noValgrind);
    const random = fc.sample(scripts, { seed, numRuns: underValgrind });
    const all = [...Object.values(facts), ...random].map((script) =>
      script.map((line) => line.split(' => ')[0] ?? ''),
    );
    const child = fileURLToPath(new URL('child.mjs', import.meta.url));
    const directory = mkdtempSync(join(tmpdir(), 'libssl-session-oracle-'));
    const runPart = async (part: string[][], index: number): Promise<string[][]> => {
      const [input, output] = [join(directory, `${index}.in`), join(directory, `${index}.out`)];
      writeFileSync(input, JSON.stringify(part));
      const result = await runUnderValgrind([child, input, output]);
      expect(result).toMatchObject({ code: 0, signal: null, stderr: '' });
      expect(result.errors).toEqual([]);
      return JSON.parse(readFileSync(output, 'utf8'));
    };
    // In parts, so that each process is well within the time that it has.
    const parts = [0, 1, 2, 3].map((part) => all.filter((_, index) => index % 4 === part));
    try {
      const transcripts = (await Promise.all(parts.map(runPart))).flat();
      for (const [index, lines] of parts.flat().entries()) {
        expect(transcripts[index]?.at(-1)).toBe('left 0');
        if (noOracle === undefined) expect(transcripts[index]).toEqual(await oracle.run(lines));
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
