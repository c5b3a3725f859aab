import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, LookupFunction } from 'node:net';
import { connect, createServer } from 'node:tls';
import { handshake, LibsslError, SslConnection, type SslSession } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import {
  carry,
  certificate,
  failure,
  freed,
  outOfRange,
  Stack,
  stackForTests,
  thrown,
  wrongState,
  wrongType,
  wrongValue,
} from '../support/contexts.js';
import { fixture } from '../support/fixture.js';

const stack = stackForTests();

const versions = ['TLSv1.2', 'TLSv1.3'] as const;
const text = (bytes: Buffer | null) => bytes?.toString() ?? null;

/** Both sides of a handshake that is over. */
function open(version: (typeof versions)[number] = 'TLSv1.3') {
  return stack.joined(stack.client({ maxVersion: version }), stack.server());
}

describe('the constructor', () => {
  test('wants a context', () => {
    for (const wrong of [undefined, null, 5, {}]) {
      expect(thrown(() => new SslConnection(wrong as never))).toEqual(wrongType);
    }
    const context = stack.client();
    expect(stack.connection(context).context).toBe(context);
  });

  const wrong: Record<string, [types: unknown[], values: unknown[]]> = {
    session: [[5, {}, 'a'], []],
    servername: [
      [5, {}, null],
      ['a\0b', '\u{1F600}'],
    ],
    host: [[5, {}, null].slice(0, 2), ['a\0b', '\u{1F600}']],
    maxEarlyData: [
      ['1', null],
      [-1, 1.5, 2 ** 32],
    ],
    numTickets: [
      ['1', null],
      [-1, 1.5, 2 ** 32],
    ],
    ALPNProtocols: [
      [5, 'h2'],
      [[''], Buffer.from([5, 1])],
    ],
    allowEarlyData: [[1, null], []],
    ticketAppData: [['a'], []],
  };
  for (const [option, [types, values]] of Object.entries(wrong)) {
    test(`refuses what is no ${option}`, () => {
      const context = stack.client();
      for (const value of types) {
        const error = thrown(() => stack.connection(context, { [option]: value }));
        expect(error, String(value)).toEqual(wrongType);
      }
      for (const value of values) {
        const error = thrown(() => stack.connection(context, { [option]: value }));
        expect(['ERR_OUT_OF_RANGE', 'ERR_INVALID_ARG_VALUE']).toContain(
          (error as LibsslError).code,
        );
      }
    });
  }

  test('takes a session only for a client', () => {
    const [client, server] = [stack.client(), stack.server()];
    const session = stack.session(client, server);
    expect(thrown(() => stack.connection(server, { session }))).toEqual(wrongValue);
    const gone = stack.add(session.dup());
    gone.free();
    expect(thrown(() => stack.connection(client, { session: gone }))).toEqual(freed);
    expect(stack.joined(client, server, { session })[0].sessionReused).toBe(true);
  });

  test('servername, host: asked for and verified', () => {
    const client = stack.client({ rejectUnauthorized: true, ca: certificate.cert });
    const [ours, theirs] = stack.pair(client, stack.server(), { servername: 'wrong.test' });
    expect(thrown(() => handshake(ours, theirs))).toMatchObject({
      reason: 'certificate verify failed',
    });
    expect(ours.verifyError).toMatch(/Hostname mismatch/);
    const options = { servername: 'other.localhost', host: '192.0.2.1' };
    const pair = stack.joined(client, stack.server(), options);
    expect(pair[0].authorized).toBe(true);
    expect(pair[1].servername).toBe('other.localhost');
  });

  test('the certificate is for servername where that is given, else for host, as node:tls', async () => {
    const server = createServer(certificate).listen(0, '127.0.0.1');
    server.on('tlsClientError', () => {});
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ca = certificate.cert;
    const client = stack.client({ rejectUnauthorized: true, ca });
    for (const options of [
      { host: '127.0.0.1', servername: 'localhost' },
      { host: 'localhost', servername: 'wrong.test' },
      { host: 'localhost' },
      { host: '127.0.0.1' },
    ]) {
      const lookup: LookupFunction = (_, __, done) =>
        done(null, [{ address: '127.0.0.1', family: 4 }]);
      const socket = connect({ ...options, port, ca, lookup });
      const theirs = await once(socket, 'secureConnect').then(
        () => null,
        ({ code }) => code,
      );
      socket.destroy();
      const pair = stack.pair(client, stack.server(), options);
      const ours = theirs === null ? handshake(...pair) : thrown(() => handshake(...pair));
      expect((ours as { code?: string } | undefined)?.code ?? null).toBe(theirs);
    }
    server.close();
  });

  test('host: an address is looked for among the certificate’s addresses, not its names', () => {
    const cert = fixture('ip-cert.pem');
    const client = stack.client({ rejectUnauthorized: true, ca: [cert, certificate.cert] });
    const server = stack.server({ cert });
    for (const host of ['192.0.2.1', '2001:db8::1', '2001:DB8:0::1']) {
      expect(stack.joined(client, server, { host })[0].authorized).toBe(true);
    }
    for (const [host, of, why] of [
      ['192.0.2.2', server, /IP address mismatch/],
      ['2001:db8::2', server, /IP address mismatch/],
      ['192.0.2.1', stack.server(), /IP address mismatch/],
      ['addresses.test', server, /Hostname mismatch/],
    ] as const) {
      const [ours, theirs] = stack.pair(client, of, { host });
      expect(thrown(() => handshake(ours, theirs))).toMatchObject({
        reason: 'certificate verify failed',
      });
      expect(ours.verifyError).toMatch(why);
    }
    // Of Node's isIP, not of libssl's.
    expect(thrown(() => stack.connection(client, { host: 'fe80::1%lo' }))).toMatchObject({
      message: expect.stringContaining('options.host'),
    });
  });

  test('maxEarlyData, numTickets', () => {
    const [client, server] = [stack.client(), stack.server()];
    const [ours] = stack.joined(client, server, {}, { maxEarlyData: 77, numTickets: 1 });
    expect(stack.add(ours.session as SslSession).maxEarlyData).toBe(77);
  });
});

