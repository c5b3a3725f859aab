// node:http2 over sockets of either module, at both ends.

import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import type { Readable, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import {
  afterTest,
  between,
  clientOptions,
  listening,
  nodeTls,
  serverOptions,
  sides,
  type TlsSocket,
  textOf,
} from './support.js';

const body = Buffer.alloc(3_000_001, 'the quick brown fox ');

/** What the requests of both versions have. */
type Request = Readable & Partial<Pick<http.IncomingMessage, 'method' | 'url' | 'httpVersion'>>;

describe.each(sides)(between, ({ client, server, version }) => {
  /** A server of both versions of HTTP: what was agreed on decides. */
  async function serve(): Promise<number> {
    const answer = (request: Request, response: Writable) => {
      if (request.method === 'POST') request.pipe(response);
      else response.end(`${request.url} over ${request.httpVersion}`);
    };
    const web = http.createServer(answer);
    const web2 = http2.createServer(answer);
    const options = { ...serverOptions(version), ALPNProtocols: ['h2', 'http/1.1'] };
    const secure = server.createServer(options, (socket) => {
      (socket.alpnProtocol === 'h2' ? web2 : web).emit('connection', socket);
    });
    return listening(secure);
  }

  async function socketTo(port: number, ALPNProtocols: string[]): Promise<TlsSocket> {
    const socket = client.connect({ ...clientOptions(version), port, ALPNProtocols });
    afterTest(() => socket.destroy());
    await once(socket, 'secureConnect');
    return socket;
  }

  async function sessionTo(port: number): Promise<http2.ClientHttp2Session> {
    const socket = await socketTo(port, ['h2']);
    const session = http2.connect('https://localhost', { createConnection: () => socket });
    afterTest(() => session.destroy());
    return session;
  }

  async function ask(session: http2.ClientHttp2Session, path: string, sent?: Buffer) {
    const method = sent === undefined ? 'GET' : 'POST';
    const stream = session.request({ ':path': path, ':method': method });
    stream.end(sent);
    return textOf(stream);
  }

  test('h2 is agreed on, and many streams share the connection', async () => {
    const session = await sessionTo(await serve());
    // node:http2 looks at a wrapper of its own where a socket is not Node's.
    expect(session.encrypted).toBe(client === nodeTls);
    expect(session.alpnProtocol).toBe(client === nodeTls ? 'h2' : 'h2c');
    const paths = Array.from({ length: 20 }, (_, index) => `/${index}`);
    const texts = await Promise.all(paths.map((path) => ask(session, path)));
    expect(texts).toEqual(paths.map((path) => `${path} over 2.0`));
  });

  test('large bodies go both ways at once', async () => {
    const session = await sessionTo(await serve());
    const texts = await Promise.all([ask(session, '/a', body), ask(session, '/b', body)]);
    for (const text of texts) expect(Buffer.from(text).equals(body)).toBe(true);
  });

  test('a client of HTTP/1.1 is served by the same server', async () => {
    const socket = await socketTo(await serve(), ['http/1.1']);
    expect(socket.alpnProtocol).toBe('http/1.1');
    const request = http.request({ path: '/one', createConnection: () => socket }).end();
    const [response] = await once(request, 'response');
    expect(await textOf(response)).toBe('/one over 1.1');
  });

  test('a session that is closed closes the connection', async () => {
    const socket = await socketTo(await serve(), ['h2']);
    const session = http2.connect('https://localhost', { createConnection: () => socket });
    await ask(session, '/');
    session.close();
    await Promise.all([once(session, 'close'), once(socket, 'close')]);
    expect(socket.destroyed).toBe(true);
  });

  test('a connection that is lost ends the session and its streams', async () => {
    const socket = await socketTo(await serve(), ['h2']);
    const session = http2.connect('https://localhost', { createConnection: () => socket });
    const stream = session.request({ ':path': '/', ':method': 'POST' });
    stream.on('error', () => undefined);
    await once(session, 'remoteSettings');
    socket.destroy();
    await Promise.all([once(session, 'close'), once(stream, 'close')]);
    expect(session.destroyed).toBe(true);
  });

  test('a secure server of node:http2 takes the sockets, too', async () => {
    const web = http2.createSecureServer({}, (request, response) => response.end(request.url));
    const options = { ...serverOptions(version), ALPNProtocols: ['h2'] };
    const secure = server.createServer(options, (socket) => web.emit('secureConnection', socket));
    const session = await sessionTo(await listening(secure));
    expect(await ask(session, '/secure')).toBe('/secure');
  });
});
