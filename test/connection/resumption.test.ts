// Why a session was resumed or not: each reason is provoked, and what is said agrees with whether it
// was, on both sides, and with libssl's counters.

import { randomBytes } from 'node:crypto';
import {
  handshake,
  type SslConnection,
  type SslConnectionOptions,
  type SslContext,
  type SslContextOptions,
  type SslResumption,
  SslSession,
} from 'libssl-session';
import * as libssl from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import { extension, hello, messages } from '../conformance/wire.js';
import { carry, certificate, stackForTests } from '../support/contexts.js';

const stack = stackForTests();
const tls12 = { maxVersion: 'TLSv1.2' } as const;
const byId = { noTicket: true } as const;

/** What both sides say after the handshake; the server agrees with libssl's counters. */
function bothJudged(client: SslContext, server: SslContext, options: SslConnectionOptions) {
  const before = server.sessionStats;
  const [ours, theirs] = stack.joined(client, server, options);
  const after = server.sessionStats;
  const { resumption } = theirs;
  for (const each of [ours, theirs]) {
    expect(each.sessionReused).toBe(resumption?.resumed);
    expect(each.resumption?.resumed).toBe(resumption?.resumed);
  }
  const count = (is: boolean | undefined) => (is ? 1 : 0);
  expect(after.hits - before.hits).toBe(count(resumption?.resumed));
  // libssl also looks for an id where it does not take a ticket.
  const misses = resumption?.reason === 'unknown id' ? [1] : resumption?.resumed ? [0] : [0, 1];
  expect(misses).toContain(after.misses - before.misses);
  expect(after.timeouts - before.timeouts).toBe(count(resumption?.reason === 'expired'));
  const seen = ours.resumption;
  for (const each of [ours, theirs]) each.shutdown();
  return { client: seen, server: resumption };
}

/** What the server says. */
const judged = (...given: Parameters<typeof bothJudged>) => bothJudged(...given).server;
/** What the client says. */
const seen = (...given: Parameters<typeof bothJudged>) => bothJudged(...given).client;

