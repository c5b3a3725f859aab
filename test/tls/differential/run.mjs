// Runs the scripts and prints one JSON of what happened: version → script → emitter → lines.
//
//   node test/tls/differential/run.mjs --client ours --server node --version TLSv1.3 [--times 5] [name …]

import { parseArgs } from 'node:util';
import { player } from './players.mjs';
import { loadScripts } from './scripts.mjs';
import { World } from './world.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    client: { type: 'string', default: 'node' },
    server: { type: 'string', default: 'node' },
    version: { type: 'string', multiple: true, default: ['TLSv1.2', 'TLSv1.3'] },
    // How often each script is run; where it does not do the same each time, that is an error.
    times: { type: 'string', default: '1' },
    // Writes to standard error which script has begun: the last one is to blame for a crash.
    verbose: { type: 'boolean', default: false },
  },
});

// Long enough for a busy machine: a script that does not end is a fault, and is told as one.
const patience = Number(process.env.PATIENCE ?? 10_000);

let world;
process.on('uncaughtException', (error) => {
  world.thrown++;
  world.say('process', 'uncaught', error);
});

/** Whether it is done in time. */
async function inTime(work) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve('late'), patience);
  });
  try {
    return (await Promise.race([work, late])) !== 'late';
  } finally {
    clearTimeout(timer);
  }
}

async function run(script, players, version) {
  world = new World({ ...players, version });
  try {
    if (!(await inTime(script.run(world)))) world.say('script', 'did not end');
  } catch (error) {
    world.say('script', 'failed', error);
    if (values.verbose) console.error(error);
  }
  const logs = JSON.parse(JSON.stringify(world.logs));
  // A connection that is not ended keeps its server from closing.
  if (!(await inTime(world.end()))) logs.script = [...(logs.script ?? []), 'left a server open'];
  return logs;
}

const scripts = await loadScripts();
const unknown = positionals.filter((name) => !scripts.has(name));
if (unknown.length > 0) throw new Error(`no such script: ${unknown.join(', ')}`);
const players = { client: await player(values.client), server: await player(values.server) };
const results = {};
for (const version of values.version) {
  results[version] = {};
  for (const [name, script] of scripts) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    if (script.only !== undefined && !script.only.includes(version)) continue;
    if (values.verbose) console.error(`${version}: ${name}`);
    const first = await run(script, players, version);
    results[version][name] = first;
    for (let time = 1; time < Number(values.times); time++) {
      const again = await run(script, players, version);
      if (JSON.stringify(again) === JSON.stringify(first)) continue;
      console.error(`not the same each time: ${version}: ${name}`, first, again);
      process.exitCode = 1;
    }
  }
}
process.stdout.write(`${JSON.stringify(results, null, 1)}\n`);
