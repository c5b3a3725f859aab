// The options of SslContext, put into effect.

import { debugRefused } from '../common/debug.js';
import { LibsslError, libsslError } from '../common/errors.js';
import type { CheckedAnswers, CheckedContextOptions } from '../common/options.js';
import type { ProtocolVersion } from '../common/protocol-version.js';
import { invalidValue } from '../common/validate.js';
import {
  DTLS1_2_VERSION,
  SSL_OP_CIPHER_SERVER_PREFERENCE,
  SSL_OP_NO_TICKET,
  SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
  SSL_VERIFY_NONE,
  SSL_VERIFY_PEER,
} from '../libssl/constants.js';
import * as C from '../libssl/functions.js';
import {
  SSL_CTX_get_max_proto_version,
  SSL_CTX_get_min_proto_version,
  SSL_CTX_set_max_proto_version,
  SSL_CTX_set_min_proto_version,
} from '../libssl/functions.js';
import { on, result } from '../native/call.js';
import { EventKind } from '../native/event-kind.js';
import { native } from '../native/load.js';
import type { Handle } from '../native/types.js';
import type { SslSession } from '../session/session.js';
import type { SessionStore } from './store.js';
import { clientRules, serverIdContext } from './verification.js';

/** PEM, as text or bytes. */
export type Pem = string | Uint8Array;

/** A private key with its passphrase. */
export interface PemKey {
  /** PEM. */
  pem: Pem;
  /** By default the option `passphrase`. */
  passphrase?: string;
}

/** A PKCS #12 with its passphrase. */
export interface Pfx {
  /** DER. */
  buf: Uint8Array;
  /** By default the option `passphrase`. */
  passphrase?: string;
}

/** What a server does with one of its tickets: resume with it or not, and send a new one or not. */
export type TicketAction = 'use' | 'renew' | 'ignore' | 'ignoreAndRenew';

/** What to do with tickets that have this application data. */
export interface TicketRule {
  /** Without it the rule fits any ticket. */
  appData?: Uint8Array | null;
  /** What happens to the ticket. */
  action: TicketAction;
}

/**
 * What libssl's callbacks answer, given in advance. The answers of a connection take precedence.
 */
export interface SslAnswers {
  /** For clients, TLS 1.3: the session to offer as a PSK; its identity has 1 to 64,000 bytes. */
  pskSession?: { identity: string | Uint8Array; session: SslSession } | null;
  /** For servers, TLS 1.3: the session of each identity. */
  pskSessions?: Iterable<readonly [identity: string | Uint8Array, session: SslSession]>;
  /**
   * For clients: a key of 1 to 256 bytes, with its identity of at most 127 bytes of UTF-8. libssl uses
   * it in TLS 1.3, too, but only with suites of SHA-256; `maxVersion: 'TLSv1.2'` prevents that. With
   * an empty identity it cannot begin a handshake of TLS 1.3.
   */
  psk?: { identity: string; key: Uint8Array } | null;
  /** For servers: the key of each identity, like `psk`; in TLS 1.3, too. */
  pskKeys?: Iterable<readonly [identity: string, key: Uint8Array]>;
  /** For servers: stored in each ticket that is issued, and in its session's `ticketAppData`. */
  ticketAppData?: Uint8Array | null;
  /** For servers: the first rule that fits decides; if none fits, libssl does its default. */
  ticketRules?: Iterable<TicketRule>;
  /** For servers: whether to accept early data that can be accepted. */
  allowEarlyData?: boolean;
  /** The protocols to offer or, on a server, to choose from, in the server's order. */
  ALPNProtocols?: readonly string[] | Uint8Array;
}

/**
 * Options with names of `node:tls` mean what they mean there. An unknown option, or an option for
 * the other side, throws `ERR_INVALID_ARG_VALUE`. An undefined option counts as not given.
 */
