// What libssl asks about certificates, answered in advance.

import * as C from 'libssl-session/libssl';
import { afterEach, describe, expect, test } from 'vitest';
import {
  close,
  connect,
  freeContexts,
  invalid,
  newContexts,
  newPair,
  outOfRange,
  type Pair,
  shake,
  stale,
  wrongType,
} from '../support/c-named.js';

const freeing: (() => void)[] = [];
afterEach(() => {
  for (const free of freeing.splice(0).reverse()) free();
});

function contextsOf(version: number) {
  const contexts = newContexts(version);
  freeing.push(() => freeContexts(contexts));
  return contexts;
}

function freed(pair: Pair): Pair {
  freeing.push(() => close(pair));
  return pair;
}

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
    expect(C.SSL_CTX_set_tlsext_status_cb(contexts.server, { result, response })).toBe(1);
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
