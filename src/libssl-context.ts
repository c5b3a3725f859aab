// The SSL_CTX_… functions of the C-named module: libssl.ts says what holds for all of them. Those
// that take a callback are in libssl-callbacks.ts.

import {
  checkByte,
  getControl,
  getInt,
  getLong,
  named,
  result,
  set,
  setControl,
  setHandle,
  setHandles,
  setInt,
  setMask,
} from './call.js';
import { deliverAll } from './callbacks.js';
import { checkTicketKeys, storeTicketKeys } from './keys.js';
import { type Handle, native } from './native.js';
import {
  checkBytes,
  checkCString,
  checkHandle,
  checkInt,
  checkLatin1,
  checkLong,
  checkNumTickets,
  checkUint32,
  invalidType,
} from './validate.js';

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

/** `int SSL_CTX_up_ref(SSL_CTX *ctx)`: the handle then needs one more free. */
export const SSL_CTX_up_ref = getInt('SSL_CTX_up_ref', 'ctx') as (ctx: Handle) => 0 | 1;

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

type GetLong = (ctx: Handle) => number | bigint;
type SetLong = (ctx: Handle, value: number | bigint) => number | bigint;

/** `long SSL_CTX_sess_number(SSL_CTX *ctx)`: sessions in the cache. */
export const SSL_CTX_sess_number = getControl('SSL_CTX_sess_number', 20);
/** `long SSL_CTX_sess_connect(SSL_CTX *ctx)`: handshakes begun as a client. */
export const SSL_CTX_sess_connect = getControl('SSL_CTX_sess_connect', 21);
/** `long SSL_CTX_sess_connect_good(SSL_CTX *ctx)`: those that were completed. */
export const SSL_CTX_sess_connect_good = getControl('SSL_CTX_sess_connect_good', 22);
/** `long SSL_CTX_sess_connect_renegotiate(SSL_CTX *ctx)`: renegotiations begun as a client. */
export const SSL_CTX_sess_connect_renegotiate = getControl('SSL_CTX_sess_connect_renegotiate', 23);
/** `long SSL_CTX_sess_accept(SSL_CTX *ctx)`: handshakes begun as a server. */
export const SSL_CTX_sess_accept = getControl('SSL_CTX_sess_accept', 24);
/** `long SSL_CTX_sess_accept_good(SSL_CTX *ctx)`: those that were completed. */
export const SSL_CTX_sess_accept_good = getControl('SSL_CTX_sess_accept_good', 25);
/** `long SSL_CTX_sess_accept_renegotiate(SSL_CTX *ctx)`: renegotiations begun as a server. */
export const SSL_CTX_sess_accept_renegotiate = getControl('SSL_CTX_sess_accept_renegotiate', 26);
/** `long SSL_CTX_sess_hits(SSL_CTX *ctx)`: sessions that were resumed. */
export const SSL_CTX_sess_hits = getControl('SSL_CTX_sess_hits', 27);
/** `long SSL_CTX_sess_cb_hits(SSL_CTX *ctx)`: those of them that get_cb gave. */
export const SSL_CTX_sess_cb_hits = getControl('SSL_CTX_sess_cb_hits', 28);
/** `long SSL_CTX_sess_misses(SSL_CTX *ctx)`: sessions that were asked for and not found. */
export const SSL_CTX_sess_misses = getControl('SSL_CTX_sess_misses', 29);
/** `long SSL_CTX_sess_timeouts(SSL_CTX *ctx)`: those that were found and too old. */
export const SSL_CTX_sess_timeouts = getControl('SSL_CTX_sess_timeouts', 30);
/** `long SSL_CTX_sess_cache_full(SSL_CTX *ctx)`: sessions removed because the cache was full. */
export const SSL_CTX_sess_cache_full = getControl('SSL_CTX_sess_cache_full', 31);

