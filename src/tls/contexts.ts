// The contexts of sockets: one that is given, one for a server, and those that clients share.

import { createHash } from 'node:crypto';
import { invalidType, invalidValue } from '../common/validate.js';
import { SslContext } from '../context/context.js';
import { contextOptionsOf, type Given, pick } from './options.js';

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
function keyOf(options: object): string {
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
