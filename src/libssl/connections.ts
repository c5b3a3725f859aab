// The SSL_… functions. libssl.ts says what holds for all functions. A connection reads from memory
// and writes to memory: BIO_write gives it bytes to read, and BIO_read takes the bytes that it
// wrote. A function that makes a step of the connection calls its context's callbacks before it
// returns: callbacks.ts.

import {
  checkBytes,
  checkHandle,
  checkInt,
  checkInteger,
  checkLatin1,
  checkLong,
} from '../common/validate.js';
import { result, setHandle, setHandles } from '../native/call.js';
import { EventKind } from '../native/event-kind.js';
import { native } from '../native/load.js';
import type { Native, Outcome } from '../native/signatures.js';
import type { Handle } from '../native/types.js';
import { TLSEXT_NAMETYPE_host_name } from './constants.js';
import {
  callbackOf,
  deliverAll,
  keepingErrors,
  type MessageCallback,
  setMessageCallback,
  takeStep,
} from './delivery.js';
import { maxMaterial } from './keying-material.js';

// ---- The life of a connection.

/**
 * `SSL *SSL_new(SSL_CTX *ctx)`: a connection over memory, with the context's message callback. 0 on
 * failure.
 */
export function SSL_new(ctx: Handle): Handle {
  const functions = native();
  setHandle('ctx', ctx);
  functions.SSL_new();
  const ssl = result<Handle>();
  const callback = callbackOf(ctx, EventKind.messages) as MessageCallback | undefined;
  if (callback !== undefined && ssl !== 0) setMessageCallback(ssl, callback);
  return ssl;
}

/**
 * `void SSL_free(SSL *ssl)`. Does nothing for 0. Unless `SSL_shutdown` was called before, libssl
 * marks the session as not resumable, even if you have a reference to it.
 */
export function SSL_free(ssl: Handle | 0): void {
  const functions = native();
  setHandle('ssl', ssl);
  deliverAll(functions.SSL_free());
}

/**
 * `int SSL_clear(SSL *s)` prepares for another handshake, with the same session. Refused while a
 * handshake waits for get_cb, and once early data was accepted.
 */
export const SSL_clear = stepInt('SSL_clear');

// ---- Memory.

/**
 * `int BIO_write(SSL_get_rbio(ssl), bytes, …)` returns how many bytes it took; -1 if there is no
 * memory. Over DTLS the bytes are one datagram.
 */
export function BIO_write(ssl: Handle, bytes: Uint8Array): number {
  const functions = native();
  const data = checkBytes('bytes', bytes);
  setHandle('ssl', ssl);
  functions.BIO_write(data);
  return result<number>();
}

/**
 * `int BIO_read(SSL_get_wbio(ssl), …)` returns all bytes that the connection has written; null if
 * there are none. Over DTLS it returns the next datagram.
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
    native();
    checkHandle('ssl', ssl);
    return takeStep(ssl, name, (functions) => functions[name]()).result;
  };
}

/** `int SSL_do_handshake(SSL *ssl)`. */
export const SSL_do_handshake = stepInt('SSL_do_handshake');
/** `int SSL_connect(SSL *ssl)`. */
export const SSL_connect = stepInt('SSL_connect');
/** `int SSL_accept(SSL *ssl)`. */
export const SSL_accept = stepInt('SSL_accept');
/** `int SSL_shutdown(SSL *ssl)`: 1 if both sides have ended, 0 if only this side. */
export const SSL_shutdown = stepInt('SSL_shutdown');
/** `int SSL_renegotiate(SSL *ssl)`: up to TLS 1.2, after the first handshake. */
export const SSL_renegotiate = stepInt('SSL_renegotiate');
/** `int SSL_renegotiate_abbreviated(SSL *s)`: the same, and a client offers its session again. */
export const SSL_renegotiate_abbreviated = stepInt('SSL_renegotiate_abbreviated');
/** `int SSL_verify_client_post_handshake(SSL *ssl)`: for servers; TLS 1.3. */
export const SSL_verify_client_post_handshake = stepInt('SSL_verify_client_post_handshake');

/** `int SSL_key_update(SSL *s, int updatetype)`: one of SSL_KEY_UPDATE_…; TLS 1.3. */
export function SSL_key_update(s: Handle, updatetype: number): number {
  native();
  const type = checkInt('updatetype', updatetype);
  checkHandle('s', s);
  return takeStep(s, 'SSL_key_update', (functions) => functions.SSL_key_update(type)).result;
}

/** `int SSL_write(SSL *ssl, const void *buf, int num)` returns how many bytes it took. */
export function SSL_write(ssl: Handle, buf: Uint8Array): number {
  native();
  const bytes = checkBytes('buf', buf);
  checkHandle('ssl', ssl);
  return takeStep(ssl, 'SSL_write', (functions) => functions.SSL_write(bytes)).result;
}

/**
 * `int SSL_write_ex(SSL *s, const void *buf, size_t num, size_t *written)` returns how many bytes it
 * took; null if C does not return 1.
 */
