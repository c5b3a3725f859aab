import { spawn as spawnAsync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const main = join(root, 'dist', 'cli', 'main.js');
export const fixtures = join(root, 'test', 'fixtures');

export interface Run {
  code: number | null;
  stdout: string;
  /** What stdout is, byte by byte. */
  bytes: Buffer;
  stderr: string;
}

/** The environment without what a person or vitest chose for colours. */
export function environment(more: Record<string, string> = {}): Record<string, string | undefined> {
  const { NO_COLOR, FORCE_COLOR, ...env } = process.env;
  return { ...env, TERM: 'xterm-256color', ...more };
}

/** Runs a program to its end. */
export function spawn(
  command: string,
  args: readonly string[],
  { input = '', env = environment(), cwd = root }: SpawnOptions = {},
): Run {
  const child = spawnSync(command, args, { input, env, cwd, maxBuffer: 1 << 26 });
  // EPIPE: it has read enough of its input.
  if (child.error !== undefined && (child.error as NodeJS.ErrnoException).code !== 'EPIPE') {
    throw child.error;
  }
  const { status: code, stdout: bytes, stderr } = child;
  return { code, bytes, stdout: bytes.toString(), stderr: stderr.toString() };
}

interface SpawnOptions {
  input?: string | Uint8Array;
  env?: Record<string, string | undefined>;
  cwd?: string;
}

/** Runs `libssl-session`. */
export function run(args: readonly string[], options: SpawnOptions = {}): Run {
  return spawn(process.execPath, [main, ...args], options);
}

/** Runs `libssl-session` while this process goes on: it may be the server. */
export async function runBeside(
  args: readonly string[],
  { input = '', env = environment() }: SpawnOptions = {},
): Promise<Run> {
  const child = spawnAsync(process.execPath, [main, ...args], { cwd: root, env });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => errors.push(chunk));
  child.stdin.on('error', () => {}); // it has read enough of its input
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  const bytes = Buffer.concat(output);
  return { code, bytes, stdout: bytes.toString(), stderr: Buffer.concat(errors).toString() };
}

/** Every fixture that is a session: of OpenSSL 1.1.1, of OpenSSL 3, of each Node. */
export function sessionFixtures(): string[] {
  return readdirSync(fixtures)
    .filter((name) => /^(openssl-1|cli-openssl3|node-\d+)[\w.-]*\.(pem|der|bin)$/.test(name))
    .sort();
}

const scratch = mkdtempSync(join(tmpdir(), 'libssl-session-cli-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A path in a directory that is gone after the tests. */
export function temporary(name: string): string {
  return join(scratch, name);
}
