// The options of connect() and createServer(): which are of the context, of the connection, of the
// transport, and which of node:tls are not here. Callers such as http pass all of their own options
// on, so that a name which nobody knows is no error, unless it is nearly one of ours.

import { createHash } from 'node:crypto';
import { nearest } from '../common/option-bag.js';
import { connectionOptionNames, contextOptionNames, refusedInTls } from '../common/options.js';
import { checkInteger, invalidType, invalidValue } from '../common/validate.js';
import { SslContext } from '../context/context.js';
import type { SslContextOptions } from '../context/options.js';

/** Options of the context that stand beside those of node:tls. */
export type TlsContextOptions = Omit<SslContextOptions, 'role' | 'protocol'>;

/** Options as they are given, which nobody has checked. */
export type Given = Readonly<Record<string, unknown>>;

// What connections have of their own.
const ofConnections = new Set<string>([
  ...connectionOptionNames,
  'ALPNProtocols',
  'psk',
  'pskSession',
]);
const ofContexts = contextOptionNames.filter(
  (name) => !ofConnections.has(name) && name !== 'role' && name !== 'protocol',
);

const ofSockets = [
  ...['socket', 'secureContext', 'checkServerIdentity', 'minDHSize', 'requireCloseNotify'],
  ...['SNICallback', 'ALPNCallback', 'handshakeTimeout', 'isServer', 'server', 'allowHalfOpen'],
  ...['highWaterMark', 'signal', 'onread', 'timeout', 'sessionCache'],
];
// What SslContext and SslConnection do not check themselves.
const types: Readonly<Record<string, string>> = {
  servername: 'string',
  checkServerIdentity: 'function',
  minDHSize: 'number',
  SNICallback: 'function',
  ALPNCallback: 'function',
  handshakeTimeout: 'number',
  timeout: 'number',
};
const known = [...ofContexts, ...ofConnections, ...ofSockets];

// To compare a name with all of them takes long, and agents ask for the same ones again and again.
const nearestOf = new Map<string, string | null>(known.map((name) => [name, null]));
const maxNames = 1000;

function nearestTo(name: string): string | null {
  const before = nearestOf.get(name);
  if (before !== undefined) return before;
  const near = nearest(name, known);
  if (nearestOf.size < maxNames) nearestOf.set(name, near);
  return near;
}

const isSignal = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'aborted' in value;

export function checkOptions(given: unknown): Given {
  if (typeof given !== 'object' || given === null) {
    throw invalidType('options', 'of type object', given);
  }
  const options = given as Given;
  for (const name in options) {
    if (options[name] == null) continue;
    const why = refusedInTls[name];
    if (why !== undefined && options[name] !== false) throw invalidValue(`options.${name}`, why);
    const type = types[name];
    if (type !== undefined && typeof options[name] !== type) {
      throw invalidType(`options.${name}`, `of type ${type}`, options[name]);
    }
    if (name === 'handshakeTimeout') checkInteger(`options.${name}`, options[name], 0, 0x7fff_ffff);
    if (name === 'highWaterMark' && !((options[name] as number) >= 0)) {
      throw invalidValue(`options.${name}`, 'must be a number of 0 or more');
    }
    if (name === 'signal' && !isSignal(options.signal)) {
      throw invalidType('options.signal', 'an AbortSignal', options.signal);
    }
    const near = nearestTo(name);
    if (near !== null) {
      throw invalidValue(`options.${name}`, `is not a known option; the nearest is '${near}'`);
    }
  }
  if (options.minDHSize != null) checkInteger('options.minDHSize', options.minDHSize, 1, 65_536);
  if (options.timeout != null) checkInteger('options.timeout', options.timeout, 0, 0x7fff_ffff);
  return options;
}

/** Those of the names that are given, and not null. */
function pick(options: Given, names: Iterable<string>): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const name of names) {
    const value = options[name];
    if (value !== undefined && value !== null) picked[name] = value;
  }
  return picked;
}

/** The options of SslContext among them. */
export function contextOptionsOf(options: Given): TlsContextOptions {
  return pick(options, ofContexts) as TlsContextOptions;
}

