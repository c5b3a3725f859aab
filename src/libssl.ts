/**
 * OpenSSL 1.1.1's own functions over plain number handles, for conformance tests: the manual page
 * of each name is its documentation. A function returns what C returns. It throws only where C
 * would be undefined: `LibsslError` with `ERR_LIBSSL_INVALID_HANDLE` for a handle that is stale,
 * forged, of another kind or of another thread (so also for one free too many), and with
 * `ERR_LIBSSL_UNSAFE` for NULL where C would crash. There is no garbage-collection net: what is not
 * freed lives until the thread ends.
 *
 * @module
 */

import { longResult, result, setHandle } from './call.js';
import { encodeInPool } from './encode.js';
import {
  type CipherInfo,
  type Handle,
  NULL,
  native,
  type OpensslErrorEntry,
  registers,
} from './native.js';
import {
  checkBytes,
  checkCString,
  checkHandle,
  checkInt,
  checkInteger,
  checkLong,
  checkUint32,
  invalidType,
  invalidValue,
} from './validate.js';

export * from './constants.js';
export * from './libssl-answers.js';
export * from './libssl-callbacks.js';
export * from './libssl-connection.js';
export * from './libssl-context.js';
export * from './libssl-datagrams.js';
export type { CipherInfo, Handle, OpensslErrorEntry };

/** `SSL_SESSION *SSL_SESSION_new(void)`. 0 when out of memory. */
export function SSL_SESSION_new(): Handle {
  native().SSL_SESSION_new();
  return result<Handle>();
}

/** `SSL_SESSION *SSL_SESSION_dup(SSL_SESSION *src)`. 0 when out of memory. */
export function SSL_SESSION_dup(src: Handle): Handle {
  const functions = native();
  setHandle('src', src);
  functions.SSL_SESSION_dup();
  return result<Handle>();
}

/** `int SSL_SESSION_up_ref(SSL_SESSION *ses)`: the handle then needs one more free. */
export function SSL_SESSION_up_ref(ses: Handle): 0 | 1 {
  const functions = native();
  setHandle('ses', ses);
  functions.SSL_SESSION_up_ref();
  return result<0 | 1>();
}

/** `void SSL_SESSION_free(SSL_SESSION *session)`. Nothing for 0. */
export function SSL_SESSION_free(session: Handle | 0): void {
  const functions = native();
  setHandle('session', session);
  functions.SSL_SESSION_free();
}

/**
 * `SSL_SESSION *d2i_SSL_SESSION(SSL_SESSION **a, const unsigned char **pp, long length)`, into a
 * new session. As in C, bytes after the session are let be. 0 on failure.
 */
export function d2i_SSL_SESSION(der: Uint8Array): Handle {
  const functions = native();
  const bytes = checkBytes('der', der);
  registers[0] = 0;
  functions.d2i_SSL_SESSION(bytes);
  return result<Handle>();
}

/**
 * `int i2d_SSL_SESSION(SSL_SESSION *in, unsigned char **pp)`. null where C returns 0. As with
 * `Buffer.from()`, the Buffer lies in a pool: its `.buffer` has neighbours, other encodings.
 */
export function i2d_SSL_SESSION(session: Handle | 0): Buffer | null {
  checkHandle('session', session);
  return encodeInPool(session);
}

/**
 * `SSL_SESSION *PEM_read_bio_SSL_SESSION(BIO *bp, SSL_SESSION **x, pem_password_cb *cb, void *u)`
 * from memory, with a callback that has no password. 0 on failure.
 */
export function PEM_read_bio_SSL_SESSION(pem: Uint8Array): Handle {
  const bytes = checkBytes('pem', pem);
  native().PEM_read_bio_SSL_SESSION(bytes);
  return result<Handle>();
}

/** `int PEM_write_bio_SSL_SESSION(BIO *bp, SSL_SESSION *x)` to memory. null where C returns 0. */
export function PEM_write_bio_SSL_SESSION(session: Handle): string | null {
  const functions = native();
  setHandle('session', session);
  return functions.PEM_write_bio_SSL_SESSION();
}