const not = (offered: SslResumption['offered'], reason: SslResumption['reason']) => ({
  ...{ offered, resumed: false, reason },
});
const yes = (offered: SslResumption['offered']) => ({ offered, resumed: true, reason: null });

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('%s', (maxVersion) => {
  const server = (options: Partial<SslContextOptions> = {}) =>
    stack.server({ maxVersion, ...options });
  // Who could speak TLS 1.3 offers every server an id.
  const client = (options: Partial<SslContextOptions> = {}) =>
    stack.client({ maxVersion, ...options });
  const keys = randomBytes(80);

  test('nothing is known before the handshake is over', () => {
    const [ours, theirs] = stack.pair(client(), server());
    expect([ours.resumption, theirs.resumption]).toEqual([null, null]);
    ours.handshake();
    theirs.receive(ours.take());
    expect(theirs.resumption).toBeNull();
  });

  test('nothing was offered', () => {
    expect(judged(client(), server(), {})).toEqual(not(null, null));
  });

  test('a ticket, and an id, are resumed', () => {
    for (const [options, offered] of [
      [{}, 'ticket'],
      [byId, 'id'],
      [{ ticketKeys: keys }, 'ticket'],
    ] as const) {
      const [ours, theirs] = [client(), server(options)];
      const session = stack.session(ours, theirs);
      expect(judged(ours, theirs, { session })).toEqual(yes(offered));
    }
  });

  test('an unknown id: of another server, or one that was removed', () => {
    const [ours, theirs] = [client(), server(byId)];
    const session = stack.session(ours, theirs);
    expect(judged(ours, server(byId), { session: stack.add(session.dup()) })).toEqual(
      not('id', 'unknown id'),
    );
    theirs.flushSessions(0);
    expect(judged(ours, theirs, { session })).toEqual(not('id', 'unknown id'));
  });

  test("an unknown ticket key: another server's, libssl's own or a given one", () => {
    for (const options of [{}, { ticketKeys: keys }]) {
      const ours = client();
      const session = stack.session(ours, server(options));
      for (const other of [server(), server({ ticketKeys: randomBytes(80) })]) {
        const copy = stack.add(session.dup());
        expect(judged(ours, other, { session: copy })).toEqual(not('ticket', 'unknown ticket key'));
      }
    }
  });

  test('a damaged ticket: another key of the same name, or one byte changed', () => {
    const ours = client();
    const other = Buffer.concat([keys.subarray(0, 16), randomBytes(64)]);
    const session = stack.session(ours, server({ ticketKeys: keys }));
    expect(judged(ours, server({ ticketKeys: other }), { session })).toEqual(
      not('ticket', 'damaged ticket'),
    );
    const theirs = server();
    const good = stack.session(ours, theirs);
    const der = good.toDer();
    const at = der.indexOf(good.ticket as Buffer) + 40;
    der.writeUInt8(der.readUInt8(at) ^ 1, at);
    const damaged = stack.add(SslSession.fromDer(der));
    expect(judged(ours, theirs, { session: damaged })).toEqual(not('ticket', 'damaged ticket'));
  });

  test('expired', async () => {
    for (const [options, offered] of [
      [byId, 'id'],
      [{}, 'ticket'],
    ] as const) {
      const [ours, theirs] = [client(), server({ ...options, sessionTimeout: 1 })];
      const session = stack.session(ours, theirs);
      if (offered === 'id') {
        const kept = theirs.cachedSessions();
        for (const each of kept) {
          each.time -= 100;
          each.free();
        }
      } else {
        await new Promise((resolve) => setTimeout(resolve, 2100));
      }
      // As fresh, as its server's ticket is not: a client offers none past the time of its hint.
      session.timeout = 1000;
      session.time = Math.floor(Date.now() / 1000);
      expect(judged(ours, theirs, { session })).toEqual(not(offered, 'expired'));
    }
  });

  test('another id context, another server name', () => {
    const one = server({ ticketKeys: keys, sessionIdContext: 'one' });
    const session = stack.session(client(), one);
    const other = server({ ticketKeys: keys, sessionIdContext: 'other' });
    expect(judged(client(), other, { session })).toEqual(not('ticket', 'id context'));

    const names = server({ ticketKeys: keys });
    names.addContext('a.example', stack.server({ maxVersion }));
    names.addContext('b.example', stack.server({ maxVersion }));
    const ours = client();
    const [first, its] = stack.joined(ours, names, { servername: 'a.example' });
    const forA = stack.add(first.session as SslSession);
    for (const each of [first, its]) each.shutdown();
    const again = (servername: string) =>
      judged(ours, names, { servername, session: stack.add(forA.dup()) });
    expect(again('b.example')).toEqual(not('ticket', 'server name'));
    expect(again('a.example')).toEqual(yes('ticket'));
  });

  test('a ticket rule', () => {
    for (const action of ['ignore', 'ignoreAndRenew'] as const) {
      const [ours, theirs] = [client(), server()];
      const session = stack.session(ours, theirs);
      theirs.setAnswers({ ticketRules: [{ action }] });
      expect(judged(ours, theirs, { session })).toEqual(not('ticket', 'ticket rule'));
    }
  });

  test('a session of a store is resumed, or is as unknown as the store says', async () => {
    const kept = new Map<string, Buffer>();
    let there = true;
    const theirs = server({
      ...byId,
      sessionStore: {
        get: async (id) => (there ? kept.get(id.toString('hex')) : null),
        set(id, session) {
          kept.set(id.toString('hex'), session.toDer());
          session.free();
        },
        delete: () => {},
      },
      sessionCacheMode: 0x302,
    });
    const ours = client();
    const visit = async (session: SslSession | null) => {
      const [a, b] = stack.pair(ours, theirs, { session });
      await handshake(a, b);
      const next = stack.add(a.session as SslSession);
      for (const each of [a, b]) each.shutdown();
      return { next, resumption: b.resumption };
    };
    const { next } = await visit(null);
    const second = await visit(next);
    expect(second.resumption).toEqual(yes('id'));
    there = false;
    expect((await visit(second.next)).resumption).toEqual(not('id', 'unknown id'));
  });
});

test('another version, up or down', () => {
  const keys = randomBytes(80);
  const ours = stack.client();
  const old = stack.server({ ...tls12, ticketKeys: keys });
  const current = stack.server({ ticketKeys: keys });
  const upwards = judged(ours, current, { session: stack.session(ours, old) });
  expect(upwards).toEqual(not('ticket', 'version'));
  const downwards = judged(ours, old, { session: stack.session(ours, current) });
  expect(downwards).toEqual(not('ticket', 'version'));
});