/** What a connection is given besides its name and session. */
export function answersOf(options: Given): Record<string, unknown> {
  const { session: _, servername: __, host: ___, ...answers } = pick(options, ofConnections);
  return answers;
}

/** The context that the options give, or one of its own for them. */
export function serverContext(options: Given): SslContext {
  return givenContext(options, 'server') ?? newServerContext(options);
}

export function newServerContext(options: Given): SslContext {
  const { ALPNProtocols } = options;
  const alpn = ALPNProtocols == null ? {} : { ALPNProtocols };
  return new SslContext({ role: 'server', ...contextOptionsOf(options), ...alpn } as never);
}

function givenContext(options: Given, role: 'client' | 'server'): SslContext | null {
  const { secureContext } = options;
  if (secureContext == null) return null;
  if (!SslContext.is(secureContext) || secureContext.role !== role) {
    throw invalidType('options.secureContext', `an SslContext of a ${role}`, secureContext);
  }
  if (secureContext.protocol === 'dtls') {
    throw invalidValue('options.secureContext', 'must be of TLS: a socket is no datagrams');
  }
  const own = contextOptionsOf(options) as Record<string, unknown>;
  for (const name of Object.keys(own)) {
    const same = name === 'rejectUnauthorized' && own[name] === secureContext.rejectUnauthorized;
    if (!same) throw invalidValue(`options.${name}`, 'must be given to the secureContext instead');
  }
  return secureContext;
}

// Contexts of clients, by what their options say: a context reads the system's certificates, and
// keeps a session of its own of none.
const contexts = new Map<string, SslContext>();
const maxContexts = 32;

/** The context for a client: the same for the same options. */
export function clientContext(options: Given): SslContext {
  const given = givenContext(options, 'client');
  if (given !== null) return given;
  const own = contextOptionsOf(options);
  const key = keyOf(own);
  const found = contexts.get(key);
  contexts.delete(key);
  const context = found ?? new SslContext({ role: 'client', ...own });
  contexts.set(key, context);
  for (const [oldest, unused] of contexts) {
    if (contexts.size <= maxContexts) break;
    contexts.delete(oldest);
    unused.free(); // its connections keep the native context
  }
  return context;
}

// What makes a connection another one, beside its place and the options of its context.
const ofPeers = ['requireCloseNotify', 'minDHSize', 'ALPNProtocols', 'psk', 'pskSession'];

/** A text that is the same for options whose connections may be used for each other. */
export function keyOfConnection(given: object): string {
  const options = given as Given;
  const { secureContext, checkServerIdentity } = options;
  const objects = [secureContext, checkServerIdentity].map((each) =>
    typeof each === 'object' || typeof each === 'function' ? numberOf(each) : '',
  );
  return `${keyOf({ ...contextOptionsOf(options), ...pick(options, ofPeers) })}:${objects}`;
}

const numberOfObject = new WeakMap<object, number>();
let lastNumber = 0;
function numberOf(object: object | null): number | string {
  if (object === null) return '';
  const number = numberOfObject.get(object) ?? ++lastNumber;
  numberOfObject.set(object, number);
  return number;
}

/** A text that is the same for the same options; it shows no secret. */
export function keyOf(options: object): string {
  const entries = Object.entries(options);
  if (entries.length === 0) return '';
  const hash = createHash('sha256');
  for (const [name, value] of entries.sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name}\0`);
    addTo(hash, value);
  }
  return hash.digest('base64');
}

function addTo(hash: ReturnType<typeof createHash>, value: unknown): void {
  if (ArrayBuffer.isView(value)) {
    hash.update(`b${value.byteLength}\0`).update(value as Uint8Array);
  } else if (typeof value === 'object' && value !== null) {
    hash.update('{');
    for (const [name, each] of Object.entries(value)) {
      hash.update(`${name}\0`);
      addTo(hash, each);
    }
    hash.update('}');
  } else {
    const text = String(value);
    hash.update(`${typeof value}${text.length}\0`).update(text);
  }
}
