import type { X509Certificate } from 'node:crypto';
import { type Server, Socket } from 'node:net';
import { addAbortSignal, type Duplex } from 'node:stream';
import type { DetailedPeerCertificate, PeerCertificate } from 'node:tls';
import { checkCString, checkInteger, invalidType } from '../common/validate.js';
import type { EphemeralKeyInfo } from '../connection/readers.js';
import type { SslResumption } from '../connection/resumption.js';
import type { SslContext } from '../context/context.js';
import * as C from '../libssl.js';
import type { SslSession } from '../session/session.js';
import { detailed, fromDer, plain } from './certificates.js';
import * as errors from './errors.js';
import type { AlpnCallback, SniCallback } from './hello-callbacks.js';
import { Link } from './link.js';
import { NetDuplex } from './net-duplex.js';
import { checkOptions, type TlsContextOptions } from './options.js';

/** What `getCipher()` gives. */
export interface CipherNameAndProtocol {
  /** OpenSSL's name. */
  name: string;
  /** The name of the RFC. */
  standardName: string;
  /** The lowest version that has it. */
  version: string;
}

/** Options of how a socket ends and buffers. */
export interface SslSocketEndOptions {
  /**
   * An end of the transport without the peer's close_notify is the error `ERR_LIBSSL_TRUNCATED`,
   * instead of `end`. By default only `truncated` says so.
   */
  requireCloseNotify?: boolean;
  /** Whether the writing side stays open when the peer ends. By default that of a given transport. */
  allowHalfOpen?: boolean;
  /** Bytes that are buffered each way: see `stream.Duplex`. */
  highWaterMark?: number;
  /** Destroys the socket. */
  signal?: AbortSignal;
}

/** Options of `new SslSocket()`. `connect()` and `createServer()` take more. */
export interface SslSocketOptions extends TlsContextOptions, SslSocketEndOptions {
  /** Whether this side is the server. */
  isServer?: boolean;
  /** Who emits `secureConnection` and `tlsClientError`. */
  server?: Server;
  /** The context, instead of options for one. */
  secureContext?: SslContext;
  /** A client's: the server name to ask for. */
  servername?: string;
  /** A client's: whose certificate it must be, where there is no `servername`. */
  host?: string;
  /** A client's session to resume. */
  session?: SslSession | Uint8Array | string;
  /** Offers a copy of `session`, so that yours can be offered again. */
  reuseSession?: boolean;
  /** Finds a server's context for a name. */
  SNICallback?: SniCallback;
  /** Chooses a server's protocol. */
  ALPNCallback?: AlpnCallback;
  /** A client's check of the certificate, instead of libssl's check of the name. */
  checkServerIdentity?: (hostname: string, certificate: PeerCertificate) => Error | undefined;
  /** A client's least size of a DHE key, in bits. By default 1024. */
  minDHSize?: number;
  /** Milliseconds that the handshake may take. */
  handshakeTimeout?: number;
}

/**
 * A TLS connection as a stream, like `tls.TLSSocket`: over a `net.Socket`, or over any Duplex that
 * carries bytes. The TLS is libssl 1.1.1's. Once it is destroyed, what would need libssl returns
 * null or undefined.
 */
export class SslSocket extends NetDuplex {
  readonly #link: Link;
  /** The server whose connection it is. */
  readonly server: Server | undefined;
  /** Always true, to tell it from a `net.Socket`. */
  readonly encrypted = true;
  /** Whether the handshake is not over. */
  secureConnecting = true;
  /** Whether the peer has a certificate that verifies. */
  authorized = false;
  /** Why it does not verify, as a code of node:tls. */
  authorizationError: string | null = null;
  /** The protocol that ALPN chose; false if it chose none; null before the handshake is over. */
  alpnProtocol: string | false | null = null;
  /** The server name that the client asked for; false if for none; null before that is known. */
  servername: string | false | null = null;
  /** Whether the transport ended, and the peer had not said that it would (close_notify). */
  truncated = false;

