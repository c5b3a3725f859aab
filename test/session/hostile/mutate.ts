// Mutated DER: bit flips, truncation, splices of two seeds, and lengths that lie.

/** A generator of numbers in [0, below), the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

// Added to a length, modulo 256.
const changes = [1, 255, 128, 64, 2, 254];

const interesting = [0x00, 0x01, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x88, 0xfe, 0xff];

/** One of the seeds, with one to four mutations. */
export function mutate(seeds: readonly Buffer[], random: (below: number) => number): Buffer {
  const pick = () => seeds[random(seeds.length)] ?? Buffer.alloc(0);
  let der: Buffer = Buffer.from(pick());
  for (let rounds = 1 + random(4); rounds > 0; rounds--) {
    const at = random(der.length + 1);
    switch (random(7)) {
      case 0: // flip a bit
        if (at < der.length) der.writeUInt8(der.readUInt8(at) ^ (1 << random(8)), at);
        break;
      case 1: // a byte that lengths and tags are made of
        if (at < der.length) der.writeUInt8(interesting[random(interesting.length)] ?? 0, at);
        break;
      case 2: // cut the end off
        der = der.subarray(0, at);
        break;
      case 3: // cut a piece out
        der = Buffer.concat([der.subarray(0, at), der.subarray(at + random(40))]);
        break;
      case 4: // put a piece in
        der = Buffer.concat([
          der.subarray(0, at),
          Buffer.alloc(random(40), random(256)),
          der.subarray(at),
        ]);
        break;
      case 5: {
        // the rest of another seed
        const other = pick();
        der = Buffer.concat([der.subarray(0, at), other.subarray(random(other.length))]);
        break;
      }
      default:
        der = lie(der, random);
    }
  }
  return der;
}

/** Changes the length of one element, of the outer ones with preference. */
function lie(der: Buffer, random: (below: number) => number): Buffer {
  const lengths: number[] = [];
  for (let at = 0; at + 1 < der.length && lengths.length < 60; ) {
    lengths.push(at + 1);
    const first = der.readUInt8(at + 1);
    const constructed = (der.readUInt8(at) & 0x20) !== 0;
    const header = 2 + (first < 0x80 ? 0 : first & 0x7f);
    at += constructed ? header : header + (first < 0x80 ? first : 0);
  }
  const at = lengths[random(lengths.length)];
  if (at === undefined) return der;
  const lied = Buffer.from(der);
  lied.writeUInt8((der.readUInt8(at) + (changes[random(changes.length)] ?? 1)) & 0xff, at);
  return lied;
}
