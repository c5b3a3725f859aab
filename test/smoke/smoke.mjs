// The same binary in any runtime that has Node-API: node, bun or deno test/smoke/smoke.mjs. A line
// for each check, and the exit code says whether all passed.

import { readFileSync } from 'node:fs';
import process from 'node:process';
import {
  handshake,
  LibsslError,
  libraryInfo,
  SslConnection,
  SslContext,
  SslSession,
  sessionCounts,
  startCounting,
} from 'libssl-session';
import * as C from 'libssl-session/libssl';

const fixture = (name) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
const der = fixture('openssl-1.1.1-tls13.der');
const nodeSession = fixture('node-24-tls13.bin');
const cert = fixture('tls-cert.pem');
const key = fixture('tls-key.pem');

function same(actual, expected) {
  const [got, wanted] = [actual, expected].map((value) => JSON.stringify(value));
  if (got !== wanted) throw new Error(`${got} instead of ${wanted}`);
}

function refusal(work) {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const checks = {
  'loads libssl 1.1.1, apart from the OpenSSL or BoringSSL of the runtime'() {
    const { version, isolated } = libraryInfo();
    same([/^OpenSSL 1\.1\.1/.test(version), isolated], [true, true]);
  },
  'makes, copies, shares and frees a session'() {
    startCounting();
    const session = new SslSession();
    const copy = session.dup();
    const owner = session.upRef();
    same([owner.isSameSession(session), copy.isSameSession(session)], [true, false]);
    same(sessionCounts(), { created: 2, destroyed: 0, live: 2 });
    session.free();
    session.free();
    same([session.freed, owner.timeout, sessionCounts().live], [true, 304, 2]);
    owner.free();
    copy.free();
    same(sessionCounts(), { created: 2, destroyed: 2, live: 0 });
    same(refusal(() => session.time).code, 'ERR_LIBSSL_FREED');
  },
  'reads and writes the fields of a session'() {
    const session = SslSession.fromDer(der);
    same([session.protocolVersion, session.isResumable], ['TLSv1.3', true]);
    session.time = 1_000_000;
    session.id = new Uint8Array([1, 2, 3]);
    session.hostname = 'example.org';
    same([session.time, [...session.id], session.hostname], [1_000_000, [1, 2, 3], 'example.org']);
    session.free();
  },
  'decodes and encodes DER, PEM and what node:tls gives'() {
    const session = SslSession.fromDer(der);
    same(session.toDer().equals(der), true);
    const again = SslSession.fromPem(session.toPem());
    same(again.toDer().equals(der), true);
    const nodes = SslSession.fromNodeSession(nodeSession);
    same(nodes.protocolVersion, 'TLSv1.3');
    for (const each of [session, again, nodes]) each.free();
  },
  'refuses garbage, stale handles and NULL with errors'() {
    const error = refusal(() => SslSession.fromDer(new Uint8Array([0x30, 3, 2, 1, 1])));
    same([error instanceof LibsslError, error.function], [true, 'd2i_SSL_SESSION']);
    same(error.code.startsWith('ERR_'), true);
    same(refusal(() => SslSession.fromDer('text')).code, 'ERR_INVALID_ARG_TYPE');
    const handle = C.SSL_SESSION_new();
    C.SSL_SESSION_free(handle);
    same(refusal(() => C.SSL_SESSION_free(handle)).code, 'ERR_LIBSSL_INVALID_HANDLE');
    same(refusal(() => C.SSL_SESSION_dup(0)).code, 'ERR_LIBSSL_UNSAFE');
  },
  'shakes hands, and resumes, in TLS 1.2 and 1.3'() {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
      const server = new SslContext({ role: 'server', cert, key, maxVersion });
      const client = new SslContext({ role: 'client', ca: cert });
      const sessions = [];
      for (const resumed of [false, true]) {
        const ours = new SslConnection(client, {
          servername: 'localhost',
          session: sessions.at(-1),
        });
        const theirs = new SslConnection(server);
        ours.on('session', (session) => sessions.push(session));
        handshake(ours, theirs);
        ours.write(Buffer.from('hello'));
        theirs.receive(ours.take());
        same(String(theirs.read()), 'hello');
        same([ours.protocol, ours.authorized, ours.sessionReused], [maxVersion, true, resumed]);
        for (const end of [ours, theirs]) {
          end.shutdown();
          end.free();
        }
      }
      for (const each of [client, server, ...sessions]) each.free();
    }
  },
  'has nothing left in the end'() {
    same(sessionCounts().live, 0);
  },
};

for (const [name, check] of Object.entries(checks)) {
  try {
    check();
    console.log(`passed: ${name}`);
  } catch (error) {
    console.log(`failed: ${name}: ${error.message}`);
    process.exitCode = 1;
  }
}
// Left for the runtime's own clean-up.
globalThis.left = [new SslSession(), new SslSession().upRef()];
