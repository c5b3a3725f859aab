// What crashes or corrupts memory in C, rule by rule (U1 to U20), and what happens here.

import {
  handshake,
  SslConnection,
  type SslContext,
  SslSession,
  sessionCounts,
} from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import { carry, freed, stackForTests, thrown, unsafe, wrongValue } from '../support/contexts.js';
import { fixture } from '../support/fixture.js';

const stack = stackForTests();

const AES = 'TLS_AES_128_GCM_SHA256';

/** A session that a cache takes. */
function cacheable(id = 'id'): SslSession {
  const session = stack.add(new SslSession());
  session.id = Buffer.from(id);
  session.cipher = AES;
  session.protocolVersion = 'TLSv1.3';
  return session;
}

function pskSession(): SslSession {
  const session = stack.add(new SslSession());
  session.cipher = AES;
  session.protocolVersion = 'TLSv1.3';
  session.masterKey = Buffer.alloc(32, 7);
  return session;
}

describe('U1: NULL', () => {
  test('no function of libssl-session/libssl dereferences it', () => {
    const fillers = [0, 1, 'a', Buffer.alloc(1), null, [], {}];
    const functions = Object.entries(C).filter(
      ([name, value]) => typeof value === 'function' && /^(SSL|BIO|PEM|i2d)_/.test(name),
    );
    expect(functions.length).toBeGreaterThan(150);
    const codes = new Set<unknown>();
    for (const [name, call] of functions as [string, (...values: unknown[]) => unknown][]) {
      if (/_new$/.test(name)) continue;
      for (const second of fillers) {
        for (const third of fillers) {
          try {
            call(0, second, third);
          } catch (error) {
            codes.add((error as { code: unknown }).code);
          }
        }
      }
    }
    expect([...codes].filter((code) => typeof code !== 'string')).toEqual([]);
    expect(codes).toContain('ERR_LIBSSL_UNSAFE');
  });

  test('says so', () => {
    const zero = 0 as C.Handle;
    expect(thrown(() => C.SSL_SESSION_get_id(zero))).toEqual(unsafe('NULL'));
    expect(thrown(() => C.SSL_CTX_sess_number(zero))).toEqual(unsafe('NULL'));
    expect(thrown(() => C.SSL_do_handshake(zero))).toEqual(unsafe('NULL'));
  });
});

describe('U2: one free too many, and use after the last', () => {
  test('of the objects: nothing, and a refusal', () => {
    const context = stack.server();
    const connection = stack.connection(context);
    const session = stack.add(new SslSession());
    for (const object of [connection, context, session]) {
      object.free();
      object.free();
      object[Symbol.dispose]();
      expect(object.freed).toBe(true);
    }
    expect(thrown(() => context.sessionStats)).toEqual(freed);
    expect(thrown(() => connection.handshake())).toEqual(freed);
    expect(thrown(() => session.id)).toEqual(freed);
    expect(thrown(() => new SslConnection(context))).toEqual(freed);
  });

  test('of handles: refused', () => {
    const invalid = expect.objectContaining({ code: 'ERR_LIBSSL_INVALID_HANDLE' });
    const context = C.SSL_CTX_new(C.TLS_method());
    const connection = C.SSL_new(context);
    C.SSL_free(connection);
    C.SSL_CTX_free(context);
    expect(thrown(() => C.SSL_free(connection))).toEqual(invalid);
    expect(thrown(() => C.SSL_CTX_free(context))).toEqual(invalid);
    expect(thrown(() => C.SSL_do_handshake(connection))).toEqual(invalid);
    expect(thrown(() => C.SSL_CTX_sess_number(context))).toEqual(invalid);
  });

  test('of what an object owns, through its handle: refused', () => {
    const context = stack.server();
    const connection = stack.connection(context);
    expect(thrown(() => C.SSL_CTX_free(context.handle))).toEqual(unsafe('belongs to'));
    expect(thrown(() => C.SSL_free(connection.handle))).toEqual(unsafe('belongs to'));
  });

  test('after the last reference that anybody has, libssl keeps its own', () => {
    const context = stack.server();
    const session = cacheable();
    context.addSession(session);
    session.free();
    expect(sessionCounts().live).toBe(1);
    const [cached] = context.cachedSessions();
    expect(cached?.id.toString()).toBe('id');
    cached?.free();
    context.flushSessions(0);
    expect(sessionCounts().live).toBe(0);
  });
});