  /**
   * The TLS of a stream that you have: a client's, or with `isServer` a server's. `connect()` and
   * `createServer()` make most of them. Throws what `SslContext` and `SslConnection` throw for
   * wrong options.
   */
  constructor(transport: Duplex, options: SslSocketOptions = {}) {
    const checked = checkOptions(options);
    if (!isDuplex(transport)) throw invalidType('socket', 'a Duplex', transport);
    const { allowHalfOpen = transport.allowHalfOpen, highWaterMark, server, signal } = options;
    super(transport, { allowHalfOpen, ...(highWaterMark !== undefined && { highWaterMark }) });
    this.server = server;
    this.#link = new Link(this, transport, checked);
    // Its end is not ours: there may be data to decrypt and to send.
    transport.allowHalfOpen = true;
    if (signal !== undefined) addAbortSignal(signal, this);
  }

  // ---- The stream.

  /** @internal */
  override _read(): void {
    this.#link.read();
  }

  /** @internal */
  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#link.write([chunk], done);
  }

  /** @internal */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#link.write(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  /** @internal */
  override _final(done: (error?: Error | null) => void): void {
    this.#link.end(done);
  }

  /** @internal */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.stopTimer();
    this.#link.destroy(error, done);
  }

  // ---- Sessions.

  /**
   * The session as node:tls encodes it, for those who expect a Buffer: a client's is bound to the
   * server's name, where this Node binds. undefined if there is none, null once the socket is closed.
   * The event `session` gives SslSession objects.
   */
  getSession(): Buffer | null | undefined {
    const { connection, peerName: servername } = this.#link;
    if (connection === null) return null;
    const { session } = connection;
    if (session === null) return undefined;
    try {
      return session.toNodeSession(servername === null ? {} : { servername });
    } finally {
      session.free();
    }
  }

  /** The ticket of the session; undefined if there is none, null once the socket is closed. */
  getTLSTicket(): Buffer | null | undefined {
    const { connection } = this.#link;
    if (connection === null) return null;
    const { session } = connection;
    const ticket = session?.ticket ?? undefined;
    session?.free();
    return ticket;
  }

  /** Whether a session was resumed; null once it is closed. */
  isSessionReused(): boolean | null {
    return this.#link.connection?.sessionReused ?? null;
  }

  /** `SslConnection#resumption`: whether a session was resumed, by what, and why not. */
  get resumption(): SslResumption | null {
    return this.#link.connection?.resumption ?? null;
  }

  /** The session that a client offers, before the handshake: as the option `session`. */
  setSession(session: SslSession | Uint8Array | string): void {
    this.#link.offer(session);
  }

  // ---- What was negotiated.

  /** The version, like `TLSv1.3`; null before it is known, and after the socket is closed. */
  getProtocol(): string | null {
    return this.#link.connection?.protocol ?? null;
  }

  /** The cipher suite; undefined before it is known; null once it is closed. */
  getCipher(): CipherNameAndProtocol | null | undefined {
    const { connection } = this.#link;
    if (connection === null) return null;
    const { cipher } = connection;
    if (cipher === null) return undefined;
    const { name, standardName, version } = cipher;
    return { name, standardName, version };
  }

  /**
   * The certificate of the peer as node:tls describes it; `detailed`: with those of its issuers as
   * `issuerCertificate`. Empty if the peer has none; null once the socket is closed.
   */
  getPeerCertificate(detailed: true): DetailedPeerCertificate | Record<string, never> | null;
  getPeerCertificate(detailed?: boolean): PeerCertificate | Record<string, never> | null;
  getPeerCertificate(full = false): PeerCertificate | Record<string, never> | null {
    const { connection } = this.#link;
    if (connection === null) return null;
    const { peerCertificate } = connection;
    if (peerCertificate === null) return {};
    return full
      ? detailed(peerCertificate, connection.peerCertificateChain)
      : plain(peerCertificate);
  }

  /** The certificate of the peer; undefined if it has none. */
  getPeerX509Certificate(): X509Certificate | undefined {
    return this.#link.connection?.peerCertificate ?? undefined;
  }

  /** The certificate of this side, as `getPeerCertificate()` gives the peer's. */
  getCertificate(): PeerCertificate | Record<string, never> | null {
    if (this.#link.connection === null) return null;
    const own = this.getX509Certificate();
    return own === undefined ? {} : plain(own);
  }

  /** The certificate of this side; undefined if it has none. */
  getX509Certificate(): X509Certificate | undefined {
    const { handle } = this.#link;
    const der = handle === 0 ? null : C.SSL_get_certificate(handle);
    return der === null ? undefined : fromDer(der);
  }

  /** The key of the key exchange that a server has sent; empty where there is none. */
  getEphemeralKeyInfo(): EphemeralKeyInfo | Record<string, never> | null {
    const { connection, isServer } = this.#link;
    return connection === null || isServer ? null : (connection.ephemeralKeyInfo ?? {});
  }

  /** The signature algorithms that both sides have: `ECDSA+SHA256`; null once it is closed. */
  getSharedSigalgs(): string[] | null {
    return this.#link.connection?.sharedSigalgs ?? null;
  }

  /** The last Finished message of this side; undefined before it. */
  getFinished(): Buffer | null | undefined {
    const { handle } = this.#link;
    return handle === 0 ? null : notEmpty(C.SSL_get_finished(handle));
  }

  /** The last Finished message of the peer; undefined before it. */
  getPeerFinished(): Buffer | null | undefined {
    const { handle } = this.#link;
    return handle === 0 ? null : notEmpty(C.SSL_get_peer_finished(handle));
  }

  /** `SslConnection.exportKeyingMaterial()`. Throws `ERR_TLS_INVALID_STATE` before the handshake. */
  exportKeyingMaterial(length: number, label: string, context?: Uint8Array): Buffer {
    const { connection } = this.#link;
    if (connection === null || this.secureConnecting) throw errors.invalidState();
    return connection.exportKeyingMaterial(length, label, context);
  }

  // ---- What can be set.

  /** The server name that a client asks for, before the handshake. */
  setServername(name: string): void {
    const text = checkCString('name', name);
    const { handle, isServer } = this.#link;
    if (isServer) throw errors.nameFromServer();
    if (handle !== 0) C.SSL_set_tlsext_host_name(handle, text);
  }

  /** How many bytes of data a record has at most: 512 to 16384, or it returns false. */
  setMaxSendFragment(size: number): boolean {
    const value = checkInteger('size', size, -0x8000_0000, 0x7fff_ffff);
    const { handle } = this.#link;
    return handle !== 0 && C.SSL_set_max_send_fragment(handle, value) === 1;
  }

  /**
   * Begins another handshake (TLS 1.2 and before); a server may ask for a certificate in it.
   * `callback` is called once it is over, or with the error that it cannot begin with; then false
   * is returned.
   */
  renegotiate(
    options: { requestCert?: boolean; rejectUnauthorized?: boolean },
    callback?: (error: Error | null) => void,
  ): boolean | undefined {
    if (typeof options !== 'object' || options === null) {
      throw invalidType('options', 'of type object', options);
    }
    if (callback !== undefined && typeof callback !== 'function') {
      throw invalidType('callback', 'of type function', callback);
    }
    if (this.#link.connection === null || this.destroyed) return undefined;
    try {
      this.#link.renegotiate(options);
    } catch (error) {
      if (callback !== undefined) process.nextTick(callback, error as Error);
      return false;
    }
    if (callback !== undefined) this.once('secure', () => callback(null));
    return true;
  }

  /** From now on a client that begins another handshake is an error. */
  disableRenegotiation(): void {
    this.#link.renegotiations.disabled = true;
  }
}

const notEmpty = (bytes: Buffer) => (bytes.length === 0 ? undefined : bytes);

function isDuplex(value: unknown): value is Duplex {
  const stream = value as Partial<Duplex> | null | undefined;
  return (
    value instanceof Socket ||
    (typeof stream?.write === 'function' &&
      typeof stream.on === 'function' &&
      typeof stream.read === 'function')
  );
}
