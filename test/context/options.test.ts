// The names and values of options: what is known, what is refused, and how they are read.

import { SslConnection, type SslConnectionOptions, SslContext, SslSession } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import {
  certificate,
  failure,
  outOfRange,
  stackForTests,
  thrown,
  wrongType,
  wrongValue,
} from '../support/contexts.js';

const stack = stackForTests();

const context = (options: object) =>
  stack.add(new SslContext({ role: 'server', ...options } as never));
const connection = (options: object, of = stack.client()) =>
  stack.connection(of, options as SslConnectionOptions);

describe('a name that is not known is an error', () => {
  test.each([
    ['cihpers', 'ciphers'],
    ['ALPNprotocols', 'ALPNProtocols'],
    ['rejectUnauthorised', 'rejectUnauthorized'],
    ['minversion', 'minVersion'],
    ['numTicket', 'numTickets'],
    ['session_timeout', 'sessionTimeout'],
  ])('of a context: %s, which is near to %s', (given, known) => {
    const message = `'options.${given}' is not a known option; the nearest is '${known}'`;
    expect(thrown(() => context({ [given]: 1 }))).toEqual(
      failure('ERR_INVALID_ARG_VALUE', message),
    );
  });

  test('of a connection, and of answers', () => {
    const near = "'options.serverName' is not a known option; the nearest is 'servername'";
    expect(thrown(() => connection({ serverName: 'a.example' }))).toEqual(
      failure('ERR_INVALID_ARG_VALUE', near),
    );
    const client = stack.client();
    for (const object of [client, connection({}, client)]) {
      expect(thrown(() => object.setAnswers({ pks: null } as never))).toEqual(
        failure('ERR_INVALID_ARG_VALUE', "'answers.pks' is not a known option"),
      );
    }
  });

  test.each([
    { ticketRules: [{ appdata: Buffer.alloc(1), action: 'ignore' }] },
    { key: { pem: 'x', passphrse: 'y' } },
    { pskKeys: [], pfx: { buf: Buffer.alloc(1), bogus: 1 } },
  ])('of what is within an option', (options) => {
    expect(thrown(() => context(options))).toEqual(
      failure('ERR_INVALID_ARG_VALUE', 'is not a known option'),
    );
  });

  test('and is shown where it looks like a name only', () => {
    const secret = `${'s3cret'.repeat(20)}-`;
    const error = thrown(() => context({ [secret]: 1 })) as Error;
    expect(error).toEqual(wrongValue);
    expect(error.message).not.toContain('s3cret');
  });
});

test('a suite of TLS 1.3 is not taken out of a list, where libssl would pass over it', () => {
  const ciphers = 'HIGH:!TLS_AES_256_GCM_SHA384';
  expect(thrown(() => context({ ciphers }))).toEqual(failure('ERR_INVALID_ARG_VALUE', 'ciphers'));
});

test.each([
  ['secureProtocol', 'minVersion and maxVersion'],
  ['pskCallback', 'pskKeys'],
  ['SNICallback', 'addContext()'],
  ['checkServerIdentity', 'peerCertificate'],
  ['handshakeTimeout', 'the transport that carries the bytes'],
  ['session', 'is an option of SslConnection'],
])("node:tls's %s, which is not here, says what is: %s", (name, hint) => {
  const error = thrown(() => context({ [name]: 'TLSv1_2_method' }));
  expect(error).toEqual(failure('ERR_INVALID_ARG_VALUE', hint));
});

test("a connection says of a context's option whose it is", () => {
  expect(thrown(() => connection({ rejectUnauthorized: false }))).toEqual(
    failure('ERR_INVALID_ARG_VALUE', "'options.rejectUnauthorized' is an option of SslContext"),
  );
});

test('an option of the other side is an error, unless it is off', () => {
  const only = (side: string) => failure('ERR_INVALID_ARG_VALUE', `is only for a ${side}`);
  const client = (options: object) => () => context({ role: 'client', ...options });
  expect(thrown(client({ ticketKeys: Buffer.alloc(48) }))).toEqual(only('server'));
  expect(thrown(client({ requestCert: true }))).toEqual(only('server'));
  client({ requestCert: false, sessionStore: null })();
  expect(thrown(() => context({ maxFragmentLength: 512 }))).toEqual(only('client'));
  const server = stack.server();
  expect(thrown(() => connection({ servername: 'a.example' }, server))).toEqual(only('client'));
  connection({ session: null }, server);
  expect(thrown(() => server.setAnswers({ psk: { identity: 'a', key: Buffer.alloc(1) } }))).toEqual(
    only('client'),
  );
});

