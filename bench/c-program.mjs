// (a) The C program, bench/c/bench.c, as a co-process: started once, then asked line by line.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { libraryInfo } from 'libssl-session';

const program = fileURLToPath(new URL('../build/bench/bench', import.meta.url));

export class CProgram {
  #child;
  #lines;

  static async start(derFile) {
    const c = new CProgram();
    c.#child = spawn(program, [derFile], { stdio: ['pipe', 'pipe', 'inherit'] });
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
