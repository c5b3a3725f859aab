// Early data through the class and the C names: where it is refused, nothing leaves unencrypted.
// What rules.h says, row by row: test/native/rules_test.cc.

import {
  handshake,
  type SslConnection,
  type SslConnectionOptions,
  type SslContextOptions,
  SslSession,
} from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import { carry, stackForTests, thrown, unsafe, wrongState } from '../support/contexts.js';

const stack = stackForTests();

const marker = Buffer.from('TOP SECRET');

function psk(cipher = 'TLS_AES_128_GCM_SHA256', maxEarlyData = 100): SslSession {
  const session = stack.add(new SslSession());
  session.protocolVersion = 'TLSv1.3';
  session.cipher = cipher;
  session.masterKey = Buffer.alloc(session.cipher?.name.endsWith('384') ? 48 : 32, 7);
  session.maxEarlyData = maxEarlyData;
  return session;
}

/** That it is refused, that nothing left, and that the connection goes on without. */
function expectRefused(client: SslConnection): void {
  expect(thrown(() => client.writeEarlyData(marker))).toEqual(
    wrongState('cannot write early data'),
  );
  expect(client.state).toBe('new');
  expect(client.take()).toEqual(Buffer.alloc(0));
  expect(thrown(() => C.SSL_write_early_data(client.handle, marker))).toEqual(unsafe(/U16/));
  expect(C.BIO_read(client.handle)).toBeNull();
  expect(client.handshake()).toBe('handshake');
}

describe('a client', () => {
  const rows: [string, Partial<SslContextOptions>, () => SslConnectionOptions][] = [
    [
      'over DTLS, with no PSK where one could be',
      { protocol: 'dtls' },
      () => ({ pskSession: { identity: 'i', session: psk() } }),
    ],
    [
      'up to TLS 1.2, with a session of it',
      { maxVersion: 'TLSv1.2' },
      () => {
        const [client, server] = [stack.client({ maxVersion: 'TLSv1.2' }), stack.server()];
        const session = stack.session(client, server);
        session.maxEarlyData = 1000;
        return { session };
      },
    ],
    [
      'without TLS 1.2, for then TLS 1.3 is not offered beside 1.1',
      { minVersion: 'TLSv1', secureOptions: C.SSL_OP_NO_TLSv1_2 },
      () => {
        const server = stack.server({ maxEarlyData: 1000 });
        return { session: stack.session(stack.client(), server) };
      },
    ],
    [
      'with a session of TLS 1.3 that has an id, and nothing to offer',
      {},
      () => {
        const session = psk();
        session.id = Buffer.from('id');
        return { session };
      },
    ],
    [
      'with a session that was not made for it',
      {},
      () => ({
        session: stack.add(
          SslSession.fromDer(
            Buffer.from(
              '304d020101020203040402003b0401780420010101010101010101010101010101010101010101010101' +
                '0101010101010101a10602046b0adc77a204020203e8a4020400a503020101af04020203e8',
              'hex',
            ),
          ),
        ),
      }),
    ],
    [
      'with a PSK that does not allow it',
      {},
      () => ({ pskSession: { identity: 'i', session: psk('TLS_AES_128_GCM_SHA256', 0) } }),
    ],
  ];
  test.each(rows)('sends no early data %s', (_, contextOptions, options) => {
    const client = stack.client(contextOptions);
    // None but these: not the option either by which libssl sends nothing in clear.
    client.secureOptions = contextOptions.secureOptions ?? 0;
    expectRefused(stack.connection(client, options()));
  });

  test('that was told to have no PSK is not asked for one', () => {
    const client = stack.client({ pskSession: { identity: 'i', session: psk() } });
    const [ours] = stack.pair(client, stack.server(), { pskSession: null });
    client.secureOptions = 0;
    // libssl refuses by itself, since nothing could allow it.
    expect(thrown(() => ours.writeEarlyData(marker))).toEqual(wrongState());
    expect(C.SSL_write_early_data(ours.handle, marker)).toBe(0);
    expect(ours.take()).toEqual(Buffer.alloc(0));
  });

  test('does not send its session without a cipher: the session keeps it', () => {
    const client = stack.client({ maxVersion: 'TLSv1.2' });
    const server = stack.server({ maxVersion: 'TLSv1.2', noTicket: true });
    const session = stack.add(SslSession.fromDer(stack.session(client, server).toDer()));
    session.maxEarlyData = 1000;
    const [ours] = stack.pair(client, server, { session });
    server.addSession(stack.add(session.dup()));
    expectRefused(ours);
    expect(session.cipher).not.toBeNull();
  });

  test.each([...['TLS_RSA_WITH_NULL_SHA', 'TLS_RSA_WITH_NULL_SHA256', 0x00ff, 0x5600]])(
    'is given no PSK of the suite %s, which encrypts nothing',
    (cipher) => {
      const session = psk();
      session.cipher = cipher;
      const give = () => stack.client({ pskSession: { identity: 'i', session } });
      expect(thrown(give)).toEqual(unsafe(/U7/));
    },
  );

  test('offers no PSK that the suite of a HelloRetryRequest does not fit: a full handshake', () => {
    const server = stack.server({ ecdhCurve: 'P-384', ciphers: 'TLS_AES_256_GCM_SHA384' });
    const client = stack.client();
    const old = { identity: 'i', key: Buffer.alloc(32, 7) };
    for (const options of [{ pskSession: { identity: 'i', session: psk() } }, { psk: old }]) {
      const [ours, theirs] = stack.joined(client, server, options);
      expect([ours.state, ours.sessionReused, theirs.sessionReused]).toEqual([
        'open',
        false,
        false,
      ]);
    }
  });

  test('sends no more of it after a HelloRetryRequest', () => {
    const server = stack.server({ maxEarlyData: 1000 });
    const client = stack.client();
    const session = stack.session(client, server);
    const again = stack.server({ maxEarlyData: 1000, ecdhCurve: 'P-384' });
    const [ours, theirs] = stack.pair(client, again, { session });
    ours.writeEarlyData(marker);
    carry(ours, theirs);
    carry(theirs, ours);
    expect(thrown(() => ours.writeEarlyData(marker))).toEqual(wrongState());
    const hello = ours.take();
    expect(hello.includes(marker)).toBe(false);
    theirs.receive(hello);
    handshake(ours, theirs);
    expect(ours.earlyDataStatus).toBe('rejected');
  });
});

