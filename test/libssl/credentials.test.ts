// Certificates and keys of contexts and connections.

import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as C from 'libssl-session/libssl';
import { afterAll, describe, expect, test } from 'vitest';
import {
  carry,
  certificate,
  freedAfterEach,
  newPair,
  privateKey,
  shake,
  unsafe,
} from '../support/c-named.js';

const { contextsOf: contexts, freeing } = freedAfterEach();

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

test('a key comes as DER or from a file, and a certificate with it', () => {
  const { client } = contexts();
  const pkcs8 = createPrivateKey(privateKey).export({ format: 'der', type: 'pkcs8' });
  const sec1 = createPrivateKey(privateKey).export({ format: 'der', type: 'sec1' });
  const ec = 408; // EVP_PKEY_EC
  expect(C.SSL_CTX_use_certificate_ASN1(client, der)).toBe(1);
  expect(C.SSL_CTX_get0_certificate(client)).toEqual(der);
  expect(C.SSL_CTX_use_certificate_ASN1(client, der.subarray(1))).toBe(0);
  for (const set of [
    () => C.SSL_CTX_use_PrivateKey_ASN1(ec, client, sec1),
    () => C.SSL_CTX_use_PrivateKey_file(client, file('tls-key.pem'), 1),
    () => C.SSL_CTX_use_cert_and_key(client, der, pkcs8, [der], 1),
  ]) {
    expect(set()).toBe(1);
    expect(C.SSL_CTX_get0_privatekey(client)).toEqual(pkcs8);
  }
  expect(C.SSL_CTX_use_cert_and_key(client, der, pkcs8, null, 0)).toBe(0);
  expect(C.lastErrors()[0]?.reason).toBe('not replacing certificate');
  const ssl = C.SSL_new(client);
  freeing.push(() => C.SSL_free(ssl));
  for (const set of [
    () => C.SSL_use_PrivateKey(ssl, pkcs8),
    () => C.SSL_use_PrivateKey_ASN1(ec, ssl, sec1),
    () => C.SSL_use_PrivateKey_file(ssl, file('tls-key.pem'), 1),
    () => C.SSL_use_cert_and_key(ssl, der, pkcs8, null, 0),
  ]) {
    C.SSL_certs_clear(ssl);
    expect(set()).toBe(1);
    expect(C.SSL_get_privatekey(ssl)).toEqual(pkcs8);
  }
  C.SSL_certs_clear(ssl);
  expect(C.SSL_use_certificate_ASN1(ssl, der)).toBe(1);
  expect(C.SSL_get_certificate(ssl)).toEqual(der);
  for (const set of [
    () => C.SSL_use_PrivateKey(ssl, pkcs8.subarray(1)),
    () => C.SSL_use_PrivateKey_ASN1(6, ssl, sec1),
    () => C.SSL_use_PrivateKey_file(ssl, file('no-such.pem'), 1),
    () => C.SSL_use_certificate_ASN1(ssl, der.subarray(1)),
    () => C.SSL_use_cert_and_key(ssl, der, pkcs8, [der.subarray(1)], 1),
  ]) {
    expect(set()).toBe(0);
    expect(C.lastErrors()).not.toEqual([]);
  }
});

