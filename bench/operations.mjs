// What a call costs: the same operations by six contenders.

import { interleave, warmUp } from './measure.mjs';

/** Iterations in one batch: about 2 ms, less than the machine gives another process at once. */
const batches = {
  'new+free': 10_000,
  'dup+free': 10_000,
  'up_ref+free': 50_000,
  get_time: 100_000,
  'CTX getter': 100_000,
  'CTX setter': 100_000,
  'SSL getter': 100_000,
  'SSL setter': 100_000,
  'DER-in': 400,
  'DER-out': 1_000,
  toJSON: 2_000,
};

// Of functions only: what a generated function costs, on a context and on a connection.
const ofFunctions = ['CTX getter', 'CTX setter', 'SSL getter', 'SSL setter'];

const loopsOf = {
  functions: ['libssl', 'koffi'],
  classes: ['ssl-session', 'koffi-class', 'objectwrap'],
};

/** operation → contender → nanoseconds for one iteration, one for each round. */
export async function compareOperations({ c, der, rounds, progress, only }) {
  const contenders = {};
  for (const [kind, names] of Object.entries(loopsOf)) {
    for (const name of names) {
      const module = await import(`./loops/${kind}.mjs?${name}`);
      contenders[name] = module.loops(der);
    }
  }
  const results = {};
  for (const [operation, n] of Object.entries(batches)) {
    if (only && !only.includes(operation)) continue;
    progress(`${operation}: ${rounds} rounds of ${n}`);
    // toJSON is of classes only, and of those that have it.
    const inC = operation !== 'toJSON' && !ofFunctions.includes(operation);
    const runs = inC ? { c: (count) => c.run(operation, count) } : {};
    for (const [name, loops] of Object.entries(contenders)) {
      if (!(operation in loops)) continue;
      await warmUp(loops[operation]);
      runs[name] = loops[operation];
    }
    results[operation] = await interleave(runs, n, rounds);
  }
  return results;
}
