// The server name that a client asks for, as both sides tell it.

import { handshake, type SslConnectionOptions, type SslContextOptions } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import * as named from '../support/c-named.js';
import { carry, certificate, stackForTests } from '../support/contexts.js';

const stack = stackForTests();

const kinds: Record<string, Partial<SslContextOptions>> = {
  'TLS 1.2, session id': { maxVersion: 'TLSv1.2', noTicket: true },
  'TLS 1.2, ticket': { maxVersion: 'TLSv1.2' },
  'TLS 1.3': { minVersion: 'TLSv1.3' },
};

describe.each(Object.keys(kinds))('in a connection that resumes (%s)', (kind) => {
  test.each([
    ['a.example', 'b.example'],
    ['a.example', undefined],
    [undefined, 'b.example'],
    [undefined, undefined],
  ])('of %s, it is what this client asks for: %s', (first, second) => {
    for (const namedContext of [false, true]) {
      const client = stack.client();
      const server = stack.server(kinds[kind]);
      if (namedContext) server.addContext('a.example', stack.server(kinds[kind]));
      const asking = (servername: string | undefined): SslConnectionOptions =>
        servername === undefined ? {} : { servername };
      const [ours, theirs] = stack.joined(client, server, asking(first));
      expect([ours.servername, theirs.servername]).toEqual([first ?? null, first ?? null]);
      const { session } = ours;
      ours.shutdown();
      theirs.shutdown();
      if (session === null) throw new Error('no session');
      stack.add(session);
      const [again, server2] = stack.pair(client, server, { ...asking(second), session });
      expect([again.servername, server2.servername]).toEqual([second ?? null, null]);
      again.handshake();
      server2.receive(again.take());
      expect([again.servername, server2.servername]).toEqual([second ?? null, second ?? null]);
      again.receive(server2.take());
      server2.receive(again.take());
      expect([again.servername, server2.servername]).toEqual([second ?? null, second ?? null]);
    }
  });
});

test("a name that was set under its C name is the client's too, and null takes it away", () => {
  const [ours, theirs] = stack.pair(stack.client(), stack.server());
  C.SSL_set_tlsext_host_name(ours.handle, 'c.example');
  expect(ours.servername).toBe('c.example');
  C.SSL_set_tlsext_host_name(ours.handle, null);
  expect(ours.servername).toBe(null);
  C.SSL_set_tlsext_host_name(ours.handle, 'd.example');
  ours.handshake();
  theirs.receive(ours.take());
  expect(theirs.servername).toBe('d.example');
});

test('a name that libssl refuses under its C name takes the one before away, as in libssl', () => {
  for (const refused of ['', 'x'.repeat(256)]) {
    const [ours, theirs] = stack.pair(stack.client(), stack.server(), { servername: 'a.example' });
    expect(C.SSL_set_tlsext_host_name(ours.handle, refused)).toBe(0);
    expect(ours.servername).toBe(null);
    handshake(ours, theirs);
    expect([ours.servername, theirs.servername]).toEqual([null, null]);
  }
});

test('a server does not remember the name of the client before', () => {
  const server = stack.server({ maxVersion: 'TLSv1.2' });
  const [ours, theirs] = stack.joined(stack.client(), server, { servername: 'a.example' });
  expect(theirs.servername).toBe('a.example');
  expect(C.SSL_clear(theirs.handle)).toBe(1);
  expect(theirs.servername).toBe(null);
  expect(ours.servername).toBe('a.example');
});

test('SSL_get_servername gives what libssl gives: the name in the session that is resumed', () => {
  const contexts = named.newContexts(C.TLS1_2_VERSION);
  const session = named.newSession(contexts);
  C.SSL_SESSION_set1_hostname(session, 'a.example');
  const pair = named.newPair(contexts, session);
  C.SSL_set_tlsext_host_name(pair.client, 'b.example');
  expect(named.shake(pair)).toBe(true);
  expect(C.SSL_session_reused(pair.client)).toBe(1);
  expect(C.SSL_get_servername(pair.client, C.TLSEXT_NAMETYPE_host_name)).toBe('a.example');
  expect(C.SSL_get_servername(pair.server, C.TLSEXT_NAMETYPE_host_name)).toBe(null);
  named.close(pair);
  C.SSL_SESSION_free(session);
  named.freeContexts(contexts);
});

