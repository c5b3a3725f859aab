import type { X509Certificate } from 'node:crypto';
import { type InspectOptions, inspect } from 'node:util';
import { freedError, libsslError } from '../common/errors.js';
import { deliver, forget, lend } from '../common/events.js';
import { guardMembers } from '../common/guard.js';
import { inspectObject } from '../common/inspect.js';
import { watchListeners } from '../common/listeners.js';
import { readAnswers, readConnectionOptions } from '../common/options.js';
import type { ProtocolVersion } from '../common/protocol-version.js';
import { Reference, type ReferenceKind } from '../common/reference.js';
import { checkBytes, checkRoom, invalidType } from '../common/validate.js';
import { SslContext } from '../context/context.js';
import { applyAnswers, type SslAnswers, stateError } from '../context/options.js';
import { verifyErrorText } from '../context/verification.js';
import { SSL_new } from '../libssl/connections.js';
import * as C from '../libssl/functions.js';
import { on } from '../native/call.js';
import { native } from '../native/load.js';
import type { CipherInfo, Handle } from '../native/types.js';
import { SslSession } from '../session/session.js';
import { checkMtu, dataMtu, setMtu } from './datagrams.js';
import { type EarlyDataStatus, readEarlyData, writeEarlyData } from './early-data.js';
import { listenTo } from './events.js';
import { infoOf, type SslConnectionInfo, type SslConnectionState } from './info.js';
import { renegotiate, requestCertificate, updateKeys } from './later-handshakes.js';
import { listen } from './listen.js';
import { exportKeyingMaterial, peerCertificate, peerCertificateChain } from './negotiated.js';
import { applyConnectionOptions, type SslConnectionOptions } from './options.js';
import { ConnectionReaders } from './readers.js';
import { resumptionOf, type SslResumption } from './resumption.js';
import { offerSession } from './set-session.js';
import { Steps } from './steps.js';

const references: ReferenceKind = {
  name: 'SslConnection',
  release(handle, forgotten) {
    forget(handle);
    deliver(on(handle, forgotten ? 1 : 0).releaseConnection()?.[2] ?? null);
  },
};

/** For the other modules of this package. */
export let stepsOf: (connection: SslConnection) => Steps;

/**
 * One side of a TLS connection, over memory. Give the bytes from the peer to `receive()`, and send
 * the bytes of `take()` to the peer; you decide what carries them. The object owns a native `SSL`,
 * and `free()` gives it back. If you forget to, the garbage collector does it.
 *
 * As in C, freeing a connection without `shutdown()` marks its session as not resumable. If the
 * garbage collector frees it, the session is not marked.
 *
 * A call that the connection's state does not allow throws `ERR_LIBSSL_STATE`. After `free()`,
 * calls that need libssl throw `ERR_LIBSSL_FREED`.
 */
export class SslConnection extends ConnectionReaders implements Disposable {
  readonly #reference: Reference;
  readonly #steps: Steps;
  /** The context that it was made from. */
  readonly context: SslContext;

