// What libssl asks about certificates, answered in advance.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import {
  certificate,
  connect,
  freedAfterEach,
  invalid,
  newPair,
  outOfRange,
  privateKey,
  shake,
  stale,
  wrongType,
} from '../support/c-named.js';
import { fixture } from '../support/fixture.js';

const { contextsOf, freed } = freedAfterEach();

const der = new X509Certificate(certificate).raw;
const keyDer = createPrivateKey(privateKey).export({ format: 'der', type: 'pkcs8' });
const other = new X509Certificate(fixture('options-good-cert.pem')).raw;
const otherKey = createPrivateKey(fixture('options-good-key.pem')).export({
  format: 'der',
  type: 'pkcs8',
});

const otherIssuer = new X509Certificate(fixture('options-ca.pem')).raw;

const reasons = () => C.lastErrors().map(({ reason }) => reason);
const expired = 10; // X509_V_ERR_CERT_HAS_EXPIRED
const selfSigned = 18; // X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT

describe.each([C.TLS1_2_VERSION, C.TLS1_3_VERSION])('%i', (version) => {
  test('SSL_CTX_set_cert_verify_callback: 0 accepts a certificate that does not verify', () => {
    const contexts = contextsOf(version);
    C.SSL_CTX_set_verify(contexts.client, C.SSL_VERIFY_PEER);
    expect(shake(freed(newPair(contexts)))).toBe(false);
    C.SSL_CTX_set_cert_verify_callback(contexts.client, 0);
    const pair = freed(connect(contexts));
    expect(C.SSL_get_verify_result(pair.client)).toBe(0);
    C.SSL_CTX_set_cert_verify_callback(contexts.client, null);
    const again = freed(newPair(contexts));
    expect(shake(again)).toBe(false);
    expect(C.SSL_get_verify_result(again.client)).toBe(selfSigned);
  });

  test('SSL_CTX_set_cert_verify_callback: another code refuses the certificate with it', () => {
    const contexts = contextsOf(version);
    C.SSL_CTX_set_cert_verify_callback(contexts.client, expired);
    const ignored = freed(connect(contexts)); // SSL_VERIFY_NONE
    expect(C.SSL_get_verify_result(ignored.client)).toBe(expired);
    C.SSL_CTX_set_verify(contexts.client, C.SSL_VERIFY_PEER);
    const pair = freed(newPair(contexts));
    expect(shake(pair)).toBe(false);
    expect(reasons()).toContain('certificate verify failed');
    expect(C.SSL_get_verify_result(pair.client)).toBe(expired);
    C.BIO_write(pair.server, C.BIO_read(pair.client) ?? Buffer.alloc(0));
    expect(C.SSL_do_handshake(pair.server)).toBe(-1);
    expect(reasons()).toContain('sslv3 alert certificate expired');
  });

  test('SSL_CTX_set_cert_verify_callback: the chain that the peer has sent is told', () => {
    const contexts = contextsOf(version);
    const chains: Buffer[][] = [];
    C.SSL_CTX_set_cert_verify_callback(contexts.client, 0, (_ssl, chain) => chains.push(chain));
    C.SSL_CTX_set_verify(contexts.client, C.SSL_VERIFY_PEER);
    freed(connect(contexts));
    expect(chains).toEqual([[der]]);
  });

  test('SSL_CTX_set_verify: the first rule that fits answers, and each certificate is told', () => {
    const contexts = contextsOf(version);
    const told: unknown[] = [];
    const rules = [
      { error: expired, result: 0 as const },
      { error: selfSigned, depth: 0, result: 1 as const, as: 0 },
    ];
    C.SSL_CTX_set_verify(contexts.client, C.SSL_VERIFY_PEER, rules, (_ssl, error, depth, cert) =>
      told.push([error, depth, cert]),
    );
    expect(C.SSL_CTX_get_verify_callback(contexts.client)).toEqual(rules);
    const pair = freed(connect(contexts));
    expect(C.SSL_get_verify_result(pair.client)).toBe(0);
    expect(C.SSL_get_verify_callback(pair.client)).toEqual(rules);
    expect(told[0]).toEqual([selfSigned, 0, der]);
    C.SSL_CTX_set_verify(contexts.client, C.SSL_VERIFY_PEER, [{ error: expired, result: 1 }]);
    expect(shake(freed(newPair(contexts)))).toBe(false);
  });

  test('SSL_CTX_set_verify: what libssl accepts can be refused', () => {
    const contexts = contextsOf(version);
    expect(C.SSL_CTX_load_verify_locations(contexts.client, certificate)).toBe(1);
    C.SSL_CTX_set_verify(contexts.client, C.SSL_VERIFY_PEER, []);
    freed(connect(contexts));
    const refused = 50; // X509_V_ERR_APPLICATION_VERIFICATION
    C.SSL_CTX_set_verify(contexts.client, C.SSL_VERIFY_PEER, [{ result: 0, as: refused }]);
    const pair = freed(newPair(contexts));
    expect(shake(pair)).toBe(false);
    expect(C.SSL_get_verify_result(pair.client)).toBe(refused);
    C.SSL_CTX_set_verify(contexts.client, C.SSL_VERIFY_PEER);
    expect(C.SSL_CTX_get_verify_callback(contexts.client)).toBe(null);
    freed(connect(contexts));
  });

  test('SSL_set_verify: the rules of a connection come first, and stay for null', () => {
    const contexts = contextsOf(version);
    C.SSL_CTX_set_verify(contexts.client, C.SSL_VERIFY_PEER, [{ result: 0 }]);
    const pair = freed(newPair(contexts));
    C.SSL_set_verify(pair.client, C.SSL_VERIFY_PEER, [{ result: 1 }]);
    C.SSL_set_verify(pair.client, C.SSL_VERIFY_PEER);
    expect(C.SSL_get_verify_callback(pair.client)).toEqual([{ result: 1 }]);
    expect(shake(pair)).toBe(true);
    expect(shake(freed(newPair(contexts)))).toBe(false);
  });

  test('SSL_CTX_set_cert_cb: -1 lets a server wait for its certificate', () => {
    const contexts = contextsOf(version);
    const asked: C.Handle[] = [];
    C.SSL_CTX_set_cert_cb(contexts.server, -1, (ssl) => asked.push(ssl));
    const pair = freed(newPair(contexts));
    expect(shake(pair)).toBe(false);
    expect(C.SSL_get_error(pair.server, -1)).toBe(C.SSL_ERROR_WANT_X509_LOOKUP);
    expect(C.SSL_want(pair.server)).toBe(C.SSL_X509_LOOKUP);
    expect(asked).toEqual([pair.server]);
    C.SSL_certs_clear(pair.server);
    expect(C.SSL_use_cert_and_key(pair.server, other, otherKey, null, 1)).toBe(1);
    C.SSL_set_cert_cb(pair.server, 1);
    expect(shake(pair), JSON.stringify(C.lastErrors())).toBe(true);
    expect(C.SSL_get_peer_certificate(pair.client)).toEqual(other);
  });

  test('SSL_CTX_set_client_cert_cb: a client chooses by the names that the server sends', () => {
    const contexts = contextsOf(version);
    C.SSL_CTX_set_verify(contexts.server, C.SSL_VERIFY_PEER, [{ result: 1 }]);
    const certificates = [
      { certificate: der, key: keyDer },
      { certificate: other, key: otherKey },
    ];
    expect(C.SSL_CTX_set_client_cert_cb(contexts.client, { certificates })).toBe(2);
    expect(C.SSL_CTX_get_client_cert_cb(contexts.client)).toEqual({ certificates, otherwise: 0 });
    expect(C.SSL_get_peer_certificate(freed(connect(contexts)).server)).toEqual(der);
    expect(C.SSL_CTX_add_client_CA(contexts.server, otherIssuer)).toBe(1);
    expect(C.SSL_get_peer_certificate(freed(connect(contexts)).server)).toEqual(other);
    C.SSL_CTX_set_client_cert_cb(contexts.client, null);
    expect(C.SSL_CTX_get_client_cert_cb(contexts.client)).toBe(null);
    expect(C.SSL_get_peer_certificate(freed(connect(contexts)).server)).toBe(null);
  });

  test('SSL_CTX_set_client_cert_cb: -1 lets a client wait', () => {
    const contexts = contextsOf(version);
    C.SSL_CTX_set_verify(contexts.server, C.SSL_VERIFY_PEER, [{ result: 1 }]);
    let asked = 0;
    C.SSL_CTX_set_client_cert_cb(contexts.client, { otherwise: -1 }, () => asked++);
    const pair = freed(newPair(contexts));
    expect(shake(pair)).toBe(false);
    expect(C.SSL_get_error(pair.client, -1)).toBe(C.SSL_ERROR_WANT_X509_LOOKUP);
    expect(asked).toBe(1);
    const certificates = [{ certificate: der, key: keyDer }];
    C.SSL_CTX_set_client_cert_cb(contexts.client, { certificates });
    expect(shake(pair), JSON.stringify(C.lastErrors())).toBe(true);
    expect(C.SSL_get_peer_certificate(pair.server)).toEqual(der);
  });

  test('SSL_CTX_set_cert_cb and SSL_set_cert_cb: 0 ends the handshake', () => {
    const contexts = contextsOf(version);
    C.SSL_CTX_set_cert_cb(contexts.server, 1);
    freed(connect(contexts));
    C.SSL_CTX_set_cert_cb(contexts.server, 0);
    const pair = freed(newPair(contexts));
    expect(shake(pair)).toBe(false);
    const own = freed(newPair(contexts));
    C.SSL_set_cert_cb(own.server, 1);
    expect(shake(own)).toBe(true);
    C.SSL_CTX_set_cert_cb(contexts.server, null);
    freed(connect(contexts));
  });

  test('SSL_CTX_set_tlsext_status_cb: a server staples, a client reads and decides', () => {
    const contexts = contextsOf(version);
    const response = Buffer.from('an OCSP response');
    expect(C.SSL_CTX_set_tlsext_status_type(contexts.client, C.TLSEXT_STATUSTYPE_ocsp)).toBe(1);
    expect(C.SSL_get_tlsext_status_ocsp_resp(freed(connect(contexts)).client)).toBe(null);
    const result = C.SSL_TLSEXT_ERR_OK;
    expect(C.SSL_CTX_get_tlsext_status_cb(contexts.server)).toBe(null);
    expect(C.SSL_CTX_set_tlsext_status_cb(contexts.server, { result, response })).toBe(1);
    expect(C.SSL_CTX_get_tlsext_status_cb(contexts.server)).toEqual({ result, response });
    const pair = freed(connect(contexts));
    expect(C.SSL_get_tlsext_status_ocsp_resp(pair.client)).toEqual(response);
    C.SSL_CTX_set_tlsext_status_cb(contexts.client, { result: 1 });
    freed(connect(contexts));
    C.SSL_CTX_set_tlsext_status_cb(contexts.client, { result: 0 });
    expect(shake(freed(newPair(contexts)))).toBe(false);
    expect(reasons()).toContain('invalid status response');
    C.SSL_CTX_set_tlsext_status_cb(contexts.client, null);
    C.SSL_CTX_set_tlsext_status_cb(contexts.server, { result: C.SSL_TLSEXT_ERR_NOACK, response });
    expect(C.SSL_get_tlsext_status_ocsp_resp(freed(connect(contexts)).client)).toBe(null);
    C.SSL_CTX_set_tlsext_status_cb(contexts.server, { result: C.SSL_TLSEXT_ERR_ALERT_FATAL });
    expect(shake(freed(newPair(contexts)))).toBe(false);
  });

  test('a client that does not ask for a response gets none', () => {
    const contexts = contextsOf(version);
    const response = Buffer.from('an OCSP response');
    C.SSL_CTX_set_tlsext_status_cb(contexts.server, { result: C.SSL_TLSEXT_ERR_OK, response });
    expect(C.SSL_get_tlsext_status_ocsp_resp(freed(connect(contexts)).client)).toBe(null);
    const pair = freed(newPair(contexts));
    expect(C.SSL_set_tlsext_status_type(pair.client, C.TLSEXT_STATUSTYPE_ocsp)).toBe(1);
    expect(shake(pair)).toBe(true);
    expect(C.SSL_get_tlsext_status_ocsp_resp(pair.client)).toEqual(response);
  });
});

