// The addon, as TypeScript sees it: one function for each C function, and what takes more than one.
// registers.ts says how handles and numbers come and go; functions.ts has what is written of the list.

import type { EventKind } from './event-kind.js';
import type { NativeFunctions } from './functions.js';
import type {
  CipherInfo,
  Handle,
  LibraryInfo,
  LongResult,
  OpensslErrorEntry,
  SessionCounts,
} from './types.js';

/** What libssl's callbacks recorded in a call. */
export interface NativeEvent {
  kind: EventKind;
  /** The first handle of the context, which may have ended. */
  context: Handle;
  /** The first handle of the connection; 0 where there is none. */
  connection: Handle;
  /** Whoever takes the event owns its reference; 0 where there is none. */
  session: Handle;
  data: Buffer;
  number: number;
  value: number;
}

/**
 * What a step gave: its own bytes, the bytes for the peer, and what was recorded, each or null;
 * undefined where all three are null. The result is in registers[0], `SSL_get_error` in
 * registers[1], whether the handshake is over in registers[2]. Before a step on a connection,
 * registers[1] says whether the bytes for the peer are wanted (1), or stay where they are (0).
 */
export type Outcome =
  | undefined
  | [data: Buffer | null, output: Buffer | null, events: NativeEvent[] | null];

/** A C function of a context or connection; its result is in registers[0]. */
type Plain = () => void;
type WithNumber = (value: number | bigint) => void;
type WithText = (value: string | null) => void;
type WithBytes = (value: Uint8Array) => void;

export interface NativeContext {
  /** The index of a method: src/libssl/contexts.ts. */
  SSL_CTX_new(method: number): void;
  /** The index of the method; -1 for one that has no function. */
  SSL_CTX_get_ssl_method: Plain;
  SSL_get_ssl_method: Plain;
  SSL_CTX_free(): Outcome;
  lendContext(): void;
  releaseContext(): Outcome;
  /** registers[1]: the session. */
  SSL_CTX_add_session(): Outcome;
  SSL_CTX_remove_session(): Outcome;
  SSL_CTX_flush_sessions(time: number | bigint): Outcome;
  /** Handles that own a reference each. */
  cachedSessions(): Handle[];
  /** Twelve counters in the registers, in the order of SSL_CTRL_SESS_…. */
  sessionStats(): void;
  /**
   * A bit, 1 << kind, for each kind of event that is wanted; the others are no longer.
   * registers[0]: the context, or a connection of it.
   */
  recordEvents(kinds: number): void;
  /**
   * Peers are judged also where a session is resumed. `acceptsAny`: what does not verify is only
   * noted. `trustsSystem`: by the system's certificates.
   */
  judge(acceptsAny: boolean, trustsSystem: boolean): void;
  /**
   * Whether these keys, or for null those of another context (registers[1]), are none or the
   * context's own: 0 or 1. `size` as in setTicketKeys().
   */
  ticketKeysFit(keys: Uint8Array | null, size: number): void;
  /** Whether who looks sessions up gives one of TLS 1.3 once only, to whoever asks first. */
  findsOnce(once: boolean): void;
  /** PEM: the certificate, then those that lead to its root. How many; 0 on failure. */
  useCertificate: WithBytes;
  SSL_CTX_use_certificate_ASN1(der: Uint8Array): void;
  /** registers[1]: the kind of key. */
  SSL_CTX_use_PrivateKey_ASN1(der: Uint8Array): void;
  SSL_use_PrivateKey_ASN1(der: Uint8Array): void;
  usePrivateKey(pem: Uint8Array, passphrase: string | null): void;
  /** How many; 0 on failure. `nameToClients`: also a server's list of acceptable issuers. */
  addCa(pem: Uint8Array, nameToClients: boolean): void;
  /** PKCS #12: 1, 0 on failure, -1 without a certificate or key. `nameToClients` as addCa(). */
  usePfx(der: Uint8Array, passphrase: string | null, nameToClients: boolean): void;
  /** PEM. How many; 0 on failure. */
  addCrl: WithBytes;
  /** PEM; null: by the size of the key. 0 on failure; -1: fewer than 1024 bits. */
  setDhParameters(pem: Uint8Array | null): void;
  /**
   * Keys of `size` bytes (48 or 80), one after the other; none: libssl's own. `makesTickets`: the
   * first encrypts; else none does, nor libssl's own.
   */
  setTicketKeys(keys: Uint8Array, size: number, makesTickets: boolean): void;
  /** registers[1]: the context to switch to, or 0. Lower case; `*.` in front for any one label. */
  setServerName(name: string): Outcome;
}