/** `int SSL_SESSION_print(BIO *fp, const SSL_SESSION *ses)` to memory. null for NULL. */
export function SSL_SESSION_print(ses: Handle | 0): string | null {
  const functions = native();
  setHandle('ses', ses);
  return functions.SSL_SESSION_print();
}

/**
 * `int SSL_SESSION_print_keylog(BIO *bp, const SSL_SESSION *x)` to memory. null where C returns 0:
 * for NULL, and for a session without id or key.
 */
export function SSL_SESSION_print_keylog(x: Handle | 0): string | null {
  const functions = native();
  setHandle('x', x);
  return functions.SSL_SESSION_print_keylog();
}

/** `const unsigned char *SSL_SESSION_get_id(const SSL_SESSION *s, unsigned int *len)`: a copy. */
export function SSL_SESSION_get_id(s: Handle): Buffer {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_SESSION_get_id();
}

/** `int SSL_SESSION_set1_id(SSL_SESSION *s, const unsigned char *sid, unsigned int sid_len)`. */
export function SSL_SESSION_set1_id(s: Handle, sid: Uint8Array): 0 | 1 {
  const functions = native();
  const bytes = checkBytes('id', sid);
  setHandle('s', s);
  functions.SSL_SESSION_set1_id(bytes);
  return result<0 | 1>();
}

/** `const unsigned char *SSL_SESSION_get0_id_context(const SSL_SESSION *s, …)`: a copy. */
export function SSL_SESSION_get0_id_context(s: Handle): Buffer {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_SESSION_get0_id_context();
}

/** `int SSL_SESSION_set1_id_context(SSL_SESSION *s, const unsigned char *sid_ctx, …)`. */
export function SSL_SESSION_set1_id_context(s: Handle, sidCtx: Uint8Array): 0 | 1 {
  const functions = native();
  const bytes = checkBytes('idContext', sidCtx);
  setHandle('s', s);
  functions.SSL_SESSION_set1_id_context(bytes);
  return result<0 | 1>();
}

/** `long SSL_SESSION_get_time(const SSL_SESSION *s)`: seconds since the epoch; 0 for NULL. */
export function SSL_SESSION_get_time(s: Handle | 0): number | bigint {
  const functions = native();
  setHandle('s', s);
  return longResult(functions.SSL_SESSION_get_time());
}

/** `long SSL_SESSION_set_time(SSL_SESSION *s, long t)`: returns t, so 0 for 0; 0 for NULL. */
export function SSL_SESSION_set_time(s: Handle | 0, t: number | bigint): number | bigint {
  const functions = native();
  const time = checkLong('time', t);
  setHandle('s', s);
  return longResult(functions.SSL_SESSION_set_time(time));
}

/** `long SSL_SESSION_get_timeout(const SSL_SESSION *s)`: seconds; 0 for NULL. */
export function SSL_SESSION_get_timeout(s: Handle | 0): number | bigint {
  const functions = native();
  setHandle('s', s);
  return longResult(functions.SSL_SESSION_get_timeout());
}

/** `long SSL_SESSION_set_timeout(SSL_SESSION *s, long t)`: 1; 0 for NULL. */
export function SSL_SESSION_set_timeout(s: Handle | 0, t: number | bigint): number | bigint {
  const functions = native();
  const timeout = checkLong('timeout', t);
  setHandle('s', s);
  return longResult(functions.SSL_SESSION_set_timeout(timeout));
}

/** `int SSL_SESSION_get_protocol_version(const SSL_SESSION *s)`: 0x0304 for TLS 1.3; 0: unset. */
export function SSL_SESSION_get_protocol_version(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_SESSION_get_protocol_version();
  return result<number>();
}

/** `int SSL_SESSION_set_protocol_version(SSL_SESSION *s, int version)`. Takes any int. */
export function SSL_SESSION_set_protocol_version(s: Handle, version: number): 0 | 1 {
  const functions = native();
  const value = checkInt('protocolVersion', version);
  setHandle('s', s);
  functions.SSL_SESSION_set_protocol_version(value);
  return result<0 | 1>();
}