export function SSL_write_ex(s: Handle, buf: Uint8Array): number | null {
  native();
  const bytes = checkBytes('buf', buf);
  checkHandle('s', s);
  const { result } = takeStep(s, 'SSL_write_ex', (functions) => functions.SSL_write_ex(bytes));
  return result < 0 ? null : result;
}

/** `int SSL_read(SSL *ssl, void *buf, int num)`: at most num bytes; null if C returns <= 0. */
export const SSL_read = readSome('SSL_read');
/** `int SSL_peek(SSL *ssl, void *buf, int num)`: like SSL_read, but the bytes stay. */
export const SSL_peek = readSome('SSL_peek');

/**
 * `int SSL_read_ex(SSL *ssl, void *buf, size_t num, size_t *readbytes)`: at most num bytes; null if C
 * does not return 1.
 */
export const SSL_read_ex = readSome('SSL_read_ex');
/**
 * `int SSL_peek_ex(SSL *ssl, void *buf, size_t num, size_t *readbytes)`: like SSL_read_ex, but the
 * bytes stay.
 */
export const SSL_peek_ex = readSome('SSL_peek_ex');

// The most data in one record; libssl reads from one at a time.
const maxRead = 16_384;
const checkRoom = (value: unknown) => Math.min(checkInteger('num', value, 0, 0x7fff_ffff), maxRead);

type Reader = 'SSL_read' | 'SSL_peek' | 'SSL_read_ex' | 'SSL_peek_ex';

function readSome(name: Reader): (ssl: Handle, num: number) => Buffer | null {
  return (ssl, num) => {
    native();
    const room = checkRoom(num);
    checkHandle('ssl', ssl);
    return takeStep(ssl, name, (functions) => functions[name](room)).data;
  };
}

/**
 * `int SSL_write_early_data(SSL *s, const void *buf, size_t num, size_t *written)`: all bytes or
 * none.
 */
export function SSL_write_early_data(s: Handle, buf: Uint8Array): 0 | 1 {
  native();
  const bytes = checkBytes('buf', buf);
  checkHandle('s', s);
  return takeStep(s, 'SSL_write_early_data', (functions) => functions.SSL_write_early_data(bytes))
    .result as 0 | 1;
}

/**
 * `int SSL_read_early_data(SSL *s, void *buf, size_t num, size_t *readbytes)` returns the result,
 * one of SSL_READ_EARLY_DATA_…, and the bytes.
 */
export function SSL_read_early_data(s: Handle, num: number): [result: number, data: Buffer | null] {
  native();
  const room = checkRoom(num);
  checkHandle('s', s);
  const taken = takeStep(s, 'SSL_read_early_data', (functions) =>
    functions.SSL_read_early_data(room),
  );
  return [taken.result, taken.data];
}

/**
 * `int SSL_get_error(const SSL *ssl, int ret)`: one of SSL_ERROR_…, for the result of the last
 * step. As in C, it does not remove the step's errors: lastErrors() still returns them.
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

/**
 * `int SSL_set_session(SSL *ssl, SSL_SESSION *session)`. If the session came from another
 * context, libssl gets a dup of it. A connection that has begun its handshake cannot go on
 * afterwards, as in C.
 */
export function SSL_set_session(ssl: Handle, session: Handle | 0): 0 | 1 {
  const functions = native();
  setHandles('ssl', ssl, 'session', session);
  return deliverAll(functions.SSL_set_session()) as 0 | 1;
}

// ---- What was negotiated, and where the connection is.

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

/** `const char *X509_verify_cert_error_string(long n)`. */
export function X509_verify_cert_error_string(n: number | bigint): string {
  const functions = native();
  const value = checkLong('n', n);
  return functions.X509_verify_cert_error_string(value);
}

/**
 * `int SSL_export_keying_material(SSL *s, unsigned char *out, size_t olen, const char *label,
 * size_t llen, const unsigned char *context, size_t contextlen, int use_context)`, with a context
 * unless it is null. null if C does not return 1, and before the handshake is finished. At most
 * 65535 bytes at once, because libssl takes minutes for millions.
 */
export function SSL_export_keying_material(
  s: Handle,
  olen: number,
  label: string,
  context: Uint8Array | null = null,
): Buffer | null {
  const functions = native();
  const size = checkInteger('olen', olen, 0, maxMaterial);
  const text = checkLatin1('label', label);
  const bytes = context === null ? null : checkBytes('context', context);
  setHandle('s', s);
  return functions.SSL_export_keying_material(size, text, bytes);
}

/**
 * `int SSL_export_keying_material_early(SSL *s, unsigned char *out, size_t olen, const char *label,
 * size_t llen, const unsigned char *context, size_t contextlen)`: of a client that has sent early
 * data, and of a server that has accepted it; otherwise null. At most 65535 bytes at once.
 */
export function SSL_export_keying_material_early(
  s: Handle,
  olen: number,
  label: string,
  context: Uint8Array,
): Buffer | null {
  const functions = native();
  const size = checkInteger('olen', olen, 0, maxMaterial);
  const text = checkLatin1('label', label);
  const bytes = checkBytes('context', context);
  setHandle('s', s);
  return functions.SSL_export_keying_material_early(size, text, bytes);
}
