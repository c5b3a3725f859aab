import { X509Certificate } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { isIP } from 'node:net';
import { type InspectOptions, inspect } from 'node:util';
import { freedError, LibsslError, libsslError, withOwn } from '../common/errors.js';
import { deliver } from '../common/events.js';
import { guardMembers } from '../common/guard.js';
import { inspectObject } from '../common/inspect.js';
import { watchListeners } from '../common/listeners.js';
import {
  type CheckedConnectionOptions,
  readAnswers,
  readConnectionOptions,
} from '../common/options.js';
import { type ProtocolVersion, versionName } from '../common/protocol-version.js';
import { Reference, type ReferenceKind } from '../common/reference.js';
import {
  checkBytes,
  checkInteger,
  checkLatin1,
  invalidType,
  invalidValue,
  outOfRange,
} from '../common/validate.js';
import { call, lentConnections, newSessions, SslContext } from '../context/context.js';
import {
  applyAnswers,
  ensure,
  requestMode,
  type SslAnswers,
  stateError,
} from '../context/options.js';
import { lookUpAll } from '../context/store.js';
import { verifyErrorText } from '../context/verification.js';
import {
  SSL_ERROR_NONE,
  SSL_ERROR_SSL,
  SSL_ERROR_SYSCALL,
  SSL_ERROR_WANT_CLIENT_HELLO_CB,
  SSL_RECEIVED_SHUTDOWN,
  SSL_SENT_SHUTDOWN,
} from '../libssl/constants.js';
import * as C from '../libssl/functions.js';
import { checkMaterial, mostMaterial } from '../libssl/keying-material.js';
import { on, result } from '../native/call.js';
import {
  type CipherInfo,
  EventKind,
  type Handle,
  type Native,
  type NativeEvent,
  native,
  type Outcome,
} from '../native/native.js';
import { joined, step } from '../native/step.js';
import { SslSession } from '../session/session.js';
import {
  applyDatagramOptions,
  asksForCookie,
  checkMtu,
  checkPeerAddress,
  type DatagramOptions,
  dataMtu,
  defaultMtu,
  setMtu,
  setPeerAddress,
  timeLeft,
} from './datagrams.js';
import { stepError } from './step-error.js';

/** What one connection has of its own; its answers go before the context's. */
export interface SslConnectionOptions extends SslAnswers, DatagramOptions {
  /** A client's: the session to resume. */
  session?: SslSession | null;
  /**
   * A client's: offers a `dup()` of each session that it is given, so that yours can be offered again.
   * In TLS 1.3 libssl marks the one that it has resumed with as not resumable, since tickets should
   * be used once; but many servers send no new one on resumption, and some protocols (FTPS) want the
   * same session for several connections. Who sees a ticket twice knows that both are of one client.
   */
  reuseSession?: boolean;
  /** A client's: the server name (SNI), which the certificate must be for when it is verified. */
  servername?: string;
  /**
   * A client's: the name or IP address that the certificate must be for where `servername` is not
   * given; with `servername`, as in node:tls, it has no say. null: any name will do, also beside a
   * `servername`. Where the context verifies (`rejectUnauthorized`), one of the three is needed.
   */
  host?: string | null;
  /** Most early data that a server takes, in bytes, as `SslContext.maxEarlyData`; the context's where not given. */
  maxEarlyData?: number;
  /** Tickets that a TLS 1.3 server sends, 0 to 255; the context's where not given. */
  numTickets?: number;
}

/** The events of a connection. */
export interface SslConnectionEvents {
  /** A session of this connection, yours: in TLS 1.3 one for each ticket. */
  session: [session: SslSession];
  /** As the context's. */
  keylog: [line: Buffer];
  /** The session store has answered: the handshake went on, `take()` what it sent. */
  progress: [];
}

/**
 * `new`: nothing was sent or received. `handshake`: it needs bytes from the peer. `paused`: it waits
 * for the session store. `open`: data may be written and read. `closing`: one side has sent its
 * end. `closed`: both have. `failed`: libssl refused what came. `freed`.
 */
export type SslConnectionState =
  | 'new'
  | 'handshake'
  | 'paused'
  | 'open'
  | 'closing'
  | 'closed'
  | 'failed'
  | 'freed';

/** What a connection says of itself: `toJSON()`. */
export interface SslConnectionInfo {
  /** The side that it takes. */
  role: 'client' | 'server';
  /** Where it is. */
  state: SslConnectionState;
  /** null before it is known. */
  protocol: ProtocolVersion | null;
  /** OpenSSL's name of it; null before it is known. */
  cipher: string | null;
  /** What the client asks for (SNI). */
  servername: string | null;
  /** What ALPN chose. */
  alpnProtocol: string | null;
  /** Whether the handshake resumed a session. */
  sessionReused: boolean;
}

/** What became of the early data: whether the client sent any, and the server took it. */
export type EarlyDataStatus = 'notSent' | 'rejected' | 'accepted';

const listened: ReadonlyMap<unknown, number> = new Map([
  ['session', newSessions],
  ['keylog', 1 << EventKind.keylog],
]);

const references: ReferenceKind = {
  name: 'SslConnection',
  release(handle, forgotten) {
    lentConnections.delete(handle);
    deliver(on(handle, forgotten ? 1 : 0).releaseConnection()?.[2] ?? null);
  },
};