test('wrong arguments and handles are refused', () => {
  const { client } = contextsOf(0);
  const text = 'x' as unknown as number;
  expect(() => C.SSL_CTX_set_cert_verify_callback(client, text)).toThrow(wrongType);
  expect(() => C.SSL_CTX_set_cert_cb(client, 2 as 1)).toThrow(outOfRange);
  expect(() => C.SSL_CTX_set_tlsext_status_cb(client, 1 as never)).toThrow(wrongType);
  expect(() => C.SSL_CTX_set_tlsext_status_cb(client, { result: text })).toThrow(wrongType);
  const response = 'x' as unknown as Uint8Array;
  expect(() => C.SSL_CTX_set_tlsext_status_cb(client, { result: 1, response })).toThrow(wrongType);
  for (const ctx of [stale('context'), stale('connection')]) {
    expect(() => C.SSL_CTX_set_cert_verify_callback(ctx, 0)).toThrow(invalid);
    expect(() => C.SSL_CTX_set_cert_cb(ctx, 0)).toThrow(invalid);
    expect(() => C.SSL_set_cert_cb(ctx, 0)).toThrow(invalid);
    expect(() => C.SSL_CTX_set_tlsext_status_cb(ctx, null)).toThrow(invalid);
    expect(() => C.SSL_get_tlsext_status_ocsp_resp(ctx)).toThrow(invalid);
  }
});
