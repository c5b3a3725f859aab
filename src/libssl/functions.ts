// Written by scripts/generate.mjs from native/openssl.def: do not edit.
// The C-named functions that have the shape of their prototypes: libssl.ts says what holds for all.

import {
  checkByte,
  checkBytes,
  checkCString,
  checkDers,
  checkInt,
  checkInts,
  checkLong,
  checkMask,
  checkMebibyte,
  checkUint32,
} from '../common/validate.js';
import { longResult, result, setHandle, setHandleAndNumber } from '../native/call.js';
import { setCipher } from '../native/ciphers.js';
import { native } from '../native/load.js';
import type { CipherInfo, Handle } from '../native/types.js';

// ---- Sessions.

/** `SSL_SESSION *SSL_SESSION_new(void)`: 0 if there is no memory. */
export function SSL_SESSION_new(): Handle {
  const functions = native();
  functions.SSL_SESSION_new();
  return result<Handle>();
}

/** `SSL_SESSION *SSL_SESSION_dup(SSL_SESSION *src)`: 0 if there is no memory. */
export function SSL_SESSION_dup(src: Handle): Handle {
  const functions = native();
  setHandle('src', src);
  functions.SSL_SESSION_dup();
  return result<Handle>();
}

/** `int SSL_SESSION_up_ref(SSL_SESSION *ses)`: after it the handle needs one more free. */
export function SSL_SESSION_up_ref(ses: Handle): 0 | 1 {
  const functions = native();
  setHandle('ses', ses);
  functions.SSL_SESSION_up_ref();
  return result<0 | 1>();
}

/** `void SSL_SESSION_free(SSL_SESSION *session)`. Does nothing for 0. */
export function SSL_SESSION_free(session: Handle | 0): void {
  const functions = native();
  setHandle('session', session);
  functions.SSL_SESSION_free();
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
  const checked = checkBytes('sid', sid);
  setHandle('s', s);
  functions.SSL_SESSION_set1_id(checked);
  return result<0 | 1>();
}

/**
 * `const unsigned char *SSL_SESSION_get0_id_context(const SSL_SESSION *s, unsigned int *len)`: a
 * copy.
 */
export function SSL_SESSION_get0_id_context(s: Handle): Buffer {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_SESSION_get0_id_context();
}

/**
 * `int SSL_SESSION_set1_id_context(SSL_SESSION *s, const unsigned char *sid_ctx, unsigned int
 * sid_ctx_len)`.
 */
export function SSL_SESSION_set1_id_context(s: Handle, sidCtx: Uint8Array): 0 | 1 {
  const functions = native();
  const checked = checkBytes('sidCtx', sidCtx);
  setHandle('s', s);
  functions.SSL_SESSION_set1_id_context(checked);
  return result<0 | 1>();
}

/** `long SSL_SESSION_get_time(const SSL_SESSION *s)`: seconds since the epoch; 0 for NULL. */
export function SSL_SESSION_get_time(s: Handle | 0): number | bigint {
  const functions = native();
  setHandle('s', s);
  return longResult(functions.SSL_SESSION_get_time());
}

/** `long SSL_SESSION_set_time(SSL_SESSION *s, long t)`: returns t, which may be 0; 0 for NULL. */
export function SSL_SESSION_set_time(s: Handle | 0, t: number | bigint): number | bigint {
  const functions = native();
  const checked = checkLong('t', t);
  setHandle('s', s);
  return longResult(functions.SSL_SESSION_set_time(checked));
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
  const checked = checkLong('t', t);
  setHandle('s', s);
  return longResult(functions.SSL_SESSION_set_timeout(checked));
}

/**
 * `int SSL_SESSION_get_protocol_version(const SSL_SESSION *s)`: 0x0304 for TLS 1.3; 0 if it is not
 * set.
 */
export function SSL_SESSION_get_protocol_version(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_SESSION_get_protocol_version();
  return result<number>();
}

/** `int SSL_SESSION_set_protocol_version(SSL_SESSION *s, int version)`. Takes any int. */
export function SSL_SESSION_set_protocol_version(s: Handle, version: number): 0 | 1 {
  const functions = native();
  const checked = checkInt('version', version);
  setHandleAndNumber('s', s, checked);
  functions.SSL_SESSION_set_protocol_version();
  return result<0 | 1>();
}

/**
 * `const SSL_CIPHER *SSL_SESSION_get0_cipher(const SSL_SESSION *s)`: as an object that describes
 * it.
 */
export function SSL_SESSION_get0_cipher(s: Handle): CipherInfo | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_SESSION_get0_cipher();
}

/**
 * `size_t SSL_SESSION_get_master_key(const SSL_SESSION *sess, unsigned char *out, size_t outlen)`:
 * the whole key.
 */
export function SSL_SESSION_get_master_key(sess: Handle): Buffer {
  const functions = native();
  setHandle('sess', sess);
  return functions.SSL_SESSION_get_master_key();
}

/** `int SSL_SESSION_set1_master_key(SSL_SESSION *sess, const unsigned char *in, size_t len)`. */
export function SSL_SESSION_set1_master_key(sess: Handle, bytes: Uint8Array): 0 | 1 {
  const functions = native();
  const checked = checkBytes('bytes', bytes);
  setHandle('sess', sess);
  functions.SSL_SESSION_set1_master_key(checked);
  return result<0 | 1>();
}

/** `const char *SSL_SESSION_get0_hostname(const SSL_SESSION *s)`: as latin1. */
export function SSL_SESSION_get0_hostname(s: Handle): string | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_SESSION_get0_hostname();
}

/** `int SSL_SESSION_set1_hostname(SSL_SESSION *s, const char *hostname)`: from latin1. */
export function SSL_SESSION_set1_hostname(s: Handle, hostname: string | null): 0 | 1 {
  const functions = native();
  const checked = hostname === null ? null : checkCString('hostname', hostname);
  setHandle('s', s);
  functions.SSL_SESSION_set1_hostname(checked);
  return result<0 | 1>();
}

/**
 * `void SSL_SESSION_get0_alpn_selected(const SSL_SESSION *s, const unsigned char **alpn, size_t
 * *len)`: a copy; null if there is none.
 */
export function SSL_SESSION_get0_alpn_selected(s: Handle): Buffer | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_SESSION_get0_alpn_selected();
}

/** `int SSL_SESSION_set1_alpn_selected(SSL_SESSION *s, const unsigned char *alpn, size_t len)`. */
export function SSL_SESSION_set1_alpn_selected(s: Handle, alpn: Uint8Array | null): 0 | 1 {
  const functions = native();
  const checked = alpn === null ? null : checkBytes('alpn', alpn);
  setHandle('s', s);
  functions.SSL_SESSION_set1_alpn_selected(checked);
  return result<0 | 1>();
}

/** `int SSL_SESSION_has_ticket(const SSL_SESSION *s)`. */
export function SSL_SESSION_has_ticket(s: Handle): 0 | 1 {
  const functions = native();
  setHandle('s', s);
  functions.SSL_SESSION_has_ticket();
  return result<0 | 1>();
}

/**
 * `void SSL_SESSION_get0_ticket(const SSL_SESSION *s, const unsigned char **tick, size_t *len)`: a
 * copy; null if there is none.
 */
export function SSL_SESSION_get0_ticket(s: Handle): Buffer | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_SESSION_get0_ticket();
}

/** `unsigned long SSL_SESSION_get_ticket_lifetime_hint(const SSL_SESSION *s)`: seconds. */
export function SSL_SESSION_get_ticket_lifetime_hint(s: Handle): number | bigint {
  const functions = native();
  setHandle('s', s);
  return longResult(functions.SSL_SESSION_get_ticket_lifetime_hint());
}

/**
 * `int SSL_SESSION_get0_ticket_appdata(SSL_SESSION *ss, void **data, size_t *len)`: a copy; null if
 * there is none.
 */
export function SSL_SESSION_get0_ticket_appdata(ss: Handle): Buffer | null {
  const functions = native();
  setHandle('ss', ss);
  return functions.SSL_SESSION_get0_ticket_appdata();
}

/** `int SSL_SESSION_set1_ticket_appdata(SSL_SESSION *ss, const void *data, size_t len)`. */
export function SSL_SESSION_set1_ticket_appdata(ss: Handle, data: Uint8Array | null): 0 | 1 {
  const functions = native();
  const checked = data === null ? null : checkBytes('data', data);
  setHandle('ss', ss);
  functions.SSL_SESSION_set1_ticket_appdata(checked);
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
  const checked = checkUint32('maxEarlyData', maxEarlyData);
  setHandleAndNumber('s', s, checked);
  functions.SSL_SESSION_set_max_early_data();
  return result<0 | 1>();
}

/** `uint8_t SSL_SESSION_get_max_fragment_length(const SSL_SESSION *sess)`: its code, 0 to 4. */
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

/** `X509 *SSL_SESSION_get0_peer(SSL_SESSION *s)`: as DER; null if there is none. */
export function SSL_SESSION_get0_peer(s: Handle): Buffer | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_SESSION_get0_peer();
}

/** `int SSL_SESSION_is_resumable(const SSL_SESSION *s)`. */
export function SSL_SESSION_is_resumable(s: Handle): 0 | 1 {
  const functions = native();
  setHandle('s', s);
  functions.SSL_SESSION_is_resumable();
  return result<0 | 1>();
}

// ---- Cipher suites.

/** `const char *SSL_CIPHER_get_name(const SSL_CIPHER *s)`: `(NONE)` for NULL. */
export function SSL_CIPHER_get_name(s: CipherInfo | number | null): string {
  const functions = native();
  setCipher('s', s, true);
  return functions.SSL_CIPHER_get_name();
}

/**
 * `const char *SSL_CIPHER_standard_name(const SSL_CIPHER *c)`: `(NONE)` for NULL; null if no RFC
 * has the suite.
 */
export function SSL_CIPHER_standard_name(c: CipherInfo | number | null): string | null {
  const functions = native();
  setCipher('c', c, true);
  return functions.SSL_CIPHER_standard_name();
}

/**
 * `uint32_t SSL_CIPHER_get_id(const SSL_CIPHER *c)`: the 2 bytes of the suite, after the byte 3.
 */
export function SSL_CIPHER_get_id(c: CipherInfo | number): number {
  const functions = native();
  setCipher('c', c);
  functions.SSL_CIPHER_get_id();
  return result<number>();
}

/** `uint16_t SSL_CIPHER_get_protocol_id(const SSL_CIPHER *c)`: the 2 bytes of the suite. */
export function SSL_CIPHER_get_protocol_id(c: CipherInfo | number): number {
  const functions = native();
  setCipher('c', c);
  functions.SSL_CIPHER_get_protocol_id();
  return result<number>();
}

/** `int SSL_CIPHER_get_kx_nid(const SSL_CIPHER *c)`: the NID of the key exchange. */
export function SSL_CIPHER_get_kx_nid(c: CipherInfo | number): number {
  const functions = native();
  setCipher('c', c);
  functions.SSL_CIPHER_get_kx_nid();
  return result<number>();
}

/** `int SSL_CIPHER_get_auth_nid(const SSL_CIPHER *c)`: the NID of the authentication. */
export function SSL_CIPHER_get_auth_nid(c: CipherInfo | number): number {
  const functions = native();
  setCipher('c', c);
  functions.SSL_CIPHER_get_auth_nid();
  return result<number>();
}

/**
 * `int SSL_CIPHER_get_cipher_nid(const SSL_CIPHER *c)`: the NID of the cipher; 0 for NULL, and for
 * a suite that does not encrypt.
 */
export function SSL_CIPHER_get_cipher_nid(c: CipherInfo | number | null): number {
  const functions = native();
  setCipher('c', c, true);
  functions.SSL_CIPHER_get_cipher_nid();
  return result<number>();
}

/**
 * `int SSL_CIPHER_get_digest_nid(const SSL_CIPHER *c)`: the NID of the MAC; 0 for a suite with
 * AEAD.
 */
export function SSL_CIPHER_get_digest_nid(c: CipherInfo | number): number {
  const functions = native();
  setCipher('c', c);
  functions.SSL_CIPHER_get_digest_nid();
  return result<number>();
}

/**
 * `const char *SSL_CIPHER_get_version(const SSL_CIPHER *s)`: the lowest protocol version that has
 * the suite; `(NONE)` for NULL.
 */
export function SSL_CIPHER_get_version(s: CipherInfo | number | null): string {
  const functions = native();
  setCipher('s', s, true);
  return functions.SSL_CIPHER_get_version();
}

/** `int SSL_CIPHER_is_aead(const SSL_CIPHER *c)`. */
export function SSL_CIPHER_is_aead(c: CipherInfo | number): 0 | 1 {
  const functions = native();
  setCipher('c', c);
  functions.SSL_CIPHER_is_aead();
  return result<0 | 1>();
}

/**
 * `const EVP_MD *SSL_CIPHER_get_handshake_digest(const SSL_CIPHER *c)`: its short name; null if
 * libcrypto does not have it.
 */
export function SSL_CIPHER_get_handshake_digest(c: CipherInfo | number): string | null {
  const functions = native();
  setCipher('c', c);
  return functions.SSL_CIPHER_get_handshake_digest();
}

/**
 * `const char *OPENSSL_cipher_name(const char *rfc_name)`. OpenSSL's name of the suite that an RFC
 * has by this one; `(NONE)` if libssl does not know it.
 */
export function OPENSSL_cipher_name(rfcName: string): string {
  const functions = native();
  const checked = checkCString('rfcName', rfcName);
  return functions.OPENSSL_cipher_name(checked);
}

// ---- Errors.

