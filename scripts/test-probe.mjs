// `npm run test:probe`: probes of servers whose configuration is known, each observation of each; and
// what is slow besides. The fast part is in `npm test`.

import { main, step } from './lib.mjs';
import { setUp } from './setup.mjs';
import { conclude, vitest } from './test.mjs';

await main(import.meta, () => {
  setUp({ forTests: true });
  step('probes of servers whose configuration is known');
  const files = process.argv.slice(2);
  const env = { LIBSSL_SESSION_TEST_PROBE: '1' };
  return conclude(vitest({ env, files: files.length > 0 ? files : ['test/probe'] }));
});
