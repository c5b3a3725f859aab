// A trace can be shown to anybody: of what is secret it has only the sizes.

import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import {
  type HandshakeTrace,
  type SslConnectionOptions,
  type SslMessage,
  SslSession,
  traceHandshake,
} from 'libssl-session';
import { describe, expect, test } from 'vitest';
import { stackForTests } from '../support/contexts.js';
import { formsOfEach } from '../support/search.js';

const stack = stackForTests();

/** All that a trace shows. */
const everything = (trace: HandshakeTrace) =>
  [`${trace}`, JSON.stringify(trace), inspect(trace, { depth: Infinity })].join('\n');

function tracedWith(
  options: { minVersion: 'TLSv1.2' | 'TLSv1.3'; ciphers?: string; maxEarlyData?: number },
  sides: { client?: SslConnectionOptions; server?: SslConnectionOptions } = {},
) {
  const only = { ...options, maxVersion: options.minVersion };
  const { maxEarlyData: _, ...ofClient } = only;
  const [client, server] = [stack.client(ofClient), stack.server(only)];
  const secrets = new Map<string, Buffer>();
  server.on('keylog', (line) => {
    const [label = '', , secret = ''] = line.toString().split(' ');
    secrets.set(label, Buffer.from(secret, 'hex'));
  });
  const messages: SslMessage[] = [];
  let session: SslSession | null = null;
  let text = '';
  for (let i = 0; i < 2; i++) {
    const ends = stack.pair(client, server, { ...sides.client, session }, sides.server);
    for (const end of ends) end.on('message', (message) => messages.push(message));
    text += everything(traceHandshake(...ends) as HandshakeTrace);
    session = stack.add(ends[0].session as SslSession);
    if (session.ticket !== null) secrets.set(`ticket ${i}`, session.ticket);
    secrets.set(`master key ${i}`, session.masterKey);
    for (const end of ends) end.shutdown();
  }
  return { secrets, messages, text };
}

/** The names of the secrets that are in a text. */
const leaks = (secrets: Map<string, Buffer>, text: string) =>
  Object.keys(formsOfEach(Object.fromEntries(secrets), text));

describe('a trace has no', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('keys and tickets of %s', (minVersion) => {
    const { secrets, messages, text } = tracedWith({ minVersion });
    expect(secrets.size).toBeGreaterThan(4);
    expect(text).toContain('ClientHello');
    expect(leaks(secrets, text)).toEqual([]);
    // The messages themselves have the tickets.
    const raw = messages.map(({ bytes }) => bytes.toString('hex')).join(' ');
    expect(leaks(secrets, raw)).toContain('ticket 0');
  });

  test('identities and keys of PSKs', () => {
    const identity = randomBytes(16).toString('hex');
    const key = randomBytes(32);
    const secrets = new Map([
      ['identity', Buffer.from(identity)],
      ['key', key],
    ]);
    const old = tracedWith(
      { minVersion: 'TLSv1.2', ciphers: 'PSK-AES128-GCM-SHA256' },
      { client: { psk: { identity, key } }, server: { pskKeys: [[identity, key]] } },
    );
    expect(old.text).toContain('psk_identity');
    expect(leaks(secrets, old.text)).toEqual([]);
    using session = new SslSession();
    session.protocolVersion = 'TLSv1.3';
    session.cipher = 'TLS_AES_128_GCM_SHA256';
    session.masterKey = key;
    const current = tracedWith(
      { minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256' },
      {
        client: { pskSession: { identity, session } },
        server: { pskSessions: [[identity, session]] },
      },
    );
    expect(current.text).toContain('pre_shared_key');
    expect(leaks(secrets, current.text)).toEqual([]);
    const raw = [...old.messages, ...current.messages].map(({ bytes }) => bytes.toString('latin1'));
    expect(leaks(secrets, raw.join('\n'))).toEqual(['identity']);
  });
});
