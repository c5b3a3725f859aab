// The cipher suites that libssl knows, and how the addon is told one: by its number.

import { invalidType, invalidValue } from '../common/validate.js';
import { native } from './load.js';
import { registers } from './registers.js';
import type { CipherInfo } from './types.js';

let ciphers: Map<number | string, CipherInfo> | undefined;

/** By number, or by a name of OpenSSL's or of the RFC. */
export function findCipher(key: number | string): CipherInfo | undefined {
  ciphers ??= new Map(
    native()
      .allCiphers()
      .flatMap((info) =>
        [info.id, info.name, info.standardName].map((key) => [key, info] as const),
      ),
  );
  // A suite without a name in an RFC has the empty one.
  return key === '' ? undefined : ciphers.get(key);
}

/** The number of a cipher, from it or from what describes it. */
export function cipherNumber(name: string, cipher: CipherInfo | number | null): number {
  const id = typeof cipher === 'number' ? cipher : (cipher as CipherInfo | null | undefined)?.id;
  if (typeof id !== 'number') {
    throw invalidType(name, 'a cipher that SSL_CIPHER_find gave, or its number', cipher);
  }
  if (findCipher(id) === undefined) {
    throw invalidValue(name, 'must be a cipher suite that libssl knows');
  }
  return id;
}

/**
 * The cipher that the next call is about: what describes it, or its number; with `orNull` null is
 * NULL.
 */
export function setCipher(name: string, cipher: CipherInfo | number | null, orNull = false): void {
  registers[0] = cipher === null && orNull ? -1 : cipherNumber(name, cipher);
}
