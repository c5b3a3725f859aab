// Builds oracle.c against the libssl that the library itself uses, and talks with it.

import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { libraryInfo } from 'libssl-session';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const source = path('oracle.c');
const include = path('../../.libssl/include');
const program = path('../../build/oracle/oracle');
const compiler = process.env.CC ?? 'cc';

/** Why there is no oracle here; undefined when there is. */
export const noOracle = !existsSync(`${include}/openssl/ssl.h`)
  ? 'the headers of OpenSSL 1.1.1 are not in .libssl/include'
  : spawnSync(compiler, ['--version']).status !== 0
    ? `there is no C compiler (${compiler})`
    : undefined;

export function buildOracle(): void {
  const { libssl, libcrypto } = libraryInfo();
  mkdirSync(dirname(program), { recursive: true });
  const half = `${program}.${process.pid}`;
  const warnings = ['-Wall', '-Wextra', '-Werror'];
  const options = ['-std=gnu11', '-D_GNU_SOURCE', '-O1', '-g', ...warnings, '-I', include];
  const libraries = [libssl, libcrypto, `-Wl,-rpath,${dirname(libssl)}`];
  const result = spawnSync(compiler, [...options, '-o', half, source, ...libraries], {
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(`oracle.c does not compile:\n${result.stderr}`);
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

  constructor() {
    const { libssl } = libraryInfo();
    this.#child = spawn(program, {
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

  /** The transcript of a script, as runScript() of script.mjs gives it. One at a time. */
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
