// Arguments are checked here, before native code sees them, with errors like Node's own. No message
// shows a string or bytes that it was given: it may be a secret.

import { types } from 'node:util';
import type { Handle } from '../native/types.js';
import { withOwn } from './errors.js';

export function invalidType(name: string, expected: string, value: unknown): TypeError {
  const received =
    value === null || value === undefined
      ? String(value)
      : typeof value === 'object'
        ? `an instance of ${value.constructor?.name ?? 'Object'}`
        : `type ${typeof value}`;
  const message = `The "${name}" argument must be ${expected}. Received ${received}`;
  return withOwn(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' });
}

export function invalidValue(name: string, rule: string): TypeError {
  const message = `The argument '${name}' ${rule}`;
  return withOwn(new TypeError(message), { code: 'ERR_INVALID_ARG_VALUE' });
}

export function outOfRange(name: string, range: string, value: unknown): RangeError {
  const message = `The value of "${name}" is out of range. It must be ${range}. Received ${value}`;
  return withOwn(new RangeError(message), { code: 'ERR_OUT_OF_RANGE' });
}

/** Whether a number is a handle of ours is for the addon to say. */
export function checkHandle(name: string, value: unknown): asserts value is Handle {
  if (typeof value !== 'number') throw invalidType(name, 'a handle (a number)', value);
}

// Of the class, since a view can have properties of its own by these names.
const getter = <T>(name: string) =>
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), name)?.get as (
    this: Uint8Array,
  ) => T;
const bufferOf = getter<ArrayBufferLike>('buffer');
const offsetOf = getter<number>('byteOffset');
const lengthOf = getter<number>('length');

// What libssl can copy: it takes sizes as an int.
const maxBytes = 0x7fff_fffe;

/**
 * The bytes of a view, fit for native code to read: another thread could change shared memory
 * while libssl parses it, so that is copied.
 */
export function checkBytes(name: string, value: unknown): Uint8Array {
  if (!types.isUint8Array(value)) throw invalidType(name, 'a Buffer or Uint8Array', value);
  const buffer = bufferOf.call(value);
  const length = lengthOf.call(value);
  if (length === 0 && isDetached(buffer)) {
    throw invalidValue(name, 'is a view of a detached ArrayBuffer');
  }
  if (length > maxBytes) throw outOfRange(`${name}.byteLength`, `<= ${maxBytes}`, length);
  const plain =
    value.length === length && value.byteLength === length
      ? value
      : new Uint8Array(buffer, offsetOf.call(value), length);
  return types.isSharedArrayBuffer(buffer) ? new Uint8Array(plain) : plain;
}

// ArrayBuffer.prototype.detached is not in Node 20.
function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

export function checkInteger(name: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number') throw invalidType(name, 'of type number', value);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < min || value > max) throw outOfRange(name, `>= ${min} and <= ${max}`, value);
  return value;
}

/** A C `int`. */
export function checkInt(name: string, value: unknown): number {
  return checkInteger(name, value, -0x8000_0000, 0x7fff_ffff);
}

/** A mask of 32 bits. What JavaScript's operators make of one with the highest bit is negative. */
export const checkMask = (name: string, value: unknown) =>
  checkInteger(name, value, -0x8000_0000, 0xffff_ffff) >>> 0;

/** A `uint8_t`. */
export const checkByte = (name: string, value: unknown) => checkInteger(name, value, 0, 0xff);

/** A `uint32_t`. */
export function checkUint32(name: string, value: unknown): number {
  return checkInteger(name, value, 0, 0xffff_ffff);
}

/** The size of a buffer: at most 1 MiB, so that no call can take the machine's memory. */
export const checkMebibyte = (name: string, value: unknown) =>
  checkInteger(name, value, 0, 0x10_0000);

export function checkArray(name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw invalidType(name, 'an Array', value);
  return value;
}

/** C's `int`s, as the bytes that native code reads. */
export function checkInts(name: string, value: unknown): Uint8Array {
  if (!Array.isArray(value)) throw invalidType(name, 'an Array of numbers', value);
  if (value.length > 0xffff) throw outOfRange(`${name}.length`, '<= 65535', value.length);
  const ints = Int32Array.from(value, (each, i) => checkInt(`${name}[${i}]`, each));
  return new Uint8Array(ints.buffer);
}

/** DER of several objects, as one after the other, which native code reads. */
export function checkDers(name: string, value: unknown): Uint8Array {
  if (!Array.isArray(value)) throw invalidType(name, 'an Array of Uint8Arrays', value);
  return Buffer.concat(Array.from(value, (each, i) => checkBytes(`${name}[${i}]`, each)));
}

/** Tickets to send: libssl makes them all in one call, about 15 µs each and 250 bytes. */
export function checkNumTickets(name: string, value: unknown): number {
  return checkInteger(name, value, 0, 255);
}

/** Memory of the caller to write into, where it is and whole. */
export function checkRoom(name: string, value: unknown): Uint8Array {
  const into = checkBytes(name, value);
  if (into !== value || into.length === 0) {
    throw invalidValue(name, 'must not be empty, and not in memory that threads share');
  }
  return into;
}

/** A C `long` (64 bits): a bigint, or a number that is exact. */
export function checkLong(name: string, value: unknown): number | bigint {
  if (typeof value === 'bigint') {
    if (value !== BigInt.asIntN(64, value))
      throw outOfRange(name, '>= -(2 ** 63) and < 2 ** 63', value);
    return value;
  }
  if (typeof value !== 'number') throw invalidType(name, 'of type number or bigint', value);
  return checkInteger(name, value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
}

export function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw invalidType(name, 'of type boolean', value);
  return value;
}

export function checkString(name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalidType(name, 'of type string', value);
  return value;
}

/** A string of characters that are one byte each. */
export function checkLatin1(name: string, value: unknown): string {
  const text = checkString(name, value);
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0xff) throw invalidValue(name, 'must contain only latin1 characters');
  }
  return text;
}

/** A string that C gets: no character of two bytes, and no NUL within. */
export function checkCString(name: string, value: unknown): string {
  const text = checkLatin1(name, value);
  if (text.includes('\0')) throw invalidValue(name, 'must not contain a NUL');
  return text;
}

/** A server name as native code compares them: only ASCII has letters of two cases. */
export function checkServerName(name: string, value: unknown): string {
  return checkCString(name, value).replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** The protocols of ALPN, each after its length: libssl would read behind the end of another list. */
export function checkProtocols(name: string, value: unknown): Uint8Array {
  // A copy: its memory may change.
  const list = Uint8Array.from(checkBytes(name, value));
  let at = 0;
  for (let size = list[0]; size !== undefined && size > 0; size = list[at]) at += 1 + size;
  if (at === list.length) return list;
  throw invalidValue(name, 'must be protocols of 1 to 255 bytes, each preceded by its length');
}