describe('U3: another id or version for a session that sits in a cache', () => {
  test('is refused, also through another owner, and goes once it is out', () => {
    const context = stack.server();
    const session = cacheable();
    const other = stack.add(session.upRef());
    context.addSession(session);
    for (const each of [session, other]) {
      expect(thrown(() => (each.id = Buffer.from('new')))).toEqual(unsafe(/U3/));
      expect(thrown(() => (each.protocolVersion = 'TLSv1.2'))).toEqual(unsafe(/U3/));
    }
    expect(thrown(() => C.SSL_SESSION_set1_id(session.handle, Buffer.from('n')))).toEqual(
      unsafe(/U3/),
    );
    expect(session.id.toString()).toBe('id');
    expect(context.removeSession(session)).toBe(true);
    session.id = Buffer.from('new');
  });

  test('is refused also when only connections keep the context alive', () => {
    const server = stack.server({ noTicket: true, maxVersion: 'TLSv1.2' });
    const [, connection] = stack.joined(stack.client(), server);
    server.free();
    const session = stack.add(connection.session as SslSession);
    expect(thrown(() => (session.id = Buffer.from('new')))).toEqual(unsafe(/U3/));
    connection.shutdown();
    connection.free();
    session.id = Buffer.from('new');
  });
});

describe('U4: one session in the caches of two contexts', () => {
  test('is refused', () => {
    const [one, other] = [stack.server(), stack.server()];
    const session = cacheable();
    one.addSession(session);
    expect(thrown(() => other.addSession(session))).toEqual(unsafe(/U4/));
    expect(other.sessionStats.number).toBe(0);
    expect(other.addSession(stack.add(session.dup()))).toBe(true);
    one.removeSession(session);
  });

  test('is refused where a handshake is about to put it into its own', () => {
    const server = stack.server({ noTicket: true, maxVersion: 'TLSv1.2' });
    const other = stack.client();
    const [client, connection] = stack.pair(stack.client(), server);
    client.handshake();
    carry(client, connection);
    const session = stack.add(connection.session as SslSession);
    expect(session.id).toHaveLength(32);
    expect(thrown(() => other.addSession(session))).toEqual(unsafe(/U4/));
    handshake(client, connection);
    expect(server.sessionStats.number).toBe(1);
    expect(thrown(() => other.addSession(session))).toEqual(unsafe(/U4/));
  });

  test('so that libssl gives no other id to a session in a cache', () => {
    const server = stack.server({ noTicket: true });
    const [client, connection] = stack.pair(stack.client(), server);
    client.handshake();
    carry(client, connection);
    const session = stack.add(connection.session as SslSession);
    session.id = Buffer.from('chosen');
    session.cipher = AES;
    expect(thrown(() => server.addSession(session))).toEqual(unsafe(/U4/));
    handshake(client, connection);
    expect(server.sessionStats.number).toBe(2);
    server.flushSessions(0);
    expect(server.sessionStats.number).toBe(0);
  });
});

test('U5: a session with an empty id in a cache is refused', () => {
  for (const context of [stack.server(), stack.client()]) {
    const session = stack.add(new SslSession());
    session.cipher = AES;
    expect(thrown(() => context.addSession(session))).toEqual(unsafe(/U5/));
    expect(context.removeSession(session)).toBe(false);
  }
});

test("U6: a session that is not resumable in a server's cache is refused, and its dup too", () => {
  const server = stack.server();
  const session = cacheable();
  server.addSession(session);
  server.removeSession(session);
  expect(session.isResumable).toBe(false);
  expect(thrown(() => server.addSession(session))).toEqual(unsafe(/U6/));
  expect(thrown(() => server.addSession(stack.add(session.dup())))).toEqual(unsafe(/U6/));
  expect(stack.client().addSession(session)).toBe(true);
});

