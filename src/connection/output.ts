// The bytes that a connection has for its peer, until somebody takes them.

import { outOfRange } from '../common/validate.js';
import { stateError } from '../context/options.js';
import { on, result } from '../native/call.js';
import type { Handle } from '../native/types.js';

export class Output {
  readonly #handle: Handle;
  // Over DTLS the output stays in the BIO, datagram by datagram, until it is taken.
  readonly #datagrams: boolean;
  #kept: Buffer[] = [];
  /** The BIO may still have output. */
  left = false;

  constructor(handle: Handle, datagrams: boolean) {
    this.#handle = handle;
    this.#datagrams = datagrams;
  }

  /** Whether steps have returned output that was not taken. */
  get kept(): boolean {
    return this.#kept.length > 0;
  }

  /** Whether there may be output, here or in the BIO. */
  get waits(): boolean {
    return this.left || this.kept;
  }

  add(bytes: Buffer): void {
    this.#kept.push(bytes);
  }

  clear(): void {
    this.#kept = [];
  }

  /** Takes all output, or the next datagram. */
  take(): Buffer {
    if (this.#datagrams) return this.#nextDatagram() ?? Buffer.alloc(0);
    if (this.left) {
      this.left = false;
      const output = on(this.#handle).BIO_read()?.[1];
      if (output != null) this.add(output);
    }
    const output = concatenated(this.#kept);
    this.clear();
    return output;
  }

  takeDatagrams(): Buffer[] {
    if (!this.#datagrams) throw stateError('cannot take datagrams: the connection uses TLS');
    const datagrams: Buffer[] = [];
    for (let next = this.#nextDatagram(); next !== null; next = this.#nextDatagram()) {
      datagrams.push(next);
    }
    return datagrams;
  }

  #nextDatagram(): Buffer | null {
    const kept = this.#kept.shift();
    if (kept !== undefined || !this.left) return kept ?? null;
    const output = on(this.#handle).BIO_read()?.[1] ?? null;
    this.left = output !== null;
    return output;
  }

  /** Takes as many bytes as fit, and returns how many. A datagram that does not fit throws. */
  takeInto(into: Uint8Array): number {
    if (this.#datagrams) {
      const datagram = this.#nextDatagram();
      if (datagram === null) return 0;
      if (datagram.length > into.length) {
        this.#kept.unshift(datagram);
        throw outOfRange('into.byteLength', `>= ${datagram.length}`, into.length);
      }
      into.set(datagram);
      return datagram.length;
    }
    if (this.kept) {
      const output = this.take();
      const size = Math.min(output.length, into.length);
      into.set(output.subarray(0, size));
      if (size < output.length) this.add(output.subarray(size));
      return size;
    }
    if (!this.left) return 0;
    on(this.#handle).takeInto(into);
    const size = Math.max(result(), 0);
    this.left = size === into.length;
    return size;
  }
}

export function concatenated(buffers: Buffer[]): Buffer {
  const [first] = buffers;
  return first !== undefined && buffers.length === 1 ? first : Buffer.concat(buffers);
}
