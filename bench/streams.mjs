// Connections over sockets of loopback, by this library and by node:tls:
// node bench/streams.mjs [--quick] [--json] [--only <part>]… [--module <specifier>].
// --only takes a part of an operation's name, any number of times, and leaves out everything else;
// --module another module than libssl-session/tls: node:tls shows how far chance goes. Set-up is
// scripts/bench.mjs's. The exit code is 1 when a target is missed.

import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { libraryInfo } from 'libssl-session';
import { certificateKinds, makeCertificate } from './certificates.mjs';
import { median } from './measure.mjs';
import { compare, compareMemory } from './streams/compare.mjs';
import { printReport } from './streams/report.mjs';
import { idleOperations, operations } from './streams/settings.mjs';
import { checkTargets } from './streams/targets.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
    only: { type: 'string', multiple: true, default: [''] },
    module: { type: 'string', default: 'libssl-session/tls' },
  },
});

const how = options.quick
  ? { processes: 1, rounds: 5, effort: 0.5 }
  : { processes: 3, rounds: 5, effort: 1 };
const modules = { ours: options.module, 'node-tls': 'node:tls' };
const wanted = (all) =>
  Object.entries(all).filter(([name]) => options.only.some((part) => name.includes(part)));
const progress = (text) => console.error(`• ${text}`);

/** Operation → contender → samples; and the settings of each. */
async function measure(directory) {
  for (const kind of certificateKinds) makeCertificate(directory, kind);
  const samples = {};
  const settings = {};
  for (const [name, of] of wanted(operations)) {
    progress(`${name}: ${how.processes} × ${how.rounds} rounds`);
    samples[name] = await compare(modules, name, of, directory, how);
    settings[name] = of;
  }
  for (const [name, of] of wanted(idleOperations)) {
    progress(`${name}: ${of.connections} connections, ${how.processes} times`);
    const sides = await compareMemory(modules, name, of, directory, how.processes);
    for (const [side, contenders] of Object.entries(sides)) {
      samples[`${name} ${side}`] = contenders;
      settings[`${name} ${side}`] = of;
    }
  }
  return { samples, settings };
}

const directory = mkdtempSync(join(tmpdir(), 'libssl-session-bench-'));
try {
  const { samples, settings } = await measure(directory);
  const medians = {};
  for (const [name, contenders] of Object.entries(samples)) {
    medians[name] = {};
    for (const [contender, values] of Object.entries(contenders)) {
      medians[name][contender] = median(values);
    }
  }
  const result = { medians, targets: checkTargets(samples, settings) };
  const about = {
    libssl: `${libraryInfo().version}, ${libraryInfo().libssl}`,
    node: process.version,
    openssl: `OpenSSL ${process.versions.openssl}`,
    machine: `${cpus()[0].model}, ${cpus().length} CPUs`,
  };
  if (options.json) console.log(JSON.stringify({ ...about, ...result }, null, 2));
  else printReport(about, result, settings);
  process.exitCode = result.targets.every(({ met }) => met) ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
