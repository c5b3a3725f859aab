// What users of a net.Socket expect of a stream over one: addresses, timeouts, keep-alive. All of it
// is the transport's, where it has it.

import type { AddressInfo, Socket } from 'node:net';
import { Duplex, type DuplexOptions } from 'node:stream';
import { checkInteger, invalidType } from '../common/validate.js';

type OfSocket = Partial<
  Pick<
    Socket,
    | 'setKeepAlive'
    | 'setNoDelay'
    | 'ref'
    | 'unref'
    | 'address'
    | 'localAddress'
    | 'localPort'
    | 'localFamily'
    | 'remoteAddress'
    | 'remotePort'
    | 'remoteFamily'
    | 'connecting'
    | 'pending'
    | 'resetAndDestroy'
  >
>;

/** A stream that another one carries. */
export class NetDuplex extends Duplex {
  readonly #transport: Duplex & OfSocket;
  #timer: NodeJS.Timeout | null = null;
  /** The bytes of data that came, without those of TLS. */
  bytesRead = 0;
  /** The bytes of data that were given to `write()`, without those of TLS. */
  #written = 0;
  /** As `setTimeout()` has set it, in milliseconds. */
  timeout: number | undefined;

  constructor(transport: Duplex, options: DuplexOptions) {
    // Like net.Socket, it emits `close` itself, with whether there was an error.
    super({ ...options, emitClose: false });
    this.#transport = transport;
  }

  /** Whether the transport is not connected yet. */
  get connecting(): boolean {
    const { connecting = false, pending = false, destroyed } = this.#transport;
    return connecting || (pending && !destroyed);
  }

  /** Like `connecting`, and also before that. */
  get pending(): boolean {
    return this.#transport.pending ?? false;
  }

  /** Whether it can be read and written now, as `net.Socket` says it. */
  get readyState(): 'opening' | 'open' | 'readOnly' | 'writeOnly' | 'closed' {
    if (this.connecting) return 'opening';
    const { readable, writable } = this;
    if (readable && writable) return 'open';
    if (readable) return 'readOnly';
    return writable ? 'writeOnly' : 'closed';
  }

  get bytesWritten(): number {
    return this.#written + this.writableLength;
  }

  /** @internal Data that has been taken from those who write. */
  countWritten(bytes: number): void {
    this.#written += bytes;
  }

  get localAddress(): string | undefined {
    return this.#transport.localAddress;
  }
  get localPort(): number | undefined {
    return this.#transport.localPort;
  }
  get localFamily(): string | undefined {
    return this.#transport.localFamily;
  }
  get remoteAddress(): string | undefined {
    return this.#transport.remoteAddress;
  }
  get remotePort(): number | undefined {
    return this.#transport.remotePort;
  }
  get remoteFamily(): string | undefined {
    return this.#transport.remoteFamily;
  }

  /** @internal Emits what the transport emits while it connects, with more of one of its `own`. */
  tellConnecting(own: boolean): void {
    for (const event of own ? ['lookup', 'connect', 'ready'] : ['connect']) {
      this.#transport.once(event, (...values: unknown[]) => {
        if (!this.destroyed) this.emit(event, ...values);
      });
    }
  }

  /** The address that the transport is bound to; empty where it has none. */
  address(): AddressInfo | Record<string, never> {
    return (this.#transport.address?.() ?? {}) as AddressInfo | Record<string, never>;
  }

  setKeepAlive(enable?: boolean, initialDelay?: number): this {
    this.#transport.setKeepAlive?.(enable, initialDelay);
    return this;
  }

  setNoDelay(noDelay?: boolean): this {
    this.#transport.setNoDelay?.(noDelay);
    return this;
  }

  ref(): this {
    this.#transport.ref?.();
    return this;
  }

  unref(): this {
    this.#transport.unref?.();
    return this;
  }

  /**
   * Emits `timeout` once nothing was read or written for so many milliseconds; 0 for never. It
   * closes nothing by itself.
   */
  setTimeout(milliseconds: number, callback?: () => void): this {
    if (typeof milliseconds !== 'number')
      throw invalidType('msecs', 'of type number', milliseconds);
    const time = checkInteger('msecs', Math.trunc(milliseconds), 0, 0x7fff_ffff);
    if (callback !== undefined && typeof callback !== 'function') {
      throw invalidType('callback', 'of type function', callback);
    }
    if (this.destroyed) return this;
    this.timeout = time;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (time > 0) {
      this.#timer = setTimeout(() => this.#onTimeout(), time).unref();
      if (callback !== undefined) this.once('timeout', callback);
    } else if (callback !== undefined) {
      this.removeListener('timeout', callback);
    }
    return this;
  }

  #onTimeout(): void {
    this.emit('timeout');
  }

  /** @internal Something was read or written. */
  active(): void {
    this.#timer?.refresh();
  }

  /** @internal No timeout any more. */
  stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Ends the writing side, and destroys the socket once all is written. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  /** Closes a TCP transport by a reset. */
  resetAndDestroy(): this {
    this.#transport.resetAndDestroy?.();
    return this.destroy();
  }
}
