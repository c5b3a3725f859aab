// The SSL_… functions of the C-named module: libssl.ts says what holds for all of them. A connection
// reads from and writes to memory: BIO_write feeds what it reads, BIO_read takes what it wrote. A
// function that goes on with the connection calls the callbacks of its context before it returns:
// libssl-callbacks.ts.

import {
  checkByte,
  getControl,
  getInt,
  getLong,
  getValue,
  named,
  result,
  set,
  setControl,
  setHandle,
  setHandles,
  setInt,
  setMask,
} from './call.js';
import { deliverAll, keepingErrors, takeStep } from './callbacks.js';
import { TLSEXT_NAMETYPE_host_name } from './constants.js';
import { mostMaterial } from './keying-material.js';
import { type CipherInfo, type Handle, type Native, native, type Outcome } from './native.js';
import {
  checkBytes,
  checkCString,
  checkHandle,
  checkInt,
  checkInteger,
  checkLatin1,
  checkLong,
  checkNumTickets,
  checkUint32,
} from './validate.js';

// ---- The life of a connection.

/** `SSL *SSL_new(SSL_CTX *ctx)`, over memory. 0 on failure. */
export const SSL_new = getInt('SSL_new', 'ctx') as (ctx: Handle) => Handle;
/** `int SSL_up_ref(SSL *s)`: the handle then needs one more free. */
export const SSL_up_ref = getInt('SSL_up_ref', 's') as (s: Handle) => 0 | 1;

/**
 * `void SSL_free(SSL *ssl)`. Nothing for 0. Without `SSL_shutdown` before, libssl marks the session
 * as not resumable, also for those who have a reference to it.
 */
export function SSL_free(ssl: Handle | 0): void {
  const functions = native();
  setHandle('ssl', ssl);
  deliverAll(functions.SSL_free());
}

/**
 * `int SSL_clear(SSL *s)`: ready for another handshake, with the same session. Refused while a
 * handshake waits for get_cb, and once early data was accepted.
 */
export const SSL_clear = stepInt('SSL_clear');

/** `void SSL_set_connect_state(SSL *s)`: only before the handshake has begun. */
export function SSL_set_connect_state(s: Handle): void {
  setSide('SSL_set_connect_state', s, false);
}

/** `void SSL_set_accept_state(SSL *s)`: only before the handshake has begun. */
export function SSL_set_accept_state(s: Handle): void {
  setSide('SSL_set_accept_state', s, true);
}

function setSide(name: string, s: Handle, server: boolean): void {
  const functions = native();
  setHandle('s', s);
  named(name, () => functions.setSide(server));
}

// ---- Memory.

/**
 * `int BIO_write(SSL_get_rbio(ssl), bytes, …)`: how many bytes; -1 when out of memory. Over DTLS they
 * are one datagram.
 */
export function BIO_write(ssl: Handle, bytes: Uint8Array): number {
  const functions = native();
  const data = checkBytes('bytes', bytes);
  setHandle('ssl', ssl);
  functions.BIO_write(data);
  return result<number>();
}

/**
 * `int BIO_read(SSL_get_wbio(ssl), …)`: all that the connection has written; null for nothing. Over
 * DTLS it is the next datagram.
 */
export function BIO_read(ssl: Handle): Buffer | null {
  const functions = native();
  setHandle('ssl', ssl);
  const outcome = functions.BIO_read();
  deliverAll(outcome);
  return outcome?.[1] ?? null;
}

// ---- Steps.

type Steps = {
  [K in keyof Native]: Native[K] extends () => Outcome ? K : never;
}[keyof Native];

function stepInt(name: Steps): (ssl: Handle) => number {
  return (ssl) => {
    const functions = native();
    checkHandle('ssl', ssl);
    takeStep(ssl, () => functions[name]());
    return result<number>();
  };
}

/** `int SSL_do_handshake(SSL *ssl)`. */
export const SSL_do_handshake = stepInt('SSL_do_handshake');
/** `int SSL_connect(SSL *ssl)`. */
export const SSL_connect = stepInt('SSL_connect');
/** `int SSL_accept(SSL *ssl)`. */
export const SSL_accept = stepInt('SSL_accept');
/** `int SSL_shutdown(SSL *ssl)`: 1 when both sides have, 0 when only this one. */
export const SSL_shutdown = stepInt('SSL_shutdown');
/** `int SSL_renegotiate(SSL *ssl)`: up to TLS 1.2, with the next handshake; not before the first. */
export const SSL_renegotiate = stepInt('SSL_renegotiate');
/** `int SSL_verify_client_post_handshake(SSL *ssl)`: a server's; TLS 1.3. */
export const SSL_verify_client_post_handshake = stepInt('SSL_verify_client_post_handshake');

