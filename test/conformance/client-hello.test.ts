// Facts of clienthellotest.c and bad_dtls_test.c: what of a session goes into the ClientHello.

import { SslConnection, SslSession, sessionCounts, startCounting } from 'libssl-session';
import { SSL_OP_CISCO_ANYCONNECT, SSL_OP_TLSEXT_PADDING } from 'libssl-session/libssl';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixture } from '../support/fixture.js';
import { clientContext, connect, serverContext } from './support.js';
import { extension, hello, messages, records } from './wire.js';

beforeAll(startCounting);
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

// time() may be a tick behind Date.now(), and a ticket from the future is not offered.
const now = () => Math.floor(Date.now() / 1000) - 1;

interface Asked {
  session?: SslSession;
  alpn?: string;
  padding?: boolean;
}

/** The handshake message that begins a connection, with its header. */
function clientHello({ session, alpn, padding = false }: Asked) {
  using client = clientContext({
    ciphers: 'TLS_AES_256_GCM_SHA384:AES128-SHA',
    secureOptions: padding ? SSL_OP_TLSEXT_PADDING : 0,
    ...(alpn !== undefined && { ALPNProtocols: [alpn] }),
  });
  using connection = new SslConnection(client, { session: session ?? null });
  connection.handshake();
  const [message] = messages(connection.take());
  if (message?.type !== 1) throw new Error('no ClientHello');
  return { size: message.body.length + 4, ...hello(message.body, 'client') };
}

describe('a session of TLS 1.3, read from PEM', () => {
  // What s_client of OpenSSL 1.1.1 saved; OpenSSL's own test/session.pem is such a file.
  const pem = fixture('openssl-1.1.1-tls13.pem');

  test('1.2 clienthellotest.c, session.pem: it is read', () => {
    using session = SslSession.fromPem(pem);
    expect(session.protocolVersion).toBe('TLSv1.3');
    expect(session.isResumable).toBe(true);
  });

  test('1.2 clienthellotest.c, session.pem, set_time: the ClientHello carries its ticket as a PSK', () => {
    using session = SslSession.fromPem(pem);
    const time = now();
    session.time = time;
    expect(session.time).toBe(time);
    const psk = clientHello({ session }).extensions.get(extension.preSharedKey);
    const { ticket } = session;
    expect(psk?.includes(ticket ?? Buffer.from('no ticket'))).toBe(true);
  });

  test('1.2 clienthellotest.c, session.pem, set_time: without it the ticket is too old to be offered', () => {
    using session = SslSession.fromPem(pem);
    session.time = now() - session.ticketLifetimeHint - 10;
    expect(clientHello({ session }).extensions.has(extension.preSharedKey)).toBe(false);
  });

  test('1.2 clienthellotest.c, the PSK: it is the last extension', () => {
    using session = SslSession.fromPem(pem);
    session.time = now();
    const { extensions } = clientHello({ session, padding: true });
    expect([...extensions.keys()].at(-1)).toBe(extension.preSharedKey);
  });
});

describe('1.2 clienthellotest.c, padding', () => {
  /** A protocol that makes the hello so long that it must be padded: 256 to 511 bytes. */
  function filler(session?: SslSession): string {
    const offered = session === undefined ? {} : { session };
    const { size } = clientHello({ ...offered, alpn: 'x' });
    expect(size).toBeLessThan(400);
    return 'x'.repeat(400 - size + 1);
  }

  test('1.2 clienthellotest.c, padding: a ClientHello of 256 to 511 bytes is filled up to 512', () => {
    const alpn = filler();
    expect(clientHello({ alpn })).toMatchObject({ size: 400 });
    const padded = clientHello({ alpn, padding: true });
    expect(padded.size).toBe(512);
    expect(padded.extensions.has(extension.padding)).toBe(true);
  });

  test('1.2 clienthellotest.c, padding: a shorter one is left as it is', () => {
    const { size, extensions } = clientHello({ padding: true });
    expect(size).toBeLessThan(256);
    expect(extensions.has(extension.padding)).toBe(false);
  });

  test('1.2 clienthellotest.c, padding: the PSK that comes after it is counted', () => {
    // A ticket that is an id, so that there is room.
    using server = serverContext({ noTicket: true, ciphers: 'TLS_AES_256_GCM_SHA384' });
    using client = clientContext();
    using pair = connect(client, server);
    using made = pair.client.session;
    using session = SslSession.fromPem(made?.toPem() ?? '');
    const alpn = filler(session);
    expect(clientHello({ session, alpn })).toMatchObject({ size: 400 });
    const padded = clientHello({ session, alpn, padding: true });
    expect(padded.size).toBe(512);
    expect([...padded.extensions.keys()].slice(-2)).toEqual([
      extension.padding,
      extension.preSharedKey,
    ]);
  });
});

describe('a session of DTLS1_BAD_VER', () => {
  const id = Buffer.alloc(32, 0x5a);
  const secret = Buffer.alloc(48, 0xa5);
  // SEQUENCE { version, protocol, suite 002f, id, secret }, and none of the optional fields.
  const der = Buffer.concat([
    Buffer.from('305f' + '020101' + '02020100' + '0402002f' + '0420', 'hex'),
    id,
    Buffer.from('0430', 'hex'),
    secret,
  ]);

  test('1.2 bad_dtls_test.c, the DER: 97 bytes without optional fields are decoded', () => {
    expect(der.length).toBe(97);
    using session = SslSession.fromDer(der);
    expect(session.protocolVersion).toBe('DTLSv0.9');
    expect(session.cipher?.name).toBe('AES128-SHA');
    expect(session.id).toEqual(id);
    expect(session.masterKey).toEqual(secret);
  });

  test('1.2 bad_dtls_test.c, set_session: the ClientHello carries exactly that id', () => {
    using session = SslSession.fromDer(der);
    using client = clientContext({
      protocol: 'dtls',
      minVersion: 'DTLSv0.9',
      maxVersion: 'DTLSv0.9',
      ciphers: 'AES128-SHA',
      secureOptions: SSL_OP_CISCO_ANYCONNECT,
    });
    using connection = new SslConnection(client, { session });
    connection.handshake();
    const [record] = records(connection.take(), true);
    // Behind the header of a DTLS message.
    expect(record?.body.readUInt8(0)).toBe(1);
    const { sessionId } = hello(record?.body.subarray(12) ?? Buffer.alloc(0), 'client', true);
    expect(sessionId).toEqual(id);
  });
});
