import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  handshake,
  LibsslError,
  SslConnection,
  type SslConnectionOptions,
  SslContext,
  type SslContextOptions,
  SslSession,
  sessionCounts,
} from 'libssl-session';
import { describe, expect, test } from 'vitest';
import {
  carry,
  certificate,
  failure,
  freed,
  outOfRange,
  type Stack,
  stackForTests,
  thrown,
  wrongType,
  wrongValue,
} from '../support/contexts.js';
import { fixture } from '../support/fixture.js';

const stack = stackForTests();

/** A session that a cache takes. */
function cacheable(id: string): SslSession {
  const session = stack.add(new SslSession());
  session.id = Buffer.from(id);
  session.cipher = 'TLS_AES_128_GCM_SHA256';
  session.protocolVersion = 'TLSv1.3';
  return session;
}
const names = (context: SslContext) =>
  context
    .cachedSessions()
    .map((session) => stack.add(session).id.toString())
    .sort();

describe('the constructor', () => {
  test('wants a role', () => {
    for (const role of [undefined, null, 5, 'both']) {
      expect(thrown(() => new SslContext({ role } as never))).toEqual(wrongValue);
    }
    for (const options of [undefined, null, 5, 'server']) {
      expect(thrown(() => new SslContext(options as never))).toEqual(wrongType);
    }
    expect(stack.server().role).toBe('server');
    expect(stack.client().role).toBe('client');
  });

  // Option, values of a wrong type, values out of range.
  const wrong: Record<string, [unknown[], unknown[]]> = {
    protocol: [[], ['udp', 5, null]],
    minVersion: [
      [5, {}],
      ['TLSv1.4', 'tls', 'unknown'],
    ],
    maxVersion: [
      [5, {}],
      ['TLSv1.4', 'tls', 'unknown'],
    ],
    cert: [[5, {}, [5], null], []],
    key: [[5, {}, [5], null], []],
    ca: [[5, {}, [5], null], []],
    passphrase: [[5, {}, null], []],
    requestCert: [[1, 'yes', {}], []],
    rejectUnauthorized: [[0, 'no', {}], []],
    ciphers: [
      [5, {}, null],
      ['', ':', 'A\0B', '\u{1F600}'],
    ],
    ecdhCurve: [
      [5, {}, null],
      ['P-256\0', '\u{1F600}'],
    ],
    securityLevel: [
      ['1', null],
      [-1, 6, 1.5, NaN],
    ],
    sessionIdContext: [[5, {}], []],
    sessionCacheMode: [['1'], [-1, 1.5, 2 ** 31]],
    sessionCacheSize: [
      ['1', null],
      [-1, 1.5, 2 ** 53],
    ],
    sessionTimeout: [
      ['1', null, 5n],
      [1.5, NaN, Infinity],
    ],
    numTickets: [
      ['1', null],
      [-1, 1.5, 2 ** 32],
    ],
    maxEarlyData: [
      ['1', null],
      [-1, 1.5, 2 ** 32],
    ],
    secureOptions: [
      ['1', null],
      [-1, 1.5, 2 ** 32],
    ],
    sessionStoreTimeout: [
      ['1', null],
      [-1, 1.5, 2 ** 31],
    ],
    ticketKeys: [
      [5, {}, ['a'], null],
      [Buffer.alloc(47), [Buffer.alloc(48), Buffer.alloc(80)]],
    ],
    noTicket: [[1, 'yes', {}], []],
    maxFragmentLength: [[], [511, '512', null, 0]],
    postHandshakeAuth: [[1, 'yes', null], []],
    pskIdentityHint: [[5, {}, null], ['a\0b']],
    ALPNProtocols: [
      [5, 'h2', [5]],
      [[''], ['a'.repeat(256)], Buffer.from([3, 1]), Buffer.from([0]), Buffer.from([1])],
    ],
    pskSession: [
      [
        { identity: 5, session: null },
        { identity: 'a', session: {} },
      ],
      [],
    ],
    pskSessions: [[[['a', {}]], [[5, null]]], []],
    psk: [
      [
        { identity: 5, key: Buffer.alloc(1) },
        { identity: 'a', key: 'b' },
      ],
      [
        { identity: 'a\0', key: Buffer.alloc(1) },
        { identity: 'a'.repeat(129), key: Buffer.alloc(1) },
        { identity: 'a', key: Buffer.alloc(0) },
        { identity: 'a', key: Buffer.alloc(257) },
      ],
    ],
    pskKeys: [[[[5, Buffer.alloc(1)]], [['a', 'b']]], [[['a', Buffer.alloc(0)]]]],
    ticketAppData: [['a', 5], []],
    ticketRules: [[[{ action: 'use', appData: 'a' }]], [[{ action: 'abort' }], [{}]]],
    allowEarlyData: [[1, 'yes', null], []],
  };
  for (const [option, [types, values]] of Object.entries(wrong)) {
    test(`refuses what is no ${option}`, () => {
      for (const role of ['server', 'client'] as const) {
        for (const value of types) {
          const error = thrown(() => new SslContext({ role, [option]: value }));
          expect(error, String(value)).toEqual(wrongType);
        }
        for (const value of values) {
          const { code } = thrown(() => new SslContext({ role, [option]: value })) as LibsslError;
          expect(['ERR_OUT_OF_RANGE', 'ERR_INVALID_ARG_VALUE'], String(value)).toContain(code);
        }
      }
    });
  }

  test('names the option that libssl refuses', () => {
    const bad: [Partial<SslContextOptions>, string][] = [
      [{ cert: 'no PEM' }, 'options.cert'],
      [{ cert: fixture('openssl-1.1.1-tls13.pem') }, 'options.cert'],
      [{ cert: '' }, 'options.cert'],
      [{ key: 'no PEM' }, 'options.key'],
      [{ key: certificate.cert }, 'options.key'],
      [{ ca: 'no PEM' }, 'options.ca'],
      [{ ca: Buffer.alloc(0) }, 'options.ca'],
      [{ ca: `${certificate.cert}${String(certificate.cert).slice(0, 300)}` }, 'options.ca'],
      [{ ciphers: 'NO-SUCH-SUITE' }, 'options.ciphers'],
      [{ ciphers: 'TLS_NO_SUCH' }, 'options.ciphers'],
      [{ ecdhCurve: 'no-such-curve' }, 'options.ecdhCurve'],
      [{ sessionIdContext: 'a'.repeat(33) }, 'options.sessionIdContext'],
    ];
    for (const [options, name] of bad) {
      const error = thrown(() => new SslContext({ role: 'server', ...options }));
      expect(error, JSON.stringify(options)).toBeInstanceOf(LibsslError);
      expect((error as Error).message).toContain(name);
    }
  });

  test('tells a key that does not belong to the certificate', () => {
    const key = fixture('conformance-p384-key.pem');
    const error = thrown(() => new SslContext({ role: 'server', ...certificate, key }));
    expect(error).toMatchObject({ name: 'LibsslError', library: 'x509 certificate routines' });
    expect((error as Error).message).toMatch(/^options\.key: /);
  });

  test('leaves nothing behind when it throws', () => {
    for (let i = 0; i < 50; i++) {
      thrown(() => new SslContext({ role: 'server', ...certificate, ciphers: 'NO' }));
    }
  });
});