describe('U7: sessions without cipher or key', () => {
  test('are refused as a PSK, on both sides', () => {
    const [client, server] = [stack.client(), stack.server()];
    const [ours, theirs] = stack.pair(client, server);
    const noCipher = pskSession();
    noCipher.cipher = null;
    const noKey = pskSession();
    noKey.masterKey = Buffer.alloc(0);
    for (const session of [noCipher, noKey]) {
      for (const target of [client, ours]) {
        const give = () => target.setAnswers({ pskSession: { identity: 'i', session } });
        expect(thrown(give)).toEqual(unsafe(/U7/));
      }
      for (const target of [server, theirs]) {
        const give = () => target.setAnswers({ pskSessions: [['i', session]] });
        expect(thrown(give)).toEqual(unsafe(/U7/));
      }
    }
  });

  test.each(['before the handshake', 'in the middle of it'])(
    'are no PSK where they have lost them %s',
    (when) => {
      const session = pskSession();
      session.cipher = 'TLS_AES_256_GCM_SHA384';
      const clientContext = stack.client({ pskSession: { identity: 'i', session } });
      const serverContext = stack.server({ pskSessions: [['i', session]] });
      const [client, server] = stack.pair(clientContext, serverContext);
      const spoil = () => {
        session.cipher = 'TLS_AES_128_CCM_SHA256';
        session.cipher = null;
        session.masterKey = Buffer.alloc(0);
      };
      if (when === 'before the handshake') spoil();
      client.handshake();
      carry(client, server);
      if (when !== 'before the handshake') spoil();
      handshake(client, server);
      expect(client.sessionReused).toBe(when !== 'before the handshake');
    },
  );

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'are not found by a client that asks: %s',
    (version) => {
      const client = stack.client({ minVersion: version, maxVersion: version });
      const server = stack.server({ noTicket: true, maxVersion: version });
      const session = stack.session(client, server);
      const cached = server.cachedSessions().map((each) => stack.add(each));
      for (const each of cached) {
        // Another version's, of the same id.
        const other = stack.add(each.dup());
        other.protocolVersion = version === 'TLSv1.2' ? 'TLSv1.3' : 'TLSv1.2';
        server.addSession(other);
        each.cipher = null;
      }
      expect(stack.joined(client, server, { session })[0].sessionReused).toBe(false);
      const bare = stack.add(new SslSession());
      bare.protocolVersion = version;
      bare.id = version === 'TLSv1.2' ? session.id : (session.ticket as Buffer);
      bare.idContext = Buffer.from('test');
      expect(server.addSession(bare)).toBe(true);
      const again = stack.add(session.dup());
      expect(stack.joined(client, server, { session: again })[0].sessionReused).toBe(false);
    },
  );

  test('are not found after a HelloRetryRequest and a switch by SNI either', () => {
    const server = stack.server({ noTicket: true, ecdhCurve: 'P-384' });
    server.addContext('a.test', stack.server({ noTicket: true, ecdhCurve: 'P-384' }));
    const client = stack.client();
    const session = stack.session(client, server);
    const options = { session, servername: 'a.test' };
    const [ours, theirs] = stack.pair(client, server, options);
    ours.handshake();
    carry(ours, theirs);
    for (const each of server.cachedSessions()) {
      each.cipher = null;
      each.free();
    }
    handshake(ours, theirs);
    expect(ours.sessionReused).toBe(false);
  });

  test('do not come to be while a client offers them', () => {
    const [client, server] = [stack.client(), stack.server()];
    const session = stack.session(client, server);
    const [ours, theirs] = stack.pair(client, server, { session });
    ours.handshake();
    carry(ours, theirs);
    expect(thrown(() => (session.cipher = null))).toEqual(unsafe(/U7/));
    carry(theirs, ours);
    expect(ours.sessionReused).toBe(true);
  });

  test.each(['cipher', 'masterKey'])('from a store: a full handshake (%s)', (what) => {
    const [client, server] = [stack.client(), stack.server({ noTicket: true })];
    const session = stack.session(client, server);
    const [cached] = server.cachedSessions().map((each) => stack.add(each));
    const spoiled = stack.add((cached as SslSession).dup());
    if (what === 'cipher') spoiled.cipher = null;
    else spoiled.masterKey = Buffer.alloc(0);
    const errors: unknown[] = [];
    server.on('sessionStoreError', (error) => errors.push(error));
    server.sessionStore = { get: () => spoiled, set: (_, own) => own.free(), delete: () => {} };
    server.flushSessions(0);
    spoiled.id = session.id;
    const [ours] = stack.joined(client, server, { session });
    expect(ours.sessionReused).toBe(false);
    expect(errors).not.toEqual([]);
  });

  test('are offered by no client as a session', () => {
    const [client, server] = [stack.client(), stack.server()];
    const session = stack.session(client, server);
    session.cipher = null;
    const [ours] = stack.pair(client, server, { session });
    expect(thrown(() => ours.handshake())).toMatchObject({ name: 'LibsslError' });
    expect(ours.state).toBe('failed');
  });
});

