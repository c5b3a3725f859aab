// SslSessionCache: what it gives out, and when no more; and in the use of connect() and SslAgent.

import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { handshake, SslConnection, SslContext, type SslSession } from 'libssl-session';
import { SslAgent, SslSessionCache } from 'libssl-session/tls';
import { expect, test } from 'vitest';
import { certificate } from '../support/contexts.js';
import { next, serversForTests } from '../support/tls.js';

const { serve, connect, stack } = serversForTests();

/** Sessions of a handshake in memory: of TLS 1.3 two. */
function newSessions(version: 'TLSv1.2' | 'TLSv1.3'): SslSession[] {
  using server = new SslContext({ role: 'server', ...certificate });
  using client = new SslContext({ role: 'client', ca: certificate.cert, maxVersion: version });
  using one = new SslConnection(client, { servername: 'localhost' });
  using other = new SslConnection(server);
  const sessions: SslSession[] = [];
  one.on('session', (session) => sessions.push(session));
  handshake(one, other);
  for (const side of [one, other]) side.shutdown();
  return sessions;
}

function newCache(options = {}) {
  const context = stack.add(new SslContext({ role: 'client' }));
  return { cache: stack.add(new SslSessionCache(options)), peer: { host: 'a', port: 1, context } };
}

test('a ticket of TLS 1.3 is given out once, the newest first', () => {
  const { cache, peer } = newCache();
  const [first, second] = newSessions('TLSv1.3') as [SslSession, SslSession];
  cache.add(peer, first);
  cache.add(peer, second);
  expect(cache.size).toBe(2);
  expect(stack.add(cache.take(peer) as SslSession)).toBe(second);
  expect(stack.add(cache.take(peer) as SslSession)).toBe(first);
  expect(cache.take(peer)).toBe(null);
  expect(cache.size).toBe(0);
});

test('a session of TLS 1.2 is given out again and again, until a newer one replaces it', () => {
  const { cache, peer } = newCache();
  const [old] = newSessions('TLSv1.2') as [SslSession];
  cache.add(peer, old);
  for (let i = 0; i < 2; i++) {
    expect(stack.add(cache.take(peer) as SslSession).isSameSession(old)).toBe(true);
  }
  const [young] = newSessions('TLSv1.2') as [SslSession];
  cache.add(peer, young);
  expect(cache.size).toBe(1);
  expect(old.freed).toBe(true);
  expect(stack.add(cache.take(peer) as SslSession).isSameSession(young)).toBe(true);
});

test('sessions of one version go when there are some of the other', () => {
  const { cache, peer } = newCache();
  const [id] = newSessions('TLSv1.2') as [SslSession];
  cache.add(peer, id);
  for (const ticket of newSessions('TLSv1.3')) cache.add(peer, ticket);
  expect(cache.size).toBe(2);
  cache.add(peer, (newSessions('TLSv1.2') as [SslSession])[0]);
  expect(cache.size).toBe(1);
});

test('what is over by its timeout or its hint is not given out', () => {
  const { cache, peer } = newCache();
  const hour = 3600;
  const [late, hinted] = newSessions('TLSv1.3') as [SslSession, SslSession];
  late.time -= late.timeout + 1;
  hinted.timeout = 1_000_000;
  hinted.time -= hinted.ticketLifetimeHint + hour;
  for (const session of [late, hinted]) cache.add(peer, session);
  expect(cache.take(peer)).toBe(null);
  expect(cache.size).toBe(0);
  expect(late.freed && hinted.freed).toBe(true);
});

test('each peer has its own: host, port, name, protocols and context', () => {
  const { cache, peer } = newCache();
  cache.add(peer, newSessions('TLSv1.2')[0] as SslSession);
  const others = [
    { host: 'b' },
    { port: 2 },
    { servername: 'a' },
    { ALPNProtocols: ['h2'] },
    { path: '/a' },
    { context: stack.add(new SslContext({ role: 'client' })) },
  ];
  for (const other of others) expect(cache.take({ ...peer, ...other })).toBe(null);
  expect(cache.take({ ...peer, port: '1' } as never)?.free()).toBe(undefined);
  cache.delete(peer);
  expect(cache.take(peer)).toBe(null);
});

test('it keeps no more than it may, of a peer and of all', () => {
  const { cache, peer } = newCache({ maxTickets: 1, maxSessions: 2 });
  for (const ticket of newSessions('TLSv1.3')) cache.add(peer, ticket);
  expect(cache.size).toBe(1);
  for (const host of ['b', 'c']) {
    for (const ticket of newSessions('TLSv1.3')) cache.add({ ...peer, host }, ticket);
  }
  expect(cache.size).toBe(2);
  expect(cache.take(peer)).toBe(null); // the oldest
});

test('wrong limits, peers and sessions are refused', () => {
  expect(() => new SslSessionCache({ maxSessions: 0 })).toThrow(
    expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }),
  );
  const { cache, peer } = newCache();
  for (const wrong of [null, {}, { ...peer, context: {} }]) {
    expect(() => cache.take(wrong as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    );
  }
  expect(() => cache.add(peer, {} as never)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
  );
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)('connect() resumes from it: %s', async (maxVersion) => {
  const { client } = await serve({}, (socket) => socket.end('x'));
  using sessionCache = new SslSessionCache();
  const reused: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    const socket = connect({ ...client, maxVersion, sessionCache }).resume();
    socket.on('secureConnect', () => reused.push(socket.isSessionReused()));
    await once(socket, 'close');
  }
  expect(reused).toEqual([false, true, true]);
});

test('a connection that fails takes the sessions of its peer with it', async () => {
  const { server, client } = await serve({}, (socket) => socket.end('x'));
  using sessionCache = new SslSessionCache();
  await once(connect({ ...client, sessionCache }).resume(), 'close');
  expect(sessionCache.size).toBe(2);
  server.prependListener('connection', (raw) => raw.destroy());
  const error = await next<Error>(connect({ ...client, sessionCache }), 'error').catch((e) => e);
  expect(error).toMatchObject({ code: 'ECONNRESET' });
  await expect.poll(() => sessionCache.size).toBe(0);
});

test('SslAgent keeps connections, and resumes on new ones', async () => {
  const web = http.createServer((_, response) => response.end('page'));
  const { client } = await serve({}, (socket) => void web.emit('connection', socket));
  using keeping = stack.add(
    Object.assign(new SslAgent({ keepAlive: true, maxSockets: 1 }), dispose),
  );
  const fetch = async (headers = {}) => {
    const request = https.get({ ...client, agent: keeping, headers });
    const response = await next<http.IncomingMessage>(request, 'response');
    const socket = response.socket as unknown as { isSessionReused(): boolean };
    const reused = socket.isSessionReused();
    await once(response.resume(), 'close');
    return { socket, reused };
  };
  const first = await fetch();
  const second = await fetch({ connection: 'close' });
  expect(second.socket).toBe(first.socket);
  const third = await fetch();
  expect(third.socket).not.toBe(first.socket);
  expect(third.reused).toBe(true);
  web.closeAllConnections();
});

const dispose = {
  [Symbol.dispose](this: SslAgent) {
    this.destroy();
  },
};
