// Handshakes, one of which waits for a session store, and calls that are refused. Prints what
// nobody else may print: keys, ids, data, as JSON.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { handshake, SslConnection, SslContext } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { connect, createServer } from 'libssl-session/tls';

const read = (name) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url));
const secrets = ['Qwxzy'];
const stored = new Map();
const tls12 = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', noTicket: true };
const client = new SslContext({ ...tls12, role: 'client', rejectUnauthorized: false });
const server = new SslContext({
  ...tls12,
  role: 'server',
  key: read('tls-key.pem'),
  cert: read('tls-cert.pem'),
  sessionIdContext: 'debug',
  sessionCacheMode: C.SSL_SESS_CACHE_SERVER | C.SSL_SESS_CACHE_NO_INTERNAL,
  sessionStore: {
    get: async (id) => stored.get(id.toString('hex')),
    set: (id, session) => stored.set(id.toString('hex'), session.toDer()),
    delete: (id) => stored.delete(id.toString('hex')),
  },
});
client.on('keylog', (line) => secrets.push(line.toString().trim().split(' ')[2]));
let session = null;
for (let i = 0; i < 2; i++) {
  const ours = new SslConnection(client, { session });
  const theirs = new SslConnection(server);
  await handshake(ours, theirs);
  ours.write(Buffer.from('Qwxzy'));
  theirs.receive(ours.take());
  theirs.read();
  session = ours.session;
  const key = session.masterKey.toString('hex');
  secrets.push(key, session.id.toString('hex'), key.slice(0, 32));
  ours.shutdown();
  ours.free();
  theirs.free();
}
const refused = (call) => {
  try {
    call();
  } catch {
    return;
  }
  throw new Error('not refused');
};
const unused = new SslConnection(client);
refused(() => unused.write(Buffer.from('Qwxzy')));
const began = new SslConnection(client);
began.handshake();
refused(() => C.SSL_renegotiate(unused.handle));
unused.free();
refused(() => unused.handshake());
began.free();

// Data of a stream.
const echo = createServer({ cert: read('tls-cert.pem'), key: read('tls-key.pem') }, (socket) => {
  socket.on('data', (data) => socket.end(data));
});
echo.listen(0, '127.0.0.1');
await once(echo, 'listening');
const { port } = echo.address();
const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
await once(socket, 'secureConnect');
socket.write('Qwxzyq');
for await (const _ of socket);
echo.close();
console.log(JSON.stringify(secrets));