describe('a key with a passphrase', () => {
  const directory = mkdtempSync(join(tmpdir(), 'libssl-session-context-'));
  const file = join(directory, 'key.pem');
  try {
    execFileSync('openssl', ['ec', '-aes128', '-passout', 'pass:sécret', '-out', file], {
      input: certificate.key,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
  } catch {}
  let key: Buffer | undefined;
  try {
    key = readFileSync(file);
  } catch {}
  rmSync(directory, { recursive: true });

  test('wants it, and the right one', ({ skip }) => {
    skip(key === undefined, 'there is no openssl command');
    if (key === undefined) return;
    stack.server({ key, passphrase: 'sécret' });
    for (const passphrase of [undefined, '', 'wrong', 'x'.repeat(5000)]) {
      const options = passphrase === undefined ? {} : { passphrase };
      const error = thrown(() => stack.server({ key: key as Buffer, ...options }));
      expect(error).toBeInstanceOf(LibsslError);
      expect((error as Error).message).toContain('options.key');
    }
  });
});

describe('each option has its effect', () => {
  /** What both sides came to; or the error of the handshake. */
  function outcome(
    clientOptions: Partial<SslContextOptions>,
    serverOptions: Partial<SslContextOptions>,
    options: SslConnectionOptions = {},
  ) {
    const [client, server] = stack.pair(
      stack.client(clientOptions),
      stack.server(serverOptions),
      options,
    );
    try {
      handshake(client, server);
    } catch (error) {
      return { error: (error as LibsslError).reason ?? String(error), client, server };
    }
    return { error: null, client, server };
  }

  test.each([
    ['tls', 'TLSv1.3', 'TLSv1.2'],
    ['dtls', 'DTLSv1.2', 'DTLSv1'],
  ] as const)('of %s, a minVersion above maxVersion is refused', (protocol, high, low) => {
    const refused = { code: 'ERR_INVALID_ARG_VALUE', message: expect.stringContaining('above') };
    const above = { protocol, minVersion: high, maxVersion: low };
    expect(thrown(() => stack.server(above))).toMatchObject(refused);
    for (const maxVersion of [high, low]) stack.server({ protocol, minVersion: low, maxVersion });
  });

  test('minVersion, maxVersion', () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      expect(outcome({ maxVersion: version }, {}).server.protocol).toBe(version);
      expect(outcome({}, { maxVersion: version }).client.protocol).toBe(version);
    }
    expect(outcome({ maxVersion: 'TLSv1.2' }, { minVersion: 'TLSv1.3' }).error).not.toBeNull();
    expect(outcome({ minVersion: 'TLSv1.3' }, { maxVersion: 'TLSv1.2' }).error).not.toBeNull();
    const old = { securityLevel: 0, maxVersion: 'TLSv1.1' } as const;
    expect(outcome(old, { securityLevel: 0 }).client.protocol).toBe('TLSv1.1');
  });

  test('protocol', () => {
    const { client, server } = outcome({ protocol: 'dtls' }, { protocol: 'dtls' });
    expect([client.protocol, server.protocol]).toEqual(['DTLSv1.2', 'DTLSv1.2']);
    client.write(Buffer.from('datagram'));
    carry(client, server);
    expect(server.read()?.toString()).toBe('datagram');
    expect(outcome({ protocol: 'dtls' }, {}).error).not.toBeNull();
  });

  test('cert, key', () => {
    const p384 = {
      cert: [fixture('conformance-p384-cert.pem')],
      key: [fixture('conformance-p384-key.pem').toString()],
    };
    const subject = outcome({}, p384).client.peerCertificate?.publicKey.asymmetricKeyDetails;
    expect(subject).toEqual({ namedCurve: 'secp384r1' });
    const none = { cert: [], key: [] };
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      expect(outcome({ maxVersion }, none).error).toBe('no shared cipher');
    }
  });

  test('ca, rejectUnauthorized: of a client', () => {
    const verifying = { rejectUnauthorized: true };
    const named = { servername: 'localhost' };
    const trusting = { ...verifying, ca: certificate.cert };
    expect(outcome(trusting, {}, named).client.authorized).toBe(true);
    expect(outcome(verifying, {}, named).error).toBe('certificate verify failed');
    const lax = outcome({}, {}).client;
    expect(lax.authorized).toBe(false);
    expect(lax.verifyError).toMatch(/self signed/);
  });

  test('requestCert, ca, rejectUnauthorized: of a server', () => {
    const asking = { requestCert: true, ca: certificate.cert };
    const known = outcome(certificate, asking);
    expect(known.server.authorized).toBe(true);
    expect(known.server.peerCertificate?.raw).toEqual(known.client.peerCertificate?.raw);
    const tls12 = { maxVersion: 'TLSv1.2' } as const;
    expect(outcome(tls12, asking).error).toBe('peer did not return a certificate');
    const unknown = {
      cert: fixture('conformance-p384-cert.pem'),
      key: fixture('conformance-p384-key.pem'),
    };
    expect(outcome({ ...unknown, ...tls12 }, asking).error).toBe('certificate verify failed');
    const lax = { ...asking, rejectUnauthorized: false };
    expect(outcome({}, lax).server.peerCertificate).toBeNull();
    expect(outcome(unknown, lax).server).toMatchObject({ authorized: false });
    expect(outcome(unknown, lax).server.verifyError).toMatch(/certificate/);
  });

  test('ciphers', () => {
    const { client } = outcome(
      { ciphers: 'TLS_AES_128_CCM_SHA256' },
      { ciphers: 'TLS_AES_128_CCM_SHA256' },
    );
    expect(client.cipher?.name).toBe('TLS_AES_128_CCM_SHA256');
    expect(client.protocol).toBe('TLSv1.3');
    const suite = 'ECDHE-ECDSA-AES128-SHA256';
    const tls12 = outcome({ ciphers: suite, maxVersion: 'TLSv1.2' }, {}).server;
    expect([tls12.cipher?.name, tls12.protocol]).toEqual([suite, 'TLSv1.2']);
    expect(outcome({ ciphers: suite }, {}).server.protocol).toBe('TLSv1.3');
    const both = { ciphers: `${suite}:TLS_CHACHA20_POLY1305_SHA256` };
    expect(outcome({}, both).server.cipher?.name).toBe('TLS_CHACHA20_POLY1305_SHA256');
  });

  test('ecdhCurve', () => {
    expect(outcome({ ecdhCurve: 'P-256' }, { ecdhCurve: 'P-384' }).error).not.toBeNull();
    expect(outcome({ ecdhCurve: 'X25519:P-384' }, { ecdhCurve: 'P-384' }).error).toBeNull();
    expect(outcome({ ecdhCurve: 'auto' }, {}).error).toBeNull();
  });

  test('securityLevel', () => {
    expect(outcome({}, { securityLevel: 3 }).error).toBeNull();
    expect(thrown(() => stack.server({ securityLevel: 4 }))).toBeInstanceOf(LibsslError);
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1' } as const;
    expect(outcome({ ...old, securityLevel: 0 }, { securityLevel: 0 }).error).toBeNull();
    expect(outcome({ ...old, securityLevel: 3 }, { securityLevel: 0 }).error).not.toBeNull();
  });

  test('sessionIdContext', () => {
    const client = stack.client({ maxVersion: 'TLSv1.2' });
    const ticketKeys = Buffer.alloc(48, 1);
    const server = stack.server({ sessionIdContext: 'one', ticketKeys });
    const other = stack.server({ sessionIdContext: Buffer.from('two'), ticketKeys });
    const session = stack.session(client, server);
    expect(stack.joined(client, other, { session })[0].sessionReused).toBe(false);
    expect(stack.joined(client, server, { session })[0].sessionReused).toBe(true);
    server.setSessionIdContext('two');
    expect(stack.joined(client, server, { session })[0].sessionReused).toBe(false);
    expect(
      stack.add(stack.joined(client, other)[1].session as SslSession).idContext.toString(),
    ).toBe('two');
  });

  test('sessionCacheMode, sessionCacheSize, sessionTimeout', () => {
    const client = stack.client({ maxVersion: 'TLSv1.2' });
    for (const [sessionCacheMode, cached] of [
      [0, 0],
      [0x2, 1],
      [0x302, 0],
    ] as const) {
      const server = stack.server({ noTicket: true, sessionCacheMode });
      expect(server.sessionCacheMode).toBe(sessionCacheMode);
      stack.joined(client, server);
      expect(server.sessionStats.number).toBe(cached);
    }
    const server = stack.server({ noTicket: true, sessionCacheSize: 2, sessionTimeout: 1234 });
    for (let i = 0; i < 5; i++) stack.joined(client, server);
    expect(server.sessionStats).toMatchObject({ number: 2, cacheFull: 3 });
    const [session] = server.cachedSessions().map((each) => stack.add(each));
    expect(session?.timeout).toBe(1234);
    const caching = stack.client({ maxVersion: 'TLSv1.2', sessionCacheMode: 0x1 });
    stack.joined(caching, server);
    expect(caching.sessionStats.number).toBe(1);
  });

  test('numTickets', () => {
    for (const numTickets of [0, 1, 5]) {
      const client = stack.client();
      let sessions = 0;
      client.on('newSession', (session) => {
        sessions += 1;
        session.free();
      });
      stack.joined(client, stack.server({ numTickets }));
      expect(sessions).toBe(numTickets);
    }
  });

  test('ticketKeys, setTicketKeys', () => {
    for (const size of [48, 80]) {
      const [one, two] = [Buffer.alloc(size, 1), Buffer.alloc(size, 2)];
      const client = stack.client({ maxVersion: 'TLSv1.2' });
      const first = stack.server({ ticketKeys: one });
      const session = stack.session(client, first);
      const ticket = session.ticket as Buffer;
      expect(ticket.subarray(0, 16)).toEqual(Buffer.alloc(16, 1));
      const both = stack.server({ ticketKeys: [two, one] });
      const [renewed] = stack.joined(client, both, { session });
      expect(renewed.sessionReused).toBe(true);
      const next = stack.add(renewed.session as SslSession);
      expect(next.ticket?.subarray(0, 16)).toEqual(Buffer.alloc(16, 2));
      both.setTicketKeys(two);
      expect(stack.joined(client, both, { session })[0].sessionReused).toBe(false);
      expect(stack.joined(client, both, { session: next })[0].sessionReused).toBe(true);
      both.setTicketKeys([]);
      expect(stack.joined(client, both, { session: next })[0].sessionReused).toBe(false);
      expect(thrown(() => both.setTicketKeys(Buffer.alloc(5)))).toEqual(wrongValue);
      expect(thrown(() => both.setTicketKeys('a' as never))).toEqual(wrongType);
    }
  });

  test('noTicket', () => {
    const client = stack.client({ maxVersion: 'TLSv1.2' });
    expect(stack.session(client, stack.server()).hasTicket).toBe(true);
    expect(stack.session(client, stack.server({ noTicket: true })).hasTicket).toBe(false);
    const stateful = stack.session(stack.client(), stack.server({ noTicket: true }));
    expect(stateful.ticket).toHaveLength(32);
    const { secureOptions } = stack.server({ noTicket: true, secureOptions: 0x4000 });
    expect(secureOptions & 0x4000).toBe(0x4000);
  });

  test('maxEarlyData, allowEarlyData', () => {
    for (const allowEarlyData of [undefined, true, false]) {
      const client = stack.client();
      const server = stack.server({
        maxEarlyData: 100,
        ...(allowEarlyData !== undefined && { allowEarlyData }),
      });
      expect(server.maxEarlyData).toBe(100);
      const session = stack.session(client, server);
      expect(session.maxEarlyData).toBe(100);
      const [ours, theirs] = stack.pair(client, server, { session });
      ours.writeEarlyData(Buffer.from('early'));
      handshake(ours, theirs);
      const taken = allowEarlyData !== false;
      expect(ours.earlyDataStatus).toBe(taken ? 'accepted' : 'rejected');
      expect(theirs.readEarlyData()?.toString() ?? null).toBe(taken ? 'early' : null);
    }
  });

  test('maxFragmentLength', () => {
    const { client, server } = outcome({ maxFragmentLength: 512 }, {});
    expect(stack.add(client.session as SslSession).maxFragmentLength).toBe(512);
    server.write(Buffer.alloc(2000));
    // Five bytes, 16 of the tag, and the type of the content.
    expect(server.take().length).toBe(2000 + 4 * 22);
  });

  test('postHandshakeAuth', () => {
    for (const postHandshakeAuth of [true, false]) {
      const ca = certificate.cert;
      const { client, server } = outcome({ ...certificate, postHandshakeAuth }, { ca });
      if (!postHandshakeAuth) {
        expect(thrown(() => server.requestCertificate())).toBeInstanceOf(LibsslError);
        expect(server.state).toBe('open');
        continue;
      }
      server.requestCertificate();
      carry(server, client);
      carry(client, server);
      expect(server.peerCertificate?.raw).toEqual(client.peerCertificate?.raw);
    }
  });

  test('secureOptions', () => {
    const noTls13 = 0x2000_0000;
    expect(outcome({ secureOptions: noTls13 }, {}).client.protocol).toBe('TLSv1.2');
    const server = stack.server();
    server.secureOptions = noTls13;
    expect(server.secureOptions).toBe(noTls13);
    expect(stack.joined(stack.client(), server)[0].protocol).toBe('TLSv1.2');
    server.secureOptions = 0;
    expect(stack.joined(stack.client(), server)[0].protocol).toBe('TLSv1.3');
  });

  test('psk, pskKeys, pskIdentityHint', () => {
    const key = Buffer.alloc(256, 5);
    const tls12 = { maxVersion: 'TLSv1.2', ciphers: 'PSK-AES128-CBC-SHA256' } as const;
    const psk = { identity: 'who', key };
    const server = { ...tls12, pskKeys: new Map([['who', key]]), pskIdentityHint: 'hint' };
    expect(outcome({ ...tls12, psk }, server).error).toBeNull();
    expect(outcome({ ...tls12, psk: { ...psk, identity: 'x' } }, server).error).not.toBeNull();
    expect(
      outcome({ ...tls12, psk: { ...psk, key: Buffer.alloc(9) } }, server).error,
    ).not.toBeNull();
    expect(outcome({ ...tls12, psk: null }, server).error).not.toBeNull();
  });

  test('what no ClientHello has room for is an error, and only an alert is sent', () => {
    using session = stack.joined(stack.client(), stack.server())[0].session as SslSession;
    using psk = session.dup();
    const pskSession = { identity: Buffer.alloc(64_000, 'i'), session: psk };
    const ALPNProtocols = Array.from({ length: 200 }, (_, i) => `${'p'.repeat(200)}${i}`);
    // Each alone fits.
    for (const options of [{ pskSession }, { ALPNProtocols }]) {
      expect(stack.connection(stack.client(options)).handshake()).toBe('handshake');
    }
    const client = stack.client({ pskSession, ALPNProtocols });
    psk.maxEarlyData = 100;
    for (const begin of [
      (c: SslConnection) => c.handshake(),
      (c: SslConnection) => c.writeEarlyData(Buffer.from('early')),
    ]) {
      const connection = stack.connection(client);
      expect(thrown(() => begin(connection))).toMatchObject({ code: 'ERR_SSL_INTERNAL_ERROR' });
      expect(connection.state).toBe('failed');
      expect(connection.take().toString('hex')).toBe('15030100020250');
    }
  });

  test('pskSession, pskSessions', () => {
    const session = cacheable('psk');
    session.cipher = 'TLS_AES_256_GCM_SHA384';
    session.masterKey = Buffer.alloc(48, 5);
    const pskSession = { identity: Buffer.from('who'), session };
    const psks = { pskSessions: [['who', session]] } as const;
    expect(outcome({ pskSession }, psks).client.sessionReused).toBe(true);
    expect(
      outcome({ pskSession: { ...pskSession, identity: 'x' } }, psks).client.sessionReused,
    ).toBe(false);
    expect(outcome({ pskSession: null }, psks).client.sessionReused).toBe(false);
    const mine = { pskSession: { identity: 'mine', session } };
    const yours = stack.connection(stack.server(), { pskSessions: [['mine', session]] });
    const [ours] = [stack.connection(stack.client({ pskSession }), mine)];
    handshake(ours as SslConnection, yours);
    expect(ours?.sessionReused).toBe(true);
    session.free();
  });

  test('ticketAppData, ticketRules', () => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const client = stack.client({ maxVersion });
      const server = stack.server({ ticketAppData: Buffer.from('data') });
      const session = stack.session(client, server);
      const [, theirs] = stack.joined(client, server, { session });
      expect(stack.add(theirs.session as SslSession).ticketAppData?.toString()).toBe('data');
      for (const [action, reused] of [
        ['use', true],
        ['renew', true],
        ['ignore', false],
        ['ignoreAndRenew', false],
      ] as const) {
        const fresh = stack.session(client, server);
        server.setAnswers({ ticketRules: [{ action, appData: Buffer.from('data') }] });
        expect(stack.joined(client, server, { session: fresh })[0].sessionReused).toBe(reused);
        const another = stack.session(client, server);
        server.setAnswers({
          ticketRules: [{ action: 'ignore', appData: Buffer.from('x') }, { action: 'use' }],
        });
        expect(stack.joined(client, server, { session: another })[0].sessionReused).toBe(true);
        server.setAnswers({ ticketRules: [] });
      }
    }
  });

  test('ALPNProtocols', () => {
    const raw = Buffer.from('\x02h2\x01a', 'latin1');
    for (const ALPNProtocols of [['h2', 'a'], raw]) {
      expect(outcome({ ALPNProtocols: ['a', 'h2'] }, { ALPNProtocols }).client.alpnProtocol).toBe(
        'h2',
      );
      expect(outcome({ ALPNProtocols }, { ALPNProtocols: ['a'] }).server.alpnProtocol).toBe('a');
    }
    expect(outcome({ ALPNProtocols: ['b'] }, { ALPNProtocols: ['a'] }).error).not.toBeNull();
    expect(outcome({ ALPNProtocols: ['b'] }, {}).client.alpnProtocol).toBeNull();
    expect(outcome({}, { ALPNProtocols: ['a'] }).client.alpnProtocol).toBeNull();
  });
});

