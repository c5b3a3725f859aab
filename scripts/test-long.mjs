// `npm run test:long`: what `npm test` does at random, a hundred times as often: scripts of the
// oracle, and runs of the model. ORACLE_SEED and MODEL_SEED: the same ones again; ORACLE_RUNS and
// MODEL_RUNS: another number of them.

import { main, step } from './lib.mjs';
import { setUp } from './setup.mjs';
import { conclude, vitest } from './test.mjs';

await main(import.meta, () => {
  setUp({ forTests: true });
  const { ORACLE_RUNS = '200000', MODEL_RUNS = '100000', FUZZ_RUNS = '200000' } = process.env;
  step(`${ORACLE_RUNS} random scripts, here and straight on libssl; ${MODEL_RUNS} of the model`);
  const { FUZZ_SEED = String(Math.floor(Math.random() * 2 ** 31)) } = process.env;
  step(`${FUZZ_RUNS} random sequences of calls, from seed ${FUZZ_SEED} on`);
  const files = ['test/oracle.test.ts', 'test/model.test.ts', 'test/fuzz.test.ts'];
  return conclude(vitest({ env: { ORACLE_RUNS, MODEL_RUNS, FUZZ_RUNS, FUZZ_SEED }, files }));
});
