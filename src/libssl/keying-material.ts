// The limits of what libssl can export from a connection (measured). Beyond them libssl fails with
// an internal error, or is busy for minutes.

import { outOfRange } from '../common/validate.js';

/** The most bytes at once, in any version. */
export const maxMaterial = 0xffff;

// In TLS 1.3 HKDF gives 255 blocks of its hash, and the length of the label is one byte, which
// counts a prefix of 6 bytes as well. In older versions the label, the context with its length (2
// bytes) and two randoms (32 bytes each) share 1,024 bytes.
const maxBlocks = 255;
const maxLabel13 = 249;
const maxSeed12 = 1024 - 2 * 32;

/** Throws ERR_OUT_OF_RANGE for what this version and its hash cannot give. */
export function checkMaterial(
  version: { tls13: boolean; hashSize: number },
  length: number,
  label: string,
  context: Uint8Array | null,
): void {
  const max = version.tls13 ? maxBlocks * version.hashSize : maxMaterial;
  if (length > max) throw outOfRange('length', `>= 1 and <= ${max}`, length);
  const used = version.tls13 || context === null ? 0 : 2 + context.byteLength;
  const room = version.tls13 ? maxLabel13 : Math.max(maxSeed12 - used, 0);
  if (used > maxSeed12) {
    const range = `<= ${maxSeed12 - 2} before TLS 1.3`;
    throw outOfRange('context.byteLength', range, context?.byteLength);
  }
  if (label.length > room) throw outOfRange('label.length', `<= ${room}`, label.length);
}
