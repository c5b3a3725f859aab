// A server of node:tls, for another Node.js than the one that tests: OPTIONS are JSON, with ticketKeys
// hexadecimal. It says its port, and ends with its standard input.
//
//   node node-server.mjs OPTIONS CERT KEY

import { readFileSync } from 'node:fs';
import tls from 'node:tls';

const [options, ...files] = process.argv.slice(2);
const [cert, key] = files.map((file) => readFileSync(file));
const { ticketKeys, ...others } = JSON.parse(options);
const keys = ticketKeys === undefined ? {} : { ticketKeys: Buffer.from(ticketKeys, 'hex') };
const server = tls.createServer({ cert, key, ...others, ...keys }, (socket) => {
  socket.on('error', () => {});
  socket.on('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\n'));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit()).resume();
