import fc from 'fast-check';
import { LibsslError, SslSession } from 'libssl-session';
import { describe, expect, test } from 'vitest';
import { nodeWraps, unwrapNodeSession, wrapNodeSession } from '../../src/session/node-session.js';
import { fixture } from '../support/fixture.js';

const der = fixture('openssl-1.1.1-tls13.der');

function wrapped(name: string, body: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(name));
  return Buffer.concat([Buffer.from('\0nodejs:tls:session:1\0'), length, Buffer.from(name), body]);
}

/** The session with more elements at its end, as OpenSSL 3 writes them. */
function extended(...elements: string[]): Buffer {
  const content = Buffer.concat([
    der.subarray(4),
    ...elements.map((hex) => Buffer.from(hex, 'hex')),
  ]);
  const header = Buffer.from([0x30, 0x82, content.length >> 8, content.length & 0xff]);
  return Buffer.concat([header, content]);
}

test('the fixture has a 4-byte header, which the other tests rely on', () => {
  expect(der.readUInt16BE(0)).toBe(0x3082);
});

describe('what comes in', () => {
  test('bare DER is taken as it is', () => {
    expect(unwrapNodeSession(der)).toEqual(der);
  });

  test('the wrapping is taken off', () => {
    for (const name of ['', 'localhost', 'ex\xe4mple.org', 'x'.repeat(65535)]) {
      expect(unwrapNodeSession(wrapped(name, der))).toEqual(der);
    }
  });

  test('fields of OpenSSL 3 are left out', () => {
    const kexGroup = 'b30402020017';
    const rawKey = 'b40404020017';
    for (const session of [extended(kexGroup), extended(rawKey), extended(kexGroup, rawKey)]) {
      expect(() => SslSession.fromDer(session)).toThrow(LibsslError);
      expect(unwrapNodeSession(session)).toEqual(der);
      using read = SslSession.fromNodeSession(wrapped('name', session));
      expect(read.toDer()).toEqual(der);
    }
  });

  test('a field that 1.1.1 does not know otherwise is still refused', () => {
    expect(() => SslSession.fromNodeSession(extended('b50402020017'))).toThrow(LibsslError);
  });

  test('a wrong length of the name never crashes', () => {
    const buffer = wrapped('localhost', der);
    for (let length = 0; length < 2000; length++) {
      buffer.writeUInt16BE(length, 22);
      if (length === 9) continue;
      expect(() => SslSession.fromNodeSession(buffer)).toThrow(LibsslError);
    }
  });

  test('bytes that are no session are LibsslErrors', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.uint8Array({ maxLength: 60 }).map((tail) => wrapped('a', tail)),
      fc.uint8Array({ maxLength: 60 }).map((tail) => Buffer.concat([Buffer.from([0x30]), tail])),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        expect(() => SslSession.fromNodeSession(input)).toThrow(LibsslError);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('what goes out', () => {
  test('is wrapped from the releases on that bind sessions to names', () => {
    const versions = {
      '20.20.0': false,
      '22.22.9': false,
      '22.23.0': true,
      '24.16.0': false,
      '24.17.0': true,
      '25.9.0': false,
      '26.2.9': false,
      '26.3.0': false,
      '26.3.1': true,
      '26.10.0': true,
      '27.0.0': true,
    };
    for (const [version, wraps] of Object.entries(versions)) {
      expect(nodeWraps(version), version).toBe(wraps);
    }
  });

  test('comes in again', () => {
    expect(unwrapNodeSession(wrapNodeSession(der, 'localhost'))).toEqual(der);
    const expected = nodeWraps() ? wrapped('localhost', der) : der;
    expect(wrapNodeSession(der, 'localhost')).toEqual(expected);
  });

  test('options are checked', () => {
    using session = SslSession.fromDer(der);
    expect(session.toNodeSession()).toEqual(der);
    expect(session.toNodeSession({})).toEqual(der);
    for (const servername of [5, null, {}]) {
      expect(() => session.toNodeSession({ servername } as never)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
      );
    }
    if (nodeWraps()) {
      expect(() => session.toNodeSession({ servername: 'x'.repeat(65536) })).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
      );
    }
  });
});

test.each(['tls12', 'tls13'])(
  'PEM that OpenSSL 3 wrote is read without its fields: %s',
  (version) => {
    const pem = fixture(`cli-openssl3-${version}.pem`);
    const body =
      /-----BEGIN SSL SESSION PARAMETERS-----(.*?)-----END/s.exec(String(pem))?.[1] ?? '';
    using fromPem = SslSession.fromPem(pem);
    using fromNode = SslSession.fromNodeSession(Buffer.from(body, 'base64'));
    expect(fromPem.toDer()).toEqual(fromNode.toDer());
    expect(() => SslSession.fromDer(Buffer.from(body, 'base64'))).toThrow(/wrong tag/);
    // What has none of them is refused in libssl's words.
    const broken = String(pem).replace(/^M/m, 'N');
    expect(() => SslSession.fromPem(broken)).toThrow(LibsslError);
  },
);
