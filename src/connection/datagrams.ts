// What contexts and connections have only for DTLS: options, cookies, the timer.

import { checkBytes, checkInteger, invalidValue, outOfRange } from '../common/validate.js';
import { SSL_OP_COOKIE_EXCHANGE, SSL_OP_NO_QUERY_MTU } from '../libssl/constants.js';
import * as C from '../libssl/functions.js';
import { SSL_get_options, SSL_set_mtu } from '../libssl/functions.js';
import { withAll } from '../libssl/ticket-keys.js';
import { on, results } from '../native/call.js';
import type { Handle } from '../native/types.js';

/** The options of a connection over DTLS. */
export interface DatagramOptions {
  /**
   * How many bytes a datagram may have, 208 to 65507. By default 1200; then libssl goes down to 548
   * if datagrams remain unanswered. `SSL_set_mtu(3)`.
   */
  mtu?: number;
  /**
   * After how many milliseconds lost datagrams are sent again, 20 to 60000; by default 1000. It
   * doubles each time, up to a minute. `DTLS_set_timer_cb(3)`.
   */
  retransmitTimeout?: number;
  /**
   * For servers with `cookieKey`: the address and port that the datagrams came from, in any form.
   * The cookie is bound to it.
   */
  peerAddress?: string | Uint8Array;
}

/** The mtu if neither the option nor the property sets one; the same as in datagram_bio.cc. */
export const defaultMtu = 1200;

const keySize = 32;

export const checkMtu = (name: string, value: unknown) => checkInteger(name, value, 208, 65507);
export const checkRetransmitTimeout = (name: string, value: unknown) =>
  checkInteger(name, value, 20, 60_000);

export function checkPeerAddress(name: string, value: unknown): Uint8Array {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : checkBytes(name, value);
  if (bytes.length === 0) throw invalidValue(name, 'must not be empty');
  return bytes;
}

export function checkCookieKeys(name: string, value: unknown): Uint8Array[] {
  const keys = (Array.isArray(value) ? value : [value]).map((key: unknown) =>
    checkCookieKey(name, key),
  );
  if (keys.length === 0) throw invalidValue(name, 'must contain a key');
  return keys;
}

export function checkCookieKey(name: string, value: unknown): Uint8Array {
  const key = checkBytes(name, value);
  if (key.length !== keySize) {
    throw outOfRange(`${name}.byteLength`, `${keySize}`, key.length);
  }
  return key;
}

export function setMtu(connection: Handle, mtu: number): void {
  C.SSL_set_options(connection, SSL_OP_NO_QUERY_MTU);
  SSL_set_mtu(connection, mtu);
}

export function setPeerAddress(connection: Handle, address: Uint8Array): void {
  on(connection).BIO_dgram_set_peer(address);
}

export function applyDatagramOptions(
  connection: Handle,
  dtls: boolean,
  options: { mtu?: number; retransmitTimeout?: number; peerAddress?: Uint8Array },
): void {
  const { mtu, retransmitTimeout, peerAddress } = options;
  if (!dtls) {
    for (const name of ['mtu', 'retransmitTimeout', 'peerAddress'] as const) {
      if (options[name] === undefined) continue;
      throw invalidValue(`options.${name}`, "needs a context with protocol 'dtls'");
    }
    return;
  }
  // If libssl must not ask for an mtu, and has none, it fails without an error.
  const asks = (optionsOf(connection) & SSL_OP_NO_QUERY_MTU) === 0;
  if (mtu !== undefined || !asks) setMtu(connection, mtu ?? defaultMtu);
  if (retransmitTimeout !== undefined) {
    on(connection).DTLS_set_timer_cb(retransmitTimeout * 1000);
  }
  if (peerAddress !== undefined) setPeerAddress(connection, peerAddress);
}

/** In how many milliseconds the timer of the connection ends; null if it does not run. */
export function timeLeft(connection: Handle): number | null {
  on(connection).DTLSv1_get_timeout();
  const [runs, seconds, microseconds] = results(3);
  if (runs !== 1) return null;
  return Math.ceil(Number(seconds) * 1000 + Number(microseconds) / 1000);
}

/** How much data fits into one datagram, which then is one record. */
export function dataMtu(connection: Handle): number {
  C.DTLS_get_data_mtu(connection);
  return Math.min(...results(2));
}

function optionsOf(connection: Handle): number {
  return Number(SSL_get_options(connection));
}

/** Whether the connection answers a ClientHello with a cookie. */
export function asksForCookie(connection: Handle): boolean {
  return (optionsOf(connection) & SSL_OP_COOKIE_EXCHANGE) !== 0;
}

/** The first key makes cookies, and all verify them. */
export function setCookieKeys(context: Handle, keys: readonly Uint8Array[]): void {
  withAll(keys, (all) => {
    const first = all.subarray(0, keySize);
    on(context).setCookieKeys(false, false, first);
    on(context).setCookieKeys(true, false, all);
  });
  C.SSL_CTX_set_options(context, SSL_OP_COOKIE_EXCHANGE);
}