/** On a context or a connection, whichever registers[0] is. */
export interface NativeAnswers {
  /** The same of what one connection is asked for itself: kinds of kOwnKinds. */
  recordOwnEvents(kinds: number): void;
  /** Both: the result is the first handle of the connection's context. */
  firstContext: Plain;
  SSL_set_tlsext_debug_callback: Plain;
  checkResumable(): void;
  /** Forgets what was given for the callback of this kind of event, and takes it from libssl. */
  removeAnswers(kind: EventKind): void;
  /** registers[1]: the session, or 0 for none. */
  setPskUse(identity: Uint8Array): void;
  /** registers[1]: the session, or 0 to forget the identity. */
  setPskFind(identity: Uint8Array): void;
  setPskClient(identity: Uint8Array, key: Uint8Array | null): void;
  setPskServer(identity: Uint8Array, key: Uint8Array | null): void;
  setTicketAppData(data: Uint8Array | null): void;
  clearTicketRules(): void;
  /** SSL_TICKET_RETURN_… for tickets with this application data; null: for any. */
  addTicketRule(action: number, appData: Uint8Array | null): void;
  setAllowEarlyData(allow: boolean | null): void;
  limitEarlyData(): void;
  /** Each protocol after its length. */
  setAlpnSelect(protocols: Uint8Array): void;
  /** `rules`: seven numbers each (src/libssl/certificate-answers.ts); null: as C's NULL. */
  setVerify(mode: number, rules: Uint8Array | null): void;
  verifyRules(): Buffer | null;
  /** X509_V_…; null: no answer, as in the next ones. */
  setVerifyAnswer(code: number | null): void;
  setStatusAnswer(result: number | null, response: Uint8Array): void;
  /** What was given: the result is in registers[0]. */
  SSL_CTX_get_tlsext_status_cb(): Buffer | null;
  setCertificateAnswer(result: number | null): void;
  /** What is said where none of the certificates fits, which come now. */
  setClientCertificates(otherwise: number | null): void;
  /** DER of both. The result: whether it is. */
  addClientCertificate(certificate: Uint8Array, key: Uint8Array): void;
  /** What was given: each certificate and its key; `otherwise` is in registers[0]. */
  SSL_CTX_get_client_cert_cb(): Buffer[] | null;
  /** Seven numbers each (src/libssl/policy-answers.ts). */
  setSecurityRules(rules: Uint8Array | null): void;
  securityRules(): Buffer | null;
  /** Four numbers each. */
  setPaddingRules(rules: Uint8Array | null): void;
  /** DER. The result: whether it is. */
  setDhAnswer(parameters: Uint8Array | null): void;
  setPassphrase(passphrase: Uint8Array | null): void;
  passphrase(): Buffer | null;
  clearSrpUsers(wanted: boolean): void;
  addSrpUser(name: string, password: string, group: string): void;
  setSrpPassword(password: string | null): void;
  setSrpParameters(takes: boolean | null): void;
  /** Each protocol after its length, as the next. */
  setNextProtocols(protocols: Uint8Array | null): void;
  setNextProtocolChoice(protocols: Uint8Array | null): void;
  setTransparency(accepts: boolean | null): void;
  SSL_CTX_dane_mtype_set(digest: string | null, type: number, order: number): void;
  /** registers[0]: the depth, or less than 0. */
  SSL_get0_dane_authority(): [certificate: Buffer | null, publicKey: Buffer | null];
  /** The same; registers[1] to [3]: usage, selector, matching type. */
  SSL_get0_dane_tlsa(): Buffer | null;
  /** Of each: its bytes, source and status. */
  SSL_get0_peer_scts(): (Buffer | number)[] | null;
  /** `prefix` null: the ids come with addSessionId(). */
  setSessionIds(given: boolean, prefix: Uint8Array | null): void;
  addSessionId: WithBytes;
  setNotResumable(forwardSecure: boolean | null, otherwise: boolean): void;
  /** registers[1]: the number of the suite, or -1. */
  setSessionSecret(key: Uint8Array | null): void;
  setTicketExtensionAnswer(result: number | null): void;
  SSL_set_session_ticket_ext(data: Uint8Array | null): void;
  /** side: 0 both, 1 clients, 2 servers. `empty`: no callback for what is sent. */
  addCustomExtension(
    side: number,
    type: number,
    where: number,
    empty: boolean,
    bytes: Uint8Array | null,
    addAlert: number | null,
    parseAlert: number | null,
  ): void;
}

