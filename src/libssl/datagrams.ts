// DTLS in the C-named module. What one BIO_write brings is one datagram, and so is what one BIO_read
// takes.

import { checkBytes, checkHandle, checkUint32, invalidType } from '../common/validate.js';
import { checkCookieKey } from '../connection/datagrams.js';
import { on, results, setHandle } from '../native/call.js';
import { type Handle, native } from '../native/native.js';
import { checkObject, takeStep } from './delivery.js';
import { withAll } from './ticket-keys.js';

// ---- What is lost.

/**
 * `long DTLSv1_get_timeout(SSL *ssl, struct timeval *tv)`: tv_sec and tv_usec until libssl would send
 * again; null where C returns 0.
 */
export function DTLSv1_get_timeout(ssl: Handle): [seconds: number, microseconds: number] | null {
  const functions = native();
  setHandle('ssl', ssl);
  functions.DTLSv1_get_timeout();
  const [runs, seconds = 0, microseconds = 0] = results(3);
  return runs === 1 ? [seconds, microseconds] : null;
}

function step(name: 'DTLSv1_handle_timeout' | 'DTLSv1_listen'): (ssl: Handle) => number {
  return (ssl) => {
    native();
    checkHandle('ssl', ssl);
    return takeStep(ssl, (functions) => functions[name]()).result;
  };
}

/**
 * `long DTLSv1_handle_timeout(SSL *ssl)`: 1 when it has sent again, 0 when it was not time, -1 when it
 * has given up: after twelve times.
 */
export const DTLSv1_handle_timeout = step('DTLSv1_handle_timeout');

/**
 * `void DTLS_set_timer_cb(SSL *s, DTLS_timer_cb cb)`, given the first time in microseconds instead of
 * a callback; it doubles, up to a minute. 0: libssl's own, which begins with a second. What is left
 * below 15 ms libssl takes for over: so little as the first time ends the handshake.
 */
export function DTLS_set_timer_cb(s: Handle, timerUs: number): void {
  const functions = native();
  const microseconds = checkUint32('timerUs', timerUs);
  setHandle('s', s);
  functions.DTLS_set_timer_cb(microseconds);
}

// ---- Cookies.

/**
 * `int DTLSv1_listen(SSL *s, BIO_ADDR *client)`: 1 when the client has sent a cookie that its address
 * has got, which is that of BIO_dgram_set_peer; 0 when it has not: BIO_read then has the answer for
 * it, and the connection is as it was before. Refused once the handshake has begun.
 */
export const DTLSv1_listen = step('DTLSv1_listen');

/**
 * `int BIO_dgram_set_peer(SSL_get_rbio(ssl), const BIO_ADDR *peer)`: what cookies are bound to. Any
 * bytes that are the same for the same peer.
 */
export function BIO_dgram_set_peer(ssl: Handle, peer: Uint8Array): void {
  const functions = native();
  const address = checkBytes('peer', peer);
  setHandle('ssl', ssl);
  functions.BIO_dgram_set_peer(address);
}

/**
 * `void SSL_CTX_set_cookie_generate_cb(SSL_CTX *ctx, …)`, given a secret key of 32 bytes instead of a
 * callback: the cookie is the HMAC of the peer's address. null: no callback.
 */
export function SSL_CTX_set_cookie_generate_cb(ctx: Handle, key: Uint8Array | null): void {
  setKeys('SSL_CTX_set_cookie_generate_cb', ctx, key === null ? [] : [checkCookieKey('key', key)]);
}

/**
 * `void SSL_CTX_set_cookie_verify_cb(SSL_CTX *ctx, …)`, given the keys that may have made a cookie
 * instead of a callback: today's, and that of before. null: no callback.
 */
export function SSL_CTX_set_cookie_verify_cb(ctx: Handle, keys: Iterable<Uint8Array> | null): void {
  if (keys !== null && (typeof keys !== 'object' || !(Symbol.iterator in keys))) {
    throw invalidType('keys', 'an iterable of keys', keys);
  }
  setKeys(
    'SSL_CTX_set_cookie_verify_cb',
    ctx,
    Array.from(keys ?? [], (key) => checkCookieKey('keys', key)),
  );
}

function setKeys(name: string, ctx: Handle, keys: Uint8Array[]): void {
  checkObject(name, 'ctx', ctx);
  const verify = name === 'SSL_CTX_set_cookie_verify_cb';
  withAll(keys, (all) => on(ctx).setCookieKeys(verify, all));
}
