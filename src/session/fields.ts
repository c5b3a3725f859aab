// For members of SslSession: checks arguments, and converts C's values.

import {
  checkInteger,
  checkLatin1,
  invalidType,
  invalidValue,
  outOfRange,
} from '../common/validate.js';
import * as C from '../libssl.js';
import type { CipherInfo } from '../native/types.js';

/** The cipher suite for a value that `SslSession.cipher` takes. */
export function findCipher(cipher: CipherInfo | string | number | null): CipherInfo | null {
  if (cipher === null) return null;
  const key = typeof cipher === 'object' ? cipher?.id : cipher;
  if (typeof key !== 'string' && typeof key !== 'number') {
    throw invalidType('cipher', 'a name, a number, null or what the getter gives', cipher);
  }
  const known = C.SSL_CIPHER_find(key);
  if (known === null) throw invalidValue('cipher', 'must be a cipher suite that libssl knows');
  return known;
}

export function latin1Bytes(name: string, value: string | null): Buffer | null {
  return value === null ? null : Buffer.from(checkLatin1(name, value), 'latin1');
}

export function checkSafe(name: string, value: unknown): number {
  return checkInteger(name, value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
}

/** The value of a C `long`; throws if a number cannot hold it. */
export function safe(name: string, value: number | bigint): number {
  if (typeof value === 'bigint') throw outOfRange(name, 'a safe integer', value);
  return value;
}

/** `seconds` since the epoch. */
export function dateOf(name: string, seconds: number): Date {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw outOfRange(name, 'what a Date can hold', seconds);
  return date;
}
