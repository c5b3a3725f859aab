// Tickets in the layout of each kind of server are decrypted with the keys that nobody should have,
// and with no other.

import { createCipheriv, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
// Not exported: a probe of a server with each layout would need a server of each kind.
import { decryptTicket, isInClear, shareKeystream } from '../../src/probe/ticket-layouts.js';

interface Form {
  layout: string;
  cipher: string;
  algorithm: string;
  keySize: number;
  /** Bytes before the nonce, of the nonce, between it and what is encrypted, and at the end. */
  sizes: readonly [name: number, nonce: number, gap: number, tail: number];
}

const cbc = (layout: string, ...sizes: Form['sizes']): Form[] =>
  [128, 256].map((bits) => {
    const algorithm = `aes-${bits}-cbc`;
    return { layout, cipher: algorithm, algorithm, keySize: bits / 8, sizes };
  });
const ctr = (layout: string, ...sizes: Form['sizes']): Form[] =>
  [128, 256].map((bits) => {
    const algorithm = `aes-${bits}-ctr`;
    return { layout, cipher: algorithm, algorithm, keySize: bits / 8, sizes };
  });
const gcm = (layout: string, ...sizes: Form['sizes']): Form[] =>
  [128, 256].map((bits) => {
    const algorithm = `aes-${bits}-gcm`;
    return { layout, cipher: algorithm, algorithm, keySize: bits / 8, sizes };
  });
const chacha = (layout: string, ...sizes: Form['sizes']): Form => ({
  ...{ layout, cipher: 'chacha20', algorithm: 'chacha20-poly1305', keySize: 32, sizes },
});

const forms: readonly Form[] = [
  ...cbc('RFC 5077: OpenSSL, BoringSSL, LibreSSL, nginx, HAProxy, node:tls', 16, 16, 0, 32),
  ...cbc('GnuTLS', 16, 16, 2, 20),
  ...cbc('NSS', 16, 16, 2, 32),
  ...ctr('Go, with the name of the key', 16, 16, 0, 32),
  ...ctr('Go', 0, 16, 0, 32),
  ...gcm('Mbed TLS', 4, 12, 2, 16),
  chacha('Mbed TLS', 4, 12, 2, 16),
  ...gcm('s2n', 16, 12, 0, 16),
  ...gcm('s2n, with a version', 17, 12, 0, 16),
  ...gcm('wolfSSL', 16, 16, 2, 16),
  chacha('wolfSSL', 16, 16, 2, 16),
  ...gcm('rustls, picotls', 0, 12, 0, 16),
  chacha('rustls, picotls', 0, 12, 0, 16),
  ...gcm('Botan', 12, 16, 12, 16).slice(1),
];

const secret = randomBytes(48);

/** A ticket with the secret in it, as this kind of server makes them. */
function makeTicket({ algorithm, keySize, sizes }: Form, key: Buffer, nonceFrom?: Buffer): Buffer {
  const [name, nonceSize, gap, tail] = sizes;
  const nonce = nonceFrom ?? randomBytes(nonceSize);
  const iv = /gcm|poly/.test(algorithm) ? nonce.subarray(0, 12) : nonce;
  const options = { authTagLength: 16 };
  const cipher = createCipheriv(algorithm as 'aes-128-gcm', key.subarray(0, keySize), iv, options);
  const state = Buffer.concat([randomBytes(13), secret, randomBytes(50)]);
  const encrypted = Buffer.concat([cipher.update(state), cipher.final()]);
  const parts = [randomBytes(name), nonce, randomBytes(gap), encrypted, randomBytes(tail)];
  return Buffer.concat(parts);
}

test.each(forms)('$layout, $cipher: a key of zeros is found', (form) => {
  const ticket = makeTicket(form, Buffer.alloc(32));
  expect(decryptTicket(ticket, secret)).toMatchObject({
    cipher: form.cipher,
    key: 'all bytes are 0x00',
  });
});

test.each(forms)('$layout, $cipher: a random key is not found', (form) => {
  expect(decryptTicket(makeTicket(form, randomBytes(32)), secret)).toBe(null);
});

test('a ticket of another session is not taken for one that is decrypted', () => {
  const [form] = forms;
  if (form === undefined) throw new Error('no form');
  expect(decryptTicket(makeTicket(form, Buffer.alloc(32)), randomBytes(48))).toBe(null);
});

test('keys that count, and keys of one byte, are found', () => {
  const [form] = forms;
  if (form === undefined) throw new Error('no form');
  const counting = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
  expect(decryptTicket(makeTicket(form, counting), secret)?.key).toBe('the bytes count up from 0');
  const ff = makeTicket(form, Buffer.alloc(32, 0xff));
  expect(decryptTicket(ff, secret)?.key).toBe('all bytes are 0xff');
});

test('one key stream for two tickets is found, and two are not', () => {
  const form = forms.find(({ algorithm }) => algorithm === 'aes-256-ctr');
  if (form === undefined) throw new Error('no form');
  const key = randomBytes(32);
  const nonce = randomBytes(16);
  const other = randomBytes(48);
  const ticketOf = (its: Buffer, nonceFrom: Buffer) => {
    const cipher = createCipheriv('aes-256-ctr', key, nonceFrom);
    const state = Buffer.concat([Buffer.alloc(13, 1), its, randomBytes(50)]);
    const ticket = Buffer.concat([Buffer.alloc(16, 7), nonceFrom, cipher.update(state)]);
    return { ticket, secret: its };
  };
  expect(shareKeystream(ticketOf(secret, nonce), ticketOf(other, nonce))).toBe(true);
  expect(shareKeystream(ticketOf(secret, nonce), ticketOf(other, randomBytes(16)))).toBe(false);
  expect(isInClear(Buffer.concat([randomBytes(9), secret]), secret)).toBe(true);
  expect(isInClear(randomBytes(90), secret)).toBe(false);
});
