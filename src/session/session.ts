import { X509Certificate } from 'node:crypto';
import { type InspectOptions, inspect } from 'node:util';
import { guardMembers } from '../common/guard.js';
import { inspectObject } from '../common/inspect.js';
import { readOptions } from '../common/option-bag.js';
import { type ProtocolVersion, versionName, versionNumber } from '../common/protocol-version.js';
import { Reference, type ReferenceKind } from '../common/reference.js';
import { checkBytes, checkHandle, checkInt, invalidType } from '../common/validate.js';
import * as C from '../libssl.js';
import { on, result } from '../native/call.js';
import { encode } from '../native/encode.js';
import type { CipherInfo, Handle } from '../native/types.js';
import { decode, decodePem } from './decode.js';
import { ensure, fail, failEncoding, owned } from './failure.js';
import { checkSafe, dateOf, findCipher, latin1Bytes, safe } from './fields.js';
import { fragmentLength, readSessionInfo, type SslSessionInfo } from './info.js';
import { nodeSessionOf, readWrapping, unwrapNodeSession } from './node-session.js';
import { isOfferable } from './offer.js';
import { textRows, withoutSecrets } from './redacted-text.js';

const references: ReferenceKind = {
  name: 'SslSession',
  release: (handle) => on(handle).releaseSession(),
};

// The first argument of the constructor if it must take over a handle.
const adopting = Symbol('adopting');

/**
 * A session of libssl 1.1.1. One object owns exactly one reference to a native `SSL_SESSION`, and
 * `free()` gives it back. If you forget to, the garbage collector does it, some time later. After
 * `free()` every member except `free` and `freed` throws `ERR_LIBSSL_FREED`.
 */
export class SslSession implements Disposable {
  readonly #reference: Reference;
  #boundTo: string | null = null;

  // ---- Creation.

  /**
   * A new session as libssl makes it: time now, timeout 304 seconds, all else empty. Throws what
   * `libraryInfo()` throws if there is no usable libssl. Wraps `SSL_SESSION_new(3)`.
   */
  constructor();
  /** @internal */
  constructor(token: typeof adopting, handle: Handle);
  constructor(token?: typeof adopting, handle?: Handle) {
    const given = token === adopting ? handle : undefined;
    const own = given ?? owned('SSL_SESSION_new', C.SSL_SESSION_new());
    this.#reference = new Reference(this, own, references);
  }

  /**
   * Decodes DER. Bytes after the session are an error (`ERR_LIBSSL_FAILED`). If the DER is cut off,
   * the error says how much is missing. Wraps `d2i_SSL_SESSION(3)`.
   */
  static fromDer(der: Uint8Array): SslSession {
    return new SslSession(adopting, decode(checkBytes('der', der)));
  }

  /**
   * Decodes the first `SSL SESSION PARAMETERS` block. An encrypted block is an error; there is
   * never a prompt for a password. Fields that only a newer OpenSSL knows are left out, as in
   * `fromNodeSession()`. Wraps `PEM_read_bio_SSL_SESSION(3)`.
   */
  static fromPem(pem: string | Uint8Array): SslSession {
    return new SslSession(adopting, decodePem(pem));
  }

  /**
   * Decodes what `tls.TLSSocket.getSession()` and the event `'session'` give in Node 20 and newer:
   * DER of OpenSSL 3, which Node may have bound to a server name (`boundTo`). Fields that 1.1.1
   * does not know are left out. Wraps `d2i_SSL_SESSION(3)`.
   */
  static fromNodeSession(buffer: Uint8Array): SslSession {
    const bytes = checkBytes('buffer', buffer);
    const session = new SslSession(adopting, decode(unwrapNodeSession(bytes)));
    session.#boundTo = readWrapping(bytes).servername;
    return session;
  }

  /** @internal Whether it is a session. A Proxy is not: it does not have the private fields. */
  static is(value: unknown): value is SslSession {
    return typeof value === 'object' && value !== null && #reference in value;
  }

  // ---- Ownership.

  /**
   * Takes over the references that a handle of `libssl-session/libssl` owns: the object keeps one,
   * and the others are given back. A handle that already belongs to an object is refused.
   */
  static adopt(handle: Handle): SslSession {
    checkHandle('handle', handle);
    on(handle).adoptSession();
    return new SslSession(adopting, handle);
  }

  /**
   * Lends the handle to the functions of `libssl-session/libssl`, until `free()`. They cannot free
   * the reference that this object owns.
   */
  get handle(): Handle {
    on(this.#live).lendSession();
    return this.#live;
  }

  /** @internal The handle for one call: unlike `handle`, it lends nothing. */
  get nativeHandle(): Handle {
    return this.#live;
  }

  // Throws if the session was freed.
  get #live(): Handle {
    return this.#reference.handle;
  }

