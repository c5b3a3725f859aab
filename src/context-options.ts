// The options of SslContext, put into effect.

import {
  SSL_OP_NO_TICKET,
  SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
  SSL_VERIFY_NONE,
  SSL_VERIFY_PEER,
} from './constants.js';
import { LibsslError, libsslError } from './errors.js';
import { EventKind, type Handle, native, registers } from './native.js';
import { type ProtocolVersion, versionNumber } from './protocol-version.js';
import { SslSession } from './session.js';
import type { SessionStore } from './session-store.js';
import {
  checkBytes,
  checkCString,
  checkInteger,
  checkLatin1,
  checkLong,
  checkProtocols,
  checkString,
  checkUint32,
  invalidType,
  invalidValue,
} from './validate.js';

/** Text or bytes of PEM. */
export type Pem = string | Uint8Array;

/** What a server does with a ticket of its own: resume with it or not, and send a new one or not. */
export type TicketAction = 'use' | 'renew' | 'ignore' | 'ignoreAndRenew';

/** What to do with tickets with this application data. */
export interface TicketRule {
  /** Without it the rule is for any ticket. */
  appData?: Uint8Array | null;
  /** What happens to the ticket. */
  action: TicketAction;
}

/** What libssl's callbacks answer, given in advance; on a connection it goes before the context's. */
export interface SslAnswers {
  /** TLS 1.3, a client's: the session to offer as an external PSK, under this identity. */
  pskSession?: { identity: string | Uint8Array; session: SslSession } | null;
  /** TLS 1.3, a server's: the session of each identity. */
  pskSessions?: Iterable<readonly [identity: string | Uint8Array, session: SslSession]>;
  /** TLS 1.2 and before, a client's. The key is at most 256 bytes. */
  psk?: { identity: string; key: Uint8Array } | null;
  /** TLS 1.2 and before, a server's: the key of each identity. */
  pskKeys?: Iterable<readonly [identity: string, key: Uint8Array]>;
  /** A server's: stored in each ticket that is issued, and in its session's `ticketAppData`. */
  ticketAppData?: Uint8Array | null;
  /** A server's: the first rule that fits a ticket decides. Without one libssl does as it does. */
  ticketRules?: Iterable<TicketRule>;
  /** A server's: whether early data that could be taken is taken. */
  allowEarlyData?: boolean;
  /** The protocols to offer, or, on a server, to choose from: its own order counts. */
  ALPNProtocols?: readonly string[] | Uint8Array;
}

/** Options with `node:tls`'s names mean what they mean there. */
export interface SslContextOptions extends SslAnswers {
  /** Which side its connections take. */
  role: 'client' | 'server';
  /** `tls` where not given. */
  protocol?: 'tls' | 'dtls';
  /** The lowest version. libssl's own where not given. */
  minVersion?: ProtocolVersion;
  /** The highest version. libssl's own where not given. */
  maxVersion?: ProtocolVersion;
  /** A certificate and those that lead to its root, PEM; an array for several kinds of key. */
  cert?: Pem | readonly Pem[];
  /** The private keys, PEM, in the order of `cert`. */
  key?: Pem | readonly Pem[];
  /** Of the private keys. */
  passphrase?: string;
  /** Trusted certificates, PEM. A client that verifies and has none uses the system's. */
  ca?: Pem | readonly Pem[];
  /** Whether a server asks for a certificate. */
  requestCert?: boolean;
  /** Whether a certificate that does not verify ends the handshake. True where not given. */
  rejectUnauthorized?: boolean;
  /** Suites of TLS 1.2 and before, and those of TLS 1.3 (`TLS_…`), separated by colons. */
  ciphers?: string;
  /**
   * The curves for the key exchange, separated by colons, best first. `auto`, or not given: libssl's
   * own. `SSL_CTX_set1_groups_list(3)`.
   */
  ecdhCurve?: string;
  /** 0 to 5: `SSL_CTX_set_security_level(3)`. */
  securityLevel?: number;
  /** At most 32 bytes. A server resumes only sessions of the same context. */
  sessionIdContext?: string | Uint8Array;
  /**
   * A mask of `SSL_SESS_CACHE_…`. A client's where not given: its sessions go to listeners, and into no
   * cache; a server's: libssl's own, the internal cache.
   */
  sessionCacheMode?: number;
  /** Most sessions in the cache; 0: no limit. libssl's own: 20480. */
  sessionCacheSize?: number;
  /** Seconds that a session is good for. libssl's own: 7200. */
  sessionTimeout?: number;
  /** Tickets that a TLS 1.3 server sends after a full handshake. libssl's own: 2. */
  numTickets?: number;
  /** 48 bytes each, as node:tls's, or 80. The first encrypts; the others decrypt and renew. */
  ticketKeys?: Uint8Array | readonly Uint8Array[];
  /** Sessions stay with the server: no tickets in TLS 1.2, tickets that are an id in TLS 1.3. */
  noTicket?: boolean;
  /** Most early data a server takes, in bytes. */
  maxEarlyData?: number;
  /** The length that a client asks for, in bytes. */
  maxFragmentLength?: 512 | 1024 | 2048 | 4096;
  /** Whether a TLS 1.3 client may be asked for a certificate after the handshake. */
  postHandshakeAuth?: boolean;
  /** A mask of `SSL_OP_…`. */
  secureOptions?: number;
  /** TLS 1.2 and before, a server's. */
  pskIdentityHint?: string;
  /** A server's sessions outside of libssl. */
  sessionStore?: SessionStore | null;
  /** Milliseconds that a handshake waits for the store. 1000 where not given. */
  sessionStoreTimeout?: number;
}

