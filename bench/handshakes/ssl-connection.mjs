// (b) SslContext, SslConnection and SslSession of this library.

import assert from 'node:assert/strict';
import { handshake as join, SslConnection, SslContext, SslSession } from 'libssl-session';
import {
  bulkOperations,
  cacheOperations,
  contextOptions,
  handshakeOperations,
  nextId,
  recordSize,
  suites,
} from './settings.mjs';

const now = process.hrtime.bigint;

function makeContexts(handshake, certificates) {
  const { client, server } = contextOptions(handshake, certificates);
  return {
    client: new SslContext({ ...client, role: 'client', rejectUnauthorized: false }),
    server: new SslContext({ ...server, role: 'server' }),
  };
}

// With `listener` the messages of both sides are recorded.
function connect(contexts, session, listener = null) {
  const client = new SslConnection(contexts.client, { session });
  const server = new SslConnection(contexts.server);
  if (listener !== null) {
    client.on('message', listener);
    server.on('message', listener);
  }
  join(client, server);
  return { client, server };
}

function end({ client, server }) {
  client.shutdown();
  server.shutdown();
  client.free();
  server.free();
}

function full(contexts, n, listener) {
  const start = now();
  for (let i = 0; i < n; i++) end(connect(contexts, null, listener));
  return Number(now() - start);
}

function resume(contexts, n, listener) {
  const first = connect(contexts, null);
  let { session } = first.client;
  end(first);
  const start = now();
  for (let i = 0; i < n; i++) {
    const ends = connect(contexts, session, listener);
    if (!ends.client.sessionReused) throw new Error('not resumed');
    session.free();
    session = ends.client.session;
    end(ends);
  }
  const time = Number(now() - start);
  session.free();
  return time;
}

function bulk({ client, server }, n) {
  const record = Buffer.alloc(recordSize);
  const wire = Buffer.alloc(2 * recordSize);
  const data = Buffer.alloc(recordSize);
  const start = now();
  for (let i = 0; i < n; i++) {
    client.write(record);
    server.receive(wire.subarray(0, client.take(wire)));
    if (server.read(data) !== recordSize) throw new Error('not all was read');
  }
  return Number(now() - start);
}

function assertSettings(contexts, version) {
  const ends = connect(contexts, null);
  assert.equal(ends.client.protocol, version);
  assert.ok(suites[version].split(':').includes(ends.client.cipher.name));
  end(ends);
}

const id = Buffer.alloc(32);
const cipher = 'ECDHE-ECDSA-AES128-GCM-SHA256';

function newSession() {
  nextId(id);
  const session = new SslSession();
  session.id = id;
  session.protocolVersion = 'TLSv1.2';
  session.cipher = cipher;
  return session;
}

/** Calls `use` on each, which must always give `expected`. */
function each(sessions, use, expected) {
  const start = now();
  for (const session of sessions) {
    if (use(session) !== expected) throw new Error(`not ${expected}`);
  }
  return Number(now() - start);
}

const newCache = () => new SslContext({ role: 'server', sessionCacheSize: 0 });

/** As a server does with sessions that were stored: from DER, each with another id, into the cache. */
function restore(contexts, n) {
  const ends = connect(contexts, null);
  const { session } = ends.server;
  end(ends);
  const der = session.toDer();
  const position = der.indexOf(session.id);
  const idInDer = der.subarray(position, position + session.id.length);
  assert.equal(idInDer.length, 32);
  const context = newCache();
  const start = now();
  for (let i = 0; i < n; i++) {
    nextId(idInDer);
    const restored = SslSession.fromDer(der);
    if (!context.addSession(restored)) throw new Error('not added');
    restored.free();
  }
  const time = Number(now() - start);
  context.free();
  session.free();
  return time;
}

function cache(operation, n) {
  const context = newCache();
  const sessions = Array.from({ length: n }, newSession);
  const times = {};
  const add = (session) => context.addSession(session);
  times['cache-add'] = each(sessions, add, true);
  // Looks it up, and finds that it is there.
  times['cache-look-up'] = each(sessions, add, false);
  if (operation === 'cache-remove') {
    times[operation] = each(sessions, (session) => context.removeSession(session), true);
  }
  for (const session of sessions) session.free();
  const start = now();
  context.flushSessions(Math.floor(Date.now() / 1000) + 100_000);
  times['cache-flush'] = Number(now() - start);
  assert.equal(context.sessionStats.number, 0);
  context.free();
  return times[operation];
}

function prepareHandshake(operation, certificates, listener) {
  const handshake = handshakeOperations[operation];
  const contexts = makeContexts(handshake, certificates);
  assertSettings(contexts, handshake.version);
  const loop = handshake.resumes ? resume : full;
  return (n) => loop(contexts, n, listener);
}

/** The same operation with a listener for the messages of both sides; undefined for no handshake. */
export const recorded = {
  prepare(operation, certificates) {
    if (!(operation in handshakeOperations)) return undefined;
    let messages = 0;
    const loop = prepareHandshake(operation, certificates, () => {
      messages++;
    });
    return (n) => {
      messages = 0;
      const time = loop(n);
      assert.ok(messages > 12 * n);
      return time;
    };
  },
};

/** The operation as n => nanoseconds. */
export function prepare(operation, certificates) {
  if (operation in handshakeOperations) return prepareHandshake(operation, certificates, null);
  if (operation in bulkOperations) {
    const ends = connect(makeContexts(bulkOperations[operation], certificates), null);
    return (n) => bulk(ends, n);
  }
  if (operation === 'cache-restore') {
    const contexts = makeContexts(cacheOperations[operation], certificates);
    return (n) => restore(contexts, n);
  }
  return (n) => cache(operation, n);
}
