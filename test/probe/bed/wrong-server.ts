// Builds wrong-server.c against the libssl that the library itself uses, and runs it.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { libraryInfo } from 'libssl-session';
import type { Listening } from '../servers.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const include = path('../../../.libssl/include');
const program = path('../../../build/probe/wrong-server');
const compiler = process.env.CC ?? 'cc';

/** Why it is not here; undefined when it is. */
export const noWrongServer = !existsSync(`${include}/openssl/ssl.h`)
  ? 'the headers of OpenSSL 1.1.1 are not in .libssl/include'
  : spawnSync(compiler, ['--version']).status !== 0
    ? `there is no C compiler (${compiler})`
    : undefined;

export function buildWrongServer(): void {
  const { libssl, libcrypto } = libraryInfo();
  mkdirSync(dirname(program), { recursive: true });
  const half = `${program}.${process.pid}`;
  const options = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror', '-I', include];
  const libraries = [libssl, libcrypto, `-Wl,-rpath,${dirname(libssl)}`];
  const args = [...options, '-o', half, path('wrong-server.c'), ...libraries];
  const result = spawnSync(compiler, args, { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`wrong-server.c does not compile:\n${result.stderr}`);
  renameSync(half, program);
}

export type Wrong = 'clear' | 'keystream' | 'zero' | 'names' | 'psk-ke';

/** A server with one thing wrong. */
export async function startWrongServer(wrong: Wrong): Promise<Listening> {
  const files = ['tls-cert.pem', 'tls-key.pem', 'options-good-cert.pem', 'options-good-key.pem'];
  const args = [wrong, ...files.map((name) => path(`../../fixtures/${name}`))];
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, LD_LIBRARY_PATH: dirname(libraryInfo().libssl) },
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const close = async () => {
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'exit');
  };
  return { port: Number(line.toString()), close };
}