/**
 * One side of a TLS connection, over memory: bytes from the peer go in through `receive()`, bytes
 * for the peer come out of `take()`; what carries them is up to you. Owns a native `SSL`: `free()`
 * gives it back, and what is forgotten the garbage collector does.
 *
 * As in C, a connection that is freed without `shutdown()` marks its session as not resumable. One
 * that the collector frees leaves it as it is.
 *
 * What the connection's state does not allow throws `ERR_LIBSSL_STATE`, and after `free()` what asks
 * libssl throws `ERR_LIBSSL_FREED`.
 */
export class SslConnection extends EventEmitter<SslConnectionEvents> implements Disposable {
  readonly #reference: Reference;
  readonly #server: boolean;
  // Over DTLS what is for the peer stays in libssl's memory, datagram by datagram, until it is taken.
  readonly #datagrams: boolean;
  #mtu = defaultMtu;
  #needsAddress = false;
  #output: Buffer[] = [];
  // There may be output that libssl still has.
  #outputLeft = false;
  #earlyData: Buffer[] = [];
  // Where a server takes early data, it reads that before it goes on with the handshake.
  #readsEarlyData = false;
  // Who the server must be.
  #name: string | null = null;
  // What it asks its server for: the name that Node binds its sessions to.
  #serverName: string | null = null;
  #failure: LibsslError | null = null;
  // Whether a call has thrown it.
  #failureTold = false;
  #began = false;
  #ready = false;
  #paused = false;
  // What libssl would not send in the middle of a handshake message of the peer.
  #unsent: Uint8Array[] = [];
  // Ends the search of the session store.
  #endSearch: (() => void) | null = null;
  // Those who wait until the session store has answered, or the connection is freed.
  #waiting: (() => void)[] = [];
  #reusesSession = false;
  /** The context it was made of. */
  readonly context: SslContext;
  /** @internal The handle, as events have it. */
  readonly id: Handle;

