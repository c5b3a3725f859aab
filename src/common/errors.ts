import type { OpensslErrorEntry } from '../native/native.js';

/** A place where libssl 1.1.1 was looked for. */
export interface LoadAttempt {
  /** The directory, or the system loader. */
  place: string;
  /** Not there, another version, or bound to another OpenSSL. */
  code: 'ERR_LIBSSL_NOT_FOUND' | 'ERR_LIBSSL_VERSION' | 'ERR_LIBSSL_NOT_ISOLATED';
  /** Why it was refused, in words. */
  reason: string;
}

/** The error with these properties, which are its own whatever setters Object.prototype has. */
export function withOwn<E extends Error, P extends object>(error: E, properties: P): E & P {
  return Object.defineProperties(error, Object.getOwnPropertyDescriptors(properties)) as E & P;
}

/** What libssl refused, and what would have been undefined behaviour in C. */
export class LibsslError extends Error {
  /**
   * `ERR_LIBSSL_…`; or as node:crypto names OpenSSL's errors: `ERR_SSL_…`, `ERR_OSSL_ASN1_…`; or, for
   * a certificate that does not verify, as node:tls: `CERT_HAS_EXPIRED`,
   * `ERR_TLS_CERT_ALTNAME_INVALID`.
   */
  readonly code: string;
  /** The C function that was called. */
  declare readonly function?: string;
  /** OpenSSL's name of the part that failed, for instance `asn1 encoding routines`. */
  declare readonly library?: string;
  /** OpenSSL's reason, for instance `wrong tag`. */
  declare readonly reason?: string;
  /** The later entries of OpenSSL's error queue, newest first, where there were more than one. */
  declare readonly opensslErrorStack?: string[];
  /** Why the peer's certificate does not verify, in OpenSSL's words. */
  declare readonly verifyError?: string;
  /** Where there is no usable libssl 1.1.1: every place tried, and why it was refused. */
  declare readonly attempts?: LoadAttempt[];

  /** For tests and wrappers: this package makes its own. */
  constructor(
    code: string,
    message: string,
    details: {
      function?: string;
      library?: string;
      reason?: string;
      opensslErrorStack?: string[];
      verifyError?: string;
      attempts?: LoadAttempt[];
    } = {},
  ) {
    super(message);
    this.code = code;
    withOwn(this, details);
  }
}
Object.defineProperty(LibsslError.prototype, 'name', { value: 'LibsslError', writable: true });

/** The error for a call after which libssl left `errors` in its queue, oldest first. */
export function libsslError(
  functionName: string,
  errors: OpensslErrorEntry[],
  silent = `${functionName} failed and left no error`,
): LibsslError {
  const [first, ...later] = errors;
  if (first === undefined) {
    return new LibsslError('ERR_LIBSSL_FAILED', silent, { function: functionName });
  }
  return new LibsslError(errorCode(first), errorText(first), {
    function: functionName,
    library: first.library,
    reason: first.reason,
    ...(later.length > 0 && { opensslErrorStack: later.map(errorText).reverse() }),
  });
}

/** In the form of ERR_error_string(3). */
function errorText(error: OpensslErrorEntry): string {
  const code = error.code.toString(16).toUpperCase().padStart(8, '0');
  const text = `error:${code}:${error.library}:${error.function}:${error.reason}`;
  return error.data === '' ? text : `${text}:${error.data}`;
}

// ERR_LIB_… of openssl/err.h, as lib/internal names of Node's codes; test/errors.test.ts compares
// them with the header.
export const errorLibraries: Readonly<Record<number, string>> = {
  2: 'SYS',
  3: 'BN',
  4: 'RSA',
  5: 'DH',
  6: 'EVP',
  7: 'BUF',
  8: 'OBJ',
  9: 'PEM',
  10: 'DSA',
  11: 'X509',
  13: 'ASN1',
  14: 'CONF',
  15: 'CRYPTO',
  16: 'EC',
  20: 'SSL',
  32: 'BIO',
  33: 'PKCS7',
  34: 'X509V3',
  35: 'PKCS12',
  36: 'RAND',
  37: 'DSO',
  38: 'ENGINE',
  39: 'OCSP',
  40: 'UI',
  41: 'COMP',
  42: 'ECDSA',
  43: 'ECDH',
  44: 'OSSL_STORE',
  45: 'FIPS',
  46: 'CMS',
  47: 'TS',
  48: 'HMAC',
  50: 'CT',
  51: 'ASYNC',
  52: 'KDF',
  53: 'SM2',
};

// As node:crypto: ERR_SSL_<REASON>, ERR_OSSL_<LIBRARY>_<REASON>.
function errorCode(error: OpensslErrorEntry): string {
  if (error.reason === '') return 'ERR_LIBSSL_FAILED';
  const reason = error.reason.toUpperCase().replaceAll(' ', '_');
  const library = errorLibraries[error.code >>> 24];
  if (library === 'SSL') return `ERR_SSL_${reason}`;
  return library === undefined ? `ERR_OSSL_${reason}` : `ERR_OSSL_${library}_${reason}`;
}

