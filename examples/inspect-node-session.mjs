// What is inside the session that node:tls hands out: the same bytes, as libssl has them.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { SslSession } from 'libssl-session';

const cert = readFileSync(new URL('../test/fixtures/tls-cert.pem', import.meta.url));
const key = readFileSync(new URL('../test/fixtures/tls-key.pem', import.meta.url));

const server = tls.createServer({ cert, key }, (socket) => socket.end('bye'));
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const { port } = server.address();
const socket = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca: cert });
socket.resume();
const [buffer] = await once(socket, 'session');
await once(socket, 'close');
server.close();

const session = SslSession.fromNodeSession(buffer);
console.log(`node:tls gave ${buffer.length} opaque bytes; in them is:`);
console.log('protocol:   ', session.protocolVersion);
console.log('cipher:     ', session.cipher.standardName);
console.log('made:       ', new Date(session.time * 1000).toISOString());
console.log('good until: ', session.expiresAt.toISOString());
console.log('ticket:     ', session.ticket.length, 'bytes, for', session.ticketLifetimeHint, 's');
console.log('peer:       ', session.peerCertificate.subject);
console.log('resumable:  ', session.isResumable);
console.log('master key: ', session.masterKey.length, 'secret bytes; toJSON() shows none of them');
session.free();
