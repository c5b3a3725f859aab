import { type Handle, native, registers } from './native.js';

// The size of the encoding before: most often that of the next.
let likelySize = 0;

/** i2d_SSL_SESSION into a Buffer of the caller's kind; null where libssl has no encoding. */
export function encode(session: Handle | 0, allocate: (size: number) => Buffer): Buffer | null {
  const functions = native();
  // Native code writes only into what has the right size, so the second time at the latest.
  for (let attempt = 0; attempt < 2; attempt++) {
    const der = allocate(likelySize);
    registers[0] = session;
    functions.i2d_SSL_SESSION(der);
    const size = registers[0];
    if (size <= 0) return null;
    if (size === der.length) return der;
    likelySize = size;
  }
  return null;
}
