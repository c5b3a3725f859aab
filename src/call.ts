// How the C-named functions call native ones: handles and numbers through the registers
// (ARCHITECTURE.md, "Registers"), and one maker for each shape that many functions have.

import { LibsslError } from './errors.js';
import { type Handle, type Native, native, registers } from './native.js';
import { checkHandle, checkInt, checkInteger } from './validate.js';

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

/** The native functions that can be called as F. */
type Named<F> = { [K in keyof Native]: Native[K] extends F ? K : never }[keyof Native];
type Function1<V, R> = (value: V) => R;
type Check<V> = (name: string, value: unknown) => V;

/** `int f(T *object)`. */
export function getInt(name: Named<() => void>, object: string): (handle: Handle) => number {
  return (handle) => {
    const functions = native();
    setHandle(object, handle);
    functions[name]();
    return result<number>();
  };
}

/** `long f(T *object)`. */
export function getLong(
  name: Named<() => bigint | undefined>,
  object: string,
): (handle: Handle) => number | bigint {
  return (handle) => {
    const functions = native();
    setHandle(object, handle);
    return longResult(functions[name]());
  };
}

/** `const char *f(T *object)`, and what else is a value of its own. */
export function getValue<R>(name: Named<() => R>, object: string): (handle: Handle) => R {
  return (handle) => {
    const functions = native();
    setHandle(object, handle);
    return (functions[name] as () => R)();
  };
}

/** `int f(T *object, V value)`: numbers, bytes and strings, as `check` lets them pass. */
export function set<V>(
  name: Named<Function1<V, unknown>>,
  object: string,
  parameter: string,
  check: Check<V>,
): (handle: Handle, value: V) => number {
  return (handle, value) => {
    const functions = native();
    const checked = check(parameter, value);
    setHandle(object, handle);
    const big = (functions[name] as Function1<V, bigint | undefined>)(checked);
    return longResult(big) as number;
  };
}

/** `void f(T *object, int value)`. */
export function setInt(
  name: Named<Function1<number, void>>,
  object: string,
  parameter: string,
): (handle: Handle, value: number) => void {
  const call = set<number>(name, object, parameter, checkInt);
  return (handle, value) => {
    call(handle, value);
  };
}

/** A macro over `long SSL_CTX_ctrl(SSL_CTX *ctx, int cmd, long larg, void *parg)` that reads. */
export function getControl(name: string, command: number): (handle: Handle) => number {
  return control(name, command, '', () => 0);
}

/** A macro over it, or over `SSL_ctrl`, that sets a number. */
export function setControl<V extends number | bigint>(
  name: string,
  command: number,
  parameter: string,
  check: Check<V>,
): (handle: Handle, value: V) => number {
  return control(name, command, parameter, check);
}

function control<V extends number | bigint>(
  name: string,
  command: number,
  parameter: string,
  check: Check<V>,
): (handle: Handle, value?: V) => number {
  const [object, ctrl] = name.startsWith('SSL_CTX_')
    ? (['ctx', 'SSL_CTX_ctrl'] as const)
    : (['ssl', 'SSL_ctrl'] as const);
  return (handle, value) => {
    const functions = native();
    const checked = check(parameter, value);
    setHandle(object, handle);
    return longResult(named(name, () => functions[ctrl](command, checked))) as number;
  };
}

// What JavaScript's bit operators make of a mask with the highest bit is negative.
const checkMask = (name: string, value: unknown) =>
  checkInteger(name, value, -0x8000_0000, 0xffff_ffff) >>> 0;

/** `unsigned long f(T *object, unsigned long op)`. */
export const setMask = (
  name: Named<Function1<number, bigint | undefined>>,
  object: string,
): ((handle: Handle, op: number) => number) => set<number>(name, object, 'op', checkMask);

/** A `size_t` that no number rounds. */
export const checkSize = (name: string, value: unknown) =>
  checkInteger(name, value, 0, Number.MAX_SAFE_INTEGER);
/** A `uint8_t`. */
export const checkByte = (name: string, value: unknown) => checkInteger(name, value, 0, 0xff);
