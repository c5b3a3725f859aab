// Runs the README's example, as it stands there, against a TLS server on localhost: in the current
// directory, with the libssl-session that is installed there. Prints what the example prints.

import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import tls from 'node:tls';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = resolve('readme-example.mjs');
const installed = dirname(createRequire(here).resolve('libssl-session/package.json'));
const fixture = (name) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

const readme = readFileSync(join(installed, 'README.md'), 'utf8');
const [, example] = /^```js\n(import .*?)^```$/ms.exec(readme);

const key = readFileSync(fixture('tls-key.pem'));
const cert = readFileSync(fixture('tls-cert.pem'));
const server = tls.createServer({ key, cert }, (socket) => socket.end('.'));
server.listen(0, 'localhost');
await once(server, 'listening');

copyFileSync(fixture('tls-cert.pem'), 'ca.pem');
const { port } = server.address();
writeFileSync(here, example.replaceAll('8443', String(port)));
server.on('secureConnection', (socket) => {
  if (socket.isSessionReused()) server.close(); // the example's last act
});
await import(pathToFileURL(here).href);