  /**
   * A new connection, on the side of its context. Throws a `LibsslError` for an option that libssl
   * refuses. Wraps `SSL_new(3)`.
   */
  constructor(context: SslContext, options: SslConnectionOptions = {}) {
    super();
    if (!SslContext.is(context)) throw invalidType('context', 'an SslContext', context);
    const checked = readConnectionOptions(options, context.role);
    this.context = context;
    const handle = SSL_new(context.nativeHandle);
    if (handle === 0) throw libsslError('SSL_new', native().lastErrors());
    this.#reference = new Reference(this, handle, references);
    this.#steps = new Steps(this, context, handle, this.#reference);
    if (this.#steps.server) C.SSL_set_accept_state(handle);
    else C.SSL_set_connect_state(handle);
    try {
      applyConnectionOptions(this.#steps, checked);
      if (checked.session != null) this.setSession(checked.session);
    } catch (error) {
      this.free();
      throw error;
    }
  }

  /** @internal Whether it is a connection. A Proxy is not: it does not have the private fields. */
  static is(value: unknown): value is SslConnection {
    return typeof value === 'object' && value !== null && #reference in value;
  }

  /** Gives this object's reference back. Calling it again does nothing. Wraps `SSL_free(3)`. */
  free(): void {
    this.#steps.free();
  }

  /** `free()`, for `using connection = …`. */
  [Symbol.dispose](): void {
    this.free();
  }

  /** Describes the connection, in plain values without secrets; `console.log` shows the same. */
  toJSON(): SslConnectionInfo {
    return infoOf(this, this.#steps.server);
  }

  /** @internal */
  [inspect.custom](depth: number, options: InspectOptions): string {
    // Also called on a Proxy, and on an object that inherits from a connection.
    if (!(#reference in this)) return 'SslConnection <not a connection>';
    return inspectObject('SslConnection', this.freed, () => this.toJSON(), depth, options);
  }

  /** Whether `free()` was called. */
  get freed(): boolean {
    return this.#reference.freed;
  }

  /** Lends the handle to the functions of `libssl-session/libssl`, until `free()`. */
  get handle(): Handle {
    const handle = this.#reference.handle;
    on(handle).lendConnection();
    lend(handle, this);
    return handle;
  }

  /** @internal */
  override get nativeHandle(): Handle {
    return this.#reference.handle;
  }

  /** Where the connection is. Never throws: `freed` is a state. */
  get state(): SslConnectionState {
    return this.#steps.state;
  }

  // ---- Steps.

  /**
   * Begins the handshake, or continues it with what was received. If it fails, throws a
   * `LibsslError` with OpenSSL's reason. Then `take()` gives the alert for the peer, and after that
   * the connection can only be freed. Wraps `SSL_do_handshake(3)`.
   */
  handshake(): SslConnectionState {
    return this.#steps.handshake();
  }

  /**
   * Takes bytes from the peer and processes them: the handshake, tickets, key updates, the peer's
   * end. Application data waits for `read()`, and everything behind it waits, too. Over DTLS the
   * bytes are one datagram. Throws what `handshake()` throws. Wraps `BIO_write(3)`,
   * `SSL_do_handshake(3)`, `SSL_peek(3)`.
   */
  receive(bytes: Uint8Array): SslConnectionState {
    return this.#steps.receive(checkBytes('bytes', bytes));
  }

  /**
   * Returns the bytes for the peer, each byte once; empty if there are none. After a failure it
   * returns the alert. Over DTLS it returns the next datagram; `takeDatagrams()` returns all.
   */
  take(): Buffer;
  /**
   * Writes them into your own memory instead, and returns how many bytes there were. If they fill
   * it, there may be more. A datagram that does not fit stays, and `ERR_OUT_OF_RANGE` is thrown.
   */
  take(into: Uint8Array): number;
  take(into?: Uint8Array): Buffer | number {
    if (this.freed) throw freedError('SslConnection');
    const { output } = this.#steps;
    return into === undefined ? output.take() : output.takeInto(checkRoom('into', into));
  }

  /**
   * Returns the datagrams for the peer, in order; send each by itself. Each has at most `mtu`
   * bytes. Throws `ERR_LIBSSL_STATE` if the connection is not DTLS.
   */
  takeDatagrams(): Buffer[] {
    if (this.freed) throw freedError('SslConnection');
    return this.#steps.output.takeDatagrams();
  }

  /**
   * Sends data. If the peer is in the middle of a message (a key update, another handshake), the
   * data waits until the message is complete. Throws before the first handshake is over, and after
   * `shutdown()`. Over DTLS the data goes into one datagram: more than `dataMtu` bytes throw
   * `ERR_OUT_OF_RANGE`, and any handshake that is not over throws. Wraps `SSL_write(3)`.
   */
  write(bytes: Uint8Array): void {
    this.#steps.write(checkBytes('bytes', bytes));
  }

  /**
   * Returns all data that has arrived; null if there is none now. Over DTLS it returns the data of
   * the next datagram. After the peer's end, `state` is `closing` or `closed`. Wraps `SSL_read(3)`.
   */
  read(): Buffer | null;
  /**
   * Writes the data of one record into your own memory, and returns how many bytes; 0 if there are
   * none.
   */
  read(into: Uint8Array): number;
  read(into?: Uint8Array): Buffer | null | number {
    return into === undefined ? this.#steps.read() : this.#steps.readInto(checkRoom('into', into));
  }

  /**
   * Tells the peer that this side has ended, and returns whether the peer has ended, too. Without
   * it, `free()` marks the session as not resumable. Wraps `SSL_shutdown(3)`.
   */
  shutdown(): boolean {
    return this.#steps.shutDown();
  }

  /**
   * Sends early data. A client sends it before `handshake()`, with the session or PSK that it
   * offers; a server after it has read the client's early data. Throws `ERR_LIBSSL_STATE` if no
   * session or PSK allows early data, or if it is for another server name or protocol. Throws
   * `ERR_OUT_OF_RANGE` for more bytes than are allowed. Neither error harms the connection. Wraps
   * `SSL_write_early_data(3)`.
   */
  writeEarlyData(bytes: Uint8Array): void {
    writeEarlyData(this.#steps, checkBytes('bytes', bytes));
  }

  /**
   * Returns the early data that the client has sent; null if there is none. Wraps
   * `SSL_read_early_data(3)`.
   */
  readEarlyData(): Buffer | null {
    return readEarlyData(this.#steps);
  }

  /** Whether the client's early data was accepted. Wraps `SSL_get_early_data_status(3)`. */
  get earlyDataStatus(): EarlyDataStatus {
    const status = C.SSL_get_early_data_status(this.#reference.handle);
    return (['notSent', 'rejected', 'accepted'] as const)[status] ?? 'notSent';
  }

  /**
   * Uses new keys for what this side sends (TLS 1.3) and, with `requestPeer`, also for what the
   * peer sends. The peer learns of it with the next bytes. Wraps `SSL_key_update(3)`.
   */
  keyUpdate(requestPeer = false): void {
    updateKeys(this.#steps, requestPeer);
  }

  /** Begins another handshake (TLS 1.2 and before). Wraps `SSL_renegotiate(3)`. */
  renegotiate(): void {
    renegotiate(this.#steps);
  }

  /**
   * A server asks for the client's certificate after the handshake (TLS 1.3, if the client has set
   * `postHandshakeAuth`). Wraps `SSL_verify_client_post_handshake(3)`.
   */
  requestCertificate(): void {
    requestCertificate(this.#steps);
  }

  // ---- Datagrams.

  /**
   * How many bytes a datagram may have; null if the connection is not DTLS. Set it to what the path
   * carries, at any time: 208 to 65507, or `ERR_OUT_OF_RANGE` is thrown; `ERR_LIBSSL_STATE` if the
   * connection is not DTLS. Wraps `SSL_set_mtu(3)`.
   */
  get mtu(): number | null {
    if (this.freed) throw freedError('SslConnection');
    return this.#steps.datagrams ? this.#steps.mtu : null;
  }
  set mtu(mtu: number) {
    const { handle, datagrams } = this.#steps;
    if (!datagrams) throw stateError('cannot set mtu: the connection uses TLS');
    const checked = checkMtu('mtu', mtu);
    setMtu(handle, checked);
    this.#steps.mtu = checked;
  }

  /**
   * How many bytes of data `write()` takes, which is what fits into one datagram; 0 before the
   * handshake; null if the connection is not DTLS. Wraps `DTLS_get_data_mtu(3)`.
   */
  get dataMtu(): number | null {
    const { handle } = this.#reference;
    return this.#steps.datagrams ? dataMtu(handle) : null;
  }

  /**
   * In how many milliseconds you have to call `handleTimeout()`, because a datagram may be lost;
   * null if no answer is expected. Ask again after each step. Wraps `DTLSv1_get_timeout(3)`.
   */
  get timeout(): number | null {
    return this.#steps.timeout;
  }

  /**
   * Sends again what the peer has not answered in time: it is in `takeDatagrams()` then. Before
   * that time it does nothing. After twelve times it gives up and throws a `LibsslError`. Wraps
   * `DTLSv1_handle_timeout(3)`.
   */
  handleTimeout(): SslConnectionState {
    return this.#steps.handleTimeout();
  }

  /**
   * The first step of a server whose context has a `cookieKey`. It takes a datagram from anybody,
   * and forgets it unless it is a ClientHello with the cookie for this address. False: send what
   * `takeDatagrams()` returns to that address; the connection is as new, and ready for the next
   * datagram. True: the handshake has begun, and the connection belongs to this client. Throws
   * `ERR_LIBSSL_STATE` once the handshake has begun. Wraps `DTLSv1_listen(3)`.
   */
  listen(datagram: Uint8Array, peerAddress: string | Uint8Array): boolean {
    return listen(this.#steps, datagram, peerAddress);
  }

  // ---- Sessions.

  /**
   * The session of this connection, as an object of your own; null if there is none. Wraps
   * `SSL_get1_session(3)`.
   */
  get session(): SslSession | null {
    const handle = C.SSL_get1_session(this.#reference.handle);
    return handle === 0 ? null : SslSession.adopt(handle);
  }

  /**
   * Sets the session that a client offers; null for none. Throws `ERR_LIBSSL_STATE` once the
   * handshake has begun, and `ERR_INVALID_ARG_VALUE` on a server. A session of another context is
   * offered as a `dup()`, and so is any session with `reuseSession`.
   *
   * Some sessions are not offered, so that there is a full handshake. If the context verifies,
   * these are sessions whose certificate would not pass now: it is not for this name, did not
   * verify, has expired, or, if the session came from another context, does not lead to this
   * context's `ca`. And always sessions that are `boundTo` another name, and sessions with which
   * libssl's servers fail: with another `maxFragmentLength` than the client asks for, or, up to
   * TLS 1.2, with a suite that it does not offer. Wraps `SSL_set_session(3)`.
   */
  setSession(session: SslSession | null): void {
    offerSession(this.#steps, session);
  }

  /** Whether the handshake resumed a session. Wraps `SSL_session_reused(3)`. */
  get sessionReused(): boolean {
    return C.SSL_session_reused(this.#reference.handle) === 1;
  }

  /**
   * What became of the session that the client offered, and why; null before the first handshake is
   * over. Wraps `SSL_session_reused(3)`.
   */
  get resumption(): SslResumption | null {
    return resumptionOf(this.#steps);
  }

  // ---- What was negotiated.

  /** The protocol version; null before the first handshake is over. Wraps `SSL_version(3)`. */
  get protocol(): ProtocolVersion | null {
    return this.#steps.protocol;
  }

  /** The cipher suite; null before it is known. Wraps `SSL_get_current_cipher(3)`. */
  get cipher(): CipherInfo | null {
    return C.SSL_get_current_cipher(this.#reference.handle);
  }

  /**
   * The protocol that ALPN chose, as latin1; null if it chose none. Wraps
   * `SSL_get0_alpn_selected(3)`.
   */
  get alpnProtocol(): string | null {
    return on(this.#reference.handle).SSL_get0_alpn_selected()?.toString('latin1') ?? null;
  }

  /**
   * The server name that the client asks for (SNI), on both sides. If a TLS 1.2 session is resumed,
   * libssl's own function returns the name in the session instead. Wraps
   * `SSL_client_hello_get0_ext(3)`, `SSL_set_tlsext_host_name(3)`.
   */
  get servername(): string | null {
    return on(this.#reference.handle).requestedServerName();
  }

  /**
   * The peer's certificate; null if there is none. After a failure it is the one that did not
   * verify. Wraps `SSL_get_peer_certificate(3)`.
   */
  get peerCertificate(): X509Certificate | null {
    return peerCertificate(this.#reference.handle);
  }

  /**
   * The certificates that the peer sent; on a server without the peer's own. After a failure these
   * are the ones that did not verify. Empty if the connection resumed a session that was encoded.
   * Wraps `SSL_get_peer_cert_chain(3)`.
   */
  get peerCertificateChain(): X509Certificate[] {
    return peerCertificateChain(this.#reference.handle, this.#steps.server);
  }

  /**
   * Why the peer's certificate does not verify, in OpenSSL's words; null if it does verify, or if
   * the peer has none. Wraps `SSL_get_verify_result(3)`.
   */
  get verifyError(): string | null {
    return verifyErrorText(this.#reference.handle);
  }

  /** Whether the peer has a certificate that verifies. */
  get authorized(): boolean {
    return C.SSL_get_peer_certificate(this.#reference.handle) !== null && this.verifyError === null;
  }

  /**
   * Returns `length` bytes that only the two sides know: 1 to 65535. In TLS 1.3 there are at most
   * 255 times the size of the suite's hash: 8160, or 12240 with SHA-384. The label is latin1. In
   * TLS 1.3 it has at most 249 bytes. In older versions label and context have at most 958 bytes
   * together, or 960 without a context. Beyond these limits throws `ERR_OUT_OF_RANGE`; before the
   * handshake is over throws `ERR_LIBSSL_STATE`. Wraps `SSL_export_keying_material(3)`.
   */
  exportKeyingMaterial(length: number, label: string, context?: Uint8Array): Buffer {
    return exportKeyingMaterial(this.#steps, length, label, context);
  }

  /** Sets the answers that are given, as the options do. May be called between any two steps. */
  setAnswers(answers: SslAnswers): void {
    const checked = readAnswers(answers, this.context.role);
    applyAnswers(this.#steps.usable('set answers'), !this.#steps.server, checked);
  }

  static {
    stepsOf = (connection) => connection.#steps;
    watchListeners(SslConnection.prototype, (connection) => {
      if (!connection.freed) listenTo(connection, connection.#reference.handle);
    });
  }
}

guardMembers(SslConnection);
// They need its private members, too.
const { prototype } = ConnectionReaders;
guardMembers({ name: 'SslConnection', prototype, is: SslConnection.is });
