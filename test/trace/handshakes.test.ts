// traceHandshake(), traceConnection() and the text of a trace.

import { constants } from 'node:crypto';
import {
  type HandshakeTrace,
  handshake,
  renderMessage,
  type SslConnection,
  type SslConnectionOptions,
  type SslContext,
  SslSession,
  type TracedMessage,
  traceConnection,
  traceHandshake,
} from 'libssl-session';
import { describe, expect, test } from 'vitest';
import { carry, stackForTests, thrown, wrongType } from '../support/contexts.js';

const stack = stackForTests();

const tls12 = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
const tls13 = { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' } as const;
const noTicket = { secureOptions: constants.SSL_OP_NO_TICKET };

function traced(client: SslConnection, server: SslConnection): HandshakeTrace {
  const trace = traceHandshake(client, server);
  if (trace instanceof Promise) throw new Error('the handshake waits for a store');
  return trace;
}

/** The messages of a handshake, and of another one that resumes its session. */
function fullAndResumed(
  client: SslContext,
  server: SslContext,
): [TracedMessage[], TracedMessage[]] {
  const [ours, theirs] = stack.pair(client, server);
  const full = [...traced(ours, theirs).messages];
  const session = stack.add(ours.session as SslSession);
  for (const side of [ours, theirs]) side.shutdown();
  const [again, same] = stack.pair(client, server, { session });
  const resumed = [...traced(again, same).messages];
  expect(again.sessionReused).toBe(true);
  return [full, resumed];
}

const names = (messages: readonly TracedMessage[]) =>
  messages.map(({ from, name }) => `${from === 'client' ? '>' : '<'} ${name}`);

const extension = (message: TracedMessage | undefined, name: string) =>
  message?.extensions.find((each) => each.name === name);

const flight = (first: string, rest: string) => [first, ...rest.trim().split(/\s*\n\s*/)];

describe('traceHandshake', () => {
  const full12 = (ticket: boolean) =>
    flight(
      '> ClientHello',
      `< ServerHello
       < Certificate
       < ServerKeyExchange
       < ServerHelloDone
       > ClientKeyExchange
       > ChangeCipherSpec
       > Finished
       ${ticket ? '< NewSessionTicket' : ''}
       < ChangeCipherSpec
       < Finished`,
    );
  const resumed12 = flight(
    '> ClientHello',
    `< ServerHello
     < ChangeCipherSpec
     < Finished
     > ChangeCipherSpec
     > Finished`,
  );

  test('TLSv1.2 by id', () => {
    const client = stack.client({ ...tls12, ...noTicket });
    const [full, resumed] = fullAndResumed(client, stack.server({ ...tls12, ...noTicket }));
    expect(names(full)).toEqual(full12(false));
    expect(names(resumed)).toEqual(resumed12);
    const sessionId = { name: 'session_id', value: '32 bytes' };
    expect(full[0]?.fields).not.toContainEqual(sessionId);
    for (const hello of [full[1], resumed[0], resumed[1]]) {
      expect(hello?.fields).toContainEqual(sessionId);
    }
  });

  test('TLSv1.2 with a ticket', () => {
    const [full, resumed] = fullAndResumed(stack.client(tls12), stack.server(tls12));
    expect(names(full)).toEqual(full12(true));
    expect(names(resumed)).toEqual(resumed12);
    expect(extension(full[0], 'session_ticket')?.length).toBe(0);
    expect(extension(resumed[0], 'session_ticket')?.length).toBeGreaterThan(100);
  });

  const full13 = flight(
    '> ClientHello',
    `< ServerHello
     < ChangeCipherSpec
     < EncryptedExtensions
     < Certificate
     < CertificateVerify
     < Finished
     > ChangeCipherSpec
     > Finished
     < NewSessionTicket
     < NewSessionTicket`,
  );
  const resumed13 = full13.filter((name) => !name.startsWith('< Certificate')).toSpliced(-1, 1);

  test('TLSv1.3 with tickets', () => {
    const [full, resumed] = fullAndResumed(stack.client(tls13), stack.server(tls13));
    expect(names(full)).toEqual(full13);
    expect(names(resumed)).toEqual(resumed13);
    expect(extension(full[0], 'pre_shared_key')).toBe(undefined);
    expect(extension(resumed[0], 'pre_shared_key')?.value).toMatch(
      /^identity \d+ bytes, binder 48 bytes$/,
    );
    expect(extension(resumed[1], 'pre_shared_key')?.value).toBe('identity 0');
    expect(extension(resumed[1], 'key_share')?.value).toBe('x25519 32 bytes');
  });

  test('TLSv1.3 with a HelloRetryRequest', () => {
    const client = stack.client({ ...tls13, ecdhCurve: 'X25519:P-384' });
    const server = stack.server({ ...tls13, ecdhCurve: 'P-384' });
    const { messages } = traced(...stack.pair(client, server));
    expect(names(messages).slice(0, 6)).toEqual([
      ...['> ClientHello', '< HelloRetryRequest', '< ChangeCipherSpec', '> ChangeCipherSpec'],
      ...['> ClientHello', '< ServerHello'],
    ]);
    const [hello, retry, , , again] = messages;
    expect(extension(hello, 'supported_groups')?.value).toBe('x25519, secp384r1');
    expect(extension(hello, 'key_share')?.value).toBe('x25519 32 bytes');
    expect(extension(retry, 'key_share')?.value).toBe('secp384r1');
    expect(extension(again, 'key_share')?.value).toBe('secp384r1 97 bytes');
  });

  function psk(): SslSession {
    const session = stack.add(new SslSession());
    session.protocolVersion = 'TLSv1.3';
    session.cipher = 'TLS_AES_128_GCM_SHA256';
    session.masterKey = Buffer.alloc(32, 7);
    session.maxEarlyData = 100;
    return session;
  }

  test('TLSv1.3 with a PSK from outside', () => {
    const session = psk();
    const client: SslConnectionOptions = { pskSession: { identity: 'someone', session } };
    const server: SslConnectionOptions = { pskSessions: [['someone', session]] };
    const only = { ...tls13, ciphers: 'TLS_AES_128_GCM_SHA256' };
    const ends = stack.pair(stack.client(only), stack.server(only), client, server);
    const { messages } = traced(...ends);
    expect(extension(messages[0], 'pre_shared_key')?.value).toBe(
      'identity 7 bytes, binder 32 bytes',
    );
    expect(names(messages)).not.toContain('< Certificate');
  });

  test('TLSv1.3 with early data', () => {
    const [client, server] = [stack.client(tls13), stack.server({ ...tls13, maxEarlyData: 100 })];
    const session = stack.session(client, server);
    const ends = stack.pair(client, server, { session });
    const trace = traceConnection(ends[1]);
    ends[0].writeEarlyData(Buffer.from('early'));
    const { messages } = traced(...ends);
    expect(names(trace.messages)).toEqual([
      ...['> ClientHello', '< ServerHello', '< ChangeCipherSpec', '< EncryptedExtensions'],
      ...['< Finished', '> ChangeCipherSpec', '> EndOfEarlyData', '> Finished'],
      '< NewSessionTicket',
    ]);
    // Its ClientHello was sent before.
    expect(names(messages)[0]).not.toBe('> ClientHello');
    const [hello, , , encrypted] = trace.messages;
    expect(extension(hello, 'early_data')).toMatchObject({ length: 0, value: '' });
    expect(extension(encrypted, 'early_data')).toMatchObject({ length: 0 });
    expect(extension(trace.messages.at(-1), 'early_data')?.value).toBe('at most 100 bytes');
  });

  test('DTLS, full and resumed', () => {
    const [client, server] = [
      stack.client({ protocol: 'dtls' }),
      stack.server({ protocol: 'dtls' }),
    ];
    const [full, resumed] = fullAndResumed(client, server);
    expect(names(full)).toEqual(full12(true));
    expect(names(resumed)).toEqual(resumed12);
    expect(full[0]?.fields).toContainEqual({ name: 'cookie', value: '0 bytes' });
    expect(full[4]?.fields).toContainEqual({ name: 'message_seq', value: '3' });
    for (const { malformed } of [...full, ...resumed]) expect(malformed).toBe(null);
  });

  test('a failure, which it does not throw', () => {
    const trace = traced(...stack.pair(stack.client(tls13), stack.server(tls12)));
    expect(trace.error).toMatchObject({ reason: 'unsupported protocol' });
    expect(names(trace.messages)).toEqual(['> ClientHello', '< Alert']);
    expect(String(trace).split('\n')[1]).toBe(
      'server: Alert, 2 bytes; level fatal; description protocol_version',
    );
  });

  test('throws what is no connection, and what comes before the first message', () => {
    const [client, server] = stack.pair(stack.client(), stack.server());
    expect(thrown(() => traceHandshake(client, {} as never))).toEqual(wrongType);
    expect(() => traceHandshake(server, client)).toThrow("must be a client, and 'server' a server");
    expect([client, server].map((side) => side.listenerCount('message'))).toEqual([0, 0]);
  });

  test('waits for a session store', async () => {
    const sessions = new Map<string, Buffer>();
    const server = stack.server({
      ...tls12,
      ...noTicket,
      sessionStore: {
        get: async (id) => sessions.get(id.toString('hex')),
        set: (id, session) => {
          sessions.set(id.toString('hex'), session.toDer());
          session.free();
        },
        delete: () => {},
      },
    });
    const client = stack.client({ ...tls12, ...noTicket });
    const [ours, theirs] = stack.pair(client, server);
    await handshake(ours, theirs);
    const session = stack.add(ours.session as SslSession);
    for (const side of [ours, theirs]) side.shutdown();
    server.flushSessions(Math.floor(Date.now() / 1000) + 100_000);
    const waiting = traceHandshake(...stack.pair(client, server, { session }));
    expect(waiting).toBeInstanceOf(Promise);
    const { messages, error } = await waiting;
    expect(error).toBe(null);
    expect(names(messages)).toEqual(resumed12);
  });

  test('leaves nothing behind', () => {
    const [client, server] = stack.pair(stack.client(), stack.server());
    const trace = traced(client, server);
    const { length } = trace.messages;
    for (const side of [client, server]) {
      expect(side.listenerCount('message')).toBe(0);
      side.shutdown();
    }
    expect(trace.messages).toHaveLength(length);
  });
});

describe('traceConnection', () => {
  test('sees both directions, and the same as the other side', () => {
    for (const only of [tls12, tls13, { protocol: 'dtls' } as const]) {
      const [client, server] = stack.pair(stack.client(only), stack.server(only));
      const traces = [traceConnection(client), traceConnection(server)] as const;
      handshake(client, server);
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        from.shutdown();
        carry(from, to);
        to.read();
      }
      for (const from of ['client', 'server'] as const) {
        const [ours = [], theirs = []] = traces.map(({ messages }) =>
          messages.filter((message) => message.from === from),
        );
        expect(ours.length).toBeGreaterThan(3);
        expect(ours.map(renderMessage)).toEqual(theirs.map(renderMessage));
        expect(ours.at(-1)?.name).toBe('Alert');
      }
    }
  });

  test('until it is stopped', () => {
    const [client, server] = stack.pair(stack.client(tls12), stack.server(tls12));
    const trace = traceConnection(client);
    client.handshake();
    carry(client, server);
    trace.stop();
    trace.stop();
    handshake(client, server);
    expect(names(trace.messages)).toEqual(['> ClientHello']);
    {
      using _another = traceConnection(client);
      expect(client.listenerCount('message')).toBe(1);
    }
    expect(client.listenerCount('message')).toBe(0);
    expect(thrown(() => traceConnection({} as never))).toEqual(wrongType);
  });
});

