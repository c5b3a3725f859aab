import { EventEmitter } from 'node:events';
import { type InspectOptions, inspect } from 'node:util';
import { libsslError } from '../common/errors.js';
import { deliver } from '../common/events.js';
import { guardMembers } from '../common/guard.js';
import { inspectObject } from '../common/inspect.js';
import { watchListeners } from '../common/listeners.js';
import {
  bytesOf,
  type CheckedContextOptions,
  checkSeconds,
  checkStore,
  readAnswers,
  readContextOptions,
} from '../common/options.js';
import { type ProtocolVersion, versionName, versionNumber } from '../common/protocol-version.js';
import { Reference, type ReferenceKind } from '../common/reference.js';
import {
  checkInteger,
  checkNumTickets,
  checkServerName,
  checkUint32,
  invalidType,
  invalidValue,
} from '../common/validate.js';
import { checkCookieKeys, setCookieKeys } from '../connection/datagrams.js';
import { SSL_OP_COOKIE_EXCHANGE } from '../libssl/constants.js';
import * as C from '../libssl/functions.js';
import { checkTicketKeys, storeTicketKeys } from '../libssl/ticket-keys.js';
import { on, result } from '../native/call.js';
import { native } from '../native/load.js';
import type { Handle } from '../native/types.js';
import { SslSession } from '../session/session.js';
import { cacheModeWith, checkCacheMode, chosenCacheMode, defaultCacheMode } from './cache-mode.js';
import { listenTo, type SslContextEvents } from './events.js';
import { infoOf, type SessionStats, type SslContextInfo, sessionStats } from './info.js';
import {
  applyAnswers,
  applyOptions,
  applySessionIdContext,
  ensure,
  type SslAnswers,
  type SslContextOptions,
  setVersion,
  type Verification,
} from './options.js';
import { checkFits, checkStaysFit, noteName } from './server-names.js';
import type { SessionStore } from './store.js';

const references: ReferenceKind = {
  name: 'SslContext',
  release(handle) {
    deliver(on(handle).releaseContext()?.[2] ?? null);
  },
};

/**
 * What connections have in common: certificates, versions, and the cache of sessions. The object
 * owns a native `SSL_CTX`, and `free()` gives it back. If you forget to, the garbage collector does
 * it. Connections and sessions live on without it.
 *
 * Events never come in the middle of libssl's work, so a listener may use and free everything.
 * After `free()`, calls that need libssl throw `ERR_LIBSSL_FREED`.
 */
export class SslContext extends EventEmitter<SslContextEvents> implements Disposable {
  readonly #reference: Reference;
  /** @internal What events name it by, also when it is freed. */
  readonly id: Handle;
  #store: SessionStore | null = null;
  #storeTimeout = 1000;
  #verification: Verification = { rejectUnauthorized: true, clientRules: null };
  /** Which side its connections take. */
  readonly role: 'client' | 'server';
  /** What its connections speak, as the option says. */
  readonly protocol: 'tls' | 'dtls';

  /**
   * If libssl refuses a certificate, key or cipher, throws a `LibsslError` that names the option.
   * Wraps `SSL_CTX_new(3)`.
   */
  constructor(options: SslContextOptions) {
    super();
    const checked = readContextOptions(options);
    const { role, protocol = 'tls' } = checked;
    this.role = role;
    this.protocol = protocol;
    // The methods of addon/contexts.cc: any side, client, server; then those of DTLS.
    native().SSL_CTX_new((role === 'client' ? 1 : 2) + (protocol === 'dtls' ? 3 : 0));
    const handle = result<Handle>();
    if (handle === 0) throw libsslError('SSL_CTX_new', native().lastErrors());
    this.#reference = new Reference(this, handle, references);
    this.id = handle;
    try {
      this.#apply(handle, checked);
    } catch (error) {
      this.free();
      throw error;
    }
  }

  // Libssl's callbacks are set for what is listened to.
  static {
    watchListeners(SslContext.prototype, (context, change) => {
      if (change === 'added' || !context.freed) context.#listen();
    });
  }

