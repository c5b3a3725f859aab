import { X509Certificate } from 'node:crypto';
import { type InspectOptions, inspect } from 'node:util';
import { LibsslError, libsslError } from '../common/errors.js';
import { guardMembers } from '../common/guard.js';
import { inspectObject } from '../common/inspect.js';
import { readOptions } from '../common/option-bag.js';
import { type ProtocolVersion, versionName, versionNumber } from '../common/protocol-version.js';
import { Reference, type ReferenceKind } from '../common/reference.js';
import {
  checkBytes,
  checkHandle,
  checkInt,
  checkInteger,
  checkLatin1,
  checkString,
  invalidType,
  invalidValue,
  outOfRange,
} from '../common/validate.js';
import { offer } from '../connection/offer.js';
import * as C from '../libssl.js';
import { on, result } from '../native/call.js';
import { encode } from '../native/encode.js';
import { type CipherInfo, type Handle, native } from '../native/native.js';
import { fragmentLength, readSessionInfo, type SslSessionInfo } from './info.js';
import {
  knownPart,
  missingPart,
  readWrapping,
  unwrapNodeSession,
  wrapNodeSession,
} from './node-session.js';
import { withoutSecrets } from './redacted-text.js';

const references: ReferenceKind = {
  name: 'SslSession',
  release(handle) {
    on(handle).releaseSession();
  },
};

// Given to the constructor in place of nothing: take over this handle.
const adopting = Symbol('adopting');

/**
 * A session of libssl 1.1.1. One object owns exactly one reference to a native `SSL_SESSION`:
 * `free()` gives it back, and what is forgotten the garbage collector gives back, some time later.
 * After `free()` every member but `free` and `freed` throws `ERR_LIBSSL_FREED`.
 */
export class SslSession implements Disposable {
  readonly #reference: Reference;
  #boundTo: string | null = null;

  /**
   * A new, empty session, as libssl makes it: time now, timeout 304 seconds, nothing else.
   * Throws as `libraryInfo()` where there is no usable libssl. Wraps `SSL_SESSION_new(3)`.
   */
  constructor();
  /** @internal */
  constructor(token: typeof adopting, handle: Handle);
  constructor(token?: typeof adopting, handle?: Handle) {
    const own =
      token === adopting && handle !== undefined
        ? handle
        : owned('SSL_SESSION_new', C.SSL_SESSION_new());
    this.#reference = new Reference(this, own, references);
  }

  /**
   * Decodes DER. Bytes after the session are an error: `ERR_LIBSSL_FAILED`. Of one that is cut off
   * the error says what is missing.
   * Wraps `d2i_SSL_SESSION(3)`.
   */
  static fromDer(der: Uint8Array): SslSession {
    return decode(checkBytes('der', der));
  }

  /**
   * Decodes the first `SSL SESSION PARAMETERS` block. An encrypted one is an error; nothing ever
   * asks for a password. Fields that only a newer OpenSSL knows are left out, as by
   * `fromNodeSession`. Wraps `PEM_read_bio_SSL_SESSION(3)`.
   */
  static fromPem(pem: string | Uint8Array): SslSession {
    if (typeof pem !== 'string' && !(pem instanceof Uint8Array)) {
      throw invalidType('pem', 'a string, Buffer or Uint8Array', pem);
    }
    const bytes = typeof pem === 'string' ? Buffer.from(pem, 'utf8') : pem;
    const handle = C.PEM_read_bio_SSL_SESSION(bytes);
    if (handle !== 0) return new SslSession(adopting, handle);
    const error = libsslError('PEM_read_bio_SSL_SESSION', native().lastErrors());
    const known = knownPart(bytes);
    if (known === null) throw error;
    try {
      return decode(known);
    } finally {
      known.fill(0);
    }
  }

  /**
   * Takes what `tls.TLSSocket.getSession()` and the `'session'` event of any Node from 20 on give:
   * DER of OpenSSL 3, wrapped or not. Its fields that 1.1.1 does not know are left out; the name
   * that Node bound it to is `boundTo`. Wraps `d2i_SSL_SESSION(3)`.
   */
  static fromNodeSession(buffer: Uint8Array): SslSession {
    const bytes = checkBytes('buffer', buffer);
    const session = decode(unwrapNodeSession(bytes));
    session.#boundTo = readWrapping(bytes).servername;
    return session;
  }

