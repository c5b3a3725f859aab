// `npm run fuzz:api [-- --runs N --seed N --processes N]`: random sequences of calls over everything
// that is exported (test/fuzz/). `-- --replay FILE` runs a finding again, and shows its calls.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { main, root, step } from './lib.mjs';
import { setUp } from './setup.mjs';

await main(import.meta, async () => {
  const options = {
    runs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    processes: { type: 'string', default: '2' },
    findings: { type: 'string', default: '10' },
    replay: { type: 'string' },
  };
  const { values } = parseArgs({ options });
  setUp({ forTests: true });
  const { find, replay } = await import('../test/fuzz/find.mjs');
  if (values.replay !== undefined) {
    const { sequences } = JSON.parse(readFileSync(values.replay, 'utf8'));
    const { finding, log } = await replay(sequences);
    console.log(log);
    console.log(finding === null ? 'nothing was found' : finding.detail);
    return finding === null ? 0 : 1;
  }
  const [first, count, processes, mostFindings] = [
    values.seed,
    values.runs,
    values.processes,
    values.findings,
  ].map(Number);
  const directory = join(root, 'build', 'fuzz-api');
  mkdirSync(directory, { recursive: true });
  step(`${count} sequences of calls, from seed ${first} on`);
  const findings = await find({
    first,
    count,
    processes,
    mostFindings,
    report({ kind, detail, seed, again, sequences, log }) {
      const file = join(directory, `finding-${seed}.json`);
      writeFileSync(file, JSON.stringify({ kind, detail, seed, sequences }, null, 1));
      console.log(`\n${log}\n${detail}\n`);
      console.log(again ? `npm run fuzz:api -- --replay ${file}` : `seed ${seed}, not again`);
    },
    progress: (to) => {
      if ((to - first) % 5000 === 0) step(`${to - first} sequences`);
    },
  });
  console.log(`${count} sequences, ${findings} findings`);
  return findings === 0 ? 0 : 1;
});