describe('the cache', () => {
  test('addSession, removeSession, cachedSessions, flushSessions', () => {
    const context = stack.server();
    const [a, b] = [cacheable('a'), cacheable('b')];
    expect(context.addSession(a)).toBe(true);
    expect(context.addSession(a)).toBe(false);
    expect(context.addSession(b)).toBe(true);
    expect(names(context)).toEqual(['a', 'b']);
    // Another object of the same id and version.
    expect(context.addSession(stack.add(a.dup()))).toBe(true);
    expect(names(context)).toEqual(['a', 'b']);
    expect(context.removeSession(a)).toBe(true);
    expect(context.removeSession(a)).toBe(false);
    expect(a.isResumable).toBe(false);
    b.time = 1000;
    b.timeout = 10;
    context.flushSessions(1010);
    expect(names(context)).toEqual(['b']);
    context.flushSessions(1011);
    expect(names(context)).toEqual([]);
    context.addSession(cacheable('c'));
    context.flushSessions();
    expect(names(context)).toEqual(['c']);
    context.flushSessions(0);
    expect(names(context)).toEqual([]);
  });

  test('what is no session or time', () => {
    const context = stack.server();
    const gone = new SslSession();
    gone.free();
    for (const call of [context.addSession, context.removeSession]) {
      for (const wrong of [undefined, null, 5, {}, Object.create(SslSession.prototype)]) {
        expect(thrown(() => call.call(context, wrong as never))).toBeInstanceOf(TypeError);
      }
      expect(thrown(() => call.call(context, gone))).toEqual(freed);
    }
    for (const wrong of ['0', null, 5n]) {
      expect(thrown(() => context.flushSessions(wrong as never))).toEqual(wrongType);
    }
    for (const wrong of [1.5, NaN, 2 ** 60]) {
      expect(thrown(() => context.flushSessions(wrong))).toEqual(outOfRange);
    }
  });

  test('sessionStats', () => {
    const [client, server] = [stack.client(), stack.server()];
    const zero = Object.fromEntries(Object.keys(server.sessionStats).map((name) => [name, 0]));
    expect(Object.keys(zero)).toHaveLength(12);
    expect(server.sessionStats).toEqual(zero);
    const session = stack.session(client, server);
    stack.joined(client, server, { session });
    expect(client.sessionStats).toEqual({ ...zero, connect: 2, connectGood: 2, hits: 1 });
    expect(server.sessionStats).toEqual({ ...zero, accept: 2, acceptGood: 2, hits: 1 });
  });
});