  /**
   * A connection of the context's side, which has not begun. Throws a `LibsslError` for an option
   * that libssl refuses. Wraps `SSL_new(3)`.
   */
  constructor(context: SslContext, options: SslConnectionOptions = {}) {
    super();
    if (!SslContext.is(context)) throw invalidType('context', 'an SslContext', context);
    const checked = readConnectionOptions(options, context.role);
    this.context = context;
    this.#server = context.role === 'server';
    this.#datagrams = context.protocol === 'dtls';
    C.SSL_new(context.borrowed);
    const handle = result<Handle>();
    if (handle === 0) throw libsslError('SSL_new', native().lastErrors());
    this.#reference = new Reference(this, handle, references);
    this.id = handle;
    on(handle).setSide(this.#server);
    this.#readsEarlyData = this.#server && !this.#datagrams && context.maxEarlyData > 0;
    try {
      this.#apply(handle, checked);
    } catch (error) {
      this.free();
      throw error;
    }
  }

  #apply(handle: Handle, options: CheckedConnectionOptions): void {
    const { session, servername, maxEarlyData, numTickets } = options;
    applyAnswers(handle, !this.#server, options);
    if (options.ALPNProtocols !== undefined && !this.#server) {
      C.SSL_set_alpn_protos(handle, options.ALPNProtocols);
      // This one returns 0 where it succeeds.
      ensure(1 - result(), 'SSL_set_alpn_protos', 'ALPNProtocols');
    }
    if (servername !== undefined) {
      this.#serverName = servername;
      ensure(
        C.SSL_set_tlsext_host_name(handle, servername),
        'SSL_set_tlsext_host_name',
        'servername',
      );
    }
    if (!this.#server) this.#expect(handle, options);
    if (maxEarlyData !== undefined) {
      C.SSL_set_max_early_data(handle, maxEarlyData);
      this.#readsEarlyData = !this.#datagrams && maxEarlyData > 0;
    }
    if (numTickets !== undefined) {
      C.SSL_set_num_tickets(handle, numTickets);
    }
    this.#reusesSession = options.reuseSession ?? false;
    applyDatagramOptions(handle, this.#datagrams, options);
    this.#mtu = options.mtu ?? defaultMtu;
    const answers = this.#datagrams && this.#server;
    this.#needsAddress = answers && options.peerAddress === undefined && asksForCookie(handle);
    if (session != null) this.setSession(session);
  }

  // Who the server must be.
  #expect(handle: Handle, { servername, host }: CheckedConnectionOptions): void {
    if (host === null) return;
    const name = servername ?? host;
    if (name === undefined) {
      if (!this.context.rejectUnauthorized) return;
      const rule = 'must name the server whose certificate is verified; null: any name will do';
      throw invalidValue("options.servername' or 'options.host", rule);
    }
    this.#name = name;
    const check = isIP(name) === 0 ? 'SSL_set1_host' : 'X509_VERIFY_PARAM_set1_ip_asc';
    on(handle)[check](name);
    ensure(result(), check, 'host');
  }

  /** @internal Whether it is one, and no Proxy of one, which has nothing of its own. */
  static is(value: unknown): value is SslConnection {
    return typeof value === 'object' && value !== null && #reference in value;
  }

  /** Gives this object's reference back. Again: nothing. Wraps `SSL_free(3)`. */
  free(): void {
    this.#endSearch?.();
    this.#endSearch = null;
    this.#unsent = [];
    this.#output = [];
    this.#earlyData = [];
    try {
      this.#reference.free();
    } finally {
      this.#wake();
    }
  }

  /** `free()`, for `using connection = …`. */
  [Symbol.dispose](): void {
    this.free();
  }

  /** What it is, in plain values without a secret; `console.log` shows the same. */
  toJSON(): SslConnectionInfo {
    return {
      role: this.#server ? 'server' : 'client',
      state: this.state,
      protocol: this.protocol,
      cipher: this.cipher?.name ?? null,
      servername: this.servername,
      alpnProtocol: this.alpnProtocol,
      sessionReused: this.sessionReused,
    };
  }

  /** @internal */
  [inspect.custom](depth: number, options: InspectOptions): string {
    // Also asked of a Proxy, and of what inherits from one.
    if (!(#reference in this)) return 'SslConnection <not a connection>';
    return inspectObject('SslConnection', this.freed, () => this.toJSON(), depth, options);
  }

  /** Whether `free()` was called. */
  get freed(): boolean {
    return this.#reference.freed;
  }

  /** Lends the handle to the functions of `libssl-session/libssl`, until free(). */
  get handle(): Handle {
    const handle = this.#reference.handle;
    on(handle).lendConnection();
    lentConnections.set(handle, new WeakRef(this));
    return handle;
  }

  /** Where the connection is. Never throws: `freed` is a state. */
  get state(): SslConnectionState {
    if (this.freed) return 'freed';
    if (this.#failure !== null) return 'failed';
    if (this.#paused) return 'paused';
    if (!this.#ready && !this.#began) return 'new';
    if (this.#handshaking) return 'handshake';
    const shutdown = this.#shutdown;
    if (shutdown === 0) return 'open';
    return shutdown === SSL_SENT_SHUTDOWN + SSL_RECEIVED_SHUTDOWN ? 'closed' : 'closing';
  }

  // ---- Steps.

  /**
   * Begins the handshake, or goes on with what was received. Throws a `LibsslError` with OpenSSL's
   * reason where it fails; the alert for the peer is then in `take()`, and nothing else may be done
   * but `free()`. Wraps `SSL_do_handshake(3)`.
   */
  handshake(): SslConnectionState {
    const handle = this.#usable('handshake');
    if (this.#paused) return 'paused';
    if (this.#readsEarlyData) return this.#readEarly(handle);
    // Another handshake: data may have come in the middle of it, which SSL_do_handshake cannot take.
    if (this.#ready && this.#handshaking) return this.receive(nothing);
    this.#step('SSL_do_handshake', this.#begin(handle).SSL_do_handshake());
    this.#sendUnsent();
    return this.state;
  }

  /**
   * Takes bytes from the peer, and goes on with what they are for: the handshake, tickets, key
   * updates, the peer's end. Data waits for `read()`, and what is behind data waits with it. Over
   * DTLS the bytes are one datagram. Throws as `handshake()`. Wraps `BIO_write(3)`, `SSL_do_handshake(3)`, `SSL_peek(3)`.
   */
  receive(bytes: Uint8Array): SslConnectionState {
    const data = checkBytes('bytes', bytes);
    const handle = this.#usable('receive');
    if (this.#paused || this.#readsEarlyData) {
      feed(handle, data);
      return this.#paused ? 'paused' : this.#readEarly(handle);
    }
    this.#step(this.#ready ? 'SSL_read' : 'SSL_do_handshake', this.#begin(handle).receive(data));
    this.#sendUnsent();
    return this.state;
  }

  /**
   * The bytes for the peer; empty when there are none. Also after a failure: the alert. Each byte
   * comes once. Over DTLS: the next datagram; `takeDatagrams()` has all of them.
   */
  take(): Buffer;
  /**
   * The same into bytes of your own: how many there were. When they fill it, there may be more. A
   * datagram that does not fit stays, and throws `ERR_OUT_OF_RANGE`.
   */
  take(into: Uint8Array): number;
  take(into?: Uint8Array): Buffer | number {
    if (this.freed) throw freedError('SslConnection');
    if (into !== undefined) return this.#takeInto(checkRoom(into));
    if (this.#datagrams) return this.#nextDatagram() ?? Buffer.alloc(0);
    if (this.#outputLeft) this.#takeLeft();
    const output = concatenated(this.#output);
    this.#output = [];
    return output;
  }

  #takeLeft(): void {
    this.#outputLeft = false;
    const output = on(this.#reference.handle).BIO_read()?.[1];
    if (output != null) this.#output.push(output);
  }

  /**
   * The datagrams for the peer, in order: what is to be sent one by one. Each is of at most `mtu`
   * bytes. Throws `ERR_LIBSSL_STATE` where the connection is not of DTLS.
   */
  takeDatagrams(): Buffer[] {
    if (this.freed) throw freedError('SslConnection');
    if (!this.#datagrams) throw stateError('cannot take datagrams: the connection is of TLS');
    const datagrams: Buffer[] = [];
    for (let next = this.#nextDatagram(); next !== null; next = this.#nextDatagram()) {
      datagrams.push(next);
    }
    return datagrams;
  }

  #nextDatagram(): Buffer | null {
    const kept = this.#output.shift();
    if (kept !== undefined || !this.#outputLeft) return kept ?? null;
    const output = on(this.#reference.handle).BIO_read()?.[1] ?? null;
    this.#outputLeft = output !== null;
    return output;
  }

  #takeInto(into: Uint8Array): number {
    if (this.#datagrams) {
      const datagram = this.#nextDatagram();
      if (datagram === null) return 0;
      if (datagram.length > into.length) {
        this.#output.unshift(datagram);
        throw outOfRange('into.byteLength', `>= ${datagram.length}`, into.length);
      }
      into.set(datagram);
      return datagram.length;
    }
    if (this.#output.length > 0) {
      const output = this.take();
      const size = Math.min(output.length, into.length);
      into.set(output.subarray(0, size));
      if (size < output.length) this.#output.push(output.subarray(size));
      return size;
    }
    if (!this.#outputLeft) return 0;
    on(this.#reference.handle).takeInto(into);
    const size = Math.max(result(), 0);
    this.#outputLeft = size === into.length;
    return size;
  }

  /**
   * Sends data; while the peer is in the middle of a message of its own (a key update, another
   * handshake), that waits for it. Throws before the first handshake is over. Over DTLS the data goes
   * into one datagram: at most `dataMtu` bytes, or `ERR_OUT_OF_RANGE`; throws during any handshake.
   * Wraps `SSL_write(3)`.
   */
  write(bytes: Uint8Array): void {
    const data = checkBytes('bytes', bytes);
    const handle = this.#usable('write');
    if (!this.#ready || this.#shutdown & SSL_SENT_SHUTDOWN) throw this.#wrongState('write');
    if (data.length === 0) return;
    // A handshake goes on before: SSL_write, which would do so, fails where data waits to be read.
    if (this.#handshaking) this.receive(nothing);
    if (this.freed) return; // by a listener
    // How much a datagram will take then, nobody knows yet.
    if (this.#datagrams && this.#handshaking) throw this.#wrongState('write');
    const most = this.dataMtu ?? data.length;
    if (data.length > most) throw outOfRange('bytes.byteLength', `<= ${most}`, data.length);
    if (this.#unsent.length > 0 || this.#handshaking || !this.#send(handle, data))
      this.#unsent.push(Uint8Array.from(data));
  }

  #send(handle: Handle, data: Uint8Array): boolean {
    const outcome = this.#begin(handle, false).SSL_write(data);
    const sent = step.result > 0;
    this.#step('SSL_write', outcome);
    return sent;
  }

  #sendUnsent(): void {
    for (let data = this.#unsent[0]; data !== undefined; data = this.#unsent[0]) {
      if (this.freed || this.#failure !== null || this.#handshaking) return;
      this.#unsent.shift(); // before: a listener may come here again
      if (this.#send(this.#reference.handle, data)) continue;
      this.#unsent.unshift(data);
      return;
    }
  }

  /**
   * The data that has come, all of it; null when there is none now. Over DTLS: that of the next
   * datagram. After the peer's end `state` is `closing` or `closed`. Wraps `SSL_read(3)`.
   */
  read(): Buffer | null;
  /** The same into bytes of your own, of one record: how many; 0 when there are none now. */
  read(into: Uint8Array): number;
  read(into?: Uint8Array): Buffer | null | number {
    const room = into === undefined ? null : checkRoom(into);
    const handle = this.#usable('read');
    if (!this.#ready) throw this.#wrongState('read');
    const functions = this.#begin(handle);
    if (room === null) {
      const read = this.#datagrams ? functions.SSL_read(mostRead) : functions.readAll();
      const data = this.#step('SSL_read', read);
      this.#sendAfterRead();
      return data;
    }
    const outcome = functions.readInto(room);
    const size = Math.max(result(), 0);
    this.#step('SSL_read', outcome);
    this.#sendAfterRead();
    return size;
  }

  // The end of a handshake may have been behind the data. Of a failure the next call tells.
  #sendAfterRead(): void {
    try {
      this.#sendUnsent();
    } catch (error) {
      if (error !== this.#failure) throw error;
      this.#failureTold = false;
    }
  }

  /**
   * Sends this side's end. Whether the peer's has come too. Without it, `free()` marks the session
   * as not resumable. Wraps `SSL_shutdown(3)`.
   */
  shutdown(): boolean {
    const handle = this.#usable('shutdown');
    if (this.#handshaking) throw this.#wrongState('shutdown');
    if (!(this.#shutdown & SSL_SENT_SHUTDOWN)) {
      const outcome = this.#begin(handle, false).SSL_shutdown();
      // 0: sent, and the peer's has not come; SSL_get_error has nothing for that.
      this.#step('SSL_shutdown', outcome, false, step.result >= 0 ? SSL_ERROR_NONE : step.error);
    }
    return !this.freed && (this.#shutdown & SSL_RECEIVED_SHUTDOWN) !== 0;
  }

  /**
   * Sends early data: a client's with the session or PSK it offers, before `handshake()`; a server's
   * after it has read the client's. Where nothing allows it, or what does is for another server name
   * or protocol: `ERR_LIBSSL_STATE`; more bytes than it allows: `ERR_OUT_OF_RANGE`. Neither does the
   * connection harm. Wraps `SSL_write_early_data(3)`.
   */
  writeEarlyData(bytes: Uint8Array): void {
    const data = checkBytes('bytes', bytes);
    const handle = this.#usable('write early data');
    if (this.#ready || this.#paused) throw this.#wrongState('write early data');
    const most = this.#earlyDataRoom(handle);
    if (most === null) throw this.#noEarlyData();
    if (data.length > most) throw outOfRange('bytes.byteLength', `<= ${most}`, data.length);
    const began = this.#began;
    const outcome = this.#begin(handle).SSL_write_early_data(data);
    if (native().lastErrors()[0]?.reason === 'called a function you should not call') {
      this.#began = began;
      throw this.#noEarlyData();
    }
    this.#step('SSL_write_early_data', outcome);
  }

  // null where a rule keeps libssl from being asked.
  #earlyDataRoom(handle: Handle): number | null {
    try {
      on(handle).earlyDataRoom();
    } catch (error) {
      if (error instanceof LibsslError && error.code === 'ERR_LIBSSL_UNSAFE') return null;
      throw error;
    }
    return result<number>();
  }

  #noEarlyData(): LibsslError {
    return stateError(
      `cannot write early data: in state '${this.state}' nothing allows it (a session or PSK that is offered and allows it, or early data of the client)`,
    );
  }

  /** The early data that a client has sent; null when there is none. Wraps `SSL_read_early_data(3)`. */
  readEarlyData(): Buffer | null {
    this.#usable('read early data');
    if (this.#earlyData.length === 0) return null;
    const data = concatenated(this.#earlyData);
    this.#earlyData = [];
    return data;
  }

  #readEarly(handle: Handle): SslConnectionState {
    for (;;) {
      const outcome = this.#begin(handle).SSL_read_early_data(16384);
      const { result } = step;
      if (result === 2) this.#readsEarlyData = false;
      // Before listeners are called, who may read on.
      const data = outcome?.[0] ?? null;
      if (data !== null) this.#earlyData.push(data);
      this.#step('SSL_read_early_data', outcome);
      // 0: it waits, also for the store. And a listener may have freed the connection, or read all.
      if (result === 0 || this.freed || (result === 1 && !this.#readsEarlyData)) return this.state;
      if (result === 2) return this.receive(nothing);
    }
  }

  /** Whether the client's early data was taken. Wraps `SSL_get_early_data_status(3)`. */
  get earlyDataStatus(): EarlyDataStatus {
    const status = C.SSL_get_early_data_status(this.#reference.handle);
    return (['notSent', 'rejected', 'accepted'] as const)[status] ?? 'notSent';
  }

  /**
   * New keys for what this side sends (TLS 1.3), and, with `requestPeer`, for what the peer sends.
   * They go out with the next bytes. Wraps `SSL_key_update(3)`.
   */
  keyUpdate(requestPeer = false): void {
    const handle = this.#usable('update keys');
    if (this.#handshaking) throw this.#wrongState('update keys');
    this.#step('SSL_key_update', this.#begin(handle).SSL_key_update(requestPeer ? 1 : 0), true);
    this.#step('SSL_do_handshake', this.#begin(handle).SSL_do_handshake());
  }

  /** Begins another handshake (TLS 1.2 and before). Wraps `SSL_renegotiate(3)`. */
  renegotiate(): void {
    const handle = this.#usable('renegotiate');
    if (this.#handshaking) throw this.#wrongState('renegotiate');
    this.#step('SSL_renegotiate', this.#begin(handle).SSL_renegotiate(), true);
    this.receive(nothing);
  }

  /**
   * A server asks for the client's certificate after the handshake (TLS 1.3, where the client has
   * `postHandshakeAuth`). Wraps `SSL_verify_client_post_handshake(3)`.
   */
  requestCertificate(): void {
    const handle = this.#usable('request a certificate');
    if (this.#handshaking) throw this.#wrongState('request a certificate');
    // As the context says that a server name has switched to.
    on(handle).acceptsAny();
    const mode = requestMode(result() !== 1);
    C.SSL_set_verify(handle, mode);
    const outcome = this.#begin(handle).SSL_verify_client_post_handshake();
    this.#step('SSL_verify_client_post_handshake', outcome, true);
    this.#step('SSL_do_handshake', this.#begin(handle).SSL_do_handshake());
  }

  // ---- Datagrams.

  /**
   * Most bytes of a datagram; null where the connection is not of DTLS. Set it to what the path
   * carries, also later: 208 to 65507, else `ERR_OUT_OF_RANGE`; where it is not of DTLS
   * `ERR_LIBSSL_STATE`. Wraps `SSL_set_mtu(3)`.
   */
  get mtu(): number | null {
    if (this.freed) throw freedError('SslConnection');
    return this.#datagrams ? this.#mtu : null;
  }
  set mtu(mtu: number) {
    const { handle } = this.#reference;
    if (!this.#datagrams) throw stateError('cannot set mtu: the connection is of TLS');
    const checked = checkMtu('mtu', mtu);
    setMtu(handle, checked);
    this.#mtu = checked;
  }

  /**
   * Most bytes of data that `write()` takes, which is what fits into a datagram; 0 before the
   * handshake; null where the connection is not of DTLS. Wraps `DTLS_get_data_mtu(3)`.
   */
  get dataMtu(): number | null {
    const { handle } = this.#reference;
    return this.#datagrams ? dataMtu(handle) : null;
  }

  /**
   * Milliseconds until `handleTimeout()` is to be called, since something may be lost; null when
   * nothing has to be answered. Ask again after each step. Wraps `DTLSv1_get_timeout(3)`.
   */
  get timeout(): number | null {
    const { handle } = this.#reference;
    return this.#failure !== null || this.#paused ? null : timeLeft(handle);
  }

  /**
   * Sends again what the peer has not answered in time, into `takeDatagrams()`; before that time it
   * does nothing. Throws a `LibsslError` where it gives up, after twelve times. Wraps
   * `DTLSv1_handle_timeout(3)`.
   */
  handleTimeout(): SslConnectionState {
    const handle = this.#usable('handle a timeout');
    if (this.timeout === null) return this.state;
    this.#step('DTLSv1_handle_timeout', this.#begin(handle).DTLSv1_handle_timeout());
    return this.state;
  }

  /**
   * A server's first step where its context has a `cookieKey`: takes a datagram of anybody, and keeps
   * nothing of it unless it is a ClientHello with the cookie for this address. False: whatever
   * `takeDatagrams()` has is for that address, and the connection is as new, for the next datagram.
   * True: the handshake has gone on, and the connection is this client's. Throws `ERR_LIBSSL_STATE`
   * once it has begun. Wraps `DTLSv1_listen(3)`.
   */
  listen(datagram: Uint8Array, peerAddress: string | Uint8Array): boolean {
    const data = checkBytes('datagram', datagram);
    const address = checkPeerAddress('peerAddress', peerAddress);
    const handle = this.#usable('listen');
    if (this.#began) throw this.#wrongState('listen');
    if (!this.#server || !this.#datagrams || !asksForCookie(handle)) {
      throw stateError('cannot listen: only a server of DTLS can, whose context has a cookieKey');
    }
    setPeerAddress(handle, address);
    feed(handle, data);
    this.#outputLeft = true;
    const outcome = on(handle).DTLSv1_listen();
    const answer = result<number>();
    if (answer < 0) throw stepError('DTLSv1_listen', handle);
    if (outcome !== undefined) deliver(outcome[2]);
    if (answer === 0) return false;
    this.#needsAddress = false;
    this.receive(nothing);
    return true;
  }

  // ---- Sessions.

  /** The session of this connection, an object of your own; null when there is none. Wraps `SSL_get1_session(3)`. */
  get session(): SslSession | null {
    const handle = C.SSL_get1_session(this.#reference.handle);
    return handle === 0 ? null : SslSession.adopt(handle);
  }

  /**
   * The session that a client offers; null: none. Only before the handshake; later:
   * `ERR_LIBSSL_STATE`; on a server: `ERR_INVALID_ARG_VALUE`. A session that came from another
   * context is offered as a `dup()`, and any with `reuseSession`. One that would not pass where a full handshake does not (its
   * certificate is not for this name, did not verify, has expired, or, where it came from another
   * context, does not lead to this one's `ca`) is not offered where the context verifies: then there
   * is a full handshake. Nor is one that libssl's servers fail of: with another `maxFragmentLength`
   * than the client asks for, or, up to TLS 1.2, with a suite that it does not offer. Wraps `SSL_set_session(3)`.
   */
  setSession(session: SslSession | null): void {
    if (session !== null && !SslSession.is(session)) {
      throw invalidType('session', 'an SslSession or null', session);
    }
    if (this.#server) throw invalidValue('session', 'is what a client offers');
    const handle = this.#usable('set a session');
    if (this.#began) throw this.#wrongState('set a session');
    const given = session === null || this.#boundElsewhere(session) ? null : session;
    const copy = this.#reusesSession && given !== null ? given.dup() : null;
    try {
      const offered = (copy ?? given)?.handle ?? 0;
      const outcome = on(handle, offered).offerSession();
      ensure(result(), 'SSL_set_session');
      if (outcome !== undefined) deliver(outcome[2]);
    } finally {
      copy?.free();
    }
  }

  // As node:tls, which keeps a session for the name that it was made for.
  #boundElsewhere({ boundTo }: SslSession): boolean {
    const name = this.#serverName ?? this.#name;
    if (boundTo === null || name === null) return false;
    return boundTo.toLowerCase() !== name.toLowerCase();
  }

  /** Whether the handshake resumed a session. Wraps `SSL_session_reused(3)`. */
  get sessionReused(): boolean {
    return C.SSL_session_reused(this.#reference.handle) === 1;
  }

  // ---- What was negotiated.

  /** null before it is known. Wraps `SSL_version(3)`. */
  get protocol(): ProtocolVersion | null {
    const version = C.SSL_version(this.#reference.handle);
    return this.#ready ? versionName(version) : null;
  }

  /** null before it is known. Wraps `SSL_get_current_cipher(3)`. */
  get cipher(): CipherInfo | null {
    return C.SSL_get_current_cipher(this.#reference.handle);
  }

  /** What ALPN chose, as latin1; null when nothing. Wraps `SSL_get0_alpn_selected(3)`. */
  get alpnProtocol(): string | null {
    return on(this.#reference.handle).SSL_get0_alpn_selected()?.toString('latin1') ?? null;
  }

  /**
   * The server name that the client asks for (SNI), on both sides: in this connection, also where it
   * resumes a session. (libssl's own function gives the name in a resumed session of TLS 1.2.) Wraps
   * `SSL_client_hello_get0_ext(3)`, `SSL_set_tlsext_host_name(3)`.
   */
  get servername(): string | null {
    return on(this.#reference.handle).requestedServerName();
  }

  /**
   * null when there is none. Also after a failure, when it did not verify. Wraps
   * `SSL_get_peer_certificate(3)`.
   */
  get peerCertificate(): X509Certificate | null {
    const der = on(this.#reference.handle).SSL_get_peer_certificate() ?? this.#refused[0];
    return der === undefined ? null : new X509Certificate(der);
  }

  /**
   * What the peer sent; on a server without the peer's own certificate. Also after a failure, when
   * it did not verify. A session that was encoded has none. Wraps `SSL_get_peer_cert_chain(3)`.
   */
  get peerCertificateChain(): X509Certificate[] {
    const chain =
      C.SSL_get_peer_cert_chain(this.#reference.handle) ??
      this.#refused.slice(this.#server ? 1 : 0);
    return chain.map((der) => new X509Certificate(der));
  }

  get #refused(): Buffer[] {
    return on(this.#reference.handle).refusedCertificates() ?? [];
  }

  /**
   * Why the peer's certificate does not verify, in OpenSSL's words; null when it does, and when the
   * peer has none. Wraps `SSL_get_verify_result(3)`.
   */
  get verifyError(): string | null {
    return verifyErrorText(this.#reference.handle);
  }

  /** Whether the peer has a certificate, and it verifies. */
  get authorized(): boolean {
    return C.SSL_get_peer_certificate(this.#reference.handle) !== null && this.verifyError === null;
  }

  /**
   * `length` bytes that only the two sides know: 1 to 65535; in TLS 1.3 at most 255 times the size of
   * the suite's hash, which is 8160, or 12240 with SHA-384. The label, latin1, has at most 249 bytes
   * in TLS 1.3; before, label and context have 958 together, or 960 without a context. More:
   * `ERR_OUT_OF_RANGE`. Before the handshake is over: `ERR_LIBSSL_STATE`. Wraps
   * `SSL_export_keying_material(3)`.
   */
  exportKeyingMaterial(length: number, label: string, context?: Uint8Array): Buffer {
    const size = checkInteger('length', length, 1, mostMaterial);
    const text = checkLatin1('label', label);
    const bytes = context === undefined ? null : checkBytes('context', context);
    const handle = this.#usable('export keying material');
    if (this.#handshaking) throw this.#wrongState('export keying material');
    const tls13 = this.protocol === 'TLSv1.3';
    const hashSize = this.cipher?.name.endsWith('SHA384') ? 48 : 32;
    checkMaterial({ tls13, hashSize }, size, text, bytes);
    const material = on(handle).SSL_export_keying_material(size, text, bytes);
    if (material !== null) return material;
    throw libsslError('SSL_export_keying_material', native().lastErrors());
  }

  /** Sets those answers that are given, as the options do: between two steps, if need be. */
  setAnswers(answers: SslAnswers): void {
    const checked = readAnswers(answers, this.context.role);
    applyAnswers(this.#usable('set answers'), !this.#server, checked);
  }

  // ---- Below.

  get #shutdown(): number {
    return C.SSL_get_shutdown(this.#reference.handle);
  }

  // The first handshake or, later, a message of one that has come in part.
  get #handshaking(): boolean {
    return !this.#ready || C.SSL_is_init_finished(this.#reference.handle) !== 1;
  }

  #usable(action: string): Handle {
    const { handle } = this.#reference;
    if (this.#failure !== null) {
      if (!this.#failureTold) {
        this.#failureTold = true;
        throw this.#failure;
      }
      const error = stateError(
        `cannot ${action}: the connection failed (${this.#failure.message})`,
      );
      throw withOwn(error, { cause: this.#failure });
    }
    return handle;
  }

  #wrongState(action: string): LibsslError {
    return stateError(`cannot ${action}: the connection is in state '${this.state}'`);
  }

  // Of what is large, or often thrown away, the output is left to libssl until take(); and so is what
  // take() has to keep apart.
  #begin(handle: Handle, takesOutput = true): Native {
    this.#checkAddress();
    this.#began = true;
    const takes = takesOutput && !this.#datagrams;
    if (!takes) this.#outputLeft = true;
    return on(handle, takes ? 1 : 0);
  }

  #checkAddress(): void {
    if (this.#needsAddress) {
      throw stateError(
        "a server with cookieKey needs the peer's address: the option peerAddress, or listen()",
      );
    }
  }

  // After a native step: takes what it gave, and fails where it failed.
  #step(functionName: string, outcome: Outcome, must = false, error = step.error): Buffer | null {
    const failed = isFailure(error) || (must && step.result !== 1);
    if (step.ready) this.#ready = true;
    if (outcome === undefined && !failed && error !== SSL_ERROR_WANT_CLIENT_HELLO_CB) return null;
    const failure = failed ? stepError(functionName, this.#reference.handle) : null;
    if (outcome !== undefined && outcome[1] !== null) this.#output.push(outcome[1]);
    // What was only asked in vain does the connection no harm.
    if (!must) this.#failure = failure;
    const data = outcome?.[0] ?? null;
    // Data that came before the failure is given first: the next call throws.
    this.#failureTold = data === null;
    this.#settle(outcome, error === SSL_ERROR_WANT_CLIENT_HELLO_CB, data === null ? failure : null);
    return data;
  }

  // The end of a step. Listeners come last: they may do anything, also free this connection.
  #settle(
    outcome: Outcome,
    waits: boolean,
    failure: LibsslError | null,
    callers: readonly SslConnection[] = [this],
  ): void {
    const pauses = waits && !this.#paused;
    if (pauses) this.#paused = true;
    const thrown: unknown[] = failure === null ? [] : [failure];
    const lookups: NativeEvent[] = [];
    call(() => deliver(outcome?.[2] ?? null, lookups, callers), thrown);
    if (pauses && !this.freed) call(() => this.#lookUp(lookups, thrown), thrown);
    if (thrown.length > 0) throw thrown[0];
  }

  // The handshake waits for these ids.
  #lookUp(lookups: NativeEvent[], thrown: unknown[]): void {
    const { sessionStore, sessionStoreTimeout, storeErrors } = this.context;
    let atOnce = true;
    const goOn = () => {
      if (this.freed) return;
      this.#endSearch = null;
      on(this.#reference.handle).endLookup();
      this.#paused = false;
      if (atOnce) {
        this.receive(nothing);
        return;
      }
      try {
        this.#resume();
      } finally {
        this.#wake();
        if (!this.freed) this.emit('progress');
      }
    };
    if (sessionStore === null || lookups.length === 0) {
      goOn();
      return;
    }
    const ids = lookups.map(({ data }) => data);
    const found = (session: SslSession) => {
      if (!this.freed) this.#supply(session);
    };
    const end = lookUpAll(sessionStore, ids, sessionStoreTimeout, storeErrors, found, goOn, thrown);
    atOnce = false;
    // The store may have freed it.
    if (this.freed) end();
    else if (this.#paused) this.#endSearch = end;
  }

  /** @internal Resolves once a paused handshake has gone on, or the connection is freed. */
  moved(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  #supply(session: SslSession): void {
    const offered = session.handle;
    on(this.#reference.handle, offered).supplySession();
  }

  // Nobody waits for an exception here: a failure shows in `state`, and in the next call.
  #resume(): void {
    if (this.freed || this.#failure !== null) return;
    try {
      this.receive(nothing);
    } catch (error) {
      if (error !== this.#failure) throw error;
      this.#failureTold = false;
    }
  }

  /** @internal One object for each listener. */
  emitOwned(event: 'session' | 'keylog', make: () => SslSession | Buffer, errors: unknown[]): void {
    for (const listener of this.rawListeners(event)) {
      if (this.freed) return; // by the one before
      call(() => Reflect.apply(listener, this, [make()]), errors);
    }
  }

  // Libssl's callbacks are set for what is listened to.
  static {
    watchListeners(SslConnection.prototype, (connection, event) => {
      const kinds = listened.get(event);
      if (kinds === undefined || connection.freed) return;
      connection.context.want(kinds, connection.#reference.handle);
    });
  }

  /** @internal handshake() of two connections, as far as it goes without anybody else. */
  static join(client: SslConnection, server: SslConnection): 'ready' | 'moved' | 'stuck' {
    for (const [name, side] of Object.entries({ client, server })) {
      if (!SslConnection.is(side)) throw invalidType(name, 'an SslConnection', side);
    }
    if (client.#server || !server.#server) {
      throw invalidValue('client', 'must be a client, and the other a server');
    }
    const clientHandle = client.#usable('handshake');
    const serverHandle = server.#usable('handshake');
    if (server.#paused) return 'stuck';
    let moved = client.#output.length > 0 || server.#output.length > 0;
    if (client.#output.length > 0) feed(serverHandle, client.take());
    if (server.#output.length > 0) feed(clientHandle, server.take());
    if (server.#readsEarlyData) {
      client.handshake();
      const bytes = client.take();
      server.receive(bytes);
      return moved || bytes.length > 0 || server.#output.length > 0 ? 'moved' : 'stuck';
    }
    server.#checkAddress();
    for (const side of [client, server]) {
      side.#began = true;
      if (side.#datagrams) side.#outputLeft = true;
    }
    const outcome = on(clientHandle, serverHandle).join();
    const { clientError, serverError } = joined;
    moved ||= joined.moved;
    if (joined.clientReady) client.#ready = true;
    if (joined.serverReady) server.#ready = true;
    const waits = serverError === SSL_ERROR_WANT_CLIENT_HELLO_CB;
    const failed = isFailure(clientError) ? client : isFailure(serverError) ? server : null;
    if (outcome !== undefined || waits || failed !== null) {
      const failure =
        failed === null ? null : stepError('SSL_do_handshake', failed.#reference.handle);
      if (failed !== null) {
        failed.#failure = failure;
        failed.#failureTold = true;
      }
      try {
        server.#settle(outcome, waits, failure, [client, server]);
      } catch (error) {
        // The other side has the alert, and fails of it in its own words.
        if (failure !== null) for (const side of [client, server]) side.#resume();
        throw error;
      }
      moved ||= waits && !server.#paused;
    }
    client.#sendUnsent();
    server.#sendUnsent();
    if (client.freed || server.freed) return 'moved'; // by a listener: the next call says so
    if (server.#paused) return 'stuck';
    if (!client.#handshaking && !server.#handshaking) return 'ready';
    return moved ? 'moved' : 'stuck';
  }
}

guardMembers(SslConnection);

const isFailure = (error: number | undefined) =>
  error === SSL_ERROR_SSL || error === SSL_ERROR_SYSCALL;

function feed(to: Handle, bytes: Uint8Array): void {
  on(to).BIO_write(bytes);
  if (result() < 0) throw libsslError('BIO_write', native().lastErrors());
}

/**
 * Joins a client and a server in memory until both are ready, and the client has read its tickets.
 * Returns a promise only where the server waits for a session store that is asynchronous. Throws the
 * failure of the side that failed first.
 */
export function handshake(client: SslConnection, server: SslConnection): void | Promise<void> {
  for (;;) {
    const came = SslConnection.join(client, server);
    if (came === 'ready') return;
    if (server.state === 'paused') {
      // A side that is freed meanwhile ends the wait: the next call says so.
      return Promise.race([server.moved(), client.moved()]).then(() => handshake(client, server));
    }
    if (came === 'stuck') throw stateError('neither side can go on with the handshake');
  }
}

function concatenated(buffers: Buffer[]): Buffer {
  const [first] = buffers;
  return first !== undefined && buffers.length === 1 ? first : Buffer.concat(buffers);
}

const nothing = Buffer.alloc(0);

// A record's most.
const mostRead = 16_384;

function checkRoom(value: unknown): Uint8Array {
  const into = checkBytes('into', value);
  if (into !== value || into.length === 0) {
    throw invalidValue(
      'into',
      'must be a plain view with room, in memory that no other thread has',
    );
  }
  return into;
}
