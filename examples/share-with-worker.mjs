// A session belongs to the thread that made it. Its DER can go anywhere: here to a Worker, which
// does its own handshake with it.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { handshake, SslConnection, SslContext, SslSession } from 'libssl-session';

const cert = readFileSync(new URL('../test/fixtures/tls-cert.pem', import.meta.url));
const key = readFileSync(new URL('../test/fixtures/tls-key.pem', import.meta.url));

/** A handshake; whether it resumed, and the DER of the session that it gave. */
function connect(ticketKeys, offered) {
  const server = new SslContext({ role: 'server', cert, key, ticketKeys });
  const client = new SslContext({ role: 'client', ca: cert });
  const a = new SslConnection(client, { servername: 'localhost', session: offered });
  const b = new SslConnection(server);
  let der = null;
  a.on('session', (session) => {
    der = session.toDer();
    session.free();
  });
  handshake(a, b);
  const { sessionReused } = a;
  for (const each of [a, b, client, server]) each.free();
  return { der, sessionReused };
}

if (isMainThread) {
  const ticketKeys = Buffer.alloc(48, 7); // a real one: 48 random bytes
  const { der, sessionReused } = connect(ticketKeys, null);
  console.log(`main thread: resumed: ${sessionReused}; its session is ${der.length} bytes of DER`);
  const worker = new Worker(new URL(import.meta.url), { workerData: { ticketKeys, der } });
  const [answer] = await once(worker, 'message');
  console.log(`worker:      resumed: ${answer}`);
} else {
  const session = SslSession.fromDer(workerData.der);
  parentPort.postMessage(connect(workerData.ticketKeys, session).sessionReused);
  session.free();
}
