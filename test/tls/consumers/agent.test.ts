// SslAgent: requests of node:https over sockets of ours, which are kept, and whose sessions are.

import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { SecureVersion } from 'node:tls';
import { sessionCounts, startCounting } from 'libssl-session';
import { SslAgent, type SslAgentOptions, SslSessionCache } from 'libssl-session/tls';
import { beforeAll, describe, expect, test } from 'vitest';
import { uncaught } from '../../support/contexts.js';
import {
  afterTest,
  clientOptions,
  listening,
  nodeTls,
  serverOptions,
  type Tls,
  type TlsSocket,
  textOf,
  tlss,
} from './support.js';

beforeAll(startCounting);

const cases = tlss.flatMap((server) =>
  (['TLSv1.2', 'TLSv1.3'] as const).map((version) => ({ server, version })),
);

interface Served {
  port: number;
  /** Whether each connection was resumed. */
  reused: (boolean | null)[];
  sockets: TlsSocket[];
}

/** Answers with the path. */
async function serve(server: Tls, version: SecureVersion): Promise<Served> {
  const web = http.createServer((request, response) => response.end(request.url));
  const reused: (boolean | null)[] = [];
  const sockets: TlsSocket[] = [];
  const secure = server.createServer(serverOptions(version), (socket) => {
    reused.push(socket.isSessionReused());
    sockets.push(socket);
    web.emit('connection', socket);
  });
  return { port: await listening(secure), reused, sockets };
}

function newAgent(version: SecureVersion, port: number, more: SslAgentOptions = {}): SslAgent {
  const agent = new SslAgent({ ...clientOptions(version), port, ...more });
  afterTest(() => agent.destroy());
  return agent;
}

/** The last connection that was made. */
let lastSocket: net.Socket | undefined;

async function get(agent: SslAgent, port: number, path = '/', more: https.RequestOptions = {}) {
  const request = https.get({ host: '127.0.0.1', port, path, agent, ...more });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const text = await textOf(response);
  if (request.socket !== null && !request.reusedSocket) lastSocket = request.socket;
  return { text, kept: request.reusedSocket };
}

/** Once the last connection is closed, with an error or without. */
async function closed(socket = lastSocket): Promise<void> {
  if (socket === undefined || socket.closed) return;
  await new Promise((resolve) => socket.once('close', resolve));
}

describe.each(cases)('SslAgent to $server.name, $version:', ({ server, version }) => {
  test('each new connection resumes the session of an earlier one', async () => {
    const { port, reused } = await serve(server, version);
    const agent = newAgent(version, port);
    for (const path of ['/1', '/2', '/3', '/4']) {
      expect(await get(agent, port, path)).toEqual({ text: path, kept: false });
      await closed();
    }
    // A server of node:tls gives two tickets, and none to a client that resumes.
    const last = version === 'TLSv1.2' || server !== nodeTls;
    expect(reused).toEqual([false, true, true, last]);
  });

  test('with keepAlive a connection is kept, and the next one resumes', async () => {
    const { port, reused, sockets } = await serve(server, version);
    const agent = newAgent(version, port, { keepAlive: true });
    expect(await get(agent, port, '/1')).toEqual({ text: '/1', kept: false });
    expect(await get(agent, port, '/2')).toEqual({ text: '/2', kept: true });
    sockets[0]?.end();
    await closed();
    expect(await get(agent, port, '/3')).toEqual({ text: '/3', kept: false });
    expect(reused).toEqual([false, true]);
  });

  test('requests at the same time have connections of their own, and each resumes', async () => {
    const { port, reused } = await serve(server, version);
    const agent = newAgent(version, port, { keepAlive: true });
    await get(agent, port);
    const paths = ['/1', '/2', '/3'];
    const answers = await Promise.all(paths.map((path) => get(agent, port, path)));
    expect(answers.map(({ text }) => text)).toEqual(paths);
    // One is the connection that was kept. TLS 1.3: a ticket for each, none twice.
    expect(reused).toEqual([false, true, true]);
  });

  test('a session of one server name is not offered for another', async () => {
    const { port, reused } = await serve(server, version);
    const agent = newAgent(version, port);
    delete agent.options.servername; // it would be stronger than the request's
    for (const servername of ['localhost', 'other.localhost', 'localhost']) {
      await get(agent, port, '/', { servername });
      await closed();
    }
    expect(reused).toEqual([false, false, true]);
  });

  test('an error of a connection that waits is nobody’s, and costs no session', async () => {
    const { port, reused } = await serve(server, version);
    const agent = newAgent(version, port, { keepAlive: true });
    const errors = await uncaught(async () => {
      await get(agent, port);
      lastSocket?.destroy(new Error('while it waits'));
      await closed();
    });
    expect(errors).toEqual([]);
    expect(await get(agent, port)).toEqual({ text: '/', kept: false });
    expect(reused).toEqual([false, true]);
  });

  test('a handshake that fails costs the sessions of its server', async () => {
    const web = http.createServer((request, response) => response.end(request.url));
    const secure = server.createServer(serverOptions(version), (socket) => {
      web.emit('connection', socket);
    });
    const states = { broken: false };
    const front = net.createServer((socket) => {
      if (states.broken) socket.end('this is not TLS\r\n');
      else secure.emit('connection', socket);
    });
    const port = await listening(front);
    const agent = newAgent(version, port);
    await get(agent, port);
    await closed();
    expect(agent.sessionCache.size).toBe(version === 'TLSv1.2' ? 1 : 2);
    states.broken = true;
    await expect(get(agent, port)).rejects.toThrow('wrong version number');
    await closed();
    expect(agent.sessionCache.size).toBe(0);
  });

  test('a server that is not trusted is an error of the request, and no session is kept', async () => {
    const { port } = await serve(server, version);
    const agent = newAgent(version, port, { ca: [] });
    await expect(get(agent, port)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(agent.sessionCache.size).toBe(0);
  });

  test('two agents may share a cache; what is left in it is freed by clear()', async () => {
    const { port, reused } = await serve(server, version);
    const sessionCache = new SslSessionCache();
    for (let index = 0; index < 2; index += 1) {
      const agent = newAgent(version, port, { sessionCache });
      await get(agent, port);
      await closed();
    }
    expect(reused).toEqual([false, true]);
    expect(sessionCache.size).toBeGreaterThan(0);
    const held = sessionCounts().live;
    const { size } = sessionCache;
    sessionCache.clear();
    expect(sessionCounts().live).toBe(held - size);
  });

  test('the key log of all connections comes from the agent', async () => {
    const { port } = await serve(server, version);
    const agent = newAgent(version, port);
    const lines: string[] = [];
    agent.on('keylog', (line: Buffer) => lines.push(String(line)));
    await get(agent, port);
    expect(lines.join('')).toMatch(
      version === 'TLSv1.2' ? /^CLIENT_RANDOM / : /^SERVER_HANDSHAKE_/,
    );
  });

  test('a request that waits too long has its `timeout`', async () => {
    const silent = server.createServer(serverOptions(version), (socket) => socket.resume());
    const port = await listening(silent);
    const agent = newAgent(version, port);
    const request = https.get({ host: '127.0.0.1', port, agent, timeout: 50 });
    await once(request, 'timeout');
    request.destroy();
    const [error] = await once(request, 'error');
    expect(error.code).toBe('ECONNRESET');
  });
});

test('a connection that is refused is an error of the request', async () => {
  const agent = newAgent('TLSv1.3', 1);
  await expect(get(agent, 1)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
