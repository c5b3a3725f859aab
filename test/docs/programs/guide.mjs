// Before a code block of docs/guides: what the guides take for granted. PEM in `cert`, `key` and `ca`,
// and a server of node:tls for them on localhost, on `port`.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';

const file = (name) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8');
const [cert, key] = [file('tls-cert.pem'), file('tls-key.pem')];
const server = tls.createServer({ cert, key }, (socket) => {
  socket.on('error', () => {}); // a client may go at any time
  socket.end('hello');
});
server.listen(0, 'localhost');
await once(server, 'listening');
server.unref(); // the block's end is the end
Object.assign(globalThis, { cert, key, ca: cert, port: server.address().port });
