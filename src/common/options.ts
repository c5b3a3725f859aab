// Every option of SslContext and SslConnection: its name, its check, and the side that has a use for
// it. What they do is in context/options.ts and connection/options.ts.

import {
  checkCookieKeys,
  checkMtu,
  checkPeerAddress,
  checkRetransmitTimeout,
} from '../connection/datagrams.js';
import type { SessionStore } from '../context/store.js';
import {
  checkIdentity12,
  checkIdentity13,
  checkKey12,
  checkTicketKeys,
} from '../libssl/ticket-keys.js';
import { SslSession } from '../session/session.js';
import {
  type Checked,
  checkMembers,
  type Elsewhere,
  type Row,
  type Rows,
  readOptions,
  refuseOtherSide,
  type Side,
} from './option-bag.js';
import { versionNumber } from './protocol-version.js';
import {
  checkBoolean,
  checkBytes,
  checkCString,
  checkInteger,
  checkLatin1,
  checkLong,
  checkNumTickets,
  checkProtocols,
  checkString,
  checkUint32,
  invalidType,
  invalidValue,
  outOfRange,
} from './validate.js';

// ---- Values.

type Check<T> = Row<T>['check'];

/** A `long` that a number holds. */
export function checkSeconds(name: string, value: unknown): number {
  if (typeof value !== 'number') throw invalidType(name, 'of type number', value);
  return Number(checkLong(name, value));
}

/** Text as UTF-8, or bytes. */
export function bytesOf(name: string, value: unknown): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'utf8') : checkBytes(name, value);
}

/** What has the three functions of a session store, or null. */
export function checkStore(name: string, value: unknown): SessionStore | null {
  if (value === null) return null;
  const store = checkObject(name, value);
  for (const method of ['get', 'set', 'delete']) {
    const found = store[method];
    if (typeof found !== 'function') {
      throw invalidType(`${name}.${method}`, 'of type function', found);
    }
  }
  return value as SessionStore;
}

function checkObject(
  name: string,
  value: unknown,
  ...members: readonly string[]
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw invalidType(name, 'of type object', value);
  if (members.length > 0) checkMembers(name, value, members);
  return value as Readonly<Record<string, unknown>>;
}

function checkSession(name: string, value: unknown): SslSession {
  if (!SslSession.is(value)) throw invalidType(name, 'an SslSession', value);
  return value;
}

const checkVersion: Check<number> = (name, value) => versionNumber(value, name);

/** Text that is not empty: libssl takes an empty one for none. */
function checkName(name: string, value: unknown): string {
  const text = checkCString(name, value);
  if (text === '') throw invalidValue(name, 'must not be empty');
  return text;
}

const oneOf =
  <const T>(...values: readonly T[]) =>
  (name: string, value: unknown): T => {
    if (values.includes(value as T)) return value as T;
    throw invalidValue(name, `must be one of ${values.join(', ')}`);
  };
const integer = (min: number, max: number) => (name: string, value: unknown) =>
  checkInteger(name, value, min, max);

const orNull =
  <T>(check: Check<T>): Check<T | null> =>
  (name, value) =>
    value === null ? null : check(name, value);

/** One, or an array. */
const list =
  <T>(check: Check<T>): Check<T[]> =>
  (name, value) =>
    Array.isArray(value)
      ? Array.from(value, (each: unknown, i) => check(`${name}[${i}]`, each))
      : [check(name, value)];

function iterable<T>(expected: string, check: Check<T>): Check<T[]> {
  return (name, value) => {
    const many = value as Iterable<unknown> | null | undefined;
    if (typeof many !== 'object' || typeof many?.[Symbol.iterator] !== 'function') {
      throw invalidType(name, expected, value);
    }
    return Array.from(many, (entry) => check(name, entry));
  };
}

function pairs<A, B>(first: Check<A>, second: Check<B>): Check<[A, B][]> {
  const expected = 'an iterable of pairs';
  return iterable(expected, (name, entry) => {
    if (!Array.isArray(entry)) throw invalidType(name, expected, entry);
    const [one, other] = entry as readonly unknown[];
    return [first(`${name} identity`, one), second(`${name} value`, other)];
  });
}

const identity13: Check<Uint8Array> = (name, value) => checkIdentity13(name, bytesOf(name, value));
const identity12: Check<Uint8Array> = (name, value) =>
  checkIdentity12(name, Buffer.from(checkString(name, value), 'utf8'));

function checkPskSession(name: string, value: unknown) {
  const { identity, session } = checkObject(name, value, 'identity', 'session');
  return {
    identity: identity13(`${name}.identity`, identity),
    session: checkSession(`${name}.session`, session),
  };
}

function checkPsk(name: string, value: unknown) {
  const { identity, key } = checkObject(name, value, 'identity', 'key');
  return {
    identity: identity12(`${name}.identity`, identity),
    key: checkKey12(`${name}.key`, key),
  };
}

