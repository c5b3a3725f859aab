import { readFileSync } from 'node:fs';
import {
  handshake,
  type LibsslError,
  type SslConnection,
  type SslConnectionOptions,
  SslContext,
  type SslContextOptions,
  SslSession,
  sessionCounts,
} from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import { verifyCodes } from '../../src/context/verification.js';
import {
  carry,
  certificate,
  stackForTests,
  thrown,
  wrongState,
  wrongValue,
} from '../support/contexts.js';
import { fixture } from '../support/fixture.js';

const stack = stackForTests();

const { key } = certificate;
const of = (name: string) => ({ cert: fixture(`verify-${name}.pem`), key });
const [rootA, rootB] = [fixture('verify-root-a.pem'), fixture('verify-root-b.pem')] as const;
const kinds = {
  'TLS 1.2, id': { maxVersion: 'TLSv1.2', noTicket: true },
  'TLS 1.2, ticket': { maxVersion: 'TLSv1.2' },
  'TLS 1.3': {},
} as const;
const name = { servername: 'localhost' };

/** A client that verifies. */
const strict = (options: Partial<SslContextOptions> = {}) =>
  stack.client({ rejectUnauthorized: true, ca: rootA, ...options });
/** A server that wants certificates of its clients. */
const asking = (options: Partial<SslContextOptions> = {}) =>
  stack.server({ requestCert: true, ca: rootA, ...of('leaf-a'), ...options });

/** What the handshake came to: its error, or null. */
function shake(pair: [SslConnection, SslConnection]): LibsslError | null {
  try {
    handshake(...pair);
    return null;
  } catch (error) {
    return error as LibsslError;
  }
}

function sessionOf(
  client: SslContext,
  server: SslContext,
  options: SslConnectionOptions = name,
): SslSession {
  const [ours, theirs] = stack.joined(client, server, options);
  const session = stack.add(ours.session as SslSession);
  ours.shutdown();
  theirs.shutdown();
  ours.free();
  theirs.free();
  return session;
}

/** Nothing of it was taken, and nothing more can be done. */
function expectFailed(connection: SslConnection): void {
  expect(connection.state).toBe('failed');
  for (const use of [
    () => connection.write(Buffer.from('x')),
    () => connection.read(),
    () => connection.handshake(),
  ]) {
    expect(thrown(use)).toMatchObject({ code: expect.stringMatching(/^[A-Z]/) });
  }
}

describe('a client that verifies must say whom it talks to', () => {
  test('by servername or host; host: null says that any name will do', () => {
    const client = strict();
    expect(thrown(() => stack.connection(client, { host: '' }))).toEqual(wrongValue);
    for (const options of [{}, { host: undefined }] as SslConnectionOptions[]) {
      const error = thrown(() => stack.connection(client, options));
      expect(error).toEqual(wrongValue);
      expect((error as Error).message).toMatch(/options\.servername.*options\.host/);
    }
    const server = stack.server(of('leaf-a'));
    for (const options of [name, { host: 'localhost' }, { host: null }]) {
      expect(stack.joined(client, server, options)[0].authorized).toBe(true);
    }
    // Nobody verifies: as ever.
    stack.joined(stack.client(), server);
  });

  test('host: null asks for no name, also beside a servername', () => {
    const options = { servername: 'bank.example', host: null };
    expect(stack.joined(strict(), stack.server(of('leaf-a')), options)[0].authorized).toBe(true);
  });
});

