// How servers encrypt their tickets, and the keys that nobody should have. The master secret of a
// session is known to its client: where it turns up in a decrypted ticket, there is no doubt.

import { createDecipheriv, getCiphers } from 'node:crypto';

/** Where a kind of server has what in a ticket. */
interface Layout {
  /** Whose it is. */
  name: string;
  /** Bytes before the nonce, which name the key. */
  keyName: number;
  /** Bytes of the nonce or IV. */
  nonce: number;
  /** Bytes between the nonce and what is encrypted. */
  gap: number;
  /** Bytes behind what is encrypted. */
  tail: number;
  ciphers: readonly Cipher[];
}

type Cipher = 'aes-128-cbc' | 'aes-256-cbc' | 'aes-128-ctr' | 'aes-256-ctr' | Aead;
type Aead = 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20';

const keySize = (cipher: Cipher) => (cipher.startsWith('aes-128') ? 16 : 32);

const layouts: readonly Layout[] = [
  {
    name: 'RFC 5077: OpenSSL, BoringSSL, LibreSSL, nginx, HAProxy, node:tls',
    ...{ keyName: 16, nonce: 16, gap: 0, tail: 32 },
    ciphers: ['aes-256-cbc', 'aes-128-cbc'],
  },
  {
    name: 'GnuTLS',
    ...{ keyName: 16, nonce: 16, gap: 2, tail: 20 },
    ciphers: ['aes-256-cbc', 'aes-128-cbc'],
  },
  {
    name: 'NSS',
    ...{ keyName: 16, nonce: 16, gap: 2, tail: 32 },
    ciphers: ['aes-256-cbc', 'aes-128-cbc'],
  },
  {
    name: 'Go, with the name of the key',
    ...{ keyName: 16, nonce: 16, gap: 0, tail: 32 },
    ciphers: ['aes-128-ctr', 'aes-256-ctr'],
  },
  {
    name: 'Go',
    ...{ keyName: 0, nonce: 16, gap: 0, tail: 32 },
    ciphers: ['aes-128-ctr', 'aes-256-ctr'],
  },
  {
    name: 'Mbed TLS',
    ...{ keyName: 4, nonce: 12, gap: 2, tail: 16 },
    ciphers: ['aes-256-gcm', 'aes-128-gcm', 'chacha20'],
  },
  {
    name: 's2n',
    ...{ keyName: 16, nonce: 12, gap: 0, tail: 16 },
    ciphers: ['aes-256-gcm', 'aes-128-gcm'],
  },
  {
    name: 's2n, with a version',
    ...{ keyName: 17, nonce: 12, gap: 0, tail: 16 },
    ciphers: ['aes-256-gcm', 'aes-128-gcm'],
  },
  {
    name: 'wolfSSL',
    ...{ keyName: 16, nonce: 16, gap: 2, tail: 16 },
    ciphers: ['chacha20', 'aes-256-gcm', 'aes-128-gcm'],
  },
  {
    name: 'rustls, picotls',
    ...{ keyName: 0, nonce: 12, gap: 0, tail: 16 },
    ciphers: ['chacha20', 'aes-256-gcm', 'aes-128-gcm'],
  },
  {
    name: 'Botan',
    ...{ keyName: 12, nonce: 16, gap: 12, tail: 16 },
    ciphers: ['aes-256-gcm'],
  },
];

// Not every runtime has all of them.
const isKnown = (cipher: Cipher) => getCiphers().includes(streamOf(cipher, Buffer.alloc(16))[0]);
const known = (): readonly Layout[] =>
  layouts.map((layout) => ({ ...layout, ciphers: layout.ciphers.filter(isKnown) }));
let usable: readonly Layout[] | null = null;

/** A key that a server should not have. */
interface Candidate {
  name: string;
  key: Buffer;
}

const filled = (byte: number) => Buffer.alloc(32, byte);

const counting = (from: number) => Buffer.from(Array.from({ length: 32 }, (_, i) => from + i));