  #apply(handle: Handle, options: CheckedContextOptions): void {
    const client = this.role === 'client';
    if (!client) on(handle).limitEarlyData();
    this.#verification = applyOptions(handle, options);
    applyAnswers(handle, client, options);
    if (client && options.ALPNProtocols !== undefined) {
      C.SSL_CTX_set_alpn_protos(handle, options.ALPNProtocols);
      ensure(1 - result(), 'SSL_CTX_set_alpn_protos', 'ALPNProtocols'); // 0 is success
    }
    // A server that asks for certificates resumes nothing without one.
    if (!client || options.sessionIdContext !== undefined) {
      this.#applyIdContext(options.sessionIdContext ?? null);
    }
    if (options.ticketKeys !== undefined) storeTicketKeys(handle, options.ticketKeys);
    if (options.cookieKey !== undefined) this.setCookieKey(options.cookieKey);
    else if ((options.secureOptions ?? 0) & SSL_OP_COOKIE_EXCHANGE) {
      throw invalidValue('options.secureOptions', 'has SSL_OP_COOKIE_EXCHANGE without a cookieKey');
    }
    const { sessionStore: store, sessionCacheMode: given } = options;
    if (given !== undefined) checkCacheMode('options.sessionCacheMode', given, store);
    const cacheMode = given ?? defaultCacheMode(this.role);
    if (cacheMode !== undefined) this.sessionCacheMode = cacheMode;
    if (options.sessionCacheSize !== undefined) this.sessionCacheSize = options.sessionCacheSize;
    if (options.sessionTimeout !== undefined) this.sessionTimeout = options.sessionTimeout;
    if (options.numTickets !== undefined) this.numTickets = options.numTickets;
    // What is rejected has to be read as well, and clients send what their tickets allow. (libssl
    // adds to it; 2 ** 31 - 1 leaves room.)
    C.SSL_CTX_set_recv_max_early_data(this.#reference.handle, 0x7fff_ffff);
    if (options.maxEarlyData !== undefined) this.maxEarlyData = options.maxEarlyData;
    this.#storeTimeout = options.sessionStoreTimeout ?? this.#storeTimeout;
    if (store != null) this.sessionStore = store;
  }

  /** @internal Whether it is one, and no Proxy of one, which has nothing of its own. */
  static is(value: unknown): value is SslContext {
    return typeof value === 'object' && value !== null && #reference in value;
  }

  /**
   * Gives this object's reference back. The native context ends with its last connection, and with
   * it its cache. Calling it again does nothing. Wraps `SSL_CTX_free(3)`.
   */
  free(): void {
    this.#reference.free();
  }

  /** `free()`, for `using context = …`. */
  [Symbol.dispose](): void {
    this.free();
  }

  /** Describes the context, in plain values without secrets; `console.log` shows the same. */
  toJSON(): SslContextInfo {
    return infoOf(this);
  }

