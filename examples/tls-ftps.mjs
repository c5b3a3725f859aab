// FTPS with a server (vsftpd) that takes a data connection only if it resumes the session of the
// control connection, as many do. The client is the package basic-ftp, over sockets of libssl 1.1.1.

import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { Client } from 'basic-ftp';
import * as tls from 'libssl-session/tls';
import { startVsftpd } from '../test/support/vsftpd.mjs';

const ca = readFileSync(new URL('../test/fixtures/options-ca.pem', import.meta.url));
const server = await startVsftpd();
writeFileSync(join(server.files, 'hello.txt'), 'hello');

let session; // the newest one: the server renews it with each connection
function upgrade(socket) {
  const secure = tls.connect({ socket, session, servername: 'localhost', ca });
  secure.on('session', (next) => {
    session?.free();
    session = next;
  });
  return secure;
}

const client = new Client();
await client.connect('127.0.0.1', server.port);
await client.send('AUTH TLS');
const control = upgrade(client.ftp.socket);
await once(control, 'secureConnect');
client.ftp.socket = control;
// basic-ftp calls this before each transfer.
client.prepareTransfer = async (ftp) => {
  const answer = await ftp.request('PASV');
  const [, high, low] = /(\d+),(\d+)\)/.exec(answer.message);
  const socket = net.connect(Number(high) * 256 + Number(low), '127.0.0.1');
  await once(socket, 'connect');
  ftp.dataSocket = upgrade(socket);
  ftp.dataSocket.on('secureConnect', () => {
    console.log('data connection, resumed:', ftp.dataSocket.isSessionReused());
  });
  return answer;
};
await client.login();
await client.useDefaultSettings();
console.log(`control connection: ${control.getProtocol()}`);
for (const { name, size } of await client.list('files')) console.log(`${name}, ${size} bytes`);
await client.downloadTo(join(server.files, 'copy.txt'), 'files/hello.txt');
console.log('downloaded:', readFileSync(join(server.files, 'copy.txt'), 'utf8'));
client.close();
session?.free();
await server.close();
