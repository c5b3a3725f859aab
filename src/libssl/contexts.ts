// The SSL_CTX_… functions. libssl.ts says what holds for all functions; those that take a callback
// are in callbacks.ts.

import {
  checkBytes,
  checkHandle,
  checkInt,
  checkLatin1,
  checkLong,
  invalidType,
} from '../common/validate.js';
import { result, setHandle, setHandleAndNumber, setHandles } from '../native/call.js';
import { native } from '../native/load.js';
import type { Handle } from '../native/types.js';
import { deliverAll } from './delivery.js';
import { checkTicketKeys, storeTicketKeys } from './ticket-keys.js';

// ---- Methods, and the life of a context.

/** A method, as `TLS_method()` and the other …method functions return it. */
export interface SslMethod {
  /** The name of that function. */
  readonly name: string;
}

// Native code has them in the same order.
const methods: SslMethod[] = [];

function method(name: string): () => SslMethod {
  const made = Object.freeze({ name });
  methods.push(made);
  return () => made;
}

/** `const SSL_METHOD *TLS_method(void)`: TLS, either side. */
export const TLS_method = method('TLS_method');
/** `const SSL_METHOD *TLS_client_method(void)`: TLS, clients only. */
export const TLS_client_method = method('TLS_client_method');
/** `const SSL_METHOD *TLS_server_method(void)`: TLS, servers only. */
export const TLS_server_method = method('TLS_server_method');
/** `const SSL_METHOD *DTLS_method(void)`: DTLS, either side. */
export const DTLS_method = method('DTLS_method');
/** `const SSL_METHOD *DTLS_client_method(void)`: DTLS, clients only. */
export const DTLS_client_method = method('DTLS_client_method');
/** `const SSL_METHOD *DTLS_server_method(void)`: DTLS, servers only. */
export const DTLS_server_method = method('DTLS_server_method');
/** `const SSL_METHOD *TLSv1_method(void)`: TLS 1.0 alone, either side. */
export const TLSv1_method = method('TLSv1_method');
/** `const SSL_METHOD *TLSv1_client_method(void)`: TLS 1.0 alone, clients only. */
export const TLSv1_client_method = method('TLSv1_client_method');
/** `const SSL_METHOD *TLSv1_server_method(void)`: TLS 1.0 alone, servers only. */
export const TLSv1_server_method = method('TLSv1_server_method');
/** `const SSL_METHOD *TLSv1_1_method(void)`: TLS 1.1 alone, either side. */
export const TLSv1_1_method = method('TLSv1_1_method');
/** `const SSL_METHOD *TLSv1_1_client_method(void)`: TLS 1.1 alone, clients only. */
export const TLSv1_1_client_method = method('TLSv1_1_client_method');
/** `const SSL_METHOD *TLSv1_1_server_method(void)`: TLS 1.1 alone, servers only. */
export const TLSv1_1_server_method = method('TLSv1_1_server_method');
/** `const SSL_METHOD *TLSv1_2_method(void)`: TLS 1.2 alone, either side. */
export const TLSv1_2_method = method('TLSv1_2_method');
/** `const SSL_METHOD *TLSv1_2_client_method(void)`: TLS 1.2 alone, clients only. */
export const TLSv1_2_client_method = method('TLSv1_2_client_method');
/** `const SSL_METHOD *TLSv1_2_server_method(void)`: TLS 1.2 alone, servers only. */
export const TLSv1_2_server_method = method('TLSv1_2_server_method');
/** `const SSL_METHOD *DTLSv1_method(void)`: DTLS 1.0 alone, either side. */
export const DTLSv1_method = method('DTLSv1_method');
/** `const SSL_METHOD *DTLSv1_client_method(void)`: DTLS 1.0 alone, clients only. */
export const DTLSv1_client_method = method('DTLSv1_client_method');
/** `const SSL_METHOD *DTLSv1_server_method(void)`: DTLS 1.0 alone, servers only. */
export const DTLSv1_server_method = method('DTLSv1_server_method');
/** `const SSL_METHOD *DTLSv1_2_method(void)`: DTLS 1.2 alone, either side. */
export const DTLSv1_2_method = method('DTLSv1_2_method');
/** `const SSL_METHOD *DTLSv1_2_client_method(void)`: DTLS 1.2 alone, clients only. */
export const DTLSv1_2_client_method = method('DTLSv1_2_client_method');
/** `const SSL_METHOD *DTLSv1_2_server_method(void)`: DTLS 1.2 alone, servers only. */
export const DTLSv1_2_server_method = method('DTLSv1_2_server_method');