/** `int ERR_load_SSL_strings(void)`: 1: this library loads their words itself. */
export function ERR_load_SSL_strings(): 0 | 1 {
  const functions = native();
  functions.ERR_load_SSL_strings();
  return result<0 | 1>();
}

// ---- Contexts.

/** `int SSL_CTX_up_ref(SSL_CTX *ctx)`: after it the handle needs one more free. */
export function SSL_CTX_up_ref(ctx: Handle): 0 | 1 {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_CTX_up_ref();
  return result<0 | 1>();
}

/** `unsigned long SSL_CTX_get_options(const SSL_CTX *ctx)`: a mask of SSL_OP_…. */
export function SSL_CTX_get_options(ctx: Handle): number | bigint {
  const functions = native();
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_get_options());
}

/**
 * `unsigned long SSL_CTX_set_options(SSL_CTX *ctx, unsigned long op)`: returns all options that are
 * set now.
 */
export function SSL_CTX_set_options(ctx: Handle, op: number): number {
  const functions = native();
  const checked = checkMask('op', op);
  setHandleAndNumber('ctx', ctx, checked);
  return longResult(functions.SSL_CTX_set_options()) as number;
}

/**
 * `unsigned long SSL_CTX_clear_options(SSL_CTX *ctx, unsigned long op)`: returns the options that
 * are still set.
 */
export function SSL_CTX_clear_options(ctx: Handle, op: number): number {
  const functions = native();
  const checked = checkMask('op', op);
  setHandleAndNumber('ctx', ctx, checked);
  return longResult(functions.SSL_CTX_clear_options()) as number;
}

/** `long SSL_CTX_set_timeout(SSL_CTX *ctx, long t)`: in seconds; returns the previous timeout. */
export function SSL_CTX_set_timeout(ctx: Handle, t: number | bigint): number | bigint {
  const functions = native();
  const checked = checkLong('t', t);
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_set_timeout(checked));
}

/** `long SSL_CTX_get_timeout(const SSL_CTX *ctx)`: seconds. */
export function SSL_CTX_get_timeout(ctx: Handle): number | bigint {
  const functions = native();
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_get_timeout());
}

/**
 * `int SSL_CTX_use_psk_identity_hint(SSL_CTX *ctx, const char *hint)`: from latin1; for TLS 1.2.
 */
export function SSL_CTX_use_psk_identity_hint(ctx: Handle, hint: string | null): number {
  const functions = native();
  const checked = hint === null ? null : checkCString('hint', hint);
  setHandle('ctx', ctx);
  functions.SSL_CTX_use_psk_identity_hint(checked);
  return result<number>();
}

/**
 * `int SSL_CTX_set_session_id_context(SSL_CTX *ctx, const unsigned char *sid_ctx, unsigned int
 * sid_ctx_len)`.
 */
export function SSL_CTX_set_session_id_context(ctx: Handle, sidCtx: Uint8Array): number {
  const functions = native();
  const checked = checkBytes('sidCtx', sidCtx);
  setHandle('ctx', ctx);
  functions.SSL_CTX_set_session_id_context(checked);
  return result<number>();
}

/** `int SSL_CTX_set_cipher_list(SSL_CTX *ctx, const char *str)`: suites up to TLS 1.2. */
export function SSL_CTX_set_cipher_list(ctx: Handle, str: string): number {
  const functions = native();
  const checked = checkCString('str', str);
  setHandle('ctx', ctx);
  functions.SSL_CTX_set_cipher_list(checked);
  return result<number>();
}

/** `int SSL_CTX_set_ciphersuites(SSL_CTX *ctx, const char *str)`: suites of TLS 1.3. */
export function SSL_CTX_set_ciphersuites(ctx: Handle, str: string): number {
  const functions = native();
  const checked = checkCString('str', str);
  setHandle('ctx', ctx);
  functions.SSL_CTX_set_ciphersuites(checked);
  return result<number>();
}

/**
 * `STACK_OF(SSL_CIPHER) *SSL_CTX_get_ciphers(const SSL_CTX *ctx)`: in the order of preference; null
 * if there is no list.
 */
export function SSL_CTX_get_ciphers(ctx: Handle): CipherInfo[] | null {
  const functions = native();
  setHandle('ctx', ctx);
  return functions.SSL_CTX_get_ciphers();
}

/** `void SSL_CTX_set_security_level(SSL_CTX *ctx, int level)`. */
export function SSL_CTX_set_security_level(ctx: Handle, level: number): void {
  const functions = native();
  const checked = checkInt('level', level);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_set_security_level();
}

/** `int SSL_CTX_get_security_level(const SSL_CTX *ctx)`. */
export function SSL_CTX_get_security_level(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_CTX_get_security_level();
  return result<number>();
}

/** `int SSL_CTX_get_verify_mode(const SSL_CTX *ctx)`. */
export function SSL_CTX_get_verify_mode(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_CTX_get_verify_mode();
  return result<number>();
}

/**
 * `void SSL_CTX_set_verify_depth(SSL_CTX *ctx, int depth)`: how many certificates a chain may have
 * between the peer's and its root; -1: no limit of its own.
 */
export function SSL_CTX_set_verify_depth(ctx: Handle, depth: number): void {
  const functions = native();
  const checked = checkInt('depth', depth);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_set_verify_depth();
}

/** `int SSL_CTX_get_verify_depth(const SSL_CTX *ctx)`. */
export function SSL_CTX_get_verify_depth(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_CTX_get_verify_depth();
  return result<number>();
}

/** `int SSL_CTX_set_purpose(SSL_CTX *ctx, int purpose)`: one of X509_PURPOSE_…. */
export function SSL_CTX_set_purpose(ctx: Handle, purpose: number): 0 | 1 {
  const functions = native();
  const checked = checkInt('purpose', purpose);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_set_purpose();
  return result<0 | 1>();
}

/** `int SSL_CTX_set_trust(SSL_CTX *ctx, int trust)`: one of X509_TRUST_…. */
export function SSL_CTX_set_trust(ctx: Handle, trust: number): 0 | 1 {
  const functions = native();
  const checked = checkInt('trust', trust);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_set_trust();
  return result<0 | 1>();
}

/**
 * `void SSL_CTX_set_quiet_shutdown(SSL_CTX *ctx, int mode)`: 1: SSL_shutdown of its connections
 * sends nothing, and takes both ends for sent.
 */
export function SSL_CTX_set_quiet_shutdown(ctx: Handle, mode: number): void {
  const functions = native();
  const checked = checkInt('mode', mode);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_set_quiet_shutdown();
}

/** `int SSL_CTX_get_quiet_shutdown(const SSL_CTX *ctx)`. */
export function SSL_CTX_get_quiet_shutdown(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_CTX_get_quiet_shutdown();
  return result<number>();
}

/**
 * `int SSL_CTX_set_block_padding(SSL_CTX *ctx, size_t block_size)`: the records of TLS 1.3 get a
 * multiple of it as their length: at most 16384, or the result is 0.
 */
export function SSL_CTX_set_block_padding(ctx: Handle, blockSize: number): 0 | 1 {
  const functions = native();
  const checked = checkMebibyte('blockSize', blockSize);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_set_block_padding();
  return result<0 | 1>();
}

/**
 * `void SSL_CTX_set_default_read_buffer_len(SSL_CTX *ctx, size_t len)`: bytes; more than a record
 * needs, to read more at once.
 */
export function SSL_CTX_set_default_read_buffer_len(ctx: Handle, len: number): void {
  const functions = native();
  const checked = checkMebibyte('len', len);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_set_default_read_buffer_len();
}

/**
 * `X509 *SSL_CTX_get0_certificate(const SSL_CTX *ctx)`: this side's own, as DER; null if there is
 * none.
 */
export function SSL_CTX_get0_certificate(ctx: Handle): Buffer | null {
  const functions = native();
  setHandle('ctx', ctx);
  return functions.SSL_CTX_get0_certificate();
}

/**
 * `EVP_PKEY *SSL_CTX_get0_privatekey(const SSL_CTX *ctx)`: this side's own, as DER (PKCS #8); null
 * if there is none. A secret.
 */
export function SSL_CTX_get0_privatekey(ctx: Handle): Buffer | null {
  const functions = native();
  setHandle('ctx', ctx);
  return functions.SSL_CTX_get0_privatekey();
}

/**
 * `void SSL_CTX_set_client_CA_list(SSL_CTX *ctx, STACK_OF(X509_NAME) *name_list)`: names of issuers
 * as DER, which a server names to clients as those that it accepts.
 */
export function SSL_CTX_set_client_CA_list(ctx: Handle, nameList: readonly Uint8Array[]): void {
  const functions = native();
  const checked = checkDers('nameList', nameList);
  setHandle('ctx', ctx);
  functions.SSL_CTX_set_client_CA_list(checked);
}

/**
 * `void SSL_CTX_set0_CA_list(SSL_CTX *ctx, STACK_OF(X509_NAME) *name_list)`: names of issuers as
 * DER, which either side names to the peer as those that it accepts.
 */
export function SSL_CTX_set0_CA_list(ctx: Handle, nameList: readonly Uint8Array[]): void {
  const functions = native();
  const checked = checkDers('nameList', nameList);
  setHandle('ctx', ctx);
  functions.SSL_CTX_set0_CA_list(checked);
}

/**
 * `int SSL_CTX_add_client_CA(SSL_CTX *ctx, X509 *x)`: the certificate as DER: a server names its
 * issuer to clients as one that it accepts.
 */
export function SSL_CTX_add_client_CA(ctx: Handle, x: Uint8Array): 0 | 1 {
  const functions = native();
  const checked = checkBytes('x', x);
  setHandle('ctx', ctx);
  functions.SSL_CTX_add_client_CA(checked);
  return result<0 | 1>();
}

/**
 * `int SSL_CTX_add1_to_CA_list(SSL_CTX *ctx, const X509 *x)`: the certificate as DER: either side
 * names its subject to the peer as an issuer that it accepts.
 */
export function SSL_CTX_add1_to_CA_list(ctx: Handle, x: Uint8Array): 0 | 1 {
  const functions = native();
  const checked = checkBytes('x', x);
  setHandle('ctx', ctx);
  functions.SSL_CTX_add1_to_CA_list(checked);
  return result<0 | 1>();
}

/**
 * `STACK_OF(X509_NAME) *SSL_CTX_get_client_CA_list(const SSL_CTX *ctx)`: the names as DER; null if
 * none was set.
 */
export function SSL_CTX_get_client_CA_list(ctx: Handle): Buffer[] | null {
  const functions = native();
  setHandle('ctx', ctx);
  return functions.SSL_CTX_get_client_CA_list();
}

/**
 * `const STACK_OF(X509_NAME) *SSL_CTX_get0_CA_list(const SSL_CTX *ctx)`: the names as DER; null if
 * none was set.
 */
export function SSL_CTX_get0_CA_list(ctx: Handle): Buffer[] | null {
  const functions = native();
  setHandle('ctx', ctx);
  return functions.SSL_CTX_get0_CA_list();
}

/** `int SSL_CTX_set_default_verify_dir(SSL_CTX *ctx)`. */
export function SSL_CTX_set_default_verify_dir(ctx: Handle): 0 | 1 {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_CTX_set_default_verify_dir();
  return result<0 | 1>();
}

/** `int SSL_CTX_set_default_verify_file(SSL_CTX *ctx)`. */
export function SSL_CTX_set_default_verify_file(ctx: Handle): 0 | 1 {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_CTX_set_default_verify_file();
  return result<0 | 1>();
}

/**
 * `int SSL_CTX_config(SSL_CTX *ctx, const char *name)`: the section of that name in OpenSSL's
 * configuration.
 */
export function SSL_CTX_config(ctx: Handle, name: string): 0 | 1 {
  const functions = native();
  const checked = checkCString('name', name);
  setHandle('ctx', ctx);
  functions.SSL_CTX_config(checked);
  return result<0 | 1>();
}

/**
 * `int SSL_CTX_enable_ct(SSL_CTX *ctx, int validation_mode)`. SSL_CT_VALIDATION_PERMISSIVE or
 * SSL_CT_VALIDATION_STRICT.
 */
export function SSL_CTX_enable_ct(ctx: Handle, validationMode: number): 0 | 1 {
  const functions = native();
  const checked = checkInt('validationMode', validationMode);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_enable_ct();
  return result<0 | 1>();
}

/** `int SSL_CTX_ct_is_enabled(const SSL_CTX *ctx)`. */
export function SSL_CTX_ct_is_enabled(ctx: Handle): 0 | 1 {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_CTX_ct_is_enabled();
  return result<0 | 1>();
}

/**
 * `int SSL_CTX_set_ctlog_list_file(SSL_CTX *ctx, const char *path)`: the logs that are known to the
 * context, from a file of OpenSSL's format.
 */
export function SSL_CTX_set_ctlog_list_file(ctx: Handle, path: string): 0 | 1 {
  const functions = native();
  const checked = checkCString('path', path);
  setHandle('ctx', ctx);
  functions.SSL_CTX_set_ctlog_list_file(checked);
  return result<0 | 1>();
}

/** `int SSL_CTX_set_default_ctlog_list_file(SSL_CTX *ctx)`. */
export function SSL_CTX_set_default_ctlog_list_file(ctx: Handle): 0 | 1 {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_CTX_set_default_ctlog_list_file();
  return result<0 | 1>();
}

/** `int SSL_CTX_dane_enable(SSL_CTX *ctx)`: before any SSL_dane_enable of its connections. */
export function SSL_CTX_dane_enable(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_CTX_dane_enable();
  return result<number>();
}

/**
 * `unsigned long SSL_CTX_dane_set_flags(SSL_CTX *ctx, unsigned long flags)`: returns the flags
 * before.
 */
