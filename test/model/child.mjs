// node child.mjs <seed> <runs>: random runs by themselves, for valgrind.

import { checkModel } from './commands.mjs';

const [seed, numRuns] = process.argv.slice(2).map(Number);
checkModel({ seed, numRuns });
