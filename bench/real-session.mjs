// A session as it is in life: of a TLS 1.3 handshake of node:tls with itself, with the server's
// certificate (RSA 2048, self-signed) and a ticket. Gives DER that OpenSSL 1.1.1 knows.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { SslSession } from 'libssl-session';

const libsslDirectory = fileURLToPath(new URL('../.libssl', import.meta.url));

function makeCertificate(directory) {
  const config = join(directory, 'req.cnf');
  const keyFile = join(directory, 'key.pem');
  const certFile = join(directory, 'cert.pem');
  writeFileSync(config, '[req]\ndistinguished_name = dn\n[dn]\n');
  const args = 'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost'.split(' ');
  args.push('-config', config, '-keyout', keyFile, '-out', certFile);
  execFileSync(join(libsslDirectory, 'openssl'), args, {
    env: { ...process.env, LD_LIBRARY_PATH: libsslDirectory },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return { key: readFileSync(keyFile), cert: readFileSync(certFile) };
}

export async function makeRealSession(directory) {
  const { key, cert } = makeCertificate(directory);
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