export function SSL_CTX_dane_set_flags(ctx: Handle, flags: number): number {
  const functions = native();
  const checked = checkMask('flags', flags);
  setHandleAndNumber('ctx', ctx, checked);
  return longResult(functions.SSL_CTX_dane_set_flags()) as number;
}

/**
 * `unsigned long SSL_CTX_dane_clear_flags(SSL_CTX *ctx, unsigned long flags)`: returns the flags
 * before.
 */
export function SSL_CTX_dane_clear_flags(ctx: Handle, flags: number): number {
  const functions = native();
  const checked = checkMask('flags', flags);
  setHandleAndNumber('ctx', ctx, checked);
  return longResult(functions.SSL_CTX_dane_clear_flags()) as number;
}

/**
 * `int SSL_CTX_set_tlsext_use_srtp(SSL_CTX *ctx, const char *profiles)`: 0 on success: the names of
 * profiles, with colons between them.
 */
export function SSL_CTX_set_tlsext_use_srtp(ctx: Handle, profiles: string): number {
  const functions = native();
  const checked = checkCString('profiles', profiles);
  setHandle('ctx', ctx);
  functions.SSL_CTX_set_tlsext_use_srtp(checked);
  return result<number>();
}

/** `int SSL_CTX_set_srp_username(SSL_CTX *ctx, char *name)`: latin1, 1 to 255 bytes. */
export function SSL_CTX_set_srp_username(ctx: Handle, name: string | null): 0 | 1 {
  const functions = native();
  const checked = name === null ? null : checkCString('name', name);
  setHandle('ctx', ctx);
  functions.SSL_CTX_set_srp_username(checked);
  return result<0 | 1>();
}

/** `int SSL_CTX_set_srp_password(SSL_CTX *ctx, char *password)`: latin1. */
export function SSL_CTX_set_srp_password(ctx: Handle, password: string): 0 | 1 {
  const functions = native();
  const checked = checkCString('password', password);
  setHandle('ctx', ctx);
  functions.SSL_CTX_set_srp_password(checked);
  return result<0 | 1>();
}

/** `int SSL_CTX_set_srp_strength(SSL_CTX *ctx, int strength)`: bits that the group must have. */
export function SSL_CTX_set_srp_strength(ctx: Handle, strength: number): 0 | 1 {
  const functions = native();
  const checked = checkInt('strength', strength);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_set_srp_strength();
  return result<0 | 1>();
}

/** `int SSL_CTX_has_client_custom_ext(const SSL_CTX *ctx, unsigned int ext_type)`. */
export function SSL_CTX_has_client_custom_ext(ctx: Handle, extType: number): 0 | 1 {
  const functions = native();
  const checked = checkUint32('extType', extType);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_has_client_custom_ext();
  return result<0 | 1>();
}

/**
 * `int SSL_CTX_use_serverinfo(SSL_CTX *ctx, const unsigned char *serverinfo, size_t
 * serverinfo_length)`: what a server's certificate is sent with: extensions in OpenSSL's format of
 * version 1.
 */
export function SSL_CTX_use_serverinfo(ctx: Handle, serverinfo: Uint8Array): 0 | 1 {
  const functions = native();
  const checked = checkBytes('serverinfo', serverinfo);
  setHandle('ctx', ctx);
  functions.SSL_CTX_use_serverinfo(checked);
  return result<0 | 1>();
}

/**
 * `int SSL_CTX_use_serverinfo_ex(SSL_CTX *ctx, unsigned int version, const unsigned char
 * *serverinfo, size_t serverinfo_length)`. SSL_SERVERINFOV1 or SSL_SERVERINFOV2.
 */
export function SSL_CTX_use_serverinfo_ex(
  ctx: Handle,
  version: number,
  serverinfo: Uint8Array,
): 0 | 1 {
  const functions = native();
  const checked1 = checkUint32('version', version);
  const checked2 = checkBytes('serverinfo', serverinfo);
  setHandle('ctx', ctx);
  functions.SSL_CTX_use_serverinfo_ex(checked1, checked2);
  return result<0 | 1>();
}

/** `int SSL_CTX_use_serverinfo_file(SSL_CTX *ctx, const char *file)`. PEM. */
export function SSL_CTX_use_serverinfo_file(ctx: Handle, file: string): 0 | 1 {
  const functions = native();
  const checked = checkCString('file', file);
  setHandle('ctx', ctx);
  functions.SSL_CTX_use_serverinfo_file(checked);
  return result<0 | 1>();
}

/** `int SSL_CTX_use_certificate(SSL_CTX *ctx, X509 *x)`: the certificate as DER. */
export function SSL_CTX_use_certificate(ctx: Handle, x: Uint8Array): 0 | 1 {
  const functions = native();
  const checked = checkBytes('x', x);
  setHandle('ctx', ctx);
  functions.SSL_CTX_use_certificate(checked);
  return result<0 | 1>();
}

/** `int SSL_CTX_use_certificate_file(SSL_CTX *ctx, const char *file, int type)`. */
export function SSL_CTX_use_certificate_file(ctx: Handle, file: string, type: number): 0 | 1 {
  const functions = native();
  const checked1 = checkCString('file', file);
  const checked2 = checkInt('type', type);
  setHandle('ctx', ctx);
  functions.SSL_CTX_use_certificate_file(checked1, checked2);
  return result<0 | 1>();
}

/** `int SSL_CTX_use_certificate_chain_file(SSL_CTX *ctx, const char *file)`. */
export function SSL_CTX_use_certificate_chain_file(ctx: Handle, file: string): 0 | 1 {
  const functions = native();
  const checked = checkCString('file', file);
  setHandle('ctx', ctx);
  functions.SSL_CTX_use_certificate_chain_file(checked);
  return result<0 | 1>();
}

/**
 * `int SSL_CTX_use_PrivateKey_file(SSL_CTX *ctx, const char *file, int type)`: a file whose key has
 * a passphrase is refused.
 */
export function SSL_CTX_use_PrivateKey_file(ctx: Handle, file: string, type: number): 0 | 1 {
  const functions = native();
  const checked1 = checkCString('file', file);
  const checked2 = checkInt('type', type);
  setHandle('ctx', ctx);
  functions.SSL_CTX_use_PrivateKey_file(checked1, checked2);
  return result<0 | 1>();
}

/**
 * `int SSL_CTX_use_RSAPrivateKey_file(SSL_CTX *ctx, const char *file, int type)`: a file whose key
 * has a passphrase is refused.
 */
export function SSL_CTX_use_RSAPrivateKey_file(ctx: Handle, file: string, type: number): 0 | 1 {
  const functions = native();
  const checked1 = checkCString('file', file);
  const checked2 = checkInt('type', type);
  setHandle('ctx', ctx);
  functions.SSL_CTX_use_RSAPrivateKey_file(checked1, checked2);
  return result<0 | 1>();
}

/**
 * `int SSL_CTX_use_RSAPrivateKey_ASN1(SSL_CTX *ctx, const unsigned char *d, long len)`. PKCS #1.
 */
export function SSL_CTX_use_RSAPrivateKey_ASN1(ctx: Handle, d: Uint8Array): 0 | 1 {
  const functions = native();
  const checked = checkBytes('d', d);
  setHandle('ctx', ctx);
  functions.SSL_CTX_use_RSAPrivateKey_ASN1(checked);
  return result<0 | 1>();
}

/** `int SSL_CTX_use_RSAPrivateKey(SSL_CTX *ctx, RSA *rsa)`: the key as DER (PKCS #1). */
export function SSL_CTX_use_RSAPrivateKey(ctx: Handle, rsa: Uint8Array): 0 | 1 {
  const functions = native();
  const checked = checkBytes('rsa', rsa);
  setHandle('ctx', ctx);
  functions.SSL_CTX_use_RSAPrivateKey(checked);
  return result<0 | 1>();
}

/**
 * `int SSL_CTX_use_cert_and_key(SSL_CTX *ctx, X509 *x509, EVP_PKEY *privatekey, STACK_OF(X509)
 * *chain, int override)`. DER: the certificate, its key, and those between it and its root. With 0
 * for the last, nothing that is there is replaced.
 */
export function SSL_CTX_use_cert_and_key(
  ctx: Handle,
  x509: Uint8Array,
  privatekey: Uint8Array,
  chain: readonly Uint8Array[] | null,
  override: number,
): 0 | 1 {
  const functions = native();
  const checked1 = checkBytes('x509', x509);
  const checked2 = checkBytes('privatekey', privatekey);
  const checked3 = chain === null ? null : checkDers('chain', chain);
  const checked4 = checkInt('override', override);
  setHandle('ctx', ctx);
  functions.SSL_CTX_use_cert_and_key(checked1, checked2, checked3, checked4);
  return result<0 | 1>();
}

/** `int SSL_CTX_check_private_key(const SSL_CTX *ctx)`. */
export function SSL_CTX_check_private_key(ctx: Handle): 0 | 1 {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_CTX_check_private_key();
  return result<0 | 1>();
}

/** `int SSL_CTX_set_default_verify_paths(SSL_CTX *ctx)`: trusts the system's certificates. */
export function SSL_CTX_set_default_verify_paths(ctx: Handle): 0 | 1 {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_CTX_set_default_verify_paths();
  return result<0 | 1>();
}

/**
 * `int SSL_CTX_set_num_tickets(SSL_CTX *ctx, size_t num_tickets)`: how many tickets a TLS 1.3
 * server sends; at most 255.
 */
export function SSL_CTX_set_num_tickets(ctx: Handle, numTickets: number): number {
  const functions = native();
  const checked = checkByte('numTickets', numTickets);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_set_num_tickets();
  return result<number>();
}

/** `size_t SSL_CTX_get_num_tickets(const SSL_CTX *ctx)`. */
export function SSL_CTX_get_num_tickets(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_CTX_get_num_tickets();
  return result<number>();
}

/**
 * `int SSL_CTX_set_max_early_data(SSL_CTX *ctx, uint32_t max_early_data)`: how many bytes the
 * tickets allow.
 */
export function SSL_CTX_set_max_early_data(ctx: Handle, maxEarlyData: number): number {
  const functions = native();
  const checked = checkUint32('maxEarlyData', maxEarlyData);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_set_max_early_data();
  return result<number>();
}

/** `uint32_t SSL_CTX_get_max_early_data(const SSL_CTX *ctx)`. */
export function SSL_CTX_get_max_early_data(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_CTX_get_max_early_data();
  return result<number>();
}

/** `int SSL_CTX_set_recv_max_early_data(SSL_CTX *ctx, uint32_t recv_max_early_data)`. */
export function SSL_CTX_set_recv_max_early_data(ctx: Handle, recvMaxEarlyData: number): number {
  const functions = native();
  const checked = checkUint32('recvMaxEarlyData', recvMaxEarlyData);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_set_recv_max_early_data();
  return result<number>();
}

/** `uint32_t SSL_CTX_get_recv_max_early_data(const SSL_CTX *ctx)`. */
export function SSL_CTX_get_recv_max_early_data(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_CTX_get_recv_max_early_data();
  return result<number>();
}

/**
 * `int SSL_CTX_set_alpn_protos(SSL_CTX *ctx, const unsigned char *protos, unsigned int
 * protos_len)`: 0 on success.
 */
export function SSL_CTX_set_alpn_protos(ctx: Handle, protos: Uint8Array): number {
  const functions = native();
  const checked = checkBytes('protos', protos);
  setHandle('ctx', ctx);
  functions.SSL_CTX_set_alpn_protos(checked);
  return result<number>();
}

/** `int SSL_CTX_set_tlsext_max_fragment_length(SSL_CTX *ctx, uint8_t mode)`. */
export function SSL_CTX_set_tlsext_max_fragment_length(ctx: Handle, mode: number): number {
  const functions = native();
  const checked = checkByte('mode', mode);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_set_tlsext_max_fragment_length();
  return result<number>();
}

/** `void SSL_CTX_set_post_handshake_auth(SSL_CTX *ctx, int val)`: for clients. */
export function SSL_CTX_set_post_handshake_auth(ctx: Handle, val: number): void {
  const functions = native();
  const checked = checkInt('val', val);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_set_post_handshake_auth();
}

/** `long SSL_CTX_sess_number(SSL_CTX *ctx)`: sessions in the cache. */
export function SSL_CTX_sess_number(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_sess_number()) as number;
}

/** `long SSL_CTX_sess_connect(SSL_CTX *ctx)`: handshakes that clients began. */
export function SSL_CTX_sess_connect(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_sess_connect()) as number;
}

/** `long SSL_CTX_sess_connect_good(SSL_CTX *ctx)`: client handshakes that succeeded. */
export function SSL_CTX_sess_connect_good(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_sess_connect_good()) as number;
}

/** `long SSL_CTX_sess_connect_renegotiate(SSL_CTX *ctx)`: renegotiations that clients began. */
export function SSL_CTX_sess_connect_renegotiate(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_sess_connect_renegotiate()) as number;
}

/** `long SSL_CTX_sess_accept(SSL_CTX *ctx)`: handshakes that servers began. */
export function SSL_CTX_sess_accept(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_sess_accept()) as number;
}

/** `long SSL_CTX_sess_accept_good(SSL_CTX *ctx)`: server handshakes that succeeded. */
export function SSL_CTX_sess_accept_good(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_sess_accept_good()) as number;
}

/** `long SSL_CTX_sess_accept_renegotiate(SSL_CTX *ctx)`: renegotiations that servers began. */
export function SSL_CTX_sess_accept_renegotiate(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_sess_accept_renegotiate()) as number;
}

