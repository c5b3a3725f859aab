// undiciConnector(): requests of undici over sockets of ours, which resume earlier sessions.

import type { LookupOptions } from 'node:dns';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import type { SecureVersion } from 'node:tls';
import { SslSessionCache, type UndiciConnectorOptions, undiciConnector } from 'libssl-session/tls';
import { Agent, type buildConnector, request } from 'undici';
import { describe, expect, test } from 'vitest';
import { certificate } from '../../support/contexts.js';
import { afterTest, listening, serverOptions, type Tls, type TlsSocket, tlss } from './support.js';

interface Served {
  origin: string;
  reused: (boolean | null)[];
  sockets: TlsSocket[];
}

/** A server of both versions of HTTP: what was agreed on decides. */
async function serve(server: Tls, version: SecureVersion): Promise<Served> {
  const web = http.createServer((request, response) => response.end(request.httpVersion));
  const web2 = http2.createServer((request, response) => response.end(request.httpVersion));
  const reused: (boolean | null)[] = [];
  const sockets: TlsSocket[] = [];
  const options = { ...serverOptions(version), ALPNProtocols: ['h2', 'http/1.1'] };
  const secure = server.createServer(options, (socket) => {
    reused.push(socket.isSessionReused());
    sockets.push(socket);
    (socket.alpnProtocol === 'h2' ? web2 : web).emit('connection', socket);
  });
  return { origin: `https://localhost:${await listening(secure)}`, reused, sockets };
}

/** The host is localhost, which may be ::1 first; the servers of these tests listen on IPv4. */
const ipv4 = { ca: certificate.cert, family: 4 };

function agentFor(options: UndiciConnectorOptions, allowH2 = false): Agent {
  const connect = undiciConnector({ ...ipv4, ...options, allowH2 });
  // It is typed for sockets of Node.
  const typed = connect as unknown as buildConnector.connector;
  const agent = new Agent({ connect: typed, allowH2, connections: 1 });
  afterTest(() => agent.destroy());
  return agent;
}

async function ask(dispatcher: Agent, url: string): Promise<string> {
  const { body } = await request(url, { dispatcher });
  return body.text();
}

const cases = tlss.flatMap((server) =>
  (['TLSv1.2', 'TLSv1.3'] as const).map((version) => ({ server, version })),
);

describe.each(cases)('to $server.name, $version:', ({ server, version }) => {
  test.each([
    { allowH2: false, protocol: '1.1' },
    { allowH2: true, protocol: '2.0' },
  ])('HTTP/$protocol keeps its connection, and the next one resumes', async (each) => {
    const { origin, reused, sockets } = await serve(server, version);
    const dispatcher = agentFor({}, each.allowH2);
    for (let index = 0; index < 3; index += 1) {
      expect(await ask(dispatcher, origin)).toBe(each.protocol);
    }
    expect(reused).toEqual([false]);
    const disconnected = once(dispatcher, 'disconnect');
    sockets[0]?.destroy();
    await disconnected;
    expect(await ask(dispatcher, origin)).toBe(each.protocol);
    expect(reused).toEqual([false, true]);
  });

  test('a wrong name is an error of the request, and no session is kept', async () => {
    const { origin } = await serve(server, version);
    const sessionCache = new SslSessionCache();
    const dispatcher = agentFor({ sessionCache, lookup: toLoopback });
    const elsewhere = origin.replace('localhost', 'elsewhere.localhost');
    await expect(ask(dispatcher, elsewhere)).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect(sessionCache.size).toBe(0);
  });
});

function toLoopback(_: string, { all }: LookupOptions, callback: (...found: never[]) => void) {
  const found = all ? [null, [{ address: '127.0.0.1', family: 4 }]] : [null, '127.0.0.1', 4];
  callback(...(found as never[]));
}

test('a server that says nothing is a timeout, and one that is not there is refused', async () => {
  const silent = net.createServer((socket) => socket.resume());
  const port = await listening(silent);
  const late = agentFor({ timeout: 100 });
  await expect(ask(late, `https://localhost:${port}`)).rejects.toMatchObject({
    code: 'UND_ERR_CONNECT_TIMEOUT',
  });
  await expect(ask(agentFor({}), 'https://localhost:1')).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  });
});

test('an origin in the clear is connected to in the clear', async () => {
  const web = http.createServer((request, response) => response.end(request.url));
  const port = await listening(web);
  expect(await ask(agentFor({}), `http://localhost:${port}/plain`)).toBe('/plain');
});