describe('properties', () => {
  const properties = {
    sessionCacheMode: [
      [0, 3, 0x302],
      ['1', null],
      [-1, 2 ** 31, 1.5],
    ],
    sessionCacheSize: [
      [0, 1, 2 ** 40],
      ['1', null],
      [-1, 1.5],
    ],
    sessionTimeout: [[0, 1, -5], ['1', null], [1.5]],
    numTickets: [
      [0, 7],
      ['1', null],
      [-1, 2 ** 32],
    ],
    maxEarlyData: [
      [0, 2 ** 32 - 1],
      ['1', null],
      [-1, 2 ** 32],
    ],
    secureOptions: [
      [0, 0x4000, 2 ** 32 - 1 - 0x2000],
      ['1', null],
      [-1, 2 ** 32],
    ],
    minVersion: [
      [null, 'TLSv1.2'],
      [5, {}],
      ['x', 'DTLSv1.2'],
    ],
    maxVersion: [
      [null, 'TLSv1.2'],
      [5, {}],
      ['x', 'DTLSv1.2'],
    ],
  } as const;
  for (const [name, [good, types, values]] of Object.entries(properties)) {
    test(name, () => {
      const context = stack.server() as unknown as Record<string, unknown>;
      for (const value of good) {
        context[name] = value;
        expect(context[name]).toBe(value);
      }
      const set = (value: unknown) => {
        context[name] = value;
      };
      for (const value of types) expect(thrown(() => set(value))).toEqual(wrongType);
      for (const value of values) {
        expect(['ERR_OUT_OF_RANGE', 'ERR_INVALID_ARG_VALUE']).toContain(
          (thrown(() => set(value)) as LibsslError).code,
        );
      }
      expect(context[name]).toBe(good.at(-1));
    });
  }
});