describe('state', () => {
  test.each(versions)('%s: from new to freed', (version) => {
    const [client, server] = stack.pair(stack.client({ maxVersion: version }), stack.server());
    expect([client.state, server.state]).toEqual(['new', 'new']);
    expect(client.handshake()).toBe('handshake');
    expect(server.handshake()).toBe('handshake');
    expect(server.receive(client.take())).toBe('handshake');
    client.receive(server.take());
    server.receive(client.take());
    client.receive(server.take());
    expect([client.state, server.state]).toEqual(['open', 'open']);
    expect(client.shutdown()).toBe(false);
    expect(client.state).toBe('closing');
    expect(server.receive(client.take())).toBe('closing');
    expect(server.shutdown()).toBe(true);
    expect(server.state).toBe('closed');
    expect(client.receive(server.take())).toBe('closed');
    expect(client.shutdown()).toBe(true);
    client.free();
    expect(client.state).toBe('freed');
  });

  test('calls before their time name it', () => {
    const early = (connection: SslConnection) => [
      () => connection.write(Buffer.from('x')),
      () => connection.read(),
      () => connection.shutdown(),
      () => connection.keyUpdate(),
      () => connection.renegotiate(),
      () => connection.requestCertificate(),
      () => connection.exportKeyingMaterial(8, 'label'),
    ];
    const [client, server] = stack.pair(stack.client(), stack.server());
    for (const call of [...early(client), ...early(server)]) {
      expect(thrown(call)).toEqual(wrongState("'new'"));
    }
    client.handshake();
    for (const call of early(client)) expect(thrown(call)).toEqual(wrongState("'handshake'"));
    expect(thrown(() => client.setSession(null))).toEqual(wrongState("'handshake'"));
    // None of it does harm.
    handshake(client, server);
    client.shutdown();
    expect(thrown(() => client.write(Buffer.from('x')))).toEqual(wrongState("'closing'"));
  });

  test('early data where nothing allows it is refused, and does no harm', () => {
    const [client, server] = stack.pair(stack.client(), stack.server());
    const data = Buffer.from('x');
    for (const side of [client, server]) {
      expect(thrown(() => side.writeEarlyData(data))).toEqual(wrongState("'new'"));
      expect(side.state).toBe('new');
    }
    client.setSession(null);
    client.handshake();
    carry(client, server);
    for (const side of [client, server]) {
      expect(thrown(() => side.writeEarlyData(data))).toEqual(wrongState("'handshake'"));
    }
    handshake(client, server);
    expect(thrown(() => client.writeEarlyData(data))).toEqual(wrongState("'open'"));
    expect(client.earlyDataStatus).toBe('notSent');
  });

  test('what TLS 1.3 does not have, and what only it has, is refused, and does no harm', () => {
    const [modern] = open('TLSv1.3');
    const [old, server] = open('TLSv1.2');
    expect(thrown(() => modern.renegotiate())).toBeInstanceOf(LibsslError);
    expect(thrown(() => old.keyUpdate())).toBeInstanceOf(LibsslError);
    expect(thrown(() => server.requestCertificate())).toBeInstanceOf(LibsslError);
    expect(thrown(() => modern.requestCertificate())).toBeInstanceOf(LibsslError);
    expect([modern.state, old.state, server.state]).toEqual(['open', 'open', 'open']);
  });
});

