// Memory for sealed data. A socket's is used again once the kernel has copied it: large memory that
// is new for each write costs more than to encrypt into it.

import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

// As they are before anybody wraps them.
const { write, _write } = Socket.prototype;

const smallest = 8_192; // below this, Buffer.allocUnsafe() takes it from its pool

// What is free, by size: for data of a record, and for as much as a stream reads at once.
const spare = new Map<number, Buffer[]>([
  [16_384 + 2_048, []],
  [65_536 + 4_096, []],
]);
const mostSpare = 4; // of each size

/** At least so much memory, which `giveBack()` may be given if `reused`. */
export function takeMemory(size: number, reused: boolean): Buffer {
  if (reused && size >= smallest) {
    for (const [room, buffers] of spare) {
      if (size <= room) return buffers.pop() ?? Buffer.allocUnsafeSlow(room);
    }
  }
  return Buffer.allocUnsafe(size);
}

/** Memory from `takeMemory()` that nobody has any more. */
export function giveBack(memory: Buffer): void {
  const buffers = spare.get(memory.length);
  if (buffers !== undefined && buffers.length < mostSpare) buffers.push(memory);
}

/**
 * Whether nobody has the bytes any more that this transport has written: other streams hand them on,
 * and so may a socket whose `write()` or `_write()` is not node:net's own.
 */
export function forgetsBytes(transport: Duplex): boolean {
  return (
    Object.getPrototypeOf(transport) === Socket.prototype &&
    transport.write === write &&
    transport._write === _write
  );
}

/** Sealed blocks, one after the other: in one memory as long as they fit. */
export class Sealed {
  readonly #memory: Buffer;
  #filled = 0;
  readonly #elsewhere: Buffer[] = [];

  constructor(memory: Buffer) {
    this.#memory = memory;
  }

  /** Where the next block goes. */
  get room(): Buffer {
    if (this.#elsewhere.length > 0) return noRoom;
    return this.#filled === 0 ? this.#memory : this.#memory.subarray(this.#filled);
  }

  add(bytes: Buffer): void {
    const { buffer, byteOffset, length } = this.#memory;
    const end = this.#filled + bytes.length;
    if (
      bytes.buffer === buffer &&
      bytes.byteOffset === byteOffset + this.#filled &&
      end <= length
    ) {
      this.#filled = end;
    } else {
      this.#elsewhere.push(bytes);
    }
  }

  get bytes(): Buffer {
    const first = this.#memory.subarray(0, this.#filled);
    return this.#elsewhere.length === 0 ? first : Buffer.concat([first, ...this.#elsewhere]);
  }
}

const noRoom = Buffer.alloc(0);