describe('early data is refused, and the handshake goes on without, where', () => {
  const name = wrongState('is for another server name');
  const protocol = wrongState('is for a protocol (ALPN) that is not offered');
  const rows: [string, SslConnectionOptions, Record<string, string>, object | null][] = [
    ['nothing differs', {}, {}, null],
    ['the name is the same', { servername: 'a.example' }, { hostname: 'a.example' }, null],
    ['only the connection has a name', { servername: 'a.example' }, {}, null],
    ['the name is another', { servername: 'b.example' }, { hostname: 'a.example' }, name],
    ['only what allows it has a name', {}, { hostname: 'a.example' }, name],
    ['the protocol is one', { ALPNProtocols: ['x', 'h2'] }, { alpnProtocol: 'h2' }, null],
    ['only the connection has a protocol', { ALPNProtocols: ['h2'] }, {}, null],
    ['the protocol is none', { ALPNProtocols: ['x', 'h22'] }, { alpnProtocol: 'h2' }, protocol],
    ['only what allows it has a protocol', {}, { alpnProtocol: 'h2' }, protocol],
  ];
  test.each(rows)('%s', (_, options, fields, expected) => {
    const client = stack.client();
    const ALPNProtocols = fields.alpnProtocol === undefined ? [] : [fields.alpnProtocol, 'x'];
    const server = stack.server({ maxEarlyData: 100, ALPNProtocols });
    for (const kind of ['session', 'PSK']) {
      const [first] = stack.joined(client, server, { ALPNProtocols: ALPNProtocols.slice(0, 1) });
      first.shutdown();
      const ticket = stack.add(first.session as SslSession);
      const session = kind === 'PSK' ? psk('TLS_AES_256_GCM_SHA384') : ticket;
      Object.assign(session, fields);
      const external = { pskSession: { identity: 'i', session } };
      const answers = kind === 'PSK' ? { pskSessions: [['i', session] as const] } : {};
      const [ours, theirs] = stack.pair(
        client,
        server,
        { ...options, ...(kind === 'PSK' ? external : { session }) },
        answers,
      );
      if (expected === null) ours.writeEarlyData(marker);
      else {
        expect(
          thrown(() => ours.writeEarlyData(marker)),
          kind,
        ).toEqual(expected);
        expect([ours.state, ours.take().length], kind).toEqual(['new', 0]);
      }
      handshake(ours, theirs);
      expect([ours.state, ours.sessionReused], kind).toEqual(['open', true]);
      expect(ours.earlyDataStatus, kind).toBe(expected === null ? 'accepted' : 'notSent');
    }
  });

  test('the context offers the protocols, and not the connection', () => {
    const client = stack.client({ ALPNProtocols: ['h2'] });
    const server = stack.server({ maxEarlyData: 100, ALPNProtocols: ['h2'] });
    const session = stack.session(client, server);
    expect(session.alpnProtocol).toBe('h2');
    const [same, theirs] = stack.pair(client, server, { session });
    same.writeEarlyData(marker);
    handshake(same, theirs);
    expect(same.earlyDataStatus).toBe('accepted');
    const other = stack.connection(client, {
      session: stack.session(client, server),
      ALPNProtocols: ['x'],
    });
    expect(thrown(() => other.writeEarlyData(marker))).toEqual(protocol);
  });
});

