// WebSockets of `ws` over sockets of either module, at both ends.

import { once } from 'node:events';
import http from 'node:http';
import { describe, expect, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { afterTest, between, clientOptions, listening, serverOptions, sides } from './support.js';

describe.each(sides)(between, ({ client, server, version }) => {
  /** A client, and its peer at the server. */
  async function pair(): Promise<[WebSocket, WebSocket]> {
    const web = http.createServer();
    const sockets = new WebSocketServer({ server: web });
    const secure = server.createServer(serverOptions(version), (socket) => {
      web.emit('connection', socket);
    });
    const port = await listening(secure);
    const near = new WebSocket(`wss://localhost:${port}/chat`, {
      // It is typed for sockets of Node.
      createConnection: (() =>
        client.connect({
          ...clientOptions(version),
          port,
        })) as unknown as typeof http.Agent.prototype.createConnection,
    } as WebSocket.ClientOptions);
    afterTest(() => near.terminate());
    const [[far]] = await Promise.all([once(sockets, 'connection'), once(near, 'open')]);
    return [near, far];
  }

  test('text and large messages go to and fro', async () => {
    const [near, far] = await pair();
    far.on('message', (data, binary) => far.send(data, { binary }));
    near.send('hello');
    const [text, binary] = await once(near, 'message');
    expect([String(text), binary]).toEqual(['hello', false]);
    const large = Buffer.alloc(3_000_001, 'the quick brown fox ');
    near.send(large);
    const [echo] = await once(near, 'message');
    expect(large.equals(echo)).toBe(true);
  });

  test('a thousand small messages arrive in their order', async () => {
    const [near, far] = await pair();
    const received: number[] = [];
    near.on('message', (data) => received.push(Number(data)));
    for (let index = 0; index < 1000; index += 1) far.send(String(index));
    far.close(1000, 'all said');
    const [code, reason] = await once(near, 'close');
    expect([code, String(reason)]).toEqual([1000, 'all said']);
    expect(received).toEqual(Array.from({ length: 1000 }, (_, index) => index));
  });

  test('ping is answered, and a close from the client ends both', async () => {
    const [near, far] = await pair();
    far.ping('are you there');
    expect(String((await once(far, 'pong'))[0])).toBe('are you there');
    near.close(4001, 'enough');
    const [[code], [own]] = await Promise.all([once(far, 'close'), once(near, 'close')]);
    expect([code, own]).toEqual([4001, 4001]);
  });

  test('a peer that is gone without a word is 1006', async () => {
    const [near, far] = await pair();
    far.terminate();
    expect((await once(near, 'close'))[0]).toBe(1006);
  });
});