export interface SslContextOptions extends SslAnswers {
  /** Which side its connections take. */
  role: 'client' | 'server';
  /** `dtls`: over datagrams, as `node:dgram` sends them. By default `tls`. */
  protocol?: 'tls' | 'dtls';
  /** The lowest version; by default libssl's. */
  minVersion?: ProtocolVersion;
  /** The highest version; by default libssl's. */
  maxVersion?: ProtocolVersion;
  /** A certificate and those between it and its root, PEM; an array for several kinds of key. */
  cert?: Pem | readonly Pem[];
  /** The private keys, PEM, in the order of `cert`; each may have its own passphrase. */
  key?: Pem | PemKey | readonly (Pem | PemKey)[];
  /** The passphrase of private keys and of `pfx` that have none of their own. */
  passphrase?: string;
  /**
   * A certificate, its key, and the certificates between it and its root, as PKCS #12. As in
   * node:tls, the latter are also trusted.
   */
  pfx?: Uint8Array | Pfx | readonly (Uint8Array | Pfx)[];
  /** Trusted certificates, PEM. By default a client that verifies uses the system's. */
  ca?: Pem | readonly Pem[];
  /**
   * Revocation lists, PEM. If there is any, each certificate of the peer's chain needs one, or
   * verification fails. `X509_STORE_add_crl(3)`.
   */
  crl?: Pem | readonly Pem[];
  /** Whether a server asks for a certificate. */
  requestCert?: boolean;
  /**
   * Whether a certificate that does not verify ends the handshake, also if it is in a resumed
   * session. By default true.
   */
  rejectUnauthorized?: boolean;
  /**
   * Suites of TLS 1.2 and older, and suites of TLS 1.3 (`TLS_…`), separated by colons. If all are
   * suites of TLS 1.3, only TLS 1.3 is left; if none is, TLS 1.3 has libssl's own suites.
   */
  ciphers?: string;
  /**
   * Signature algorithms, separated by colons, the best first: `rsa_pss_rsae_sha256`, `RSA+SHA256`.
   * `SSL_CTX_set1_sigalgs_list(3)`.
   */
  sigalgs?: string;
  /** Whether the server's order of suites counts, and not the client's. By default true. */
  honorCipherOrder?: boolean;
  /**
   * For servers with DHE suites: parameters of at least 1024 bits, PEM; or `auto` for libssl's own,
   * of the size of the key. Without this option there is no DHE up to TLS 1.2.
   * `SSL_CTX_set_tmp_dh(3)`.
   */
  dhparam?: 'auto' | Pem;
  /**
   * The curves for the key exchange, separated by colons, the best first. By default, and with
   * `auto`, libssl's own. `SSL_CTX_set1_groups_list(3)`.
   */
  ecdhCurve?: string;
  /** 0 to 5: `SSL_CTX_set_security_level(3)`. */
  securityLevel?: number;
  /**
   * At most 32 bytes. A server resumes only sessions with the same id context, which were made
   * under the same name of `addContext()`. If it has `requestCert` or `ca`, it resumes only
   * sessions that were made with the same `requestCert`, `rejectUnauthorized` and `ca`: the id
   * context that libssl sees is a hash of all these.
   */
  sessionIdContext?: string | Uint8Array;
  /**
   * A mask of `SSL_SESS_CACHE_…`. By default a client's sessions go to listeners and into no cache,
   * and a server's go into libssl's internal cache.
   */
  sessionCacheMode?: number;
  /** How many sessions the cache may hold; 0 means no limit. By default 20480. */
  sessionCacheSize?: number;
  /** How many seconds a session is good for. By default 7200. */
  sessionTimeout?: number;
  /** How many tickets a TLS 1.3 server sends after a full handshake, 0 to 255. By default 2. */
  numTickets?: number;
  /**
   * Each of 48 bytes, as in node:tls, or each of 80. The first encrypts; the others decrypt and
   * renew.
   */
  ticketKeys?: Uint8Array | readonly Uint8Array[];
  /**
   * The server keeps the sessions: TLS 1.2 has no tickets, and in TLS 1.3 a ticket is only an id.
   */
  noTicket?: boolean;
  /** How many bytes of early data a server takes. */
  maxEarlyData?: number;
  /**
   * For DTLS servers: secret keys of 32 bytes for cookies. The server sends a cookie before it
   * answers a client, so that nobody can make it send data to somebody else's address. The first
   * key makes cookies; the others are previous keys, whose cookies are still valid. Each connection
   * needs its `peerAddress`, or gets it from `listen()`.
   */
  cookieKey?: Uint8Array | readonly Uint8Array[];
  /** The maximum fragment length that a client asks for, in bytes. */
  maxFragmentLength?: 512 | 1024 | 2048 | 4096;
  /** Whether a TLS 1.3 client may be asked for a certificate after the handshake. */
  postHandshakeAuth?: boolean;
  /** A mask of `SSL_OP_…`. */
  secureOptions?: number;
  /** For servers, TLS 1.2 and older. */
  pskIdentityHint?: string;
  /** A server's sessions outside of libssl. */
  sessionStore?: SessionStore | null;
  /** How many milliseconds a handshake waits for the store. By default 1000. */
  sessionStoreTimeout?: number;
}