describe('U8: a session of another context', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('is offered as a dup: %s', (maxVersion) => {
    const server = stack.server({ maxVersion });
    const [one, other] = [stack.client(), stack.client({ sessionCacheMode: 1 })];
    const session = stack.session(one, server);
    one.addSession(session);
    const [ours] = stack.pair(other, server, { session });
    const offered = stack.add(ours.session as SslSession);
    expect(offered.isSameSession(session)).toBe(false);
    expect(offered.toDer()).toEqual(session.toDer());
    const [again] = stack.joined(other, server, { session });
    expect(again.sessionReused).toBe(true);
    // libssl's marks are the dup's.
    expect(session.isResumable).toBe(true);
    one.removeSession(session);
  });

  test('is offered itself by its own context', () => {
    const [client, server] = [stack.client(), stack.server()];
    const session = stack.session(client, server);
    const [ours] = stack.pair(client, server, { session });
    expect(stack.add(ours.session as SslSession).isSameSession(session)).toBe(true);
  });

  test('and where that context is freed', () => {
    const server = stack.server();
    const first = stack.client();
    const session = stack.session(first, server);
    first.free();
    const [ours] = stack.joined(stack.client(), server, { session });
    expect(ours.sessionReused).toBe(true);
  });
});

describe('U9: use and free of everything from inside an event', () => {
  // The events of one handshake, and what a listener does in each.
  const events = ['newSession', 'removeSession', 'keylog'] as const;
  const deeds = {
    'frees the connections': (_: unknown, ends: SslConnection[]) => {
      for (const end of ends) end.free();
    },
    'frees the contexts': (contexts: SslContext[]) => {
      for (const context of contexts) context.free();
    },
    'frees everything': (contexts: SslContext[], ends: SslConnection[]) => {
      for (const each of [...contexts, ...ends]) each.free();
    },
    'flushes and adds': ([server]: SslContext[]) => {
      if (server === undefined || server.freed || deep) return;
      deep = true;
      server.flushSessions(0);
      using session = new SslSession();
      session.id = Buffer.from('in an event');
      session.cipher = AES;
      server.addSession(session);
      server.removeSession(session);
      deep = false;
    },
    'makes another handshake': ([server, client]: SslContext[]) => {
      if (server === undefined || client === undefined || deep || server.freed) return;
      deep = true;
      stack.joined(client, server);
      deep = false;
    },
    throws: () => {
      throw new Error('deliberate');
    },
  };
  let deep = false;

  for (const event of events) {
    for (const [name, deed] of Object.entries(deeds)) {
      for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
        test(`a listener of '${event}' that ${name}, ${maxVersion}`, () => {
          deep = false;
          const server = stack.server({ noTicket: true, maxVersion, sessionCacheSize: 1 });
          const client = stack.client();
          const contexts = [server, client];
          const ends = stack.pair(client, server);
          let called = 0;
          for (const context of contexts) {
            context.on(event as 'newSession', (session) => {
              if (session instanceof SslSession) session.free();
              called += 1;
              deed(contexts, ends);
            });
          }
          const attempt = (call: () => unknown) => {
            try {
              call();
            } catch (error) {
              expect((error as Error).message).toMatch(/deliberate|freed/);
            }
          };
          attempt(() => handshake(...ends));
          for (const end of ends) attempt(() => end.free());
          for (const context of contexts) attempt(() => context.free());
          expect(called).toBeGreaterThan(0);
        });
      }
    }
  }
});