/** `int SSL_key_update(SSL *s, int updatetype)`: of SSL_KEY_UPDATE_…; TLS 1.3. */
export function SSL_key_update(s: Handle, updatetype: number): number {
  const functions = native();
  const type = checkInt('updatetype', updatetype);
  checkHandle('s', s);
  takeStep(s, () => functions.SSL_key_update(type));
  return result<number>();
}

/** `int SSL_write(SSL *ssl, const void *buf, int num)`: how many bytes. */
export function SSL_write(ssl: Handle, buf: Uint8Array): number {
  const functions = native();
  const bytes = checkBytes('buf', buf);
  checkHandle('ssl', ssl);
  takeStep(ssl, () => functions.SSL_write(bytes));
  return result<number>();
}

/** `int SSL_read(SSL *ssl, void *buf, int num)`: at most num bytes; null where C returns <= 0. */
export const SSL_read = readSome('SSL_read');
/** `int SSL_peek(SSL *ssl, void *buf, int num)`: the same, and they stay. */
export const SSL_peek = readSome('SSL_peek');

// A record's most: libssl reads from one.
const mostRead = 16_384;
const checkRoom = (value: unknown) =>
  Math.min(checkInteger('num', value, 0, 0x7fff_ffff), mostRead);

function readSome(name: 'SSL_read' | 'SSL_peek'): (ssl: Handle, num: number) => Buffer | null {
  return (ssl, num) => {
    const functions = native();
    const room = checkRoom(num);
    checkHandle('ssl', ssl);
    return takeStep(ssl, () => functions[name](room));
  };
}

/** `int SSL_write_early_data(SSL *s, const void *buf, size_t num, size_t *written)`: all or none. */
export function SSL_write_early_data(s: Handle, buf: Uint8Array): 0 | 1 {
  const functions = native();
  const bytes = checkBytes('buf', buf);
  checkHandle('s', s);
  takeStep(s, () => functions.SSL_write_early_data(bytes));
  return result<0 | 1>();
}

/**
 * `int SSL_read_early_data(SSL *s, void *buf, size_t num, size_t *readbytes)`: the result, one of
 * SSL_READ_EARLY_DATA_…, and the bytes.
 */
export function SSL_read_early_data(s: Handle, num: number): [result: number, data: Buffer | null] {
  const functions = native();
  const room = checkRoom(num);
  checkHandle('s', s);
  const data = takeStep(s, () => functions.SSL_read_early_data(room));
  return [result<number>(), data];
}

/**
 * `int SSL_get_error(const SSL *ssl, int ret)`: of SSL_ERROR_…, for the last step's result. As in C,
 * the step's errors are still there after it, for lastErrors().
 */
export function SSL_get_error(ssl: Handle, ret: number): number {
  const functions = native();
  const value = checkInt('ret', ret);
  checkHandle('ssl', ssl);
  keepingErrors(() => {
    setHandle('ssl', ssl);
    functions.SSL_get_error();
  });
  return value > 0 ? 0 : result<number>();
}

// ---- Sessions.

/** `SSL_SESSION *SSL_get1_session(SSL *ssl)`: a handle of its own. 0 when there is none. */
export const SSL_get1_session = getInt('SSL_get1_session', 'ssl') as (ssl: Handle) => Handle;

/**
 * `int SSL_set_session(SSL *ssl, SSL_SESSION *session)`. libssl gets a dup of a session that came
 * from another context. In the middle of a connection that cannot go on then, as in C.
 */
export function SSL_set_session(ssl: Handle, session: Handle | 0): 0 | 1 {
  const functions = native();
  setHandles('ssl', ssl, 'session', session);
  return deliverAll(functions.SSL_set_session()) as 0 | 1;
}

