// undici's fetch over connections of libssl 1.1.1. The server is node:http2's.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import * as tls from 'libssl-session/tls';
import { Agent, fetch } from 'undici';

const cert = readFileSync(new URL('../test/fixtures/tls-cert.pem', import.meta.url));
const key = readFileSync(new URL('../test/fixtures/tls-key.pem', import.meta.url));

const server = http2.createSecureServer({ cert, key, allowHTTP1: true }, (request, response) => {
  response.end(`${request.url} over HTTP/${request.httpVersion}`);
});
server.listen(0, 'localhost');
await once(server, 'listening');
const origin = `https://localhost:${server.address().port}`;

/** undici calls this for each new connection; it wants the socket after the handshake. */
function connect(ALPNProtocols) {
  return ({ hostname, port }, callback) => {
    const options = { host: hostname, port, servername: hostname, ca: cert, ALPNProtocols };
    const socket = tls.connect(options, () => {
      socket.off('error', callback);
      callback(null, socket);
    });
    socket.once('error', callback);
  };
}

for (const protocols of [['http/1.1'], ['h2', 'http/1.1']]) {
  const dispatcher = new Agent({ connect: connect(protocols), allowH2: protocols.includes('h2') });
  const response = await fetch(`${origin}/page`, { dispatcher });
  console.log(response.status, await response.text());
  await dispatcher.close();
}
server.close();
