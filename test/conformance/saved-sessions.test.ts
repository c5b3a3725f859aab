// Facts of 25-test_sid, sess_id.c, ssltest_old.c, tls13secretstest.c, ossl_shim.cc and fuzz/asn1.c:
// sessions that are written, read again, and used.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { libraryInfo, SslSession, sessionCounts, startCounting } from 'libssl-session';
import { SSL_CTX_sess_set_new_cb, SSL_SESS_CACHE_BOTH } from 'libssl-session/libssl';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixture } from '../support/fixture.js';
import { clientContext, connect, serverContext } from './support.js';

beforeAll(startCounting);
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

const openssl = fileURLToPath(new URL('../../.libssl/openssl', import.meta.url));
const noCommand = existsSync(openssl)
  ? undefined
  : 'the openssl 1.1.1 command is not in .libssl (npm run setup fetches it where it can)';

function sessId(input: Uint8Array, ...options: string[]) {
  const { status, stdout, stderr } = spawnSync(openssl, ['sess_id', ...options], {
    input,
    encoding: 'latin1',
    env: { LD_LIBRARY_PATH: dirname(libraryInfo().libssl), OPENSSL_CONF: '/dev/null' },
  });
  return { status, stdout, stderr };
}

// What s_client of OpenSSL 1.1.1 saved, as test/testsid.pem was.
describe.each(['openssl-1.1.1-tls12.pem', 'openssl-1.1.1-tls13.pem'])('%s', (file) => {
  const pem = fixture(file);
  const text = pem.toString('latin1');

  test.each([
    ['PEM to PEM', (session: SslSession) => SslSession.fromPem(session.toPem())],
    ['PEM to DER to PEM', (session: SslSession) => SslSession.fromDer(session.toDer())],
    [
      'PEM to DER to DER to PEM',
      (session: SslSession) => {
        using copy = SslSession.fromDer(session.toDer());
        return SslSession.fromDer(copy.toDer());
      },
    ],
    [
      'PEM to PEM to DER to PEM',
      (session: SslSession) => {
        using copy = SslSession.fromPem(session.toPem());
        return SslSession.fromDer(copy.toDer());
      },
    ],
  ] as const)('1.2 25-test_sid, %s: the text is the same', (_, convert) => {
    using session = SslSession.fromPem(pem);
    using copy = convert(session);
    expect(copy.toPem()).toBe(text);
  });

  test('1.2 sess_id.c, -inform and -outform: PEM and DER are what the command writes', ({
    skip,
  }) => {
    skip(noCommand !== undefined, noCommand);
    using session = SslSession.fromPem(pem);
    expect(sessId(pem, '-outform', 'PEM').stdout).toBe(session.toPem());
    expect(sessId(pem, '-outform', 'DER').stdout).toBe(session.toDer().toString('latin1'));
  });

  test('1.2 sess_id.c, -text: the text is what the command writes', ({ skip }) => {
    skip(noCommand !== undefined, noCommand);
    using session = SslSession.fromPem(pem);
    const { stdout } = sessId(pem, '-noout', '-text');
    expect(session.toText({ secrets: true })).toBe(stdout);
  });

  test('1.2 sess_id.c, NSS: the key log is what the command writes', ({ skip }) => {
    skip(noCommand !== undefined, noCommand);
    using session = SslSession.fromPem(pem);
    expect(session.toKeylog()).toBe(sessId(pem, '-outform', 'NSS').stdout);
  });

  test('1.2 sess_id.c, -cert: the certificate is the one the command writes', ({ skip }) => {
    skip(noCommand !== undefined, noCommand);
    using session = SslSession.fromPem(pem);
    const { stdout } = sessId(pem, '-cert');
    expect(session.peerCertificate?.toString()).toBe(stdout);
  });
});

test('1.2 sess_id.c, -cert: a session without a peer has no certificate', ({ skip }) => {
  skip(noCommand !== undefined, noCommand);
  using session = new SslSession();
  session.cipher = 'AES128-SHA';
  session.protocolVersion = 'TLSv1.2';
  expect(session.peerCertificate).toBeNull();
  const { stdout } = sessId(Buffer.from(session.toPem()), '-noout', '-text', '-cert');
  expect(stdout).toContain('No certificate present');
});

test('1.2 sess_id.c, -context: 32 bytes are taken, more are refused', ({ skip }) => {
  skip(noCommand !== undefined, noCommand);
  const pem = fixture('openssl-1.1.1-tls12.pem');
  using session = SslSession.fromPem(pem);
  const longest = 'c'.repeat(32);
  session.idContext = Buffer.from(longest);
  expect(session.toPem()).toBe(sessId(pem, '-context', longest).stdout);
  expect(() => {
    session.idContext = Buffer.from(`${longest}c`);
  }).toThrow();
  expect(session.idContext.toString()).toBe(longest);
  expect(sessId(pem, '-context', `${longest}c`)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('Context too long'),
  });
});