/** `int SSL_session_reused(const SSL *ssl)`. */
export const SSL_session_reused = getInt('SSL_session_reused', 'ssl') as (ssl: Handle) => 0 | 1;
/** `int SSL_set_session_id_context(SSL *ssl, const unsigned char *sid_ctx, …)`. */
export const SSL_set_session_id_context = set(
  'SSL_set_session_id_context',
  'ssl',
  'sidCtx',
  checkBytes,
);
/** `long SSL_get_default_timeout(const SSL *s)`: seconds. */
export const SSL_get_default_timeout = getLong('SSL_get_default_timeout', 's');
/** `int SSL_set_num_tickets(SSL *s, size_t num_tickets)`: at most 255. */
export const SSL_set_num_tickets = set('SSL_set_num_tickets', 's', 'numTickets', checkNumTickets);
/** `size_t SSL_get_num_tickets(const SSL *s)`. */
export const SSL_get_num_tickets = getInt('SSL_get_num_tickets', 's');
/** `int SSL_set_max_early_data(SSL *s, uint32_t max_early_data)`. */
export const SSL_set_max_early_data = set(
  'SSL_set_max_early_data',
  's',
  'maxEarlyData',
  checkUint32,
);
/** `uint32_t SSL_get_max_early_data(const SSL *s)`. */
export const SSL_get_max_early_data = getInt('SSL_get_max_early_data', 's');
/** `int SSL_set_recv_max_early_data(SSL *s, uint32_t recv_max_early_data)`. */
export const SSL_set_recv_max_early_data = set(
  'SSL_set_recv_max_early_data',
  's',
  'recvMaxEarlyData',
  checkUint32,
);
/** `uint32_t SSL_get_recv_max_early_data(const SSL *s)`. */
export const SSL_get_recv_max_early_data = getInt('SSL_get_recv_max_early_data', 's');
/** `int SSL_get_early_data_status(const SSL *s)`: of SSL_EARLY_DATA_…. */
export const SSL_get_early_data_status = getInt('SSL_get_early_data_status', 's');
/** `int SSL_use_psk_identity_hint(SSL *s, const char *hint)`, from latin1. */
export const SSL_use_psk_identity_hint = set<string | null>(
  'SSL_use_psk_identity_hint',
  's',
  'hint',
  checkCStringOrNull,
);
/** `const char *SSL_get_psk_identity_hint(const SSL *s)`, as latin1. */
export const SSL_get_psk_identity_hint = getValue<string | null>('SSL_get_psk_identity_hint', 's');
/** `const char *SSL_get_psk_identity(const SSL *s)`, as latin1. */
export const SSL_get_psk_identity = getValue<string | null>('SSL_get_psk_identity', 's');

// ---- What is to be negotiated.

/** `int SSL_set_min_proto_version(SSL *s, int version)`. */
export const SSL_set_min_proto_version = setControl(
  'SSL_set_min_proto_version',
  123,
  'version',
  checkInt,
);
/** `int SSL_set_max_proto_version(SSL *s, int version)`. */
export const SSL_set_max_proto_version = setControl(
  'SSL_set_max_proto_version',
  124,
  'version',
  checkInt,
);
/** `int SSL_get_min_proto_version(SSL *s)`. */
export const SSL_get_min_proto_version = getControl('SSL_get_min_proto_version', 130);
/** `int SSL_get_max_proto_version(SSL *s)`. */
export const SSL_get_max_proto_version = getControl('SSL_get_max_proto_version', 131);
/** `unsigned long SSL_set_options(SSL *s, unsigned long op)`: all that are set now. */
export const SSL_set_options = setMask('SSL_set_options', 's');
/** `unsigned long SSL_clear_options(SSL *s, unsigned long op)`: all that are left. */
export const SSL_clear_options = setMask('SSL_clear_options', 's');
/** `unsigned long SSL_get_options(const SSL *s)`: of SSL_OP_…. */
export const SSL_get_options = getLong('SSL_get_options', 's');
/** `int SSL_set_cipher_list(SSL *s, const char *str)`: suites up to TLS 1.2. */
export const SSL_set_cipher_list = set('SSL_set_cipher_list', 's', 'str', checkCString);
/** `int SSL_set_ciphersuites(SSL *s, const char *str)`: those of TLS 1.3. */
export const SSL_set_ciphersuites = set('SSL_set_ciphersuites', 's', 'str', checkCString);
/** `int SSL_set1_groups_list(SSL *ssl, char *list)`: curves, separated by colons. */
export const SSL_set1_groups_list = set('SSL_set1_groups_list', 'ssl', 'list', checkCString);
/** `int SSL_set_alpn_protos(SSL *ssl, const unsigned char *protos, …)`: 0 on success. */
export const SSL_set_alpn_protos = set('SSL_set_alpn_protos', 'ssl', 'protos', checkBytes);
/** `int SSL_set_tlsext_host_name(const SSL *s, const char *name)`, from latin1: the SNI. */
export const SSL_set_tlsext_host_name = set<string | null>(
  'SSL_set_tlsext_host_name',
  's',
  'name',
  checkCStringOrNull,
);
/** `int SSL_set_tlsext_max_fragment_length(SSL *ssl, uint8_t mode)`. */
export const SSL_set_tlsext_max_fragment_length = set(
  'SSL_set_tlsext_max_fragment_length',
  'ssl',
  'mode',
  checkByte,
);
/** `int SSL_set1_host(SSL *s, const char *hostname)`, from latin1: whose certificate it must be. */
export const SSL_set1_host = set<string | null>(
  'SSL_set1_host',
  's',
  'hostname',
  checkCStringOrNull,
);
/** `void SSL_set_verify(SSL *s, int mode, SSL_verify_cb)`, without a callback. */
export const SSL_set_verify = setInt('SSL_set_verify', 's', 'mode');
/** `void SSL_set_post_handshake_auth(SSL *s, int val)`: of a client. */
export const SSL_set_post_handshake_auth = setInt('SSL_set_post_handshake_auth', 's', 'val');