test('U10: a rule that aborts is refused', () => {
  const context = stack.server();
  expect(thrown(() => context.setAnswers({ ticketRules: [{ action: 'abort' as 'use' }] }))).toEqual(
    wrongValue,
  );
  const rules = { rules: [{ action: 0 }] };
  expect(
    thrown(() => C.SSL_CTX_set_session_ticket_cb(context.handle, rules as never, null)),
  ).toEqual(unsafe(/U10/));
});

test('U11: a string field is assigned from its own getter', () => {
  const session = stack.add(new SslSession());
  session.hostname = 'a.test';
  session.alpnProtocol = 'h2';
  session.ticketAppData = Buffer.from('data');
  for (let i = 0; i < 100; i++) {
    const { hostname, alpnProtocol, ticketAppData } = session;
    Object.assign(session, { hostname, alpnProtocol, ticketAppData });
    C.SSL_SESSION_set1_hostname(session.handle, C.SSL_SESSION_get0_hostname(session.handle));
  }
  expect(session.toJSON()).toMatchObject({ hostname: 'a.test', alpnProtocol: 'h2' });
});

test('U12: a session cannot get to another thread', () => {
  const session = SslSession.fromDer(fixture('openssl-1.1.1-tls13.der'));
  stack.add(session);
  const context = stack.server();
  const connection = stack.connection(context);
  for (const object of [session, context, connection]) {
    const copy = cloned(object);
    if (copy === undefined) continue;
    expect(copy).not.toBeInstanceOf(object.constructor);
    expect(() => object.free.call(copy as never)).toThrow(TypeError);
  }
});

describe('U13: a renegotiation before the first handshake', () => {
  test.each([
    ['TLS', C.TLS_client_method(), C.TLS_server_method()],
    ['DTLS', C.DTLS_client_method(), C.DTLS_server_method()],
  ])('is refused, and the handshake goes on without it: %s', (_, clientMethod, serverMethod) => {
    const [clientContext, serverContext] = [
      C.SSL_CTX_new(clientMethod),
      C.SSL_CTX_new(serverMethod),
    ];
    const [client, server] = [C.SSL_new(clientContext), C.SSL_new(serverContext)];
    for (const ssl of [client, server]) {
      expect(thrown(() => C.SSL_renegotiate(ssl))).toEqual(unsafe(/U13/));
    }
    expect(C.SSL_connect(client)).toBe(-1);
    C.BIO_write(server, C.BIO_read(client) as Buffer);
    expect(C.SSL_accept(server)).toBe(-1);
    // In C: sent as it is, or a NULL pointer written to.
    expect(C.SSL_write(server, Buffer.from('plain'))).toBe(-1);
    expect(String(C.BIO_read(server)?.toString('latin1'))).not.toContain('plain');
    for (const ssl of [client, server]) C.SSL_free(ssl);
    for (const ctx of [clientContext, serverContext]) C.SSL_CTX_free(ctx);
  });
});

test.each(['TLSv1', 'TLSv1.2', 'TLSv1.3'] as const)(
  'a renegotiation after a handshake that failed comes to nothing, and sends nothing unencrypted: %s',
  (maxVersion) => {
    const options = { maxVersion, ciphers: 'DEFAULT@SECLEVEL=0', minVersion: 'TLSv1' } as const;
    for (const who of [0, 1] as const) {
      for (const when of ['first', 'later'] as const) {
        const pair = stack.pair(stack.client(options), stack.server(options));
        const side = pair[who];
        const ssl = side.handle;
        if (when === 'later') handshake(...pair);
        else side.handshake();
        C.BIO_write(ssl, Buffer.from('no record of TLS'));
        expect(when === 'later' ? C.SSL_read(ssl, 1) : C.SSL_do_handshake(ssl)).not.toBe(1);
        C.BIO_read(ssl); // the alert
        for (let i = 0; i < 2; i++) {
          expect([0, 1]).toContain(C.SSL_renegotiate(ssl)); // as C: it only notes it, up to TLS 1.2
          expect(C.SSL_do_handshake(ssl)).toBe(-1);
          expect(C.SSL_write(ssl, Buffer.from('plain'))).toBe(-1);
          expect(C.SSL_read(ssl, 10)).toBe(null);
          expect(C.BIO_read(ssl)).toBe(null);
        }
      }
    }
  },
);

