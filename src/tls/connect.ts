import type { TcpNetConnectOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import type { PeerCertificate } from 'node:tls';
import { invalidType, invalidValue } from '../common/validate.js';
import type { SslContext } from '../context/context.js';
import type { SslSession } from '../session/session.js';
import { clientContext } from './contexts.js';
import { checkOptions, type Given, type TlsContextOptions } from './options.js';
import { type SslPeer, SslSessionCache } from './session-cache.js';
import { SslSocket, type SslSocketEndOptions } from './socket.js';
import { newSocket } from './source.js';

/**
 * The options of `tls.connect()`, and those of SslContext. `servername`, `ca` and so on mean what
 * they mean there.
 */
export interface SslConnectOptions
  extends TlsContextOptions,
    SslSocketEndOptions,
    Partial<
      Pick<
        TcpNetConnectOpts,
        | 'localAddress'
        | 'localPort'
        | 'lookup'
        | 'hints'
        | 'noDelay'
        | 'keepAlive'
        | 'keepAliveInitialDelay'
        | 'autoSelectFamily'
        | 'autoSelectFamilyAttemptTimeout'
      >
    > {
  /** Where to connect to; by default localhost. */
  host?: string;
  /** The port. */
  port?: number;
  /** A Unix socket, instead of host and port. */
  path?: string;
  /** The transport, which you connect yourself: any Duplex that carries bytes. */
  socket?: Duplex;
  /** The context, instead of options for one. Contexts of the same options are the same. */
  secureContext?: SslContext;
  /** The server name to ask for (SNI), which the certificate must be for. */
  servername?: string;
  /** The session to resume: an SslSession (which stays yours), DER, PEM, or a buffer of node:tls. */
  session?: SslSession | Uint8Array | string;
  /** Offers a copy of `session`, so that yours can be offered again: see SslConnection. */
  reuseSession?: boolean;
  /** Sessions come from here if `session` is not given, and new ones go here. */
  sessionCache?: SslSessionCache;
  /**
   * Checks the server's name, also where a session is resumed; an error is returned. By default
   * libssl does, in the handshake.
   */
  checkServerIdentity?: (hostname: string, certificate: PeerCertificate) => Error | undefined;
  /** The least size of a DHE key, in bits. By default 1024. */
  minDHSize?: number;
  /** Emits `timeout` after so many idle milliseconds. */
  timeout?: number;
  /** 4 or 6, for that version of IP alone. */
  family?: number;
}

/**
 * Connects, and begins the handshake, like `tls.connect()`: with options, or with port, host and
 * options, or with a path and options. `callback` is called on `secureConnect`. Throws for wrong
 * options; the socket emits `error` for everything that goes wrong later.
 */
export function connect(options: SslConnectOptions, callback?: () => void): SslSocket;
export function connect(
  port: number,
  host?: string,
  options?: SslConnectOptions,
  callback?: () => void,
): SslSocket;
export function connect(
  port: number,
  options?: SslConnectOptions,
  callback?: () => void,
): SslSocket;
export function connect(
  path: string,
  options?: SslConnectOptions,
  callback?: () => void,
): SslSocket;
export function connect(...values: unknown[]): SslSocket {
  const [options, callback] = normalize(values);
  const { socket: transport } = options;
  if (transport != null) return begin(transport as Duplex, options, callback);
  if (options.onread != null) {
    throw invalidValue('options.onread', 'is not here: the data comes as a stream');
  }
  const own = newSocket();
  const socket = begin(own, { allowHalfOpen: false, ...options }, callback);
  if (typeof options.timeout === 'number' && options.timeout > 0)
    socket.setTimeout(options.timeout);
  if (socket.destroyed) return socket; // its signal was aborted before
  try {
    own.connect(options as unknown as TcpNetConnectOpts);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return socket;
}

function begin(transport: Duplex, options: Given, callback: (() => void) | undefined): SslSocket {
  const { sessionCache } = options;
  const { isServer: _, server: __, ...asClient } = options;
  // Of a stream that nobody has named there is no telling whose sessions they are.
  const unnamed = options.socket != null && options.host == null && options.servername == null;
  const socket =
    sessionCache == null || unnamed
      ? new SslSocket(transport, asClient as object)
      : withCache(transport, asClient, sessionCache);
  if (callback !== undefined) socket.once('secureConnect', callback);
  return socket;
}

function withCache(transport: Duplex, options: Given, cache: unknown): SslSocket {
  if (!(cache instanceof SslSessionCache)) {
    throw invalidType('options.sessionCache', 'an SslSessionCache', cache);
  }
  const context = clientContext(checkOptions(options));
  const peer = { ...options, context } as unknown as SslPeer;
  const session = options.session == null ? cache.take(peer) : null;
  try {
    const socket = new SslSocket(transport, {
      ...(options as object),
      ...(session !== null && { session, reuseSession: false }),
    });
    socket.on('session', (made: SslSession) => cache.add(peer, made));
    // A session may be why a handshake fails. What goes wrong later says nothing about it: undici,
    // for one, destroys a connection with an error when the server closes it.
    socket.once('close', (failed: boolean) => {
      if (failed && socket.secureConnecting) cache.delete(peer);
    });
    return socket;
  } finally {
    session?.free();
  }
}

/** The options and the callback of any form of the call. */
function normalize(values: readonly unknown[]): [Given, (() => void) | undefined] {
  const last = values.at(-1);
  const callback = typeof last === 'function' ? (last as () => void) : undefined;
  const [first, ...rest] = callback === undefined ? values : values.slice(0, -1);
  if (typeof first === 'object' && first !== null) {
    return [first as Given, callback];
  }
  const options: Record<string, unknown> = {};
  if (isPath(first)) options.path = first;
  else options.port = first;
  if (typeof rest[0] === 'string') options.host = rest[0];
  const more = rest.find((value) => typeof value === 'object' && value !== null);
  return [{ ...options, ...(more as object | undefined) }, callback];
}

const isPath = (value: unknown) =>
  typeof value === 'string' && !(value.trim() !== '' && Number(value) >= 0);