// The keys that every layout is tried with: all of 32 bytes, of which shorter keys are the start.
const candidates: readonly Candidate[] = [
  { name: 'all bytes are 0x00', key: filled(0) },
  { name: 'the bytes count up from 0', key: counting(0) },
  { name: 'the bytes count up from 1', key: counting(1) },
  ...Array.from({ length: 255 }, (_, i) => ({
    name: `all bytes are 0x${(i + 1).toString(16).padStart(2, '0')}`,
    key: filled(i + 1),
  })),
];

/** A ticket that was decrypted. */
export interface Decrypted {
  /** Whose layout it is. */
  layout: string;
  /** As OpenSSL names it. */
  cipher: string;
  /** What the key is, in words. */
  key: string;
}

/** Decrypts the ticket with each key that nobody should have; null if none of them is its key. */
export function decryptTicket(ticket: Buffer, secret: Buffer): Decrypted | null {
  usable ??= known();
  for (const layout of usable) {
    const { keyName, nonce: nonceSize, gap, tail } = layout;
    const nonce = ticket.subarray(keyName, keyName + nonceSize);
    const encrypted = ticket.subarray(keyName + nonceSize + gap, ticket.length - tail);
    if (encrypted.length < secret.length) continue;
    for (const cipher of layout.ciphers) {
      if (cipher.endsWith('cbc') && encrypted.length % 16 !== 0) continue;
      for (const { name, key } of keysFor(ticket.subarray(0, keyName))) {
        const text = decrypt(cipher, key.subarray(0, keySize(cipher)), nonce, encrypted);
        if (text.includes(secret)) return { layout: layout.name, cipher, key: name };
      }
    }
  }
  return null;
}

// Some fill the name of the key and the key from the same bytes.
function keysFor(keyName: Buffer): readonly Candidate[] {
  if (keyName.length < 16) return candidates;
  const name = keyName.subarray(0, 16);
  return [
    ...candidates,
    { name: 'it is the name of the key, which is sent in clear', key: Buffer.concat([name, name]) },
  ];
}

// Whether it is authentic does not matter.
function decrypt(cipher: Cipher, key: Buffer, nonce: Buffer, encrypted: Buffer): Buffer {
  const [algorithm, iv] = streamOf(cipher, nonce);
  const decipher = createDecipheriv(algorithm, key, iv).setAutoPadding(false);
  return Buffer.concat([decipher.update(encrypted), decipher.final()]);
}

// GCM and ChaCha20-Poly1305 encrypt from the second block of the key stream on.
function streamOf(cipher: Cipher, nonce: Buffer): [algorithm: string, iv: Buffer] {
  const block = (count: string, where: 'before' | 'behind') => {
    const number = Buffer.from(count, 'hex');
    const twelve = nonce.subarray(0, 12);
    return Buffer.concat(where === 'before' ? [number, twelve] : [twelve, number]);
  };
  if (cipher === 'chacha20') return [cipher, block('01000000', 'before')];
  if (cipher === 'aes-128-gcm' || cipher === 'aes-256-gcm') {
    return [cipher.replace('gcm', 'ctr'), block('00000002', 'behind')];
  }
  return [cipher, nonce];
}

/** Whether the ticket has the secret in clear. */
export function isInClear(ticket: Buffer, secret: Buffer): boolean {
  return secret.length > 0 && ticket.includes(secret);
}

/** A ticket, and the secret of its session. */
export interface KnownTicket {
  ticket: Buffer;
  secret: Buffer;
}

/**
 * Whether both were encrypted with the same key stream: then it cancels out, and the two secrets
 * are left, one on the other.
 */
export function shareKeystream(one: KnownTicket, other: KnownTicket): boolean {
  const secrets = xor(one.secret, other.secret);
  if (secrets.every((byte) => byte === 0)) return false;
  return xor(one.ticket, other.ticket).includes(secrets);
}

function xor(one: Buffer, other: Buffer): Buffer {
  const length = Math.min(one.length, other.length);
  return Buffer.from(Array.from({ length }, (_, i) => (one[i] ?? 0) ^ (other[i] ?? 0)));
}
