// What two sides of a handshake told each other and agreed on, where C gives it in several results or
// element by element. libssl.ts says what holds for all functions.

import {
  checkBytes,
  checkInt,
  checkInteger,
  checkProtocols,
  checkString,
  checkUint32,
  invalidType,
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

/** What a list of cipher suites has, of what libssl knows. */
export interface CipherLists {
  /** The suites. */
  suites: CipherInfo[];
  /** Those that only signal something (SCSV). */
  scsvs: CipherInfo[];
}

/**
 * `int SSL_bytes_to_cipher_list(SSL *s, const unsigned char *bytes, size_t len, int isv2format,
 * STACK_OF(SSL_CIPHER) **sk, STACK_OF(SSL_CIPHER) **scsvs)`: 2 bytes for each suite, or 3 as in a
 * ClientHello of SSL 2.0 if isv2format is not 0. null if the bytes are no such list.
 */
export function SSL_bytes_to_cipher_list(
  s: Handle,
  bytes: Uint8Array,
  isv2format: number,
): CipherLists | null {
  const functions = native();
  const list = checkBytes('bytes', bytes);
  const old = checkInt('isv2format', isv2format);
  setHandle('s', s);
  const [suites, scsvs] = functions.SSL_bytes_to_cipher_list(list, old);
  return suites === null || scsvs === null ? null : { suites, scsvs };
}

// ---- Compression.

/** A method of compression, as `SSL_COMP_get_compression_methods` gives it. */
export interface SslComp {
  /** Its number in the handshake. */
  readonly id: number;
  /** Its name. */
  readonly name: string;
}

const compressions: SslComp[] = [];

/**
 * `STACK_OF(SSL_COMP) *SSL_COMP_get_compression_methods(void)`; null if libssl was built without
 * compression. Debian's has none of its methods: [].
 */
export function SSL_COMP_get_compression_methods(): SslComp[] | null {
  const all = native().SSL_COMP_get_compression_methods();
  if (all === null) return null;
  return Array.from({ length: all.length / 2 }, (_, i) => {
    compressions[i] ??= Object.freeze({ id: all[2 * i] as number, name: all[2 * i + 1] as string });
    return compressions[i] as SslComp;
  });
}

function checkComp(comp: SslComp): SslComp {
  if (!compressions.includes(comp)) {
    throw invalidType('comp', 'what SSL_COMP_get_compression_methods gave', comp);
  }
  return comp;
}

/** `const char *SSL_COMP_get0_name(const SSL_COMP *comp)`. */
export const SSL_COMP_get0_name = (comp: SslComp): string => checkComp(comp).name;
/** `int SSL_COMP_get_id(const SSL_COMP *comp)`. */
export const SSL_COMP_get_id = (comp: SslComp): number => checkComp(comp).id;

/**
 * `const char *SSL_COMP_get_name(const COMP_METHOD *comp)`: the method of
 * `SSL_get_current_compression`, which is its name here; null for NULL.
 */
export function SSL_COMP_get_name(comp: string | null): string | null {
  if (comp === null) return null;
  const name = checkString('comp', comp);
  if (!SSL_COMP_get_compression_methods()?.some((each) => each.name === name)) {
    throw invalidValue('comp', 'must be a method that libssl has');
  }
  return name;
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
