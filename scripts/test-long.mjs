// `npm run test:long`: what `npm test` does at random, much more often: scripts of the oracle, of
// sessions and of a client and a server, runs of the model, sequences of calls, plainly and under
// valgrind. ORACLE_SEED, PEERS_SEED, MODEL_SEED, FUZZ_SEED: the same ones again; ORACLE_RUNS,
// PEERS_RUNS, MODEL_RUNS, FUZZ_RUNS, FUZZ_VALGRIND_RUNS: another number.

import { main, step } from './lib.mjs';
import { setUp } from './setup.mjs';
import { conclude, vitest } from './test.mjs';

await main(import.meta, () => {
  setUp({ forTests: true });
  const { ORACLE_RUNS = '200000', PEERS_RUNS = '50000', MODEL_RUNS = '100000' } = process.env;
  const { FUZZ_RUNS = '200000', FUZZ_VALGRIND_RUNS = '500' } = process.env;
  step(`${ORACLE_RUNS} random scripts, here and straight on libssl; ${MODEL_RUNS} of the model`);
  step(`${PEERS_RUNS} random scripts of a client and a server, in the same two ways`);
  const { FUZZ_SEED = String(Math.floor(Math.random() * 2 ** 31)) } = process.env;
  step(`${FUZZ_RUNS} random sequences of calls, from seed ${FUZZ_SEED} on`);
  step(`${FUZZ_VALGRIND_RUNS} of them under valgrind`);
  const names = ['oracle/oracle', 'oracle/peers', 'model/model', 'fuzz/fuzz', 'fuzz/valgrind'];
  const files = names.map((name) => `test/${name}.test.ts`);
  const env = { ORACLE_RUNS, PEERS_RUNS, MODEL_RUNS, FUZZ_RUNS, FUZZ_VALGRIND_RUNS, FUZZ_SEED };
  return conclude(vitest({ env, files }));
});
