// A contender's server, client or both, in a process of its own: fork of peer.mjs <module> <name of
// the operation> <server, client or both> <directory of certificates>. Its parent sends what to do
// (ends.mjs), and gets the answer.

import { readCertificate } from '../certificates.mjs';
import * as bytes from './bytes.mjs';
import * as connections from './connections.mjs';
import { contender } from './contenders.mjs';
import * as echo from './echo.mjs';
import { connect, serve } from './ends.mjs';
import * as idle from './idle.mjs';
import * as requests from './requests.mjs';
import { idleOperations, operations } from './settings.mjs';

const kinds = { bytes, connections, echo, idle, requests };

const [module, name, role, directory] = process.argv.slice(2);
const operation = { ...operations, ...idleOperations }[name];
const certificate = readCertificate(directory, operation.certificate);
const { answer, prepare } = kinds[operation.kind];
const library = await contender(module);

let run;
const doings = {
  serve: () => serve(library, operation, certificate, answer),
  async prepare(port) {
    const open = connect(library, operation, certificate, port);
    run = await prepare(open, operation, library);
  },
  run: (n) => run(n),
  memory: () => residentKiB(),
};

/** What this process has in memory, without its garbage. */
async function residentKiB() {
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage.rss() / 1024;
}

process.title = `bench ${role}`;
process.on('message', async ({ what, argument }) => {
  try {
    process.send({ value: await doings[what](argument) });
  } catch (error) {
    process.send({ error: error.stack ?? String(error) });
  }
});
process.on('disconnect', () => process.exit());
process.send({ value: 'ready' });
