// The guided run of `npm start`: a session of libssl 1.1.1's own handshake, its owners, and its
// resumption, with a node:tls server as the peer.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import {
  libraryInfo,
  SslConnection,
  SslContext,
  sessionCounts,
  startCounting,
} from 'libssl-session';
import { createServer, SslAgent } from 'libssl-session/tls';
import pc from 'picocolors';

const colors = pc.createColors(process.stdout.isTTY === true && !process.env.NO_COLOR);
const file = (name) =>
  readFileSync(fileURLToPath(new URL(`../test/fixtures/${name}`, import.meta.url)));
const cert = file('tls-cert.pem');
const key = file('tls-key.pem');

let step = 0;
const headline = (text) => console.log(`\n${colors.bold(`${++step}. ${text}`)}`);

function table(head, rows) {
  const style = { head: [], border: [], compact: true };
  const lines = new Table({ head: head.map((cell) => colors.cyan(cell)), style });
  lines.push(...rows);
  console.log(lines.toString());
}

/** One connection of libssl 1.1.1 over a socket; gives whether it resumed, and its last session. */
function connect(port, offered) {
  const connection = new SslConnection(context, { servername: 'localhost', session: offered });
  let session = null;
  connection.on('session', (next) => {
    session?.free();
    session = next;
  });
  const socket = net.connect(port, '127.0.0.1');
  const send = () => socket.write(connection.take());
  return new Promise((resolve, reject) => {
    socket.on('connect', () => {
      connection.handshake();
      send();
    });
    socket.on('data', (bytes) => {
      // What is behind data, as a ticket may be, waits until the data is read.
      if (connection.receive(bytes) !== 'handshake') connection.read();
      send();
    });
    socket.on('error', reject);
    // The server ends after its tickets, so that the last of them has arrived by then.
    socket.on('close', () => {
      connection.shutdown(); // a session whose connection is freed without it cannot be resumed
      const { sessionReused: reused, protocol, cipher } = connection;
      connection.free();
      resolve({ reused, protocol, cipher, session });
    });
  });
}

/** One connection of a node:tls client; gives whether it resumed. */
async function connectWithNode(port, session) {
  const options = { port, host: '127.0.0.1', servername: 'localhost', ca: cert, session };
  const socket = tls.connect(options).resume();
  await once(socket, 'secureConnect');
  const reused = socket.isSessionReused();
  await once(socket, 'close');
  return reused;
}

const server = tls.createServer({ cert, key }, (socket) => socket.end('bye'));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address();

startCounting();
const live = () => sessionCounts().live;
const context = new SslContext({ role: 'client', ca: cert });

headline('A TLS handshake of libssl 1.1.1 with a node:tls server, on loopback');
const first = await connect(port, null);
console.log(
  `   ${first.protocol}, ${first.cipher.name}: OpenSSL 1.1.1 in this process, with OpenSSL ` +
    `${process.versions.openssl} of Node ${process.versions.node} in this process.`,
);

headline('Its session');
const { session } = first;
const info = session.toJSON();
table(
  ['field', 'value'],
  [
    [
      'protocol',
      `${info.protocolVersion} (0x${info.protocolVersionNumber.toString(16).padStart(4, '0')})`,
    ],
    ['cipher', `${info.cipher.name}, ${info.cipher.bits} bits`],
    ['id', info.id || '(none)'],
    ['peer', info.peerCertificate ?? '(none)'],
    ['server name', info.hostname ?? '(none: the server did not confirm one)'],
    ['made', new Date(session.time * 1000).toISOString()],
    ['expires', session.expiresAt.toISOString()],
    ['ticket', info.hasTicket ? `yes, good for ${info.ticketLifetimeHint} s` : 'no'],
    ['resumable', info.isResumable ? 'yes' : 'no'],
  ],
);

headline('Owners: dup, upRef, free');
const rows = [];
const note = (call, what) => rows.push([call, what, String(live())]);
note('the handshake', 'session owns a native session');
const copy = session.dup();
note(
  'copy = session.dup()',
  `an independent copy; same native session: ${copy.isSameSession(session)}`,
);
const owner = session.upRef();
note(
  'owner = session.upRef()',
  `a second owner; same native session: ${owner.isSameSession(session)}`,
);
session.free();
note('session.free()', `owner still has it: ${owner.protocolVersion}`);
session.free();
note('session.free() again', 'does nothing: its reference was given back already');
try {
  session.dup();
} catch (error) {
  note('session.dup()', error.code);
}
owner.free();
note('owner.free()', 'the last reference: libssl frees it');
table(['call', 'what happens', 'native sessions alive'], rows);

headline('The copy, resumed with');
const other = copy.dup();
const again = await connect(port, copy);
console.log(`   libssl 1.1.1 resumed it: ${again.reused}`);
const node = await connectWithNode(port, other.toNodeSession({ servername: 'localhost' }));
console.log(`   node:tls resumed another copy of it: ${node}`);
for (const each of [copy, other, again.session]) each?.free();
context.free();
console.log(`   All given back: native sessions alive: ${live()}`);
server.close();

/** One page; gives what it says, and whether its connection resumed a session. */
function fetchPage(agent, at) {
  return new Promise((resolve, reject) => {
    const place = { port: at, host: 'localhost', path: '/' };
    const request = https.get({ ...place, agent, ca: cert }, (response) => {
      const resumed = response.socket.isSessionReused();
      const { statusCode } = response;
      response.resume().once('close', () => resolve({ statusCode, resumed }));
    });
    request.on('error', reject);
  });
}

headline('An https page, fetched twice through libssl-session/tls');
const web = http.createServer((_, response) => response.end('a page'));
const secureWeb = createServer({ cert, key }, (socket) => web.emit('connection', socket));
await new Promise((resolve) => secureWeb.listen(0, 'localhost', resolve));
const agent = new SslAgent();
const pages = [];
for (const which of ['first', 'second']) {
  const page = await fetchPage(agent, secureWeb.address().port);
  console.log(`   ${which}: status ${page.statusCode}, resumed: ${page.resumed}`);
  pages.push(page);
}
agent.destroy();
web.closeAllConnections();
await once(secureWeb.close(), 'close');

headline('The library');
const library = libraryInfo();
table(
  ['library', 'in use'],
  [
    ['version', library.version],
    ['libssl', library.libssl],
    ['libcrypto', library.libcrypto],
    ['kept apart from Node’s OpenSSL', library.isolated ? 'yes, proved' : 'no'],
    ['native sessions alive', String(live())],
  ],
);

if (!again.reused || !node || !pages[1].resumed || live() !== 0) {
  console.error('The run did not end as it should: not resumed, or a session left alive.');
  process.exitCode = 1;
}