/** `long SSL_CTX_set_session_cache_mode(SSL_CTX *ctx, long mode)`: the mode before. */
export const SSL_CTX_set_session_cache_mode: SetLong = setControl(
  'SSL_CTX_set_session_cache_mode',
  44,
  'mode',
  checkLong,
);
/** `long SSL_CTX_get_session_cache_mode(SSL_CTX *ctx)`: of SSL_SESS_CACHE_…. */
export const SSL_CTX_get_session_cache_mode: GetLong = getControl(
  'SSL_CTX_get_session_cache_mode',
  45,
);
/** `long SSL_CTX_sess_set_cache_size(SSL_CTX *ctx, long t)`: the size before. 0: no limit. */
export const SSL_CTX_sess_set_cache_size: SetLong = setControl(
  'SSL_CTX_sess_set_cache_size',
  42,
  't',
  checkLong,
);
/** `long SSL_CTX_sess_get_cache_size(SSL_CTX *ctx)`. */
export const SSL_CTX_sess_get_cache_size: GetLong = getControl('SSL_CTX_sess_get_cache_size', 43);
/** `long SSL_CTX_set_timeout(SSL_CTX *ctx, long t)`: seconds; the timeout before. */
export const SSL_CTX_set_timeout: SetLong = set('SSL_CTX_set_timeout', 'ctx', 't', checkLong);
/** `long SSL_CTX_get_timeout(const SSL_CTX *ctx)`: seconds. */
export const SSL_CTX_get_timeout: GetLong = getLong('SSL_CTX_get_timeout', 'ctx');
/** `int SSL_CTX_set_session_id_context(SSL_CTX *ctx, const unsigned char *sid_ctx, …)`. */
export const SSL_CTX_set_session_id_context = set(
  'SSL_CTX_set_session_id_context',
  'ctx',
  'sidCtx',
  checkBytes,
);

// ---- Tickets and early data.

/** `int SSL_CTX_set_num_tickets(SSL_CTX *ctx, size_t num_tickets)`: of TLS 1.3; at most 255. */
export const SSL_CTX_set_num_tickets = set(
  'SSL_CTX_set_num_tickets',
  'ctx',
  'numTickets',
  checkNumTickets,
);
/** `size_t SSL_CTX_get_num_tickets(const SSL_CTX *ctx)`. */
export const SSL_CTX_get_num_tickets = getInt('SSL_CTX_get_num_tickets', 'ctx');
/** `int SSL_CTX_set_max_early_data(SSL_CTX *ctx, uint32_t max_early_data)`: what tickets say. */
export const SSL_CTX_set_max_early_data = set(
  'SSL_CTX_set_max_early_data',
  'ctx',
  'maxEarlyData',
  checkUint32,
);
/** `uint32_t SSL_CTX_get_max_early_data(const SSL_CTX *ctx)`. */
export const SSL_CTX_get_max_early_data = getInt('SSL_CTX_get_max_early_data', 'ctx');
/** `int SSL_CTX_set_recv_max_early_data(SSL_CTX *ctx, uint32_t recv_max_early_data)`. */
export const SSL_CTX_set_recv_max_early_data = set(
  'SSL_CTX_set_recv_max_early_data',
  'ctx',
  'recvMaxEarlyData',
  checkUint32,
);
/** `uint32_t SSL_CTX_get_recv_max_early_data(const SSL_CTX *ctx)`. */
export const SSL_CTX_get_recv_max_early_data = getInt('SSL_CTX_get_recv_max_early_data', 'ctx');

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

// ---- What is negotiated.

