// What bench/handshakes.mjs must reach. Handshakes and bulk data are compared by their rates, the
// cache and what recording costs by their times.

import { median, ratio } from '../measure.mjs';
import { bulkOperations, handshakeOperations } from './settings.mjs';

export const contenderNames = {
  c: '(a) plain C',
  'ssl-connection': '(b) SslConnection',
  recorded: '(b) with messages',
  functions: '(b) the C-named functions',
  'node-tls': '(c) node:tls',
};

const target = (operation, against, bound, ours = 'ssl-connection') => ({
  what: `${operation}: ${contenderNames[ours]} / ${contenderNames[against]}`,
  operation,
  ours,
  against,
  ...bound,
  unit: '×',
});

const targets = [
  ...Object.keys(handshakeOperations).flatMap((operation) => [
    target(operation, 'c', { limit: 0.9, atLeast: true }),
    target(operation, 'node-tls', { limit: 1, atLeast: true }),
    target(operation, 'ssl-connection', { limit: 1.3, atLeast: false }, 'recorded'),
  ]),
  ...Object.keys(bulkOperations).map((operation) =>
    target(operation, 'c', { limit: 0.8, atLeast: true }),
  ),
  // Those of cache-remove and cache-restore are only shown.
  ...['cache-add', 'cache-look-up', 'cache-flush'].map((operation) =>
    target(operation, 'c', { limit: 1.2, atLeast: false }, 'functions'),
  ),
];

/**
 * The targets with `value` and `met`. `samples`: operation → for each process, contender →
 * nanoseconds for one iteration, one for each round. The value is the median over the processes.
 */
export function checkTargets(samples) {
  return targets
    .filter(({ operation }) => operation in samples)
    .map((target) => {
      const { operation, ours, against, limit, atLeast } = target;
      const value = median(
        samples[operation].map(({ [ours]: mine, [against]: other }) =>
          atLeast ? ratio(other, mine) : ratio(mine, other),
        ),
      );
      return { ...target, value, met: atLeast ? value >= limit : value <= limit };
    });
}
