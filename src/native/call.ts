// How the C-named functions call native ones: handles and numbers through the registers
// (ARCHITECTURE.md, "Registers").

import { LibsslError } from '../common/errors.js';
import { checkHandle, checkInteger } from '../common/validate.js';
import { type Handle, registers } from './native.js';

/** The one result register, as the type that the function promises. */
export const result = <T extends number>() => registers[0] as T;
export const longResult = (big: bigint | undefined) => big ?? result<number>();

export function setHandle(name: string, handle: Handle | 0): void {
  checkHandle(name, handle);
  registers[0] = handle;
}

/** Two handles, for registers 0 and 1. */
export function setHandles(first: string, one: Handle, second: string, other: Handle | 0): void {
  checkHandle(first, one);
  checkHandle(second, other);
  registers[0] = one;
  registers[1] = other;
}

/** Native functions have names of their own where they are no single C function: errors say C's. */
export function named<T>(name: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof LibsslError) || error.function === undefined) throw error;
    const message = error.message.replace(error.function, name);
    throw new LibsslError(error.code, message, { function: name });
  }
}

/** A mask of 32 bits. What JavaScript's operators make of one with the highest bit is negative. */
export const checkMask = (name: string, value: unknown) =>
  checkInteger(name, value, -0x8000_0000, 0xffff_ffff) >>> 0;

/** A `uint8_t`. */
export const checkByte = (name: string, value: unknown) => checkInteger(name, value, 0, 0xff);