test('U14: SSL_clear of a handshake that waits at the ClientHello is refused', () => {
  const server = stack.server({ maxVersion: 'TLSv1.2', noTicket: true });
  const client = stack.client();
  const first = stack.joined(client, server);
  using session = first[0].session as SslSession;
  for (const end of first) end.shutdown();
  server.flushSessions(0);
  let refusal: unknown;
  C.SSL_CTX_sess_set_get_cb(server.handle, (ssl) => {
    refusal = thrown(() => C.SSL_clear(ssl));
    return 0;
  });
  const pair = stack.pair(client, server, { session });
  C.SSL_do_handshake(pair[0].handle);
  C.BIO_write(pair[1].handle, C.BIO_read(pair[0].handle) as Buffer);
  C.SSL_do_handshake(pair[1].handle);
  expect(refusal).toEqual(unsafe(/U14/));
  expect(C.SSL_clear(pair[1].handle)).toBe(1);
});

test('U15: SSL_clear of a connection that has taken early data is refused', () => {
  const server = stack.server({ maxEarlyData: 1000 });
  const client = stack.client();
  const first = stack.joined(client, server);
  using session = first[0].session as SslSession;
  for (const end of first) end.shutdown();
  const [ours, theirs] = stack.pair(client, server, { session });
  ours.writeEarlyData(Buffer.from('early'));
  const ssl = theirs.handle;
  C.BIO_write(ssl, ours.take());
  expect(C.SSL_read_early_data(ssl, 100)).toEqual([1, Buffer.from('early')]);
  expect(thrown(() => C.SSL_clear(ssl))).toEqual(unsafe(/U15/));
  // In C: what a peer can send next is a NULL pointer read from.
  C.BIO_write(ssl, Buffer.from('17030300050000000000', 'hex'));
  expect(C.SSL_read_early_data(ssl, 100)[0]).toBe(0);
});

describe('U15: early data leaves a connection that cannot be cleared', () => {
  test('a server that has read it, also where there was none', () => {
    const [ours, theirs] = stack.joined(stack.client(), stack.server({ maxEarlyData: 1000 }));
    for (const end of [ours, theirs]) end.shutdown();
    expect(thrown(() => C.SSL_clear(theirs.handle))).toEqual(unsafe(/U15/));
    // In C: sends it as it is.
    expect(C.SSL_write_early_data(theirs.handle, Buffer.from('plain'))).toBe(0);
    expect(String(C.BIO_read(theirs.handle)?.toString('latin1'))).not.toContain('plain');
  });

  test('a client that has sent it', () => {
    const [client, server] = [stack.client(), stack.server({ maxEarlyData: 1000 })];
    const [ours] = stack.pair(client, server, { session: stack.session(client, server) });
    const ssl = ours.handle;
    expect(C.SSL_write_early_data(ssl, Buffer.from('early'))).toBe(1);
    expect(thrown(() => C.SSL_clear(ssl))).toEqual(unsafe(/U15/));
    expect(C.SSL_write_early_data(ssl, Buffer.from('early'))).toBe(1);
  });

  test('a server whose client has sent it, and that did not take it', () => {
    const [client, server] = [stack.client(), stack.server({ maxEarlyData: 1000 })];
    const session = stack.session(client, server);
    const [ours, theirs] = stack.pair(client, server, { session }, { maxEarlyData: 0 });
    ours.writeEarlyData(Buffer.from('early'));
    handshake(ours, theirs);
    expect(thrown(() => C.SSL_clear(theirs.handle))).toEqual(unsafe(/U15/));
  });
});