describe('addContext', () => {
  const alpn = (name: string) => stack.server({ ALPNProtocols: [name] });
  const chosen = (server: SslContext, servername?: string) =>
    stack.joined(stack.client({ ALPNProtocols: ['main', 'exact', 'any'] }), server, {
      ...(servername !== undefined && { servername }),
    })[1].alpnProtocol;

  test('switches by the name that the client asks for', () => {
    const server = alpn('main');
    server.addContext('a.test', alpn('exact'));
    server.addContext('*.B.test', alpn('any'));
    server.addContext('À.Test', alpn('any'));
    expect(chosen(server, 'À.test')).toBe('any');
    expect(chosen(server, 'a.test')).toBe('exact');
    expect(chosen(server, 'A.TEST')).toBe('exact');
    expect(chosen(server, 'x.b.test')).toBe('any');
    for (const name of [undefined, 'b.test', 'x.y.b.test', 'c.test']) {
      expect(chosen(server, name)).toBe('main');
    }
    server.addContext('a.test', null);
    expect(chosen(server, 'a.test')).toBe('main');
  });

  test('keeps the other context alive, also when that is freed', () => {
    const server = alpn('main');
    const other = alpn('exact');
    other.addSession(cacheable('x'));
    server.addContext('a.test', other);
    other.free();
    expect(chosen(server, 'a.test')).toBe('exact');
    expect(sessionCounts().live).toBeGreaterThan(0);
    server.addContext('a.test', null);
  });

  test('takes itself, and refuses what leads back to it', () => {
    const [one, two, three] = [alpn('main'), alpn('exact'), alpn('any')] as const;
    one.addContext('self.test', one);
    expect(chosen(one, 'self.test')).toBe('main');
    one.addContext('two.test', two);
    two.addContext('three.test', three);
    for (const [from, to] of [
      [three, one],
      [three, two],
      [two, one],
    ] as const) {
      expect(thrown(() => from.addContext('x', to))).toEqual(
        failure('ERR_LIBSSL_UNSAFE', 'leads back'),
      );
    }
    three.addContext('x', three);
  });

  test('of a long chain: freed, whoever goes first', () => {
    const length = 2000;
    for (const reverse of [false, true]) {
      const chain = Array.from({ length }, () => stack.add(new SslContext({ role: 'server' })));
      for (let i = 1; i < length; i++) chain[i - 1]?.addContext('next', chain[i] as SslContext);
      expect(thrown(() => chain.at(-1)?.addContext('x', chain[0] as SslContext))).toEqual(
        failure('ERR_LIBSSL_UNSAFE'),
      );
      chain[length - 1]?.addSession(cacheable('last'));
      for (const context of reverse ? chain.reverse() : chain) context.free();
      for (const each of sessionsOf(stack)) each.free();
      expect(sessionCounts().live).toBe(0);
    }
  });

  test('of a net in which many ways lead to each: in no time', () => {
    const layers = Array.from({ length: 40 }, () => [alpn('a'), alpn('b')]);
    for (let i = 1; i < layers.length; i++) {
      for (const from of layers[i - 1] ?? []) {
        layers[i]?.forEach((to, index) => void from.addContext(`${index}`, to));
      }
    }
    expect(chosen(alpn('main'))).toBe('main');
  });

  test('what is no name or context', () => {
    const server = stack.server();
    expect(thrown(() => server.addContext(5 as never, null))).toEqual(wrongType);
    expect(thrown(() => server.addContext('\u{1F600}', null))).toEqual(wrongValue);
    expect(thrown(() => server.addContext('a\0b', null))).toEqual(wrongValue);
    expect(thrown(() => server.addContext('a', {} as never))).toEqual(wrongType);
    const gone = stack.server();
    gone.free();
    expect(thrown(() => server.addContext('a', gone))).toEqual(freed);
  });
});

