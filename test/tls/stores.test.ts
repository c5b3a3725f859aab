// Servers whose sessions are in a store that takes its time.

import { once } from 'node:events';
import type { SslSession } from 'libssl-session';
import { SSL_SESS_CACHE_NO_INTERNAL, SSL_SESS_CACHE_SERVER } from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import { serversForTests, textOf } from '../support/tls.js';

const { serve, connect } = serversForTests();

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('%s', (maxVersion) => {
  test('a slow session store keeps only its own handshakes waiting', async () => {
    const answers: (() => void)[] = [];
    const sessionStore = {
      get: () =>
        new Promise<null>((resolve) => {
          answers.push(() => resolve(null));
        }),
      set: (_: Buffer, session: SslSession) => session.free(),
      delete: () => {},
    };
    let refused = 0;
    const sessionCacheMode = SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL;
    const options = { maxVersion, noTicket: true, sessionStore, sessionCacheMode };
    const { server, client: its } = await serve(
      { ...options, sessionStoreTimeout: 30_000 },
      (socket) => void socket.pipe(socket),
    );
    // Who offers TLS 1.3 has a session id as well, which a server of TLS 1.2 would look up.
    const client = { ...its, maxVersion };
    server.on('tlsClientError', () => {
      refused += 1;
    });
    const first = connect(client).resume();
    first.write('x');
    const [session] = (await once(first, 'session')) as [SslSession];
    first.destroy();
    const waiting = Array.from({ length: 20 }, () =>
      connect({ ...client, session, reuseSession: true }).on('error', () => {}),
    );
    await expect.poll(() => answers.length).toBe(20);
    const other = connect(client);
    other.end('at once');
    expect(await textOf(other)).toBe('at once');
    for (const socket of waiting.slice(0, 10)) socket.destroy();
    await expect.poll(() => refused).toBe(10);
    for (const answer of answers) answer();
    await Promise.all(
      waiting.slice(10).map(async (socket) => {
        socket.end('late');
        expect(await textOf(socket)).toBe('late');
        expect(socket.isSessionReused() ?? false).toBe(false);
      }),
    );
    session.free();
  });
});