function checkCStringOrNull(name: string, value: unknown): string | null {
  return value === null ? null : checkCString(name, value);
}

// ---- What was negotiated, and where the connection is.

/** `int SSL_version(const SSL *s)`. */
export const SSL_version = getInt('SSL_version', 's');
/** `const char *SSL_get_version(const SSL *s)`: for instance `TLSv1.3`. */
export const SSL_get_version = getValue<string>('SSL_get_version', 's');
/** `int SSL_is_server(const SSL *s)`. */
export const SSL_is_server = getInt('SSL_is_server', 's') as (s: Handle) => 0 | 1;
/** `int SSL_is_init_finished(const SSL *s)`. */
export const SSL_is_init_finished = getInt('SSL_is_init_finished', 's') as (s: Handle) => 0 | 1;
/** `int SSL_in_before(const SSL *s)`. */
export const SSL_in_before = getInt('SSL_in_before', 's') as (s: Handle) => 0 | 1;
/** `int SSL_pending(const SSL *s)`: bytes that can be read without another record. */
export const SSL_pending = getInt('SSL_pending', 's');
/** `int SSL_has_pending(const SSL *s)`: whether there is anything that it has read, and not given. */
export const SSL_has_pending = getInt('SSL_has_pending', 's') as (s: Handle) => 0 | 1;
/** `int SSL_get_shutdown(const SSL *ssl)`: of SSL_SENT_SHUTDOWN and SSL_RECEIVED_SHUTDOWN. */
export const SSL_get_shutdown = getInt('SSL_get_shutdown', 'ssl');
/** `const char *SSL_state_string_long(const SSL *s)`. */
export const SSL_state_string_long = getValue<string>('SSL_state_string_long', 's');
/** `const SSL_CIPHER *SSL_get_current_cipher(const SSL *s)`, described. */
export const SSL_get_current_cipher = getValue<CipherInfo | null>('SSL_get_current_cipher', 's');
/** `void SSL_get0_alpn_selected(const SSL *ssl, …)`: a copy; null when there is none. */
export const SSL_get0_alpn_selected = getValue<Buffer | null>('SSL_get0_alpn_selected', 'ssl');

/** `const char *SSL_get_servername(const SSL *s, const int type)`, as latin1. */
export function SSL_get_servername(
  s: Handle,
  type: number = TLSEXT_NAMETYPE_host_name,
): string | null {
  const functions = native();
  const known = checkInt('type', type) === TLSEXT_NAMETYPE_host_name;
  setHandle('s', s);
  const name = functions.SSL_get_servername();
  return known ? name : null;
}

/** `X509 *SSL_get_peer_certificate(const SSL *s)`, as DER; null when there is none. */
export const SSL_get_peer_certificate = getValue<Buffer | null>('SSL_get_peer_certificate', 's');
/**
 * `STACK_OF(X509) *SSL_get_peer_cert_chain(const SSL *s)`, as DER; null when there is none. A
 * server's is without the client's own certificate.
 */
export const SSL_get_peer_cert_chain = getValue<Buffer[] | null>('SSL_get_peer_cert_chain', 's');
/** `long SSL_get_verify_result(const SSL *ssl)`: X509_V_OK is 0. */
export const SSL_get_verify_result = getLong('SSL_get_verify_result', 'ssl');

/** `const char *X509_verify_cert_error_string(long n)`. */
export function X509_verify_cert_error_string(n: number | bigint): string {
  const functions = native();
  const value = checkLong('n', n);
  return functions.X509_verify_cert_error_string(value);
}

/**
 * `int SSL_export_keying_material(SSL *s, unsigned char *out, size_t olen, const char *label,
 * size_t llen, const unsigned char *context, size_t contextlen, int use_context)`, with a context
 * unless it is null. null where C does not return 1, and before the handshake is finished. At most
 * 65535 bytes at once: for millions libssl works for minutes.
 */
export function SSL_export_keying_material(
  s: Handle,
  olen: number,
  label: string,
  context: Uint8Array | null = null,
): Buffer | null {
  const functions = native();
  const size = checkInteger('olen', olen, 0, mostMaterial);
  const text = checkLatin1('label', label);
  const bytes = context === null ? null : checkBytes('context', context);
  setHandle('s', s);
  return functions.SSL_export_keying_material(size, text, bytes);
}
