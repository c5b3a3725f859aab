// The options of connect() and createServer(): which are of the context, of the connection, of the
// transport, and which of node:tls are not here. Callers such as http pass all of their own options
// on, so that a name which nobody knows is no error, unless it is nearly one of ours.

import { nearest } from '../common/option-bag.js';
import { connectionOptionNames, contextOptionNames, refusedInTls } from '../common/options.js';
import { checkInteger, invalidType, invalidValue } from '../common/validate.js';
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
export function pick(options: Given, names: Iterable<string>): Record<string, unknown> {
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