/** `const SSL_CIPHER *SSL_SESSION_get0_cipher(const SSL_SESSION *s)`, described. */
export function SSL_SESSION_get0_cipher(s: Handle): CipherInfo | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_SESSION_get0_cipher();
}

/**
 * `int SSL_SESSION_set_cipher(SSL_SESSION *s, const SSL_CIPHER *cipher)`, the cipher as
 * `SSL_CIPHER_find` or `SSL_SESSION_get0_cipher` gave it. One that libssl does not know is refused.
 */
export function SSL_SESSION_set_cipher(s: Handle, cipher: CipherInfo | null): 0 | 1 {
  const functions = native();
  const id = cipher?.id;
  if (cipher !== null && typeof id !== 'number') {
    throw invalidType('cipher', 'a cipher that SSL_CIPHER_find gave, or null', cipher);
  }
  const known = typeof id === 'number' ? SSL_CIPHER_find(id) : null;
  if (cipher !== null && known === null) {
    throw invalidValue('cipher', 'must be a cipher suite that libssl knows');
  }
  setHandle('s', s);
  functions.SSL_SESSION_set_cipher(known === null ? null : known.id);
  return result<0 | 1>();
}

let ciphers: Map<number | string, CipherInfo> | undefined;

/**
 * `const SSL_CIPHER *SSL_CIPHER_find(SSL *ssl, const unsigned char *ptr)`, described; the 2 bytes
 * as a number. Also finds OpenSSL's and the RFC's names. null for what libssl does not know.
 */
export function SSL_CIPHER_find(cipher: number | string): CipherInfo | null {
  if (typeof cipher !== 'string') checkInteger('cipher', cipher, 0, 0xffff);
  ciphers ??= new Map(
    native()
      .allCiphers()
      .flatMap((info) =>
        [info.id, info.name, info.standardName].map((key) => [key, info] as const),
      ),
  );
  native().clearErrors();
  // A suite without a name in an RFC has the empty one.
  const found = cipher === '' ? undefined : ciphers.get(cipher);
  return found === undefined ? null : { ...found };
}

/** `size_t SSL_SESSION_get_master_key(const SSL_SESSION *s, unsigned char *out, …)`: all of it. */
export function SSL_SESSION_get_master_key(s: Handle): Buffer {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_SESSION_get_master_key();
}

/** `int SSL_SESSION_set1_master_key(SSL_SESSION *sess, const unsigned char *in, size_t len)`. */
export function SSL_SESSION_set1_master_key(sess: Handle, key: Uint8Array): 0 | 1 {
  const functions = native();
  const bytes = checkBytes('masterKey', key);
  setHandle('sess', sess);
  functions.SSL_SESSION_set1_master_key(bytes);
  return result<0 | 1>();
}

/** `const char *SSL_SESSION_get0_hostname(const SSL_SESSION *s)`, as latin1. */
export function SSL_SESSION_get0_hostname(s: Handle): string | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_SESSION_get0_hostname();
}

/** `int SSL_SESSION_set1_hostname(SSL_SESSION *s, const char *hostname)`, from latin1. */
export function SSL_SESSION_set1_hostname(s: Handle, hostname: string | null): 0 | 1 {
  const functions = native();
  const name = hostname === null ? null : checkCString('hostname', hostname);
  setHandle('s', s);
  functions.SSL_SESSION_set1_hostname(name);
  return result<0 | 1>();
}

/** `void SSL_SESSION_get0_alpn_selected(const SSL_SESSION *s, …)`: a copy; null when there is none. */
export function SSL_SESSION_get0_alpn_selected(s: Handle): Buffer | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_SESSION_get0_alpn_selected();
}