/** `long SSL_CTX_sess_hits(SSL_CTX *ctx)`: sessions that were resumed. */
export function SSL_CTX_sess_hits(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_sess_hits()) as number;
}

/** `long SSL_CTX_sess_cb_hits(SSL_CTX *ctx)`: resumed sessions that get_cb returned. */
export function SSL_CTX_sess_cb_hits(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_sess_cb_hits()) as number;
}

/**
 * `long SSL_CTX_sess_misses(SSL_CTX *ctx)`: sessions that clients offered and that were not found.
 */
export function SSL_CTX_sess_misses(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_sess_misses()) as number;
}

/** `long SSL_CTX_sess_timeouts(SSL_CTX *ctx)`: sessions that were found but had expired. */
export function SSL_CTX_sess_timeouts(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_sess_timeouts()) as number;
}

/**
 * `long SSL_CTX_sess_cache_full(SSL_CTX *ctx)`: sessions that were removed because the cache was
 * full.
 */
export function SSL_CTX_sess_cache_full(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_sess_cache_full()) as number;
}

/** `long SSL_CTX_set_session_cache_mode(SSL_CTX *ctx, long mode)`: returns the previous mode. */
export function SSL_CTX_set_session_cache_mode(
  ctx: Handle,
  mode: number | bigint,
): number | bigint {
  const functions = native();
  const checked = checkLong('mode', mode);
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_set_session_cache_mode(checked));
}

/** `long SSL_CTX_get_session_cache_mode(SSL_CTX *ctx)`: a mask of SSL_SESS_CACHE_…. */
export function SSL_CTX_get_session_cache_mode(ctx: Handle): number | bigint {
  const functions = native();
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_get_session_cache_mode());
}

/**
 * `long SSL_CTX_sess_set_cache_size(SSL_CTX *ctx, long t)`: returns the previous size. 0 means no
 * limit.
 */
export function SSL_CTX_sess_set_cache_size(ctx: Handle, t: number | bigint): number | bigint {
  const functions = native();
  const checked = checkLong('t', t);
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_sess_set_cache_size(checked));
}

/** `long SSL_CTX_sess_get_cache_size(SSL_CTX *ctx)`. */
export function SSL_CTX_sess_get_cache_size(ctx: Handle): number | bigint {
  const functions = native();
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_sess_get_cache_size());
}

/**
 * `int SSL_CTX_set_min_proto_version(SSL_CTX *ctx, int version)`: 0 means the lowest that is
 * supported.
 */
export function SSL_CTX_set_min_proto_version(ctx: Handle, version: number): number {
  const functions = native();
  const checked = checkInt('version', version);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_set_min_proto_version();
  return result<number>();
}

/**
 * `int SSL_CTX_set_max_proto_version(SSL_CTX *ctx, int version)`: 0 means the highest that is
 * supported.
 */
export function SSL_CTX_set_max_proto_version(ctx: Handle, version: number): number {
  const functions = native();
  const checked = checkInt('version', version);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_set_max_proto_version();
  return result<number>();
}

/** `int SSL_CTX_get_min_proto_version(SSL_CTX *ctx)`. */
export function SSL_CTX_get_min_proto_version(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_CTX_get_min_proto_version();
  return result<number>();
}

/** `int SSL_CTX_get_max_proto_version(SSL_CTX *ctx)`. */
export function SSL_CTX_get_max_proto_version(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_CTX_get_max_proto_version();
  return result<number>();
}

/** `long SSL_CTX_set_read_ahead(SSL_CTX *ctx, long yes)`: returns the previous value. */
export function SSL_CTX_set_read_ahead(ctx: Handle, yes: number | bigint): number | bigint {
  const functions = native();
  const checked = checkLong('yes', yes);
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_set_read_ahead(checked));
}

/** `long SSL_CTX_get_read_ahead(SSL_CTX *ctx)`. */
export function SSL_CTX_get_read_ahead(ctx: Handle): number | bigint {
  const functions = native();
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_get_read_ahead());
}

/** `long SSL_CTX_get_default_read_ahead(SSL_CTX *ctx)`: another name of SSL_CTX_get_read_ahead. */
export function SSL_CTX_get_default_read_ahead(ctx: Handle): number | bigint {
  const functions = native();
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_get_default_read_ahead());
}

/**
 * `long SSL_CTX_set_default_read_ahead(SSL_CTX *ctx, long m)`: another name of
 * SSL_CTX_set_read_ahead.
 */
export function SSL_CTX_set_default_read_ahead(ctx: Handle, m: number | bigint): number | bigint {
  const functions = native();
  const checked = checkLong('m', m);
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_set_default_read_ahead(checked));
}

/**
 * `unsigned long SSL_CTX_set_mode(SSL_CTX *ctx, unsigned long mode)`: a mask of SSL_MODE_…; returns
 * all that are set now. SSL_MODE_ASYNC is refused.
 */
export function SSL_CTX_set_mode(ctx: Handle, mode: number): number {
  const functions = native();
  const checked = checkMask('mode', mode);
  setHandleAndNumber('ctx', ctx, checked);
  return longResult(functions.SSL_CTX_set_mode()) as number;
}

/**
 * `unsigned long SSL_CTX_clear_mode(SSL_CTX *ctx, unsigned long mode)`: returns those that are
 * still set.
 */
export function SSL_CTX_clear_mode(ctx: Handle, mode: number): number {
  const functions = native();
  const checked = checkMask('mode', mode);
  setHandleAndNumber('ctx', ctx, checked);
  return longResult(functions.SSL_CTX_clear_mode()) as number;
}

/** `unsigned long SSL_CTX_get_mode(SSL_CTX *ctx)`. */
export function SSL_CTX_get_mode(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_get_mode()) as number;
}

/**
 * `unsigned long SSL_CTX_set_cert_flags(SSL_CTX *ctx, unsigned long flags)`: a mask of
 * SSL_CERT_FLAG_…; returns all that are set now.
 */
export function SSL_CTX_set_cert_flags(ctx: Handle, flags: number): number {
  const functions = native();
  const checked = checkMask('flags', flags);
  setHandleAndNumber('ctx', ctx, checked);
  return longResult(functions.SSL_CTX_set_cert_flags()) as number;
}

/**
 * `unsigned long SSL_CTX_clear_cert_flags(SSL_CTX *ctx, unsigned long flags)`: returns those that
 * are still set.
 */
export function SSL_CTX_clear_cert_flags(ctx: Handle, flags: number): number {
  const functions = native();
  const checked = checkMask('flags', flags);
  setHandleAndNumber('ctx', ctx, checked);
  return longResult(functions.SSL_CTX_clear_cert_flags()) as number;
}

/**
 * `long SSL_CTX_set_max_cert_list(SSL_CTX *ctx, long bytes)`: bytes that a peer's certificates may
 * have; returns the value before.
 */
export function SSL_CTX_set_max_cert_list(ctx: Handle, bytes: number | bigint): number | bigint {
  const functions = native();
  const checked = checkLong('bytes', bytes);
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_set_max_cert_list(checked));
}

/** `long SSL_CTX_get_max_cert_list(SSL_CTX *ctx)`. */
export function SSL_CTX_get_max_cert_list(ctx: Handle): number | bigint {
  const functions = native();
  setHandle('ctx', ctx);
  return longResult(functions.SSL_CTX_get_max_cert_list());
}

/**
 * `int SSL_CTX_set_max_send_fragment(SSL_CTX *ctx, long m)`: how many bytes of data a record has at
 * most: 512 to 16384, or the result is 0.
 */
export function SSL_CTX_set_max_send_fragment(ctx: Handle, m: number | bigint): number {
  const functions = native();
  const checked = checkLong('m', m);
  setHandle('ctx', ctx);
  functions.SSL_CTX_set_max_send_fragment(checked);
  return result<number>();
}

/**
 * `int SSL_CTX_set_split_send_fragment(SSL_CTX *ctx, long m)`: from how many bytes on data is split
 * for several pipelines.
 */
export function SSL_CTX_set_split_send_fragment(ctx: Handle, m: number | bigint): number {
  const functions = native();
  const checked = checkLong('m', m);
  setHandle('ctx', ctx);
  functions.SSL_CTX_set_split_send_fragment(checked);
  return result<number>();
}

/** `int SSL_CTX_set_max_pipelines(SSL_CTX *ctx, long m)`: 1 to 32, or the result is 0. */
export function SSL_CTX_set_max_pipelines(ctx: Handle, m: number | bigint): number {
  const functions = native();
  const checked = checkLong('m', m);
  setHandle('ctx', ctx);
  functions.SSL_CTX_set_max_pipelines(checked);
  return result<number>();
}

/**
 * `int SSL_CTX_set_tlsext_status_type(SSL_CTX *ctx, int type)`: 1: clients ask for the
 * certificate's status (TLSEXT_STATUSTYPE_ocsp); -1: they do not.
 */
export function SSL_CTX_set_tlsext_status_type(ctx: Handle, type: number): number {
  const functions = native();
  const checked = checkInt('type', type);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_set_tlsext_status_type();
  return result<number>();
}

/** `int SSL_CTX_get_tlsext_status_type(SSL_CTX *ctx)`. */
export function SSL_CTX_get_tlsext_status_type(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_CTX_get_tlsext_status_type();
  return result<number>();
}

/** `int SSL_CTX_set_dh_auto(SSL_CTX *ctx, int onoff)`: not 0: by the size of the key. */
export function SSL_CTX_set_dh_auto(ctx: Handle, onoff: number): number {
  const functions = native();
  const checked = checkInt('onoff', onoff);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_set_dh_auto();
  return result<number>();
}

/** `int SSL_CTX_set1_groups(SSL_CTX *ctx, int *list, long count)`. NIDs of curves. */
export function SSL_CTX_set1_groups(ctx: Handle, list: readonly number[]): number {
  const functions = native();
  const checked = checkInts('list', list);
  setHandle('ctx', ctx);
  functions.SSL_CTX_set1_groups(checked);
  return result<number>();
}

/**
 * `int SSL_CTX_set1_sigalgs(SSL_CTX *ctx, int *list, long count)`: pairs of NIDs: a hash and a kind
 * of key.
 */
export function SSL_CTX_set1_sigalgs(ctx: Handle, list: readonly number[]): number {
  const functions = native();
  const checked = checkInts('list', list);
  setHandle('ctx', ctx);
  functions.SSL_CTX_set1_sigalgs(checked);
  return result<number>();
}

/**
 * `int SSL_CTX_set1_sigalgs_list(SSL_CTX *ctx, char *str)`: signature algorithms, separated by
 * colons.
 */
export function SSL_CTX_set1_sigalgs_list(ctx: Handle, str: string): number {
  const functions = native();
  const checked = checkCString('str', str);
  setHandle('ctx', ctx);
  functions.SSL_CTX_set1_sigalgs_list(checked);
  return result<number>();
}

/**
 * `int SSL_CTX_set1_client_sigalgs(SSL_CTX *ctx, int *list, long count)`: pairs of NIDs, for the
 * certificates of clients.
 */
export function SSL_CTX_set1_client_sigalgs(ctx: Handle, list: readonly number[]): number {
  const functions = native();
  const checked = checkInts('list', list);
  setHandle('ctx', ctx);
  functions.SSL_CTX_set1_client_sigalgs(checked);
  return result<number>();
}

/**
 * `int SSL_CTX_set1_client_sigalgs_list(SSL_CTX *ctx, char *str)`: signature algorithms for the
 * certificates of clients, separated by colons.
 */
export function SSL_CTX_set1_client_sigalgs_list(ctx: Handle, str: string): number {
  const functions = native();
  const checked = checkCString('str', str);
  setHandle('ctx', ctx);
  functions.SSL_CTX_set1_client_sigalgs_list(checked);
  return result<number>();
}

/**
 * `int SSL_CTX_set1_client_certificate_types(SSL_CTX *ctx, const unsigned char *list, long count)`:
 * a byte for each type that a server accepts, up to TLS 1.2.
 */
export function SSL_CTX_set1_client_certificate_types(ctx: Handle, list: Uint8Array): number {
  const functions = native();
  const checked = checkBytes('list', list);
  setHandle('ctx', ctx);
  functions.SSL_CTX_set1_client_certificate_types(checked);
  return result<number>();
}

/** `int SSL_CTX_clear_extra_chain_certs(SSL_CTX *ctx)`. */
export function SSL_CTX_clear_extra_chain_certs(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_CTX_clear_extra_chain_certs();
  return result<number>();
}

/**
 * `int SSL_CTX_build_cert_chain(SSL_CTX *ctx, int flags)`: a mask of SSL_BUILD_CHAIN_FLAG_…; 2
 * where it is not complete.
 */
export function SSL_CTX_build_cert_chain(ctx: Handle, flags: number): number {
  const functions = native();
  const checked = checkInt('flags', flags);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_build_cert_chain();
  return result<number>();
}

/**
 * `int SSL_CTX_set_current_cert(SSL_CTX *ctx, int op)`. SSL_CERT_SET_FIRST or SSL_CERT_SET_NEXT.
 */
export function SSL_CTX_set_current_cert(ctx: Handle, op: number): number {
  const functions = native();
  const checked = checkInt('op', op);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_set_current_cert();
  return result<number>();
}

/** `int SSL_CTX_set1_groups_list(SSL_CTX *ctx, char *list)`: curves, separated by colons. */
export function SSL_CTX_set1_groups_list(ctx: Handle, list: string): number {
  const functions = native();
  const checked = checkCString('list', list);
  setHandle('ctx', ctx);
  functions.SSL_CTX_set1_groups_list(checked);
  return result<number>();
}

// ---- Connections.

