// What bench/streams.mjs must reach. Bytes, connections and requests are compared by their rates;
// an echo by its time, and an idle connection by its memory.

import { median, ratio } from '../measure.mjs';

export const contenderNames = {
  ours: '(a) libssl-session/tls',
  'node-tls': '(b) node:tls',
};

const atLeast = (limit) => ({ limit, atLeast: true });
const atMost = (limit) => ({ limit, atLeast: false });

function boundOf({ kind, resumes }) {
  if (kind === 'echo' || kind === 'idle') return atMost(1);
  if (kind === 'connections') return atLeast(resumes ? 1.5 : 1.2);
  return atLeast(1);
}

/** KiB that an idle connection may have. */
const mostMemory = 40;

/**
 * The targets with `value` and `met`. `samples`: operation → contender → one for each round.
 */
export function checkTargets(samples, settings) {
  const targets = [];
  for (const [operation, { ours, 'node-tls': nodes }] of Object.entries(samples)) {
    const bound = boundOf(settings[operation]);
    const value = bound.atLeast ? ratio(nodes, ours) : ratio(ours, nodes);
    targets.push({
      what: `${operation}: ${contenderNames.ours} / ${contenderNames['node-tls']}`,
      ...bound,
      unit: '×',
      value,
    });
    if (settings[operation].kind !== 'idle') continue;
    const what = `${operation}: ${contenderNames.ours}`;
    targets.push({ what, ...atMost(mostMemory), unit: 'KiB', value: median(ours) });
  }
  return targets.map((target) => {
    const { value, limit } = target;
    return { ...target, met: target.atLeast ? value >= limit : value <= limit };
  });
}
