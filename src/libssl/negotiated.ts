// What two sides of a handshake told each other and agreed on, where C gives it in several results or
// element by element. libssl.ts says what holds for all functions.

import {
  checkBytes,
  checkInteger,
  checkProtocols,
  checkUint32,
  invalidValue,
} from '../common/validate.js';
import { longResult, result, resultAt, setHandle, setHandleAndNumber } from '../native/call.js';
import { setCipher } from '../native/ciphers.js';
import { native } from '../native/load.js';
import type { CipherInfo, Handle } from '../native/types.js';

// ---- Cipher suites.

/**
 * `int SSL_CIPHER_get_bits(const SSL_CIPHER *c, int *alg_bits)` returns how many secret bits the
 * algorithm uses, and how many it processes; both 0 for NULL.
 */
export function SSL_CIPHER_get_bits(
  c: CipherInfo | number | null,
): [bits: number, algorithmBits: number] {
  const functions = native();
  setCipher('c', c, true);
  functions.SSL_CIPHER_get_bits();
  return [result<number>(), resultAt(1)];
}

/** `char *SSL_CIPHER_description(const SSL_CIPHER *cipher, char *buf, int size)`: one line. */
export function SSL_CIPHER_description(cipher: CipherInfo | number): string {
  const functions = native();
  setCipher('cipher', cipher);
  return functions.SSL_CIPHER_description();
}

/**
 * `char *SSL_get_shared_ciphers(const SSL *s, char *buf, int size)`, of a server: the names of the
 * suites that both sides have, with colons between them, as many as fit. null if there are none.
 */
export function SSL_get_shared_ciphers(s: Handle, size = 0x1_0000): string | null {
  const functions = native();
  const room = checkInteger('size', size, 0, 0x10_0000);
  setHandleAndNumber('s', s, room);
  return functions.SSL_get_shared_ciphers();
}

// ---- Signatures and groups.

/** A signature algorithm of the handshake. */
export interface SignatureAlgorithm {
  /** The NID of the kind of key; 0 if libssl does not know the algorithm. */
  sign: number;
  /** The NID of the hash; 0 if there is none. */
  hash: number;
  /** The NID of both; 0 if there is none. */
  signAndHash: number;
  /** The second of the two bytes that stand for the algorithm. */
  rawSign: number;
  /** The first of them. */
  rawHash: number;
}

const asAlgorithms = (numbers: readonly number[]): SignatureAlgorithm[] =>
  Array.from({ length: numbers.length / 5 }, (_, i) => {
    const [sign = 0, hash = 0, signAndHash = 0, rawSign = 0, rawHash = 0] = numbers.slice(5 * i);
    return { sign, hash, signAndHash, rawSign, rawHash };
  });

/**
 * `int SSL_get_sigalgs(SSL *s, int idx, int *psign, int *phash, int *psignhash, unsigned char *rsig,
 * unsigned char *rhash)`: all that the peer has sent, in its order.
 */
export function SSL_get_sigalgs(s: Handle): SignatureAlgorithm[] {
  const functions = native();
  setHandle('s', s);
  return asAlgorithms(functions.SSL_get_sigalgs());
}

/**
 * `int SSL_get_shared_sigalgs(SSL *s, int idx, int *psign, int *phash, int *psignhash, unsigned char
 * *rsig, unsigned char *rhash)`: all that both sides have, in the order of preference.
 */
export function SSL_get_shared_sigalgs(s: Handle): SignatureAlgorithm[] {
  const functions = native();
  setHandle('s', s);
  return asAlgorithms(functions.SSL_get_shared_sigalgs());
}

/**
 * `int SSL_get1_groups(SSL *s, int *groups)`: the NIDs of the groups that the peer has sent; one
 * that libssl does not know is its number on the wire with 0x1000000 added.
 */
export function SSL_get1_groups(s: Handle): number[] {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_get1_groups();
}

/** A key of the key exchange. */
export interface PeerTmpKey {
  /** `EVP_PKEY_base_id`: 28 is DH, 408 EC, 1034 X25519, 1035 X448. */
  id: number;
  /** OpenSSL's short name of its kind or, of EC, of its curve: `prime256v1`. */
  name: string;
  /** `EVP_PKEY_bits`. */
  bits: number;
}

function tmpKey(
  name: 'SSL_get_peer_tmp_key' | 'SSL_get_tmp_key',
): (s: Handle) => PeerTmpKey | null {
  return (s) => {
    const functions = native();
    setHandle('s', s);
    const kind = functions[name]();
    return kind === null ? null : { id: result<number>(), name: kind, bits: resultAt(1) };
  };
}

