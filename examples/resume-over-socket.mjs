// A connection of libssl 1.1.1 over a net.Socket, twice: the second resumes the session of the
// first. The server is node:tls's.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
import { SslConnection, SslContext } from 'libssl-session';

const cert = readFileSync(new URL('../test/fixtures/tls-cert.pem', import.meta.url));
const key = readFileSync(new URL('../test/fixtures/tls-key.pem', import.meta.url));

/** Connects, reads all that the server says, and gives it with the last session. */
async function talk(context, port, offered) {
  const connection = new SslConnection(context, { servername: 'localhost', session: offered });
  let session = null;
  let text = '';
  connection.on('session', (next) => {
    session?.free(); // TLS 1.3 gives one for each ticket: the last is enough
    session = next;
  });
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  connection.handshake();
  socket.write(connection.take());
  for await (const bytes of socket) {
    if (connection.receive(bytes) !== 'handshake') text += connection.read() ?? '';
    socket.write(connection.take());
  }
  connection.shutdown(); // what is freed without it, libssl does not resume
  const { protocol, sessionReused } = connection;
  connection.free();
  return { protocol, sessionReused, text, session };
}

const server = tls.createServer({ cert, key }, (socket) => {
  socket.end(socket.isSessionReused() ? 'I know you.' : 'Who are you?');
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();

const context = new SslContext({ role: 'client', ca: cert });
const first = await talk(context, port, null);
console.log(`first:  ${first.protocol}, resumed: ${first.sessionReused}. Server: ${first.text}`);
const second = await talk(context, port, first.session);
console.log(`second: ${second.protocol}, resumed: ${second.sessionReused}. Server: ${second.text}`);

for (const { session } of [first, second]) session?.free();
context.free();
server.close();
