// A contender's processes, seen by the one that measures.

import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('peer.mjs', import.meta.url));

// Client and server apart have a processor each. Whether the scheduler would put both on one is
// chance, and is worth more than what is compared.
const processors = { client: '0', server: '1' };
const canPin = cpus().length > 1 && spawnSync('taskset', ['-c', '0,1', 'true']).status === 0;

/** How a process is started: on a processor of its own, if it can be had. */
function executable(role, layout) {
  const execArgv = ['--expose-gc'];
  if (layout !== 'apart' || !canPin) return { execArgv };
  return {
    execPath: 'taskset',
    execArgv: ['-c', processors[role], process.execPath, ...execArgv],
  };
}

class Peer {
  #child;
  #exit;

  constructor(layout, role, module, name, directory) {
    this.#child = fork(file, [module, name, role, directory], executable(role, layout));
    this.#exit = once(this.#child, 'exit').then(([code, signal]) => {
      throw new Error(`a process of the benchmark ended: ${signal ?? code}`);
    });
    this.#exit.catch(() => {});
  }

  static async start(...args) {
    const peer = new Peer(...args);
    await peer.#next();
    return peer;
  }

  async #next() {
    const [{ value, error }] = await Promise.race([once(this.#child, 'message'), this.#exit]);
    if (error !== undefined) throw new Error(error);
    return value;
  }

  ask(what, argument) {
    this.#child.send({ what, argument });
    return this.#next();
  }

  async end() {
    if (this.#child.connected) this.#child.disconnect();
    await this.#exit.catch(() => {});
  }
}

/** A client that is ready to run the operation, and its server: the same process, or another. */
export class Pair {
  static async start(module, name, { layout }, directory) {
    const pair = new Pair();
    try {
      const start = (role) => Peer.start(layout, role, module, name, directory);
      pair.server = await start(layout === 'apart' ? 'server' : 'both');
      pair.client = layout === 'apart' ? await start('client') : pair.server;
      await pair.client.ask('prepare', await pair.server.ask('serve'));
    } catch (error) {
      await pair.end();
      throw error;
    }
    return pair;
  }

  run(n) {
    return this.client.ask('run', n);
  }

  async end() {
    for (const peer of new Set([this.client, this.server])) await peer?.end();
  }
}