/** `int SSL_SESSION_set1_alpn_selected(SSL_SESSION *s, const unsigned char *alpn, size_t len)`. */
export function SSL_SESSION_set1_alpn_selected(s: Handle, alpn: Uint8Array | null): 0 | 1 {
  const functions = native();
  const bytes = alpn === null ? null : checkBytes('alpn', alpn);
  setHandle('s', s);
  functions.SSL_SESSION_set1_alpn_selected(bytes);
  return result<0 | 1>();
}

/** `int SSL_SESSION_has_ticket(const SSL_SESSION *s)`. */
export function SSL_SESSION_has_ticket(s: Handle): 0 | 1 {
  const functions = native();
  setHandle('s', s);
  functions.SSL_SESSION_has_ticket();
  return result<0 | 1>();
}

/** `void SSL_SESSION_get0_ticket(const SSL_SESSION *s, …)`: a copy; null when there is none. */
export function SSL_SESSION_get0_ticket(s: Handle): Buffer | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_SESSION_get0_ticket();
}

/** `int SSL_SESSION_get0_ticket_appdata(SSL_SESSION *ss, …)`: a copy; null when there is none. */
export function SSL_SESSION_get0_ticket_appdata(ss: Handle): Buffer | null {
  const functions = native();
  setHandle('ss', ss);
  return functions.SSL_SESSION_get0_ticket_appdata();
}

/** `int SSL_SESSION_set1_ticket_appdata(SSL_SESSION *ss, const void *data, size_t len)`. */
export function SSL_SESSION_set1_ticket_appdata(ss: Handle, data: Uint8Array | null): 0 | 1 {
  const functions = native();
  const bytes = data === null ? null : checkBytes('ticketAppData', data);
  setHandle('ss', ss);
  functions.SSL_SESSION_set1_ticket_appdata(bytes);
  return result<0 | 1>();
}

/** `uint32_t SSL_SESSION_get_max_early_data(const SSL_SESSION *s)`: bytes. */
export function SSL_SESSION_get_max_early_data(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_SESSION_get_max_early_data();
  return result<number>();
}

/** `int SSL_SESSION_set_max_early_data(SSL_SESSION *s, uint32_t max_early_data)`. */
export function SSL_SESSION_set_max_early_data(s: Handle, maxEarlyData: number): 0 | 1 {
  const functions = native();
  const max = checkUint32('maxEarlyData', maxEarlyData);
  setHandle('s', s);
  functions.SSL_SESSION_set_max_early_data(max);
  return result<0 | 1>();
}

/** `uint8_t SSL_SESSION_get_max_fragment_length(const SSL_SESSION *sess)`: the code, 0 to 4. */
export function SSL_SESSION_get_max_fragment_length(sess: Handle): number {
  const functions = native();
  setHandle('sess', sess);
  functions.SSL_SESSION_get_max_fragment_length();
  return result<number>();
}

/** `unsigned int SSL_SESSION_get_compress_id(const SSL_SESSION *s)`. */
export function SSL_SESSION_get_compress_id(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_SESSION_get_compress_id();
  return result<number>();
}

/** `X509 *SSL_SESSION_get0_peer(SSL_SESSION *s)`, as DER; null when there is none. */
export function SSL_SESSION_get0_peer(s: Handle): Buffer | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_SESSION_get0_peer();
}

/** `unsigned long SSL_SESSION_get_ticket_lifetime_hint(const SSL_SESSION *s)`: seconds. */
export function SSL_SESSION_get_ticket_lifetime_hint(s: Handle): number | bigint {
  const functions = native();
  setHandle('s', s);
  return longResult(functions.SSL_SESSION_get_ticket_lifetime_hint());
}

/** `int SSL_SESSION_is_resumable(const SSL_SESSION *s)`. */
export function SSL_SESSION_is_resumable(s: Handle): 0 | 1 {
  const functions = native();
  setHandle('s', s);
  functions.SSL_SESSION_is_resumable();
  return result<0 | 1>();
}

/**
 * What the most recent call of this thread left in OpenSSL's error queue, oldest first. The queue
 * itself is always empty between calls.
 */
export function lastErrors(): OpensslErrorEntry[] {
  return native().lastErrors();
}

export { NULL };
