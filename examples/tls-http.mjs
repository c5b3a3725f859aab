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

// An Agent that keeps its connection for the next request.
class Agent extends https.Agent {
  createConnection(options) {
    return tls.connect(options);
  }
}
const agent = new Agent({ keepAlive: true });
for (const path of ['/two', '/three']) {
  const request = https.get({ ...where, agent, path });
  const [response] = await once(request, 'response');
  console.log(
    response.statusCode,
    await text(response),
    '– same connection:',
    request.reusedSocket,
  );
}
agent.destroy();
server.close();