describe.each(Object.entries(kinds))(
  'a client resumes what a full handshake takes: %s',
  (_, kind) => {
    test('not a session that a lax client got from a server it cannot verify', () => {
      const server = stack.server({ ...of('leaf-b'), ...kind });
      const session = sessionOf(stack.client(), server);
      const client = strict();
      const full = shake(stack.pair(client, server, name));
      const pair = stack.pair(client, server, { ...name, session });
      const resumed = shake(pair);
      expect(full).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
      expect({ ...resumed }).toEqual({ ...full });
      expect(resumed?.message).toBe(full?.message);
      expectFailed(pair[0]);
    });

    test('not a session of another name: authorized is never true for it', () => {
      const server = stack.server({ ...of('leaf-a'), ...kind });
      const client = strict();
      const session = sessionOf(client, server);
      for (const host of ['bank.example', '192.0.2.1']) {
        const offered = stack.add(session.dup());
        const pair = stack.pair(client, server, { servername: host, session: offered });
        expect(shake(pair)).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
        expect(pair[0].authorized).toBe(false);
        expectFailed(pair[0]);
      }
      // A lax one goes on, and is told.
      const lax = stack.client({ ca: rootA });
      const [ours] = stack.joined(lax, server, { servername: 'bank.example', session });
      expect(ours).toMatchObject({ sessionReused: true, authorized: false });
      expect(ours.verifyError).toMatch(/Hostname mismatch/);
    });

    test('one of another name of the same certificate, as of the same', () => {
      const server = stack.server({ ...of('leaf-a'), ...kind });
      const client = strict();
      for (const servername of ['localhost', 'other.localhost']) {
        const session = sessionOf(client, server);
        const [ours] = stack.joined(client, server, { servername, session });
        expect(ours).toMatchObject({ sessionReused: true, authorized: true, verifyError: null });
      }
    });

    test('a session that another context verified only where its own CAs do, too', () => {
      const server = stack.server({ ...of('leaf-a'), ...kind });
      for (const encoded of [false, true]) {
        const made = sessionOf(strict(), server);
        const offered = encoded ? stack.add(SslSession.fromDer(made.toDer())) : made;
        const stranger = stack.pair(strict({ ca: rootB }), server, { ...name, session: offered });
        expect(shake(stranger)).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
        const lax = stack.joined(stack.client({ ca: rootB }), server, {
          ...name,
          session: stack.add(offered.dup()),
        })[0];
        expect(lax).toMatchObject({ sessionReused: true, authorized: false });
        const [ours] = stack.joined(strict(), server, { ...name, session: offered });
        expect(ours).toMatchObject({ sessionReused: true, authorized: true });
      }
    });

    test('a session of a server with an intermediate, as long as its chain is known', () => {
      const server = stack.server({ ...of('chain'), ...kind });
      const client = strict();
      const session = sessionOf(client, server);
      const again = stack.joined(client, server, { ...name, session: stack.add(session.upRef()) });
      expect(again[0]).toMatchObject({ sessionReused: true, authorized: true });
      const other = sessionOf(client, server);
      const elsewhere = stack.joined(strict(), server, { ...name, session: other });
      expect(elsewhere[0]).toMatchObject({ sessionReused: true, authorized: true });
      // DER keeps no chain: then there is a full handshake, which brings it.
      const bare = stack.add(SslSession.fromDer(sessionOf(client, server).toDer()));
      const full = stack.joined(client, server, { ...name, session: bare });
      expect(full[0]).toMatchObject({ sessionReused: false, authorized: true });
    });

    test('none whose certificate has expired', () => {
      const server = stack.server({ ...of('expired'), ...kind });
      const session = sessionOf(stack.client(), server);
      const pair = stack.pair(strict(), server, { ...name, session });
      expect(shake(pair)).toMatchObject({ code: 'CERT_HAS_EXPIRED' });
    });

    test('and is judged after the handshake whatever it has offered', () => {
      const server = stack.server({ ...of('leaf-a'), ...kind });
      const session = sessionOf(stack.client(), server);
      for (const [options, code] of [
        [{ servername: 'bank.example' }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
        [name, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
      ] as const) {
        const pair = stack.pair(strict(), server, options);
        const offered = stack.add(session.dup());
        expect(C.SSL_set_session(pair[0].handle, offered.handle)).toBe(1);
        expect(shake(pair)).toMatchObject({ code, reason: 'certificate verify failed' });
        expect(pair[0].peerCertificate?.subject).toBe('CN=leaf-a');
        expectFailed(pair[0]);
        // The server is told the end.
        expect(pair[1].state).not.toBe('open');
      }
      const verified = sessionOf(strict(), server);
      const pair = stack.pair(strict(), server, { servername: 'bank.example' });
      C.SSL_set_session(pair[0].handle, verified.handle);
      expect(shake(pair)).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
      expectFailed(pair[0]);
    });
  },
);

describe.each(Object.entries(kinds))('who verified a session: %s', (_, kind) => {
  const refusal = { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' };
  const made = (client: SslContext) => {
    const server = stack.server({ ...of('leaf-a'), ...kind });
    return { server, session: sessionOf(client, server) };
  };

  test.each([
    ['decoded', (session: SslSession) => SslSession.fromDer(session.toDer())],
    ['copied', (session: SslSession) => session.dup()],
  ] as const)('another context, also where one that was %s was in the own cache', (_, copy) => {
    const { server, session } = made(strict());
    const client = strict({ ca: rootB });
    client.addSession(stack.add(copy(session)));
    const [cached = null] = client.cachedSessions();
    expect(cached?.isResumable).toBe(true);
    stack.add(cached as SslSession);
    const pair = stack.pair(client, server, { ...name, session: cached });
    expect(shake(pair)).toMatchObject(refusal);
  });

  test('another context, whose handle is like that of the own', () => {
    const first = strict();
    const { server, session } = made(first);
    first.free();
    for (let i = 0; i < 255; i += 1) strict().free();
    const pair = stack.pair(strict({ ca: rootB }), server, { ...name, session });
    expect(shake(pair)).toMatchObject(refusal);
  });

  test('the own context, also of a copy', () => {
    const client = strict();
    const { server, session } = made(client);
    const copy = stack.add(session.dup());
    const [ours] = stack.joined(client, server, { ...name, session: copy });
    expect([ours.sessionReused, ours.authorized]).toEqual([true, true]);
  });
});

describe('a session that node:tls bound to a name', () => {
  const bound = (servername: string) => {
    const session = sessionOf(strict(), stack.server(of('leaf-a')));
    const size = Buffer.from([0, servername.length]);
    const prefix = Buffer.from('\0nodejs:tls:session:1\0', 'latin1');
    const wrapped = Buffer.concat([prefix, size, Buffer.from(servername), session.toDer()]);
    return stack.add(SslSession.fromNodeSession(wrapped));
  };

  test('says which: boundTo, which its copies keep', () => {
    const session = bound('other.localhost');
    expect(session.boundTo).toBe('other.localhost');
    expect(stack.add(session.dup()).boundTo).toBe('other.localhost');
    expect(stack.add(session.upRef()).boundTo).toBe('other.localhost');
    expect(stack.add(SslSession.fromDer(session.toDer())).boundTo).toBeNull();
    expect(stack.add(SslSession.fromNodeSession(session.toDer())).boundTo).toBeNull();
    expect(stack.add(new SslSession()).boundTo).toBeNull();
  });

  test('is offered to that name only', () => {
    const keys = Buffer.alloc(48, 7);
    const server = stack.server({ ...of('leaf-a'), ticketKeys: keys });
    const make = (to: string) => {
      const session = sessionOf(strict(), server);
      const prefix = Buffer.from('\0nodejs:tls:session:1\0', 'latin1');
      const bytes = [prefix, Buffer.from([0, to.length]), Buffer.from(to), session.toDer()];
      return stack.add(SslSession.fromNodeSession(Buffer.concat(bytes)));
    };
    for (const [to, servername, reused] of [
      ['localhost', 'localhost', true],
      ['LOCALHOST', 'localhost', true],
      ['other.localhost', 'localhost', false],
      ['localhost', 'other.localhost', false],
    ] as const) {
      for (const [client, host] of [
        [strict()],
        [stack.client()],
        [stack.client(), null],
      ] as const) {
        const options = host === undefined ? {} : { host };
        const [ours] = stack.joined(client, server, { servername, session: make(to), ...options });
        expect(ours.sessionReused, `${to} ${servername}`).toBe(reused);
      }
    }
  });
});

describe.each(Object.entries(kinds))(
  'a server resumes what a full handshake takes: %s',
  (_, kind) => {
    const keys = { ticketKeys: Buffer.alloc(48, 9) };

    test('not the sessions of a lax server with the same ticket keys', () => {
      const lax = asking({ ...kind, ...keys, rejectUnauthorized: false });
      const server = asking({ ...kind, ...keys });
      for (const [own, code] of [
        [of('leaf-b'), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
        [{}, 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE'],
      ] as const) {
        const client = stack.client(own);
        const session = sessionOf(client, lax);
        if ('noTicket' in kind) {
          for (const each of lax.cachedSessions()) {
            server.addSession(stack.add(each.dup()));
            each.free();
          }
        }
        const full = shake(stack.pair(client, server));
        const pair = stack.pair(client, server, { session });
        const resumed = shake(pair);
        expect(full).toMatchObject({ code });
        expect({ ...resumed }).toEqual({ ...full });
        expectFailed(pair[1]);
      }
    });

    test('not those of a server that trusts another CA', () => {
      const other = asking({ ...kind, ...keys, ca: rootB });
      const server = asking({ ...kind, ...keys });
      const client = stack.client(of('leaf-b'));
      const session = sessionOf(client, other);
      for (const each of other.cachedSessions()) {
        server.addSession(stack.add(each.dup()));
        each.free();
      }
      const error = shake(stack.pair(client, server, { session }));
      expect(error).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    });

    test('and is judged in the handshake where they have the same id context all the same', () => {
      const lax = asking({ ...kind, ...keys, rejectUnauthorized: false });
      const server = asking({ ...kind, ...keys });
      for (const context of [lax, server]) {
        C.SSL_CTX_set_session_id_context(context.handle, Buffer.from('same'));
      }
      for (const [own, code, alert] of [
        [of('leaf-b'), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', /unknown ca/],
        [{}, 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE', /certificate required|handshake failure/],
      ] as const) {
        const client = stack.client(own);
        const session = sessionOf(client, lax);
        for (const each of lax.cachedSessions()) {
          server.addSession(stack.add(each.dup()));
          each.free();
        }
        const [ours, theirs] = stack.pair(client, server, { session });
        ours.handshake();
        expect(thrown(() => carry(ours, theirs))).toMatchObject({ code });
        expectFailed(theirs);
        // In no flight of the server is more than the alert.
        const flight = theirs.take();
        expect(flight[0]).toBe(21);
        expect(thrown(() => ours.receive(flight))).toMatchObject({
          reason: expect.stringMatching(alert),
        });
      }
    });

    test('what the same rules let pass', () => {
      for (const rejectUnauthorized of [true, false]) {
        const client = stack.client(of('leaf-a'));
        const options = { ...kind, ...keys, rejectUnauthorized };
        const [first, second] = [asking(options), asking(options)];
        const session = sessionOf(client, first);
        for (const each of first.cachedSessions()) {
          second.addSession(stack.add(each.dup()));
          each.free();
        }
        const [, theirs] = stack.joined(client, second, { session });
        expect(theirs).toMatchObject({ sessionReused: true, authorized: true });
      }
    });
  },
);

describe.each(Object.entries(kinds))('contexts by server name: %s', (_, kind) => {
  /** A server that asks under CA a for a.test, and under CA b for b.test; for others not at all. */
  function servers(a: Partial<SslContextOptions> = {}, b: Partial<SslContextOptions> = {}) {
    const server = stack.server({ ...of('leaf-a'), ...kind });
    server.addContext('a.test', asking({ ...kind, ...a }));
    server.addContext('b.test', asking({ ...kind, ca: rootB, ...b }));
    return server;
  }
  const to = (servername: string) => ({ servername });

  test('verify as they say, and refuse whom they do not know', () => {
    const server = servers();
    const [a, b] = [stack.client(of('leaf-a')), stack.client(of('leaf-b'))];
    expect(stack.joined(a, server, to('a.test'))[1].authorized).toBe(true);
    expect(stack.joined(b, server, to('b.test'))[1].authorized).toBe(true);
    expect(shake(stack.pair(b, server, to('a.test')))).toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
    expect(shake(stack.pair(stack.client(), server, to('a.test')))).toMatchObject({
      code: 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE',
    });
    const [, theirs] = stack.joined(a, server, to('c.test'));
    expect(theirs).toMatchObject({ authorized: false, peerCertificate: null });
  });

  test('may be laxer than the first', () => {
    const server = asking(kind);
    server.addContext('a.test', asking({ ...kind, rejectUnauthorized: false }));
    server.addContext('open.test', stack.server({ ...of('leaf-a'), ...kind }));
    const client = stack.client(of('leaf-b'));
    const [, theirs] = stack.joined(client, server, to('a.test'));
    expect(theirs).toMatchObject({ authorized: false });
    expect(theirs.peerCertificate).not.toBeNull();
    expect(stack.joined(client, server, to('open.test'))[1].peerCertificate).toBeNull();
    expect(shake(stack.pair(client, server))).not.toBeNull();
  });

  test('resume no session of another of them', () => {
    for (const options of [{}, { ca: rootA, sessionIdContext: 'test' }]) {
      const server = servers(options, options);
      const client = stack.client(of('leaf-a'));
      for (const [first, then] of [
        ['a.test', 'b.test'],
        ['c.test', 'a.test'],
        ['a.test', 'c.test'],
      ] as const) {
        const session = sessionOf(client, server, to(first));
        const pair = stack.pair(client, server, { ...to(then), session });
        const error = shake(pair);
        const same = then === 'b.test' && 'ca' in options;
        if (then === 'b.test' && !same) {
          expect(error).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
        } else {
          expect(pair[1].sessionReused, `${first} ${then}`).toBe(false);
        }
      }
      const session = sessionOf(client, server, to('a.test'));
      const [, theirs] = stack.joined(client, server, { ...to('a.test'), session });
      expect(theirs).toMatchObject({ sessionReused: true, authorized: true });
    }
  });
});

test.each(Object.entries(kinds))(
  'a session of one server name is resumed under no other, whoever asks for certificates: %s',
  (_, kind) => {
    const server = stack.server({ ...of('leaf-a'), ...kind });
    server.addContext('other.localhost', stack.server({ ...of('leaf-b'), ...kind }));
    for (const [first, then] of [
      ['localhost', 'other.localhost'],
      ['other.localhost', 'localhost'],
    ] as const) {
      // The certificate of either is for both names.
      const ca = then === 'localhost' ? rootB : rootA;
      const session = sessionOf(strict({ ca }), server, { servername: first });
      const offered = stack.add(session.dup());
      const other = stack.pair(strict({ ca }), server, { servername: then, session: offered });
      expect(shake(other)).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
      const [ours] = stack.joined(strict({ ca }), server, { servername: first, session });
      expect(ours.sessionReused).toBe(true);
    }
  },
);

describe('a context that is added', () => {
  const one = (options: Partial<SslContextOptions>) => {
    const server = stack.server();
    server.addContext('a.test', stack.server(options));
    return server;
  };
  const to = { servername: 'a.test' };

  test('has its versions, ciphers, curves, tickets and options in effect', () => {
    const client = stack.client();
    expect(stack.joined(client, one({ maxVersion: 'TLSv1.2' }), to)[0].protocol).toBe('TLSv1.2');
    const modern = one({ minVersion: 'TLSv1.3' });
    const old = stack.client({ maxVersion: 'TLSv1.2' });
    expect(shake(stack.pair(old, modern, to))).not.toBeNull();
    expect(shake(stack.pair(old, modern))).toBeNull();
    const suite = 'TLS_CHACHA20_POLY1305_SHA256';
    expect(stack.joined(client, one({ ciphers: suite }), to)[0].cipher?.name).toBe(suite);
    const p256 = stack.client({ ecdhCurve: 'P-256' });
    expect(shake(stack.pair(p256, one({ ecdhCurve: 'P-384' }), to))).not.toBeNull();
    const [ours] = stack.joined(old, one({ noTicket: true }), to);
    expect(stack.add(ours.session as SslSession).hasTicket).toBe(false);
    const tickets: unknown[] = [];
    client.on('newSession', (session) => tickets.push(stack.add(session)));
    stack.joined(client, one({ numTickets: 3 }), to);
    expect(tickets.length).toBe(3);
  });

  test('gives way to what the connection was told', () => {
    const server = one({ numTickets: 3 });
    const tickets: unknown[] = [];
    const client = stack.client();
    client.on('newSession', (session) => tickets.push(stack.add(session)));
    stack.joined(client, server, to, { numTickets: 1 });
    expect(tickets.length).toBe(1);
  });

  test('has its answers in effect', () => {
    const psk = { psk: { identity: 'me', key: Buffer.from('secret') } };
    const tls12 = { maxVersion: 'TLSv1.2', ciphers: 'PSK' } as const;
    const client = stack.client({ ...psk, ...tls12 });
    const server = stack.server(tls12);
    server.addContext('a.test', stack.server({ ...tls12, pskKeys: [['me', psk.psk.key]] }));
    expect(shake(stack.pair(client, server, to))).toBeNull();
    expect(shake(stack.pair(client, server))).not.toBeNull();
  });

  test('is refused where it would lose what it was given', () => {
    const store = { get: () => null, set: () => {}, delete: () => {} };
    const refused: Record<string, Partial<SslContextOptions>> = {
      role: { role: 'client', cert: [], key: [] },
      protocol: { protocol: 'dtls' },
      ticketKeys: { ticketKeys: Buffer.alloc(48, 1) },
      sessionStore: { sessionStore: store },
      sessionCacheMode: { sessionCacheMode: 0 },
      sessionCacheSize: { sessionCacheSize: 5 },
      sessionTimeout: { sessionTimeout: 5 },
      maxEarlyData: { maxEarlyData: 5 },
    };
    for (const [option, options] of Object.entries(refused)) {
      const error = thrown(() => one(options));
      expect(error, option).toEqual(wrongValue);
      expect((error as Error).message).toContain(option);
      if (option === 'role' || option === 'protocol') continue;
      // What both have is in effect.
      const server = stack.server(options);
      server.addContext('a.test', stack.server(options));
      server.sessionStore = null;
    }
  });
});

describe('requestCertificate()', () => {
  const modern = { postHandshakeAuth: true, minVersion: 'TLSv1.3' } as const;
  const ask = ([ours, theirs]: [SslConnection, SslConnection]) => {
    theirs.requestCertificate();
    carry(theirs, ours);
    carry(ours, theirs);
    carry(theirs, ours);
  };
  const served = (options: Partial<SslContextOptions>) =>
    stack.server({ ca: rootA, ...of('leaf-a'), ...options });

  test('refuses as the handshake does: a foreign certificate, and none', () => {
    for (const [own, code] of [
      [of('leaf-b'), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
      [{}, 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE'],
    ] as const) {
      const pair = stack.joined(stack.client({ ...modern, ...own }), served({}));
      expect(thrown(() => ask(pair))).toMatchObject({ code });
      expectFailed(pair[1]);
    }
    const pair = stack.joined(stack.client({ ...modern, ...of('leaf-a') }), served({}));
    ask(pair);
    expect(pair[1].authorized).toBe(true);
  });

  test('lets them pass with rejectUnauthorized: false, and says so', () => {
    const lax = served({ rejectUnauthorized: false });
    const foreign = stack.joined(stack.client({ ...modern, ...of('leaf-b') }), lax);
    ask(foreign);
    expect(foreign[1]).toMatchObject({ state: 'open', authorized: false });
    expect(foreign[1].peerCertificate?.subject).toBe('CN=leaf-b');
    const none = stack.joined(stack.client(modern), lax);
    ask(none);
    expect(none[1]).toMatchObject({ state: 'open', authorized: false, peerCertificate: null });
  });

  test.each([false, true])(
    'goes by rejectUnauthorized of the context that a server name has switched to: %s',
    (rejectUnauthorized) => {
      const first = served({ rejectUnauthorized: !rejectUnauthorized });
      first.addContext('a.test', served({ rejectUnauthorized }));
      const pair = stack.joined(stack.client(modern), first, { servername: 'a.test' });
      if (rejectUnauthorized) {
        const code = 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE';
        expect(thrown(() => ask(pair))).toMatchObject({ code });
        expectFailed(pair[1]);
      } else {
        ask(pair);
        expect(pair[1]).toMatchObject({ state: 'open', authorized: false });
      }
    },
  );

  test.each([false, true])(
    'its tickets resume, without an id context of yours: noTicket %s',
    (noTicket) => {
      const client = stack.client({ ...modern, ...of('leaf-a') });
      const server = stack.add(
        new SslContext({ role: 'server', ca: rootA, ...of('leaf-a'), noTicket }),
      );
      const pair = stack.joined(client, server);
      const tickets: SslSession[] = [];
      pair[0].on('session', (session) => tickets.push(stack.add(session)));
      ask(pair);
      expect(tickets.length).toBeGreaterThan(0);
      const [, theirs] = stack.joined(client, server, { session: tickets.at(-1) as SslSession });
      expect(theirs).toMatchObject({ sessionReused: true, authorized: true });
    },
  );
});

describe('a failure of a certificate', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'has node:tls’s code, OpenSSL’s words, and the certificate can be looked at: %s',
    (maxVersion) => {
      for (const [own, options, code, words] of [
        [of('leaf-b'), name, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', /verify the first certificate/],
        [certificate, name, 'DEPTH_ZERO_SELF_SIGNED_CERT', /self signed certificate/],
        [of('expired'), name, 'CERT_HAS_EXPIRED', /expired/],
        [of('leaf-a'), { host: 'a.test' }, 'ERR_TLS_CERT_ALTNAME_INVALID', /Hostname mismatch/],
        [of('leaf-a'), { host: '192.0.2.1' }, 'ERR_TLS_CERT_ALTNAME_INVALID', /IP address/],
        // What is wrong with the certificate comes before what is wrong with its name.
        [of('leaf-b'), { host: 'a.test' }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', /first/],
      ] as const) {
        const pair = stack.pair(strict({ maxVersion }), stack.server(own), options);
        const error = shake(pair);
        expect(error).toMatchObject({
          name: 'LibsslError',
          code,
          reason: 'certificate verify failed',
          verifyError: expect.stringMatching(words),
        });
        expect(error?.message).toMatch(words);
        const [ours] = pair;
        expect(ours.verifyError).toBe(error?.verifyError);
        expect(ours.authorized).toBe(false);
        expect(ours.peerCertificate?.toString()).toBe(String(own.cert));
        expect(ours.peerCertificateChain.length).toBe(1);
        expectFailed(ours);
      }
    },
  );

  test('of a client is the server’s to look at', () => {
    const pair = stack.pair(stack.client(of('leaf-b')), asking({ maxVersion: 'TLSv1.2' }));
    expect(shake(pair)).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    expect(pair[1].peerCertificate?.subject).toBe('CN=leaf-b');
    expect(pair[1].peerCertificateChain).toEqual([]);
  });

  test('has a code for each number that OpenSSL and Node share', () => {
    const header = new URL('../../.libssl/include/openssl/x509_vfy.h', import.meta.url);
    const text = readFileSync(header, 'utf8');
    for (const [number, code] of Object.entries(verifyCodes)) {
      expect(text).toMatch(new RegExp(`X509_V_ERR_${code}\\s+${number}\\b`));
    }
  });
});

describe('without certificates', () => {
  const psk = () => {
    const session = stack.add(new SslSession());
    session.protocolVersion = 'TLSv1.3';
    session.cipher = 'TLS_AES_256_GCM_SHA384';
    session.masterKey = Buffer.alloc(48, 5);
    return session;
  };

  test('external PSKs stay, and so do the tickets that come of them', () => {
    const client = strict({ pskSession: { identity: 'me', session: psk() } });
    const server = stack.add(
      new SslContext({ role: 'server', requestCert: true, pskSessions: [['me', psk()]] }),
    );
    const [ours, theirs] = stack.joined(client, server, name);
    expect([ours.state, theirs.state]).toEqual(['open', 'open']);
    expect(ours.authorized).toBe(false);
    const session = sessionOf(client, server);
    const again = stack.joined(client, server, { ...name, session });
    expect(again[1].state).toBe('open');
  });

  test('a session of one is not offered where no PSK would be', () => {
    const server = stack.server({ ...of('leaf-a'), pskSessions: [['me', psk()]] });
    const session = sessionOf(strict({ pskSession: { identity: 'me', session: psk() } }), server);
    expect(session.peerCertificate).toBeNull();
    const [ours] = stack.joined(strict(), server, { ...name, session });
    expect(ours).toMatchObject({ sessionReused: false, authorized: true });
  });
});

test.each([true, false])(
  'nor is one of TLS 1.2 that came of a PSK, where there is none any more: noTicket %s',
  (noTicket) => {
    const ciphers = 'ECDHE-PSK-AES128-CBC-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256';
    const both = { maxVersion: 'TLSv1.2', ciphers } as const;
    const psk = { identity: 'me', key: Buffer.from('secret') };
    for (const [leaf, code] of [
      ['leaf-a', null],
      ['leaf-b', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ] as const) {
      const pskKeys = [['me', psk.key]] as const;
      const server = stack.server({ ...of(leaf), ...both, noTicket, pskKeys });
      const session = sessionOf(strict({ ...both, psk }), server);
      expect(session.peerCertificate).toBeNull();
      const offered = stack.add(session.dup());
      const pair = stack.pair(strict(both), server, { ...name, session: offered });
      expect(shake(pair)?.code ?? null).toBe(code);
      expect(pair[0]).toMatchObject({ sessionReused: false, authorized: code === null });
      const [ours] = stack.joined(strict({ ...both, psk }), server, { ...name, session });
      expect(ours).toMatchObject({ sessionReused: true, authorized: false });
    }
  },
);

test('what was refused after the handshake can only be freed', () => {
  const server = stack.server(of('leaf-a'));
  const session = sessionOf(stack.client(), server);
  const pair = stack.pair(strict(), server, name);
  C.SSL_set_session(pair[0].handle, session.handle);
  expect(shake(pair)).not.toBeNull();
  for (const call of [
    C.SSL_clear,
    C.SSL_do_handshake,
    (h: C.Handle) => C.SSL_write(h, Buffer.from('x')),
  ]) {
    expect(thrown(() => call(pair[0].handle))).toEqual(wrongState(/can only be freed/));
  }
});

test('a session that was judged is let go once a renegotiation has another', () => {
  const options = { maxVersion: 'TLSv1.2' } as const;
  const [client, server] = [strict(options), stack.server({ ...options, ...of('leaf-a') })];
  const session = sessionOf(client, server, name);
  const { live } = sessionCounts();
  const [ours, theirs] = stack.joined(client, server, { ...name, session });
  expect(ours.sessionReused).toBe(true);
  session.free();
  C.SSL_set_options(theirs.handle, C.SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION);
  ours.renegotiate();
  handshake(ours, theirs);
  expect([ours.state, ours.sessionReused]).toEqual(['open', false]);
  // `session` was counted, and is gone; each side has a new one.
  expect(sessionCounts().live - live).toBe(1);
});