describe('a key of RSA', () => {
  const { privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pkcs1 = key.export({ format: 'der', type: 'pkcs1' });
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' });
  const directory = mkdtempSync(join(tmpdir(), 'libssl-session-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const plain = join(directory, 'plain.pem');
  const encrypted = join(directory, 'encrypted.pem');
  writeFileSync(plain, key.export({ format: 'pem', type: 'pkcs1' }));
  writeFileSync(
    encrypted,
    key.export({ format: 'pem', type: 'pkcs1', cipher: 'aes-128-cbc', passphrase: 'secret' }),
  );

  test('comes as PKCS #1', () => {
    for (const set of [
      (ctx: C.Handle) => C.SSL_CTX_use_RSAPrivateKey(ctx, pkcs1),
      (ctx: C.Handle) => C.SSL_CTX_use_RSAPrivateKey_ASN1(ctx, pkcs1),
      (ctx: C.Handle) => C.SSL_CTX_use_RSAPrivateKey_file(ctx, plain, 1),
    ]) {
      const { client } = contexts();
      expect(set(client)).toBe(1);
      expect(C.SSL_CTX_get0_privatekey(client)).toEqual(pkcs8);
    }
    const ssl = C.SSL_new(contexts().client);
    freeing.push(() => C.SSL_free(ssl));
    for (const set of [
      () => C.SSL_use_RSAPrivateKey(ssl, pkcs1),
      () => C.SSL_use_RSAPrivateKey_ASN1(ssl, pkcs1),
      () => C.SSL_use_RSAPrivateKey_file(ssl, plain, 1),
    ]) {
      C.SSL_certs_clear(ssl);
      expect(set()).toBe(1);
      expect(C.SSL_get_privatekey(ssl)).toEqual(pkcs8);
    }
    expect(C.SSL_use_RSAPrivateKey(ssl, pkcs1.subarray(1))).toBe(0);
  });

  test('is not taken from a file that has a passphrase, and nobody is asked for it', () => {
    const { client } = contexts();
    const ssl = C.SSL_new(client);
    freeing.push(() => C.SSL_free(ssl));
    for (const set of [
      () => C.SSL_CTX_use_PrivateKey_file(client, encrypted, 1),
      () => C.SSL_CTX_use_RSAPrivateKey_file(client, encrypted, 1),
      () => C.SSL_use_PrivateKey_file(ssl, encrypted, 1),
      () => C.SSL_use_RSAPrivateKey_file(ssl, encrypted, 1),
    ]) {
      expect(set()).toBe(0);
      expect(C.lastErrors().map(({ reason }) => reason)).toContain('bad password read');
    }
  });
});

test('the issuers that a peer is told are a list of names', () => {
  const { client, server } = contexts();
  expect(C.SSL_CTX_add_client_CA(server, der)).toBe(1);
  const name = C.SSL_CTX_get_client_CA_list(server) as Buffer[];
  expect(name).toHaveLength(1);
  const names = [...name, ...name];
  C.SSL_CTX_set_client_CA_list(server, names);
  expect(C.SSL_CTX_get_client_CA_list(server)).toEqual(names);
  C.SSL_CTX_set0_CA_list(client, names);
  expect(C.SSL_CTX_get0_CA_list(client)).toEqual(names);
  C.SSL_CTX_set0_CA_list(client, []);
  expect(C.SSL_CTX_get0_CA_list(client)).toEqual([]);
  const ssl = C.SSL_new(server);
  freeing.push(() => C.SSL_free(ssl));
  C.SSL_set_client_CA_list(ssl, name);
  expect(C.SSL_get_client_CA_list(ssl)).toEqual(name);
  C.SSL_set0_CA_list(ssl, name);
  expect(C.SSL_get0_CA_list(ssl)).toEqual(name);
  // What is no name changes nothing.
  C.SSL_set0_CA_list(ssl, [Buffer.from('no name')]);
  expect(C.SSL_get0_CA_list(ssl)).toEqual(name);
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
    () => C.SSL_use_PrivateKey(pair.server, der),
    () => C.SSL_use_PrivateKey_ASN1(408, pair.server, der),
    () => C.SSL_use_PrivateKey_file(pair.server, file('tls-key.pem'), 1),
    () => C.SSL_use_RSAPrivateKey(pair.server, der),
    () => C.SSL_use_RSAPrivateKey_ASN1(pair.server, der),
    () => C.SSL_use_RSAPrivateKey_file(pair.server, file('tls-key.pem'), 1),
    () => C.SSL_use_certificate_ASN1(pair.server, der),
    () => C.SSL_use_cert_and_key(pair.server, der, der, null, 1),
    () => C.SSL_set_srp_server_param_pw(pair.server, 'user', 'pass', '1024'),
    () => C.SSL_set_srp_server_param(pair.server, der, null, null, null, null),
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
  expect(C.SSL_get_srp_N(ssl)).toBe(null);
  expect(C.SSL_set_srp_server_param_pw(ssl, 'user', 'pass', '1024')).toBe(1);
  expect(C.SSL_get_srp_N(ssl)).toHaveLength(128);
  expect(C.SSL_get_srp_g(ssl)).toEqual(Buffer.from([2]));
  expect(C.SSL_set_srp_server_param_pw(ssl, 'user', 'pass', 'none')).toBe(-1);
  expect(C.SSL_get_srp_username(ssl)).toBe(null);
});
