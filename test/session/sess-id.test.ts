// The openssl 1.1.1 command as the second oracle: text and conversion by `openssl sess_id`.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { libraryInfo, SslSession } from 'libssl-session';
import { describe, expect, test } from 'vitest';
import { fixture } from '../support/fixture.js';

const openssl = fileURLToPath(new URL('../../.libssl/openssl', import.meta.url));
const noCommand = existsSync(openssl)
  ? undefined
  : 'the openssl 1.1.1 command is not in .libssl (npm run setup fetches it where it can)';

function sessId(input: Buffer, ...options: string[]): Buffer {
  const result = spawnSync(openssl, ['sess_id', ...options], {
    input,
    env: { LD_LIBRARY_PATH: dirname(libraryInfo().libssl), OPENSSL_CONF: '/dev/null' },
  });
  expect(result).toMatchObject({ status: 0, signal: null });
  return result.stdout;
}

const files = readdirSync(new URL('../fixtures', import.meta.url)).sort();

/** From an encoding or by setters; each test makes its own. */
const sessions: Record<string, () => SslSession> = {
  ...Object.fromEntries([
    ...files
      .filter((name) => name.endsWith('.der'))
      .map((name) => [name, () => SslSession.fromDer(fixture(name))] as const),
    ...files
      .filter((name) => name.startsWith('openssl-') && name.endsWith('.pem'))
      .map((name) => [name, () => SslSession.fromPem(fixture(name))] as const),
    ...files
      .filter((name) => name.startsWith('node-') && name.endsWith('.bin'))
      .map((name) => [name, () => SslSession.fromNodeSession(fixture(name))] as const),
  ]),
  'a session with no more than a cipher and a version': () =>
    made({ cipher: 'TLS_AES_128_GCM_SHA256', protocolVersion: 'TLSv1.3', time: 1 }),
  'a session with every field that has a setter': () =>
    made({
      cipher: 'ECDHE-RSA-AES128-GCM-SHA256',
      protocolVersion: 'TLSv1.2',
      id: Buffer.alloc(32, 0xab),
      idContext: Buffer.from('context\n\0'),
      masterKey: Buffer.alloc(48, 0xcd),
      time: 1_700_000_000,
      timeout: 7200,
      hostname: 'session.example',
      alpnProtocol: 'h2',
      ticketAppData: Buffer.from('data'),
      maxEarlyData: 2 ** 32 - 1,
    }),
  'a session with the longest of everything, and odd times': () =>
    made({
      cipher: 'TLS_CHACHA20_POLY1305_SHA256',
      protocolVersion: 'TLSv1.3',
      id: Buffer.alloc(32, 1),
      idContext: Buffer.alloc(32, 2),
      masterKey: Buffer.alloc(256, 3),
      time: -5,
      timeout: -1,
      hostname: '\xe9'.repeat(300),
    }),
};

function made(fields: object): SslSession {
  return Object.assign(new SslSession(), fields);
}

describe.each(Object.entries(sessions))('openssl sess_id agrees on %s:', (_, make) => {
  test('the text, with its secrets', ({ skip }) => {
    skip(noCommand !== undefined, noCommand);
    using session = make();
    const text = session.toText({ secrets: true });
    expect(text).toMatch(/^SSL-Session:\n/);
    const theirs = sessId(session.toDer(), '-inform', 'DER', '-text', '-noout');
    expect(text).toBe(theirs.toString('latin1'));
  });

  test('DER and PEM, from either to either', ({ skip }) => {
    skip(noCommand !== undefined, noCommand);
    using session = make();
    const forms = {
      DER: { bytes: session.toDer(), read: SslSession.fromDer },
      PEM: { bytes: Buffer.from(session.toPem()), read: SslSession.fromPem },
    };
    for (const [from, { bytes, read }] of Object.entries(forms)) {
      using copy = read(bytes);
      const ours = { DER: copy.toDer(), PEM: Buffer.from(copy.toPem()) };
      for (const [to, ourBytes] of Object.entries(ours)) {
        expect(ourBytes, `${from} to ${to}`).toEqual(
          sessId(bytes, '-inform', from, '-outform', to),
        );
      }
    }
  });

  test('the key log, or that there is none', ({ skip }) => {
    skip(noCommand !== undefined, noCommand);
    using session = make();
    const options = ['-inform', 'DER', '-outform', 'NSS'];
    if (session.id.length > 0 && session.masterKey.length > 0) {
      const theirs = sessId(session.toDer(), ...options);
      expect(session.toKeylog()).toBe(theirs.toString('latin1'));
    } else {
      expect(() => session.toKeylog()).toThrow(
        expect.objectContaining({ function: 'SSL_SESSION_print_keylog' }),
      );
      expect(() => sessId(session.toDer(), ...options)).toThrow();
    }
  });
});

test('openssl sess_id -context sets the context that idContext sets', ({ skip }) => {
  skip(noCommand !== undefined, noCommand);
  using session = SslSession.fromDer(fixture('openssl-1.1.1-tls12.der'));
  const theirs = sessId(session.toDer(), '-inform', 'DER', '-outform', 'DER', '-context', 'mine');
  session.idContext = Buffer.from('mine');
  expect(session.toDer()).toEqual(theirs);
});
