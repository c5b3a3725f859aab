// undici over sockets of either module, by its `connect` function: HTTP/1.1 and h2.

import http from 'node:http';
import http2 from 'node:http2';
import { Agent, type buildConnector, fetch, request } from 'undici';
import { describe, expect, test } from 'vitest';
import {
  afterTest,
  between,
  clientOptions,
  listening,
  serverOptions,
  sides,
  type TlsSocket,
} from './support.js';

const body = Buffer.alloc(1_000_001, 'the quick brown fox ');

describe.each(sides)(between, ({ client, server, version }) => {
  const made: TlsSocket[] = [];

  /** Connects for undici, which wants to hear of the socket after its handshake. */
  function connector(ALPNProtocols: string[]): buildConnector.connector {
    return ({ hostname, port, servername }, callback) => {
      const name = servername ?? hostname;
      const options = { ...clientOptions(version), port: Number(port), ALPNProtocols };
      const socket = client.connect({ ...options, servername: name }, () => {
        socket.off('error', failed);
        // It is typed for sockets of Node.
        callback(null, socket as unknown as import('node:net').Socket);
      });
      const failed = (error: Error) => callback(error, null);
      socket.once('error', failed);
      made.push(socket);
    };
  }

  function agentFor(protocols: string[], allowH2: boolean): Agent {
    made.length = 0;
    const agent = new Agent({ connect: connector(protocols), allowH2, connections: 1 });
    afterTest(() => agent.destroy());
    return agent;
  }

  async function serve(): Promise<string> {
    const web = http.createServer((request, response) => {
      if (request.method === 'POST') request.pipe(response);
      else response.end(`${request.url} over ${request.httpVersion}`);
    });
    const web2 = http2.createServer((request, response) => {
      if (request.method === 'POST') request.pipe(response);
      else response.end(`${request.url} over ${request.httpVersion}`);
    });
    const options = { ...serverOptions(version), ALPNProtocols: ['h2', 'http/1.1'] };
    const secure = server.createServer(options, (socket) => {
      (socket.alpnProtocol === 'h2' ? web2 : web).emit('connection', socket);
    });
    return `https://localhost:${await listening(secure)}`;
  }

  test.each([
    { protocol: '1.1', protocols: ['http/1.1'], allowH2: false },
    { protocol: '2.0', protocols: ['h2', 'http/1.1'], allowH2: true },
  ])('HTTP/$protocol keeps its connection', async ({ protocol, protocols, allowH2 }) => {
    const origin = await serve();
    const dispatcher = agentFor(protocols, allowH2);
    for (const path of ['/1', '/2', '/3']) {
      const { statusCode, body } = await request(`${origin}${path}`, { dispatcher });
      expect(statusCode).toBe(200);
      expect(await body.text()).toBe(`${path} over ${protocol}`);
    }
    const echo = await fetch(origin, { dispatcher, method: 'POST', body });
    expect(Buffer.from(await echo.arrayBuffer()).equals(body)).toBe(true);
    expect(made.length).toBe(1);
    expect(made[0]?.alpnProtocol).toBe(protocols[0]);
  });

  test('a wrong name is an error of the request', async () => {
    const origin = (await serve()).replace('localhost', 'elsewhere.localhost');
    const dispatcher = agentFor(['http/1.1'], false);
    await expect(request(origin, { dispatcher })).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  test('a connection that is lost while it is idle is replaced', async () => {
    const origin = await serve();
    const dispatcher = agentFor(['http/1.1'], false);
    const first = await request(origin, { dispatcher });
    await first.body.dump();
    made[0]?.destroy();
    const second = await request(`${origin}/2`, { dispatcher });
    expect(await second.body.text()).toBe('/2 over 1.1');
    expect(made.length).toBe(2);
  });
});
