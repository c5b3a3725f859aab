// Checks pre-shared keys and ticket keys, for the classes and for the C-named module.

import { checkBytes, invalidValue, outOfRange } from '../common/validate.js';
import { on, result } from '../native/call.js';
import type { Handle } from '../native/types.js';

// libssl's limits in TLS 1.2: PSK_MAX_IDENTITY_LEN without the NUL, and PSK_MAX_PSK_LEN.
const maxIdentity12 = 127;
const maxKey = 256;
// All extensions of a ClientHello have at most 65,535 bytes. With a server name of 255 bytes libssl
// can send an identity of 65,075; a longer one is an internal error (measured).
const maxIdentity13 = 64_000;

function checkSize(name: string, bytes: Uint8Array, min: number, max: number): Uint8Array {
  if (bytes.byteLength < min || bytes.byteLength > max) {
    throw outOfRange(`${name}.byteLength`, `>= ${min} and <= ${max}`, bytes.byteLength);
  }
  return bytes;
}

/** The identity of a PSK of TLS 1.3. */
export function checkIdentity13(name: string, value: unknown): Uint8Array {
  return checkSize(name, checkBytes(name, value), 1, maxIdentity13);
}

/** The identity of a PSK of TLS 1.2: a C string, which may be empty. */
export function checkIdentity12(name: string, value: Uint8Array): Uint8Array {
  if (value.includes(0)) throw invalidValue(name, 'must not contain a NUL');
  return checkSize(name, value, 0, maxIdentity12);
}

/** The key of a PSK of TLS 1.2. */
export function checkKey12(name: string, value: unknown): Uint8Array {
  return checkSize(name, checkBytes(name, value), 1, maxKey);
}

/** Ticket keys: each of 48 bytes, as in node:tls, or each of 80. */
export function checkTicketKeys(name: string, list: readonly unknown[]): Uint8Array[] {
  const keys = Array.from(list, (key, i) => checkBytes(`${name}[${i}]`, key));
  const size = keys[0]?.byteLength ?? 80;
  if ((size !== 48 && size !== 80) || keys.some((key) => key.byteLength !== size)) {
    throw invalidValue(name, 'must have keys that are all of 48 bytes, or all of 80');
  }
  return keys;
}

// Who keeps the keys of a context up to date, if anybody does.
const keepers = new Map<Handle, object>();

/**
 * Sets the ticket keys of a context: the first encrypts. `keeper`: who sets them again when they
 * change, in place of who did so before.
 */
export function storeTicketKeys(
  context: Handle,
  keys: readonly Uint8Array[],
  makesTickets = true,
  keeper: object | null = null,
): void {
  withAll(keys, (all, size) => {
    on(context).setTicketKeys(all, size, makesTickets);
  });
  if (keeper === null) keepers.delete(context);
  else keepers.set(context, keeper);
}

/** Whether it is this one who sets the keys of a context. */
export function keepsTicketKeys(context: Handle, keeper: object): boolean {
  return keepers.get(context) === keeper;
}

/** The context is freed, or keeps the keys that it has. */
export function leaveTicketKeys(context: Handle, keeper: object): void {
  if (keepsTicketKeys(context, keeper)) keepers.delete(context);
}

/** Whether `keys`, or the keys of that other context, are none or the same as the context's. */
export function ticketKeysFit(context: Handle, keys: readonly Uint8Array[] | Handle): boolean {
  if (typeof keys === 'number') {
    on(context, keys).ticketKeysFit(null, 0);
  } else {
    withAll(keys, (all, size) => {
      on(context).ticketKeysFit(all, size);
    });
  }
  return result() === 1;
}

/** Calls `use` with a copy of all keys in one piece and the size of each, and wipes the copy. */
export function withAll(
  keys: readonly Uint8Array[],
  use: (all: Uint8Array, size: number) => void,
): void {
  const all = Buffer.concat(keys);
  try {
    use(all, keys[0]?.byteLength ?? 80);
  } finally {
    all.fill(0);
  }
}
