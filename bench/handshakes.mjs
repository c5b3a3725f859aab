// Handshakes, bulk data and session caches, in memory and in one thread, by plain C, by this
// library and by node:tls: node --expose-gc bench/handshakes.mjs [--quick] [--json] [--only <part>]….
// --only takes a part of an operation's name, any number of times, and leaves out everything else.
// Set-up is scripts/bench.mjs's. The exit code is 1 when a target is missed.

import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { libraryInfo } from 'libssl-session';
import { CProgram } from './c-program.mjs';
import { certificateKinds, makeCertificate } from './certificates.mjs';
import { printReport } from './handshakes/report.mjs';
import { bulkOperations, cacheOperations, handshakeOperations } from './handshakes/settings.mjs';
import { checkTargets } from './handshakes/targets.mjs';
import { interleave, median } from './measure.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
    only: { type: 'string', multiple: true, default: [''] },
  },
});

// The cache first: while there is no other context.
const groups = [
  { operations: cacheOperations, rounds: options.quick ? 5 : 15 },
  { operations: handshakeOperations, rounds: options.quick ? 15 : 61 },
  { operations: bulkOperations, rounds: options.quick ? 31 : 151 },
];

async function measure(directory) {
  const certificates = Object.fromEntries(
    certificateKinds.map((kind) => [kind, makeCertificate(directory, kind)]),
  );
  const contenders = {
    'ssl-connection': await import('./handshakes/ssl-connection.mjs'),
    functions: await import('./handshakes/cache-functions.mjs'),
    'node-tls': await import('./handshakes/node-tls.mjs'),
  };
  const c = await CProgram.start(directory, 'handshakes');
  const samples = {};
  for (const { operations, rounds } of groups) {
    for (const [operation, { batch }] of Object.entries(operations)) {
      if (!options.only.some((part) => operation.includes(part))) continue;
      console.error(`• ${operation}: ${rounds} rounds of ${batch}`);
      const runs = { c: (n) => c.run(operation, n) };
      for (const [name, { prepare }] of Object.entries(contenders)) {
        const loop = await prepare(operation, certificates);
        if (loop !== undefined) runs[name] = loop;
      }
      samples[operation] = await interleave(runs, batch, rounds);
    }
  }
  c.end();
  return samples;
}

const directory = mkdtempSync(join(tmpdir(), 'libssl-session-bench-'));
try {
  const samples = await measure(directory);
  const medians = {};
  for (const [operation, contenders] of Object.entries(samples)) {
    medians[operation] = {};
    for (const [name, values] of Object.entries(contenders)) {
      medians[operation][name] = median(values);
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