describe('what a connection takes from the first of its contexts', () => {
  const key = (byte: number) => Buffer.alloc(48, byte);
  const store = { get: () => null, set: () => {}, delete: () => {} };
  type Change = (context: SslContext) => void;
  const rows: [string, Partial<SslContextOptions>, Change][] = [
    ['ticket keys', {}, (c) => c.setTicketKeys(key(1))],
    ['sessionTimeout', {}, (c) => (c.sessionTimeout = 5)],
    ['sessionCacheSize', {}, (c) => (c.sessionCacheSize = 5)],
    ['sessionCacheMode', {}, (c) => (c.sessionCacheMode = 0)],
    ['sessionStore', {}, (c) => (c.sessionStore = store)],
    ['maxEarlyData', {}, (c) => (c.maxEarlyData = 5)],
    ['cookieKey', { protocol: 'dtls' }, (c) => c.setCookieKey(Buffer.alloc(32))],
  ];

  test.each(rows)('the other is not given another of: %s', (_, options, change) => {
    const [first, other] = [stack.server(options), stack.server(options)];
    change(other);
    expect(thrown(() => first.addContext('a.test', other))).toEqual(wrongValue);
    const [second, named] = [stack.server(options), stack.server(options)];
    second.addContext('a.test', named);
    expect(thrown(() => change(named))).toEqual(
      failure('ERR_INVALID_ARG_VALUE', 'the first context, which switches to this one'),
    );
    change(second); // for both
    change(named);
  });

  test('until the name leads elsewhere, or the first is freed', () => {
    const [named, other, later] = [stack.server(), stack.server(), stack.server()];
    const change = () => (named.sessionTimeout += 1);
    for (const end of [
      (first: SslContext) => first.addContext('a.test', null),
      (first: SslContext) => first.addContext('A.test', other),
      (first: SslContext) => first.free(),
    ]) {
      const first = stack.server({ sessionTimeout: named.sessionTimeout });
      other.sessionTimeout = later.sessionTimeout = named.sessionTimeout;
      first.addContext('a.test', named);
      first.addContext('b.test', named);
      first.addContext('b.test', first);
      expect(thrown(change)).toEqual(wrongValue);
      end(first);
      change();
      first.free();
    }
    later.addContext('self.test', later);
    later.sessionTimeout = 1;
  });

  test('what is set on the first counts for the names as well', () => {
    const [first, named] = [stack.server(), stack.server()];
    first.addContext('a.test', named);
    first.sessionTimeout = 1234;
    const [, theirs] = stack.joined(stack.client(), first, { servername: 'a.test' });
    expect(stack.add(theirs.session as SslSession).timeout).toBe(1234);
  });
});

