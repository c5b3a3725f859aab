// The tables of bench/streams.mjs.

import { printTargets, table } from '../report.mjs';
import { contenderNames } from './targets.mjs';

const rate = (value) => Math.round(value).toLocaleString('en');

const groups = {
  bytes: {
    title: () => 'MB per second over one connection',
    show: (nanoseconds, { writeSize }) => rate((writeSize * 1e3) / nanoseconds),
  },
  connections: {
    title: () => 'Connections per second, made and ended',
    show: (nanoseconds) => rate(1e9 / nanoseconds),
  },
  requests: {
    title: () => 'HTTP/1.1 requests per second, kept alive, answers of 1 KiB',
    show: (nanoseconds) => rate(1e9 / nanoseconds),
  },
  echo: {
    title: ({ connections }) => `p99 of an echo of 1 KiB in ms, ${connections} connections at once`,
    show: (nanoseconds) => (nanoseconds / 1e6).toFixed(2),
  },
  idle: {
    title: ({ connections, bytes }) =>
      `KiB of an idle connection, one of ${rate(connections)}, after ${bytes / 1024} KiB each way`,
    show: (kib) => kib.toFixed(1),
  },
};

export function printReport(about, { medians, targets }, settings) {
  console.log(
    `${about.libssl}\nNode ${about.node}, ${about.openssl} inside, ${about.machine}\n` +
      'Sockets of loopback; client and server in processes of their own, or in one: apart, together.\n' +
      'Medians of interleaved rounds.',
  );
  for (const [kind, { title, show }] of Object.entries(groups)) {
    const names = Object.keys(medians).filter((name) => settings[name].kind === kind);
    if (names.length === 0) continue;
    console.log(`\n${title(settings[names[0]])}`);
    const rows = names.map((name) => [
      name,
      ...Object.keys(contenderNames).map((each) => show(medians[name][each], settings[name])),
    ]);
    console.log(table(['', ...Object.values(contenderNames)], rows));
  }
  if (targets.length === 0) return;
  console.log('\nTargets; a ratio is the median of the ratios within each round');
  printTargets(targets);
}