/** A key or a PKCS #12, alone or with its passphrase, as node:tls takes them. */
const withPassphrase =
  <T>(part: string, check: Check<T>): Check<{ bytes: T; passphrase: string | undefined }> =>
  (name, value) => {
    const alone = typeof value !== 'object' || value === null || ArrayBuffer.isView(value);
    if (alone) return { bytes: check(name, value), passphrase: undefined };
    const { [part]: bytes, passphrase } = checkObject(name, value, part, 'passphrase');
    return {
      bytes: check(`${name}.${part}`, bytes),
      passphrase:
        passphrase === undefined ? undefined : checkString(`${name}.passphrase`, passphrase),
    };
  };

/** SSL_TICKET_RETURN_…, by the name that a rule has for it. */
const ticketActions = { ignore: 1, ignoreAndRenew: 2, use: 3, renew: 4 } as const;

function checkRule(name: string, value: unknown) {
  const { action, appData } = checkObject(name, value, 'action', 'appData');
  const known = typeof action === 'string' && Object.hasOwn(ticketActions, action);
  if (!known) {
    const names = Object.keys(ticketActions).join(', ');
    throw invalidValue(`${name}.action`, `must be one of ${names}`);
  }
  return {
    action: ticketActions[action as keyof typeof ticketActions],
    appData: appData == null ? null : checkBytes(`${name}.appData`, appData),
  };
}

// Extensions have 65,535 bytes together.
const maxProtocols = 64_000;

/** The protocols as ALPN has them: each after its length. */
function checkAlpn(name: string, value: unknown): Uint8Array {
  if (!Array.isArray(value) && !ArrayBuffer.isView(value)) {
    throw invalidType(name, 'an array of strings, a Buffer or Uint8Array', value);
  }
  const bytes = Array.isArray(value)
    ? Buffer.concat(
        Array.from(value, (protocol: unknown) => {
          const text = Buffer.from(checkLatin1(name, protocol), 'latin1');
          if (text.length < 1 || text.length > 255) {
            throw invalidValue(name, 'must contain protocols of 1 to 255 bytes');
          }
          return Buffer.concat([Buffer.from([text.length]), text]);
        }),
      )
    : checkProtocols(name, value);
  if (bytes.length > maxProtocols) {
    throw outOfRange(`${name}'s length in bytes`, `<= ${maxProtocols}`, bytes.length);
  }
  return bytes;
}

// ---- The tables.

const row = <T>(check: Check<T>): Row<T> => ({ check });
const client = <T>(check: Check<T>): Row<T> => ({ check, only: 'client' });
const server = <T>(check: Check<T>): Row<T> => ({ check, only: 'server' });

const answerRows = {
  pskSession: client(orNull(checkPskSession)),
  pskSessions: server(pairs(identity13, checkSession)),
  psk: client(orNull(checkPsk)),
  pskKeys: server(pairs(identity12, checkKey12)),
  ticketAppData: server(orNull(checkBytes)),
  ticketRules: server(iterable('an iterable of rules', checkRule)),
  allowEarlyData: server(checkBoolean),
  ALPNProtocols: row(checkAlpn),
};

const contextRows = {
  ...answerRows,
  role: row(oneOf('client', 'server')),
  protocol: row(oneOf('tls', 'dtls')),
  minVersion: row(checkVersion),
  maxVersion: row(checkVersion),
  cert: row(list(bytesOf)),
  key: row(list(withPassphrase('pem', bytesOf))),
  passphrase: row(checkString),
  pfx: row(list(withPassphrase('buf', checkBytes))),
  ca: row(list(bytesOf)),
  crl: row(list(bytesOf)),
  requestCert: server(checkBoolean),
  rejectUnauthorized: row(checkBoolean),
  ciphers: row(checkCString),
  sigalgs: row(checkName),
  honorCipherOrder: server(checkBoolean),
  ecdhCurve: row(checkCString),
  dhparam: server((name, value) => (value === 'auto' ? null : bytesOf(name, value))),
  securityLevel: row(integer(0, 5)),
  sessionIdContext: row(bytesOf),
  sessionCacheMode: row(integer(0, 0x7fff_ffff)),
  sessionCacheSize: row(integer(0, Number.MAX_SAFE_INTEGER)),
  sessionTimeout: row(checkSeconds),
  numTickets: server(checkNumTickets),
  ticketKeys: server((name, value) =>
    checkTicketKeys(name, Array.isArray(value) ? value : [value]),
  ),
  cookieKey: server(checkCookieKeys),
  noTicket: row(checkBoolean),
  maxEarlyData: server(checkUint32),
  maxFragmentLength: client(oneOf(512, 1024, 2048, 4096)),
  postHandshakeAuth: client(checkBoolean),
  secureOptions: row(checkUint32),
  pskIdentityHint: server(checkCString),
  sessionStore: server(checkStore),
  sessionStoreTimeout: server(integer(0, 0x7fff_ffff)),
};

