// The SSL_CTX_… functions of the C-named module: libssl.ts says what holds for all of them. Those
// that take a callback are in callbacks.ts.

import {
  checkBytes,
  checkHandle,
  checkLatin1,
  checkLong,
  invalidType,
} from '../common/validate.js';
import { named, result, setHandle, setHandles } from '../native/call.js';
import { type Handle, native } from '../native/native.js';
import { deliverAll } from './delivery.js';
import { checkTicketKeys, storeTicketKeys } from './ticket-keys.js';

// ---- Methods, and the life of a context.

/** What `TLS_method()` and its like give. */
export interface SslMethod {
  /** The function that gave it. */
  readonly name: string;
}

// In the order that native code has.
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

/** `SSL_CTX *SSL_CTX_new(const SSL_METHOD *method)`. 0 on failure. */
export function SSL_CTX_new(method: SslMethod): Handle {
  const functions = native();
  const index = methods.indexOf(method);
  if (index < 0) throw invalidType('method', 'a method, as TLS_method() gives it', method);
  functions.SSL_CTX_new(index);
  return result<Handle>();
}

/**
 * `void SSL_CTX_free(SSL_CTX *ctx)`. Nothing for 0. The last reference takes each session out of
 * the cache, with remove_cb; connections have references of their own.
 */
export function SSL_CTX_free(ctx: Handle | 0): void {
  const functions = native();
  setHandle('ctx', ctx);
  deliverAll(functions.SSL_CTX_free());
}

// ---- The session cache.

/** `int SSL_CTX_add_session(SSL_CTX *ctx, SSL_SESSION *session)`: 0 when it is there already. */
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

/** `void SSL_CTX_flush_sessions(SSL_CTX *ctx, long tm)`: those over at tm; for 0 all. */
export function SSL_CTX_flush_sessions(ctx: Handle, tm: number | bigint): void {
  const functions = native();
  const time = checkLong('tm', tm);
  setHandle('ctx', ctx);
  deliverAll(functions.SSL_CTX_flush_sessions(time));
}

/**
 * `LHASH_OF(SSL_SESSION) *SSL_CTX_sessions(SSL_CTX *ctx)`: a handle of its own for each session of
 * the cache, to be freed.
 */
export function SSL_CTX_sessions(ctx: Handle): Handle[] {
  const functions = native();
  setHandle('ctx', ctx);
  return named('SSL_CTX_sessions', () => functions.cachedSessions());
}

// ---- Tickets and early data.

/**
 * `int SSL_CTX_set_tlsext_ticket_keys(SSL_CTX *ctx, void *keys, int len)`, for any number of keys of
 * 80 bytes each, as here, or 48, as in node:tls: the first encrypts, the others decrypt and make
 * libssl renew the ticket. For none, libssl makes keys of its own again.
 */
export function SSL_CTX_set_tlsext_ticket_keys(ctx: Handle, keys: readonly Uint8Array[]): 1 {
  native();
  if (!Array.isArray(keys)) throw invalidType('keys', 'an Array', keys);
  const checked = checkTicketKeys('keys', keys);
  checkHandle('ctx', ctx);
  named('SSL_CTX_set_tlsext_ticket_keys', () => storeTicketKeys(ctx, checked));
  return 1;
}

// ---- Certificates.

/**
 * As `int SSL_CTX_use_certificate_chain_file(SSL_CTX *ctx, const char *file)`, from PEM: the
 * certificate, then those that lead to its root.
 */
export function SSL_CTX_use_certificate_chain(ctx: Handle, pem: Uint8Array): 0 | 1 {
  const functions = native();
  const bytes = checkBytes('pem', pem);
  setHandle('ctx', ctx);
  named('SSL_CTX_use_certificate_chain', () => functions.useCertificate(bytes));
  return result<number>() > 0 ? 1 : 0;
}

/**
 * `int SSL_CTX_use_PrivateKey(SSL_CTX *ctx, EVP_PKEY *pkey)`, the key from PEM, with its passphrase
 * (latin1) where it is encrypted.
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
  named('SSL_CTX_use_PrivateKey', () => functions.usePrivateKey(bytes, phrase));
  return result<0 | 1>();
}

/**
 * `int SSL_CTX_load_verify_locations(SSL_CTX *ctx, const char *CAfile, const char *CApath)`, the
 * trusted certificates from PEM. With `nameToClients` each is also given to
 * `SSL_CTX_add_client_CA`: a server names them as those it accepts.
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
  named('SSL_CTX_load_verify_locations', () => functions.addCa(bytes, nameToClients));
  return result<number>() > 0 ? 1 : 0;
}
