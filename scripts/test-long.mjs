// `npm run test:long`: what `npm test` does with random scripts, a hundred times as often. With
// ORACLE_SEED the same ones again; with ORACLE_RUNS another number of them.

import { main, step } from './lib.mjs';
import { setUp } from './setup.mjs';
import { conclude, vitest } from './test.mjs';

await main(import.meta, () => {
  setUp({ forTests: true });
  const runs = process.env.ORACLE_RUNS ?? '200000';
  step(`${runs} random scripts, here and straight on libssl`);
  return conclude(vitest({ env: { ORACLE_RUNS: runs }, files: ['test/oracle.test.ts'] }));
});