/** `int SSL_up_ref(SSL *s)`: after it the handle needs one more free. */
export function SSL_up_ref(s: Handle): 0 | 1 {
  const functions = native();
  setHandle('s', s);
  functions.SSL_up_ref();
  return result<0 | 1>();
}

/** `void SSL_set_accept_state(SSL *s)`: only before the handshake has begun. */
export function SSL_set_accept_state(s: Handle): void {
  const functions = native();
  setHandle('s', s);
  functions.SSL_set_accept_state();
}

/** `void SSL_set_connect_state(SSL *s)`: only before the handshake has begun. */
export function SSL_set_connect_state(s: Handle): void {
  const functions = native();
  setHandle('s', s);
  functions.SSL_set_connect_state();
}

/** `int SSL_is_server(const SSL *s)`. */
export function SSL_is_server(s: Handle): 0 | 1 {
  const functions = native();
  setHandle('s', s);
  functions.SSL_is_server();
  return result<0 | 1>();
}

/** `int SSL_get_early_data_status(const SSL *s)`: one of SSL_EARLY_DATA_…. */
export function SSL_get_early_data_status(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_get_early_data_status();
  return result<number>();
}

/**
 * `size_t SSL_get_client_random(const SSL *ssl, unsigned char *out, size_t outlen)`: 32 bytes;
 * zeros before the ClientHello.
 */
export function SSL_get_client_random(ssl: Handle): Buffer {
  const functions = native();
  setHandle('ssl', ssl);
  return functions.SSL_get_client_random();
}

/**
 * `size_t SSL_get_server_random(const SSL *ssl, unsigned char *out, size_t outlen)`: 32 bytes;
 * zeros before the ServerHello.
 */
export function SSL_get_server_random(ssl: Handle): Buffer {
  const functions = native();
  setHandle('ssl', ssl);
  return functions.SSL_get_server_random();
}

/**
 * `int SSL_get_shutdown(const SSL *ssl)`: a mask of SSL_SENT_SHUTDOWN and SSL_RECEIVED_SHUTDOWN.
 */
export function SSL_get_shutdown(ssl: Handle): number {
  const functions = native();
  setHandle('ssl', ssl);
  functions.SSL_get_shutdown();
  return result<number>();
}

/** `int SSL_pending(const SSL *s)`: how many bytes can be read without another record. */
export function SSL_pending(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_pending();
  return result<number>();
}

/**
 * `int SSL_has_pending(const SSL *s)`: whether libssl has read bytes that it has not returned yet.
 */
export function SSL_has_pending(s: Handle): 0 | 1 {
  const functions = native();
  setHandle('s', s);
  functions.SSL_has_pending();
  return result<0 | 1>();
}

/** `int SSL_is_init_finished(const SSL *s)`. */
export function SSL_is_init_finished(s: Handle): 0 | 1 {
  const functions = native();
  setHandle('s', s);
  functions.SSL_is_init_finished();
  return result<0 | 1>();
}

/** `int SSL_in_before(const SSL *s)`. */
export function SSL_in_before(s: Handle): 0 | 1 {
  const functions = native();
  setHandle('s', s);
  functions.SSL_in_before();
  return result<0 | 1>();
}

/** `int SSL_is_dtls(const SSL *s)`. */
export function SSL_is_dtls(s: Handle): 0 | 1 {
  const functions = native();
  setHandle('s', s);
  functions.SSL_is_dtls();
  return result<0 | 1>();
}

/** `int SSL_in_init(const SSL *s)`: whether a handshake is under way, or has not begun. */
export function SSL_in_init(s: Handle): 0 | 1 {
  const functions = native();
  setHandle('s', s);
  functions.SSL_in_init();
  return result<0 | 1>();
}

/** `OSSL_HANDSHAKE_STATE SSL_get_state(const SSL *ssl)`: a number of `OSSL_HANDSHAKE_STATE`. */
export function SSL_get_state(ssl: Handle): number {
  const functions = native();
  setHandle('ssl', ssl);
  functions.SSL_get_state();
  return result<number>();
}

/** `const char *SSL_state_string(const SSL *s)`. */
export function SSL_state_string(s: Handle): string {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_state_string();
}

/** `const char *SSL_state_string_long(const SSL *s)`. */
export function SSL_state_string_long(s: Handle): string {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_state_string_long();
}

/** `const char *SSL_rstate_string(const SSL *s)`: what the record layer waits for. */
export function SSL_rstate_string(s: Handle): string {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_rstate_string();
}

/** `const char *SSL_rstate_string_long(const SSL *s)`. */
export function SSL_rstate_string_long(s: Handle): string {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_rstate_string_long();
}

/** `int SSL_want(const SSL *s)`. SSL_NOTHING, SSL_WRITING, SSL_READING, SSL_CLIENT_HELLO_CB, …. */
export function SSL_want(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_want();
  return result<number>();
}

/** `const char *SSL_alert_desc_string(int value)`: of the last byte of an alert. */
export function SSL_alert_desc_string(value: number): string {
  const functions = native();
  const checked = checkInt('value', value);
  return functions.SSL_alert_desc_string(checked);
}

/** `const char *SSL_alert_desc_string_long(int value)`. */
export function SSL_alert_desc_string_long(value: number): string {
  const functions = native();
  const checked = checkInt('value', value);
  return functions.SSL_alert_desc_string_long(checked);
}

/** `const char *SSL_alert_type_string(int value)`: of the two bytes of an alert, as a number. */
export function SSL_alert_type_string(value: number): string {
  const functions = native();
  const checked = checkInt('value', value);
  return functions.SSL_alert_type_string(checked);
}

/** `const char *SSL_alert_type_string_long(int value)`. */
export function SSL_alert_type_string_long(value: number): string {
  const functions = native();
  const checked = checkInt('value', value);
  return functions.SSL_alert_type_string_long(checked);
}

/** `int SSL_get_key_update_type(const SSL *s)`: a key update that is not sent yet; -1: none. */
export function SSL_get_key_update_type(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_get_key_update_type();
  return result<number>();
}

/** `int SSL_renegotiate_pending(const SSL *s)`. */
export function SSL_renegotiate_pending(s: Handle): 0 | 1 {
  const functions = native();
  setHandle('s', s);
  functions.SSL_renegotiate_pending();
  return result<0 | 1>();
}

/**
 * `void SSL_set_shutdown(SSL *ssl, int mode)`: a mask of SSL_SENT_SHUTDOWN and
 * SSL_RECEIVED_SHUTDOWN: as if these had happened.
 */
export function SSL_set_shutdown(ssl: Handle, mode: number): void {
  const functions = native();
  const checked = checkInt('mode', mode);
  setHandleAndNumber('ssl', ssl, checked);
  functions.SSL_set_shutdown();
}

/**
 * `int SSL_alloc_buffers(SSL *ssl)`: memory for a record, which is otherwise taken when it is
 * needed.
 */
export function SSL_alloc_buffers(ssl: Handle): 0 | 1 {
  const functions = native();
  setHandle('ssl', ssl);
  functions.SSL_alloc_buffers();
  return result<0 | 1>();
}

/** `int SSL_waiting_for_async(SSL *s)`. */
export function SSL_waiting_for_async(s: Handle): 0 | 1 {
  const functions = native();
  setHandle('s', s);
  functions.SSL_waiting_for_async();
  return result<0 | 1>();
}

/** `int SSL_get_fd(const SSL *s)`: -1: the connection is over memory. */
export function SSL_get_fd(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_get_fd();
  return result<number>();
}

/** `int SSL_get_rfd(const SSL *s)`. */
export function SSL_get_rfd(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_get_rfd();
  return result<number>();
}

/** `int SSL_get_wfd(const SSL *s)`. */
export function SSL_get_wfd(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_get_wfd();
  return result<number>();
}

/**
 * `int SSL_client_hello_isv2(SSL *s)`: what a ClientHello says, while the handshake is paused there
 * (get_cb); 0 at other times.
 */
export function SSL_client_hello_isv2(s: Handle): 0 | 1 {
  const functions = native();
  setHandle('s', s);
  functions.SSL_client_hello_isv2();
  return result<0 | 1>();
}

/** `unsigned int SSL_client_hello_get0_legacy_version(SSL *s)`. */
export function SSL_client_hello_get0_legacy_version(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_client_hello_get0_legacy_version();
  return result<number>();
}

/**
 * `size_t SSL_client_hello_get0_random(SSL *s, const unsigned char **out)`: 32 bytes; none while no
 * ClientHello waits.
 */
export function SSL_client_hello_get0_random(s: Handle): Buffer {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_client_hello_get0_random();
}

/** `size_t SSL_client_hello_get0_session_id(SSL *s, const unsigned char **out)`. */
export function SSL_client_hello_get0_session_id(s: Handle): Buffer {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_client_hello_get0_session_id();
}

/**
 * `size_t SSL_client_hello_get0_ciphers(SSL *s, const unsigned char **out)`: 2 bytes for each
 * suite.
 */
export function SSL_client_hello_get0_ciphers(s: Handle): Buffer {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_client_hello_get0_ciphers();
}

/** `size_t SSL_client_hello_get0_compression_methods(SSL *s, const unsigned char **out)`. */
export function SSL_client_hello_get0_compression_methods(s: Handle): Buffer {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_client_hello_get0_compression_methods();
}

/** `void SSL_set_post_handshake_auth(SSL *s, int val)`: for clients. */
export function SSL_set_post_handshake_auth(s: Handle, val: number): void {
  const functions = native();
  const checked = checkInt('val', val);
  setHandleAndNumber('s', s, checked);
  functions.SSL_set_post_handshake_auth();
}

/** `SSL_SESSION *SSL_get1_session(SSL *ssl)`: a handle of its own; 0 if there is none. */
export function SSL_get1_session(ssl: Handle): Handle {
  const functions = native();
  setHandle('ssl', ssl);
  functions.SSL_get1_session();
  return result<Handle>();
}

/** `int SSL_session_reused(const SSL *ssl)`. */
export function SSL_session_reused(ssl: Handle): 0 | 1 {
  const functions = native();
  setHandle('ssl', ssl);
  functions.SSL_session_reused();
  return result<0 | 1>();
}

/**
 * `int SSL_set_session_id_context(SSL *ssl, const unsigned char *sid_ctx, unsigned int
 * sid_ctx_len)`.
 */
export function SSL_set_session_id_context(ssl: Handle, sidCtx: Uint8Array): number {
  const functions = native();
  const checked = checkBytes('sidCtx', sidCtx);
  setHandle('ssl', ssl);
  functions.SSL_set_session_id_context(checked);
  return result<number>();
}

/** `int SSL_version(const SSL *s)`. */
export function SSL_version(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_version();
  return result<number>();
}

/** `int SSL_client_version(const SSL *s)`: the version that the client asked for first. */
export function SSL_client_version(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_client_version();
  return result<number>();
}

/** `const char *SSL_get_version(const SSL *s)`: for instance `TLSv1.3`. */
export function SSL_get_version(s: Handle): string {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_version();
}

/** `const SSL_CIPHER *SSL_get_current_cipher(const SSL *s)`: as an object that describes it. */
export function SSL_get_current_cipher(s: Handle): CipherInfo | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_current_cipher();
}

/**
 * `const SSL_CIPHER *SSL_get_pending_cipher(const SSL *s)`: the suite that comes with the next
 * change of keys; null if there is none.
 */
export function SSL_get_pending_cipher(s: Handle): CipherInfo | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_pending_cipher();
}

/** `STACK_OF(SSL_CIPHER) *SSL_get_ciphers(const SSL *s)`: in the order of preference. */
export function SSL_get_ciphers(s: Handle): CipherInfo[] | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_ciphers();
}

/**
 * `STACK_OF(SSL_CIPHER) *SSL_get_client_ciphers(const SSL *s)`: what a server's client offers, of
 * what libssl knows; null if nothing came.
 */
export function SSL_get_client_ciphers(s: Handle): CipherInfo[] | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_client_ciphers();
}

/**
 * `STACK_OF(SSL_CIPHER) *SSL_get1_supported_ciphers(SSL *s)`: those that the versions and the
 * security level leave.
 */
export function SSL_get1_supported_ciphers(s: Handle): CipherInfo[] | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get1_supported_ciphers();
}

/**
 * `const char *SSL_get_cipher_list(const SSL *s, int n)`: the name of the nth in the order of
 * preference; null behind the last.
 */
export function SSL_get_cipher_list(s: Handle, n: number): string | null {
  const functions = native();
  const checked = checkInt('n', n);
  setHandleAndNumber('s', s, checked);
  return functions.SSL_get_cipher_list();
}

/**
 * `int SSL_get_signature_type_nid(const SSL *s, int *pnid)`: the NID of the kind of key that this
 * side signed with; null if it did not sign.
 */
export function SSL_get_signature_type_nid(s: Handle): number | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_signature_type_nid() === null ? null : result<number>();
}

/**
 * `int SSL_get_peer_signature_type_nid(const SSL *s, int *pnid)`: the NID of the kind of key that
 * the peer signed with; null if it did not sign.
 */
export function SSL_get_peer_signature_type_nid(s: Handle): number | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_peer_signature_type_nid() === null ? null : result<number>();
}

/**
 * `int SSL_get_signature_nid(SSL *s, int *pn)`: the NID of the hash that this side signed with;
 * null if it did not sign.
 */
export function SSL_get_signature_nid(s: Handle): number | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_signature_nid() === null ? null : result<number>();
}

/**
 * `int SSL_get_peer_signature_nid(SSL *s, int *pn)`: the NID of the hash that the peer signed with;
 * null if it did not sign.
 */
export function SSL_get_peer_signature_nid(s: Handle): number | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_peer_signature_nid() === null ? null : result<number>();
}

