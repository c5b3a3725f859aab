// HTTP/2 between a server and a client of libssl 1.1.1: ALPN agrees on it, node:http2 speaks it.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import { text } from 'node:stream/consumers';
import * as tls from 'libssl-session/tls';

const cert = readFileSync(new URL('../test/fixtures/tls-cert.pem', import.meta.url));
const key = readFileSync(new URL('../test/fixtures/tls-key.pem', import.meta.url));

const web = http2.createServer((request, response) => response.end(`you asked for ${request.url}`));
const server = tls.createServer({ cert, key, ALPNProtocols: ['h2'] }, (socket) => {
  if (socket.alpnProtocol === 'h2') web.emit('connection', socket);
  else socket.end();
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();

const socket = tls.connect({ port, host: 'localhost', ca: cert, ALPNProtocols: ['h2'] });
await once(socket, 'secureConnect'); // http2 begins at once: it is given a socket that is ready
console.log(`${socket.getProtocol()}, ${socket.alpnProtocol}`);
const session = http2.connect(`https://localhost:${port}`, { createConnection: () => socket });
const pages = ['/one', '/two'].map((path) => text(session.request({ ':path': path })));
for (const page of await Promise.all(pages)) console.log(page);
session.close();
server.close();