describe('data', () => {
  test.each(versions)('%s: both ways, of any size', (version) => {
    const [client, server] = open(version);
    for (const size of [0, 1, 16384, 16385, 1_000_000]) {
      const sent = Buffer.alloc(size, size % 251);
      client.write(sent);
      carry(client, server);
      const got = [];
      for (let data = server.read(); data !== null; data = server.read()) got.push(data);
      expect(Buffer.concat(got).equals(sent)).toBe(true);
      server.write(sent);
      // Byte by byte where that is not too many.
      const bytes = server.take();
      const step = size < 100 ? 1 : 7919;
      for (let at = 0; at < bytes.length; at += step) client.receive(bytes.subarray(at, at + step));
      const back = [];
      for (let data = client.read(); data !== null; data = client.read()) back.push(data);
      expect(Buffer.concat(back).equals(sent)).toBe(true);
    }
    expect(client.read()).toBeNull();
    expect(client.take()).toHaveLength(0);
  });

  test('after the end of the other side what it sent can be read', () => {
    const [client, server] = open();
    server.write(Buffer.from('last'));
    server.shutdown();
    client.receive(server.take());
    expect(text(client.read())).toBe('last');
    expect(client.read()).toBeNull();
    expect(client.state).toBe('closing');
    client.write(Buffer.from('still'));
    carry(client, server);
    expect(client.shutdown()).toBe(true);
  });

  test('what is no bytes', () => {
    const [client] = open();
    for (const call of [client.write, client.receive, client.writeEarlyData]) {
      for (const wrong of [undefined, null, 'text', 5, new ArrayBuffer(1), [1]]) {
        expect(thrown(() => call.call(client, wrong as never))).toEqual(wrongType);
      }
    }
  });
});