/** Throws LibsslError for `functionName` unless the result is not 0. */
export function ensure(functionName: string, option?: string): void {
  if (Number(registers[0]) > 0) return;
  const error = libsslError(functionName, native().lastErrors());
  if (option !== undefined) error.message = `options.${option}: ${error.message}`;
  throw error;
}

function each<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

function bytesOf(name: string, value: unknown): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'utf8') : checkBytes(name, value);
}

function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw invalidType(name, 'of type boolean', value);
  return value;
}

/** Calls SSL_CTX_ctrl or SSL_ctrl, with a command of ssl.h that takes a number. */
export const commands = {
  setSessionCacheSize: 42,
  getSessionCacheSize: 43,
  setSessionCacheMode: 44,
  getSessionCacheMode: 45,
  setMinVersion: 123,
  setMaxVersion: 124,
  getMinVersion: 130,
  getMaxVersion: 131,
} as const;

export function contextCtrl(context: Handle, command: number, value: number): number {
  registers[0] = context;
  const big = native().SSL_CTX_ctrl(command, value);
  return big === undefined ? Number(registers[0]) : Number(big);
}

export function setVersion(
  context: Handle,
  side: 'minVersion' | 'maxVersion',
  version: ProtocolVersion | null,
): void {
  const number = versionNumber(version);
  const min = side === 'minVersion';
  const set = contextCtrl(context, min ? commands.setMinVersion : commands.setMaxVersion, number);
  const is = contextCtrl(context, min ? commands.getMinVersion : commands.getMaxVersion, 0);
  // A version of DTLS libssl takes for a context of TLS, and does nothing; and the reverse.
  if (set !== 1 || is !== number)
    throw invalidValue(side, 'is not a version that this context can speak');
}

/** All that is not a property of SslContext besides. */
export function applyOptions(context: Handle, options: SslContextOptions): void {
  const functions = native();
  const { securityLevel, minVersion, maxVersion, secureOptions } = options;
  // First: what the others are allowed depends on it.
  if (securityLevel !== undefined) {
    const level = checkInteger('options.securityLevel', securityLevel, 0, 5);
    registers[0] = context;
    functions.SSL_CTX_set_security_level(level);
  }
  if (minVersion !== undefined) setVersion(context, 'minVersion', minVersion);
  if (maxVersion !== undefined) setVersion(context, 'maxVersion', maxVersion);
  if (options.ciphers !== undefined) applyCiphers(context, options.ciphers);
  if (options.ecdhCurve !== undefined && options.ecdhCurve !== 'auto') {
    const list = checkCString('options.ecdhCurve', options.ecdhCurve);
    registers[0] = context;
    functions.SSL_CTX_set1_groups_list(list);
    ensure('SSL_CTX_set1_groups_list', 'ecdhCurve');
  }
  const bits =
    secureOptions === undefined ? 0 : checkUint32('options.secureOptions', secureOptions);
  const noTicket = checkBoolean('options.noTicket', options.noTicket ?? false);
  registers[0] = context;
  functions.SSL_CTX_set_options((noTicket ? bits | SSL_OP_NO_TICKET : bits) >>> 0);
  applyCertificates(context, options);
  applyVerification(context, options);
  if (options.maxFragmentLength !== undefined) {
    const code = [512, 1024, 2048, 4096].indexOf(options.maxFragmentLength) + 1;
    if (code === 0)
      throw invalidValue('options.maxFragmentLength', 'must be 512, 1024, 2048 or 4096');
    registers[0] = context;
    functions.SSL_CTX_set_tlsext_max_fragment_length(code);
  }
  if (options.postHandshakeAuth !== undefined) {
    const allowed = checkBoolean('options.postHandshakeAuth', options.postHandshakeAuth);
    registers[0] = context;
    functions.SSL_CTX_set_post_handshake_auth(allowed ? 1 : 0);
  }
  if (options.pskIdentityHint !== undefined) {
    const hint = checkCString('options.pskIdentityHint', options.pskIdentityHint);
    registers[0] = context;
    functions.SSL_CTX_use_psk_identity_hint(hint);
    ensure('SSL_CTX_use_psk_identity_hint', 'pskIdentityHint');
  }
}

