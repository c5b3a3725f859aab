// Before a program, which imports it or has it with --import (then its Workers have it too): counts
// its sessions, and says on stderr when any is left at its end. Only the main thread speaks.

import { isMainThread } from 'node:worker_threads';
import { sessionCounts, startCounting } from 'libssl-session';

startCounting();
if (isMainThread) {
  process.on('exit', () => {
    const { live } = sessionCounts();
    if (live > 0) console.error(`${live} sessions left behind`);
  });
}
