// What is not data: tickets and the end. Also a socket that nobody reads from hears of them, as one
// that only stores a file.

import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import {
  afterTest,
  between,
  clientOptions,
  listening,
  nodeTls,
  type Session,
  serverOptions,
  sides,
  type TlsSocket,
} from './consumers/support.js';

describe.each(sides)(between, ({ client, server, version }) => {
  test('tickets come, and the end of the peer, though nobody reads', async () => {
    const peers: TlsSocket[] = [];
    const secure = server.createServer(serverOptions(version), (peer) => peers.push(peer));
    const socket = client.connect({ ...clientOptions(version), port: await listening(secure) });
    afterTest(() => socket.destroy());
    const [session] = (await once(socket, 'session')) as [Session];
    peers[0]?.end();
    await once(socket, 'end');
    expect(session.constructor.name).toBe(client === nodeTls ? 'Buffer' : 'SslSession');
    client.free(session);
  });

  test('who awaits the last data finds the connection still there', async () => {
    const secure = server.createServer(serverOptions(version), (peer) => peer.end('farewell'));
    const socket = client.connect({ ...clientOptions(version), port: await listening(secure) });
    afterTest(() => socket.destroy());
    await once(socket, 'data');
    expect(socket.getProtocol()).toBe(version);
    await once(socket, 'end');
  });
});