describe('a server', () => {
  test.each(['a full handshake', 'a resumption'])(
    'that asks for another key share sends none before it has keys: %s',
    (what) => {
      const first = stack.server({ maxEarlyData: 1000 });
      const client = stack.client();
      const session = stack.session(client, first);
      const server = stack.server({ maxEarlyData: 1000, ecdhCurve: 'P-384' });
      const [ours, theirs] = stack.pair(client, server);
      if (what === 'a resumption') ours.setSession(session);
      ours.handshake();
      theirs.receive(ours.take());
      const retry = theirs.take();
      expect(thrown(() => theirs.writeEarlyData(marker))).toEqual(wrongState());
      expect(thrown(() => C.SSL_write_early_data(theirs.handle, marker))).toEqual(unsafe(/U17/));
      expect(theirs.take()).toEqual(Buffer.alloc(0));
      ours.receive(retry);
      handshake(ours, theirs);
      ours.write(marker);
      carry(ours, theirs);
      expect(theirs.read()).toEqual(marker);
    },
  );

  test('goes on where it takes less early data than its tickets say', () => {
    const lower: [string, number, SslConnectionOptions][] = [
      ['setter, 0', 0, {}],
      ['setter, less', 1, {}],
      ['connection, 0', 40_000, { maxEarlyData: 0 }],
      ['connection, less', 40_000, { maxEarlyData: 1 }],
    ];
    const client = stack.client();
    const server = stack.server({ maxEarlyData: 40_000 });
    for (const [name, most, options] of lower) {
      server.maxEarlyData = 40_000;
      const session = stack.session(client, server);
      server.maxEarlyData = most;
      const [ours, theirs] = stack.pair(client, server, { session }, options);
      for (let i = 0; i < 3; i += 1) ours.writeEarlyData(Buffer.alloc(12_000, 'e'));
      handshake(ours, theirs);
      expect([name, ours.state, theirs.state]).toEqual([name, 'open', 'open']);
      expect([name, ours.earlyDataStatus]).toEqual([name, 'rejected']);
    }
  });

  test('goes on where it was made anew, with the same ticket keys and less early data', () => {
    const ticketKeys = Buffer.alloc(48, 5);
    const client = stack.client();
    const before = stack.server({ ticketKeys, maxEarlyData: 131_072 });
    for (const maxEarlyData of [undefined, 0, 10, 20_000]) {
      const session = stack.session(client, before);
      const options = maxEarlyData === undefined ? {} : { maxEarlyData };
      const [ours, theirs] = stack.pair(client, stack.server({ ticketKeys, ...options }), {
        session,
      });
      for (let i = 0; i < 10; i += 1) ours.writeEarlyData(Buffer.alloc(10_000, 'e'));
      handshake(ours, theirs);
      expect([ours.state, theirs.state, ours.earlyDataStatus]).toEqual([
        'open',
        'open',
        'rejected',
      ]);
    }
  });
});

describe('an external PSK', () => {
  test.each(['client', 'server'] as const)('does not age, on the %s', (old) => {
    const [given, found] = [psk('TLS_AES_256_GCM_SHA384'), psk('TLS_AES_256_GCM_SHA384')];
    (old === 'client' ? given : found).time = 1;
    const client = stack.client({ pskSession: { identity: 'i', session: given } });
    const server = stack.server({ sessionIdContext: '', pskSessions: [['i', found]] });
    const [ours] = stack.joined(client, server);
    expect(ours.sessionReused).toBe(true);
    // It is the copy that is younger.
    expect((old === 'client' ? given : found).time).toBe(1);
  });

  test.each([
    ['client', 0],
    ['server', 0],
    ['client', -5],
    ['server', -5],
  ] as const)('is good without a timeout, on the %s (%i)', (side, timeout) => {
    const [given, found] = [psk('TLS_AES_256_GCM_SHA384'), psk('TLS_AES_256_GCM_SHA384')];
    (side === 'client' ? given : found).timeout = timeout;
    const client = stack.client({ pskSession: { identity: 'i', session: given } });
    const server = stack.server({ sessionIdContext: '', pskSessions: [['i', found]] });
    const [ours, theirs] = stack.joined(client, server);
    expect([ours.sessionReused, ours.state, theirs.state]).toEqual([true, 'open', 'open']);
    expect((side === 'client' ? given : found).timeout).toBe(timeout);
  });

  test('that is a session with a ticket keeps its time', () => {
    const [client, server] = [stack.client(), stack.server()];
    const session = stack.session(client, server);
    const found = stack.add(session.dup());
    found.idContext = Buffer.alloc(0);
    const other = stack.client({ pskSession: { identity: 'i', session } });
    for (const [time, reused] of [
      [found.time, true],
      [1, false],
    ] as const) {
      found.time = time;
      const taken = stack.server({ sessionIdContext: '', pskSessions: [['i', found]] });
      expect([time, stack.joined(other, taken)[0].sessionReused]).toEqual([time, reused]);
    }
  });
});
