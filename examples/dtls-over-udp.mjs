// DTLS over node:dgram, where a third of the datagrams are lost: both sides end all the same. The
// server keeps nothing of a client before its cookie has come back.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { SslConnection, SslContext } from 'libssl-session';

const read = (name) => readFileSync(new URL(`../test/fixtures/${name}`, import.meta.url));
const [cert, key] = [read('tls-cert.pem'), read('tls-key.pem')];
const cookieKey = crypto.getRandomValues(new Uint8Array(32));
const timing = { mtu: 508, retransmitTimeout: 50 };
let dice = 1;
let lost = 0;

/** Gives a connection a socket. What flush() sends goes to `to.port`, or is lost. */
async function open(connection, to, receive) {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  let timer;
  const flush = () => {
    for (const datagram of connection.takeDatagrams()) {
      dice = (dice * 16807) % 2147483647;
      if (dice % 3 === 0) lost += 1;
      else socket.send(datagram, to.port, to.address);
    }
    clearTimeout(timer);
    if (connection.timeout !== null) timer = setTimeout(sendAgain, connection.timeout);
  };
  const sendAgain = () => flush(connection.handleTimeout());
  const close = () => [clearTimeout(timer), socket.close(), connection.free()];
  socket.on('message', (datagram, from) => flush(receive(datagram, Object.assign(to, from))));
  return { flush, close, address: socket.address() };
}

const serverContext = new SslContext({ role: 'server', protocol: 'dtls', cert, key, cookieKey });
const theirs = new SslConnection(serverContext, timing);
const server = await open(theirs, {}, (datagram, { address, port }) => {
  if (theirs.state === 'new') theirs.listen(datagram, `${address}:${port}`);
  else theirs.receive(datagram);
  const data = theirs.state === 'open' ? theirs.read() : null;
  if (data !== null) theirs.write(Buffer.from(`you said: ${data}`));
});

const clientContext = new SslContext({ role: 'client', protocol: 'dtls', ca: cert });
const ours = new SslConnection(clientContext, { ...timing, servername: 'localhost' });
let answer = null;
const client = await open(ours, server.address, (datagram) => {
  if (ours.receive(datagram) === 'open') answer ??= ours.read();
});
ours.handshake();
// What is written is sent once: whoever wants an answer asks again.
for (; answer === null; await new Promise((resolve) => setTimeout(resolve, 10))) {
  if (ours.state === 'open') ours.write(Buffer.from('hello'));
  client.flush();
}
console.log(`${answer}; ${ours.protocol}; datagrams were lost: ${lost > 0}`);
for (const { close } of [client, server]) close();
