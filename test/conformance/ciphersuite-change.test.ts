// test_ciphersuite_change: a TLS 1.3 session and the suites of the connection that offers it.

import { type SslSession, sessionCounts, startCounting } from 'libssl-session';
import { SSL_CTX_set_ciphersuites, SSL_SESSION_get0_cipher } from 'libssl-session/libssl';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Contexts, firstSession, sessionOf } from './sslapitest.js';

beforeAll(startCounting);
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

const suites = (contexts: Contexts, list: string) =>
  expect(SSL_CTX_set_ciphersuites(contexts.client.handle, list)).toBe(1);
const suiteOf = (session: SslSession) => SSL_SESSION_get0_cipher(session.handle)?.name;

function sha256Session(contexts: Contexts): SslSession {
  suites(contexts, 'TLS_AES_128_GCM_SHA256');
  const session = firstSession(contexts);
  expect(suiteOf(session)).toBe('TLS_AES_128_GCM_SHA256');
  return session;
}

test('1.1 test_ciphersuite_change: SSL_SESSION_get0_cipher is the suite of the handshake', () => {
  using contexts = new Contexts({ client: { minVersion: 'TLSv1.3' } });
  for (const suite of ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256']) {
    suites(contexts, suite);
    using session = firstSession(contexts);
    expect(suiteOf(session)).toBe(suite);
  }
});

test('1.1 test_ciphersuite_change: another suite with SHA-256: reused = 1', () => {
  using contexts = new Contexts({ client: { minVersion: 'TLSv1.3' } });
  using session = sha256Session(contexts);
  suites(contexts, 'TLS_CHACHA20_POLY1305_SHA256');
  using pair = contexts.connect({ session });
  expect(pair.reused).toBe(true);
  expect(pair.client.cipher?.name).toBe('TLS_CHACHA20_POLY1305_SHA256');
  using now = sessionOf(pair.client);
  expect(suiteOf(now)).toBe('TLS_CHACHA20_POLY1305_SHA256');
});

test('1.1 test_ciphersuite_change: only suites with SHA-384: connected, reused = 0', () => {
  using contexts = new Contexts({ client: { minVersion: 'TLSv1.3' } });
  using session = sha256Session(contexts);
  suites(contexts, 'TLS_AES_256_GCM_SHA384');
  using pair = contexts.connect({ session });
  expect(pair.reused).toBe(false);
  expect(pair.client.cipher?.name).toBe('TLS_AES_256_GCM_SHA384');
});