describe('garbage', () => {
  const garbage = Buffer.from('this is no record of TLS, and it is long enough for a header');

  test('instead of a hello: an alert, and the end', () => {
    for (const side of [stack.connection(stack.server()), stack.connection(stack.client())]) {
      const error = thrown(() => side.receive(garbage));
      expect(error).toMatchObject({
        code: 'ERR_SSL_WRONG_VERSION_NUMBER',
        reason: 'wrong version number',
      });
      expect(side.state).toBe('failed');
      const again = thrown(() => side.handshake()) as Error;
      expect(again).toEqual(wrongState('wrong version number'));
      expect(again.cause).toBe(error);
      const calls = [
        () => side.receive(Buffer.alloc(0)),
        () => side.write(garbage),
        () => side.read(),
        () => side.shutdown(),
        () => side.keyUpdate(),
        () => side.setAnswers({}),
        () => side.writeEarlyData(garbage),
        () => side.readEarlyData(),
      ];
      for (const call of calls) expect(thrown(call)).toEqual(wrongState('failed'));
      side.take();
      side.free();
    }
  });

  for (const version of versions) {
    // Every byte of each flight, one wrong at a time, would be many: each of the first, then some.
    test(`${version}: a wrong byte anywhere in any flight fails a side, or does nothing`, () => {
      const [client, server] = [
        stack.client({ maxVersion: version }),
        stack.server({ numTickets: 1 }),
      ];
      let failures = 0;
      for (let flight = 0; flight < 4; flight++) {
        for (let at = 0; at < 1200; at += at < 60 ? 3 : 41) {
          using own = new Stack();
          const [ours, theirs] = own.pair(client, server);
          const sides = [ours, theirs] as const;
          const errors: unknown[] = [];
          try {
            ours.handshake();
            for (let step = 0; step < 6; step++) {
              const [from, to] = step % 2 === 0 ? sides : ([theirs, ours] as const);
              const bytes = from.take();
              if (step === flight && at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ 0x5a;
              if (bytes.length > 0) to.receive(bytes);
            }
          } catch (error) {
            errors.push(error);
            failures += 1;
            expect(error).toBeInstanceOf(LibsslError);
            const failed = sides.find(({ state }) => state === 'failed');
            expect(failed).toBeDefined();
            failed?.take();
          }
        }
      }
      expect(failures).toBeGreaterThan(50);
    });

    test(`${version}: after the handshake`, () => {
      const [client, server] = open(version);
      client.write(Buffer.from('before'));
      server.receive(client.take());
      client.write(Buffer.from('spoiled'));
      const bytes = client.take();
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      const seen: (string | null)[] = [];
      const error = thrown(() => {
        server.receive(bytes);
        for (;;) {
          const data = text(server.read());
          if (data === null) break;
          seen.push(data);
        }
      });
      expect(error).toMatchObject({ reason: 'decryption failed or bad record mac' });
      expect(seen).toEqual(['before']);
      expect(server.state).toBe('failed');
      expect(thrown(() => client.receive(server.take()))).toMatchObject({ name: 'LibsslError' });
    });
  }

  test('the alert of the other side has its reason', () => {
    const [client, server] = stack.pair(
      stack.client({ ciphers: 'TLS_AES_128_CCM_SHA256' }),
      stack.server(),
    );
    expect(thrown(() => handshake(client, server))).toMatchObject({ reason: 'no shared cipher' });
    expect(client.state).toBe('failed');
    expect(thrown(() => client.read())).toMatchObject({
      reason: 'sslv3 alert handshake failure',
    });
    expect(thrown(() => client.read())).toEqual(wrongState('handshake failure'));
  });
});

describe('handshake()', () => {
  test('wants a client and a server', () => {
    const [client, server] = stack.pair(stack.client(), stack.server());
    expect(thrown(() => handshake(server, client))).toEqual(wrongValue);
    expect(thrown(() => handshake(client, client))).toEqual(wrongValue);
    for (const wrong of [undefined, null, {}]) {
      expect(() => handshake(client, wrong as never)).toThrow(TypeError);
      expect(() => handshake(wrong as never, server)).toThrow(TypeError);
    }
    server.free();
    expect(thrown(() => handshake(client, server))).toEqual(freed);
  });

  test('goes on where calls have begun', () => {
    for (let steps = 0; steps < 4; steps++) {
      const [client, server] = stack.pair(stack.client(), stack.server());
      client.handshake();
      for (let step = 0; step < steps; step++) {
        if (step % 2 === 0) carry(client, server);
        else carry(server, client);
      }
      handshake(client, server);
      handshake(client, server);
      expect([client.state, server.state]).toEqual(['open', 'open']);
    }
  });

  test('says when neither side can go on', () => {
    for (const serverOptions of [{}, { maxEarlyData: 100 }]) {
      const client = stack.client();
      const server = stack.server(serverOptions);
      const [ours, theirs] = stack.pair(client, server);
      ours.handshake();
      ours.take(); // lost
      expect(thrown(() => handshake(ours, theirs))).toEqual(wrongState('neither side'));
    }
  });
});

describe('what was negotiated', () => {
  test.each(versions)('%s', (version) => {
    const client = stack.client({ maxVersion: version, ALPNProtocols: ['h2'] });
    const server = stack.server({ ALPNProtocols: ['h2'] });
    const [ours, theirs] = stack.pair(client, server, { servername: 'a.test' });
    for (const side of [ours, theirs]) {
      expect(side.protocol).toBeNull();
      expect(side.cipher).toBeNull();
      expect(side.alpnProtocol).toBeNull();
      expect(side.peerCertificate).toBeNull();
      expect(side.peerCertificateChain).toEqual([]);
      expect(side.authorized).toBe(false);
      expect(side.sessionReused).toBe(false);
      expect(side.earlyDataStatus).toBe('notSent');
    }
    expect(theirs.servername).toBeNull();
    handshake(ours, theirs);
    for (const side of [ours, theirs]) {
      expect(side.protocol).toBe(version);
      expect(side.cipher).toMatchObject({ name: expect.stringMatching(/AES|CHACHA/), bits: 256 });
      expect(side.alpnProtocol).toBe('h2');
      expect(side.servername).toBe('a.test');
    }
    const der = new X509Certificate(certificate.cert).raw;
    expect(ours.peerCertificate?.raw).toEqual(der);
    expect(ours.peerCertificateChain.map(({ raw }) => raw)).toEqual([der]);
    expect(ours.verifyError).toMatch(/self signed/);
    expect(theirs.verifyError).toBeNull();
    expect(theirs.authorized).toBe(false);
    const material = ours.exportKeyingMaterial(40, 'EXPORTER-test', Buffer.from('context'));
    expect(theirs.exportKeyingMaterial(40, 'EXPORTER-test', Buffer.from('context'))).toEqual(
      material,
    );
    expect(theirs.exportKeyingMaterial(40, 'EXPORTER-test')).not.toEqual(material);
    for (const size of [0, -1, 1.5, 65536]) {
      expect(thrown(() => ours.exportKeyingMaterial(size, 'x'))).toEqual(outOfRange);
    }
    expect(thrown(() => ours.exportKeyingMaterial('8' as never, 'x'))).toEqual(wrongType);
    expect(thrown(() => ours.exportKeyingMaterial(8, 5 as never))).toEqual(wrongType);
    expect(thrown(() => ours.exportKeyingMaterial(8, '\u{1F600}'))).toEqual(wrongValue);
    expect(thrown(() => ours.exportKeyingMaterial(8, 'x', 'y' as never))).toEqual(wrongType);
  });
});

describe('sessions', () => {
  test('session is an object of your own each time', () => {
    const [client] = open();
    const [one, two] = [
      stack.add(client.session as SslSession),
      stack.add(client.session as SslSession),
    ];
    expect(one).not.toBe(two);
    expect(one.isSameSession(two)).toBe(true);
    expect(stack.connection(stack.client()).session).toBeNull();
  });

  test('setSession', () => {
    const [client, server] = [stack.client(), stack.server()];
    const session = stack.session(client, server);
    const [ours, theirs] = stack.pair(client, server);
    ours.setSession(session);
    ours.setSession(null);
    ours.setSession(session);
    for (const wrong of [undefined, 5, {}]) {
      expect(thrown(() => ours.setSession(wrong as never))).toEqual(wrongType);
    }
    expect(thrown(() => theirs.setSession(session))).toEqual(wrongValue);
    session.free();
    expect(thrown(() => ours.setSession(session))).toEqual(freed);
    handshake(ours, theirs);
    expect(ours.sessionReused).toBe(true);
    expect(thrown(() => ours.setSession(null))).toEqual(wrongState("'open'"));
  });

  test('a connection freed without shutdown() spoils its session, as in C', () => {
    const [ours] = open('TLSv1.2');
    const session = stack.add(ours.session as SslSession);
    ours.free();
    expect(session.isResumable).toBe(false);
  });

  test('a server takes early data, and answers before the handshake is over', () => {
    const [client, server] = [stack.client(), stack.server({ maxEarlyData: 1000 })];
    const session = stack.session(client, server);
    const [ours, theirs] = stack.pair(client, server, { session });
    ours.writeEarlyData(Buffer.from('one '));
    ours.writeEarlyData(Buffer.from('two'));
    expect(theirs.receive(ours.take())).toBe('handshake');
    expect(text(theirs.readEarlyData())).toBe('one two');
    expect(theirs.readEarlyData()).toBeNull();
    theirs.writeEarlyData(Buffer.from('answer'));
    ours.receive(theirs.take());
    ours.handshake();
    expect(text(ours.read())).toBe('answer');
    handshake(ours, theirs);
    expect([ours.earlyDataStatus, theirs.earlyDataStatus]).toEqual(['accepted', 'accepted']);
  });

  test('more early data than is allowed is refused, and nothing is lost', () => {
    const [client, server] = [stack.client(), stack.server({ maxEarlyData: 10 })];
    const session = stack.session(client, server);
    const [ours, theirs] = stack.pair(client, server, { session });
    const tooMuch = () => thrown(() => ours.writeEarlyData(Buffer.alloc(11)));
    expect(tooMuch()).toEqual(failure('ERR_OUT_OF_RANGE', '<= 10'));
    expect(ours.state).toBe('new');
    ours.writeEarlyData(Buffer.from('seven b'));
    expect(tooMuch()).toEqual(failure('ERR_OUT_OF_RANGE', '<= 3'));
    ours.writeEarlyData(Buffer.from('ytes'.slice(1)));
    expect(tooMuch()).toEqual(failure('ERR_OUT_OF_RANGE', '<= 0'));
    handshake(ours, theirs);
    expect(ours.earlyDataStatus).toBe('accepted');
    expect(text(theirs.readEarlyData())).toBe('seven btes');
  });
});

describe('a connection that a C-named function has seen failing', () => {
  const told = /failed, because an earlier call failed; that one had libssl's reason$/;
  const uses: Record<string, (connection: SslConnection) => unknown> = {
    read: (c) => c.read(),
    'read, into bytes': (c) => c.read(Buffer.alloc(9)),
    write: (c) => c.write(Buffer.from('x')),
    receive: (c) => c.receive(Buffer.from('x')),
    handshake: (c) => c.handshake(),
  };
  test.each(Object.entries(uses))('says so: %s', (_, use) => {
    for (const version of versions) {
      const [ours] = open(version);
      C.BIO_write(ours.handle, Buffer.from('no record of TLS'));
      expect(C.SSL_read(ours.handle, 100)).toBe(null);
      expect(C.lastErrors()).toHaveLength(1);
      expect(thrown(() => use(ours))).toMatchObject({ code: 'ERR_LIBSSL_FAILED', message: told });
      expect(ours.state).toBe('failed');
    }
  });

  // Then SSL_get_error says that the peer has ended, as after its close_notify.
  test.each(Object.entries(uses))('says so where it was an alert of the peer: %s', (_, use) => {
    for (const version of versions) {
      const [ours, theirs] = open(version);
      const garbage = Buffer.concat([Buffer.from('1703030028', 'hex'), Buffer.alloc(40)]);
      thrown(() => theirs.receive(garbage));
      C.BIO_write(ours.handle, theirs.take());
      expect(C.SSL_read(ours.handle, 100)).toBe(null);
      expect(C.lastErrors()).toHaveLength(1);
      expect(C.SSL_read(ours.handle, 100)).toBe(null);
      expect(C.SSL_get_error(ours.handle, 0)).toBe(C.SSL_ERROR_ZERO_RETURN);
      expect(thrown(() => use(ours))).toMatchObject({ code: 'ERR_LIBSSL_FAILED', message: told });
      expect(ours.state).toBe('failed');
    }
  });

  test.each([
    ['garbage', 'no record of TLS'],
    ['an alert of the peer', Buffer.from('15030300020228', 'hex')],
  ])('says so in its first handshake, alone and joined: %s', (_, bytes) => {
    for (const joins of [false, true]) {
      const pair = stack.pair(stack.client(), stack.server());
      const [ours, theirs] = pair;
      ours.handshake();
      C.BIO_write(ours.handle, Buffer.from(bytes));
      expect(C.SSL_do_handshake(ours.handle)).toBeLessThan(1);
      const failure = thrown(() => (joins ? handshake(ours, theirs) : ours.handshake()));
      expect(failure).toMatchObject({ code: 'ERR_LIBSSL_FAILED', message: told });
    }
  });

  test('of an alert of the peer, after this side’s end', () => {
    const [ours, theirs] = stack.pair(stack.client({ maxVersion: 'TLSv1.2' }), stack.server());
    ours.handshake();
    carry(ours, theirs);
    ours.receive(Buffer.from('1503030002015a', 'hex')); // a warning
    for (let i = 0; i < 2; i++) {
      carry(theirs, ours);
      carry(ours, theirs);
    }
    ours.shutdown();
    C.BIO_write(ours.handle, Buffer.from('15030300020228', 'hex'));
    for (let i = 0; i < 2; i++) expect(C.SSL_read(ours.handle, 100)).toBe(null);
    expect(thrown(() => ours.read())).toMatchObject({ code: 'ERR_LIBSSL_FAILED', message: told });
  });
});

describe('later messages', () => {
  test('keyUpdate, of one side and of both', () => {
    const [client, server] = open();
    for (const requestPeer of [false, true, true]) {
      client.keyUpdate(requestPeer);
      client.write(Buffer.from('new keys'));
      carry(client, server);
      expect(text(server.read())).toBe('new keys');
      server.write(Buffer.from('seen'));
      carry(server, client);
      expect(text(client.read())).toBe('seen');
    }
  });

  test('a write in the middle of a handshake message of the other side waits for its end', () => {
    const client = stack.client({ maxVersion: 'TLSv1.2' });
    const [ours, theirs] = stack.joined(client, stack.server());
    ours.renegotiate();
    theirs.receive(ours.take());
    // The server is in the middle of another handshake.
    expect(theirs.state).toBe('handshake');
    expect(thrown(() => theirs.shutdown())).toEqual(wrongState("'handshake'"));
    const data = Buffer.from('first');
    theirs.write(data);
    data.fill(0);
    theirs.write(Buffer.from(', second'));
    handshake(ours, theirs);
    const got = [];
    for (;;) {
      carry(theirs, ours);
      const read = text(ours.read());
      if (read === null) break;
      got.push(read);
    }
    expect(got.join('')).toBe('first, second');
    expect([ours.state, theirs.state]).toEqual(['open', 'open']);
  });

  test('renegotiate, by either side', () => {
    for (const who of [0, 1] as const) {
      const server = stack.server();
      const sides = stack.joined(stack.client({ maxVersion: 'TLSv1.2' }), server);
      sides[who].renegotiate();
      handshake(...sides);
      expect(server.sessionStats.acceptRenegotiate).toBeGreaterThan(0);
      sides[0].write(Buffer.from('after'));
      carry(...sides);
      expect(text(sides[1].read())).toBe('after');
    }
  });

  test('data that comes in the middle of another handshake is read, and the handshake goes on', () => {
    for (const who of [0, 1] as const) {
      for (const goesOn of ['receive', 'handshake'] as const) {
        const sides = stack.joined(stack.client({ maxVersion: 'TLSv1.2' }), stack.server());
        const [ours, theirs] = [sides[who], sides[1 - who] as SslConnection];
        // Neither has heard of what the other does.
        ours.renegotiate();
        theirs.write(Buffer.from('sent before'));
        if (goesOn === 'receive') carry(theirs, ours);
        else C.BIO_write(ours.handle, theirs.take());
        if (goesOn === 'handshake') ours.handshake();
        expect(text(ours.read())).toBe('sent before');
        for (let i = 0; i < 4; i++) {
          carry(ours, theirs);
          carry(theirs, ours);
        }
        expect([ours.state, theirs.state]).toEqual(['open', 'open']);
        ours.write(Buffer.from('after'));
        carry(ours, theirs);
        expect(text(theirs.read())).toBe('after');
      }
    }
  });

  describe.each(['TLSv1.2', 'TLSv1.1'] as const)('another handshake of %s', (maxVersion) => {
    const old = { minVersion: 'TLSv1', maxVersion, ciphers: 'ALL:@SECLEVEL=0' } as const;

    test.each([
      ['all of it has come', (bytes: Buffer) => [bytes]],
      ['a record comes in two', (bytes: Buffer) => [bytes.subarray(0, 9), bytes.subarray(9)]],
    ])('may begin while data waits, and what is written waits for it: %s', (_, cut) => {
      for (const who of [0, 1] as const) {
        const sides = stack.joined(stack.client(old), stack.server(old));
        const [ours, theirs] = [sides[who], sides[1 - who] as SslConnection];
        theirs.write(Buffer.from('before'));
        const [first = Buffer.alloc(0), ...rest] = cut(theirs.take());
        ours.receive(first);
        ours.renegotiate();
        for (const bytes of rest) ours.receive(bytes);
        ours.write(Buffer.from('while it waits'));
        expect(text(ours.read())).toBe('before');
        let got = '';
        for (let i = 0; i < 5; i++) {
          carry(ours, theirs);
          got += text(theirs.read()) ?? '';
          carry(theirs, ours);
        }
        expect(got).toBe('while it waits');
        expect([ours.state, theirs.state]).toEqual(['open', 'open']);
        const { connectRenegotiate } = (sides[0] as SslConnection).context.sessionStats;
        expect(connectRenegotiate).toBe(1);
      }
    });

    test('whose end is behind data: read() sends what waited', () => {
      for (const into of [undefined, Buffer.alloc(6)]) {
        const [ours, theirs] = stack.joined(stack.client(old), stack.server(old));
        theirs.renegotiate(); // which resumes
        theirs.write(Buffer.from('before'));
        carry(theirs, ours);
        ours.write(Buffer.from('waits'));
        carry(ours, theirs);
        carry(theirs, ours);
        expect(ours.state).toBe('handshake');
        if (into === undefined) expect(text(ours.read())).toBe('before');
        else expect([ours.read(into), ours.read(into)]).toEqual([6, 0]);
        carry(ours, theirs);
        expect([ours.state, theirs.state]).toEqual(['open', 'open']);
        expect(text(theirs.read())).toBe('waits');
      }
    });
  });

  test('renegotiation waits for a store too, each time', async () => {
    let asked = 0;
    const server = stack.server({
      sessionCacheMode: 0x302,
      noTicket: true,
      maxVersion: 'TLSv1.2',
      sessionStore: {
        get: async () => {
          asked += 1;
          return null;
        },
        set: (_, session) => session.free(),
        delete: () => {},
      },
    });
    const sides = stack.pair(stack.client(), server);
    await handshake(...sides);
    for (const round of [1, 2, 3]) {
      expect(asked).toBe(round);
      sides[1].renegotiate();
      sides[0].receive(sides[1].take());
      sides[1].receive(sides[0].take());
      expect(sides[1].state).toBe('paused');
      sides[1].write(Buffer.from('later'));
      // By bytes: the last of them are read as data is.
      await once(sides[1], 'progress');
      for (let i = 0; i < 3; i++) {
        carry(sides[1], sides[0]);
        carry(sides[0], sides[1]);
      }
      expect(text(sides[0].read())).toBe('later');
    }
  });
});

describe('events', () => {
  test('session, keylog: each listener with its own', () => {
    const [ours, theirs] = stack.pair(stack.client(), stack.server());
    const sessions: SslSession[] = [];
    const lines: string[] = [];
    ours.on('session', (session) => sessions.push(stack.add(session)));
    ours.on('session', (session) => sessions.push(stack.add(session)));
    ours.on('keylog', (line) => lines.push(line.toString()));
    handshake(ours, theirs);
    expect(sessions).toHaveLength(4);
    expect(sessions[0]?.isSameSession(sessions[1] as SslSession)).toBe(true);
    expect(lines).toContainEqual(expect.stringMatching(/^EXPORTER_SECRET /));
  });

  test('of a listener that came after the context was freed', () => {
    const context = stack.client();
    const [ours, theirs] = stack.pair(context, stack.server());
    context.free();
    let calls = 0;
    ours.on('session', (session) => {
      calls += 1;
      session.free();
    });
    handshake(ours, theirs);
    expect(calls).toBe(2);
  });

  test('of a listener that came after all were removed', () => {
    const [ours, theirs] = stack.pair(stack.client(), stack.server());
    ours.removeAllListeners();
    let calls = 0;
    ours.on('session', (session) => {
      calls += 1;
      session.free();
    });
    handshake(ours, theirs);
    expect(calls).toBe(2);
  });

  test('a listener that frees the connection ends the call with what it came to', () => {
    for (const options of [{}, { maxEarlyData: 100 }]) {
      const [ours, theirs] = stack.pair(stack.client(), stack.server(options));
      theirs.on('keylog', () => theirs.free());
      ours.handshake();
      expect(theirs.receive(ours.take())).toBe('freed');
    }
  });

  test("a failure is not hidden by a listener's exception, nor the reverse", () => {
    const [ours, theirs] = stack.pair(stack.client({ rejectUnauthorized: true }), stack.server(), {
      servername: 'localhost',
    });
    ours.on('keylog', () => {
      throw new Error('deliberate');
    });
    ours.handshake();
    carry(ours, theirs);
    expect(thrown(() => carry(theirs, ours))).toMatchObject({
      reason: 'certificate verify failed',
    });
    expect(ours.state).toBe('failed');
  });
});

test('after free() every member refuses, but free, freed and state', () => {
  const [connection] = open();
  connection.free();
  connection.free();
  connection[Symbol.dispose]();
  const allowed = ['constructor', 'free', 'freed', 'state', 'emitOwned', 'moved'];
  const values: Record<string, unknown[]> = {
    receive: [Buffer.alloc(1)],
    listen: [Buffer.alloc(1), 'x'],
    write: [Buffer.alloc(1)],
    writeEarlyData: [Buffer.alloc(1)],
    setSession: [null],
    setAnswers: [{}],
    exportKeyingMaterial: [8, 'x'],
  };
  const listeners = [
    ...['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'],
    ...['off', 'removeListener', 'removeAllListeners'],
  ];
  for (const [name, { get, value }] of Object.entries(
    Object.getOwnPropertyDescriptors(SslConnection.prototype),
  )) {
    if (allowed.includes(name) || listeners.includes(name)) continue;
    const use = () => (get ? get.call(connection) : value.apply(connection, values[name] ?? []));
    if (get || typeof value === 'function') expect(thrown(use), name).toEqual(freed);
  }
  connection.on('keylog', () => {});
});
