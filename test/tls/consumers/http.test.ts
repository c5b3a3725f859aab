// node:http over sockets of either module: requests with a socket of their own, Agents that keep
// connections, and a server whose connections come from elsewhere.

import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { uncaught } from '../../support/contexts.js';
import {
  afterTest,
  between,
  clientOptions,
  listening,
  serverOptions,
  sides,
  type Tls,
  type TlsSocket,
  textOf,
} from './support.js';

const body = Buffer.alloc(3_000_001, 'the quick brown fox ');

/** An https.Agent whose connections are of the module. */
class Agent extends https.Agent {
  readonly made: TlsSocket[] = [];
  readonly #tls: Tls;
  constructor(tls: Tls, options: https.AgentOptions) {
    super({ ...options, keepAlive: true });
    this.#tls = tls;
    afterTest(() => this.destroy());
  }
  override createConnection(options: ConnectionOptions): TlsSocket {
    const socket = this.#tls.connect(options);
    this.made.push(socket);
    return socket;
  }
}

interface Answer {
  status: number | undefined;
  text: string;
  reused: boolean;
}

/** Sends a request and reads its answer. */
async function ask(request: http.ClientRequest, sent?: Buffer): Promise<Answer> {
  request.end(sent);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const text = await textOf(response);
  return { status: response.statusCode, text, reused: request.reusedSocket };
}

describe.each(sides)(between, ({ client, server, version }) => {
  /** A server that echoes what is posted, and says to others how it was reached. */
  async function serve() {
    const web = http.createServer((request, response) => {
      if (request.method === 'POST') request.pipe(response);
      else if (request.url === '/endless') response.write('once');
      else
        response.end(
          `${request.url} over ${(request.socket as unknown as TlsSocket).getProtocol()}`,
        );
    });
    const sockets: TlsSocket[] = [];
    const secure = server.createServer(serverOptions(version), (socket) => {
      sockets.push(socket);
      web.emit('connection', socket);
    });
    const port = await listening(secure);
    return { web, sockets, options: { ...clientOptions(version), port } };
  }

  test('http.request has its answer over a socket of its own', async () => {
    const { options, sockets } = await serve();
    const createConnection = () => client.connect(options);
    const answer = await ask(http.request({ path: '/one', createConnection }));
    expect(answer).toEqual({ status: 200, text: `/one over ${version}`, reused: false });
    expect(sockets.length).toBe(1);
  });

  test('an Agent keeps its connection, also over large bodies', async () => {
    const { options, sockets } = await serve();
    const agent = new Agent(client, options);
    const first = await ask(https.request({ ...options, agent, path: '/1' }));
    const large = await ask(https.request({ ...options, agent, method: 'POST' }), body);
    const last = await ask(https.request({ ...options, agent, path: '/3' }));
    expect([first.reused, large.reused, last.reused]).toEqual([false, true, true]);
    expect(Buffer.from(large.text).equals(body)).toBe(true);
    expect(last.text).toBe(`/3 over ${version}`);
    expect([agent.made.length, sockets.length]).toEqual([1, 1]);
    expect(agent.made[0]?.authorized).toBe(true);
  });

  test('an Agent of two connections has ten requests answered', async () => {
    const { options, sockets } = await serve();
    const agent = new Agent(client, { ...options, maxSockets: 2 });
    const paths = Array.from({ length: 10 }, (_, index) => `/${index}`);
    const answers = await Promise.all(
      paths.map((path) => ask(https.request({ ...options, agent, path }))),
    );
    expect(answers.map(({ text }) => text)).toEqual(paths.map((path) => `${path} over ${version}`));
    expect(sockets.length).toBe(2);
  });

  test('a connection that the server closes while it is idle is not used again', async () => {
    const { options, sockets } = await serve();
    const agent = new Agent(client, options);
    await ask(https.request({ ...options, agent, path: '/1' }));
    const [idle] = agent.made;
    sockets[0]?.end();
    if (idle !== undefined && !idle.closed) await once(idle, 'close');
    const second = await ask(https.request({ ...options, agent, path: '/2' }));
    expect(second).toEqual({ status: 200, text: `/2 over ${version}`, reused: false });
    expect(sockets.length).toBe(2);
  });

  test('an error of a connection that waits in the pool is nobody’s, and it is not used again', async () => {
    const { options } = await serve();
    const agent = new Agent(client, options);
    const errors = await uncaught(async () => {
      await ask(https.request({ ...options, agent }));
      const [idle] = agent.made;
      if (idle === undefined) throw new Error('no connection was made');
      const closed = once(idle, 'close');
      idle.destroy(new Error('while it waits'));
      await closed.catch(() => undefined);
    });
    expect(errors).toEqual([]);
    expect(await ask(https.request({ ...options, agent }))).toMatchObject({ reused: false });
  });

  test('a request that is given up half-way leaves the server at work', async () => {
    const { options, sockets } = await serve();
    const createConnection = () => client.connect(options);
    const request = http.request({ path: '/endless', createConnection }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    await once(response, 'data');
    const [socket] = sockets;
    if (socket === undefined) throw new Error('the server has no connection');
    const closed = once(socket, 'close').catch(() => undefined);
    response.on('error', () => undefined);
    request.destroy();
    await closed;
    expect(await ask(http.request({ createConnection }))).toMatchObject({ status: 200 });
  });

  test('a peer that cannot be trusted is an error of the request', async () => {
    const { options } = await serve();
    const untrusting = { ...options, ca: [] };
    const createConnection = () => client.connect(untrusting);
    const request = http.request({ createConnection }).end();
    const [error] = (await once(request, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toMatch(/SELF_SIGNED_CERT|UNABLE_TO_VERIFY/);
  });

  test('`Expect: 100-continue` and an upgrade work', async () => {
    const { options, web } = await serve();
    const createConnection = () => client.connect(options);
    const expecting = { method: 'POST', headers: { expect: '100-continue' }, createConnection };
    const request = http.request(expecting);
    request.flushHeaders();
    await once(request, 'continue');
    expect(await ask(request, Buffer.from('now'))).toMatchObject({ text: 'now' });
    web.on('upgrade', (_, socket) => {
      socket.write('HTTP/1.1 101 Over\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n');
      socket.pipe(socket);
    });
    const upgrading = { headers: { connection: 'upgrade', upgrade: 'echo' }, createConnection };
    const [, socket] = await once(http.request(upgrading).end(), 'upgrade');
    socket.end('to and fro');
    expect(await textOf(socket)).toBe('to and fro');
  });
});
