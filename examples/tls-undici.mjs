// undici's fetch over connections of libssl 1.1.1. The server is node:http2's.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import { SslSessionCache, undiciConnector } from 'libssl-session/tls';
import { Agent, fetch } from 'undici';

const cert = readFileSync(new URL('../test/fixtures/tls-cert.pem', import.meta.url));
const key = readFileSync(new URL('../test/fixtures/tls-key.pem', import.meta.url));

const server = http2.createSecureServer({ cert, key, allowHTTP1: true }, (request, response) => {
  response.end(`${request.url} over HTTP/${request.httpVersion}`);
});
server.listen(0, 'localhost');
await once(server, 'listening');
const origin = `https://localhost:${server.address().port}`;

const sessionCache = new SslSessionCache(); // sessions, which new connections resume
for (const allowH2 of [false, true]) {
  const connect = undiciConnector({ ca: cert, allowH2, sessionCache });
  const dispatcher = new Agent({ connect, allowH2 });
  const response = await fetch(`${origin}/page`, { dispatcher });
  console.log(response.status, await response.text());
  await dispatcher.close();
}
sessionCache.clear();
server.close();