// What C leaves undefined, by the name that the addon has for it.
const misuses: Readonly<Record<string, readonly [code: string, message: string]>> = {
  handle: [
    'ERR_LIBSSL_INVALID_HANDLE',
    'the handle is stale, forged, of another kind or of another environment',
  ],
  null: ['ERR_LIBSSL_UNSAFE', 'NULL where libssl would dereference it'],
  lent: [
    'ERR_LIBSSL_UNSAFE',
    'the last reference of this handle belongs to an object, whose free() gives it back',
  ],
  adopted: ['ERR_LIBSSL_UNSAFE', 'this handle belongs to an object already'],
  cached: [
    'ERR_LIBSSL_UNSAFE',
    'U3: the session sits in a cache, which finds it by id and version; remove it first, or use a dup',
  ],
  otherCache: [
    'ERR_LIBSSL_UNSAFE',
    'U4: the session sits in the cache of another context; add a dup',
  ],
  emptyId: [
    'ERR_LIBSSL_UNSAFE',
    'U5: a session without an id could never be removed from the cache',
  ],
  notResumable: [
    'ERR_LIBSSL_UNSAFE',
    "U6: the session is marked as not resumable (it was removed earlier, or is a dup of such a one), and must not enter a server's cache",
  ],
  inHandshake: [
    'ERR_LIBSSL_UNSAFE',
    'U4: a handshake that is under way has this session, and may yet change its id, or put it into its own cache; add it when the handshake is over, or a dup',
  ],
  inUse: [
    'ERR_LIBSSL_UNSAFE',
    'U7: a connection has this session, and looks at its cipher and its key; use a dup',
  ],
  bare: ['ERR_LIBSSL_UNSAFE', 'U7: a session to resume needs a cipher and a master key'],
  psk: ['ERR_LIBSSL_UNSAFE', 'U7: a PSK session needs a TLS 1.3 cipher and a master key'],
  replaced: [
    'ERR_LIBSSL_UNSAFE',
    'the session of this connection was replaced under way, and with it its keys',
  ],
  refused: [
    'ERR_LIBSSL_STATE',
    'the connection resumed a session whose certificate does not verify; it can only be freed',
  ],
  abort: ['ERR_LIBSSL_UNSAFE', 'U10: a ticket callback that aborts leaks the session'],
  started: ['ERR_LIBSSL_STATE', 'the connection has begun its handshake already'],
  notStarted: [
    'ERR_LIBSSL_UNSAFE',
    'U13: libssl would take the first handshake for a renegotiation, and send data unencrypted, or crash',
  ],
  paused: [
    'ERR_LIBSSL_UNSAFE',
    'U14: the handshake waits for a session at the ClientHello, which libssl would leak',
  ],
  earlyData: [
    'ERR_LIBSSL_UNSAFE',
    'U15: libssl forgets the session and its keys, but not that there was early data: it would look into the one, and send without the others',
  ],
  earlyDataWithoutPsk: [
    'ERR_LIBSSL_UNSAFE',
    'U16: early data needs TLS 1.3 and a PSK that the ClientHello really offers and that allows it: libssl would send it unencrypted, or with a key that everybody knows',
  ],
  earlyDataWithoutKeys: [
    'ERR_LIBSSL_UNSAFE',
    'U17: the handshake has no keys for early data yet, or any more: libssl would send it unencrypted',
  ],
  earlyDataForOtherName: [
    'ERR_LIBSSL_STATE',
    'the session or PSK that allows early data is for another server name',
  ],
  earlyDataForOtherProtocol: [
    'ERR_LIBSSL_STATE',
    'the session or PSK that allows early data is for a protocol (ALPN) that is not offered',
  ],
  halfCleared: [
    'ERR_LIBSSL_UNSAFE',
    'U18: SSL_clear failed half-way, and libssl would go on without keys; the connection can only be freed',
  ],
  renegotiating: [
    'ERR_LIBSSL_UNSAFE',
    'U18: while a renegotiation is pending libssl gives up half-way, and goes on without keys',
  ],
  keyless: [
    'ERR_LIBSSL_UNSAFE',
    'U19: the session to offer has no master key: whoever answers would have the keys of the connection',
  ],
  otherCacheHasIt: [
    'ERR_LIBSSL_UNSAFE',
    'U20: the session sits in the cache of another context, where it would stay, marked as not resumable',
  ],
  notDtls: ['ERR_LIBSSL_STATE', 'the connection is not of DTLS'],
  listen: ['ERR_LIBSSL_STATE', 'only a server of DTLS that has not begun can listen'],
  memory: [
    'ERR_LIBSSL_FAILED',
    'there was no memory when the handshake was over: the connection can only be freed',
  ],
  lost: [
    'ERR_LIBSSL_FAILED',
    'there was no memory for what the other side had sent: the connection can only be freed',
  ],
  itself: ['ERR_LIBSSL_STATE', 'a connection cannot be its own peer'],
  cycle: [
    'ERR_LIBSSL_UNSAFE',
    'the other context leads back to this one: neither would ever be freed',
  ],
  handles: ['ERR_LIBSSL_FAILED', 'this environment holds the most handles it can, 16,777,216'],
  references: [
    'ERR_LIBSSL_FAILED',
    'this environment holds the most references it can, 1,073,741,824',
  ],
};