  /** An independent copy, with its own reference count. Wraps `SSL_SESSION_dup(3)`. */
  dup(): SslSession {
    return this.#sibling(owned('SSL_SESSION_dup', C.SSL_SESSION_dup(this.#live)));
  }

  /** A second owner of the same native session. Wraps `SSL_SESSION_up_ref(3)`. */
  upRef(): SslSession {
    on(this.#live).shareSession();
    return this.#sibling(owned('SSL_SESSION_up_ref', result<Handle>()));
  }

  #sibling(handle: Handle): SslSession {
    const other = new SslSession(adopting, handle);
    other.#boundTo = this.#boundTo;
    return other;
  }

  /**
   * Gives this object's reference back; the native session ends with its last reference. Calling it
   * again does nothing. Wraps `SSL_SESSION_free(3)`.
   */
  free(): void {
    this.#reference.free();
  }

  /** `free()`, for `using session = …`. */
  [Symbol.dispose](): void {
    this.free();
  }

  /** Whether `free()` was called. */
  get freed(): boolean {
    return this.#reference.freed;
  }

  /** Whether both objects own references to the same native `SSL_SESSION`. */
  isSameSession(other: SslSession): boolean {
    if (!SslSession.is(other)) throw invalidType('other', 'an SslSession', other);
    on(this.#live, other.#live).isSameSession();
    return result() === 1;
  }

  // ---- Encodings and text.

  /**
   * DER, in memory of its own. It contains the master key. A session that never had a cipher has no
   * DER: `ERR_LIBSSL_FAILED`. Wraps `i2d_SSL_SESSION(3)`.
   */
  toDer(): Buffer {
    // Not from the pool: cloning such a Buffer to another thread would clone the whole pool.
    return encode(this.#live) ?? failEncoding('i2d_SSL_SESSION');
  }

  /**
   * PEM: an `SSL SESSION PARAMETERS` block. Like `toDer()` it contains the master key, and needs a
   * cipher. Wraps `PEM_write_bio_SSL_SESSION(3)`.
   */
  toPem(): string {
    return C.PEM_write_bio_SSL_SESSION(this.#live) ?? failEncoding('PEM_write_bio_SSL_SESSION');
  }

  /**
   * A buffer for `tls.connect({ session })` of the running Node. With `servername` it is bound to
   * that name, if this Node binds sessions to names; otherwise it is DER, which every Node takes.
   * It contains the master key. Wraps `i2d_SSL_SESSION(3)`.
   */
  toNodeSession(options: { servername?: string } = {}): Buffer {
    return nodeSessionOf(this.toDer(), options);
  }

  /**
   * The text of `openssl sess_id -text`. Without `secrets: true`, `(not shown)` stands for the
   * master key, the ticket and the fields of a PSK. libssl cannot print a session whose PSK
   * identity, PSK hint or SRP name is empty: `ERR_LIBSSL_FAILED`. Wraps `SSL_SESSION_print(3)`.
   */
  toText(options: { secrets?: boolean } = {}): string {
    const { secrets } = readOptions('options', textRows, options);
    const text = C.SSL_SESSION_print(this.#live) ?? fail('SSL_SESSION_print');
    return secrets === true ? text : withoutSecrets(text);
  }

  /**
   * A line of a key log, for Wireshark: `RSA Session-ID:… Master-Key:…`. All of it is secret. A
   * session without an id or a key has no such line: `ERR_LIBSSL_FAILED`. Wraps
   * `SSL_SESSION_print_keylog(3)`.
   */
  toKeylog(): string {
    const rule = 'SSL_SESSION_print_keylog: a session without id or key has no line';
    return C.SSL_SESSION_print_keylog(this.#live) ?? fail('SSL_SESSION_print_keylog', rule);
  }

  /** All fields except the secret ones, as plain values. */
  toJSON(): SslSessionInfo {
    return readSessionInfo(this.#live);
  }

  /** @internal */
  [inspect.custom](depth: number, options: InspectOptions): string {
    // Also called on a Proxy, and on an object that inherits from a session.
    if (!(#reference in this)) return 'SslSession <not a session>';
    return inspectObject('SslSession', this.freed, () => this.toJSON(), depth, options);
  }

  // ---- Fields.

  /**
   * The session id: at most 32 bytes. A longer one throws a `LibsslError`. Wraps
   * `SSL_SESSION_get_id(3)`, `SSL_SESSION_set1_id(3)`.
   */
  get id(): Buffer {
    return C.SSL_SESSION_get_id(this.#live);
  }
  set id(id: Uint8Array) {
    ensure('SSL_SESSION_set1_id', C.SSL_SESSION_set1_id(this.#live, checkBytes('id', id)));
  }

  /**
   * The id context, which ties a server's session to its application: at most 32 bytes. A longer
   * one throws a `LibsslError`. Wraps `SSL_SESSION_get0_id_context(3)`,
   * `SSL_SESSION_set1_id_context(3)`.
   */
  get idContext(): Buffer {
    return C.SSL_SESSION_get0_id_context(this.#live);
  }
  set idContext(context: Uint8Array) {
    const done = C.SSL_SESSION_set1_id_context(this.#live, checkBytes('idContext', context));
    ensure('SSL_SESSION_set1_id_context', done);
  }

  /**
   * When the session was made, in seconds since the epoch. Throws `ERR_OUT_OF_RANGE` if a number
   * cannot hold it. Wraps `SSL_SESSION_get_time(3)`, `SSL_SESSION_set_time(3)`.
   */
  get time(): number {
    return safe('time', C.SSL_SESSION_get_time(this.#live));
  }
  set time(seconds: number) {
    C.SSL_SESSION_set_time(this.#live, checkSafe('time', seconds));
  }

  /**
   * How long the session is good for, in seconds. Throws `ERR_OUT_OF_RANGE` if a number cannot hold
   * it. Wraps `SSL_SESSION_get_timeout(3)`, `SSL_SESSION_set_timeout(3)`.
   */
  get timeout(): number {
    return safe('timeout', C.SSL_SESSION_get_timeout(this.#live));
  }
  set timeout(seconds: number) {
    C.SSL_SESSION_set_timeout(this.#live, checkSafe('timeout', seconds));
  }

  /**
   * `time` + `timeout`: a server accepts the session until then. The ticket may expire sooner
   * (`ticketLifetimeHint`), and a client of libssl offers the session even later. Throws
   * `ERR_OUT_OF_RANGE` if a Date cannot hold it.
   */
  get expiresAt(): Date {
    return dateOf('expiresAt', this.time + this.timeout);
  }

  /**
   * The version, as `tls.TLSSocket.getProtocol()` names it; `unknown` for a number without a name,
   * null if it is not set. The setter also takes the number (a C `int`). Wraps
   * `SSL_SESSION_get_protocol_version(3)`, `SSL_SESSION_set_protocol_version(3)`.
   */
  get protocolVersion(): ProtocolVersion | null {
    return versionName(C.SSL_SESSION_get_protocol_version(this.#live));
  }
  set protocolVersion(version: ProtocolVersion | number | null) {
    const handle = this.#live;
    // So that session.protocolVersion = session.protocolVersion works.
    if (version === 'unknown' && this.protocolVersion === 'unknown') return;
    const number =
      typeof version === 'number' ? checkInt('protocolVersion', version) : versionNumber(version);
    ensure('SSL_SESSION_set_protocol_version', C.SSL_SESSION_set_protocol_version(handle, number));
  }

  /**
   * The version's number: 0x0304 for TLS 1.3; 0 if it is not set. Wraps
   * `SSL_SESSION_get_protocol_version(3)`.
   */
  get protocolVersionNumber(): number {
    return C.SSL_SESSION_get_protocol_version(this.#live);
  }

  /**
   * The cipher suite; null if it is not set. The setter takes OpenSSL's name, the RFC's name, the
   * 2-byte number, or what the getter gave. A suite that libssl does not know throws
   * `ERR_INVALID_ARG_VALUE`. Wraps `SSL_SESSION_get0_cipher(3)`, `SSL_CIPHER_find(3)`,
   * `SSL_SESSION_set_cipher(3)`.
   */
  get cipher(): CipherInfo | null {
    return C.SSL_SESSION_get0_cipher(this.#live);
  }
  set cipher(cipher: CipherInfo | string | number | null) {
    ensure('SSL_SESSION_set_cipher', C.SSL_SESSION_set_cipher(this.#live, findCipher(cipher)));
  }

  /**
   * The master key, or in TLS 1.3 the resumption PSK: a secret of at most 256 bytes. A longer one
   * throws `ERR_LIBSSL_FAILED`. Wraps `SSL_SESSION_get_master_key(3)`,
   * `SSL_SESSION_set1_master_key(3)`.
   */
  get masterKey(): Buffer {
    return C.SSL_SESSION_get_master_key(this.#live);
  }
  set masterKey(key: Uint8Array) {
    const done = C.SSL_SESSION_set1_master_key(this.#live, checkBytes('masterKey', key));
    ensure('SSL_SESSION_set1_master_key', done);
  }

  /**
   * The server name (SNI), as latin1; null if there is none. Wraps
   * `SSL_SESSION_get0_hostname(3)`, `SSL_SESSION_set1_hostname(3)`.
   */
  get hostname(): string | null {
    return C.SSL_SESSION_get0_hostname(this.#live);
  }
  set hostname(hostname: string | null) {
    ensure('SSL_SESSION_set1_hostname', C.SSL_SESSION_set1_hostname(this.#live, hostname));
  }

  /**
   * The server name that node:tls bound the session to; null if there is none. `fromNodeSession()`
   * reads it, and `dup()` and `upRef()` pass it on. A connection to another name does not offer the
   * session.
   */
  get boundTo(): string | null {
    this.#live;
    return this.#boundTo;
  }

  /**
   * The protocol that ALPN selected, as latin1; null if there is none. Setting an empty one removes
   * it. Wraps `SSL_SESSION_get0_alpn_selected(3)`, `SSL_SESSION_set1_alpn_selected(3)`.
   */
  get alpnProtocol(): string | null {
    return C.SSL_SESSION_get0_alpn_selected(this.#live)?.toString('latin1') ?? null;
  }
  set alpnProtocol(protocol: string | null) {
    const handle = this.#live;
    const bytes = latin1Bytes('alpnProtocol', protocol);
    ensure('SSL_SESSION_set1_alpn_selected', C.SSL_SESSION_set1_alpn_selected(handle, bytes));
  }

  /**
   * The negotiated maximum fragment length, in bytes; null if none was negotiated. Wraps
   * `SSL_SESSION_get_max_fragment_length(3)`.
   */
  get maxFragmentLength(): 512 | 1024 | 2048 | 4096 | null {
    return fragmentLength(C.SSL_SESSION_get_max_fragment_length(this.#live));
  }

  /** The compression method's number; 0 for none. Wraps `SSL_SESSION_get_compress_id(3)`. */
  get compressionId(): number {
    return C.SSL_SESSION_get_compress_id(this.#live);
  }

  /**
   * The peer's certificate; null if the session has none. May throw an error of node:crypto, whose
   * class it is. Wraps `SSL_SESSION_get0_peer(3)`.
   */
  get peerCertificate(): X509Certificate | null {
    const der = C.SSL_SESSION_get0_peer(this.#live);
    return der === null ? null : new X509Certificate(der);
  }

  // ---- Tickets and resumption.

  /** Whether the session holds a ticket. Wraps `SSL_SESSION_has_ticket(3)`. */
  get hasTicket(): boolean {
    return C.SSL_SESSION_has_ticket(this.#live) === 1;
  }

  /** The ticket, which is a secret; null if there is none. Wraps `SSL_SESSION_get0_ticket(3)`. */
  get ticket(): Buffer | null {
    return C.SSL_SESSION_get0_ticket(this.#live);
  }

  /**
   * What a server's application stored in the ticket; null if there is nothing. Setting an empty
   * one removes it. Wraps `SSL_SESSION_get0_ticket_appdata(3)`,
   * `SSL_SESSION_set1_ticket_appdata(3)`.
   */
  get ticketAppData(): Buffer | null {
    return C.SSL_SESSION_get0_ticket_appdata(this.#live);
  }
  set ticketAppData(data: Uint8Array | null) {
    const handle = this.#live;
    const bytes = data === null ? null : checkBytes('ticketAppData', data);
    ensure('SSL_SESSION_set1_ticket_appdata', C.SSL_SESSION_set1_ticket_appdata(handle, bytes));
  }

  /**
   * How many bytes of early data may be sent with it (a `uint32_t`). Wraps
   * `SSL_SESSION_get_max_early_data(3)`, `SSL_SESSION_set_max_early_data(3)`.
   */
  get maxEarlyData(): number {
    return C.SSL_SESSION_get_max_early_data(this.#live);
  }
  set maxEarlyData(bytes: number) {
    ensure('SSL_SESSION_set_max_early_data', C.SSL_SESSION_set_max_early_data(this.#live, bytes));
  }

  /**
   * How long the server says the ticket is good for, in seconds; 0 if it says nothing. Throws
   * `ERR_OUT_OF_RANGE` if a number cannot hold it. Wraps
   * `SSL_SESSION_get_ticket_lifetime_hint(3)`.
   */
  get ticketLifetimeHint(): number {
    return safe('ticketLifetimeHint', C.SSL_SESSION_get_ticket_lifetime_hint(this.#live));
  }

  /**
   * Whether it has an id or a ticket, and is not marked as not resumable. Its time, cipher and key
   * are not looked at: see `isOfferable`. Wraps `SSL_SESSION_is_resumable(3)`.
   */
  get isResumable(): boolean {
    return C.SSL_SESSION_is_resumable(this.#live) === 1;
  }

  /**
   * Whether a client of libssl would offer it now, and its time is good enough for a server: it is
   * resumable, has a cipher and a master key, and is neither past its timeout nor, in TLS 1.3, past
   * its ticket's lifetime. False if a number cannot hold its times.
   */
  get isOfferable(): boolean {
    return isOfferable(this.#live);
  }
}

guardMembers(SslSession);