// The sessions that the tests above made by themselves.
function sessionsOf(of: Stack): SslSession[] {
  return of.all.filter((each): each is SslSession => each instanceof SslSession);
}

describe('events', () => {
  test('newSession, removeSession: in order, each listener with its own object', () => {
    const server = stack.server({ noTicket: true });
    const seen: [string, SslSession][] = [];
    server.on('newSession', (session) => seen.push(['new 1', stack.add(session)]));
    server.once('newSession', (session) => seen.push(['new 2', stack.add(session)]));
    server.on('removeSession', (session) => seen.push(['removed', stack.add(session)]));
    const [, theirs] = stack.joined(stack.client(), server);
    expect(seen.map(([name]) => name)).toEqual(['new 1', 'new 2', 'new 1']);
    expect(seen[0]?.[1].isSameSession(seen[1]?.[1] as SslSession)).toBe(true);
    server.flushSessions(0);
    expect(seen.slice(3).map(([name]) => name)).toEqual(['removed', 'removed']);
    theirs.shutdown();
  });

  test('the connection that a session is of', () => {
    const client = stack.client();
    const of: unknown[] = [];
    client.on('newSession', (session, connection) => {
      of.push(connection);
      session.free();
    });
    const [ours] = stack.joined(client, stack.server());
    expect(of).toEqual([ours, ours]);
  });

  test('keylog', () => {
    const server = stack.server();
    const lines: string[] = [];
    server.on('keylog', (line) => lines.push(line.toString()));
    stack.joined(stack.client(), server);
    expect(lines.length).toBeGreaterThanOrEqual(5);
    for (const line of lines) expect(line).toMatch(/^[A-Z_0-9]+ [0-9A-Fa-f]{64} [0-9A-Fa-f]+$/);
  });

  test('keylog after a switch by name is of the context that it switched to', () => {
    const [server, other] = [stack.server(), stack.server()];
    server.addContext('a.test', other);
    const lines: SslConnection[] = [];
    other.on('keylog', (_, connection) => lines.push(connection as SslConnection));
    const [, theirs] = stack.joined(stack.client(), server, { servername: 'a.test' });
    expect(new Set(lines)).toEqual(new Set([theirs]));
  });

  test('what one listener throws is thrown in the end, and keeps nobody from theirs', () => {
    const server = stack.server({ noTicket: true });
    let calls = 0;
    const listener = (session: SslSession) => {
      session.free();
      calls += 1;
      throw new Error(`deliberate ${calls}`);
    };
    server.on('newSession', listener).on('newSession', listener);
    const pair = stack.pair(stack.client(), server);
    expect(() => handshake(...pair)).toThrow('deliberate 1');
    expect(calls).toBe(4);
    expect(pair.map(({ state }) => state)).toEqual(['open', 'open']);
  });

  test('there are no listeners but those that were added, and Node’s own events can be emptied', () => {
    const server = stack.server({ noTicket: true });
    const [ours, theirs] = stack.pair(stack.client(), server);
    let calls = 0;
    for (const each of [server, theirs]) {
      expect(each.eventNames()).toEqual([]);
      for (const event of ['newListener', 'removeListener'])
        each.removeAllListeners(event as never);
    }
    const count = (session: SslSession) => {
      calls += 1;
      session.free();
    };
    server.prependOnceListener('newSession', count);
    theirs.once('session', count);
    handshake(ours, theirs);
    expect(calls).toBe(2);
    for (const each of [server, theirs, ours]) expect(each.eventNames()).toEqual([]);
  });

  test('listeners that come and go', () => {
    const server = stack.server({ noTicket: true });
    let calls = 0;
    const listener = (session: SslSession) => {
      calls += 1;
      session.free();
    };
    const client = stack.client();
    server.on('newSession', listener);
    stack.joined(client, server);
    server.off('newSession', listener);
    stack.joined(client, server);
    expect(calls).toBe(2);
    server.removeAllListeners();
    server.on('newSession', listener);
    stack.joined(client, server);
    expect(calls).toBe(4);
    server.removeAllListeners('newSession');
    stack.joined(client, server);
    expect(calls).toBe(4);
  });
});

