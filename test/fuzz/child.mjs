// node child.mjs <job>: runs sequences, as supervise.mjs wants it. The job is JSON:
// { first, count }: the sequences of these seeds; or { sequences }: lists of steps. With `log` it
// tells each call before it is made. Tells each sequence before it begins, and what it found.

import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { startCounting } from 'libssl-session';
import { Random } from './random.mjs';
import { generate, reenter, steps } from './steps.mjs';
import { deliberate, Finding, World } from './world.mjs';

const job = JSON.parse(process.argv[2]);
if (job.planted === true) Object.assign(steps, (await import('./planted.mjs')).steps);

const tell = (line) => writeSync(1, `${JSON.stringify(line)}\n`);
const log = job.log === true ? (text) => writeSync(2, `${text}\n`) : null;

// Handles of another environment, which are none here.
const other = new Worker(new URL('worker.mjs', import.meta.url));
const foreign = await new Promise((resolve) => other.once('message', resolve));
other.unref();
startCounting();

let world;
process.on('uncaughtException', (error) => world?.later('(uncaught)', error));
process.on('unhandledRejection', (error) => world?.later('(unhandled)', error));
process.on('warning', () => {});

async function run(list) {
  world = new World({ log, foreign });
  world.reenter = () => reenter(world);
  try {
    for (const [name, stepSeed] of list) {
      log?.(`// ${name} ${stepSeed}`);
      world.depth = 0;
      world.random = new Random(stepSeed);
      try {
        await steps[name](world);
      } catch (error) {
        // Of a getter of its own, while it made its arguments.
        if (error !== deliberate) throw error;
      }
      if (world.failure !== undefined) throw world.failure;
    }
    log?.('// the end');
    world.random = new Random(list.length);
    await world.end(world.random);
  } catch (error) {
    const finding =
      error instanceof Finding ? error : new Finding('exception', `in the fuzzer: ${error?.stack}`);
    tell({ kind: finding.kind, detail: finding.message });
    process.exit(1);
  }
}

const { first = 0, count = 0, sequences } = job;
if (sequences !== undefined) {
  for (const [at, list] of sequences.entries()) {
    tell({ begins: at });
    await run(list);
  }
} else {
  for (let seed = first; seed < first + count; seed++) {
    tell({ begins: seed });
    await run(generate(seed));
  }
}
tell({ done: true });
await other.terminate();
