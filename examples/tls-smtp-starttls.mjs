// A mail by STARTTLS: the connection begins in the clear, and libssl 1.1.1 takes it over. The server
// is the package smtp-server.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import * as tls from 'libssl-session/tls';
import { SMTPServer } from 'smtp-server';

const cert = readFileSync(new URL('../test/fixtures/tls-cert.pem', import.meta.url));
const key = readFileSync(new URL('../test/fixtures/tls-key.pem', import.meta.url));

const server = new SMTPServer({
  ...{ cert, key, authOptional: true, disableReverseLookup: true },
  async onData(stream, session, done) {
    const body = (await text(stream)).split('\r\n\r\n')[1];
    console.log(`a mail came, encrypted: ${session.secure}. ${body.trim()}`);
    done();
  },
});
server.listen(0, '127.0.0.1');
await once(server.server, 'listening');
const { port } = server.server.address();

/** The server's next answer; a short one arrives in one piece. */
async function answer(stream) {
  return String((await once(stream, 'data'))[0]);
}
function ask(stream, line) {
  stream.write(`${line}\r\n`);
  return answer(stream);
}

const socket = net.connect(port, '127.0.0.1');
await answer(socket);
console.log('in the clear, STARTTLS is offered:', /STARTTLS/.test(await ask(socket, 'EHLO me')));
await ask(socket, 'STARTTLS');
const secure = tls.connect({ socket, servername: 'localhost', ca: cert });
await once(secure, 'secureConnect');
console.log(`from here ${secure.getProtocol()}, authorized: ${secure.authorized}`);
for (const line of ['EHLO me', 'MAIL FROM:<me@localhost>', 'RCPT TO:<you@localhost>', 'DATA']) {
  await ask(secure, line);
}
await ask(secure, 'Subject: hello\r\n\r\nHow are you?\r\n.');
await ask(secure, 'QUIT');
secure.end();
server.close();
