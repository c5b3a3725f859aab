// Functions of sessions that take or return bytes and text. libssl.ts says what holds for all
// functions; the others are in functions.ts.

import {
  checkBytes,
  checkHandle,
  checkInteger,
  invalidType,
  invalidValue,
} from '../common/validate.js';
import { result, setHandle } from '../native/call.js';
import { findCipher } from '../native/ciphers.js';
import { encodeInPool } from '../native/encode.js';
import { native } from '../native/load.js';
import type { CipherInfo, Handle, OpensslErrorEntry } from '../native/types.js';

/**
 * `SSL_SESSION *d2i_SSL_SESSION(SSL_SESSION **a, const unsigned char **pp, long length)` makes a
 * new session. As in C, trailing bytes are ignored. 0 on failure.
 */
export function d2i_SSL_SESSION(der: Uint8Array): Handle {
  const bytes = checkBytes('der', der);
  native().d2i_SSL_SESSION(bytes, false);
  return result<Handle>();
}

/**
 * `int i2d_SSL_SESSION(SSL_SESSION *in, unsigned char **pp)`. null if C returns 0. As with
 * `Buffer.from()`, the Buffer is part of a pool: its `.buffer` also contains other encodings.
 */
export function i2d_SSL_SESSION(session: Handle | 0): Buffer | null {
  checkHandle('session', session);
  return encodeInPool(session);
}

/**
 * `SSL_SESSION *PEM_read_bio_SSL_SESSION(BIO *bp, SSL_SESSION **x, pem_password_cb *cb, void *u)`
 * reads from memory, with a callback that has no password. 0 on failure.
 */
export function PEM_read_bio_SSL_SESSION(pem: Uint8Array): Handle {
  const bytes = checkBytes('pem', pem);
  native().PEM_read_bio_SSL_SESSION(bytes);
  return result<Handle>();
}

/**
 * `int PEM_write_bio_SSL_SESSION(BIO *bp, SSL_SESSION *x)` writes to memory. null if C returns 0.
 */
export function PEM_write_bio_SSL_SESSION(session: Handle): string | null {
  const functions = native();
  setHandle('session', session);
  return functions.PEM_write_bio_SSL_SESSION();
}

/** `int SSL_SESSION_print(BIO *fp, const SSL_SESSION *ses)` writes to memory. null for NULL. */
export function SSL_SESSION_print(ses: Handle | 0): string | null {
  const functions = native();
  setHandle('ses', ses);
  return functions.SSL_SESSION_print();
}

/**
 * `int SSL_SESSION_print_keylog(BIO *bp, const SSL_SESSION *x)` writes to memory. null if C returns
 * 0: for NULL, and for a session without id or key.
 */
export function SSL_SESSION_print_keylog(x: Handle | 0): string | null {
  const functions = native();
  setHandle('x', x);
  return functions.SSL_SESSION_print_keylog();
}

/**
 * `int SSL_SESSION_set_cipher(SSL_SESSION *s, const SSL_CIPHER *cipher)`.
 * The cipher is what `SSL_CIPHER_find` or `SSL_SESSION_get0_cipher` returned. A cipher that libssl
 * does not know is refused.
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

/**
 * `const SSL_CIPHER *SSL_CIPHER_find(SSL *ssl, const unsigned char *ptr)` returns an object that
 * describes the cipher. Takes the 2 bytes as a number, or a name of OpenSSL or of the RFC. null if
 * libssl does not know it.
 */
export function SSL_CIPHER_find(cipher: number | string): CipherInfo | null {
  if (typeof cipher !== 'string') checkInteger('cipher', cipher, 0, 0xffff);
  const found = findCipher(cipher);
  native().clearErrors();
  return found === undefined ? null : { ...found };
}

/**
 * What the most recent call of this thread left in OpenSSL's error queue, oldest first. The queue
 * itself is always empty between calls.
 */
export function lastErrors(): OpensslErrorEntry[] {
  return native().lastErrors();
}
