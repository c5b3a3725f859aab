// Which sessions a client offers: one that servers of libssl would fail the handshake of, and not
// just decline, is kept back.

import type { SslContextOptions, SslSession } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import { stackForTests } from '../support/contexts.js';

const stack = stackForTests();

const lengths = [undefined, 512, 1024] as const;
const kinds: [string, Partial<SslContextOptions>, Partial<SslContextOptions>][] = [
  ['TLS 1.3', {}, {}],
  ['TLS 1.3 without tickets', {}, { noTicket: true }],
  ['TLS 1.2', { maxVersion: 'TLSv1.2' }, {}],
  ['TLS 1.2 without tickets', { maxVersion: 'TLSv1.2' }, { noTicket: true }],
  ['DTLS', { protocol: 'dtls' }, { protocol: 'dtls' }],
];

describe('a session is offered where its maximum fragment length is asked for, else there is a full handshake', () => {
  test.each(kinds)('%s', (_, options, serverOptions) => {
    const server = stack.server(serverOptions);
    const clients = lengths.map((maxFragmentLength) =>
      stack.client({ ...options, ...(maxFragmentLength && { maxFragmentLength }) }),
    );
    for (const [made, maker] of clients.entries()) {
      for (const [asked, client] of clients.entries()) {
        const session = stack.session(maker, server);
        expect(session.maxFragmentLength).toBe(lengths[made] ?? null);
        const [ours] = stack.joined(client, server, { session });
        expect([ours.state, ours.sessionReused]).toEqual(['open', made === asked]);
        expect(stack.add(ours.session as SslSession).maxFragmentLength).toBe(
          lengths[asked] ?? null,
        );
      }
    }
  });
});

test('a session without one is offered by the context that made it: its server has no use for them', () => {
  const client = stack.client({ maxFragmentLength: 512 });
  const server = stack.server();
  const [ours, theirs] = stack.pair(client, server);
  C.SSL_set_tlsext_max_fragment_length(ours.handle, C.TLSEXT_max_fragment_length_DISABLED);
  for (let i = 0; i < 3; i += 1) {
    ours.handshake();
    theirs.receive(ours.take());
    ours.receive(theirs.take());
  }
  ours.shutdown();
  const session = stack.add(ours.session as SslSession);
  expect(session.maxFragmentLength).toBe(null);
  const offers = (context: typeof client) => {
    const offered = stack.connection(context, { session }).session;
    offered?.free();
    return offered !== null;
  };
  expect([offers(client), offers(stack.client({ maxFragmentLength: 512 }))]).toEqual([true, false]);
});

test('up to TLS 1.2 a session is offered where its suite is, else there is a full handshake', () => {
  const suites = ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384'] as const;
  for (const [options, serverOptions] of kinds.slice(2).map(([, ...both]) => both)) {
    const server = stack.server(serverOptions);
    const clients = suites.map((ciphers) => stack.client({ ...options, ciphers }));
    for (const [made, maker] of clients.entries()) {
      for (const [asked, client] of clients.entries()) {
        const session = stack.session(maker, server);
        const [ours] = stack.joined(client, server, { session });
        expect([ours.state, ours.sessionReused]).toEqual(['open', made === asked]);
        expect(ours.cipher?.name).toBe(suites[asked]);
      }
    }
  }
});

test('a session of a version that is off is not offered, and one of TLS 1.3 with any suite of its hash', () => {
  const server = stack.server();
  const [old, now] = [stack.client({ maxVersion: 'TLSv1.2' }), stack.client()];
  const only13 = stack.client({ minVersion: 'TLSv1.3' });
  const other = stack.client({ ciphers: 'TLS_CHACHA20_POLY1305_SHA256' });
  const small = stack.client({ ciphers: 'TLS_AES_128_GCM_SHA256' });
  const rows = [
    [old, only13, false],
    [now, old, false],
    [small, other, true],
    [now, other, false],
  ] as const;
  for (const [maker, client, reused] of rows) {
    const [ours] = stack.joined(client, server, { session: stack.session(maker, server) });
    expect([ours.state, ours.sessionReused]).toEqual(['open', reused]);
  }
});
