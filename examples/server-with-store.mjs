// Two server contexts, as in two processes, with one session store between them, which answers
// later. A client that was at the first resumes at the second.

import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { handshake, SslConnection, SslContext } from 'libssl-session';

const cert = readFileSync(new URL('../test/fixtures/tls-cert.pem', import.meta.url));
const key = readFileSync(new URL('../test/fixtures/tls-key.pem', import.meta.url));

const shared = new Map(); // as a database: bytes by name
const writes = [];
const sessionStore = {
  async get(id) {
    await wait(10);
    return shared.get(id.toString('hex')); // DER, or undefined
  },
  set(id, session) {
    const der = session.toDer();
    session.free(); // it was ours
    const write = wait(10).then(() => shared.set(id.toString('hex'), der));
    writes.push(write);
    return write;
  },
  async delete(id) {
    shared.delete(id.toString('hex'));
  },
};
// Without tickets that hold the session itself: so the servers have to look it up.
const options = { role: 'server', cert, key, noTicket: true, sessionIdContext: 'shop' };
const servers = [1, 2].map(() => new SslContext({ ...options, sessionStore }));
const client = new SslContext({ role: 'client', ca: cert });

async function visit(server, offered) {
  const a = new SslConnection(client, { servername: 'localhost', session: offered });
  const b = new SslConnection(server);
  let session = null;
  a.on('session', (next) => {
    session?.free();
    session = next;
  });
  await handshake(a, b); // waits while the store looks
  const { sessionReused } = b;
  for (const end of [a, b]) {
    end.shutdown();
    end.free();
  }
  await Promise.all(writes);
  return { session, sessionReused };
}

const first = await visit(servers[0], null);
console.log(
  `at the first server:  resumed: ${first.sessionReused}; sessions stored: ${shared.size}`,
);
const second = await visit(servers[1], first.session);
console.log(`at the second server: resumed: ${second.sessionReused}`);
console.log(`sessions that the second had from the store: ${servers[1].sessionStats.cbHits}`);

for (const each of [first.session, second.session, client, ...servers]) each?.free();
