// An https server and its client, both of libssl 1.1.1: node:http does HTTP over the sockets.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import * as tls from 'libssl-session/tls';

const cert = readFileSync(new URL('../test/fixtures/tls-cert.pem', import.meta.url));
const key = readFileSync(new URL('../test/fixtures/tls-key.pem', import.meta.url));

const web = http.createServer((request, response) => {
  response.end(`${request.url} over ${request.socket.getProtocol()}`);
});
const server = tls.createServer({ cert, key }, (socket) => web.emit('connection', socket));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();

// One request, one connection.
const where = { host: '127.0.0.1', port, servername: 'localhost', ca: cert };
const request = http.request({ path: '/one', createConnection: () => tls.connect(where) }).end();
const [response] = await once(request, 'response');
console.log(response.statusCode, await text(response));

// SslAgent keeps a connection for the next request, and the session for the next connection.
const agent = new tls.SslAgent({ keepAlive: true, maxSockets: 1 });
async function get(path) {
  const request = https.get({ ...where, agent, path });
  const [response] = await once(request, 'response');
  const { reusedSocket, socket } = request;
  const how = reusedSocket ? 'same connection' : `resumed: ${socket.isSessionReused()}`;
  console.log(response.statusCode, await text(response), `(${how})`);
  return socket;
}
await get('/two');
const socket = await get('/three');
socket.destroy();
await once(socket, 'close');
await get('/four');
agent.destroy();
server.close();
