// Early data of TLS 1.3: a client that resumes sends its request before the handshake. Whoever has
// recorded it can send it again: only for requests that may be repeated.

import { readFileSync } from 'node:fs';
import { handshake, SslConnection, SslContext } from 'libssl-session';

const cert = readFileSync(new URL('../test/fixtures/tls-cert.pem', import.meta.url));
const key = readFileSync(new URL('../test/fixtures/tls-key.pem', import.meta.url));

const server = new SslContext({ role: 'server', cert, key, maxEarlyData: 1024 });
const client = new SslContext({ role: 'client', ca: cert });

function close(...ends) {
  for (const end of ends) {
    end.shutdown();
    end.free();
  }
}

// A full handshake, for a session that allows early data.
let session = null;
{
  const a = new SslConnection(client, { servername: 'localhost' });
  const b = new SslConnection(server);
  a.on('session', (next) => {
    session?.free();
    session = next;
  });
  handshake(a, b);
  close(a, b);
}
console.log(`the session allows ${session.maxEarlyData} bytes of early data`);

const a = new SslConnection(client, { servername: 'localhost', session });
const b = new SslConnection(server);
a.writeEarlyData(Buffer.from('GET /'));
b.receive(a.take()); // the ClientHello, and the data behind it
console.log(`the server reads in state '${b.state}': ${b.readEarlyData()}`);
handshake(a, b);
console.log(`early data was ${a.earlyDataStatus}; resumed: ${a.sessionReused}`);
b.write(Buffer.from('200 OK'));
a.receive(b.take());
console.log(`the client reads in state '${a.state}': ${a.read()}`);

close(a, b);
for (const each of [session, client, server]) each.free();
