// The names of signature algorithms, as getSharedSigalgs() of node:tls writes them.

import type { SignatureAlgorithm } from '../libssl/negotiated.js';

// By the NIDs of OpenSSL's obj_mac.h. Those of keys are node's names, those of hashes OpenSSL's.
const keys = new Map([
  [6, 'RSA'],
  [116, 'DSA'],
  [408, 'ECDSA'],
  [912, 'RSA-PSS'],
  [1087, 'Ed25519'],
  [1088, 'Ed448'],
]);
const hashes = new Map([
  [0, 'UNDEF'],
  [64, 'SHA1'],
  [114, 'MD5-SHA1'],
  [672, 'SHA256'],
  [673, 'SHA384'],
  [674, 'SHA512'],
  [675, 'SHA224'],
]);

/** null where libssl has none. A NID without a name, as an ENGINE may add, stands as a number. */
export function signatureName(key: number | null, hash: number | null): string | null {
  if (key === null || hash === null) return null;
  return `${keys.get(key) ?? key}+${hashes.get(hash) ?? hash}`;
}

/** What libssl does not know is its number in the handshake. */
export function algorithmName({ sign, hash, rawHash, rawSign }: SignatureAlgorithm): string {
  const name = sign === 0 ? null : signatureName(sign, hash);
  return name ?? `0x${((rawHash << 8) | rawSign).toString(16).padStart(4, '0')}`;
}