/** Throws LibsslError for `functionName` unless the result is not 0. */
export function ensure(value: number, functionName: string, option?: string): void {
  if (value > 0) return;
  const error = libsslError(functionName, native().lastErrors());
  if (option !== undefined) error.message = `options.${option}: ${error.message}`;
  throw error;
}

export function setVersion(
  context: Handle,
  side: 'minVersion' | 'maxVersion',
  version: number,
  name: string = side,
): void {
  const [set, get] =
    side === 'minVersion'
      ? [SSL_CTX_set_min_proto_version, SSL_CTX_get_min_proto_version]
      : [SSL_CTX_set_max_proto_version, SSL_CTX_get_max_proto_version];
  // A version of DTLS libssl takes for a context of TLS, and does nothing; and the reverse.
  if (set(context, version) !== 1 || get(context) !== version)
    throw invalidValue(name, 'is not a version that this context can speak');
}

// 0 is the library's. Those of DTLS count downwards.
function isAbove(min: number, max: number): boolean {
  return min !== 0 && max !== 0 && (min >= DTLS1_2_VERSION ? min < max : min > max);
}

/** All that is not a property of SslContext besides. */
export function applyOptions(context: Handle, options: CheckedContextOptions): Verification {
  const { securityLevel, minVersion, maxVersion, ciphers, maxFragmentLength } = options;
  // First: what the others are allowed depends on it.
  if (securityLevel !== undefined) {
    C.SSL_CTX_set_security_level(context, securityLevel);
  }
  if (minVersion !== undefined) setVersion(context, 'minVersion', minVersion, 'options.minVersion');
  if (maxVersion !== undefined) setVersion(context, 'maxVersion', maxVersion, 'options.maxVersion');
  if (minVersion !== undefined && maxVersion !== undefined && isAbove(minVersion, maxVersion)) {
    throw invalidValue('options.minVersion', 'must not be above maxVersion');
  }
  if (ciphers !== undefined) applyCiphers(context, ciphers);
  applyKeyExchange(context, options);
  const { noTicket = false, postHandshakeAuth, pskIdentityHint } = options;
  const { honorCipherOrder = options.role === 'server', secureOptions = 0 } = options;
  const mask =
    secureOptions |
    (noTicket ? SSL_OP_NO_TICKET : 0) |
    (honorCipherOrder ? SSL_OP_CIPHER_SERVER_PREFERENCE : 0);
  C.SSL_CTX_set_options(context, mask >>> 0);
  applyCertificates(context, options);
  const verification = applyVerification(context, options);
  if (maxFragmentLength !== undefined) {
    // 512 is 1, and each code after it is twice as much.
    const code = Math.log2(maxFragmentLength) - 8;
    C.SSL_CTX_set_tlsext_max_fragment_length(context, code);
  }
  if (postHandshakeAuth !== undefined) {
    C.SSL_CTX_set_post_handshake_auth(context, postHandshakeAuth ? 1 : 0);
  }
  if (pskIdentityHint !== undefined) {
    ensure(
      C.SSL_CTX_use_psk_identity_hint(context, pskIdentityHint),
      'SSL_CTX_use_psk_identity_hint',
      'pskIdentityHint',
    );
  }
  return verification;
}