const connectionRows = {
  ...answerRows,
  session: client(orNull(checkSession)),
  reuseSession: client(checkBoolean),
  servername: client(checkName),
  host: client(orNull(checkName)),
  maxEarlyData: server(checkUint32),
  numTickets: server(checkNumTickets),
  mtu: row(checkMtu),
  retransmitTimeout: row(checkRetransmitTimeout),
  peerAddress: server(checkPeerAddress),
};

/** The names of the options, of which `libssl-session/tls` takes those that it is given. */
export const contextOptionNames: readonly string[] = Object.keys(contextRows);
export const connectionOptionNames: readonly string[] = Object.keys(connectionRows).filter(
  (name) => !Object.hasOwn(contextRows, name),
);

export type CheckedAnswers = Checked<typeof answerRows>;
export type CheckedContextOptions = Checked<typeof contextRows>;
export type CheckedConnectionOptions = Checked<typeof connectionRows>;

// ---- Names of node:tls, and of what is near it, that are not here.

const carrier = 'is for the transport that carries the bytes, not for libssl';
const notHere: Readonly<Record<string, string>> = {
  secureProtocol: 'is not supported: use minVersion and maxVersion',
  secureContext: 'is not supported: an SslContext is the first argument of SslConnection',
  isServer: "is not supported: the option role of SslContext says 'client' or 'server'",
  pskCallback:
    'is not supported: give psk, pskKeys (TLS 1.2), pskSession or pskSessions (TLS 1.3) in advance',
  SNICallback: 'is not supported: give contexts by name in advance, with addContext()',
  ALPNCallback: 'is not supported: give ALPNProtocols in advance',
  checkServerIdentity:
    'is not supported: libssl checks host or servername itself; see peerCertificate for more',
  minDHSize: 'is not supported: securityLevel 2 refuses less than 2048 bits',
  requestOCSP: 'is not supported',
  enableTrace: 'is not supported; SslSession has toText(), and the event keylog is for Wireshark',
  clientCertEngine: 'is not supported: there are no engines',
  privateKeyEngine: 'is not supported: there are no engines',
  privateKeyIdentifier: 'is not supported: there are no engines',
  allowPartialTrustChain: 'is not supported',
  handshakeTimeout: carrier,
  timeout: `${carrier}; that of sessions is sessionTimeout`,
  server: carrier,
  socket: carrier,
  port: carrier,
  path: carrier,
  lookup: carrier,
  localAddress: carrier,
  localPort: carrier,
  family: carrier,
  hints: carrier,
  autoSelectFamily: carrier,
  autoSelectFamilyAttemptTimeout: carrier,
  allowHalfOpen: carrier,
  pauseOnConnect: carrier,
  pauseOnCreate: carrier,
  highWaterMark: carrier,
  noDelay: carrier,
  keepAlive: carrier,
  keepAliveInitialDelay: carrier,
  signal: carrier,
  onread: carrier,
};

/** Those that `libssl-session/tls` does not have either, and why. */
export const refusedInTls: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...['secureProtocol', 'pskCallback', 'requestOCSP', 'enableTrace', 'clientCertEngine'],
    ...['privateKeyEngine', 'privateKeyIdentifier', 'allowPartialTrustChain'],
  ].map((name) => [name, notHere[name] ?? '']),
);

const elsewhere =
  (other: Rows, whose: string): Elsewhere =>
  (name) => {
    if (Object.hasOwn(other, name)) return `is an option of ${whose}`;
    return Object.hasOwn(notHere, name) ? notHere[name] : undefined;
  };

/** What an SslContext is made of; its role is there. */
export function readContextOptions(given: unknown): CheckedContextOptions & { role: Side } {
  const about = elsewhere(connectionRows, 'SslConnection');
  const checked = readOptions('options', contextRows, given, about);
  const { role } = checked;
  if (role === undefined) throw invalidValue('options.role', 'must be one of client, server');
  refuseOtherSide('options', contextRows, checked, role);
  return checked as typeof checked & { role: Side };
}

/** What a connection of one side is made of. */
export function readConnectionOptions(given: unknown, side: Side): CheckedConnectionOptions {
  const about = elsewhere(contextRows, 'SslContext');
  const checked = readOptions('options', connectionRows, given, about);
  refuseOtherSide('options', connectionRows, checked, side);
  return checked;
}

/** What setAnswers() takes. */
export function readAnswers(given: unknown, side: Side): CheckedAnswers {
  const about = elsewhere({ ...contextRows, ...connectionRows }, 'the constructor');
  const checked = readOptions('answers', answerRows, given, about);
  refuseOtherSide('answers', answerRows, checked, side);
  return checked;
}