/**
 * `int SSL_get_shared_group(SSL *s, long n)`: of a server: the NID of the nth group that both sides
 * have; for -1 how many there are.
 */
export function SSL_get_shared_group(s: Handle, n: number | bigint): number {
  const functions = native();
  const checked = checkLong('n', n);
  setHandle('s', s);
  functions.SSL_get_shared_group(checked);
  return result<number>();
}

/**
 * `int SSL_get_extms_support(SSL *s)`: whether both sides have the extended master secret; -1 while
 * a handshake is under way.
 */
export function SSL_get_extms_support(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_get_extms_support();
  return result<number>();
}

/**
 * `long SSL_get_secure_renegotiation_support(SSL *ssl)`: whether the peer has secure renegotiation.
 */
export function SSL_get_secure_renegotiation_support(ssl: Handle): number {
  const functions = native();
  setHandle('ssl', ssl);
  return longResult(functions.SSL_get_secure_renegotiation_support()) as number;
}

/** `long SSL_num_renegotiations(SSL *ssl)`: since the last SSL_clear_num_renegotiations. */
export function SSL_num_renegotiations(ssl: Handle): number {
  const functions = native();
  setHandle('ssl', ssl);
  return longResult(functions.SSL_num_renegotiations()) as number;
}

/** `long SSL_clear_num_renegotiations(SSL *ssl)`: returns how many there were. */
export function SSL_clear_num_renegotiations(ssl: Handle): number {
  const functions = native();
  setHandle('ssl', ssl);
  return longResult(functions.SSL_clear_num_renegotiations()) as number;
}

/** `long SSL_total_renegotiations(SSL *ssl)`. */
export function SSL_total_renegotiations(ssl: Handle): number {
  const functions = native();
  setHandle('ssl', ssl);
  return longResult(functions.SSL_total_renegotiations()) as number;
}

/** `const COMP_METHOD *SSL_get_current_compression(const SSL *s)`: null: without compression. */
export function SSL_get_current_compression(s: Handle): string | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_current_compression();
}

/** `const COMP_METHOD *SSL_get_current_expansion(const SSL *s)`. */
export function SSL_get_current_expansion(s: Handle): string | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_current_expansion();
}

/**
 * `int SSL_get_servername_type(const SSL *s)`. TLSEXT_NAMETYPE_host_name (0); -1 if there is no
 * name.
 */
export function SSL_get_servername_type(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_get_servername_type();
  return result<number>();
}

/**
 * `void SSL_get0_next_proto_negotiated(const SSL *s, const unsigned char **data, unsigned int
 * *len)`: a copy; null if there is none.
 */
export function SSL_get0_next_proto_negotiated(s: Handle): Buffer | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get0_next_proto_negotiated();
}

/**
 * `void SSL_get0_alpn_selected(const SSL *ssl, const unsigned char **data, unsigned int *len)`: a
 * copy; null if there is none.
 */
export function SSL_get0_alpn_selected(ssl: Handle): Buffer | null {
  const functions = native();
  setHandle('ssl', ssl);
  return functions.SSL_get0_alpn_selected();
}

/**
 * `int SSL_set_alpn_protos(SSL *ssl, const unsigned char *protos, unsigned int protos_len)`: 0 on
 * success.
 */
export function SSL_set_alpn_protos(ssl: Handle, protos: Uint8Array): number {
  const functions = native();
  const checked = checkBytes('protos', protos);
  setHandle('ssl', ssl);
  functions.SSL_set_alpn_protos(checked);
  return result<number>();
}

/**
 * `int SSL_set1_host(SSL *s, const char *hostname)`: from latin1: the name that the certificate
 * must be for.
 */
export function SSL_set1_host(s: Handle, hostname: string | null): number {
  const functions = native();
  const checked = hostname === null ? null : checkCString('hostname', hostname);
  setHandle('s', s);
  functions.SSL_set1_host(checked);
  return result<number>();
}

/**
 * `int SSL_add1_host(SSL *s, const char *hostname)`: the certificate must be for one of several
 * names.
 */
export function SSL_add1_host(s: Handle, hostname: string): number {
  const functions = native();
  const checked = checkCString('hostname', hostname);
  setHandle('s', s);
  functions.SSL_add1_host(checked);
  return result<number>();
}

/** `void SSL_set_hostflags(SSL *s, unsigned int flags)`: a mask of X509_CHECK_FLAG_…. */
export function SSL_set_hostflags(s: Handle, flags: number): void {
  const functions = native();
  const checked = checkUint32('flags', flags);
  setHandleAndNumber('s', s, checked);
  functions.SSL_set_hostflags();
}

/**
 * `const char *SSL_get0_peername(SSL *s)`: the name in the certificate that fitted; null if there
 * was none to fit.
 */
export function SSL_get0_peername(s: Handle): string | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get0_peername();
}

/**
 * `STACK_OF(X509) *SSL_get0_verified_chain(const SSL *s)`: the chain that was built to verify the
 * peer, as DER; null if none was.
 */
export function SSL_get0_verified_chain(s: Handle): Buffer[] | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get0_verified_chain();
}

/** `X509 *SSL_get_peer_certificate(const SSL *s)`: as DER; null if there is none. */
export function SSL_get_peer_certificate(s: Handle): Buffer | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_peer_certificate();
}

/**
 * `STACK_OF(X509) *SSL_get_peer_cert_chain(const SSL *s)`: as DER; null if there is none. On a
 * server the client's own certificate is not part of it.
 */
export function SSL_get_peer_cert_chain(s: Handle): Buffer[] | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_peer_cert_chain();
}

/** `X509 *SSL_get_certificate(const SSL *ssl)`: as DER: this side's own; null if there is none. */
export function SSL_get_certificate(ssl: Handle): Buffer | null {
  const functions = native();
  setHandle('ssl', ssl);
  return functions.SSL_get_certificate();
}

/**
 * `EVP_PKEY *SSL_get_privatekey(const SSL *ssl)`: this side's own, as DER (PKCS #8); null if there
 * is none. A secret.
 */
export function SSL_get_privatekey(ssl: Handle): Buffer | null {
  const functions = native();
  setHandle('ssl', ssl);
  return functions.SSL_get_privatekey();
}

/** `int SSL_check_private_key(const SSL *ctx)`. */
export function SSL_check_private_key(ctx: Handle): 0 | 1 {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_check_private_key();
  return result<0 | 1>();
}

/** `int SSL_use_certificate(SSL *ssl, X509 *x)`: the certificate as DER. */
export function SSL_use_certificate(ssl: Handle, x: Uint8Array): 0 | 1 {
  const functions = native();
  const checked = checkBytes('x', x);
  setHandle('ssl', ssl);
  functions.SSL_use_certificate(checked);
  return result<0 | 1>();
}

/** `int SSL_use_certificate_file(SSL *ssl, const char *file, int type)`. */
export function SSL_use_certificate_file(ssl: Handle, file: string, type: number): 0 | 1 {
  const functions = native();
  const checked1 = checkCString('file', file);
  const checked2 = checkInt('type', type);
  setHandle('ssl', ssl);
  functions.SSL_use_certificate_file(checked1, checked2);
  return result<0 | 1>();
}

/** `int SSL_use_certificate_chain_file(SSL *ssl, const char *file)`. */
export function SSL_use_certificate_chain_file(ssl: Handle, file: string): 0 | 1 {
  const functions = native();
  const checked = checkCString('file', file);
  setHandle('ssl', ssl);
  functions.SSL_use_certificate_chain_file(checked);
  return result<0 | 1>();
}

/** `int SSL_use_certificate_ASN1(SSL *ssl, const unsigned char *d, int len)`. */
export function SSL_use_certificate_ASN1(ssl: Handle, d: Uint8Array): 0 | 1 {
  const functions = native();
  const checked = checkBytes('d', d);
  setHandle('ssl', ssl);
  functions.SSL_use_certificate_ASN1(checked);
  return result<0 | 1>();
}

/** `int SSL_use_PrivateKey(SSL *ssl, EVP_PKEY *pkey)`: the key as DER. */
export function SSL_use_PrivateKey(ssl: Handle, pkey: Uint8Array): 0 | 1 {
  const functions = native();
  const checked = checkBytes('pkey', pkey);
  setHandle('ssl', ssl);
  functions.SSL_use_PrivateKey(checked);
  return result<0 | 1>();
}

/**
 * `int SSL_use_PrivateKey_file(SSL *ssl, const char *file, int type)`: a file whose key has a
 * passphrase is refused.
 */
export function SSL_use_PrivateKey_file(ssl: Handle, file: string, type: number): 0 | 1 {
  const functions = native();
  const checked1 = checkCString('file', file);
  const checked2 = checkInt('type', type);
  setHandle('ssl', ssl);
  functions.SSL_use_PrivateKey_file(checked1, checked2);
  return result<0 | 1>();
}

/**
 * `int SSL_use_RSAPrivateKey_file(SSL *ssl, const char *file, int type)`: a file whose key has a
 * passphrase is refused.
 */
export function SSL_use_RSAPrivateKey_file(ssl: Handle, file: string, type: number): 0 | 1 {
  const functions = native();
  const checked1 = checkCString('file', file);
  const checked2 = checkInt('type', type);
  setHandle('ssl', ssl);
  functions.SSL_use_RSAPrivateKey_file(checked1, checked2);
  return result<0 | 1>();
}

/** `int SSL_use_RSAPrivateKey_ASN1(SSL *ssl, const unsigned char *d, long len)`. PKCS #1. */
export function SSL_use_RSAPrivateKey_ASN1(ssl: Handle, d: Uint8Array): 0 | 1 {
  const functions = native();
  const checked = checkBytes('d', d);
  setHandle('ssl', ssl);
  functions.SSL_use_RSAPrivateKey_ASN1(checked);
  return result<0 | 1>();
}

/** `int SSL_use_RSAPrivateKey(SSL *ssl, RSA *rsa)`: the key as DER (PKCS #1). */
export function SSL_use_RSAPrivateKey(ssl: Handle, rsa: Uint8Array): 0 | 1 {
  const functions = native();
  const checked = checkBytes('rsa', rsa);
  setHandle('ssl', ssl);
  functions.SSL_use_RSAPrivateKey(checked);
  return result<0 | 1>();
}

/**
 * `int SSL_use_cert_and_key(SSL *ssl, X509 *x509, EVP_PKEY *privatekey, STACK_OF(X509) *chain, int
 * override)`. DER: the certificate, its key, and those between it and its root. With 0 for the
 * last, nothing that is there is replaced.
 */
export function SSL_use_cert_and_key(
  ssl: Handle,
  x509: Uint8Array,
  privatekey: Uint8Array,
  chain: readonly Uint8Array[] | null,
  override: number,
): 0 | 1 {
  const functions = native();
  const checked1 = checkBytes('x509', x509);
  const checked2 = checkBytes('privatekey', privatekey);
  const checked3 = chain === null ? null : checkDers('chain', chain);
  const checked4 = checkInt('override', override);
  setHandle('ssl', ssl);
  functions.SSL_use_cert_and_key(checked1, checked2, checked3, checked4);
  return result<0 | 1>();
}

/** `void SSL_certs_clear(SSL *s)`: takes all certificates and keys away. */
export function SSL_certs_clear(s: Handle): void {
  const functions = native();
  setHandle('s', s);
  functions.SSL_certs_clear();
}

/**
 * `void SSL_set_client_CA_list(SSL *s, STACK_OF(X509_NAME) *name_list)`: names of issuers as DER,
 * which a server names to clients as those that it accepts.
 */
export function SSL_set_client_CA_list(s: Handle, nameList: readonly Uint8Array[]): void {
  const functions = native();
  const checked = checkDers('nameList', nameList);
  setHandle('s', s);
  functions.SSL_set_client_CA_list(checked);
}

/**
 * `void SSL_set0_CA_list(SSL *s, STACK_OF(X509_NAME) *name_list)`: names of issuers as DER, which
 * either side names to the peer as those that it accepts.
 */
export function SSL_set0_CA_list(s: Handle, nameList: readonly Uint8Array[]): void {
  const functions = native();
  const checked = checkDers('nameList', nameList);
  setHandle('s', s);
  functions.SSL_set0_CA_list(checked);
}

/**
 * `int SSL_add_client_CA(SSL *ssl, X509 *x)`: the certificate as DER: a server names its issuer to
 * clients as one that it accepts.
 */
export function SSL_add_client_CA(ssl: Handle, x: Uint8Array): 0 | 1 {
  const functions = native();
  const checked = checkBytes('x', x);
  setHandle('ssl', ssl);
  functions.SSL_add_client_CA(checked);
  return result<0 | 1>();
}

/**
 * `int SSL_add1_to_CA_list(SSL *ssl, const X509 *x)`: the certificate as DER: either side names its
 * subject to the peer as an issuer that it accepts.
 */
export function SSL_add1_to_CA_list(ssl: Handle, x: Uint8Array): 0 | 1 {
  const functions = native();
  const checked = checkBytes('x', x);
  setHandle('ssl', ssl);
  functions.SSL_add1_to_CA_list(checked);
  return result<0 | 1>();
}

/**
 * `STACK_OF(X509_NAME) *SSL_get_client_CA_list(const SSL *s)`: the names as DER: what this server
 * accepts, or what this client was told; null if none was.
 */
export function SSL_get_client_CA_list(s: Handle): Buffer[] | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_client_CA_list();
}

/**
 * `const STACK_OF(X509_NAME) *SSL_get0_CA_list(const SSL *s)`: the names as DER; null if none was
 * set.
 */
export function SSL_get0_CA_list(s: Handle): Buffer[] | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get0_CA_list();
}

