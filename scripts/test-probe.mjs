// `npm run test:probe`: probes of servers whose configuration is known, each observation of each; and
// what is slow besides. The fast part is in `npm test`.

import { Failure, main, step } from './lib.mjs';
import { findServers, setUp } from './setup.mjs';
import { conclude, vitest } from './test.mjs';
import { install, runtimes } from './test-runtimes.mjs';

/** Each Node.js, for its node:tls. Without a network its tests are skipped, and say so. */
function fetchNodes() {
  for (const runtime of runtimes.filter(({ name }) => name.startsWith('Node.js'))) {
    try {
      install(runtime);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      step(`without ${runtime.name}, because it cannot be had: ${error.message}`);
    }
  }
}

await main(import.meta, () => {
  setUp({ forTests: true });
  fetchNodes();
  findServers();
  step('probes of servers whose configuration is known');
  const files = process.argv.slice(2);
  const env = { LIBSSL_SESSION_TEST_PROBE: '1' };
  return conclude(vitest({ env, files: files.length > 0 ? files : ['test/probe'] }));
});
