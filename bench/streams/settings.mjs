// The rows of bench/streams.mjs, and what both contenders do the same: one suite for each version,
// X25519 (and P-256 for certificates), and clients that verify the certificate and its name.

import { constants } from 'node:crypto';
import { certificateKinds } from '../certificates.mjs';

const versions = ['TLSv1.2', 'TLSv1.3'];

const suites = {
  'TLSv1.2': 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256',
  'TLSv1.3': 'TLS_AES_128_GCM_SHA256',
};

/** Of a contender's client and server: processes of their own, or one for both. */
export const layouts = ['apart', 'together'];

/** Connections that are being made, or have a request under way, at the same time. */
export const lanes = 8;

const writeSizes = { '64 KiB': 65_536, '1 KiB': 1024 };

// About a third of a second each. `warmUp`: batches before the first that counts; V8 has compiled
// all of a handshake after some 4,000.
const bytes = versions.flatMap((version) =>
  ['up', 'down'].flatMap((direction) =>
    Object.entries(writeSizes).map(([size, writeSize]) => [
      `${direction} ${size} ${version}`,
      {
        kind: 'bytes',
        version,
        direction,
        writeSize,
        batch: writeSize > 1024 ? 2_000 : 40_000,
        warmUp: 2,
      },
    ]),
  ),
);

const full = versions.flatMap((version) =>
  certificateKinds.map((certificate) => [
    `full ${version} ${certificate}`,
    { kind: 'connections', version, certificate, batch: 200, warmUp: 20 },
  ]),
);

const { SSL_OP_NO_TICKET } = constants;
const resumed = Object.entries({
  id: { version: 'TLSv1.2', secureOptions: SSL_OP_NO_TICKET },
  ticket: { version: 'TLSv1.2' },
  psk: { version: 'TLSv1.3' },
}).map(([name, how]) => [
  `resumed ${name} ${how.version}`,
  { kind: 'connections', ...how, resumes: true, batch: 400, warmUp: 10 },
]);

const other = {
  'requests TLSv1.3': { kind: 'requests', version: 'TLSv1.3', batch: 2_000, warmUp: 5 },
  'echo TLSv1.3': { kind: 'echo', version: 'TLSv1.3', batch: 10_000, warmUp: 3, connections: 200 },
};

/** Name → what is done. A sample is nanoseconds for one iteration; of an echo it is the p99. */
export const operations = Object.fromEntries(
  [...bytes, ...full, ...resumed, ...Object.entries(other)].flatMap(([name, operation]) =>
    layouts.map((layout) => [
      `${name} ${layout}`,
      { certificate: 'P-256', secureOptions: 0, ...operation, name, layout },
    ]),
  ),
);

/** Memory: a sample needs fresh processes, and is KiB of one idle connection. */
export const idleOperations = Object.fromEntries(
  versions.map((version) => [
    `idle ${version}`,
    {
      kind: 'idle',
      layout: 'apart',
      version,
      certificate: 'P-256',
      secureOptions: 0,
      connections: 2_000,
      bytes: 16_384,
    },
  ]),
);

/** What both sides' contexts are made with. */
export function contextOptions({ version, secureOptions }) {
  return {
    minVersion: version,
    maxVersion: version,
    ciphers: suites[version],
    ecdhCurve: 'X25519:P-256',
    secureOptions,
  };
}

export const now = () => Number(process.hrtime.bigint());