/** `int SSL_CTX_set_min_proto_version(SSL_CTX *ctx, int version)`. 0: the lowest there is. */
export const SSL_CTX_set_min_proto_version = setControl(
  'SSL_CTX_set_min_proto_version',
  123,
  'version',
  checkInt,
);
/** `int SSL_CTX_set_max_proto_version(SSL_CTX *ctx, int version)`. 0: the highest there is. */
export const SSL_CTX_set_max_proto_version = setControl(
  'SSL_CTX_set_max_proto_version',
  124,
  'version',
  checkInt,
);
/** `int SSL_CTX_get_min_proto_version(SSL_CTX *ctx)`. */
export const SSL_CTX_get_min_proto_version = getControl('SSL_CTX_get_min_proto_version', 130);
/** `int SSL_CTX_get_max_proto_version(SSL_CTX *ctx)`. */
export const SSL_CTX_get_max_proto_version = getControl('SSL_CTX_get_max_proto_version', 131);
/** `unsigned long SSL_CTX_set_options(SSL_CTX *ctx, unsigned long op)`: all that are set now. */
export const SSL_CTX_set_options = setMask('SSL_CTX_set_options', 'ctx');
/** `unsigned long SSL_CTX_clear_options(SSL_CTX *ctx, unsigned long op)`: all that are left. */
export const SSL_CTX_clear_options = setMask('SSL_CTX_clear_options', 'ctx');
/** `unsigned long SSL_CTX_get_options(const SSL_CTX *ctx)`: of SSL_OP_…. */
export const SSL_CTX_get_options = getLong('SSL_CTX_get_options', 'ctx');
/** `long SSL_CTX_set_read_ahead(SSL_CTX *ctx, long yes)`: the value before. */
export const SSL_CTX_set_read_ahead: SetLong = setControl(
  'SSL_CTX_set_read_ahead',
  41,
  'yes',
  checkLong,
);
/** `long SSL_CTX_get_read_ahead(SSL_CTX *ctx)`. */
export const SSL_CTX_get_read_ahead: GetLong = getControl('SSL_CTX_get_read_ahead', 40);
/** `int SSL_CTX_set_cipher_list(SSL_CTX *ctx, const char *str)`: suites up to TLS 1.2. */
export const SSL_CTX_set_cipher_list = set('SSL_CTX_set_cipher_list', 'ctx', 'str', checkCString);
/** `int SSL_CTX_set_ciphersuites(SSL_CTX *ctx, const char *str)`: those of TLS 1.3. */
export const SSL_CTX_set_ciphersuites = set('SSL_CTX_set_ciphersuites', 'ctx', 'str', checkCString);
/** `int SSL_CTX_set1_groups_list(SSL_CTX *ctx, char *list)`: curves, separated by colons. */
export const SSL_CTX_set1_groups_list = set(
  'SSL_CTX_set1_groups_list',
  'ctx',
  'list',
  checkCString,
);
/** `void SSL_CTX_set_security_level(SSL_CTX *ctx, int level)`. */
export const SSL_CTX_set_security_level = setInt('SSL_CTX_set_security_level', 'ctx', 'level');
/** `int SSL_CTX_get_security_level(const SSL_CTX *ctx)`. */
export const SSL_CTX_get_security_level = getInt('SSL_CTX_get_security_level', 'ctx');
/** `int SSL_CTX_set_alpn_protos(SSL_CTX *ctx, const unsigned char *protos, …)`: 0 on success. */
export const SSL_CTX_set_alpn_protos = set('SSL_CTX_set_alpn_protos', 'ctx', 'protos', checkBytes);
/** `int SSL_CTX_set_tlsext_max_fragment_length(SSL_CTX *ctx, uint8_t mode)`. */
export const SSL_CTX_set_tlsext_max_fragment_length = set(
  'SSL_CTX_set_tlsext_max_fragment_length',
  'ctx',
  'mode',
  checkByte,
);
/** `int SSL_CTX_use_psk_identity_hint(SSL_CTX *ctx, const char *hint)`, from latin1; TLS 1.2. */
export const SSL_CTX_use_psk_identity_hint = set<string | null>(
  'SSL_CTX_use_psk_identity_hint',
  'ctx',
  'hint',
  (name, value) => (value === null ? null : checkCString(name, value)),
);

// ---- Certificates.

/** `void SSL_CTX_set_verify(SSL_CTX *ctx, int mode, SSL_verify_cb)`, without a callback. */
export const SSL_CTX_set_verify = setInt('SSL_CTX_set_verify', 'ctx', 'mode');
/** `int SSL_CTX_get_verify_mode(const SSL_CTX *ctx)`. */
export const SSL_CTX_get_verify_mode = getInt('SSL_CTX_get_verify_mode', 'ctx');
/** `void SSL_CTX_set_post_handshake_auth(SSL_CTX *ctx, int val)`: of a client. */
export const SSL_CTX_set_post_handshake_auth = setInt(
  'SSL_CTX_set_post_handshake_auth',
  'ctx',
  'val',
);

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

/** `int SSL_CTX_check_private_key(const SSL_CTX *ctx)`. */
export const SSL_CTX_check_private_key = getInt('SSL_CTX_check_private_key', 'ctx') as (
  ctx: Handle,
) => 0 | 1;

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

/** `int SSL_CTX_set_default_verify_paths(SSL_CTX *ctx)`: what the machine trusts. */
export const SSL_CTX_set_default_verify_paths = getInt(
  'SSL_CTX_set_default_verify_paths',
  'ctx',
) as (ctx: Handle) => 0 | 1;
