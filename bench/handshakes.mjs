// Handshakes, bulk data and session caches, in memory and in one thread, by plain C, by this
// library and by node:tls: node --expose-gc bench/handshakes.mjs [--quick] [--json] [--only <part>]….
// --only takes a part of an operation's name, any number of times, and leaves out everything else.
// Set-up is scripts/bench.mjs's. The exit code is 1 when a target is missed.

import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { libraryInfo } from 'libssl-session';
import { certificateKinds, makeCertificate } from './certificates.mjs';
import { inChild } from './child.mjs';
import { printReport } from './handshakes/report.mjs';
import { bulkOperations, cacheOperations, handshakeOperations } from './handshakes/settings.mjs';
import { checkTargets } from './handshakes/targets.mjs';
import { median } from './measure.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
    only: { type: 'string', multiple: true, default: [''] },
  },
});

// What a cache costs depends on where its memory happens to lie: on the process.
const groups = [
  { operations: cacheOperations, rounds: 3, processes: options.quick ? 3 : 9 },
  { operations: handshakeOperations, rounds: options.quick ? 15 : 61, processes: 1 },
  { operations: bulkOperations, rounds: options.quick ? 31 : 151, processes: 1 },
];

/** Operation → for each process, contender → nanoseconds of one iteration, one for each round. */
function measure(directory) {
  for (const kind of certificateKinds) makeCertificate(directory, kind);
  const samples = {};
  for (const { operations, rounds, processes } of groups) {
    for (const [operation, { batch }] of Object.entries(operations)) {
      if (!options.only.some((part) => operation.includes(part))) continue;
      console.error(`• ${operation}: ${processes} × ${rounds} rounds of ${batch}`);
      samples[operation] = Array.from({ length: processes }, () =>
        inChild('handshakes/measure.mjs', directory, operation, `${rounds}`),
      );
    }
  }
  return samples;
}

const directory = mkdtempSync(join(tmpdir(), 'libssl-session-bench-'));
try {
  const samples = measure(directory);
  const medians = {};
  for (const [operation, processes] of Object.entries(samples)) {
    medians[operation] = {};
    for (const name of Object.keys(processes[0])) {
      medians[operation][name] = median(processes.map((contenders) => median(contenders[name])));
    }
  }
  const result = { medians, targets: checkTargets(samples) };
  const about = {
    libssl: `${libraryInfo().version}, ${libraryInfo().libssl}`,
    node: process.version,
    openssl: `OpenSSL ${process.versions.openssl}`,
    machine: `${cpus()[0].model}, ${cpus().length} CPUs`,
  };
  if (options.json) {
    console.log(JSON.stringify({ ...about, ...result }, null, 2));
  } else {
    printReport(about, result);
  }
  process.exitCode = result.targets.every(({ met }) => met) ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
