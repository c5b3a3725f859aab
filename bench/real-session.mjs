// A session as it is in life: of a TLS 1.3 handshake of node:tls with itself, with the server's
// certificate (RSA 2048, self-signed) and a ticket. Gives DER that OpenSSL 1.1.1 knows.

import { once } from 'node:events';
import tls from 'node:tls';
import { SslSession } from 'libssl-session';
import { makeCertificate, readCertificate } from './certificates.mjs';

export async function makeRealSession(directory) {
  makeCertificate(directory, 'RSA-2048');
  const { key, cert } = readCertificate(directory, 'RSA-2048');
  // Node sends the ticket with the first data.
  const server = tls.createServer({ key, cert }, (socket) => socket.end('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const client = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca: cert });
  client.resume();
  const [buffer] = await once(client, 'session', { signal: AbortSignal.timeout(10_000) });
  client.destroy();
  server.close();
  const session = SslSession.fromNodeSession(buffer);
  if (!session.hasTicket) throw new Error('the session has no ticket');
  const der = session.toDer();
  session.free();
  return der;
}