/** `int SSL_get_peer_tmp_key(SSL *s, EVP_PKEY **key)`; null if C does not return 1. */
export const SSL_get_peer_tmp_key = tmpKey('SSL_get_peer_tmp_key');
/** `int SSL_get_tmp_key(SSL *s, EVP_PKEY **key)`: this side's own; null if C does not return 1. */
export const SSL_get_tmp_key = tmpKey('SSL_get_tmp_key');

// ---- Bytes.

type BytesName =
  | 'SSL_get0_certificate_types'
  | 'SSL_get0_raw_cipherlist'
  | 'SSL_get0_ec_point_formats'
  | 'SSL_get_tlsext_status_ocsp_resp';

function bytesOf(name: BytesName): (s: Handle) => Buffer | null {
  return (s) => {
    const functions = native();
    setHandle('s', s);
    return functions[name]();
  };
}

/**
 * `int SSL_get0_certificate_types(SSL *s, const unsigned char **list)`: a byte for each type of
 * certificate that a server asked this client for, up to TLS 1.2; null if it asked for none.
 */
export const SSL_get0_certificate_types = bytesOf('SSL_get0_certificate_types');
/**
 * `int SSL_get0_raw_cipherlist(SSL *s, const unsigned char **list)`, of a server: 2 bytes for each
 * suite that the client offers, also for those that libssl does not know; null if nothing came.
 */
export const SSL_get0_raw_cipherlist = bytesOf('SSL_get0_raw_cipherlist');
/**
 * `int SSL_get0_ec_point_formats(SSL *s, const unsigned char **list)`: what the peer has sent; null
 * if it sent none.
 */
export const SSL_get0_ec_point_formats = bytesOf('SSL_get0_ec_point_formats');

/**
 * `long SSL_get_tlsext_status_ocsp_resp(SSL *ssl, const unsigned char **resp)`: the answer of OCSP
 * that a server sends, or that a client was sent; null if there is none.
 */
export const SSL_get_tlsext_status_ocsp_resp = bytesOf('SSL_get_tlsext_status_ocsp_resp');

/**
 * `long SSL_set_tlsext_status_ocsp_resp(SSL *ssl, unsigned char *resp, long len)`: takes a copy;
 * null for none.
 */
export function SSL_set_tlsext_status_ocsp_resp(ssl: Handle, resp: Uint8Array | null): number {
  const functions = native();
  const bytes = resp === null ? null : checkBytes('resp', resp);
  setHandle('ssl', ssl);
  return longResult(functions.SSL_set_tlsext_status_ocsp_resp(bytes)) as number;
}

// ---- Protocols.

/**
 * `int SSL_select_next_proto(unsigned char **out, unsigned char *outlen, const unsigned char *in,
 * unsigned int inlen, const unsigned char *client, unsigned int client_len)`: the first of the
 * server's protocols (`in`) that the client has, too, with OPENSSL_NPN_NEGOTIATED; else the client's
 * first, with OPENSSL_NPN_NO_OVERLAP. Each protocol is preceded by its length, and the client has
 * one at least.
 */
export function SSL_select_next_proto(
  server: Uint8Array,
  client: Uint8Array,
): [result: number, out: Buffer] {
  const functions = native();
  const theirs = checkProtocols('server', server);
  const own = checkProtocols('client', client);
  // libssl would read behind its end.
  if (own.length === 0) throw invalidValue('client', 'must have a protocol');
  const out = functions.SSL_select_next_proto(theirs, own);
  return [result<number>(), out];
}

// ---- A ClientHello at which the handshake waits.

/**
 * `int SSL_client_hello_get1_extensions_present(SSL *s, int **out, size_t *outlen)`: the numbers of
 * its extensions, in order; null while no ClientHello waits.
 */
export function SSL_client_hello_get1_extensions_present(s: Handle): number[] | null {
  const functions = native();
  setHandle('s', s);
  return functions.SSL_client_hello_get1_extensions_present();
}

/**
 * `int SSL_client_hello_get0_ext(SSL *s, unsigned int type, const unsigned char **out, size_t
 * *outlen)`: what the extension has; null if the ClientHello does not have it, or none waits.
 */
export function SSL_client_hello_get0_ext(s: Handle, type: number): Buffer | null {
  const functions = native();
  const number = checkUint32('type', type);
  setHandleAndNumber('s', s, number);
  return functions.SSL_client_hello_get0_ext();
}
