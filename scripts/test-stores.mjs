// `npm run test:stores`: what `npm test` does with a real Redis, and what takes longer: more kinds of
// sessions, more trouble, longer delays, and 1,000 replays. STORES_REPLAYS: another number of these.

import { main, step } from './lib.mjs';
import { setUp } from './setup.mjs';
import { conclude, vitest } from './test.mjs';

await main(import.meta, () => {
  setUp({ forTests: true });
  const { STORES_REPLAYS = '1000' } = process.env;
  step(`sessions and ticket keys in a real Redis, in trouble; ${STORES_REPLAYS} replays`);
  return conclude(vitest({ env: { STORES_LONG: '1', STORES_REPLAYS }, files: ['test/stores/'] }));
});