/**
 * `const STACK_OF(X509_NAME) *SSL_get0_peer_CA_list(const SSL *s)`: the names that the peer has
 * sent, as DER; null if it sent none.
 */
export function SSL_get0_peer_CA_list(s: Handle): Buffer[] | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get0_peer_CA_list();
}

/**
 * `size_t SSL_get_finished(const SSL *s, void *buf, size_t count)`: the last Finished message that
 * this side has sent, all of it; empty before that.
 */
export function SSL_get_finished(s: Handle): Buffer {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_finished();
}

/**
 * `size_t SSL_get_peer_finished(const SSL *s, void *buf, size_t count)`: the last Finished message
 * that the peer has sent, all of it; empty before that.
 */
export function SSL_get_peer_finished(s: Handle): Buffer {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_peer_finished();
}

/**
 * `int SSL_set_max_send_fragment(SSL *ssl, long m)`: how many bytes of data a record has at most:
 * 512 to 16384, or the result is 0.
 */
export function SSL_set_max_send_fragment(ssl: Handle, m: number | bigint): number {
  const functions = native();
  const checked = checkLong('m', m);
  setHandle('ssl', ssl);
  functions.SSL_set_max_send_fragment(checked);
  return result<number>();
}

/** `long SSL_get_verify_result(const SSL *ssl)`. X509_V_OK is 0. */
export function SSL_get_verify_result(ssl: Handle): number | bigint {
  const functions = native();
  setHandle('ssl', ssl);
  return longResult(functions.SSL_get_verify_result());
}

/** `int SSL_get_verify_mode(const SSL *s)`. */
export function SSL_get_verify_mode(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_get_verify_mode();
  return result<number>();
}

/** `void SSL_set_verify_result(SSL *ssl, long v)`. */
export function SSL_set_verify_result(ssl: Handle, v: number | bigint): void {
  const functions = native();
  const checked = checkLong('v', v);
  setHandle('ssl', ssl);
  functions.SSL_set_verify_result(checked);
}

/**
 * `void SSL_set_verify_depth(SSL *s, int depth)`: how many certificates a chain may have between
 * the peer's and its root; -1: no limit of its own.
 */
export function SSL_set_verify_depth(s: Handle, depth: number): void {
  const functions = native();
  const checked = checkInt('depth', depth);
  setHandleAndNumber('s', s, checked);
  functions.SSL_set_verify_depth();
}

/** `int SSL_get_verify_depth(const SSL *s)`. */
export function SSL_get_verify_depth(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_get_verify_depth();
  return result<number>();
}

/** `int SSL_set_purpose(SSL *ssl, int purpose)`: one of X509_PURPOSE_…. */
export function SSL_set_purpose(ssl: Handle, purpose: number): 0 | 1 {
  const functions = native();
  const checked = checkInt('purpose', purpose);
  setHandleAndNumber('ssl', ssl, checked);
  functions.SSL_set_purpose();
  return result<0 | 1>();
}

/** `int SSL_set_trust(SSL *ssl, int trust)`: one of X509_TRUST_…. */
export function SSL_set_trust(ssl: Handle, trust: number): 0 | 1 {
  const functions = native();
  const checked = checkInt('trust', trust);
  setHandleAndNumber('ssl', ssl, checked);
  functions.SSL_set_trust();
  return result<0 | 1>();
}

/** `void SSL_set_security_level(SSL *s, int level)`. */
export function SSL_set_security_level(s: Handle, level: number): void {
  const functions = native();
  const checked = checkInt('level', level);
  setHandleAndNumber('s', s, checked);
  functions.SSL_set_security_level();
}

/** `int SSL_get_security_level(const SSL *s)`. */
export function SSL_get_security_level(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_get_security_level();
  return result<number>();
}

/** `void SSL_set_read_ahead(SSL *s, int yes)`. */
export function SSL_set_read_ahead(s: Handle, yes: number): void {
  const functions = native();
  const checked = checkInt('yes', yes);
  setHandleAndNumber('s', s, checked);
  functions.SSL_set_read_ahead();
}

/** `int SSL_get_read_ahead(const SSL *s)`. */
export function SSL_get_read_ahead(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_get_read_ahead();
  return result<number>();
}

/**
 * `int SSL_set_block_padding(SSL *ssl, size_t block_size)`: the records of TLS 1.3 get a multiple
 * of it as their length: at most 16384, or the result is 0.
 */
export function SSL_set_block_padding(ssl: Handle, blockSize: number): 0 | 1 {
  const functions = native();
  const checked = checkMebibyte('blockSize', blockSize);
  setHandleAndNumber('ssl', ssl, checked);
  functions.SSL_set_block_padding();
  return result<0 | 1>();
}

/**
 * `void SSL_set_default_read_buffer_len(SSL *s, size_t len)`: bytes; more than a record needs, to
 * read more at once.
 */
export function SSL_set_default_read_buffer_len(s: Handle, len: number): void {
  const functions = native();
  const checked = checkMebibyte('len', len);
  setHandleAndNumber('s', s, checked);
  functions.SSL_set_default_read_buffer_len();
}

/** `void SSL_set_debug(SSL *s, int debug)`: does nothing in OpenSSL 1.1.1. */
export function SSL_set_debug(s: Handle, debug: number): void {
  const functions = native();
  const checked = checkInt('debug', debug);
  setHandleAndNumber('s', s, checked);
  functions.SSL_set_debug();
}

/**
 * `int SSL_config(SSL *s, const char *name)`: the section of that name in OpenSSL's configuration.
 */
export function SSL_config(s: Handle, name: string): 0 | 1 {
  const functions = native();
  const checked = checkCString('name', name);
  setHandle('s', s);
  functions.SSL_config(checked);
  return result<0 | 1>();
}

/**
 * `int SSL_has_matching_session_id(const SSL *s, const unsigned char *id, unsigned int id_len)`:
 * whether the context has a session with this id.
 */
export function SSL_has_matching_session_id(s: Handle, id: Uint8Array): 0 | 1 {
  const functions = native();
  const checked = checkBytes('id', id);
  setHandle('s', s);
  functions.SSL_has_matching_session_id(checked);
  return result<0 | 1>();
}

/**
 * `int SSL_enable_ct(SSL *s, int validation_mode)`. SSL_CT_VALIDATION_PERMISSIVE or
 * SSL_CT_VALIDATION_STRICT.
 */
export function SSL_enable_ct(s: Handle, validationMode: number): 0 | 1 {
  const functions = native();
  const checked = checkInt('validationMode', validationMode);
  setHandleAndNumber('s', s, checked);
  functions.SSL_enable_ct();
  return result<0 | 1>();
}

/** `int SSL_ct_is_enabled(const SSL *s)`. */
export function SSL_ct_is_enabled(s: Handle): 0 | 1 {
  const functions = native();
  setHandle('s', s);
  functions.SSL_ct_is_enabled();
  return result<0 | 1>();
}

/**
 * `int SSL_dane_enable(SSL *s, const char *basedomain)`: after SSL_CTX_dane_enable: the name that
 * the records are of, which also becomes the server name.
 */
export function SSL_dane_enable(s: Handle, basedomain: string): number {
  const functions = native();
  const checked = checkCString('basedomain', basedomain);
  setHandle('s', s);
  functions.SSL_dane_enable(checked);
  return result<number>();
}

/**
 * `int SSL_dane_tlsa_add(SSL *s, uint8_t usage, uint8_t selector, uint8_t mtype, const unsigned
 * char *data, size_t dlen)`: a record; 0 for one that cannot be used, -1 for an error.
 */
export function SSL_dane_tlsa_add(
  s: Handle,
  usage: number,
  selector: number,
  mtype: number,
  data: Uint8Array,
): number {
  const functions = native();
  const checked1 = checkByte('usage', usage);
  const checked2 = checkByte('selector', selector);
  const checked3 = checkByte('mtype', mtype);
  const checked4 = checkBytes('data', data);
  setHandle('s', s);
  functions.SSL_dane_tlsa_add(checked1, checked2, checked3, checked4);
  return result<number>();
}

/** `unsigned long SSL_dane_set_flags(SSL *ssl, unsigned long flags)`: returns the flags before. */
export function SSL_dane_set_flags(ssl: Handle, flags: number): number {
  const functions = native();
  const checked = checkMask('flags', flags);
  setHandleAndNumber('ssl', ssl, checked);
  return longResult(functions.SSL_dane_set_flags()) as number;
}

/**
 * `unsigned long SSL_dane_clear_flags(SSL *ssl, unsigned long flags)`: returns the flags before.
 */
export function SSL_dane_clear_flags(ssl: Handle, flags: number): number {
  const functions = native();
  const checked = checkMask('flags', flags);
  setHandleAndNumber('ssl', ssl, checked);
  return longResult(functions.SSL_dane_clear_flags()) as number;
}

/**
 * `int SSL_set_tlsext_use_srtp(SSL *ssl, const char *profiles)`: 0 on success: the names of
 * profiles, with colons between them.
 */
export function SSL_set_tlsext_use_srtp(ssl: Handle, profiles: string): number {
  const functions = native();
  const checked = checkCString('profiles', profiles);
  setHandle('ssl', ssl);
  functions.SSL_set_tlsext_use_srtp(checked);
  return result<number>();
}

/**
 * `STACK_OF(SRTP_PROTECTION_PROFILE) *SSL_get_srtp_profiles(SSL *ssl)`: the names of those that
 * this side has; null if there are none.
 */
export function SSL_get_srtp_profiles(ssl: Handle): string[] | null {
  const functions = native();
  setHandle('ssl', ssl);
  return functions.SSL_get_srtp_profiles();
}

/**
 * `SRTP_PROTECTION_PROFILE *SSL_get_selected_srtp_profile(SSL *s)`: the name of what both sides
 * have agreed on; null if there is none.
 */
export function SSL_get_selected_srtp_profile(s: Handle): string | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_selected_srtp_profile();
}

/** `BIGNUM *SSL_get_srp_N(SSL *s)`: the prime of SRP's group; null if there is none. */
export function SSL_get_srp_N(s: Handle): Buffer | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_srp_N();
}

/** `BIGNUM *SSL_get_srp_g(SSL *s)`: the generator of SRP's group; null if there is none. */
export function SSL_get_srp_g(s: Handle): Buffer | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_srp_g();
}

/** `char *SSL_get_srp_username(SSL *s)`: the name that an SRP client has or has sent, as latin1. */
export function SSL_get_srp_username(s: Handle): string | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_srp_username();
}

/** `char *SSL_get_srp_userinfo(SSL *s)`. */
export function SSL_get_srp_userinfo(s: Handle): string | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_srp_userinfo();
}

/**
 * `int SSL_set_srp_server_param_pw(SSL *s, const char *user, const char *pass, const char *grp)`: a
 * server's: makes the verifier of this name and password, for the group's name (`1024`, ….).
 */
export function SSL_set_srp_server_param_pw(
  s: Handle,
  user: string,
  pass: string,
  grp: string,
): number {
  const functions = native();
  const checked1 = checkCString('user', user);
  const checked2 = checkCString('pass', pass);
  const checked3 = checkCString('grp', grp);
  setHandle('s', s);
  functions.SSL_set_srp_server_param_pw(checked1, checked2, checked3);
  return result<number>();
}

/**
 * `int SSL_extension_supported(unsigned int ext_type)`: whether libssl itself knows the extension
 * of this number.
 */
export function SSL_extension_supported(extType: number): 0 | 1 {
  const functions = native();
  const checked = checkUint32('extType', extType);
  functions.SSL_extension_supported(checked);
  return result<0 | 1>();
}

/** `int SSL_set_cipher_list(SSL *s, const char *str)`: suites up to TLS 1.2. */
export function SSL_set_cipher_list(s: Handle, str: string): number {
  const functions = native();
  const checked = checkCString('str', str);
  setHandle('s', s);
  functions.SSL_set_cipher_list(checked);
  return result<number>();
}

/** `int SSL_set_ciphersuites(SSL *s, const char *str)`: suites of TLS 1.3. */
export function SSL_set_ciphersuites(s: Handle, str: string): number {
  const functions = native();
  const checked = checkCString('str', str);
  setHandle('s', s);
  functions.SSL_set_ciphersuites(checked);
  return result<number>();
}

/** `unsigned long SSL_get_options(const SSL *s)`: a mask of SSL_OP_…. */
export function SSL_get_options(s: Handle): number | bigint {
  const functions = native();
  setHandle('s', s);
  return longResult(functions.SSL_get_options());
}

/**
 * `unsigned long SSL_set_options(SSL *s, unsigned long op)`: returns all options that are set now.
 */
export function SSL_set_options(s: Handle, op: number): number {
  const functions = native();
  const checked = checkMask('op', op);
  setHandleAndNumber('s', s, checked);
  return longResult(functions.SSL_set_options()) as number;
}

/**
 * `unsigned long SSL_clear_options(SSL *s, unsigned long op)`: returns the options that are still
 * set.
 */
export function SSL_clear_options(s: Handle, op: number): number {
  const functions = native();
  const checked = checkMask('op', op);
  setHandleAndNumber('s', s, checked);
  return longResult(functions.SSL_clear_options()) as number;
}

/**
 * `int SSL_set_num_tickets(SSL *s, size_t num_tickets)`: how many tickets a TLS 1.3 server sends;
 * at most 255.
 */
export function SSL_set_num_tickets(s: Handle, numTickets: number): number {
  const functions = native();
  const checked = checkByte('numTickets', numTickets);
  setHandleAndNumber('s', s, checked);
  functions.SSL_set_num_tickets();
  return result<number>();
}

/** `size_t SSL_get_num_tickets(const SSL *s)`. */
export function SSL_get_num_tickets(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_get_num_tickets();
  return result<number>();
}

