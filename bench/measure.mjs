// How everything here is measured: contenders take turns within a round, so that what disturbs the
// machine disturbs all of them; the median over the rounds counts.

import { setImmediate } from 'node:timers/promises';

/**
 * Calls a loop often and briefly, so that V8 compiles the whole function. (A loop that is long from
 * the start is compiled alone, and left by a deoptimisation each time: measured 15 % slower.)
 */
export async function warmUp(loop, calls = 2_000) {
  for (let call = 0; call < calls; call++) {
    await loop(30);
    if (call % 100 === 0) await setImmediate();
  }
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function shuffled(values) {
  const keyed = values.map((value) => ({ value, key: Math.random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ value }) => value);
}

/**
 * `contenders`: name → n => nanoseconds, or a promise of them. Gives name → nanoseconds for one
 * iteration, one for each round. Before a batch the event loop turns, so that finalizers run; the
 * young garbage is collected, so that nobody pays for another's (nor for all of its own, which
 * favours those that make much); and a part of the batch runs untimed, to bring the caches back.
 */
export async function interleave(contenders, n, rounds, warmUpRounds = 5) {
  const names = Object.keys(contenders);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -warmUpRounds; round < rounds; round++) {
    for (const name of shuffled(names)) {
      globalThis.gc({ type: 'minor' });
      await setImmediate();
      await contenders[name](n >> 2);
      const nanoseconds = await contenders[name](n);
      if (round >= 0) samples[name].push(nanoseconds / n);
    }
  }
  return samples;
}

/** Median of the ratios within each round. */
export function ratio(numerators, denominators) {
  return median(numerators.map((value, round) => value / denominators[round]));
}
