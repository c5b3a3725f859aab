// How the addon is called: handles and numbers travel in registers, which nobody else touches
// (ARCHITECTURE.md, "Decisions").

import { checkHandle } from '../common/validate.js';
import { native } from './load.js';
import { registers } from './registers.js';
import type { Native } from './signatures.js';
import type { Handle } from './types.js';

/**
 * The addon's functions, for the handle that they are about, or two, or a handle and a number. The
 * arguments of the function are evaluated after this: they must not call the addon.
 */
export function on(handle: number, other = 0): Native {
  registers[0] = handle;
  registers[1] = other;
  return native();
}

/** The number that the last call gave, as the type that the function promises. */
export const result = <T extends number>() => registers[0] as T;
/** The same, where it may have come as a bigint. */
export const longResult = (big: bigint | undefined) => big ?? result<number>();
/** The numbers that a call gave which gives several. */
export const resultAt = (index: number) => registers[index] as number;
export const results = (count: number) => Array.from({ length: count }, (_, i) => resultAt(i));

export function setHandle(name: string, handle: Handle | 0): void {
  checkHandle(name, handle);
  registers[0] = handle;
}

export function setHandleAndNumber(name: string, handle: Handle | 0, value: number): void {
  checkHandle(name, handle);
  registers[0] = handle;
  registers[1] = value;
}

/** Two handles, the second of which may be NULL. */
export function setHandles(first: string, one: Handle, second: string, other: Handle | 0): void {
  checkHandle(first, one);
  checkHandle(second, other);
  registers[0] = one;
  registers[1] = other;
}

/** What was found for the ids that a handshake waits for: its next step goes on. */
export function answerLookup(connection: Handle, sessions: readonly (Handle | 0)[]): void {
  const handles = new Uint8Array(Float64Array.from(sessions).buffer);
  on(connection).answerLookup(handles);
}
