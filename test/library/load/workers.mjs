// Eight Workers load the library first, at the same moment; the main thread never does.

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { libraryInfo, SslSession } from 'libssl-session';

const count = 8;
if (isMainThread) {
  const gate = new Int32Array(new SharedArrayBuffer(8));
  const answers = [];
  const workers = Array.from({ length: count }, () => {
    const worker = new Worker(new URL(import.meta.url), { workerData: gate });
    worker.on('message', (answer) => answers.push(answer));
    return new Promise((resolve) => worker.on('exit', resolve));
  });
  const codes = await Promise.all(workers);
  console.log(JSON.stringify({ codes, answers }));
} else {
  Atomics.add(workerData, 0, 1);
  // All set off together: each waits for the last.
  while (Atomics.load(workerData, 0) < count);
  const session = new SslSession();
  const { libssl } = libraryInfo();
  parentPort.postMessage({ libssl, timeout: session.timeout });
}