// As node:tls: without a suite for one of the two kinds, that kind is off.
function applyCiphers(context: Handle, ciphers: string): void {
  const names = checkCString('options.ciphers', ciphers).split(':').filter(Boolean);
  const suites = names.filter((name) => name.startsWith('TLS_')).join(':');
  const list = names.filter((name) => !/^!?TLS_/.test(name)).join(':');
  if (suites === '' && list === '')
    throw invalidValue('options.ciphers', 'must name a cipher suite');
  const functions = native();
  registers[0] = context;
  functions.SSL_CTX_set_ciphersuites(suites);
  ensure('SSL_CTX_set_ciphersuites', 'ciphers');
  if (list === '') {
    const lowest = contextCtrl(context, commands.getMinVersion, 0);
    if (lowest < 0x0304) contextCtrl(context, commands.setMinVersion, 0x0304);
    return;
  }
  registers[0] = context;
  functions.SSL_CTX_set_cipher_list(list);
  ensure('SSL_CTX_set_cipher_list', 'ciphers');
  const highest = contextCtrl(context, commands.getMaxVersion, 0);
  if (suites === '' && (highest === 0 || highest === 0x0304)) {
    contextCtrl(context, commands.setMaxVersion, 0x0303);
  }
}

function applyCertificates(context: Handle, options: SslContextOptions): void {
  const functions = native();
  const passphrase =
    options.passphrase === undefined ? null : checkString('options.passphrase', options.passphrase);
  // The addon takes one byte for each character; a passphrase is bytes.
  const secret = passphrase === null ? null : Buffer.from(passphrase, 'utf8').toString('latin1');
  for (const pem of options.cert === undefined ? [] : each(options.cert)) {
    const bytes = bytesOf('options.cert', pem);
    registers[0] = context;
    functions.useCertificate(bytes);
    ensure('SSL_CTX_use_certificate', 'cert');
  }
  for (const pem of options.key === undefined ? [] : each(options.key)) {
    const bytes = bytesOf('options.key', pem);
    registers[0] = context;
    functions.usePrivateKey(bytes, secret);
    ensure('SSL_CTX_use_PrivateKey', 'key');
    registers[0] = context;
    functions.SSL_CTX_check_private_key();
    ensure('SSL_CTX_check_private_key', 'key');
  }
}

function applyVerification(context: Handle, options: SslContextOptions): void {
  const functions = native();
  const client = options.role === 'client';
  const reject = checkBoolean('options.rejectUnauthorized', options.rejectUnauthorized ?? true);
  const request = checkBoolean('options.requestCert', options.requestCert ?? false);
  for (const pem of options.ca === undefined ? [] : each(options.ca)) {
    const bytes = bytesOf('options.ca', pem);
    registers[0] = context;
    functions.addCa(bytes, !client);
    ensure('X509_STORE_add_cert', 'ca');
  }
  if (client && reject && options.ca === undefined) {
    registers[0] = context;
    functions.SSL_CTX_set_default_verify_paths();
    ensure('SSL_CTX_set_default_verify_paths');
  }
  const mode = client
    ? reject
      ? SSL_VERIFY_PEER
      : SSL_VERIFY_NONE
    : request
      ? SSL_VERIFY_PEER + (reject ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0)
      : SSL_VERIFY_NONE;
  registers[0] = context;
  functions.SSL_CTX_set_verify(mode);
  if (!client && mode !== SSL_VERIFY_NONE && !reject) {
    registers[0] = context;
    functions.acceptAnyCertificate();
  }
}

/** The protocols as ALPN has them: each after its length. */
export function alpnList(protocols: readonly string[] | Uint8Array): Uint8Array {
  if (protocols instanceof Uint8Array) {
    return checkProtocols('ALPNProtocols', protocols);
  }
  if (!Array.isArray(protocols)) {
    throw invalidType('ALPNProtocols', 'an array of strings, a Buffer or Uint8Array', protocols);
  }
  return Buffer.concat(
    protocols.map((protocol) => {
      const bytes = Buffer.from(checkLatin1('ALPNProtocols', protocol), 'latin1');
      if (bytes.length < 1 || bytes.length > 255) {
        throw invalidValue('ALPNProtocols', 'must have protocols of 1 to 255 bytes');
      }
      return Buffer.concat([Buffer.from([bytes.length]), bytes]);
    }),
  );
}

const ticketActions: Readonly<Record<TicketAction, number>> = {
  ignore: 1,
  ignoreAndRenew: 2,
  use: 3,
  renew: 4,
};

