// Both OpenSSLs at work in one process: prints what each says.

import { createHash, createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { LibsslError, libraryInfo, SslSession } from 'libssl-session';
import { lastErrors } from 'libssl-session/libssl';

function refusal(work) {
  try {
    work();
    return null;
  } catch (error) {
    const { code, library, reason, function: name } = error;
    return { ours: error instanceof LibsslError, code, library, reason, function: name };
  }
}

const badDer = () => SslSession.fromDer(Buffer.from('3003020101', 'hex'));
const badKey = () =>
  createPrivateKey('-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----');
const alone = { ours: refusal(badDer), theirs: refusal(badKey) };
const together = [];
for (let i = 0; i < 3; i++) together.push({ ours: refusal(badDer), theirs: refusal(badKey) });
// After an error of Node's, ours knows of none, and a good call of Node's does not see ours.
refusal(badDer);
refusal(badKey);
const session = new SslSession();
const queued = lastErrors();
const sha256 = createHash('sha256').update('').digest('hex');

const fixture = (name) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url));
const cert = fixture('tls-cert.pem');
const server = tls.createServer({ cert, key: fixture('tls-key.pem') }, (socket) =>
  socket.end('hi'),
);
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address();
const socket = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca: cert });
let text = '';
socket.on('data', (data) => {
  text += data;
});
await once(socket, 'secureConnect');
const protocol = socket.getProtocol();
await once(socket, 'close');
server.close();
session.free();

console.log(
  JSON.stringify({
    node: process.versions.openssl,
    library: libraryInfo().version,
    alone,
    together,
    queued,
    sha256,
    protocol,
    text,
  }),
);