  /**
   * The server name that node:tls bound the session to, where `fromNodeSession` or the session that
   * this is a `dup()` or `upRef()` of had one; else null. A connection to another name does not offer
   * it.
   */
  get boundTo(): string | null {
    this.#live;
    return this.#boundTo;
  }

  /** @internal Whether it is one, and no Proxy of one, which has nothing of its own. */
  static is(value: unknown): value is SslSession {
    return typeof value === 'object' && value !== null && #reference in value;
  }

  /**
   * Takes over the references that a handle of `libssl-session/libssl` owns: the object owns one,
   * the others are given back. A handle that an object has already is refused.
   */
  static adopt(handle: Handle): SslSession {
    checkHandle('handle', handle);
    on(handle).adoptSession();
    return new SslSession(adopting, handle);
  }

  /**
   * Lends the handle to the functions of `libssl-session/libssl`, until free(). They cannot take
   * this object's own reference away.
   */
  get handle(): Handle {
    const handle = this.#live;
    on(handle).lendSession();
    return handle;
  }

  // Throws for a freed object, and (by itself) for one that only looks like a session.
  get #live(): Handle {
    return this.#reference.handle;
  }

  /** An independent copy, with its own reference count. Wraps `SSL_SESSION_dup(3)`. */
  dup(): SslSession {
    return this.#bind(adopt('SSL_SESSION_dup', C.SSL_SESSION_dup(this.#live)));
  }

  /** A second owner of the same native session. Wraps `SSL_SESSION_up_ref(3)`. */
  upRef(): SslSession {
    on(this.#live).shareSession();
    return this.#bind(adopt('SSL_SESSION_up_ref', result<Handle>()));
  }

  #bind(other: SslSession): SslSession {
    other.#boundTo = this.#boundTo;
    return other;
  }

  /**
   * Gives this object's reference back; the native session ends with its last reference. Again:
   * nothing. Wraps `SSL_SESSION_free(3)`.
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
    if (!(typeof other === 'object' && other !== null && #reference in other)) {
      throw invalidType('other', 'an SslSession', other);
    }
    on(this.#live, other.#live).isSameSession();
    return result() === 1;
  }

  /**
   * DER, in memory of its own. A session that never had a cipher has no encoding:
   * `ERR_LIBSSL_FAILED`. Holds the master key.
   * Wraps `i2d_SSL_SESSION(3)`.
   */
  toDer(): Buffer {
    // Not from the pool: whoever clones that Buffer to another thread would clone all of it.
    return encode(this.#live) ?? failEncoding('i2d_SSL_SESSION');
  }

  /**
   * PEM, `SSL SESSION PARAMETERS`. As `toDer()` it needs a cipher, and holds the master key. Wraps
   * `PEM_write_bio_SSL_SESSION(3)`.
   */
  toPem(): string {
    return C.PEM_write_bio_SSL_SESSION(this.#live) ?? failEncoding('PEM_write_bio_SSL_SESSION');
  }

  /**
   * For `tls.connect({ session })` of the Node that runs this: with `servername` bound to that
   * name, where that Node binds sessions to names; else DER, which every Node takes. Holds the
   * master key. Wraps `i2d_SSL_SESSION(3)`.
   */
  toNodeSession(options: { servername?: string } = {}): Buffer {
    const { servername } = readOptions('options', nodeSessionRows, options);
    const der = this.toDer();
    return servername === undefined ? der : wrapNodeSession(der, servername);
  }

  /**
   * The text of `openssl sess_id -text`. Without `secrets: true` the master key, the ticket and
   * what belongs to a PSK are blanked. libssl cannot print a session with an empty PSK identity,
   * hint or SRP name: `ERR_LIBSSL_FAILED`. Wraps `SSL_SESSION_print(3)`.
   */
  toText(options: { secrets?: boolean } = {}): string {
    const { secrets } = readOptions('options', textRows, options);
    const text = C.SSL_SESSION_print(this.#live) ?? fail('SSL_SESSION_print');
    return secrets === true ? text : withoutSecrets(text);
  }

  /**
   * A line of a key log, for Wireshark: `RSA Session-ID:… Master-Key:…`. All of it is secret. A
   * session without id or key has none: `ERR_LIBSSL_FAILED`. Wraps `SSL_SESSION_print_keylog(3)`.
   */
  toKeylog(): string {
    const rule = 'SSL_SESSION_print_keylog: a session without id or key has no line';
    return C.SSL_SESSION_print_keylog(this.#live) ?? fail('SSL_SESSION_print_keylog', rule);
  }

  /** Plain values, and no secret. */
  toJSON(): SslSessionInfo {
    return readSessionInfo(this.#live);
  }

  /** @internal */
  [inspect.custom](depth: number, options: InspectOptions): string {
    // Also asked of a Proxy, and of what inherits from a session.
    if (!(#reference in this)) return 'SslSession <not a session>';
    return inspectObject('SslSession', this.freed, () => this.toJSON(), depth, options);
  }

  /**
   * At most 32 bytes; longer: `LibsslError`. Wraps
   * `SSL_SESSION_get_id(3)`, `SSL_SESSION_set1_id(3)`.
   */
  get id(): Buffer {
    return C.SSL_SESSION_get_id(this.#live);
  }
  set id(id: Uint8Array) {
    ensure('SSL_SESSION_set1_id', C.SSL_SESSION_set1_id(this.#live, checkBytes('id', id)));
  }

  /**
   * What ties a server's session to its application; at most 32 bytes; longer: `LibsslError`.
   * Wraps `SSL_SESSION_get0_id_context(3)`, `SSL_SESSION_set1_id_context(3)`.
   */
  get idContext(): Buffer {
    return C.SSL_SESSION_get0_id_context(this.#live);
  }
  set idContext(context: Uint8Array) {
    const handle = this.#live;
    const bytes = checkBytes('idContext', context);
    ensure('SSL_SESSION_set1_id_context', C.SSL_SESSION_set1_id_context(handle, bytes));
  }

  /**
   * When the session was made, in seconds since the epoch. Throws `ERR_OUT_OF_RANGE` for what a
   * number cannot hold. Wraps `SSL_SESSION_get_time(3)`, `SSL_SESSION_set_time(3)`.
   */
  get time(): number {
    return safe('time', C.SSL_SESSION_get_time(this.#live));
  }
  set time(seconds: number) {
    C.SSL_SESSION_set_time(this.#live, checkSafe('time', seconds));
  }

  /**
   * How long the session is good for, in seconds. Throws `ERR_OUT_OF_RANGE` for what a number
   * cannot hold. Wraps `SSL_SESSION_get_timeout(3)`, `SSL_SESSION_set_timeout(3)`.
   */
  get timeout(): number {
    return safe('timeout', C.SSL_SESSION_get_timeout(this.#live));
  }
  set timeout(seconds: number) {
    C.SSL_SESSION_set_timeout(this.#live, checkSafe('timeout', seconds));
  }

  /**
   * `time` + `timeout`: until then a server takes it. A ticket may be good for less:
   * `ticketLifetimeHint`; and a client offers a session also later. Throws `ERR_OUT_OF_RANGE` for
   * what a Date cannot hold.
   */
  get expiresAt(): Date {
    const handle = this.#live;
    const seconds =
      safe('time', C.SSL_SESSION_get_time(handle)) +
      safe('timeout', C.SSL_SESSION_get_timeout(handle));
    const date = new Date(seconds * 1000);
    if (Number.isNaN(date.getTime())) throw outOfRange('expiresAt', 'a Date', seconds);
    return date;
  }

  /**
   * As `tls.TLSSocket.getProtocol()` names it; `unknown` for a number without a name, null when
   * unset. The setter also takes the number (a C `int`). Wraps
   * `SSL_SESSION_get_protocol_version(3)`, `SSL_SESSION_set_protocol_version(3)`.
   */
  get protocolVersion(): ProtocolVersion | null {
    return versionName(C.SSL_SESSION_get_protocol_version(this.#live));
  }
  set protocolVersion(version: ProtocolVersion | number | null) {
    const handle = this.#live;
    // session.protocolVersion = session.protocolVersion
    if (version === 'unknown' && this.protocolVersion === 'unknown') return;
    const number =
      typeof version === 'number' ? checkInt('protocolVersion', version) : versionNumber(version);
    ensure('SSL_SESSION_set_protocol_version', C.SSL_SESSION_set_protocol_version(handle, number));
  }

  /** 0x0304 for TLS 1.3; 0 when unset. Wraps `SSL_SESSION_get_protocol_version(3)`. */
  get protocolVersionNumber(): number {
    return C.SSL_SESSION_get_protocol_version(this.#live);
  }

  /**
   * null when unset. The setter takes OpenSSL's name, the RFC's name, the 2-byte number, or what
   * the getter gave; a suite that libssl does not know: `ERR_INVALID_ARG_VALUE`. Wraps
   * `SSL_SESSION_get0_cipher(3)`, `SSL_CIPHER_find(3)`, `SSL_SESSION_set_cipher(3)`.
   */
  get cipher(): CipherInfo | null {
    return C.SSL_SESSION_get0_cipher(this.#live);
  }
  set cipher(cipher: CipherInfo | string | number | null) {
    const handle = this.#live;
    const known = cipher === null ? null : findCipher(cipher);
    ensure('SSL_SESSION_set_cipher', C.SSL_SESSION_set_cipher(handle, known));
  }

  /**
   * The master key; in TLS 1.3 the resumption PSK. A secret. At most 256 bytes; longer:
   * `ERR_LIBSSL_FAILED`. Wraps `SSL_SESSION_get_master_key(3)`, `SSL_SESSION_set1_master_key(3)`.
   */
  get masterKey(): Buffer {
    return C.SSL_SESSION_get_master_key(this.#live);
  }
  set masterKey(key: Uint8Array) {
    const handle = this.#live;
    const bytes = checkBytes('masterKey', key);
    ensure('SSL_SESSION_set1_master_key', C.SSL_SESSION_set1_master_key(handle, bytes));
  }

  /**
   * The server name (SNI), as latin1; null when there is none. Wraps
   * `SSL_SESSION_get0_hostname(3)`, `SSL_SESSION_set1_hostname(3)`.
   */
  get hostname(): string | null {
    return C.SSL_SESSION_get0_hostname(this.#live);
  }
  set hostname(hostname: string | null) {
    ensure('SSL_SESSION_set1_hostname', C.SSL_SESSION_set1_hostname(this.#live, hostname));
  }

  /**
   * The protocol that ALPN selected, as latin1; null when there is none (an empty one is none).
   * Wraps
   * `SSL_SESSION_get0_alpn_selected(3)`, `SSL_SESSION_set1_alpn_selected(3)`.
   */
  get alpnProtocol(): string | null {
    return C.SSL_SESSION_get0_alpn_selected(this.#live)?.toString('latin1') ?? null;
  }
  set alpnProtocol(protocol: string | null) {
    const handle = this.#live;
    const bytes =
      protocol === null ? null : Buffer.from(checkLatin1('alpnProtocol', protocol), 'latin1');
    ensure('SSL_SESSION_set1_alpn_selected', C.SSL_SESSION_set1_alpn_selected(handle, bytes));
  }

  /** Whether the session holds a ticket. Wraps `SSL_SESSION_has_ticket(3)`. */
  get hasTicket(): boolean {
    return C.SSL_SESSION_has_ticket(this.#live) === 1;
  }

  /** The ticket; a secret. null when there is none. Wraps `SSL_SESSION_get0_ticket(3)`. */
  get ticket(): Buffer | null {
    return C.SSL_SESSION_get0_ticket(this.#live);
  }

  /**
   * What a server's application stored in the ticket; null when there is nothing (an empty one is
   * nothing). Wraps `SSL_SESSION_get0_ticket_appdata(3)`, `SSL_SESSION_set1_ticket_appdata(3)`.
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
   * Most early data that may be sent with it, in bytes (a `uint32_t`). Wraps
   * `SSL_SESSION_get_max_early_data(3)`, `SSL_SESSION_set_max_early_data(3)`.
   */
  get maxEarlyData(): number {
    return C.SSL_SESSION_get_max_early_data(this.#live);
  }
  set maxEarlyData(bytes: number) {
    const handle = this.#live;
    ensure('SSL_SESSION_set_max_early_data', C.SSL_SESSION_set_max_early_data(handle, bytes));
  }

  /**
   * The negotiated maximum fragment length, in bytes; null when none was. Wraps
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
   * The peer's certificate, as a class of node:crypto, whose errors it may throw; null when the
   * session has none. Wraps
   * `SSL_SESSION_get0_peer(3)`.
   */
  get peerCertificate(): X509Certificate | null {
    const der = C.SSL_SESSION_get0_peer(this.#live);
    return der === null ? null : new X509Certificate(der);
  }

  /**
   * How long the server says the ticket is good for, in seconds; 0 without one. Throws
   * `ERR_OUT_OF_RANGE` for what a number cannot hold. Wraps
   * `SSL_SESSION_get_ticket_lifetime_hint(3)`.
   */
  get ticketLifetimeHint(): number {
    return safe('ticketLifetimeHint', C.SSL_SESSION_get_ticket_lifetime_hint(this.#live));
  }

  /**
   * Whether it has an id or a ticket, and was not marked as not resumable. That says nothing of its
   * time, its cipher or its key: see `isOfferable`. Wraps `SSL_SESSION_is_resumable(3)`.
   */
  get isResumable(): boolean {
    return C.SSL_SESSION_is_resumable(this.#live) === 1;
  }

  /**
   * Whether a client of libssl would offer it now, and a server would take it by its time: it is
   * resumable, has a cipher and a master key, is not past its timeout, nor, in TLS 1.3, past its
   * ticket's lifetime. Times that a number cannot hold: false.
   */
  get isOfferable(): boolean {
    const info = this.toJSON();
    const { time, timeout, cipher } = info;
    if (typeof time !== 'number' || typeof timeout !== 'number' || cipher === null) return false;
    const age = Math.floor(Date.now() / 1000) - time;
    const key = this.masterKey;
    const { offered } = offer(info, age, key.length);
    key.fill(0);
    return offered && age <= timeout;
  }
}

guardMembers(SslSession);

function fail(functionName: string, silent?: string): never {
  throw libsslError(functionName, native().lastErrors(), silent);
}

function failEncoding(functionName: string): never {
  return fail(functionName, `${functionName}: a session without a cipher has no encoding`);
}

function ensure(functionName: string, done: 0 | 1): void {
  if (done !== 1) fail(functionName);
}

function owned(functionName: string, handle: Handle): Handle {
  return handle === 0 ? fail(functionName) : handle;
}

// The options of toNodeSession() and toText().
const nodeSessionRows = { servername: { check: checkString } };
// What is not true shows no secret.
const textRows = { secrets: { check: (_: string, value: unknown) => value === true } };

function adopt(functionName: string, handle: Handle): SslSession {
  return new SslSession(adopting, owned(functionName, handle));
}

function decode(der: Uint8Array): SslSession {
  const functions = native();
  on(1).d2i_SSL_SESSION(der);
  const handle = result<Handle>();
  if (handle < 0) {
    const message = `d2i_SSL_SESSION: ${-handle} bytes after the end of the session`;
    throw new LibsslError('ERR_LIBSSL_FAILED', message, { function: 'd2i_SSL_SESSION' });
  }
  if (handle === 0) {
    const rule = 'a field is too long, or the cipher is unknown to OpenSSL 1.1.1';
    const error = libsslError(
      'd2i_SSL_SESSION',
      functions.lastErrors(),
      `d2i_SSL_SESSION: ${rule}`,
    );
    // libssl calls what is too short "too long".
    const missing = missingPart(der);
    if (missing !== null) error.message = `the encoding is cut off, ${missing}: ${error.message}`;
    throw error;
  }
  return new SslSession(adopting, handle);
}

function findCipher(cipher: CipherInfo | string | number): CipherInfo {
  const key = typeof cipher === 'object' ? cipher?.id : cipher;
  if (typeof key !== 'string' && typeof key !== 'number') {
    throw invalidType('cipher', 'a name, a number, null or what the getter gives', cipher);
  }
  const known = C.SSL_CIPHER_find(key);
  if (known === null) throw invalidValue('cipher', 'must be a cipher suite that libssl knows');
  return known;
}

function checkSafe(name: string, value: unknown): number {
  return checkInteger(name, value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
}

function safe(name: string, value: number | bigint): number {
  if (typeof value === 'bigint') throw outOfRange(name, 'a safe integer', value);
  return value;
}
