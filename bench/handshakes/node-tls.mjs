// (c) node:tls, as it is used with a transport of one's own: an in-memory pair of streams, which a
// tls.Server is given as a connection. Its sessions live in Node's own OpenSSL 3. The cheapest end
// there is, destroy(), does for it: its sessions are bytes, and stay good.

import assert from 'node:assert/strict';
import { duplexPair } from 'node:stream';
import tls from 'node:tls';
import {
  bulkOperations,
  contextOptions,
  handshakeOperations,
  recordSize,
  suites,
} from './settings.mjs';

const now = process.hrtime.bigint;

class Peers {
  #version;
  #clientContext;
  #server;
  #sessions = new Map();
  #accepted;

  constructor(handshake, certificates) {
    const options = contextOptions(handshake, certificates);
    this.#version = handshake.version;
    // No `ca` would be Node's own list of them.
    this.#clientContext = tls.createSecureContext({ ...options.client, ca: [] });
    this.#server = tls.createServer(options.server, (socket) => this.#accepted(socket));
    this.#server.on('tlsClientError', (error) => {
      throw error;
    });
    if (handshake.secureOptions !== 0) this.#keepSessions();
  }

  /** The server's cache, which with node:tls is outside. */
  #keepSessions() {
    this.#server.on('newSession', (id, data, done) => {
      this.#sessions.set(id.toString('latin1'), data);
      done();
    });
    this.#server.on('resumeSession', (id, done) => {
      done(null, this.#sessions.get(id.toString('latin1')) ?? null);
    });
  }

  forgetSessions() {
    this.#sessions.clear();
  }

  /** Both sides ready, and in TLS 1.3 the tickets with the client; `session` is the last. */
  connect(session) {
    return new Promise((resolve, reject) => {
      const [clientSide, serverSide] = duplexPair();
      const ends = { session };
      let awaited = 2 + this.#tickets(session);
      const arrived = () => {
        if (--awaited === 0) resolve(ends);
      };
      this.#accepted = (socket) => {
        ends.server = socket;
        arrived();
      };
      this.#server.emit('connection', serverSide);
      ends.client = tls.connect({
        socket: clientSide,
        secureContext: this.#clientContext,
        rejectUnauthorized: false,
        session,
      });
      ends.client.on('error', reject);
      ends.client.on('secureConnect', arrived);
      if (this.#version === 'TLSv1.3') {
        ends.client.on('session', (ticket) => {
          ends.session = ticket;
          arrived();
        });
      }
    });
  }

  /** Those that come after the handshake. On resumption Node's server sends none, libssl's own one. */
  #tickets(session) {
    return this.#version === 'TLSv1.3' && session === undefined ? 2 : 0;
  }

  /** For the next handshake. */
  sessionOf(ends) {
    return this.#version === 'TLSv1.3' ? ends.session : ends.client.getSession();
  }
}

function end({ client, server }) {
  client.destroy();
  server.destroy();
}

async function full(peers, n) {
  const start = now();
  for (let i = 0; i < n; i++) end(await peers.connect());
  return Number(now() - start);
}

async function resume(peers, n) {
  const first = await peers.connect();
  let session = peers.sessionOf(first);
  end(first);
  const start = now();
  for (let i = 0; i < n; i++) {
    const ends = await peers.connect(session);
    if (!ends.client.isSessionReused()) throw new Error('not resumed');
    session = peers.sessionOf(ends);
    end(ends);
  }
  const time = Number(now() - start);
  peers.forgetSessions();
  return time;
}

async function bulk({ client, server }, n) {
  const record = Buffer.alloc(recordSize);
  const start = now();
  await new Promise((resolve) => {
    let left = n * recordSize;
    const onData = (data) => {
      left -= data.length;
      if (left > 0) return;
      server.removeListener('data', onData);
      resolve();
    };
    server.on('data', onData);
    let written = 0;
    const write = () => {
      while (written < n) {
        written++;
        if (!client.write(record)) return client.once('drain', write);
      }
    };
    write();
  });
  return Number(now() - start);
}

async function assertSettings(peers, version) {
  const ends = await peers.connect();
  assert.equal(ends.client.getProtocol(), version);
  assert.ok(suites[version].split(':').includes(ends.client.getCipher().name));
  assert.equal(ends.client.getEphemeralKeyInfo().name, 'X25519');
  end(ends);
}

/** The operation as n => a promise of nanoseconds; undefined where node:tls has none such. */
export async function prepare(operation, certificates) {
  if (operation in handshakeOperations) {
    const handshake = handshakeOperations[operation];
    const peers = new Peers(handshake, certificates);
    await assertSettings(peers, handshake.version);
    const loop = handshake.resumes ? resume : full;
    return (n) => loop(peers, n);
  }
  if (operation in bulkOperations) {
    const ends = await new Peers(bulkOperations[operation], certificates).connect();
    return (n) => bulk(ends, n);
  }
  return undefined;
}
