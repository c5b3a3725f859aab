// What lifetime.test.ts does with contexts, connections and sessions, also in Workers and under
// valgrind: node work.mjs <task> <rounds>.

import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { handshake, SslConnection, SslContext, sessionCounts, startCounting } from 'libssl-session';
import { gc } from '../support/gc.mjs';

const fixture = (name) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
const certificate = { cert: fixture('tls-cert.pem'), key: fixture('tls-key.pem') };

/** How far the handshake of the objects has come. */
export const stages = ['new', 'begun', 'paused', 'open', 'closed', 'failed'];
export const kinds = ['client', 'server', 'session', 'cached', 'theirs', 'ours', 'other'];

/**
 * A client's and a server's context, with listeners; a session that sits in the server's cache, is
 * offered by `ours` and is used by `other`; and connections at some stage.
 */
export function make(stage, maxVersion = 'TLSv1.2') {
  const server = new SslContext({
    role: 'server',
    ...certificate,
    noTicket: true,
    maxVersion,
    sessionIdContext: 'x',
  });
  const client = new SslContext({ role: 'client', rejectUnauthorized: false });
  const events = [];
  for (const context of [server, client]) {
    for (const event of ['newSession', 'removeSession']) {
      context.on(event, (session) => {
        events.push(event);
        session.free();
      });
    }
  }
  const first = [new SslConnection(client), new SslConnection(server)];
  handshake(...first);
  const { session } = first[0];
  for (const end of first) end.shutdown();
  for (const end of first) end.free();
  const [cached, ...more] = server.cachedSessions();
  for (const each of more) each.free();
  if (stage === 'paused') {
    server.sessionCacheMode = 0x302;
    server.sessionStore = {
      get: () => new Promise(() => {}),
      set: (_, own) => own.free(),
      delete: () => {},
    };
  }
  const other = new SslConnection(client, { session });
  const ours = new SslConnection(client, { session });
  const theirs = new SslConnection(server);
  if (stage !== 'new') {
    other.handshake();
    ours.handshake();
    if (stage === 'failed') {
      try {
        theirs.receive(Buffer.from('garbage that is no record of TLS'));
      } catch {}
    } else {
      theirs.receive(ours.take());
    }
  }
  if (stage === 'open' || stage === 'closed') handshake(ours, theirs);
  if (stage === 'closed') for (const end of [ours, theirs]) end.shutdown();
  return { client, server, session, cached, ours, theirs, other };
}

function* permutations(list) {
  if (list.length < 2) yield list;
  for (const [index, first] of list.entries()) {
    for (const rest of permutations(list.toSpliced(index, 1))) yield [first, ...rest];
  }
}

/** Every order of freeing the first `count` kinds; those behind them last. */
export function* freeOrders(count) {
  for (const order of permutations(kinds.slice(0, count))) yield [...order, ...kinds.slice(count)];
}

// Not in `forget` itself, whose frame would keep the last of them.
function holdSome(held, pick) {
  const stage = stages[Math.floor(pick() * stages.length)];
  // A handshake that waits is held by the time limit of the store.
  const all = make(stage === 'paused' ? 'open' : stage, pick() < 0.5 ? 'TLSv1.2' : 'TLSv1.3');
  held.push(...Object.values(all).filter(() => pick() < 0.7));
  return held.filter(() => pick() < 0.8);
}

/** Drops some, collects, drops the rest; resolves when libssl has none of its sessions any more. */
export async function forget(rounds, pick = Math.random) {
  const before = sessionCounts().live;
  let held = [];
  for (let round = 0; round < rounds; round++) {
    held = holdSome(held, pick);
    if (round % 10 === 0) {
      await setImmediate();
      gc();
    }
  }
  held = [];
  for (let tries = 0; tries < 100 && sessionCounts().live > before; tries++) {
    await setImmediate();
    gc();
  }
  return sessionCounts().live - before;
}

const tasks = {
  /** All stages, in some orders; then what was forgotten. */
  async all(rounds) {
    for (let round = 0; round < rounds; round++) {
      for (const stage of stages) {
        const all = make(stage, round % 2 === 0 ? 'TLSv1.2' : 'TLSv1.3');
        const order = [...kinds].sort(() => Math.random() - 0.5);
        for (const kind of order) all[kind].free();
      }
    }
    return forget(rounds);
  },
  /** Leaves everything as it is. */
  leave(rounds) {
    globalThis.left = [];
    for (let round = 0; round < rounds; round++) {
      for (const stage of stages) globalThis.left.push(make(stage));
    }
    if (rounds > 1) process.exit(0); // of a Worker: what waits for a store would keep it
    return 0;
  },
  /** Until it is stopped. */
  busy() {
    const left = [];
    for (;;) {
      left.push(make('open', 'TLSv1.3'));
      if (left.length > 5) for (const each of Object.values(left.shift())) each.free();
      parentPort.postMessage('progress');
    }
  },
};

if (!isMainThread || process.argv[1] === fileURLToPath(import.meta.url)) {
  const [task, rounds] = isMainThread ? process.argv.slice(2) : workerData;
  if (task in tasks) {
    startCounting();
    const left = await tasks[task](Number(rounds));
    // A Worker sees the sessions of others too.
    if (isMainThread && left + sessionCounts().live !== 0) throw new Error('sessions left');
  }
}
