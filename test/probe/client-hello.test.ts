// A ClientHello is read, changed and written again.

import { expect, test } from 'vitest';
import {
  encodeClientHello,
  readClientHello,
  withoutExtension,
  withPskModes,
} from '../../src/probe/client-hello.js';
import { stackForTests } from '../support/contexts.js';

const stack = stackForTests();
const ciphers = ['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256'];

/** What a client sends that offers a session of this suite; and the session. */
function offer(suite: string) {
  const client = stack.client({ ciphers: suite });
  const server = stack.server();
  const session = stack.session(client, server);
  const connection = stack.connection(client, { session, reuseSession: true });
  connection.handshake();
  return { flight: connection.take(), session, server };
}

test.each(ciphers)('%s: what is read and written is the same, and the binder, too', (suite) => {
  const { flight, session } = offer(suite);
  const hello = readClientHello(flight);
  expect(encodeClientHello(hello)).toEqual(flight);
  const hash = suite.endsWith('384') ? 'sha384' : 'sha256';
  expect(encodeClientHello(withPskModes(hello, [1], session.masterKey, hash))).toEqual(flight);
});

test.each(ciphers)('%s: libssl takes the binder of a changed hello', (suite) => {
  const { flight, session, server } = offer(suite);
  const hash = suite.endsWith('384') ? 'sha384' : 'sha256';
  const changed = withPskModes(readClientHello(flight), [0, 1], session.masterKey, hash);
  const connection = stack.connection(server);
  expect(connection.receive(encodeClientHello(changed))).toBe('handshake');
  expect(connection.sessionReused).toBe(true);
});

test('a wrong binder is refused', () => {
  const { flight, server } = offer('TLS_AES_128_GCM_SHA256');
  const wrong = withPskModes(readClientHello(flight), [1], Buffer.alloc(32), 'sha256');
  const connection = stack.connection(server);
  expect(() => connection.receive(encodeClientHello(wrong))).toThrow('binder');
});

test('an extension can be left out', () => {
  const { flight } = offer('TLS_AES_128_GCM_SHA256');
  const hello = withoutExtension(readClientHello(flight), 23);
  const again = readClientHello(encodeClientHello(hello));
  expect(again).toEqual(hello);
  expect(again.extensions.map(([type]) => type)).not.toContain(23);
});