test('TLS 1.3: another hash', () => {
  const ticketKeys = randomBytes(80);
  const ours = stack.client({ ciphers: 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384' });
  const with256 = stack.server({ ticketKeys, ciphers: 'TLS_AES_128_GCM_SHA256' });
  const with384 = stack.server({ ticketKeys, ciphers: 'TLS_AES_256_GCM_SHA384' });
  const session = stack.session(ours, with256);
  expect(judged(ours, with384, { session })).toEqual(not('ticket', 'hash'));
});

test("TLS 1.3: libssl's protection from replay, with a store that is not for single use", () => {
  const kept = new Map<string, Buffer>();
  const theirs = stack.server({
    maxEarlyData: 100,
    sessionCacheMode: 0x302,
    sessionStore: {
      get: (id) => kept.get(id.toString('hex')),
      set(id, session) {
        kept.set(id.toString('hex'), session.toDer());
        session.free();
      },
      delete: () => {},
    },
  });
  const ours = stack.client();
  const session = stack.session(ours, theirs);
  expect(judged(ours, theirs, { session })).toEqual(not('id', 'replay'));
});

test('TLS 1.3: an external PSK', () => {
  const psk = stack.add(new SslSession());
  psk.protocolVersion = 'TLSv1.3';
  psk.cipher = 'TLS_AES_128_GCM_SHA256';
  psk.masterKey = Buffer.alloc(32, 7);
  const theirs = stack.server({ pskSessions: [['known', psk]] });
  const offer = (identity: string) => ({ pskSession: { identity, session: psk } });
  const ours = stack.client({ ciphers: 'TLS_AES_128_GCM_SHA256' });
  const both = (resumption: unknown) => ({ client: resumption, server: resumption });
  expect(bothJudged(ours, theirs, offer('known'))).toEqual(both(yes('external PSK')));
  // Of two suites the server takes the one with the longer hash, which is not the PSK's.
  expect(bothJudged(stack.client(), theirs, offer('known'))).toEqual(
    both(not('external PSK', 'hash')),
  );
  // An identity that nobody knows is taken for a ticket.
  expect(bothJudged(ours, theirs, offer('unknown'))).toEqual({
    client: not('external PSK', 'unknown'),
    server: not('ticket', 'damaged ticket'),
  });
  // Of a ticket and a PSK the ticket comes first; the PSK is taken if the ticket is not.
  const session = stack.session(ours, theirs);
  const two = (from: SslSession) => ({ ...offer('known'), session: from });
  expect(bothJudged(ours, theirs, two(session))).toEqual(both(yes('ticket')));
  const foreign = stack.session(ours, stack.server());
  expect(bothJudged(ours, theirs, two(foreign))).toEqual(both(yes('external PSK')));
});

test('TLS 1.3: a PSK of TLS 1.2', () => {
  const key = Buffer.alloc(32, 7);
  const theirs = stack.server({ pskKeys: [['known', key]] });
  const ours = stack.client({ ciphers: 'TLS_AES_128_GCM_SHA256' });
  const psk = { identity: 'known', key };
  const both = (resumption: unknown) => ({ client: resumption, server: resumption });
  expect(bothJudged(ours, theirs, { psk })).toEqual(both(yes('external PSK')));
  // libssl uses it with SHA-256 only.
  expect(bothJudged(stack.client(), theirs, { psk })).toEqual(both(not('external PSK', 'hash')));
});

test('up to TLS 1.2: a session that was made without the extended master secret', () => {
  let kept: Buffer | undefined;
  const theirs = stack.server({
    ...tls12,
    ...byId,
    sessionCacheMode: 0x302,
    sessionStore: {
      get: () => kept,
      set(_, session) {
        // The field "flags" of the DER, whose only bit says that it was made with it.
        kept = session.toDer();
        const flags = kept.lastIndexOf(Buffer.from('ad03020101', 'hex'));
        kept.writeUInt8(0, flags + 4);
        session.free();
      },
      delete() {},
    },
  });
  const ours = stack.client(tls12);
  const session = stack.session(ours, theirs);
  expect(judged(ours, theirs, { session })).toEqual(not('id', 'extended master secret'));
});

describe('on a client', () => {
  const both = ['TLSv1.2', 'TLSv1.3'] as const;

  test.each(both)('%s: what is in the ClientHello', (maxVersion) => {
    const ours = stack.client({ maxVersion });
    const offered = (session: SslSession | null, options: SslConnectionOptions = {}) => {
      const [a, b] = stack.pair(ours, stack.server({ maxVersion }), { session, ...options });
      a.handshake();
      const bytes = a.take();
      const { sessionId, extensions } = hello(messages(bytes)[0]?.body as Buffer, 'client');
      const ticket = extensions.get(extension.sessionTicket)?.length ?? 0;
      b.receive(bytes);
      handshake(a, b);
      for (const each of [a, b]) each.shutdown();
      const { resumption } = a;
      if (ticket > 0 || extensions.has(extension.preSharedKey)) {
        expect(resumption?.offered).toBe('ticket');
      } else {
        // A client of TLS 1.3 only sends an id for the looks of it.
        const id = maxVersion === 'TLSv1.2' && sessionId.length > 0;
        expect(resumption?.offered).toBe(id ? 'id' : null);
      }
      return resumption;
    };
    expect(offered(null)).toEqual(not(null, null));
    const good = () => stack.session(ours, stack.server({ maxVersion }));
    expect(offered(good())).toEqual(not('ticket', 'unknown'));
    const bare = stack.session(ours, stack.server({ maxVersion, ...byId }));
    const tls13 = maxVersion === 'TLSv1.3';
    expect(offered(bare)).toEqual(not(tls13 ? 'ticket' : 'id', 'unknown'));
    const old = good();
    old.time -= 10_000;
    expect(offered(old)).toEqual(tls13 ? not(null, 'not offered') : not('ticket', 'unknown'));
    const bytes = good().toNodeSession({ servername: 'a.example' });
    const bound = stack.add(SslSession.fromNodeSession(bytes));
    if (bound.boundTo !== null) {
      expect(offered(bound, { servername: 'b.example' })).toEqual(not(null, 'not offered'));
    }
    // Not ended by a shutdown().
    const [a, b] = stack.joined(ours, stack.server({ maxVersion }));
    const marked = stack.add(a.session as SslSession);
    a.free();
    b.free();
    expect(marked.isResumable).toBe(false);
    expect(offered(marked)).toEqual(not(null, 'not offered'));
  });

  test('a session whose certificate would not pass now is not offered', () => {
    const server = stack.server();
    const verifies = stack.client({ rejectUnauthorized: true, ca: certificate.cert });
    const host = 'localhost';
    const unverified = stack.session(stack.client(), server);
    expect(seen(verifies, server, { host, session: unverified })).toEqual(not(null, 'not offered'));
    const [a, b] = stack.joined(verifies, server, { host });
    const session = stack.add(a.session as SslSession);
    for (const each of [a, b]) each.shutdown();
    expect(seen(verifies, server, { host, session })).toEqual(yes('ticket'));
  });

  test('another version, another hash', () => {
    const [ours, current] = [stack.client(), stack.server()];
    expect(seen(ours, stack.server(tls12), { session: stack.session(ours, current) })).toEqual(
      not('ticket', 'version'),
    );
    const older = stack.session(ours, stack.server(tls12));
    expect(seen(ours, current, { session: older })).toEqual(not('ticket', 'version'));
    const only = stack.client({ minVersion: 'TLSv1.3' });
    const mine = stack.add(older.dup());
    expect(seen(only, current, { session: mine })).toEqual(not(null, 'not offered'));

    const with256 = stack.server({ ciphers: 'TLS_AES_128_GCM_SHA256' });
    const with384 = stack.server({ ciphers: 'TLS_AES_256_GCM_SHA384' });
    const two = stack.client({ ciphers: 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384' });
    expect(seen(two, with384, { session: stack.session(two, with256) })).toEqual(
      not('ticket', 'hash'),
    );
  });

  test('an id, a ticket, over TLS and DTLS', () => {
    for (const protocol of ['tls', 'dtls'] as const) {
      for (const options of [byId, {}]) {
        const versions = protocol === 'tls' ? tls12 : {};
        const ours = stack.client({ protocol, ...versions });
        const server = stack.server({ protocol, ...versions, ...options });
        const session = stack.session(ours, server);
        const offered = options === byId ? 'id' : 'ticket';
        expect(bothJudged(ours, server, { session })).toEqual({
          client: yes(offered),
          server: yes(offered),
        });
      }
    }
  });
});

describe('a connection that is used again says what became of its last handshake', () => {
  const noResumption = 0x10000; // SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION

  /** A second handshake, which the client begins. */
  function again(a: SslConnection, b: SslConnection, begin: () => void): void {
    const { connectRenegotiate } = a.context.sessionStats;
    begin();
    for (let i = 0; i < 6; i++) {
      carry(a, b);
      carry(b, a);
    }
    expect([a.state, b.state]).toEqual(['open', 'open']);
    expect(a.context.sessionStats.connectRenegotiate).toBe(connectRenegotiate + 1);
  }

  function abbreviated(client: SslConnection): void {
    expect(libssl.SSL_renegotiate_abbreviated(client.handle)).toBe(1);
    client.handshake();
  }

  test.each([
    ['ticket', {}],
    ['id', byId],
  ] as const)('by %s', (offered, options) => {
    const [ours, theirs] = [stack.client(tls12), stack.server({ ...tls12, ...options })];
    const [a, b] = stack.joined(ours, theirs);
    const both = () => [a.resumption, b.resumption];
    expect(both()).toEqual([not(null, null), not(null, null)]);
    again(a, b, () => abbreviated(a));
    expect(both()).toEqual([yes(offered), yes(offered)]);
    again(a, b, () => a.renegotiate());
    expect(both()).toEqual([not(null, null), not(null, null)]);
    libssl.SSL_set_options(b.handle, noResumption);
    again(a, b, () => abbreviated(a));
    const refused = not(offered, 'unknown');
    expect(both()).toEqual([refused, refused]);
  });

  test('after SSL_clear', () => {
    const [ours, theirs] = [stack.client(), stack.server()];
    const [a, b] = stack.joined(ours, theirs);
    for (const each of [a, b]) each.shutdown();
    for (const each of [a, b]) expect(libssl.SSL_clear(each.handle)).toBe(1);
    expect([a.resumption, b.resumption]).toEqual([null, null]);
  });
});
