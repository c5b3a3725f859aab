// A WebSocket server and client (the package ws) over sockets of libssl 1.1.1.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import * as tls from 'libssl-session/tls';
import { WebSocket, WebSocketServer } from 'ws';

const cert = readFileSync(new URL('../test/fixtures/tls-cert.pem', import.meta.url));
const key = readFileSync(new URL('../test/fixtures/tls-key.pem', import.meta.url));

const web = http.createServer();
const chat = new WebSocketServer({ server: web });
chat.on('connection', (peer, request) => {
  peer.on('message', (text) => peer.send(`${text}, over ${request.socket.getProtocol()}`));
});
const server = tls.createServer({ cert, key }, (socket) => web.emit('connection', socket));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();

const socket = new WebSocket('wss://localhost/chat', {
  createConnection: () =>
    tls.connect({ host: '127.0.0.1', port, servername: 'localhost', ca: cert }),
});
await once(socket, 'open');
socket.send('hello');
console.log(String((await once(socket, 'message'))[0]));
socket.close(1000);
console.log('closed:', (await once(socket, 'close'))[0]);
server.close();
