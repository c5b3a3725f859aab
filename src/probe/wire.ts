// A TCP connection, read step by step, with an end to all waiting and to what a peer may send.

import net from 'node:net';
import { Unanswered } from './error.js';

/** The most that a server may send on one connection: its tickets, certificates and answer. */
const maxBytes = 1 << 20;

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ETIMEDOUT: 'the connection timed out',
  ENOTFOUND: 'the name has no address',
  EAI_AGAIN: 'the name server says EAI_AGAIN',
};

/** The system's error of a connection, in words. */
export function networkReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return reasons[code ?? ''] ?? code ?? message;
}

export interface WireOptions {
  address: string;
  port: number;
  /** Milliseconds for the whole connection. */
  timeout: number;
  signal: AbortSignal | null;
}

export class Wire {
  readonly #socket: net.Socket;
  readonly #ends: number;
  #chunks: Buffer[] = [];
  #ended = false;
  #error: Error | null = null;
  #wake: () => void = () => {};
  readonly #deafen: () => void;
  /** Bytes that the peer has sent. */
  received = 0;
  /** Bytes that were sent. */
  sent = 0;

  private constructor({ address, port, timeout, signal }: WireOptions) {
    this.#ends = performance.now() + timeout;
    this.#socket = net.connect({ host: address, port, noDelay: true, allowHalfOpen: true });
    const listeners = {
      connect: () => this.#wake(),
      data: (chunk: Buffer) => this.#receive(chunk),
      end: () => this.#end(),
      error: (error: Error) => this.#fail(error),
      close: () => {
        this.#end();
        signal?.removeEventListener('abort', this.#abort);
      },
    };
    for (const [event, listener] of Object.entries(listeners)) this.#socket.on(event, listener);
    this.#deafen = () => {
      for (const [event, listener] of Object.entries(listeners)) this.#socket.off(event, listener);
    };
    signal?.addEventListener('abort', this.#abort);
  }

  #receive(chunk: Buffer): void {
    this.received += chunk.length;
    this.#chunks.push(chunk);
    if (this.received > maxBytes) this.#socket.pause();
    this.#wake();
  }

  #end(): void {
    this.#ended = true;
    this.#wake();
  }

  readonly #abort = () => this.#socket.destroy();

  #fail(error: Error): void {
    this.#error ??= new Unanswered('ERR_PROBE_UNREACHABLE', networkReason(error));
    this.#wake();
  }

  /** Throws `Unanswered` if there is no connection. */
  static async open(options: WireOptions): Promise<Wire> {
    const wire = new Wire(options);
    try {
      await wire.#until(() => !wire.#socket.connecting, 'the connection could not be made');
      if (wire.#error !== null) throw wire.#error;
    } catch (error) {
      wire.destroy();
      throw error;
    }
    return wire;
  }

  /** Waits until something has happened that makes `done` true; `late` is what could not be done. */
  async #until(done: () => boolean, late: string, most = Number.POSITIVE_INFINITY): Promise<void> {
    const ends = Math.min(this.#ends, performance.now() + most);
    while (!done() && this.#error === null) {
      const left = ends - performance.now();
      if (left <= 0) throw new Unanswered('ERR_PROBE_TIMEOUT', `${late} in time`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /**
   * What the peer has sent, as soon as there is something; null at its end. Throws `Unanswered` if
   * nothing comes within `most` milliseconds, or in the connection's time.
   */
  async read(most?: number): Promise<Buffer | null> {
    const there = () => this.#chunks.length > 0 || this.#ended;
    await this.#until(there, 'the server did not answer', most);
    const bytes = Buffer.concat(this.#chunks);
    this.#chunks = [];
    if (bytes.length > 0) {
      if (this.received <= maxBytes) return bytes;
      const text = `the server sent more than ${maxBytes >> 20} MiB`;
      throw new Unanswered('ERR_PROBE_NO_TLS', text, false);
    }
    if (this.#error !== null) throw this.#error;
    return null;
  }

  /** Gives back what was read too early. */
  unread(bytes: Buffer): void {
    if (bytes.length > 0) this.#chunks.unshift(bytes);
  }

  /** What cannot be sent shows when the answer is read. */
  write(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#socket.destroyed) return;
    this.sent += bytes.length;
    this.#socket.write(bytes);
  }

  /** From here on the counters count. */
  resetCounters(): void {
    this.received = 0;
    this.sent = 0;
  }

  /** The socket, with what was not read; it is the caller's. */
  detach(): net.Socket {
    const socket = this.#socket;
    socket.pause();
    this.#deafen();
    for (const chunk of this.#chunks.splice(0).reverse()) socket.unshift(chunk);
    return socket;
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
