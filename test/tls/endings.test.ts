// What is given back when a socket ends, whoever throws meanwhile.

import { SslContext } from 'libssl-session';
import { expect, test } from 'vitest';
import { freeQuietly } from '../../dist/tls/endings.js';
import { certificate, stackForTests, uncaught } from '../support/contexts.js';

const stack = stackForTests();

test('a listener that throws when a connection is freed keeps nothing from being freed', async () => {
  const server = new SslContext({ role: 'server', sessionIdContext: 'test', ...certificate });
  server.on('removeSession', (session) => {
    session.free();
    throw new Error('of a listener');
  });
  const tls12 = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', noTicket: true } as const;
  const [, theirs] = stack.joined(stack.client(tls12), server);
  // Not secure: then the session ends with the connection, and leaves the cache.
  const errors = await uncaught(() => freeQuietly(theirs, false, true));
  expect(errors).toEqual([new Error('of a listener')]);
  expect(theirs.freed).toBe(true);
  expect(server.freed).toBe(true);
});
