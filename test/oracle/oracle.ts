// Builds oracle.c and peers.c against the libssl that the library itself uses, and talks with them.

import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { libraryInfo } from 'libssl-session';
import { callsInC } from './peer-calls.mjs';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const include = path('../../.libssl/include');
const directory = path('../../build/oracle');
const fixtures = path('../fixtures');
const compiler = process.env.CC ?? 'cc';

/** Why there is no oracle here; undefined when there is. */
export const noOracle = !existsSync(`${include}/openssl/ssl.h`)
  ? 'the headers of OpenSSL 1.1.1 are not in .libssl/include'
  : spawnSync(compiler, ['--version']).status !== 0
    ? `there is no C compiler (${compiler})`
    : undefined;

/** `oracle` is of sessions, `peers` of a client and a server. */
export type Program = 'oracle' | 'peers';

export function buildOracle(name: Program): void {
  const { libssl, libcrypto } = libraryInfo();
  mkdirSync(directory, { recursive: true });
  if (name === 'peers') writeFileSync(join(directory, 'calls.h'), callsInC());
  const program = join(directory, name);
  const half = `${program}.${process.pid}`;
  const warnings = ['-Wall', '-Wextra', '-Werror', '-Wno-deprecated-declarations'];
  const options = [
    '-std=gnu11',
    '-D_GNU_SOURCE',
    '-O1',
    '-g',
    ...warnings,
    '-I',
    include,
    '-I',
    directory,
  ];
  const libraries = [libssl, libcrypto, `-Wl,-rpath,${dirname(libssl)}`];
  const source = path(`${name}.c`);
  const result = spawnSync(compiler, [...options, '-o', half, source, ...libraries], {
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(`${name}.c does not compile:\n${result.stderr}`);
  renameSync(half, program);
}

/** A running oracle. One process runs any number of scripts, one after the other. */
export class Oracle {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #ended: Promise<unknown[]>;
  #read = '';
  #wake: () => void = () => {};
  /** What it says of the libssl it runs on. */
  readonly library: Promise<{ version: string | undefined; libssl: string | undefined }>;

  constructor(name: Program) {
    const { libssl } = libraryInfo();
    this.#child = spawn(join(directory, name), [fixtures], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, LD_LIBRARY_PATH: dirname(libssl) },
    });
    this.#ended = once(this.#child, 'close');
    this.#ended.then(() => this.#wake());
    this.#child.stdin.on('error', () => {}); // it ended early, and run() says so
    this.#child.stdout.setEncoding('latin1').on('data', (text: string) => {
      this.#read += text;
      this.#wake();
    });
    this.library = this.run([]).then(([version, libssl]) => ({ version, libssl }));
  }

  /** The transcript of a script, as script.mjs or peer-script.mjs gives it. One at a time. */
  async run(lines: readonly string[]): Promise<string[]> {
    await this.library;
    this.#child.stdin.write(`${lines.map((line) => `${line}\n`).join('')}end\n`);
    while (!this.#read.endsWith('\nend\n')) {
      const { exitCode, signalCode } = this.#child;
      if (exitCode !== null || signalCode !== null) {
        throw new Error(`the oracle ended within a script: ${exitCode ?? signalCode}`);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const transcript = this.#read.split('\n').slice(0, -2);
    this.#read = '';
    return transcript;
  }

  /** Ends the process: [code, signal]. */
  async close(): Promise<unknown[]> {
    this.#child.stdin.end();
    return await this.#ended;
  }
}
