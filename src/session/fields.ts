// What members of SslSession check, and what they make of C's values.

import {
  checkInteger,
  checkLatin1,
  invalidType,
  invalidValue,
  outOfRange,
} from '../common/validate.js';
import * as C from '../libssl.js';
import type { CipherInfo } from '../native/types.js';

/** A cipher suite of what `SslSession.cipher` takes. */
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

/** What a C `long` holds, where a number can. */
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
