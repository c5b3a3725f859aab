// One cell of the exit matrix: node child.mjs <how the process or Worker ends> <what it holds then>

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { libraryInfo, SslSession, sessionCounts, startCounting } from 'libssl-session';
import { make, stages } from '../lifetime/work.mjs';
import { gc } from '../support/gc.mjs';

const [how, what] = isMainThread ? process.argv.slice(2) : workerData;
const held = [];

/** Some of each: new, dup, another owner. */
function makeSessions() {
  const sessions = [];
  for (let i = 0; i < 20; i++) {
    const session = new SslSession();
    sessions.push(session, session.dup(), session.upRef());
  }
  return sessions;
}

/** Contexts, connections at every stage, sessions in caches, listeners. */
function makeConnections() {
  return [...stages, ...stages].flatMap((stage, index) =>
    Object.values(make(stage, index < stages.length ? 'TLSv1.2' : 'TLSv1.3')),
  );
}

const holdings = {
  'no session': () => libraryInfo(),
  'freed sessions': () => {
    for (const session of makeSessions()) session.free();
  },
  'live sessions': () => {
    held.push(...makeSessions());
  },
  // Found by the collector, whose callback is a later job: it may or may not get its turn.
  'forgotten sessions': async () => {
    makeSessions();
    await undefined; // they are registered with the collector in a microtask
    gc();
  },
  'live connections': () => {
    held.push(...makeConnections());
  },
  'forgotten connections': async () => {
    makeConnections();
    await undefined;
    gc();
  },
  everything: async () => {
    held.push(...makeSessions(), ...makeConnections());
    makeSessions();
    makeConnections();
    await undefined;
    gc();
  },
};

async function hold() {
  startCounting();
  await holdings[what]();
}

async function beWorker() {
  await hold();
  if (how === 'Worker end') return;
  parentPort.postMessage('ready');
  for (;;) {
    // Stopped at any moment, also inside the addon.
    if (what === 'no session') libraryInfo();
    if (what.endsWith('connections') || what === 'everything') {
      for (const each of makeConnections()) each.free();
    }
    if (what.endsWith('sessions') || what === 'everything') {
      const sessions = held.filter((each) => each instanceof SslSession);
      for (const each of sessions.length > 0 ? sessions : [new SslSession()]) each.dup().free();
    }
  }
}

/** Ends when the Worker has ended, and says what is left of it. */
function runWorker() {
  const worker = new Worker(new URL(import.meta.url), { workerData: [how, what] });
  worker.on('message', () => {
    if (how === 'worker.terminate()') worker.terminate();
    else process.exit(7);
  });
  worker.on('exit', (code) => {
    console.log(JSON.stringify({ worker: code, ...sessionCounts() }));
  });
}

const ends = {
  'natural end': hold,
  'process.exit': async () => {
    await hold();
    process.exit(7);
  },
  'uncaught exception': async () => {
    await hold();
    throw new Error('deliberate');
  },
  'Worker end': runWorker,
  'worker.terminate()': runWorker,
  'process.exit beside a busy Worker': async () => {
    await hold();
    runWorker();
  },
};

if (isMainThread) await ends[how]();
else await beWorker();