/** `int SSL_set_max_early_data(SSL *s, uint32_t max_early_data)`. */
export function SSL_set_max_early_data(s: Handle, maxEarlyData: number): number {
  const functions = native();
  const checked = checkUint32('maxEarlyData', maxEarlyData);
  setHandleAndNumber('s', s, checked);
  functions.SSL_set_max_early_data();
  return result<number>();
}

/** `uint32_t SSL_get_max_early_data(const SSL *s)`. */
export function SSL_get_max_early_data(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_get_max_early_data();
  return result<number>();
}

/** `int SSL_set_recv_max_early_data(SSL *s, uint32_t recv_max_early_data)`. */
export function SSL_set_recv_max_early_data(s: Handle, recvMaxEarlyData: number): number {
  const functions = native();
  const checked = checkUint32('recvMaxEarlyData', recvMaxEarlyData);
  setHandleAndNumber('s', s, checked);
  functions.SSL_set_recv_max_early_data();
  return result<number>();
}

/** `uint32_t SSL_get_recv_max_early_data(const SSL *s)`. */
export function SSL_get_recv_max_early_data(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_get_recv_max_early_data();
  return result<number>();
}

/** `int SSL_set_tlsext_max_fragment_length(SSL *ssl, uint8_t mode)`. */
export function SSL_set_tlsext_max_fragment_length(ssl: Handle, mode: number): number {
  const functions = native();
  const checked = checkByte('mode', mode);
  setHandleAndNumber('ssl', ssl, checked);
  functions.SSL_set_tlsext_max_fragment_length();
  return result<number>();
}

/** `int SSL_use_psk_identity_hint(SSL *s, const char *hint)`: from latin1. */
export function SSL_use_psk_identity_hint(s: Handle, hint: string | null): number {
  const functions = native();
  const checked = hint === null ? null : checkCString('hint', hint);
  setHandle('s', s);
  functions.SSL_use_psk_identity_hint(checked);
  return result<number>();
}

/** `const char *SSL_get_psk_identity_hint(const SSL *s)`: as latin1. */
export function SSL_get_psk_identity_hint(s: Handle): string | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_psk_identity_hint();
}

/** `const char *SSL_get_psk_identity(const SSL *s)`: as latin1. */
export function SSL_get_psk_identity(s: Handle): string | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get_psk_identity();
}

/** `long SSL_get_default_timeout(const SSL *s)`: seconds. */
export function SSL_get_default_timeout(s: Handle): number | bigint {
  const functions = native();
  setHandle('s', s);
  return longResult(functions.SSL_get_default_timeout());
}

/** `int SSL_set_min_proto_version(SSL *s, int version)`. */
export function SSL_set_min_proto_version(s: Handle, version: number): number {
  const functions = native();
  const checked = checkInt('version', version);
  setHandleAndNumber('s', s, checked);
  functions.SSL_set_min_proto_version();
  return result<number>();
}

/** `int SSL_set_max_proto_version(SSL *s, int version)`. */
export function SSL_set_max_proto_version(s: Handle, version: number): number {
  const functions = native();
  const checked = checkInt('version', version);
  setHandleAndNumber('s', s, checked);
  functions.SSL_set_max_proto_version();
  return result<number>();
}

/** `int SSL_get_min_proto_version(SSL *s)`. */
export function SSL_get_min_proto_version(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_get_min_proto_version();
  return result<number>();
}

/** `int SSL_get_max_proto_version(SSL *s)`. */
export function SSL_get_max_proto_version(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_get_max_proto_version();
  return result<number>();
}

/** `int SSL_set1_groups_list(SSL *ssl, char *list)`: curves, separated by colons. */
export function SSL_set1_groups_list(ssl: Handle, list: string): number {
  const functions = native();
  const checked = checkCString('list', list);
  setHandle('ssl', ssl);
  functions.SSL_set1_groups_list(checked);
  return result<number>();
}

/**
 * `unsigned long SSL_set_mode(SSL *ssl, unsigned long mode)`: a mask of SSL_MODE_…; returns all
 * that are set now. SSL_MODE_ASYNC is refused.
 */
export function SSL_set_mode(ssl: Handle, mode: number): number {
  const functions = native();
  const checked = checkMask('mode', mode);
  setHandleAndNumber('ssl', ssl, checked);
  return longResult(functions.SSL_set_mode()) as number;
}

/**
 * `unsigned long SSL_clear_mode(SSL *ssl, unsigned long mode)`: returns those that are still set.
 */
export function SSL_clear_mode(ssl: Handle, mode: number): number {
  const functions = native();
  const checked = checkMask('mode', mode);
  setHandleAndNumber('ssl', ssl, checked);
  return longResult(functions.SSL_clear_mode()) as number;
}

/** `unsigned long SSL_get_mode(SSL *ssl)`. */
export function SSL_get_mode(ssl: Handle): number {
  const functions = native();
  setHandle('ssl', ssl);
  return longResult(functions.SSL_get_mode()) as number;
}

/**
 * `unsigned long SSL_set_cert_flags(SSL *s, unsigned long flags)`: a mask of SSL_CERT_FLAG_…;
 * returns all that are set now.
 */
export function SSL_set_cert_flags(s: Handle, flags: number): number {
  const functions = native();
  const checked = checkMask('flags', flags);
  setHandleAndNumber('s', s, checked);
  return longResult(functions.SSL_set_cert_flags()) as number;
}

/**
 * `unsigned long SSL_clear_cert_flags(SSL *s, unsigned long flags)`: returns those that are still
 * set.
 */
export function SSL_clear_cert_flags(s: Handle, flags: number): number {
  const functions = native();
  const checked = checkMask('flags', flags);
  setHandleAndNumber('s', s, checked);
  return longResult(functions.SSL_clear_cert_flags()) as number;
}

/**
 * `long SSL_set_max_cert_list(SSL *ssl, long bytes)`: bytes that a peer's certificates may have;
 * returns the value before.
 */
export function SSL_set_max_cert_list(ssl: Handle, bytes: number | bigint): number | bigint {
  const functions = native();
  const checked = checkLong('bytes', bytes);
  setHandle('ssl', ssl);
  return longResult(functions.SSL_set_max_cert_list(checked));
}

/** `long SSL_get_max_cert_list(SSL *ssl)`. */
export function SSL_get_max_cert_list(ssl: Handle): number | bigint {
  const functions = native();
  setHandle('ssl', ssl);
  return longResult(functions.SSL_get_max_cert_list());
}

/**
 * `int SSL_set_split_send_fragment(SSL *ssl, long m)`: from how many bytes on data is split for
 * several pipelines.
 */
export function SSL_set_split_send_fragment(ssl: Handle, m: number | bigint): number {
  const functions = native();
  const checked = checkLong('m', m);
  setHandle('ssl', ssl);
  functions.SSL_set_split_send_fragment(checked);
  return result<number>();
}

/** `int SSL_set_max_pipelines(SSL *ssl, long m)`: 1 to 32, or the result is 0. */
export function SSL_set_max_pipelines(ssl: Handle, m: number | bigint): number {
  const functions = native();
  const checked = checkLong('m', m);
  setHandle('ssl', ssl);
  functions.SSL_set_max_pipelines(checked);
  return result<number>();
}

/** `int SSL_set_dh_auto(SSL *s, int onoff)`: not 0: by the size of the key. */
export function SSL_set_dh_auto(s: Handle, onoff: number): number {
  const functions = native();
  const checked = checkInt('onoff', onoff);
  setHandleAndNumber('s', s, checked);
  functions.SSL_set_dh_auto();
  return result<number>();
}

/** `int SSL_set1_groups(SSL *ssl, int *list, long count)`. NIDs of curves. */
export function SSL_set1_groups(ssl: Handle, list: readonly number[]): number {
  const functions = native();
  const checked = checkInts('list', list);
  setHandle('ssl', ssl);
  functions.SSL_set1_groups(checked);
  return result<number>();
}

/**
 * `int SSL_set1_sigalgs(SSL *ssl, int *list, long count)`: pairs of NIDs: a hash and a kind of key.
 */
export function SSL_set1_sigalgs(ssl: Handle, list: readonly number[]): number {
  const functions = native();
  const checked = checkInts('list', list);
  setHandle('ssl', ssl);
  functions.SSL_set1_sigalgs(checked);
  return result<number>();
}

/** `int SSL_set1_sigalgs_list(SSL *ssl, char *str)`: signature algorithms, separated by colons. */
export function SSL_set1_sigalgs_list(ssl: Handle, str: string): number {
  const functions = native();
  const checked = checkCString('str', str);
  setHandle('ssl', ssl);
  functions.SSL_set1_sigalgs_list(checked);
  return result<number>();
}

/**
 * `int SSL_set1_client_sigalgs(SSL *ssl, int *list, long count)`: pairs of NIDs, for the
 * certificates of clients.
 */
export function SSL_set1_client_sigalgs(ssl: Handle, list: readonly number[]): number {
  const functions = native();
  const checked = checkInts('list', list);
  setHandle('ssl', ssl);
  functions.SSL_set1_client_sigalgs(checked);
  return result<number>();
}

/**
 * `int SSL_set1_client_sigalgs_list(SSL *ssl, char *str)`: signature algorithms for the
 * certificates of clients, separated by colons.
 */
export function SSL_set1_client_sigalgs_list(ssl: Handle, str: string): number {
  const functions = native();
  const checked = checkCString('str', str);
  setHandle('ssl', ssl);
  functions.SSL_set1_client_sigalgs_list(checked);
  return result<number>();
}

/**
 * `int SSL_set1_client_certificate_types(SSL *ssl, const unsigned char *list, long count)`: a byte
 * for each type that this server accepts, up to TLS 1.2.
 */
export function SSL_set1_client_certificate_types(ssl: Handle, list: Uint8Array): number {
  const functions = native();
  const checked = checkBytes('list', list);
  setHandle('ssl', ssl);
  functions.SSL_set1_client_certificate_types(checked);
  return result<number>();
}

/**
 * `int SSL_set_tlsext_status_type(SSL *s, int type)`: 1: a client asks for the certificate's status
 * (TLSEXT_STATUSTYPE_ocsp); -1: it does not.
 */
export function SSL_set_tlsext_status_type(s: Handle, type: number): number {
  const functions = native();
  const checked = checkInt('type', type);
  setHandleAndNumber('s', s, checked);
  functions.SSL_set_tlsext_status_type();
  return result<number>();
}

/** `int SSL_get_tlsext_status_type(SSL *s)`. */
export function SSL_get_tlsext_status_type(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_get_tlsext_status_type();
  return result<number>();
}

/**
 * `int SSL_set_tlsext_host_name(const SSL *s, const char *name)`: from latin1: the server name
 * (SNI).
 */
export function SSL_set_tlsext_host_name(s: Handle, name: string | null): number {
  const functions = native();
  const checked = name === null ? null : checkCString('name', name);
  setHandle('s', s);
  functions.SSL_set_tlsext_host_name(checked);
  return result<number>();
}

/**
 * `long SSL_set_mtu(SSL *ssl, long mtu)`: how many bytes a datagram may have: at least 208, or the
 * result is 0. Without SSL_OP_NO_QUERY_MTU libssl forgets it when the handshake begins.
 */
export function SSL_set_mtu(ssl: Handle, mtu: number | bigint): number {
  const functions = native();
  const checked = checkLong('mtu', mtu);
  setHandle('ssl', ssl);
  return longResult(functions.SSL_set_mtu(checked)) as number;
}

/**
 * `void SSL_set_quiet_shutdown(SSL *ssl, int mode)`: with 1 SSL_shutdown sends nothing, and both
 * sides count as ended.
 */
export function SSL_set_quiet_shutdown(ssl: Handle, mode: number): void {
  const functions = native();
  const checked = checkInt('mode', mode);
  setHandleAndNumber('ssl', ssl, checked);
  functions.SSL_set_quiet_shutdown();
}

/** `int SSL_get_quiet_shutdown(const SSL *ssl)`. */
export function SSL_get_quiet_shutdown(ssl: Handle): number {
  const functions = native();
  setHandle('ssl', ssl);
  functions.SSL_get_quiet_shutdown();
  return result<number>();
}

/**
 * `int SSL_get_ex_data_X509_STORE_CTX_idx(void)`: the index under which an `X509_STORE_CTX` has its
 * connection.
 */
export function SSL_get_ex_data_X509_STORE_CTX_idx(): number {
  const functions = native();
  functions.SSL_get_ex_data_X509_STORE_CTX_idx();
  return result<number>();
}

// ---- DTLS.

/**
 * `size_t DTLS_get_data_mtu(const SSL *s)`: how many bytes of data fit into a datagram; 0 before
 * the handshake.
 */
export function DTLS_get_data_mtu(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.DTLS_get_data_mtu();
  return result<number>();
}

/**
 * `long DTLS_set_link_mtu(SSL *ssl, long mtu)`: like SSL_set_mtu, but including the headers of UDP
 * and IPv6, which have 48 bytes.
 */
export function DTLS_set_link_mtu(ssl: Handle, mtu: number | bigint): number {
  const functions = native();
  const checked = checkLong('mtu', mtu);
  setHandle('ssl', ssl);
  return longResult(functions.DTLS_set_link_mtu(checked)) as number;
}

/** `long DTLS_get_link_min_mtu(SSL *ssl)`: the smallest value that DTLS_set_link_mtu takes. */
export function DTLS_get_link_min_mtu(ssl: Handle): number {
  const functions = native();
  setHandle('ssl', ssl);
  return longResult(functions.DTLS_get_link_min_mtu()) as number;
}
