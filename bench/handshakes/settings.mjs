// What all contenders do the same; for plain C it is in bench/c/handshakes.c. The group is left at
// the default, X25519 with each of them: libssl's, and that of Node's OpenSSL 3.

import { constants } from 'node:crypto';
import { certificateKinds } from '../certificates.mjs';

/** Bytes of a record of bulk data. */
export const recordSize = 16_384;

const { SSL_OP_NO_TICKET } = constants;
const full = { resumes: false, secureOptions: 0, batch: 10 };

/**
 * What contexts are made with, whether it resumes, and iterations in one batch: some milliseconds.
 */
const handshakes = {
  'full-TLSv1.2': { ...full, version: 'TLSv1.2' },
  'full-TLSv1.3': { ...full, version: 'TLSv1.3' },
  'id-TLSv1.2': { version: 'TLSv1.2', resumes: true, secureOptions: SSL_OP_NO_TICKET, batch: 100 },
  'ticket-TLSv1.2': { version: 'TLSv1.2', resumes: true, secureOptions: 0, batch: 100 },
  'psk-TLSv1.3': { version: 'TLSv1.3', resumes: true, secureOptions: 0, batch: 30 },
};

/** Operations: with each kind of certificate. */
export const handshakeOperations = Object.fromEntries(
  Object.entries(handshakes).flatMap(([name, handshake]) =>
    certificateKinds.map((kind) => [`${name}/${kind}`, { ...handshake, kind }]),
  ),
);

/** Operations: one record written and read over a connection of such a handshake. */
export const bulkOperations = Object.fromEntries(
  ['TLSv1.2', 'TLSv1.3'].map((version) => [
    `bulk-${version}`,
    { ...handshakes[`full-${version}`], kind: 'P-256', batch: 500 },
  ]),
);

/** Operations on one session of as many as a batch has; cache-restore makes it of DER first. */
export const cacheOperations = Object.fromEntries(
  ['add', 'look-up', 'remove', 'flush', 'restore'].map((name) => [
    `cache-${name}`,
    { ...handshakes['id-TLSv1.2'], kind: 'P-256', batch: 100_000 },
  ]),
);

export const suites = {
  'TLSv1.2': 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256',
  'TLSv1.3': 'TLS_AES_128_GCM_SHA256',
};

/** The options of a client's and of a server's context. `certificates`: by kind. */
export function contextOptions({ version, secureOptions, kind }, certificates) {
  const client = {
    minVersion: version,
    maxVersion: version,
    ciphers: suites[version],
    secureOptions,
  };
  return { client, server: { ...client, ...certificates[kind], sessionIdContext: 'bench' } };
}

let x = 1;

/** The next session id into 32 bytes: the same ones as in bench/c/handshakes.c. */
export function nextId(bytes) {
  for (let i = 0; i < 8; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    bytes.writeInt32LE(x, 4 * i);
  }
}