describe('U18: SSL_clear of a connection that renegotiates', () => {
  test('is refused, and it goes on encrypted', () => {
    const [client, server] = [stack.client(), stack.server({ maxVersion: 'TLSv1.2' })];
    const [ours, theirs] = stack.joined(client, server);
    const ssl = theirs.handle;
    C.SSL_renegotiate(ssl);
    expect(thrown(() => C.SSL_clear(ssl))).toEqual(unsafe(/U18/));
    C.SSL_write(ssl, Buffer.from('plain'));
    const output = C.BIO_read(ssl) as Buffer;
    expect(output.length).toBeGreaterThan(0);
    expect(output.includes('plain')).toBe(false);
    ours.receive(output);
    expect(ours.state).toBe('handshake');
  });
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a server that was cleared does not take its next client for the last one, in %s',
  (version) => {
    const [client, server] = [stack.client(), stack.server({ maxVersion: version })];
    const [first, theirs] = stack.joined(client, server);
    for (const end of [first, theirs]) end.shutdown();
    theirs.take();
    expect(C.SSL_clear(theirs.handle)).toBe(1);
    const next = stack.connection(client);
    for (let i = 0; i < 3; i += 1) {
      C.SSL_do_handshake(next.handle);
      for (const [from, to] of [
        [next, theirs],
        [theirs, next],
      ] as const) {
        C.BIO_write(to.handle, C.BIO_read(from.handle) ?? Buffer.alloc(0));
        C.SSL_do_handshake(to.handle);
      }
    }
    expect(C.SSL_is_init_finished(next.handle)).toBe(1);
    expect([C.SSL_session_reused(next.handle), C.SSL_session_reused(theirs.handle)]).toEqual([
      0, 0,
    ]);
  },
);

describe('U19: a session without a master key', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('is not offered: %s', (version) => {
    const [client, server] = [stack.client(), stack.server({ maxVersion: version })];
    const session = stack.add(stack.session(client, server).dup());
    session.masterKey = Buffer.alloc(0);
    const [ours] = stack.pair(client, server, { session });
    expect(thrown(() => ours.handshake())).toEqual(unsafe(/U19/));
    expect(thrown(() => C.SSL_connect(ours.handle))).toEqual(unsafe(/U19/));
    expect(ours.take()).toEqual(Buffer.alloc(0));
  });

  test('does not come to be while a connection has it', () => {
    const [ours] = stack.joined(stack.client(), stack.server());
    const session = stack.add(ours.session as SslSession);
    const key = session.masterKey;
    expect(thrown(() => (session.masterKey = Buffer.alloc(0)))).toEqual(unsafe(/U7/));
    expect(thrown(() => (session.cipher = null))).toEqual(unsafe(/U7/));
    expect(session.masterKey).toEqual(key);
  });
});

test('U20: a session is not removed by another context than the one that caches it', () => {
  const [one, other] = [stack.server(), stack.server()];
  const session = cacheable();
  one.addSession(session);
  expect(thrown(() => other.removeSession(session))).toEqual(unsafe(/U20/));
  expect(session.isResumable).toBe(true);
  expect(one.removeSession(session)).toBe(true);
  expect(other.removeSession(session)).toBe(false);
});

describe('U27: a session with a ticket but without an id', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('is not offered: %s', (version) => {
    const [client, server] = [stack.client(), stack.server({ maxVersion: version })];
    const session = stack.add(stack.session(client, server).dup());
    session.id = Buffer.alloc(0);
    expect(session.isResumable).toBe(true);
    const [ours] = stack.pair(client, server, { session });
    expect(thrown(() => ours.handshake())).toEqual(unsafe(/U27/));
    expect(thrown(() => C.SSL_connect(ours.handle))).toEqual(unsafe(/U27/));
    expect(ours.take()).toEqual(Buffer.alloc(0));
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'does not come to be while a connection has it: %s',
    (version) => {
      const server = () => stack.server({ maxVersion: version });
      const client = stack.client();
      const session = stack.session(client, server());
      const { id, masterKey } = session;
      const [ours, theirs] = stack.pair(client, server(), { session });
      ours.handshake();
      const empty = Buffer.alloc(0);
      expect(thrown(() => (session.id = empty))).toEqual(unsafe(/U27/));
      expect(thrown(() => C.SSL_SESSION_set1_id(session.handle, empty))).toEqual(unsafe(/U27/));
      handshake(ours, theirs);
      expect(ours.sessionReused).toBe(false);
      expect([session.id, session.masterKey]).toEqual([id, masterKey]);
    },
  );
});

// An emitter with listeners cannot be cloned at all.
function cloned(object: object): unknown {
  try {
    return structuredClone(object);
  } catch {
    return undefined;
  }
}
