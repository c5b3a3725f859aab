// The guided run of `npm start`: a session of node:tls, inside libssl 1.1.1, and back again.

import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import { libraryInfo, SslSession, sessionCounts, startCounting } from 'libssl-session';
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

/** One connection of a node:tls client; gives whether it resumed, and the session it was handed. */
function connect(port, session) {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', servername: 'localhost', ca: cert };
    const socket = tls.connect({ ...options, ...(session && { session }) });
    let received;
    socket.on('session', (buffer) => {
      received = buffer;
    });
    socket.on('error', reject);
    socket.resume();
    // The server says goodbye after its tickets, so that the last of them has arrived by then.
    socket.on('end', () => {
      const result = { reused: socket.isSessionReused(), protocol: socket.getProtocol(), received };
      socket.end(() => resolve(result));
    });
  });
}

const server = tls.createServer({ cert, key }, (socket) => socket.end('bye'));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address();

startCounting();
const live = () => sessionCounts().live;

headline('A TLS handshake between a node:tls client and server, on loopback');
const first = await connect(port);
console.log(
  `   ${first.protocol}; Node ${process.versions.node} (OpenSSL ${process.versions.openssl}) hands ` +
    `out the session as ${first.received.length} opaque bytes.`,
);

headline('The same session, inside libssl 1.1.1');
const session = SslSession.fromNodeSession(first.received);
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
    ['server name', info.hostname ?? '(none: the server did not confirm one)'],
    ['ALPN', info.alpnProtocol ?? '(none)'],
    ['made', new Date(session.time * 1000).toISOString()],
    ['expires', session.expiresAt.toISOString()],
    ['ticket', info.hasTicket ? `yes, good for ${info.ticketLifetimeHint} s` : 'no'],
    ['resumable', info.isResumable ? 'yes' : 'no'],
  ],
);

headline('Owners: dup, upRef, free');
const rows = [];
const note = (call, what) => rows.push([call, what, String(live())]);
note('fromNodeSession()', 'session owns a native session');
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
note('session.free() again', 'nothing: it gave its reference back already');
try {
  session.dup();
} catch (error) {
  note('session.dup()', error.code);
}
owner.free();
note('owner.free()', 'the last reference: libssl frees it');
table(['call', 'what happens', 'native sessions alive'], rows);

headline('The copy out again, and resumed with');
const resumed = await connect(port, copy.toNodeSession({ servername: 'localhost' }));
console.log(`   node:tls resumed the session that went through libssl 1.1.1: ${resumed.reused}`);
copy.free();
console.log(`   copy.free(): native sessions alive: ${live()}`);
server.close();

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

if (!resumed.reused || live() !== 0) {
  console.error('The run did not end as it should: not resumed, or a session left alive.');
  process.exitCode = 1;
}
