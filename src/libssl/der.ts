// DER of several objects, one behind the other, as native code gives it.

/** Each of them. */
export function splitDer(all: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < all.length; ) {
    const end = at + sizeOf(all, at);
    parts.push(all.subarray(at, end));
    at = end;
  }
  return parts;
}

// A tag of one byte, the length in one byte, or in as many as that says.
function sizeOf(der: Buffer, at: number): number {
  const first = der.readUInt8(at + 1);
  if (first < 0x80) return 2 + first;
  const count = first - 0x80;
  return 2 + count + der.readUIntBE(at + 2, count);
}