test('what is undefined is not given, whatever its name', () => {
  context({ ciphers: undefined, secureProtocol: undefined, anything: undefined });
  connection({ session: undefined, cert: undefined });
});

describe('options are read', () => {
  test('once each, known or not', () => {
    const reads: string[] = [];
    const given = {
      role: 'server',
      ...certificate,
      numTickets: 1,
      minVersion: undefined,
      x: undefined,
    };
    const options = new Proxy(given, {
      get(target, name, receiver) {
        reads.push(String(name));
        return Reflect.get(target, name, receiver);
      },
    });
    stack.add(new SslContext(options as never));
    expect(reads.sort()).toEqual(Object.keys(given).sort());
  });

  test('also where they are inherited, and are no property of every object', () => {
    const inherited = Object.create({ role: 'server', numTickets: 7 });
    expect(stack.add(new SslContext(inherited)).numTickets).toBe(7);
    class Options {
      get role() {
        return 'client';
      }
    }
    expect(stack.add(new SslContext(new Options() as never)).role).toBe('client');
    const names = { numTickets: 3, anything: 1, session: 4 };
    try {
      Object.assign(Object.prototype, names);
      expect(context({}).numTickets).toBe(2);
      connection({});
    } finally {
      for (const name of Object.keys(names)) Reflect.deleteProperty(Object.prototype, name);
    }
  });

  test('before anything is made: a getter may throw, or free the context', () => {
    const server = stack.server();
    const throws = {
      get numTickets(): number {
        throw new Error('mine');
      },
    };
    expect(thrown(() => context(throws))).toEqual(new Error('mine'));
    expect(thrown(() => connection(throws, server))).toEqual(new Error('mine'));
    const frees = {
      get numTickets() {
        server.free();
        return 1;
      },
    };
    expect(thrown(() => new SslConnection(server, frees))).toEqual(failure('ERR_LIBSSL_FREED'));
    const client = stack.client();
    const joins = stack.connection(client);
    const answers = {
      get psk() {
        joins.free();
        return null;
      },
    };
    expect(thrown(() => joins.setAnswers(answers))).toEqual(failure('ERR_LIBSSL_FREED'));
  });
});

test.each([
  ['context', null],
  ['context', undefined],
  ['context', 'server'],
  ['context', []],
  ['connection', null],
  ['connection', 1],
  ['answers', null],
  ['answers', []],
])('the options of a %s cannot be %o', (kind, value) => {
  const make = {
    context: () => new SslContext(value as never),
    connection: () => new SslConnection(stack.client(), value as never),
    answers: () => stack.client().setAnswers(value as never),
  }[kind];
  expect(thrown(() => make?.())).toEqual(wrongType);
});

describe('tickets are limited to 255, since libssl makes them in one call', () => {
  test('by the option, the property and the C functions', () => {
    const server = stack.server({ numTickets: 255 });
    expect(server.numTickets).toBe(255);
    for (const count of [256, 1e9, 0xffff_ffff, -1, 1.5, Number.NaN]) {
      expect(thrown(() => context({ numTickets: count }))).toEqual(outOfRange);
      expect(thrown(() => connection({ numTickets: count }, server))).toEqual(outOfRange);
      expect(
        thrown(() => {
          server.numTickets = count;
        }),
      ).toEqual(outOfRange);
      expect(thrown(() => C.SSL_CTX_set_num_tickets(server.handle, count))).toEqual(outOfRange);
      const { handle } = stack.connection(server);
      expect(thrown(() => C.SSL_set_num_tickets(handle, count))).toEqual(outOfRange);
    }
    expect(server.numTickets).toBe(255);
  });

  test('of which a client gets every one', () => {
    const client = stack.client();
    let count = 0;
    client.on('newSession', (session) => {
      count += 1;
      session.free();
    });
    stack.joined(client, stack.server({ numTickets: 255 }));
    expect(count).toBe(255);
  });
});

