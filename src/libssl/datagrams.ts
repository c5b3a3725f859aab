// The functions of DTLS. One BIO_write brings one datagram, and one BIO_read takes one.

import {
  checkBytes,
  checkHandle,
  checkInteger,
  checkUint32,
  invalidType,
} from '../common/validate.js';
import { checkCookieKey } from '../connection/datagrams.js';
import { on, result, results, setHandle } from '../native/call.js';
import { native } from '../native/load.js';
import type { Handle } from '../native/types.js';
import { checkObject, takeStep } from './delivery.js';
import { withAll } from './ticket-keys.js';

// ---- Lost datagrams.

/**
 * `long DTLSv1_get_timeout(SSL *ssl, struct timeval *tv)` returns tv_sec and tv_usec: the time
 * until libssl sends again. null if C returns 0.
 */
export function DTLSv1_get_timeout(ssl: Handle): [seconds: number, microseconds: number] | null {
  const functions = native();
  setHandle('ssl', ssl);
  functions.DTLSv1_get_timeout();
  const [runs, seconds = 0, microseconds = 0] = results(3);
  return runs === 1 ? [seconds, microseconds] : null;
}

/**
 * No function of C's, for tests of lost datagrams: lets libssl's timer run out so much later than
 * now, 0 to 3600 seconds. A test needs not wait for it then, and may take its time. 1; 0 if the
 * timer does not run.
 */
export function DTLSv1_set_timeout(ssl: Handle, seconds: number, microseconds: number): number {
  const functions = native();
  const time =
    checkInteger('seconds', seconds, 0, 3600) * 1_000_000 +
    checkInteger('microseconds', microseconds, 0, 999_999);
  setHandle('ssl', ssl);
  functions.DTLSv1_set_timeout(time);
  return result<number>();
}

function step(
  name: 'DTLSv1_handle_timeout' | 'DTLSv1_listen' | 'SSL_stateless',
): (ssl: Handle) => number {
  return (ssl) => {
    native();
    checkHandle('ssl', ssl);
    return takeStep(ssl, name, (functions) => functions[name]()).result;
  };
}

/**
 * `long DTLSv1_handle_timeout(SSL *ssl)`: 1 if it has sent again, 0 if it was not time yet, -1 if
 * it has given up, after twelve times.
 */
export const DTLSv1_handle_timeout = step('DTLSv1_handle_timeout');

/**
 * `void DTLS_set_timer_cb(SSL *s, DTLS_timer_cb cb)` takes the first time in microseconds instead
 * of a callback. It doubles each time, up to a minute. 0 means libssl's own, which begins with a
 * second. libssl counts less than 15 ms as already over, so a first time that is so short ends the
 * handshake.
 */
export function DTLS_set_timer_cb(s: Handle, timerUs: number): void {
  const functions = native();
  const microseconds = checkUint32('timerUs', timerUs);
  setHandle('s', s);
  functions.DTLS_set_timer_cb(microseconds);
}

// ---- Cookies.

/**
 * `int DTLSv1_listen(SSL *s, BIO_ADDR *client)`: 1 if the client has sent the cookie for its
 * address; BIO_dgram_set_peer sets that address. 0 if it has not: then BIO_read returns the answer
 * to send, and the connection is as it was before. Refused once the handshake has begun.
 */
export const DTLSv1_listen = step('DTLSv1_listen');

/**
 * `int BIO_dgram_set_peer(SSL_get_rbio(ssl), const BIO_ADDR *peer)` sets the address that
 * cookies are bound to: any bytes that are always the same for the same peer.
 */
export function BIO_dgram_set_peer(ssl: Handle, peer: Uint8Array): void {
  const functions = native();
  const address = checkBytes('peer', peer);
  setHandle('ssl', ssl);
  functions.BIO_dgram_set_peer(address);
}

/**
 * `void SSL_CTX_set_cookie_generate_cb(SSL_CTX *ctx, …)` takes a secret key of 32 bytes instead of
 * a callback. The cookie is the HMAC of the peer's address. null removes the callback.
 */
export function SSL_CTX_set_cookie_generate_cb(ctx: Handle, key: Uint8Array | null): void {
  setKeys('SSL_CTX_set_cookie_generate_cb', ctx, key === null ? [] : [checkCookieKey('key', key)]);
}

/**
 * `void SSL_CTX_set_cookie_verify_cb(SSL_CTX *ctx, …)` takes, instead of a callback, the keys that
 * may have made a cookie: the current key, and the previous one. null removes the callback.
 */
export function SSL_CTX_set_cookie_verify_cb(ctx: Handle, keys: Iterable<Uint8Array> | null): void {
  setKeys('SSL_CTX_set_cookie_verify_cb', ctx, checkKeys(keys));
}

/**
 * `int SSL_stateless(SSL *s)`, of a TLS 1.3 server: 1 if the client has sent the cookie for its
 * address; BIO_dgram_set_peer sets that address, and SSL_accept goes on. 0 if it has not: then
 * BIO_read returns a HelloRetryRequest with the cookie, and the next SSL_stateless, also of another
 * connection, takes the answer. -1 for anything else, also for the ChangeCipherSpec that a client may
 * send before its second ClientHello: without an error, call it again. It begins with SSL_clear, and
 * is refused where that is.
 */
export const SSL_stateless = step('SSL_stateless');

/**
 * `void SSL_CTX_set_stateless_cookie_generate_cb(SSL_CTX *ctx, …)`: as
 * `SSL_CTX_set_cookie_generate_cb`, for SSL_stateless.
 */
export function SSL_CTX_set_stateless_cookie_generate_cb(
  ctx: Handle,
  key: Uint8Array | null,
): void {
  const keys = key === null ? [] : [checkCookieKey('key', key)];
  setKeys('SSL_CTX_set_stateless_cookie_generate_cb', ctx, keys);
}

/**
 * `void SSL_CTX_set_stateless_cookie_verify_cb(SSL_CTX *ctx, …)`: as `SSL_CTX_set_cookie_verify_cb`,
 * for SSL_stateless.
 */
export function SSL_CTX_set_stateless_cookie_verify_cb(
  ctx: Handle,
  keys: Iterable<Uint8Array> | null,
): void {
  setKeys('SSL_CTX_set_stateless_cookie_verify_cb', ctx, checkKeys(keys));
}

function checkKeys(keys: Iterable<Uint8Array> | null): Uint8Array[] {
  if (keys !== null && (typeof keys !== 'object' || !(Symbol.iterator in keys))) {
    throw invalidType('keys', 'an iterable of keys', keys);
  }
  return Array.from(keys ?? [], (key) => checkCookieKey('keys', key));
}

type CookieCallback =
  | 'SSL_CTX_set_cookie_generate_cb'
  | 'SSL_CTX_set_cookie_verify_cb'
  | 'SSL_CTX_set_stateless_cookie_generate_cb'
  | 'SSL_CTX_set_stateless_cookie_verify_cb';

function setKeys(name: CookieCallback, ctx: Handle, keys: Uint8Array[]): void {
  checkObject(name, 'ctx', ctx);
  const [verify, stateless] = [name.includes('verify'), name.includes('stateless')];
  withAll(keys, (all) => on(ctx).setCookieKeys(verify, stateless, all));
}
