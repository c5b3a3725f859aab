// Pre-shared keys and the keys of tickets: the one check of each, for the classes and for the
// C-named module.

import { checkBytes, invalidValue, outOfRange } from '../common/validate.js';
import { on, result } from '../native/call.js';
import type { Handle } from '../native/types.js';

// What libssl has room for in TLS 1.2: PSK_MAX_IDENTITY_LEN without the NUL, PSK_MAX_PSK_LEN.
const maxIdentity12 = 127;
const maxKey = 256;
// The extensions of a ClientHello have 65,535 bytes together. Beside a server name of 255 bytes
// libssl sends an identity of 65,075; a longer one is an internal error (measured).
const maxIdentity13 = 64_000;

function checkSize(name: string, bytes: Uint8Array, max: number): Uint8Array {
  if (bytes.byteLength < 1 || bytes.byteLength > max) {
    throw outOfRange(`${name}.byteLength`, `>= 1 and <= ${max}`, bytes.byteLength);
  }
  return bytes;
}

/** The identity of a PSK of TLS 1.3. */
export function checkIdentity13(name: string, value: unknown): Uint8Array {
  return checkSize(name, checkBytes(name, value), maxIdentity13);
}

/** The identity of a PSK of TLS 1.2, which is a string of C. */
export function checkIdentity12(name: string, value: Uint8Array): Uint8Array {
  if (value.includes(0)) throw invalidValue(name, 'must not contain a NUL');
  return checkSize(name, value, maxIdentity12);
}

/** The key of a PSK of TLS 1.2. */
export function checkKey12(name: string, value: unknown): Uint8Array {
  return checkSize(name, checkBytes(name, value), maxKey);
}

/** Ticket keys: all of 48 bytes, as node:tls's, or all of 80. */
export function checkTicketKeys(name: string, list: readonly unknown[]): Uint8Array[] {
  const keys = Array.from(list, (key, i) => checkBytes(`${name}[${i}]`, key));
  const size = keys[0]?.byteLength ?? 80;
  if ((size !== 48 && size !== 80) || keys.some((key) => key.byteLength !== size)) {
    throw invalidValue(name, 'must have keys that are all of 48 bytes, or all of 80');
  }
  return keys;
}

/** Gives them to a context. */
export function storeTicketKeys(context: Handle, keys: readonly Uint8Array[]): void {
  withAll(keys, (all, size) => {
    on(context).setTicketKeys(all, size);
  });
}

/** Whether they, or those of another context, are a context's, or none. */
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

/** Lends the keys, one after the other, and the size of each; wiped then. */
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