describe('a pre-shared key has one check, in the classes and by the C names', () => {
  const key = Buffer.alloc(32);
  const psk = () => {
    const session = stack.add(new SslSession());
    session.masterKey = key;
    session.cipher = 'TLS_AES_128_GCM_SHA256';
    session.protocolVersion = 'TLSv1.3';
    return session;
  };

  test.each([0, 64_001, 70_000])('an identity of TLS 1.3 cannot have %i bytes', (size) => {
    const [client, server, session] = [stack.client(), stack.server(), psk()];
    const identity = Buffer.alloc(size, 'a');
    const { handle } = session;
    for (const call of [
      () => client.setAnswers({ pskSession: { identity, session } }),
      () => client.setAnswers({ pskSession: { identity: identity.toString(), session } }),
      () => connection({ pskSession: { identity, session } }, client),
      () => server.setAnswers({ pskSessions: [[identity, session]] }),
      () => C.SSL_CTX_set_psk_use_session_callback(client.handle, { identity, session: handle }),
      () => C.SSL_CTX_set_psk_find_session_callback(server.handle, [[identity, handle]]),
    ]) {
      expect(thrown(call)).toEqual(outOfRange);
    }
  });

  test('the longest identity of TLS 1.3 is found, beside the longest server name', () => {
    const identity = Buffer.alloc(64_000, 'a');
    const client = stack.client({ pskSession: { identity, session: psk() } });
    const ciphers = 'TLS_AES_128_GCM_SHA256';
    const server = stack.server({ ciphers, pskSessions: [[identity, psk()]] });
    const [ours] = stack.joined(client, server, { servername: 'a'.repeat(255) });
    expect(ours.sessionReused).toBe(true);
  });

  test.each([
    ['an identity of more than 127 bytes', 'é'.repeat(64), key],
    ['an empty key', 'a', Buffer.alloc(0)],
    ['a key of more than 256 bytes', 'a', Buffer.alloc(257)],
  ])('of TLS 1.2 %s is refused', (_, identity, key) => {
    const [client, server] = [stack.client(), stack.server()];
    const latin1 = Buffer.from(identity).toString('latin1');
    for (const call of [
      () => client.setAnswers({ psk: { identity, key } }),
      () => server.setAnswers({ pskKeys: [[identity, key]] }),
      () => C.SSL_CTX_set_psk_client_callback(client.handle, { identity: latin1, key }),
      () => C.SSL_CTX_set_psk_server_callback(server.handle, [[latin1, key]]),
    ]) {
      expect(thrown(call)).toEqual(outOfRange);
    }
  });

  test('of TLS 1.2 may have an empty identity, which libssl cannot offer in TLS 1.3', () => {
    const psk = { identity: '', key };
    const server = stack.server({ pskKeys: [['', key]], ciphers: 'PSK' });
    const client = stack.client({ psk, ciphers: 'PSK', maxVersion: 'TLSv1.2' });
    const [ours] = stack.joined(client, server);
    expect(ours.cipher?.name).toMatch(/PSK/);
    const newest = connection({}, stack.client({ psk }));
    expect(() => newest.handshake()).toThrow(/malloc failure/);
  });

  test('of TLS 1.2 is used in TLS 1.3 too, with suites of SHA-256 only', () => {
    const client = stack.client({ psk: { identity: 'a', key } });
    const pskKeys = [['a', key]] as const;
    for (const [ciphers, resumed] of [
      ['TLS_AES_128_GCM_SHA256', true],
      ['TLS_AES_256_GCM_SHA384', false],
    ] as const) {
      const [ours] = stack.joined(client, stack.server({ pskKeys, ciphers }));
      expect([ours.protocol, ours.sessionReused]).toEqual(['TLSv1.3', resumed]);
    }
  });
});

test('ticket keys have one check, in the class and by the C name', () => {
  const server = stack.server();
  for (const keys of [[Buffer.alloc(47)], [Buffer.alloc(48), Buffer.alloc(80)]]) {
    expect(thrown(() => context({ ticketKeys: keys }))).toEqual(wrongValue);
    expect(thrown(() => server.setTicketKeys(keys))).toEqual(wrongValue);
    expect(thrown(() => C.SSL_CTX_set_tlsext_ticket_keys(server.handle, keys))).toEqual(wrongValue);
  }
  for (const keys of [null, 1, [null]]) {
    expect(thrown(() => context({ ticketKeys: keys }))).toEqual(wrongType);
    expect(thrown(() => server.setTicketKeys(keys as never))).toEqual(wrongType);
    const { handle } = server;
    expect(thrown(() => C.SSL_CTX_set_tlsext_ticket_keys(handle, keys as never))).toEqual(
      wrongType,
    );
  }
});
