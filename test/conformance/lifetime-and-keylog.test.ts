// test_ticket_lifetime, test_keylog, test_keylog_no_master_key, test_max_fragment_len_ext.

import { sessionCounts, startCounting } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contexts, firstSession, sessionOf } from './sslapitest.js';
import { extension, hello, messages } from './wire.js';

beforeAll(startCounting);
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

const twoWeeks = 1_209_600;

test('1.1 test_ticket_lifetime: SSL_CTX_set_timeout gives the value before, the default', () => {
  using contexts = new Contexts();
  using pair = contexts.pair();
  const before = C.SSL_CTX_set_timeout(contexts.server.handle, twoWeeks);
  expect(before).toBe(C.SSL_get_default_timeout(pair.server.handle));
  expect(before).toBe(7200);
});

test.each([
  ['TLSv1.2', twoWeeks],
  ['TLSv1.3', 604_800],
] as const)(
  '1.1 test_ticket_lifetime, %s: the lifetime hint of the client is %i',
  (version, hint) => {
    using contexts = new Contexts({ server: { maxVersion: version, sessionTimeout: twoWeeks } });
    using session = firstSession(contexts);
    expect(C.SSL_SESSION_get_ticket_lifetime_hint(session.handle)).toBe(hint);
  },
);

test("1.1 test_keylog (TLSv1.2): the CLIENT_RANDOM line's secret is the session's master key", () => {
  using contexts = new Contexts({ server: { maxVersion: 'TLSv1.2' } });
  const lines: Record<'client' | 'server', string[]> = { client: [], server: [] };
  for (const side of ['client', 'server'] as const) {
    C.SSL_CTX_set_keylog_callback(contexts[side].handle, (_ssl, line) => lines[side].push(line));
  }
  using pair = contexts.connect();
  for (const side of ['client', 'server'] as const) {
    using session = sessionOf(pair[side]);
    const key = C.SSL_SESSION_get_master_key(session.handle);
    expect(key.length).toBe(48);
    expect(lines[side].length).toBe(1);
    const [label, random, secret] = lines[side][0]?.split(' ') ?? [];
    expect(label).toBe('CLIENT_RANDOM');
    expect(random).toMatch(/^[0-9a-f]{64}$/);
    expect(secret).toBe(key.toString('hex'));
  }
});

test('1.1 test_keylog_no_master_key: a session with early data logs no master key', () => {
  using contexts = new Contexts({ server: { maxEarlyData: 16384 } });
  using session = firstSession(contexts);
  expect(session.maxEarlyData).toBe(16384);
  const lines: string[] = [];
  contexts.client.on('keylog', (line) => lines.push(line.toString('latin1')));
  using pair = contexts.pair({ session });
  pair.client.writeEarlyData(Buffer.from('early'));
  pair.server.receive(pair.client.take());
  pair.handshake();
  expect(pair.server.earlyDataStatus).toBe('accepted');
  const labels = lines.map((line) => line.split(' ')[0]);
  expect(labels).toContain('CLIENT_EARLY_TRAFFIC_SECRET');
  expect(labels).not.toContain('CLIENT_RANDOM');
});

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('1.1 test_max_fragment_len_ext, %s', (version) => {
  for (const [index, maxFragmentLength] of ([512, 1024, 2048, 4096] as const).entries()) {
    const code = index + 1;
    const fact = `1.1 test_max_fragment_len_ext, ${version}, ${maxFragmentLength}`;
    test(`${fact}: code ${code} in the ClientHello and in the session`, () => {
      using contexts = new Contexts({ client: { maxFragmentLength, maxVersion: version } });
      using pair = contexts.pair();
      pair.client.handshake();
      const sent = pair.client.take();
      const [clientHello] = messages(sent);
      const { extensions } = hello(clientHello?.body ?? Buffer.alloc(0), 'client');
      expect(extensions.get(extension.maxFragmentLength)).toEqual(Buffer.from([code]));
      pair.server.receive(sent);
      pair.handshake();
      using session = sessionOf(pair.client);
      expect(C.SSL_SESSION_get_max_fragment_length(session.handle)).toBe(code);
      expect(session.maxFragmentLength).toBe(maxFragmentLength);
    });
  }
});