// Functions of the addon that are no single C function, and the C function that errors name.
const cNames: Readonly<Record<string, string>> = {
  addCrl: 'X509_STORE_add_crl',
  adoptSession: 'SSL_SESSION_up_ref',
  setCookieKeys: 'SSL_CTX_set_cookie_generate_cb',
  setDhParameters: 'SSL_CTX_ctrl',
  SSL_CTX_set1_sigalgs_list: 'SSL_CTX_ctrl',
  usePfx: 'PKCS12_parse',
  lendSession: 'SSL_SESSION_up_ref',
  shareSession: 'SSL_SESSION_up_ref',
  giveBackSession: 'SSL_SESSION_free',
  releaseSession: 'SSL_SESSION_free',
  isSameSession: 'SSL_SESSION_get_id',
  sessionInfo: 'SSL_SESSION_print',
  lendContext: 'SSL_CTX_up_ref',
  releaseContext: 'SSL_CTX_free',
  cachedSessions: 'SSL_CTX_sessions',
  sessionStats: 'SSL_CTX_sess_number',
  judge: 'SSL_CTX_set_verify',
  ticketKeysFit: 'SSL_CTX_set_tlsext_ticket_keys',
  useCertificate: 'SSL_CTX_use_certificate_chain',
  usePrivateKey: 'SSL_CTX_use_PrivateKey',
  addCa: 'SSL_CTX_load_verify_locations',
  setTicketKeys: 'SSL_CTX_set_tlsext_ticket_keys',
  setServerName: 'SSL_CTX_set_tlsext_servername_callback',
  lendConnection: 'SSL_up_ref',
  releaseConnection: 'SSL_free',
  setSide: 'SSL_set_accept_state',
  receive: 'SSL_do_handshake',
  join: 'SSL_do_handshake',
  offerSession: 'SSL_set_session',
  earlyDataRoom: 'SSL_write_early_data',
  refusedCertificates: 'SSL_get_peer_cert_chain',
  endLookup: 'SSL_do_handshake',
  readAll: 'SSL_read',
  readInto: 'SSL_read',
  takeInto: 'BIO_read',
  requestedServerName: 'SSL_get_servername',
  acceptsAny: 'SSL_get_verify_mode',
  supplySession: 'SSL_CTX_sess_set_get_cb',
  checkResumable: 'SSL_CTX_sess_set_get_cb',
  recordEvents: 'SSL_CTX_sess_set_new_cb',
  checkPskSession: 'SSL_CTX_set_psk_use_session_callback',
  removeAnswers: 'SSL_CTX_set_psk_use_session_callback',
  setPskUse: 'SSL_CTX_set_psk_use_session_callback',
  setPskFind: 'SSL_CTX_set_psk_find_session_callback',
  setPskClient: 'SSL_CTX_set_psk_client_callback',
  setPskServer: 'SSL_CTX_set_psk_server_callback',
  setTicketAppData: 'SSL_CTX_set_session_ticket_cb',
  clearTicketRules: 'SSL_CTX_set_session_ticket_cb',
  addTicketRule: 'SSL_CTX_set_session_ticket_cb',
  setAllowEarlyData: 'SSL_CTX_set_allow_early_data_cb',
  limitEarlyData: 'SSL_CTX_set_recv_max_early_data',
  setAlpnSelect: 'SSL_CTX_set_alpn_select_cb',
};

/** C's name for what a function of the addon does. */
export const cNameOf = (functionName: string): string => cNames[functionName] ?? functionName;

/** The class whose objects own what a C function is about. */
function classOf(functionName: string): string {
  if (functionName.startsWith('SSL_SESSION_')) return 'SslSession';
  return functionName.startsWith('SSL_CTX_') ? 'SslContext' : 'SslConnection';
}

/** Called by the addon instead of libssl, for a use that C leaves undefined. */
export function misuseError(rule: string, functionName: string): LibsslError {
  const [code, text] = misuses[rule] ?? ['ERR_LIBSSL_UNSAFE', rule];
  const name = cNameOf(functionName);
  const message = text.replace('an object', `an ${classOf(name)}`);
  return new LibsslError(code, `${name}: ${message}`, { function: name });
}

/** The object gave its reference back earlier. */
export function freedError(className: string): LibsslError {
  return new LibsslError('ERR_LIBSSL_FREED', `this ${className} was freed`);
}
