import { markAsUntransferable } from 'node:worker_threads';
import { native } from './load.js';
import { registers } from './registers.js';
import type { Handle } from './types.js';

// Taken now: native code writes as many bytes as it was told to allocate.
const { allocUnsafeSlow, from } = Buffer;

// The size of the encoding before: most often that of the next.
let likelySize = 0;

/** i2d_SSL_SESSION into memory of its own; null where libssl has no encoding. */
export function encode(session: Handle | 0): Buffer | null {
  const functions = native();
  // Native code writes only into what has the right size, so the second time at the latest.
  for (let attempt = 0; attempt < 2; attempt++) {
    const der = allocUnsafeSlow(likelySize);
    registers[0] = session;
    registers[1] = -1;
    functions.i2d_SSL_SESSION(der);
    const size = registers[0];
    if (size <= 0) return null;
    if (size === der.length) return der;
    likelySize = size;
  }
  return null;
}

const poolSize = 64 * 1024;
let pool = allocUnsafeSlow(0);
let used = 0;

/** The same into memory that it shares with other encodings: a fifth cheaper (measured). */
export function encodeInPool(session: Handle | 0): Buffer | null {
  // Native code writes to where the pool was when it was made. Who has a Buffer of it can take that
  // memory away (ArrayBuffer.prototype.transfer); then the pool is empty, and that is seen here.
  if (pool.length === 0) renewPool(poolSize);
  let size = tryInPool(session);
  if (size > pool.length - used) {
    renewPool(Math.max(size, poolSize));
    size = tryInPool(session);
  }
  if (size <= 0) return null;
  const der = from(pool.buffer, used, size);
  used += size;
  return der;
}

function tryInPool(session: Handle | 0): number {
  const functions = native();
  registers[0] = session;
  registers[1] = used;
  functions.i2d_SSL_SESSION();
  return registers[0];
}

function renewPool(size: number): void {
  const fresh = allocUnsafeSlow(size);
  // As Node's own pool: to transfer one Buffer of it would take all the others away.
  markAsUntransferable(fresh.buffer);
  native().setDerPool(fresh);
  pool = fresh;
  used = 0;
}
