// Runs operations by all contenders in turns.

import { shuffled } from '../measure.mjs';
import { Pair } from './pair.mjs';

/** Starts a pair of each contender, gives them to `use`, and ends them. */
async function withPairs(modules, operation, settings, directory, use) {
  const pairs = {};
  try {
    for (const [contender, module] of Object.entries(modules)) {
      pairs[contender] = await Pair.start(module, operation, settings, directory);
    }
    return await use(pairs);
  } finally {
    for (const pair of Object.values(pairs)) await pair.end();
  }
}

/**
 * Contender → samples: `rounds` for each of `processes`, whose contenders run in turns. `effort`: the
 * part of the settings' iterations.
 */
export async function compare(modules, operation, settings, directory, how) {
  const { processes, rounds, effort } = how;
  const samples = Object.fromEntries(Object.keys(modules).map((contender) => [contender, []]));
  const batch = Math.ceil(settings.batch * effort);
  for (let i = 0; i < processes; i++) {
    await withPairs(modules, operation, settings, directory, async (pairs) => {
      for (const pair of Object.values(pairs)) {
        for (let batches = 0; batches < settings.warmUp; batches++) await pair.run(settings.batch);
      }
      for (let round = 0; round < rounds; round++) {
        for (const contender of shuffled(Object.keys(pairs))) {
          samples[contender].push(await pairs[contender].run(batch));
        }
      }
    });
  }
  return samples;
}

/** Side → contender → KiB of a connection, one for each of `processes`. */
export async function compareMemory(modules, operation, settings, directory, processes) {
  const samples = { client: {}, server: {} };
  for (let i = 0; i < processes; i++) {
    for (const contender of shuffled(Object.keys(modules))) {
      const one = { [contender]: modules[contender] };
      await withPairs(one, operation, settings, directory, async ({ [contender]: pair }) => {
        // What the first connections cost is no connection's. The second time they have memory that
        // was used before.
        await pair.run(settings.connections / 10);
        await pair.run(0);
        for (const side of ['client', 'server']) {
          samples[side][contender] ??= [];
          samples[side][contender].push(-(await pair[side].ask('memory')));
        }
        await pair.run(settings.connections);
        for (const side of ['client', 'server']) {
          const before = samples[side][contender].pop();
          const after = await pair[side].ask('memory');
          samples[side][contender].push((after + before) / settings.connections);
        }
      });
    }
  }
  return samples;
}