function applyKeyExchange(context: Handle, options: CheckedContextOptions): void {
  const { ecdhCurve, sigalgs, dhparam } = options;
  if (ecdhCurve !== undefined && ecdhCurve !== 'auto') {
    ensure(C.SSL_CTX_set1_groups_list(context, ecdhCurve), 'SSL_CTX_set1_groups_list', 'ecdhCurve');
  }
  if (sigalgs !== undefined) {
    on(context).SSL_CTX_set1_sigalgs_list(sigalgs);
    ensure(result(), 'SSL_CTX_set1_sigalgs_list', 'sigalgs');
  }
  if (dhparam !== undefined) {
    on(context).setDhParameters(dhparam);
    if (result() === -1) throw invalidValue('options.dhparam', 'must have 1024 bits or more');
    ensure(result(), 'SSL_CTX_set_tmp_dh', 'dhparam');
  }
}

// As node:tls: suites of TLS 1.3 alone leave nothing but TLS 1.3; others alone leave TLS 1.3 its
// own.
function applyCiphers(context: Handle, ciphers: string): void {
  const names = ciphers.split(':').filter(Boolean);
  const suites = names.filter((name) => name.startsWith('TLS_')).join(':');
  const list = names.filter((name) => !name.startsWith('TLS_')).join(':');
  if (names.length === 0) throw invalidValue('options.ciphers', 'must name a cipher suite');
  // libssl passes over names that it does not know in a list, and suites of TLS 1.3 are not in it.
  if (names.some((name) => /^[-+!]TLS_/.test(name))) {
    throw invalidValue('options.ciphers', 'must list the suites of TLS 1.3 without -, + or !');
  }
  if (suites !== '') {
    ensure(C.SSL_CTX_set_ciphersuites(context, suites), 'SSL_CTX_set_ciphersuites', 'ciphers');
  }
  if (list !== '') {
    ensure(C.SSL_CTX_set_cipher_list(context, list), 'SSL_CTX_set_cipher_list', 'ciphers');
    return;
  }
  const tls13 = 0x0304;
  SSL_CTX_set_min_proto_version(context, tls13);
  const highest = SSL_CTX_get_max_proto_version(context);
  const lowest = SSL_CTX_get_min_proto_version(context);
  if (lowest !== tls13 || (highest !== 0 && highest < tls13)) {
    throw invalidValue('options.ciphers', 'has only suites of TLS 1.3, but TLS 1.3 is off');
  }
}

// A character for each byte. Not by Buffer.from, whose pool would keep a copy.
function utf8AsLatin1(secret: string): string {
  const bytes = Buffer.alloc(Buffer.byteLength(secret, 'utf8'));
  bytes.write(secret, 'utf8');
  const text = bytes.toString('latin1');
  bytes.fill(0);
  return text;
}

function applyCertificates(context: Handle, options: CheckedContextOptions): void {
  const { cert = [], key = [], pfx = [], role } = options;
  // The addon takes one byte for each character; a passphrase is bytes.
  const secretOf = (own: string | undefined) => {
    const text = own ?? options.passphrase;
    return text === undefined ? null : utf8AsLatin1(text);
  };
  for (const pem of cert) {
    on(context).useCertificate(pem);
    ensure(result(), 'SSL_CTX_use_certificate', 'cert');
  }
  for (const { bytes, passphrase } of key) {
    const secret = secretOf(passphrase);
    on(context).usePrivateKey(bytes, secret);
    ensure(result(), 'SSL_CTX_use_PrivateKey', 'key');
    ensure(C.SSL_CTX_check_private_key(context), 'SSL_CTX_check_private_key', 'key');
  }
  for (const { bytes, passphrase } of pfx) {
    const secret = secretOf(passphrase);
    if (secret?.includes('\0')) throw invalidValue('options.passphrase', 'must not contain a NUL');
    on(context).usePfx(bytes, secret, role === 'server');
    if (result() === -1)
      throw invalidValue('options.pfx', 'must contain a certificate and its key');
    ensure(result(), 'PKCS12_parse', 'pfx');
  }
}

