// `npm start`: set-up, then the guided run.

import { main, show } from './lib.mjs';
import { setUp } from './setup.mjs';

await main(import.meta, () => {
  setUp();
  return show(process.execPath, ['examples/tour.mjs']);
});