test('1.2 sess_id.c, unreadable: what the command cannot load is refused', ({ skip }) => {
  skip(noCommand !== undefined, noCommand);
  const cut = fixture('openssl-1.1.1-tls12.pem').subarray(0, 500);
  expect(() => SslSession.fromPem(cut)).toThrow();
  expect(sessId(cut)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('unable to load SSL_SESSION'),
  });
});

for (const version of ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const) {
  for (const noTicket of [false, true]) {
    const how = `${version}, ${noTicket ? 'no ticket' : 'ticket'}`;
    test(`1.2 ssltest_old.c, -sess_out and -sess_in, ${how}: sessions of both sides, through PEM, are reused`, () => {
      const options = { minVersion: version, maxVersion: version, ticketKeys: Buffer.alloc(48, 7) };
      let clientPem: string;
      let serverPem: string;
      {
        using client = clientContext();
        using server = serverContext({ ...options, noTicket });
        using pair = connect(client, server);
        using ofClient = pair.client.session;
        using ofServer = pair.server.session;
        clientPem = ofClient?.toPem() ?? '';
        serverPem = ofServer?.toPem() ?? '';
      }
      using client = clientContext();
      using server = serverContext({ ...options, noTicket });
      using ofServer = SslSession.fromPem(serverPem);
      // Without an id, which it has none of with a ticket, no cache may have it (U5).
      expect(ofServer.id.length > 0 && server.addSession(ofServer)).toBe(ofServer.id.length > 0);
      expect(ofServer.id.length > 0).toBe(noTicket || version === 'TLSv1.3');
      using session = SslSession.fromPem(clientPem);
      using pair = connect(client, server, { session });
      expect(pair.reused).toBe(true);
      // Asked for in vain: nothing is offered.
      using other = connect(client, server);
      expect(other.reused).toBe(false);
    });
  }
}

test('1.2 tls13secretstest.c: SSL_SESSION_new gives a session', () => {
  using session = new SslSession();
  expect(session.freed).toBe(false);
});

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('%s', (version) => {
  const name = `1.2 ossl_shim.cc, ${version}`;

  /** How many sessions a full handshake brings, and how many its resumption. */
  function count(renew: boolean) {
    const options = { maxVersion: version, sessionCacheMode: SSL_SESS_CACHE_BOTH };
    using client = clientContext(options);
    using server = serverContext({
      ...options,
      ...(renew && { ticketRules: [{ action: 'renew' }] }),
    });
    let made = 0;
    SSL_CTX_sess_set_new_cb(client.handle, () => {
      made += 1;
      return 0;
    });
    using first = connect(client, server);
    const full = made;
    using session = first.client.session;
    using second = connect(client, server, { session });
    expect(second.reused).toBe(true);
    const resumed = made - full;
    using after = second.client.session;
    const renewed = !(session?.ticket ?? Buffer.alloc(0)).equals(after?.ticket ?? Buffer.alloc(0));
    return { full, resumed, renewed };
  }

  test(`${name}, not resumed: a full handshake brings a new session`, () => {
    expect(count(false).full).toBe(version === 'TLSv1.3' ? 2 : 1);
  });

  test(`${name}, resumed: a resumption brings one where the ticket is new, but not in TLS 1.2`, () => {
    const is13 = version === 'TLSv1.3';
    // In TLS 1.3 each resumption renews.
    expect(count(false)).toMatchObject({ resumed: is13 ? 1 : 0, renewed: is13 });
    // As measured in C: libssl has another session then, and does not say so.
    expect(count(true)).toMatchObject({ resumed: is13 ? 1 : 0, renewed: true });
  });
});

test('1.2 fuzz/asn1.c: whatever decodes can be printed and encoded, and the rest is refused', () => {
  let decoded = 0;
  for (const version of ['tls10', 'tls11', 'tls12', 'tls13', 'dtls10', 'dtls12']) {
    const der = fixture(`openssl-1.1.1-${version}.der`);
    for (let at = 0; at < der.length; at++) {
      for (const change of [0x01, 0x20, 0x80, 0xff]) {
        const bytes = Buffer.from(der);
        bytes.writeUInt8(bytes.readUInt8(at) ^ change, at);
        let session: SslSession;
        try {
          session = SslSession.fromDer(bytes);
        } catch {
          continue;
        }
        decoded += 1;
        session.toText({ secrets: true });
        session.toDer();
        session.free();
      }
    }
  }
  expect(decoded).toBeGreaterThan(1000);
});