// libssl frees what a connection was switched to before, where nobody else has it any more.
describe('a context that is replaced and freed while a connection has it', () => {
  test('is let go where the client renegotiates', () => {
    const options = { maxVersion: 'TLSv1.2' } as const;
    const [server, old] = [stack.server(options), stack.server(options)];
    server.addContext('b.example', old);
    const asking = { servername: 'b.example' };
    const [ours, theirs] = stack.joined(stack.client(options), server, asking);
    server.addContext('b.example', stack.server(options));
    old.free();
    ours.renegotiate();
    handshake(ours, theirs);
    expect([ours.state, theirs.state, theirs.servername]).toEqual(['open', 'open', 'b.example']);
  });

  test('is let go where the client sends its second ClientHello', () => {
    const options = { ecdhCurve: 'P-384' };
    const [server, old] = [stack.server(options), stack.server(options)];
    server.addContext('b.example', old);
    const [ours, theirs] = stack.pair(stack.client(), server, { servername: 'b.example' });
    ours.handshake();
    carry(ours, theirs);
    carry(theirs, ours);
    server.addContext('b.example', stack.server(options));
    old.free();
    handshake(ours, theirs);
    expect([ours.state, theirs.state]).toEqual(['open', 'open']);
  });
});

describe('a connection of a server that takes the context of a name', () => {
  const asking = { servername: 'b.example' };

  test.each([
    ["the connection's", ['h2'], undefined, undefined, 'h2'],
    ["the first context's", undefined, ['h2'], undefined, 'h2'],
    ["the named context's", undefined, ['http/1.1'], ['h2'], 'h2'],
    ["the connection's before both", ['h2'], ['http/1.1'], ['http/1.1'], 'h2'],
  ])('selects a protocol of %s list', (_, own, first, named, selected) => {
    const lists = (list: string[] | undefined) =>
      list === undefined ? {} : { ALPNProtocols: list };
    const server = stack.server(lists(first));
    server.addContext('b.example', stack.server(lists(named)));
    const client = stack.client({ ALPNProtocols: ['http/1.1', 'h2'] });
    const [ours, theirs] = stack.pair(client, server, asking, lists(own));
    handshake(ours, theirs);
    expect([ours.alpnProtocol, theirs.alpnProtocol]).toEqual([selected, selected]);
  });

  test('keeps what was set for it alone, also where the first context has the same', () => {
    const set = { numTickets: 1, maxEarlyData: 100 };
    const server = stack.server({ ...set, requestCert: true, rejectUnauthorized: false });
    const ca = certificate.cert;
    const named = { numTickets: 5, maxEarlyData: 50, maxVersion: 'TLSv1.2', ca } as const;
    server.addContext('b.example', stack.server(named));
    const [ours, theirs] = stack.pair(stack.client(certificate), server, asking, set);
    C.SSL_set_verify(theirs.handle, C.SSL_VERIFY_PEER);
    C.SSL_set_max_proto_version(theirs.handle, 0);
    handshake(ours, theirs);
    expect(C.SSL_get_num_tickets(theirs.handle)).toBe(1);
    expect(C.SSL_get_max_early_data(theirs.handle)).toBe(100);
    expect(theirs.peerCertificate).not.toBe(null);
    expect(theirs.protocol).toBe('TLSv1.3');
  });

  test('tells the key log of both contexts, and each line once to its own listeners', () => {
    const server = stack.server();
    const named = stack.server();
    server.addContext('b.example', named);
    const told = { first: 0, named: 0, connection: 0 };
    server.on('keylog', () => ++told.first);
    named.on('keylog', () => ++told.named);
    const [ours, theirs] = stack.pair(stack.client(), server, asking);
    theirs.on('keylog', () => ++told.connection);
    handshake(ours, theirs);
    expect(told.first).toBeGreaterThan(3);
    expect(told).toEqual({ first: told.first, named: told.first, connection: told.first });
  });
});
