// A ring in two processes of node:cluster, or in two Workers. The first thread has the backend, and
// asks one for sessions and the other to resume them. It prints what was resumed,
// of each version.
// `several.mjs cluster|workers ring|none`

import cluster from 'node:cluster';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { handshake, SslConnection, SslContext, SslSession } from 'libssl-session';
import { memoryBackend, TicketKeyRing } from 'libssl-session/store';

const fixture = (name) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url));
const secret = Buffer.alloc(32, 7);
const versions = ['TLSv1.2', 'TLSv1.3'];

/** What one of the two does, and how it reaches the backend. `post` sends to the first thread. */
async function take(post, messages, withRing) {
  const waiting = new Map();
  let asked = 0;
  const ask = (operation, key, bytes, ttl) => {
    const id = ++asked;
    // Not Buffers: a cluster's messages are JSON.
    const text = bytes === undefined ? null : Buffer.from(bytes).toString('base64');
    post({ id, operation, key, text, ttl });
    return new Promise((resolve) => waiting.set(id, resolve));
  };
  const backend = {
    async get(key) {
      const text = await ask('get', key);
      return text === null ? null : Buffer.from(text, 'base64');
    },
    set: (key, bytes, ttl) => ask('set', key, bytes, ttl),
    delete: (key) => ask('delete', key),
    take: (key) => ask('take', key),
    add: (key, bytes, ttl) => ask('add', key, bytes, ttl),
  };

  const server = new SslContext({
    role: 'server',
    cert: fixture('tls-cert.pem'),
    key: fixture('tls-key.pem'),
  });
  const connect = (version, session) => {
    const client = new SslContext({
      role: 'client',
      ca: fixture('tls-cert.pem'),
      maxVersion: version,
    });
    let given = null;
    const ours = new SslConnection(client, { servername: 'localhost', session });
    const theirs = new SslConnection(server);
    ours.on('session', (each) => {
      given = each.toPem();
      each.free();
    });
    handshake(ours, theirs);
    const { sessionReused: resumed } = theirs;
    for (const each of [ours, theirs, client]) each.free();
    return { given, resumed };
  };

  messages((message) => {
    if ('answer' in message) {
      waiting.get(message.id)(message.answer);
      waiting.delete(message.id);
    } else if (message.deed === 'make') {
      post({ done: versions.map((version) => connect(version, null).given) });
    } else {
      const resumed = message.sessions.map((pem, i) => {
        const session = SslSession.fromPem(pem);
        const result = connect(versions[i], session).resumed;
        session.free();
        return result;
      });
      post({ done: resumed });
    }
  });
  if (withRing) {
    const ring = TicketKeyRing.fromBackend(backend, { secret });
    await ring.ready;
    ring.attach(server);
  }
  post({ done: 'ready' });
}

/** The first thread's side of one of the two: answers for the backend; `next()` is what it has done. */
function peer(backend, emitter, post) {
  const done = [];
  let wake = () => {};
  emitter.on('message', async (message) => {
    if ('done' in message) {
      done.push(message.done);
      wake();
      return;
    }
    const { id, operation, key, text, ttl } = message;
    const bytes = text === null ? [] : [Buffer.from(text, 'base64'), ttl];
    const answer = await backend[operation](key, ...bytes);
    const plain = answer instanceof Uint8Array ? Buffer.from(answer).toString('base64') : answer;
    post({ id, answer: plain ?? null });
  });
  return {
    post,
    async next() {
      while (done.length === 0) {
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
      return done.shift();
    },
  };
}

async function lead(two, end) {
  for (const each of two) await each.next(); // ready
  two[0].post({ deed: 'make' });
  const sessions = await two[0].next();
  two[1].post({ deed: 'resume', sessions });
  console.log(JSON.stringify(await two[1].next()));
  await end();
}

const [, , kind, what] = process.argv;
if (cluster.isWorker) {
  await take(
    (message) => process.send(message),
    (listener) => process.on('message', listener),
    what === 'ring',
  );
} else if (!isMainThread) {
  await take(
    (message) => parentPort.postMessage(message),
    (listener) => parentPort.on('message', listener),
    workerData === 'ring',
  );
} else {
  const backend = memoryBackend();
  if (kind === 'cluster') {
    const two = [cluster.fork(), cluster.fork()];
    await lead(
      two.map((each) => peer(backend, each, (message) => each.send(message))),
      async () => {
        const gone = two.map((each) => once(each, 'exit'));
        for (const each of two) each.disconnect();
        await Promise.all(gone);
      },
    );
  } else {
    const two = [0, 1].map(() => new Worker(new URL(import.meta.url), { workerData: what }));
    await lead(
      two.map((each) => peer(backend, each, (message) => each.postMessage(message))),
      () => Promise.all(two.map((each) => each.terminate())),
    );
  }
}
