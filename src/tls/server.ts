import { randomBytes } from 'node:crypto';
import { Server, type ServerOpts, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { checkBytes, invalidValue } from '../common/validate.js';
import { SslContext } from '../context/context.js';
import { newServerContext, serverContext } from './contexts.js';
import * as errors from './errors.js';
import type { AlpnCallback, SniCallback } from './hello-callbacks.js';
import { checkOptions, type Given, type TlsContextOptions } from './options.js';
import { SslSocket } from './socket.js';

/** The options of `tls.createServer()`, and those of SslContext. */
export interface SslServerOptions extends Omit<TlsContextOptions, 'secureContext'>, ServerOpts {
  /** The context, instead of options for one. */
  secureContext?: SslContext;
  /** Finds the context for a server name, at once or later: the handshake waits. */
  SNICallback?: SniCallback;
  /** Chooses a protocol, instead of `ALPNProtocols`. */
  ALPNCallback?: AlpnCallback;
  /** Milliseconds that a handshake may take; by default 120,000. */
  handshakeTimeout?: number;
  /** An end without close_notify is the error `ERR_LIBSSL_TRUNCATED`. */
  requireCloseNotify?: boolean;
}

const notHere: Readonly<Record<string, string>> = {
  newSession: 'the option sessionStore gets each session',
  resumeSession: 'the option sessionStore is asked for sessions',
  OCSPRequest: 'there is no OCSP stapling yet',
};

/**
 * A server of TLS, like `tls.Server`: emits `secureConnection` with an SslSocket after each
 * handshake, and `tlsClientError` once for each that does not come to its end. Any Duplex can be
 * given to it with `server.emit('connection', duplex)`.
 */
export class SslServer extends Server {
  #context: SslContext;
  /** null where the context is given: its keys cannot be read. */
  #ticketKeys: Buffer | null;
  readonly #options: Given;
  readonly #halfOpen: boolean;
  #names: [pattern: string, context: SslContext][] = [];

  /** Throws what SslContext throws for wrong options. */
  constructor(options: SslServerOptions = {}, listener?: (socket: SslSocket) => void) {
    const checked = checkOptions(typeof options === 'function' ? {} : (options ?? {}));
    if (checked.ALPNCallback != null && checked.ALPNProtocols != null) throw errors.bothAlpn();
    if (checked.pauseOnConnect === true) {
      throw invalidValue('options.pauseOnConnect', 'is not supported: the handshake must be read');
    }
    super({ ...(checked as ServerOpts), allowHalfOpen: true });
    this.#options = checked;
    this.#halfOpen = checked.allowHalfOpen === true;
    [this.#context, this.#ticketKeys] = newContext(checked);
    this.on('connection', (transport: Duplex) => this.#accept(transport));
    const given = typeof options === 'function' ? (options as typeof listener) : listener;
    if (given !== undefined) this.on('secureConnection', given);
    this.on('newListener', (event: string) => {
      const instead = Object.hasOwn(notHere, event) ? notHere[event] : undefined;
      if (instead !== undefined) throw invalidValue('event', `must not be ${event}: ${instead}`);
    });
  }

  /** The context of its connections: its events and its cache. It stays the server's. */
  get secureContext(): SslContext {
    return this.#context;
  }

  #accept(transport: Duplex): void {
    try {
      this.#begin(transport);
    } catch (error) {
      transport.destroy(); // of a context that was freed, for instance
      throw error;
    }
  }

  #begin(transport: Duplex): void {
    const own = (transport as Socket & { server?: unknown }).server === this;
    const { SNICallback, ALPNCallback, requireCloseNotify, highWaterMark } = this.#options;
    const { secureContext, ALPNProtocols } = this.#options;
    const socket = new SslSocket(transport, {
      isServer: true,
      server: this,
      secureContext: this.#context,
      ...(secureContext != null &&
        ALPNProtocols != null && { ALPNProtocols: ALPNProtocols as readonly string[] }),
      handshakeTimeout: (this.#options.handshakeTimeout as number | undefined) || 120_000,
      ...(own && { allowHalfOpen: this.#halfOpen }),
      ...(SNICallback != null && { SNICallback: SNICallback as SniCallback }),
      ...(ALPNCallback != null && { ALPNCallback: ALPNCallback as AlpnCallback }),
      ...(requireCloseNotify === true && { requireCloseNotify }),
      ...(typeof highWaterMark === 'number' && { highWaterMark }),
    });
    if (this.listenerCount('keylog') > 0) {
      socket.on('keylog', (line) => this.emit('keylog', line, socket));
    }
  }

  /** New options of the context, for connections from now on; the names of `addContext()` stay. */
  setSecureContext(options: TlsContextOptions): void {
    const checked = checkOptions(options);
    const keys = checked.secureContext == null ? this.#ticketKeys : null;
    const [context, ticketKeys] = newContext(
      keys === null ? checked : { ticketKeys: keys, ...checked },
    );
    try {
      for (const [pattern, other] of this.#names) context.addContext(pattern, other);
    } catch (error) {
      if (context !== checked.secureContext) context.free();
      throw error;
    }
    // The one before is left to the collector: handshakes that wait may need it.
    this.#context = context;
    this.#ticketKeys = ticketKeys;
  }

  /**
   * The context for a server name, `*.` in front for any one label: `SslContext.addContext()`. The
   * last one that fits a name is taken.
   */
  addContext(servername: string, context: SslContext | TlsContextOptions): void {
    if (!servername) throw errors.serverNameRequired();
    checkPattern(servername);
    const its = SslContext.is(context) ? context : newServerContext(checkOptions(context));
    const covered = (name: string) =>
      servername.startsWith('*.') && name.replace(/^[^.]*/, '*') === servername.toLowerCase();
    this.#context.addContext(servername, its);
    for (const [name] of this.#names) if (covered(name)) this.#context.addContext(name, null);
    this.#names = this.#names.filter(([name]) => !covered(name));
    this.#names.push([servername.toLowerCase(), its]);
  }

  /** The 48 bytes of the ticket key, for another server. */
  getTicketKeys(): Buffer {
    if (this.#ticketKeys === null)
      throw invalidValue('secureContext', 'has keys of its own, which cannot be read');
    return Buffer.from(this.#ticketKeys);
  }

  /** Sets the key, for connections from now on. */
  setTicketKeys(keys: Uint8Array): void {
    const bytes = checkBytes('keys', keys);
    this.#context.setTicketKeys(bytes);
    this.#ticketKeys = Buffer.from(bytes);
  }

  /** @internal What an asynchronous listener rejects with. */
  [Symbol.for('nodejs.rejection')](error: Error, event: string, socket: unknown): void {
    if (event === 'secureConnection') (socket as SslSocket).destroy(error);
    else this.emit('error', error);
  }
}

/** The context of the options, and its ticket keys, if it is not given. */
function newContext(options: Given): [SslContext, Buffer | null] {
  if (options.secureContext != null) return [serverContext(options), null];
  // Keys of its own, so that there is something to share: getTicketKeys().
  const ticketKeys = options.ticketKeys ?? randomBytes(48);
  const [first] = Array.isArray(ticketKeys) ? ticketKeys : [ticketKeys];
  return [newServerContext({ ...options, ticketKeys }), Buffer.from(first as Uint8Array)];
}

function checkPattern(pattern: string): void {
  if (pattern.slice(1).includes('*') || (pattern.startsWith('*') && pattern[1] !== '.')) {
    throw invalidValue('servername', "may have '*' only as its first label");
  }
}

/** Like `tls.createServer()`: `listener` is one for `secureConnection`. */
export function createServer(
  options?: SslServerOptions,
  listener?: (socket: SslSocket) => void,
): SslServer;
export function createServer(listener?: (socket: SslSocket) => void): SslServer;
export function createServer(
  options?: SslServerOptions | ((socket: SslSocket) => void),
  listener?: (socket: SslSocket) => void,
): SslServer {
  return new SslServer(options as SslServerOptions, listener);
}
