// The comparisons, in one run: node --expose-gc bench/run.mjs [--quick] [--json] [--only <name>]….
// --only takes an operation of operations.mjs, any number of times, and leaves out everything else.
// Set-up is scripts/bench.mjs's. The exit code is 1 when a target is missed.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { libraryInfo } from 'libssl-session';
import { CProgram } from './c-program.mjs';
import { inChild } from './child.mjs';
import { median, ratio } from './measure.mjs';
import { compareOperations } from './operations.mjs';
import { makeRealSession } from './real-session.mjs';
import { printReport } from './report.mjs';
import { memoryTargets, operationTargets } from './targets.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
    only: { type: 'string', multiple: true },
  },
});
const rounds = options.quick ? 31 : 151;
const progress = (text) => console.error(`• ${text}`);

function assertOneLibssl() {
  const maps = readFileSync('/proc/self/maps', 'utf8');
  const paths = new Set(maps.match(/\/.*\/libssl\.so\.1\.1$/gm));
  assert.deepEqual([...paths], [libraryInfo().libssl], 'the contenders run on different libssls');
}

function check(target, value) {
  return { ...target, value, met: value <= target.limit };
}

async function measure(directory) {
  const der = await makeRealSession(directory);
  const derFile = join(directory, 'session.der');
  writeFileSync(derFile, der);

  const c = await CProgram.start(derFile);
  const samples = await compareOperations({ c, der, rounds, progress, only: options.only });
  c.end();
  assertOneLibssl();
  const checked = operationTargets
    .filter(({ operation, beside = operation }) => operation in samples && beside in samples)
    .map((target) => {
      const { operation, contender, against, beside = operation } = target;
      return check(target, ratio(samples[operation][contender], samples[beside][against]));
    });
  const { memory, growth } = options.only ? { memory: {}, growth: {} } : measureMemory(derFile);
  for (const target of memoryTargets) {
    if (target.key in memory) checked.push(check(target, memory[target.key]));
  }

  const medians = {};
  for (const [operation, contenders] of Object.entries(samples)) {
    medians[operation] = {};
    for (const [name, values] of Object.entries(contenders)) {
      medians[operation][name] = median(values);
    }
  }
  return { medians, targets: checked, growth };
}

function measureMemory(derFile) {
  progress('memory: 3,000,000 sessions dropped without free()');
  const memory = { forgotten: inChild('forgotten.mjs') };
  progress('memory: 1,000,000 new+free in a synchronous loop');
  memory.functions = inChild('loop.mjs', 'functions');
  memory.class = inChild('loop.mjs', 'class');
  progress('growth: 1,000 and 1,000,000 sessions alive');
  const growth = inChild('growth.mjs', derFile, String(rounds));
  for (const [operation, [few, many]] of Object.entries(growth)) {
    memory[`${operation} growth`] = many / few;
  }
  return { memory, growth };
}

const directory = mkdtempSync(join(tmpdir(), 'libssl-session-bench-'));
try {
  const result = await measure(directory);
  const about = {
    libssl: `${libraryInfo().version}, ${libraryInfo().libssl}`,
    node: process.version,
    machine: `${cpus()[0].model}, ${cpus().length} CPUs`,
    rounds,
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
