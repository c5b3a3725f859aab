// Certificates and keys of contexts and connections.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import * as C from 'libssl-session/libssl';
import { afterEach, expect, test } from 'vitest';
import {
  type Contexts,
  carry,
  certificate,
  freeContexts,
  newContexts,
  newPair,
  privateKey,
  shake,
  unsafe,
} from '../support/c-named.js';

const freeing: (() => void)[] = [];
afterEach(() => {
  for (const free of freeing.splice(0).reverse()) free();
});

function contexts(version = 0): Contexts {
  const both = newContexts(version);
  freeing.push(() => freeContexts(both));
  return both;
}

const der = new X509Certificate(certificate).raw;
const file = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

test('a certificate and its key are read as they were set', () => {
  const { client, server } = contexts();
  expect(C.SSL_CTX_get0_certificate(client)).toBe(null);
  expect(C.SSL_CTX_get0_privatekey(client)).toBe(null);
  expect(C.SSL_CTX_get0_certificate(server)).toEqual(der);
  const key = createPrivateKey({
    key: C.SSL_CTX_get0_privatekey(server) as Buffer,
    format: 'der',
    type: 'pkcs8',
  });
  expect(key.equals(createPrivateKey(privateKey))).toBe(true);
  const ssl = C.SSL_new(server);
  freeing.push(() => C.SSL_free(ssl));
  expect(C.SSL_get_privatekey(ssl)).toEqual(C.SSL_CTX_get0_privatekey(server));
  expect(C.SSL_check_private_key(ssl)).toBe(1);
  C.SSL_certs_clear(ssl);
  expect(C.SSL_get_privatekey(ssl)).toBe(null);
  expect(C.SSL_get_certificate(ssl)).toBe(null);
  expect(C.SSL_check_private_key(ssl)).toBe(0);
});

test('a certificate comes as DER, or from a file', () => {
  const { client } = contexts();
  const pem = 1; // SSL_FILETYPE_PEM
  const ssl = C.SSL_new(client);
  freeing.push(() => C.SSL_free(ssl));
  expect(C.SSL_CTX_use_certificate(client, der)).toBe(1);
  expect(C.SSL_CTX_get0_certificate(client)).toEqual(der);
  for (const set of [
    () => C.SSL_use_certificate(ssl, der),
    () => C.SSL_use_certificate_file(ssl, file('tls-cert.pem'), pem),
    () => C.SSL_use_certificate_chain_file(ssl, file('tls-cert.pem')),
  ]) {
    C.SSL_certs_clear(ssl);
    expect(set()).toBe(1);
    expect(C.SSL_get_certificate(ssl)).toEqual(der);
  }
  for (const set of [
    () => C.SSL_use_certificate(ssl, der.subarray(1)),
    () => C.SSL_use_certificate_file(ssl, file('no-such.pem'), pem),
    () => C.SSL_use_certificate_chain_file(ssl, file('no-such.pem')),
    () => C.SSL_CTX_use_certificate_file(client, file('tls-key.pem'), pem),
    () => C.SSL_CTX_use_certificate_chain_file(client, file('tls-key.pem')),
  ]) {
    expect(set()).toBe(0);
    expect(C.lastErrors()).not.toEqual([]);
  }
});

test('U21: a certificate or key that a handshake uses', () => {
  const both = contexts(C.TLS1_2_VERSION);
  const pair = newPair(both);
  C.SSL_do_handshake(pair.client);
  carry(pair.client, pair.server);
  C.SSL_do_handshake(pair.server);
  for (const set of [
    () => C.SSL_certs_clear(pair.server),
    () => C.SSL_use_certificate(pair.server, der),
    () => C.SSL_use_certificate_file(pair.server, file('tls-cert.pem'), 1),
    () => C.SSL_use_certificate_chain_file(pair.server, file('tls-cert.pem')),
    () => C.SSL_set_srp_server_param_pw(pair.server, 'user', 'pass', '1024'),
  ]) {
    expect(set).toThrow(unsafe);
  }
  carry(pair.server, pair.client);
  expect(shake(pair)).toBe(true);
  C.SSL_certs_clear(pair.server);
  C.SSL_free(pair.client);
  C.SSL_free(pair.server);
});

test('SRP: the parameters of a server', () => {
  const { server } = contexts(C.TLS1_2_VERSION);
  const ssl = C.SSL_new(server);
  freeing.push(() => C.SSL_free(ssl));
  expect(C.SSL_set_srp_server_param_pw(ssl, 'user', 'pass', '1024')).toBe(1);
  expect(C.SSL_set_srp_server_param_pw(ssl, 'user', 'pass', 'none')).toBe(-1);
  expect(C.SSL_get_srp_username(ssl)).toBe(null);
});
