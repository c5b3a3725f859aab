// The same scripts with node:tls, and what they log.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';

/** script → emitter → lines. */
type Logs = Record<string, Record<string, string[]>>;
interface Script {
  /** The versions that it is for; without it, all. */
  only?: string[];
}
// Scripts have no types of their own.
const directory = new URL('differential/', import.meta.url);
const { loadScripts } = await import(new URL('scripts.mjs', directory).href);
const scripts: Map<string, Script> = await loadScripts();
const runner = fileURLToPath(new URL('run.mjs', directory));

/** All scripts of one version, in a process of their own. */
async function run(version: string, ...options: string[]): Promise<Logs> {
  const args = [runner, '--version', version, ...options];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout)[version];
}

const versions = ['TLSv1.2', 'TLSv1.3'];

describe.each(versions)('node:tls, %s', (version) => {
  let logs: Logs;
  beforeAll(async () => {
    // Fails where one of them does not do the same each time.
    logs = await run(version, '--times', '2');
  }, 300_000);

  const names = [...scripts].filter(([, { only }]) => only?.includes(version) ?? true);
  test.each(names.map(([name]) => name))('%s', (name) => {
    expect(logs[name]).toBeDefined();
    expect(logs[name]?.script, 'the script itself').toBeUndefined();
  });
});

test('there are at least 60 scripts', () => {
  expect(scripts.size).toBeGreaterThanOrEqual(60);
});