/** How a context judges its peers, as its connections and its id context need it. */
export interface Verification {
  readonly rejectUnauthorized: boolean;
  /** A server's, where certificates of clients count. */
  readonly clientRules: Buffer | null;
}

function applyVerification(context: Handle, options: CheckedContextOptions): Verification {
  const { rejectUnauthorized: reject = true, requestCert: request = false } = options;
  const { ca, crl = [], pfx = [] } = options;
  const client = options.role === 'client';
  for (const pem of ca ?? []) {
    on(context).addCa(pem, !client);
    ensure(result(), 'X509_STORE_add_cert', 'ca');
  }
  for (const pem of crl) {
    on(context).addCrl(pem);
    ensure(result(), 'X509_STORE_add_crl', 'crl');
  }
  const system = client && reject && ca === undefined;
  if (system) {
    ensure(C.SSL_CTX_set_default_verify_paths(context), 'SSL_CTX_set_default_verify_paths');
  }
  const mode = client
    ? reject
      ? SSL_VERIFY_PEER
      : SSL_VERIFY_NONE
    : request
      ? requestMode(reject)
      : SSL_VERIFY_NONE;
  on(context).setVerify(mode, null);
  const trusted = [...(ca ?? []), ...crl, ...pfx.map(({ bytes }) => bytes)];
  const rules = client ? null : clientRules(request, reject, trusted);
  on(context).judge(!reject, system);
  return { rejectUnauthorized: reject, clientRules: rules };
}

/** How a server asks for a certificate. */
export function requestMode(rejectUnauthorized: boolean): number {
  return SSL_VERIFY_PEER + (rejectUnauthorized ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0);
}

/** Puts answers onto a context or a connection. */
export function applyAnswers(target: Handle, client: boolean, answers: CheckedAnswers): void {
  const { pskSession, psk, ticketRules, allowEarlyData, ALPNProtocols } = answers;
  if (pskSession === null) {
    on(target).removeAnswers(EventKind.pskUse);
  } else if (pskSession !== undefined) {
    const session = pskSession.session.handle;
    on(target, session).setPskUse(pskSession.identity);
  }
  for (const [identity, session] of answers.pskSessions ?? []) {
    const { handle } = session;
    on(target, handle).setPskFind(identity);
  }
  if (psk === null) {
    on(target).removeAnswers(EventKind.pskClient);
  } else if (psk !== undefined) {
    on(target).setPskClient(psk.identity, psk.key);
  }
  for (const [identity, key] of answers.pskKeys ?? []) {
    on(target).setPskServer(identity, key);
  }
  if (answers.ticketAppData !== undefined) {
    on(target).setTicketAppData(answers.ticketAppData);
  }
  if (ticketRules !== undefined) {
    on(target).clearTicketRules();
    for (const { action, appData } of ticketRules) {
      on(target).addTicketRule(action, appData);
    }
  }
  if (allowEarlyData !== undefined) {
    on(target).setAllowEarlyData(allowEarlyData);
  }
  if (ALPNProtocols !== undefined && !client) {
    on(target).setAlpnSelect(ALPNProtocols);
  }
}

/** `rules`: those for certificates of clients, which the id context then depends on. */
export function applySessionIdContext(
  context: Handle,
  given: Uint8Array | null,
  rules: Buffer | null,
): void {
  // First as it was given: what is too long must be an error.
  for (const bytes of [...(given === null ? [] : [given]), serverIdContext(given, rules)]) {
    ensure(
      C.SSL_CTX_set_session_id_context(context, bytes),
      'SSL_CTX_set_session_id_context',
      'sessionIdContext',
    );
  }
}

/** An error that names what a connection or context is in no state for. */
export function stateError(message: string): LibsslError {
  return debugRefused(new LibsslError('ERR_LIBSSL_STATE', message));
}
