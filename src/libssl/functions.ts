// Written by scripts/generate.mjs from native/openssl.def: do not edit.
// The C-named functions that have the shape of their prototypes: libssl.ts says what holds for all.

import {
  checkByte,
  checkBytes,
  checkCString,
  checkInt,
  checkLong,
  checkMask,
  checkUint32,
} from '../common/validate.js';
import { longResult, result, setHandle, setHandleAndNumber } from '../native/call.js';
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

/**
 * `void SSL_CTX_set_verify(SSL_CTX *ctx, int mode, SSL_verify_cb callback)`: the callback is left
 * out.
 */
export function SSL_CTX_set_verify(ctx: Handle, mode: number): void {
  const functions = native();
  const checked = checkInt('mode', mode);
  setHandleAndNumber('ctx', ctx, checked);
  functions.SSL_CTX_set_verify();
}

/** `int SSL_CTX_get_verify_mode(const SSL_CTX *ctx)`. */
export function SSL_CTX_get_verify_mode(ctx: Handle): number {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_CTX_get_verify_mode();
  return result<number>();
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

/** `const char *SSL_state_string_long(const SSL *s)`. */
export function SSL_state_string_long(s: Handle): string {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_state_string_long();
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

/** `void SSL_set_verify(SSL *s, int mode, SSL_verify_cb callback)`: the callback is left out. */
export function SSL_set_verify(s: Handle, mode: number): void {
  const functions = native();
  const checked = checkInt('mode', mode);
  setHandleAndNumber('s', s, checked);
  functions.SSL_set_verify();
}

/** `int SSL_get_verify_mode(const SSL *s)`. */
export function SSL_get_verify_mode(s: Handle): number {
  const functions = native();
  setHandle('s', s);
  functions.SSL_get_verify_mode();
  return result<number>();
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
