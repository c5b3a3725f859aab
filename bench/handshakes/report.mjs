// The tables of bench/handshakes.mjs: rates of handshakes and of bulk data, times of the cache.

import { printTargets, table } from '../report.mjs';
import { bulkOperations, cacheOperations, handshakeOperations, recordSize } from './settings.mjs';
import { contenderNames } from './targets.mjs';

const groups = [
  {
    title: 'Handshakes per second, both sides in one thread',
    operations: handshakeOperations,
    show: (nanoseconds) => Math.round(1e9 / nanoseconds).toLocaleString('en'),
  },
  {
    title: `MB per second, written and read in records of ${recordSize / 1024} KiB`,
    operations: bulkOperations,
    show: (nanoseconds) => Math.round((recordSize * 1e3) / nanoseconds).toLocaleString('en'),
  },
  {
    title: 'Nanoseconds for one session of a cache of 100,000',
    operations: cacheOperations,
    show: (nanoseconds) => nanoseconds.toFixed(0),
  },
];

export function printReport(about, { medians, targets }) {
  console.log(`${about.libssl}\nNode ${about.node}, ${about.openssl} inside, ${about.machine}`);
  console.log(
    'Medians of interleaved rounds; of a cache, medians of the medians of several processes',
  );
  const names = Object.keys(contenderNames);
  for (const { title, operations, show } of groups) {
    const rows = Object.keys(operations)
      .filter((operation) => operation in medians)
      .map((operation) => [
        operation,
        ...names.map((name) => (name in medians[operation] ? show(medians[operation][name]) : '–')),
      ]);
    if (rows.length === 0) continue;
    console.log(`\n${title}`);
    console.log(table(['', ...Object.values(contenderNames)], rows));
  }
  if (targets.length === 0) return;
  console.log('\nTargets; a ratio is the median of the ratios within each round');
  printTargets(targets);
}
