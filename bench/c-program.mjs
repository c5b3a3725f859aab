// (a) A C program of bench/c/ as a co-process: started once, then asked line by line.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { libraryInfo } from 'libssl-session';

const programs = new URL('../build/bench/', import.meta.url);

export class CProgram {
  #child;
  #lines;

  /** What the program is given: the DER of a session, a directory of certificates. */
  static async start(given, name = 'bench') {
    const c = new CProgram();
    const program = fileURLToPath(new URL(name, programs));
    c.#child = spawn(program, [given], { stdio: ['pipe', 'pipe', 'inherit'] });
    c.#lines = createInterface({ input: c.#child.stdout })[Symbol.asyncIterator]();
    assert.equal(realpathSync(await c.#line()), libraryInfo().libssl, 'C runs on another libssl');
    return c;
  }

  /** The nanoseconds that n iterations took. */
  async run(operation, n) {
    this.#child.stdin.write(`${operation} ${n}\n`);
    return Number(await this.#line());
  }

  end() {
    this.#child.stdin.end();
  }

  async #line() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the C program ended early');
    return value;
  }
}