export interface NativeConnection {
  /** registers[0]: the context. */
  SSL_new: Plain;
  SSL_free(): Outcome;
  lendConnection(): void;
  /** registers[1]: 1 where the object was forgotten: its session then stays as it is. */
  releaseConnection(): Outcome;
  SSL_do_handshake(): Outcome;
  SSL_connect(): Outcome;
  SSL_accept(): Outcome;
  /** Feeds bytes, goes on with the handshake, deals with what comes after it but data. */
  receive(bytes: Uint8Array): Outcome;
  /**
   * registers[0]: the client, [1]: the server. Carries bytes between them until neither can go on;
   * result and error of the client in registers 0 and 1, of the server in 2 and 3; in 4 whether
   * anything moved, in 5 and 6 whether they are ready.
   */
  join(): Outcome;
  BIO_write: WithBytes;
  BIO_read(): Outcome;
  SSL_write(bytes: Uint8Array): Outcome;
  SSL_read(max: number): Outcome;
  SSL_peek(max: number): Outcome;
  SSL_read_ex(max: number): Outcome;
  SSL_peek_ex(max: number): Outcome;
  /** The result is how many bytes it took; -1 on failure. */
  SSL_write_ex(bytes: Uint8Array): Outcome;
  readAll(): Outcome;
  /** SSL_read into a view that is not empty. */
  readInto(into: Uint8Array): Outcome;
  /**
   * Takes bytes from the peer, and puts the data in them into `into`: registers[0] is how many,
   * registers[3] `SSL_get_shutdown`, registers[4] whether there are more.
   */
  receiveInto(bytes: Uint8Array, into: Uint8Array): Outcome;
  /**
   * Sends data, and puts the bytes for the peer into `into`: registers[3] is how many, registers[4]
   * whether there are more. registers[0] is 0 where a handshake or an end is under way.
   */
  writeInto(bytes: Uint8Array, into: Uint8Array): Outcome;
  /** BIO_read of what is for the peer: how many bytes, at most 0 when there are none. */
  takeInto(into: Uint8Array): void;
  SSL_write_early_data(bytes: Uint8Array): Outcome;
  earlyDataRoom: Plain;
  /** The result: 0 error, 1 success, 2 finish. */
  SSL_read_early_data(max: number): Outcome;
  SSL_shutdown(): Outcome;
  SSL_renegotiate(): Outcome;
  SSL_renegotiate_abbreviated(): Outcome;
  SSL_verify_client_post_handshake(): Outcome;
  SSL_key_update(type: number): Outcome;
  SSL_clear(): Outcome;
  SSL_stateless(): Outcome;
  /** After the last step. */
  SSL_get_error: Plain;
  /** registers[1]: the session, or 0. */
  SSL_set_session(): Outcome;
  /**
   * The same where a strict client judges the session: the result is 2 for one it does not offer.
   */
  offerSession(): Outcome;
  /**
   * What was found for the ids that the handshake waits for: handles, as doubles one after the other.
   * The next step goes on.
   */
  answerLookup: WithBytes;
  /**
   * Whether the handshake is over, whether a session was resumed, and the numbers of what
   * was offered and why it was not resumed; in registers 0 to 3.
   */
  resumption: Plain;
  /** How many ClientHellos have come. */
  clientHellos: Plain;
  /** Whether the handshake pauses at each ClientHello, until answerHello(). */
  askAtHello(asks: boolean): void;
  /** registers[1]: the context to switch to; 0: what the server names say. The next step goes on. */
  answerHello: Plain;
  SSL_get_servername(): string | null;
  requestedServerName(): string | null;
  /** The result: whether the context that it is of now has not `rejectUnauthorized`. */
  acceptsAny: Plain;
  /**
   * The short name of the key's kind or curve; registers[0]: its NID, [1]: its bits. null: no key.
   */
  SSL_get_peer_tmp_key(): string | null;
  SSL_get_tmp_key(): string | null;
  /** registers[1]: the room. */
  SSL_get_shared_ciphers(): string | null;
  /** The suites, and the signalling ones; both null where the bytes are no list. */
  SSL_bytes_to_cipher_list(
    bytes: Uint8Array,
    isv2format: number,
  ): [suites: CipherInfo[] | null, scsvs: CipherInfo[] | null];
  /** A number and a name for each; null without compression. */
  SSL_COMP_get_compression_methods(): (number | string)[] | null;
  /** Five numbers each: the NIDs of key, hash and both, and the two bytes of the handshake. */
  SSL_get_sigalgs(): number[];
  SSL_get_shared_sigalgs(): number[];
  SSL_get1_groups(): number[];
  SSL_get0_certificate_types(): Buffer | null;
  SSL_get0_raw_cipherlist(): Buffer | null;
  SSL_get0_ec_point_formats(): Buffer | null;
  SSL_get_tlsext_status_ocsp_resp(): Buffer | null;
  SSL_set_tlsext_status_ocsp_resp(response: Uint8Array | null): LongResult;
  SSL_client_hello_get1_extensions_present(): number[] | null;
  /** The result is in registers[0]. */
  SSL_select_next_proto(server: Uint8Array, client: Uint8Array): Buffer;
  /** registers[1]: the type. */
  SSL_client_hello_get0_ext(): Buffer | null;
  /** What a peer sent that did not verify. */
  refusedCertificates(): Buffer[] | null;
  X509_verify_cert_error_string(result: number | bigint): string;
  SSL_export_keying_material(
    size: number,
    label: string,
    context: Uint8Array | null,
  ): Buffer | null;
  SSL_export_keying_material_early(size: number, label: string, context: Uint8Array): Buffer | null;
  SSL_set_srp_server_param(
    prime: Uint8Array | null,
    generator: Uint8Array | null,
    salt: Uint8Array | null,
    verifier: Uint8Array | null,
    info: string | null,
  ): void;
  /** Of `SSL_get0_param(ssl)`. */
  X509_VERIFY_PARAM_set1_ip_asc: WithText;
}

