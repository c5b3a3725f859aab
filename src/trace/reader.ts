// Reads the structures of TLS: numbers, and vectors behind their lengths.

/** What is wrong with bytes. Only those of src/trace catch it. */
export class Malformed extends Error {}

/** Reads bytes from their beginning to their end. Throws `Malformed` where there are not enough. */
export class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** An unsigned number of 1 to 4 bytes. */
  number(size: number): number {
    return this.bytes(size).readUIntBE(0, size);
  }

  bytes(size: number): Buffer {
    if (size > this.left) throw new Malformed(`${size} bytes are said to follow, not ${this.left}`);
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }

  rest(): Buffer {
    return this.bytes(this.left);
  }

  /** A vector, behind its length in so many bytes. */
  vector(lengthSize: number): Buffer {
    return this.bytes(this.number(lengthSize));
  }

  /** The same, with what reads it to its end. */
  within<T>(lengthSize: number, read: (reader: Reader) => T): T {
    const inside = new Reader(this.vector(lengthSize));
    const value = read(inside);
    inside.end();
    return value;
  }

  /** A vector of what `read` reads again and again. */
  list<T>(lengthSize: number, read: (reader: Reader) => T): T[] {
    return this.within(lengthSize, (inside) => inside.all(read));
  }

  /** What `read` reads again and again, to the end. */
  all<T>(read: (reader: Reader) => T): T[] {
    const values: T[] = [];
    while (this.left > 0) values.push(read(this));
    return values;
  }

  /** Nothing may be left. */
  end(): void {
    if (this.left > 0) throw new Malformed(`${this.left} bytes are left over`);
  }
}