/**
 * `SSL_CTX *SSL_CTX_new(const SSL_METHOD *method)`. 0 on failure. Refused for the method of a version
 * that this build of libssl leaves out.
 */
export function SSL_CTX_new(method: SslMethod): Handle {
  const functions = native();
  const index = methods.indexOf(method);
  if (index < 0) throw invalidType('method', 'a method, as TLS_method() gives it', method);
  functions.SSL_CTX_new(index);
  return result<Handle>();
}

function methodOf(
  name: 'SSL_CTX_get_ssl_method' | 'SSL_get_ssl_method',
  object: 'ctx' | 's',
): (handle: Handle) => SslMethod | null {
  return (handle) => {
    const functions = native();
    setHandle(object, handle);
    functions[name]();
    return methods[result<number>()] ?? null;
  };
}

/** `const SSL_METHOD *SSL_CTX_get_ssl_method(SSL_CTX *ctx)`. */
export const SSL_CTX_get_ssl_method = methodOf('SSL_CTX_get_ssl_method', 'ctx');
/**
 * `const SSL_METHOD *SSL_get_ssl_method(SSL *s)`: once a version has been agreed on, the method of
 * that version alone; null for that of TLS 1.3, which has no function.
 */
export const SSL_get_ssl_method = methodOf('SSL_get_ssl_method', 's');

/**
 * `void SSL_CTX_free(SSL_CTX *ctx)`. Does nothing for 0. When the last reference is gone, each
 * session leaves the cache, with a call of remove_cb. Connections have references of their own.
 */
export function SSL_CTX_free(ctx: Handle | 0): void {
  const functions = native();
  setHandle('ctx', ctx);
  deliverAll(functions.SSL_CTX_free());
}

// ---- The session cache.

/** `int SSL_CTX_add_session(SSL_CTX *ctx, SSL_SESSION *session)`: 0 if it is there already. */
export function SSL_CTX_add_session(ctx: Handle, session: Handle): 0 | 1 {
  const functions = native();
  setHandles('ctx', ctx, 'session', session);
  return deliverAll(functions.SSL_CTX_add_session()) as 0 | 1;
}

/** `int SSL_CTX_remove_session(SSL_CTX *ctx, SSL_SESSION *session)`: whether it was there. */
export function SSL_CTX_remove_session(ctx: Handle, session: Handle | 0): 0 | 1 {
  const functions = native();
  setHandles('ctx', ctx, 'session', session);
  return deliverAll(functions.SSL_CTX_remove_session()) as 0 | 1;
}

/** `void SSL_CTX_flush_sessions(SSL_CTX *ctx, long tm)`: those that expire before tm; all for 0. */
export function SSL_CTX_flush_sessions(ctx: Handle, tm: number | bigint): void {
  const functions = native();
  const time = checkLong('tm', tm);
  setHandle('ctx', ctx);
  deliverAll(functions.SSL_CTX_flush_sessions(time));
}

/**
 * `LHASH_OF(SSL_SESSION) *SSL_CTX_sessions(SSL_CTX *ctx)`: for each session of the cache a
 * handle of its own, which you have to free.
 */
export function SSL_CTX_sessions(ctx: Handle): Handle[] {
  const functions = native();
  setHandle('ctx', ctx);
  return functions.cachedSessions();
}

// ---- Tickets and early data.

/**
 * `int SSL_CTX_set_tlsext_ticket_keys(SSL_CTX *ctx, void *keys, int len)` takes any number of keys,
 * each of 80 bytes (as in C) or each of 48 (as in node:tls). The first encrypts; the others
 * decrypt, and libssl then renews the ticket. With no keys, libssl uses its own again.
 */
