// Numbers of TLS, and libssl's names for them.

import { SslSession } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { Unimplemented } from './flags.mjs';

/** The numbers of DTLS go down from version to version, and it has none like TLS 1.3. */
export const isTls13 = (ssl) => C.SSL_version(ssl) === C.TLS1_3_VERSION;

const groups = new Map([
  [0x15, 'secp224r1'],
  [0x17, 'prime256v1'],
  [0x18, 'secp384r1'],
  [0x19, 'secp521r1'],
  [0x1d, 'X25519'],
]);
const groupNids = new Map([
  [0x15, 713],
  [0x17, 415],
  [0x18, 715],
  [0x19, 716],
  [0x1d, 1034],
]);

export function groupName(id) {
  const name = groups.get(id);
  if (name === undefined) throw new Unimplemented(`group 0x${id.toString(16)}`);
  return name;
}

/** The NID of a group, as SSL_get_shared_group gives it. */
export function groupNid(id) {
  return groupNids.get(id);
}

/** What BoringSSL lets a peer sign with unless it is told otherwise. */
export const verifiedByDefault = [
  ...[0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601, 0x0201],
];

/** What a client of BoringSSL signs with unless it is told otherwise. */
export const signedByDefault = [
  ...[0x0807, 0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0603, 0x0806, 0x0601],
  ...[0x0203, 0x0201],
];

const signatures = new Map([
  [0x0201, 'RSA+SHA1'],
  [0x0203, 'ECDSA+SHA1'],
  [0x0401, 'RSA+SHA256'],
  [0x0403, 'ECDSA+SHA256'],
  [0x0501, 'RSA+SHA384'],
  [0x0503, 'ECDSA+SHA384'],
  [0x0601, 'RSA+SHA512'],
  [0x0603, 'ECDSA+SHA512'],
  [0x0804, 'rsa_pss_rsae_sha256'],
  [0x0805, 'rsa_pss_rsae_sha384'],
  [0x0806, 'rsa_pss_rsae_sha512'],
  [0x0807, 'ed25519'],
]);
// Not negotiated: what TLS 1.0 and 1.1 use, with RSA or not.
const notNegotiated = [0xff01, 0];

/** A list for SSL_CTX_set1_sigalgs_list; undefined if nothing of it is negotiated. */
export function signatureNames(ids) {
  const names = ids
    .filter((id) => !notNegotiated.includes(id))
    .map((id) => {
      const name = signatures.get(id);
      if (name === undefined) throw new Unimplemented(`signature algorithm 0x${id.toString(16)}`);
      return name;
    });
  return names.length === 0 ? undefined : names.join(':');
}

// EVP_PKEY_… and NID_… as SSL_get_peer_signature_type_nid and SSL_get_peer_signature_nid give them.
const keys = new Map([
  [6, 'rsa'],
  [408, 'ecdsa'],
  [912, 'pss'],
  [1087, 'ed25519'],
]);
const hashes = new Map([
  [64, 'sha1'],
  [672, 'sha256'],
  [673, 'sha384'],
  [674, 'sha512'],
  [114, 'md5-sha1'],
]);
const signed = new Map([
  ['rsa md5-sha1', 0xff01],
  ['rsa sha1', 0x0201],
  ['ecdsa sha1', 0x0203],
  ['rsa sha256', 0x0401],
  ['ecdsa sha256', 0x0403],
  ['rsa sha384', 0x0501],
  ['ecdsa sha384', 0x0503],
  ['rsa sha512', 0x0601],
  ['ecdsa sha512', 0x0603],
  ['pss sha256', 0x0804],
  ['pss sha384', 0x0805],
  ['pss sha512', 0x0806],
]);

/** The number of a signature algorithm by its kind of key and its hash; 0 if there is none. */
export function signatureId(key, hash) {
  const kind = keys.get(key);
  return kind === 'ed25519' ? 0x0807 : (signed.get(`${kind} ${hashes.get(hash)}`) ?? 0);
}

/** A list of suites with libssl's names; BoringSSL's may have the standard's. */
export function cipherList(list) {
  if (/[[|]/.test(list)) throw new Unimplemented('groups of equal suites');
  const session = new SslSession();
  const names = list.split(':').map((name) => {
    // libssl's own DEFAULT bars suites that the list may add.
    if (name === 'DEFAULT') return 'ALL:-aNULL:-eNULL';
    if (!name.startsWith('TLS_')) return name;
    try {
      session.cipher = name;
    } catch {
      throw new Unimplemented(`the suite ${name}`);
    }
    return session.cipher.name;
  });
  session.free();
  return names.join(':');
}

/** The names of a list of CAs, in hexadecimal. */
export function namesOf(list) {
  return list
    .replace(/^<(NULL|EMPTY)>$/, '')
    .split(',')
    .filter(Boolean);
}