describe('after free()', () => {
  test('every member refuses, but free and freed', () => {
    const context = stack.server();
    context.free();
    context.free();
    context[Symbol.dispose]();
    expect(context.freed).toBe(true);
    expect(context.role).toBe('server');
    const own = Object.getOwnPropertyDescriptors(SslContext.prototype);
    const allowed = [
      ...['constructor', 'free', 'freed', 'role', 'sessionStore', 'sessionStoreTimeout'],
      ...['rejectUnauthorized', 'off', 'removeListener', 'removeAllListeners'],
    ];
    const session = cacheable('x');
    const values: Record<string, unknown[]> = {
      addSession: [session],
      removeSession: [session],
      addContext: ['a', null],
      setTicketKeys: [[]],
      setSessionIdContext: ['a'],
      setAnswers: [{ allowEarlyData: true }],
      flushSessions: [0],
    };
    for (const name of ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener']) {
      values[name] = ['newSession', () => {}];
    }
    for (const [name, { get, set, value }] of Object.entries(own)) {
      if (allowed.includes(name)) continue;
      if (get)
        expect(
          thrown(() => get.call(context)),
          name,
        ).toEqual(freed);
      if (set)
        expect(
          thrown(() => set.call(context, name.endsWith('Version') ? null : 1)),
          name,
        ).toEqual(freed);
      if (typeof value === 'function') {
        expect(
          thrown(() => value.apply(context, values[name] ?? [])),
          name,
        ).toEqual(freed);
      }
    }
    expect(thrown(() => context.on('keylog', () => {}))).toEqual(freed);
    expect(thrown(() => new SslConnection(context))).toEqual(freed);
  });
});