export function SSL_CTX_set_tlsext_ticket_keys(ctx: Handle, keys: readonly Uint8Array[]): 1 {
  native();
  if (!Array.isArray(keys)) throw invalidType('keys', 'an Array', keys);
  const checked = checkTicketKeys('keys', keys);
  checkHandle('ctx', ctx);
  storeTicketKeys(ctx, checked);
  return 1;
}

// ---- Certificates.

/**
 * Like `int SSL_CTX_use_certificate_chain_file(SSL_CTX *ctx, const char *file)`, but takes PEM: the
 * certificate, then those between it and its root.
 */
export function SSL_CTX_use_certificate_chain(ctx: Handle, pem: Uint8Array): 0 | 1 {
  const functions = native();
  const bytes = checkBytes('pem', pem);
  setHandle('ctx', ctx);
  functions.useCertificate(bytes);
  return result<number>() > 0 ? 1 : 0;
}

/**
 * `int SSL_CTX_use_PrivateKey(SSL_CTX *ctx, EVP_PKEY *pkey)`: takes the key as PEM, and its
 * passphrase (latin1) if it is encrypted.
 */
export function SSL_CTX_use_PrivateKey(
  ctx: Handle,
  pem: Uint8Array,
  passphrase: string | null = null,
): 0 | 1 {
  const functions = native();
  const bytes = checkBytes('pem', pem);
  const phrase = passphrase === null ? null : checkLatin1('passphrase', passphrase);
  setHandle('ctx', ctx);
  functions.usePrivateKey(bytes, phrase);
  return result<0 | 1>();
}

/** `int SSL_CTX_use_certificate_ASN1(SSL_CTX *ctx, int len, const unsigned char *d)`. */
export function SSL_CTX_use_certificate_ASN1(ctx: Handle, d: Uint8Array): 0 | 1 {
  const functions = native();
  const bytes = checkBytes('d', d);
  setHandle('ctx', ctx);
  functions.SSL_CTX_use_certificate_ASN1(bytes);
  return result<0 | 1>();
}

/**
 * `int SSL_CTX_use_PrivateKey_ASN1(int pk, SSL_CTX *ctx, const unsigned char *d, long len)`: pk is the
 * kind of key, as `EVP_PKEY_base_id` says it: 6 for RSA, 408 for EC.
 */
export function SSL_CTX_use_PrivateKey_ASN1(pk: number, ctx: Handle, d: Uint8Array): 0 | 1 {
  const functions = native();
  const kind = checkInt('pk', pk);
  const bytes = checkBytes('d', d);
  setHandleAndNumber('ctx', ctx, kind);
  functions.SSL_CTX_use_PrivateKey_ASN1(bytes);
  return result<0 | 1>();
}

/** `int SSL_use_PrivateKey_ASN1(int pk, SSL *ssl, const unsigned char *d, long len)`. */
export function SSL_use_PrivateKey_ASN1(pk: number, ssl: Handle, d: Uint8Array): 0 | 1 {
  const functions = native();
  const kind = checkInt('pk', pk);
  const bytes = checkBytes('d', d);
  setHandleAndNumber('ssl', ssl, kind);
  functions.SSL_use_PrivateKey_ASN1(bytes);
  return result<0 | 1>();
}

/**
 * `int SSL_CTX_load_verify_locations(SSL_CTX *ctx, const char *CAfile, const char *CApath)`
 * takes the trusted certificates as PEM. With `nameToClients` each is also given to
 * `SSL_CTX_add_client_CA`, so that a server tells clients that it accepts them.
 */
export function SSL_CTX_load_verify_locations(
  ctx: Handle,
  pem: Uint8Array,
  nameToClients = false,
): 0 | 1 {
  const functions = native();
  const bytes = checkBytes('pem', pem);
  if (typeof nameToClients !== 'boolean') {
    throw invalidType('nameToClients', 'of type boolean', nameToClients);
  }
  setHandle('ctx', ctx);
  functions.addCa(bytes, nameToClients);
  return result<number>() > 0 ? 1 : 0;
}