export interface NativeConfigurations {
  SSL_CONF_CTX_new(): void;
  SSL_CONF_CTX_free(): void;
  /** registers[1]: the flags. */
  SSL_CONF_CTX_set_flags(): void;
  SSL_CONF_CTX_clear_flags(): void;
  SSL_CONF_CTX_set1_prefix(prefix: string | null): void;
  /** registers[1]: the connection, or the context. */
  SSL_CONF_CTX_set_ssl(): void;
  SSL_CONF_CTX_set_ssl_ctx(): void;
  SSL_CONF_cmd_value_type(command: string): void;
  SSL_CONF_cmd(command: string, value: string | null): void;
  SSL_CONF_cmd_argv(first: string | null, second: string | null): void;
  SSL_CONF_CTX_finish(): void;
}

export interface NativeDatagrams {
  /** registers[0]: whether the timer runs; [1], [2]: seconds and microseconds that are left. */
  DTLSv1_get_timeout: Plain;
  /** Microseconds. 0 if the timer does not run. */
  DTLSv1_set_timeout: WithNumber;
  DTLSv1_handle_timeout(): Outcome;
  DTLSv1_listen(): Outcome;
  /** Microseconds; 0: libssl's own. */
  DTLS_set_timer_cb: WithNumber;
  BIO_dgram_set_peer: WithBytes;
  /**
   * Keys of 32 bytes, one after the other: those that verify, or the one that generates; of TLS 1.3
   * (stateless) or of DTLS.
   */
  setCookieKeys(verify: boolean, stateless: boolean, keys: Uint8Array): void;
}

export interface Native
  extends NativeFunctions,
    NativeContext,
    NativeAnswers,
    NativeConfigurations,
    NativeConnection,
    NativeDatagrams {
  libraryInfo(): LibraryInfo;
  lastErrors(): OpensslErrorEntry[];
  /** Around the delivery of events, whose listeners make calls of their own. */
  saveErrors(): void;
  restoreErrors(): void;
  /** For a C function that is answered without libssl. */
  clearErrors(): void;
  startCounting(): void;
  sessionCounts(): SessionCounts;

  /** What a callback had on loan; nothing where it has given it back, or an object has it. */
  giveBackSession(): void;
  /** SSL_SESSION_up_ref, the new reference owned by a handle of its own. */
  shareSession(): void;
  isSameSession(): void;
  /**
   * All of a session that is no secret: numbers, and the lengths of texts, in the registers, and
   * the texts one after the other. session/info.ts reads it.
   */
  sessionInfo(): string;
  /** From now on one reference of the handle belongs to an object: no other may free it. */
  lendSession(): void;
  /** The same, and gives back what other references the handle owns. */
  adoptSession(): void;
  /** The object's reference, given back. */
  releaseSession(): void;

  /**
   * registers[1]: how many bytes are left over after the session; where `strict`, they make it fail.
   */
  d2i_SSL_SESSION(der: Uint8Array, strict: boolean): void;
  /**
   * The size, at most 0 where there is no encoding; and the bytes: with -1 in registers[1] into the
   * view, where it is as large, else into the pool, from that offset on, where there is room.
   */
  i2d_SSL_SESSION(der?: Uint8Array): void;
  /** The caller keeps its memory alive as long as it encodes into the pool. */
  setDerPool(pool: Uint8Array): void;
  PEM_read_bio_SSL_SESSION(pem: Uint8Array): void;
  PEM_write_bio_SSL_SESSION(): string | null;

  SSL_SESSION_print(): string | null;
  SSL_SESSION_print_keylog(): string | null;

  /** A number that allCiphers() has. */
  SSL_SESSION_set_cipher(id: number | null): void;
  /** What SSL_CIPHER_find finds. */
  allCiphers(): CipherInfo[];
  /** registers[0]: the number of a cipher, -1 for NULL; the result, and in registers[1] alg_bits. */
  SSL_CIPHER_get_bits(): void;
  SSL_CIPHER_description(): string;
}