  /** @internal */
  [inspect.custom](depth: number, options: InspectOptions): string {
    // Also asked of a Proxy, and of what inherits from one.
    if (!(#reference in this)) return 'SslContext <not a context>';
    return inspectObject('SslContext', this.freed, () => this.toJSON(), depth, options);
  }

  /** Whether `free()` was called. */
  get freed(): boolean {
    return this.#reference.freed;
  }

  /** Lends the handle to the functions of `libssl-session/libssl`, until `free()`. */
  get handle(): Handle {
    const handle = this.#reference.handle;
    on(handle).lendContext();
    return handle;
  }

  /** @internal Whether a peer that does not verify is refused. */
  get rejectUnauthorized(): boolean {
    return this.#verification.rejectUnauthorized;
  }

  /** @internal The handle for one call: unlike `handle`, it lends nothing. */
  get nativeHandle(): Handle {
    return this.#reference.handle;
  }

  // ---- The cache.

  /**
   * Puts a session into the internal cache, which takes its own reference, and returns false if it
   * is there already. It replaces a session with the same id and version. `ERR_LIBSSL_UNSAFE` if
   * the session has no id, is in another context's cache, or, on a server, is not resumable. Wraps
   * `SSL_CTX_add_session(3)`.
   */
  addSession(session: SslSession): boolean {
    return this.#withSession(session, 'SSL_CTX_add_session');
  }

  /**
   * Takes a session out of the cache, and returns whether it was there. Marks it as not resumable
   * in any case. Wraps `SSL_CTX_remove_session(3)`.
   */
  removeSession(session: SslSession): boolean {
    return this.#withSession(session, 'SSL_CTX_remove_session');
  }

  #withSession(
    session: SslSession,
    name: 'SSL_CTX_add_session' | 'SSL_CTX_remove_session',
  ): boolean {
    const { handle } = this.#reference;
    if (!SslSession.is(session)) throw invalidType('session', 'an SslSession', session);
    const { nativeHandle } = session;
    const outcome = on(handle, nativeHandle)[name]();
    const done = result() === 1;
    if (outcome !== undefined) deliver(outcome[2]);
    return done;
  }

  /**
   * Takes out the sessions that have expired at `time`, in seconds since the epoch; by default now.
   * 0 takes out all sessions. Wraps `SSL_CTX_flush_sessions(3)`.
   */
  flushSessions(time: number = Math.floor(Date.now() / 1000)): void {
    const seconds = checkSeconds('time', time);
    const outcome = on(this.#reference.handle).SSL_CTX_flush_sessions(seconds);
    if (outcome !== undefined) deliver(outcome[2]);
  }

  /**
   * The sessions of the cache, in no particular order; each object is yours. Wraps
   * `SSL_CTX_sessions(3)`.
   */
  cachedSessions(): SslSession[] {
    return on(this.#reference.handle).cachedSessions().map(SslSession.adopt);
  }

  /** All twelve counters. Wraps `SSL_CTX_sess_number(3)` and related functions. */
  get sessionStats(): SessionStats {
    return sessionStats(this.#reference.handle);
  }

  /**
   * A server's sessions outside of libssl, or null. Setting it on a client throws
   * `ERR_INVALID_ARG_VALUE`. Handshakes pause while `get` runs. Wraps `SSL_CTX_sess_set_get_cb(3)`,
   * `SSL_CTX_set_client_hello_cb(3)`.
   */
  get sessionStore(): SessionStore | null {
    return this.#store;
  }
  set sessionStore(store: SessionStore | null) {
    checkStore('sessionStore', store);
    if (store !== null && this.role === 'client') {
      throw invalidValue('sessionStore', 'is only for a server: clients do not look up sessions');
    }
    const { handle } = this.#reference;
    checkStaysFit(this, 'sessionStore', store);
    C.SSL_CTX_set_session_cache_mode(handle, cacheModeWith(store, this));
    on(handle).findsOnce(store?.singleUse === true);
    this.#store = store;
    this.#listen();
  }

  /** How many milliseconds a handshake waits for the store, as the option says. */
  get sessionStoreTimeout(): number {
    return this.#storeTimeout;
  }

  // ---- What may change later.

  /** A mask of `SSL_SESS_CACHE_…`. Wraps `SSL_CTX_set_session_cache_mode(3)`. */
  get sessionCacheMode(): number {
    return Number(C.SSL_CTX_get_session_cache_mode(this.#reference.handle));
  }
  set sessionCacheMode(mode: number) {
    const value = checkInteger('sessionCacheMode', mode, 0, 0x7fff_ffff);
    checkCacheMode('sessionCacheMode', value, this.#store);
    checkStaysFit(this, 'sessionCacheMode', value);
    C.SSL_CTX_set_session_cache_mode(this.#reference.handle, chosenCacheMode(this, value));
  }

  /**
   * How many sessions the cache may hold; 0 means no limit. Wraps `SSL_CTX_sess_set_cache_size(3)`.
   */
  get sessionCacheSize(): number {
    return Number(C.SSL_CTX_sess_get_cache_size(this.#reference.handle));
  }
  set sessionCacheSize(size: number) {
    const value = checkInteger('sessionCacheSize', size, 0, Number.MAX_SAFE_INTEGER);
    checkStaysFit(this, 'sessionCacheSize', value);
    C.SSL_CTX_sess_set_cache_size(this.#reference.handle, value);
  }

  /** How long new sessions are good for, in seconds. Wraps `SSL_CTX_set_timeout(3)`. */
  get sessionTimeout(): number {
    return Number(C.SSL_CTX_get_timeout(this.#reference.handle));
  }
  set sessionTimeout(seconds: number) {
    const value = checkSeconds('sessionTimeout', seconds);
    checkStaysFit(this, 'sessionTimeout', value);
    C.SSL_CTX_set_timeout(this.#reference.handle, value);
  }

  /**
   * How many tickets a TLS 1.3 server sends after a full handshake, 0 to 255. Wraps
   * `SSL_CTX_set_num_tickets(3)`.
   */
  get numTickets(): number {
    return C.SSL_CTX_get_num_tickets(this.#reference.handle);
  }
  set numTickets(count: number) {
    const value = checkNumTickets('numTickets', count);
    C.SSL_CTX_set_num_tickets(this.#reference.handle, value);
  }

  /**
   * How many bytes of early data a server takes. If an older ticket allows more, its early data is
   * rejected, but the handshake goes on, because up to 2,147,483,647 bytes are read. Wraps
   * `SSL_CTX_set_max_early_data(3)`, `SSL_CTX_set_recv_max_early_data(3)`.
   */
  get maxEarlyData(): number {
    return C.SSL_CTX_get_max_early_data(this.#reference.handle);
  }
  set maxEarlyData(bytes: number) {
    const value = checkUint32('maxEarlyData', bytes);
    checkStaysFit(this, 'maxEarlyData', value);
    C.SSL_CTX_set_max_early_data(this.#reference.handle, value);
  }

  /** A mask of `SSL_OP_…`. Wraps `SSL_CTX_set_options(3)`, `SSL_CTX_clear_options(3)`. */
  get secureOptions(): number {
    return Number(C.SSL_CTX_get_options(this.#reference.handle));
  }
  set secureOptions(options: number) {
    const value = checkUint32('secureOptions', options);
    const cleared = this.secureOptions & ~value;
    C.SSL_CTX_clear_options(this.#reference.handle, cleared >>> 0);
    C.SSL_CTX_set_options(this.#reference.handle, value);
  }

  /**
   * The lowest version; null means the library's lowest. A version that the context cannot speak
   * throws `ERR_INVALID_ARG_VALUE`. Wraps `SSL_CTX_set_min_proto_version(3)`.
   */
  get minVersion(): ProtocolVersion | null {
    return versionName(C.SSL_CTX_get_min_proto_version(this.#reference.handle));
  }
  set minVersion(version: ProtocolVersion | null) {
    setVersion(this.#reference.handle, 'minVersion', versionNumber(version, 'minVersion'));
  }

  /**
   * The highest version; null means the library's highest. A version that the context cannot speak
   * throws `ERR_INVALID_ARG_VALUE`. Wraps `SSL_CTX_set_max_proto_version(3)`.
   */
  get maxVersion(): ProtocolVersion | null {
    return versionName(C.SSL_CTX_get_max_proto_version(this.#reference.handle));
  }
  set maxVersion(version: ProtocolVersion | null) {
    setVersion(this.#reference.handle, 'maxVersion', versionNumber(version, 'maxVersion'));
  }

  /**
   * Sets the id context, which ties sessions to this application: at most 32 bytes. A longer one
   * throws a `LibsslError`. Wraps `SSL_CTX_set_session_id_context(3)`.
   */
  setSessionIdContext(context: string | Uint8Array): void {
    this.#applyIdContext(bytesOf('context', context));
  }

  #applyIdContext(context: Uint8Array | null): void {
    applySessionIdContext(this.#reference.handle, context, this.#verification.clientRules);
  }

  /**
   * Sets the keys, as the option does: each of 48 bytes or each of 80; other lengths throw
   * `ERR_INVALID_ARG_VALUE`. With an empty array libssl uses its own key. Wraps
   * `SSL_CTX_set_tlsext_ticket_key_cb(3)`.
   */
  setTicketKeys(keys: Uint8Array | readonly Uint8Array[]): void {
    const list = checkTicketKeys('keys', Array.isArray(keys) ? keys : [keys]);
    const handle = this.#reference.handle;
    checkStaysFit(this, 'ticketKeys', list, 'keys');
    storeTicketKeys(handle, list);
  }

  /**
   * Sets new keys, as the option does, also for existing connections. A connection that was made
   * while there was no key asks for no cookie. Wraps `SSL_CTX_set_cookie_generate_cb(3)`,
   * `SSL_CTX_set_cookie_verify_cb(3)`.
   */
  setCookieKey(keys: Uint8Array | readonly Uint8Array[]): void {
    const handle = this.#reference.handle;
    const list = checkCookieKeys('cookieKey', keys);
    if (this.role !== 'server' || this.protocol !== 'dtls') {
      throw invalidValue('cookieKey', "is only for a server with protocol 'dtls'");
    }
    checkStaysFit(this, 'cookieKey', SSL_OP_COOKIE_EXCHANGE);
    setCookieKeys(handle, list);
  }

  /** Sets the answers that are given, as the options do. */
  setAnswers(answers: SslAnswers): void {
    const checked = readAnswers(answers, this.role);
    applyAnswers(this.#reference.handle, this.role === 'client', checked);
  }

  /**
   * Sets the context that a server switches to when a client asks for `servername` (SNI), like
   * `addContext()` of `tls.Server`. `*.` at the beginning stands for any one label; null removes
   * the name.
   *
   * Certificates, versions, ciphers, the verification of clients, and answers then come from the
   * other context. What it does not have (for instance `ALPNProtocols`) comes from this one. What
   * was set for the connection itself stays.
   *
   * Sessions, their cache, store, time, ticket keys and cookies are always those of this context;
   * set here, they count for both. Another context that has its own is refused
   * (`ERR_INVALID_ARG_VALUE`), and they cannot be set on it later. (A `cookieKey` of its own is
   * refused only if this context has none, and is ignored otherwise.) Both contexts emit `keylog`.
   * A session is resumed only under the name that it was made under. A context that leads back to
   * this one throws `ERR_LIBSSL_UNSAFE`. Wraps `SSL_CTX_set_client_hello_cb(3)`,
   * `SSL_set_SSL_CTX(3)`.
   */
  addContext(servername: string, context: SslContext | null): void {
    const name = checkServerName('servername', servername);
    if (context !== null && !SslContext.is(context)) {
      throw invalidType('context', 'an SslContext or null', context);
    }
    const handle = this.#reference.handle;
    const other = context === null ? 0 : context.#reference.handle;
    if (context !== null) checkFits(this, context);
    const outcome = on(handle, other).setServerName(name);
    noteName(this, name, context);
    if (outcome !== undefined) deliver(outcome[2]);
  }

  #listen(): void {
    this.#reference.handle; // throws where it was freed
    listenTo(this);
  }
}

guardMembers(SslContext);