/** Puts answers onto a context or a connection. */
export function applyAnswers(target: Handle, client: boolean, answers: SslAnswers): void {
  const functions = native();
  const { pskSession, psk, ALPNProtocols } = answers;
  if (pskSession === null) {
    registers[0] = target;
    functions.removeAnswers(EventKind.pskUse);
  } else if (pskSession !== undefined) {
    const identity = bytesOf('pskSession.identity', pskSession.identity);
    const session = handleOf('pskSession.session', pskSession.session);
    registers[0] = target;
    registers[1] = session;
    functions.setPskUse(identity);
  }
  for (const [identity, session] of answers.pskSessions ?? []) {
    const bytes = bytesOf('pskSessions', identity);
    const handle = handleOf('pskSessions', session);
    registers[0] = target;
    registers[1] = handle;
    functions.setPskFind(bytes);
  }
  if (psk === null) {
    registers[0] = target;
    functions.removeAnswers(EventKind.pskClient);
  } else if (psk !== undefined) {
    const identity = Buffer.from(checkIdentity(psk.identity), 'utf8');
    const key = checkKey(psk.key);
    registers[0] = target;
    functions.setPskClient(identity, key);
  }
  for (const [name, value] of answers.pskKeys ?? []) {
    const identity = Buffer.from(checkIdentity(name), 'utf8');
    const key = checkKey(value);
    registers[0] = target;
    functions.setPskServer(identity, key);
  }
  if (answers.ticketAppData !== undefined) {
    const data =
      answers.ticketAppData === null ? null : checkBytes('ticketAppData', answers.ticketAppData);
    registers[0] = target;
    functions.setTicketAppData(data);
  }
  if (answers.ticketRules !== undefined) {
    const rules = Array.from(answers.ticketRules, checkRule);
    registers[0] = target;
    functions.clearTicketRules();
    for (const { action, appData } of rules) {
      registers[0] = target;
      functions.addTicketRule(action, appData);
    }
  }
  if (answers.allowEarlyData !== undefined) {
    const allow = checkBoolean('allowEarlyData', answers.allowEarlyData);
    registers[0] = target;
    functions.setAllowEarlyData(allow);
  }
  if (ALPNProtocols !== undefined && !client) {
    const list = alpnList(ALPNProtocols);
    registers[0] = target;
    functions.setAlpnSelect(list);
  }
}

function handleOf(name: string, session: unknown): Handle {
  if (!(session instanceof SslSession)) throw invalidType(name, 'an SslSession', session);
  return session.handle;
}

function checkIdentity(value: unknown): string {
  const identity = checkString('identity', value);
  if (identity.includes('\0') || Buffer.byteLength(identity) > 127) {
    throw invalidValue('identity', 'must be at most 127 bytes, without NUL');
  }
  return identity;
}

function checkKey(value: unknown): Uint8Array {
  const key = checkBytes('key', value);
  if (key.length < 1 || key.length > 256) throw invalidValue('key', 'must be 1 to 256 bytes long');
  return key;
}

function checkRule(rule: TicketRule): { action: number; appData: Uint8Array | null } {
  const action = Object.hasOwn(ticketActions, rule.action) ? ticketActions[rule.action] : undefined;
  if (action === undefined) {
    throw invalidValue(
      'ticketRules',
      `must have actions of ${Object.keys(ticketActions).join(', ')}`,
    );
  }
  const appData = rule.appData == null ? null : checkBytes('ticketRules.appData', rule.appData);
  return { action, appData };
}

/** 48 or 80 bytes each. */
export function applyTicketKeys(context: Handle, keys: Uint8Array | readonly Uint8Array[]): void {
  const list = each(keys).map((key) => checkBytes('ticketKeys', key));
  const size = list[0]?.length ?? 48;
  if ((size !== 48 && size !== 80) || list.some((key) => key.length !== size)) {
    throw invalidValue('ticketKeys', 'must be keys of 48 bytes, or all of 80');
  }
  const all = Buffer.concat(list);
  registers[0] = context;
  native().setTicketKeys(all, size);
  all.fill(0);
}

export function applySessionIdContext(context: Handle, value: string | Uint8Array): void {
  const bytes = bytesOf('sessionIdContext', value);
  registers[0] = context;
  native().SSL_CTX_set_session_id_context(bytes);
  ensure('SSL_CTX_set_session_id_context', 'sessionIdContext');
}

/** A `long` that a number holds. */
export function checkSeconds(name: string, value: unknown): number {
  if (typeof value !== 'number') throw invalidType(name, 'of type number', value);
  return Number(checkLong(name, value));
}

/** An error that names what a connection or context is in no state for. */
export function stateError(message: string): LibsslError {
  return new LibsslError('ERR_LIBSSL_STATE', message);
}