test('renders a message in a line', () => {
  const suite = { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256', ecdhCurve: 'X25519:P-256' };
  const client = stack.client({ ...tls12, ...suite, ALPNProtocols: ['h2', 'http/1.1'] });
  const [ours, theirs] = stack.pair(client, stack.server(tls12), { servername: 'localhost' });
  const [hello, answer] = String(traced(ours, theirs)).split('\n');
  expect(hello?.split(/(?<=; )|(?<= \| )/)).toEqual([
    ...['client: ClientHello, 167 bytes; ', 'version TLSv1.2; ', 'session_id 0 bytes; '],
    'cipher_suites TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_EMPTY_RENEGOTIATION_INFO_SCSV; ',
    'compression_methods null; ',
    'extensions: server_name(14) localhost | ',
    'ec_point_formats(4) uncompressed, ansiX962_compressed_prime, ansiX962_compressed_char2 | ',
    ...['supported_groups(6) x25519, secp256r1 | ', 'session_ticket(0) | '],
    'application_layer_protocol_negotiation(14) h2, http/1.1 | ',
    ...['encrypt_then_mac(0) | ', 'extended_master_secret(0) | '],
    expect.stringMatching(/^signature_algorithms\(48\) ecdsa_secp256r1_sha256, .*, dsa_sha512$/),
  ]);
  expect(answer?.split(/(?<=; )|(?<= \| )/)).toEqual([
    ...['server: ServerHello, 65 bytes; ', 'version TLSv1.2; ', 'session_id 0 bytes; '],
    ...['cipher_suite TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256; ', 'compression_method null; '],
    'extensions: renegotiation_info(1) | ',
    'ec_point_formats(4) uncompressed, ansiX962_compressed_prime, ansiX962_compressed_char2 | ',
    ...['session_ticket(0) | ', 'extended_master_secret(0)'],
  ]);
});
