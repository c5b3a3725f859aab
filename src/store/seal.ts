// How records are named and encrypted: whoever reads the backend learns nothing but sizes and times,
// and whoever writes to it can only take records away, or put an old one back in its place.
//
// HKDF-SHA-256 of a secret, with the purpose and the prefix, gives a key. HMAC-SHA-512 under this
// key of an id gives the record's name (16 bytes) and an AES-256 key of its own. So a record that is
// moved to another id, prefix or purpose does not decrypt, and a name says nothing about the id,
// which went over the wire in clear. The id context of a session is a part of its DER.

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomFillSync,
} from 'node:crypto';
import { bytesOf } from '../common/options.js';
import { outOfRange } from '../common/validate.js';

const leastSecret = 32;
const nameSize = 16;
const keySize = 32;
const nonceSize = 12;
const tagSize = 16;
// The first byte of a record: the way it is made.
const version = 1;
const head = Buffer.of(version);

/** One secret or several, each as text (UTF-8) or bytes. */
export type StoreSecret = string | Uint8Array | readonly (string | Uint8Array)[];

export function checkSecrets(name: string, value: unknown): Uint8Array[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw outOfRange(`${name}.length`, '>= 1', 0);
  return list.map((each) => {
    const bytes = bytesOf(name, each);
    if (bytes.length < leastSecret) {
      throw outOfRange(`${name}'s length in bytes`, `>= ${leastSecret}`, bytes.length);
    }
    return bytes;
  });
}

/** Where the record of one id is, and what it is encrypted with. */
export interface Place {
  readonly name: string;
  readonly key: Buffer;
}

/** What one secret is good for: names and keys. */
export class Sealer {
  readonly #key: KeyObject;

  constructor(secret: Uint8Array, purpose: string, prefix: string) {
    const info = `libssl-session ${purpose}\0${prefix}`;
    const key = Buffer.from(hkdfSync('sha256', secret, '', info, 64));
    this.#key = createSecretKey(key);
    key.fill(0);
  }

  placeOf(id: Uint8Array | string): Place {
    const digest = createHmac('sha512', this.#key).update(id).digest();
    return {
      name: digest.toString('base64url', 0, nameSize),
      key: digest.subarray(nameSize, nameSize + keySize),
    };
  }
}

// Random bytes cost most of their time for each call, however few they are.
const nonces = Buffer.alloc(nonceSize * 128);
let nextNonce = nonces.length;
function newNonce(): Buffer {
  if (nextNonce === nonces.length) {
    randomFillSync(nonces);
    nextNonce = 0;
  }
  nextNonce += nonceSize;
  return nonces.subarray(nextNonce - nonceSize, nextNonce);
}

/** Encrypts bytes into a record. */
export function seal(key: Buffer, bytes: Uint8Array): Buffer {
  const nonce = newNonce();
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagSize });
  cipher.setAAD(head);
  const body = cipher.update(bytes);
  cipher.final();
  return Buffer.concat([head, nonce, body, cipher.getAuthTag()]);
}

/** The bytes in a record, which are the caller's to wipe; null if it is damaged, or another's. */
export function unseal(key: Buffer, record: Uint8Array): Buffer | null {
  const start = head.length + nonceSize;
  const end = record.length - tagSize;
  if (end < start || record[0] !== version) return null;
  const nonce = record.subarray(head.length, start);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagSize });
  decipher.setAAD(head);
  decipher.setAuthTag(record.subarray(end));
  const bytes = decipher.update(record.subarray(start, end));
  try {
    decipher.final();
    return bytes;
  } catch {
    bytes.fill(0);
    return null;
  }
}
