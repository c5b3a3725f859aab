// What one random sequence has made, and what must be true of it: who throws what, that no secret is
// in a message, that no application data leaves in clear, and that nothing is left in the end.

import { inspect } from 'node:util';
import { LibsslError, SslConnection, SslContext, SslSession, sessionCounts } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { gc } from '../support/gc.mjs';
import { Random } from './random.mjs';

/** What the fuzzer's own callbacks, getters and traps throw. */
export const deliberate = Object.assign(new Error('deliberate'), { code: 'DELIBERATE' });

/** All application data has it, and nothing else. */
export const marker = Buffer.from('~APPLICATION-DATA~');

/** Keys that the steps use, and that no message may have. */
export const secrets = {
  psk: Buffer.from('S3cr3t-psk-key--0123456789abcdef'),
  master: Buffer.from('S3cr3t-master-key-0123456789abcdef-0123456789abc'),
  cookieKey: Buffer.from('S3cr3t-cookie-key-0123456789abcd'),
  ticketKey: Buffer.from('S3cr3t-ticket-key-0123456789abcdef-0123456789abc'),
  passphrase: Buffer.from('S3cr3t-passphrase'),
};

/** Something that must not be. `kind` is what a smaller replay must show again. */
export class Finding extends Error {
  constructor(kind, detail) {
    super(`${kind}: ${detail}`);
    this.kind = kind;
  }
}

const isOurs = (error) =>
  typeof error?.code === 'string' &&
  ((error instanceof TypeError && /^ERR_INVALID_(ARG_(TYPE|VALUE)|THIS)$/.test(error.code)) ||
    (error instanceof RangeError && error.code === 'ERR_OUT_OF_RANGE') ||
    (error instanceof LibsslError && /^[A-Z][A-Z0-9_]+$/.test(error.code)));

// A certificate of a hostile session is node:crypto's to refuse; what cannot be cloned the
// platform's.
const isOfNode = (error, name) =>
  (/peerCertificate/.test(name) && /^ERR_(OSSL|CRYPTO|INVALID)/.test(error?.code)) ||
  error?.name === 'DataCloneError';

export class World {
  random = new Random(0);
  /** { role, dtls, handle, object } */
  contexts = [];
  /** { server, dtls, handle, object, context, peer, outbox, tail } */
  connections = [];
  /** Objects. */
  sessions = [];
  /** Every handle that the sequence has seen. */
  handles = { session: new Set(), ctx: new Set(), ssl: new Set(), conf: new Set() };
  stale = { session: [], ctx: [], ssl: [], conf: [] };
  #guesses = [];
  /** Promises of stores that wait: { resolve, reject, id }. */
  waiting = [];
  /** How deep in callbacks of the fuzzer. */
  depth = 0;
  /** What the next event does: from steps.mjs. */
  reenter = () => {};
  promises = 0;
  #before = sessionCounts().live;
  #keys = new Set(Object.values(secrets).flatMap(forms));
  #calls = 0;
  #log;

  constructor({ log = null, foreign = {} } = {}) {
    this.#log = log;
    this.foreign = foreign;
  }

  // ---- What there is.

  live(kind) {
    const stale = new Set(this.stale[kind]);
    return [...this.handles[kind]].filter((handle) => !stale.has(handle));
  }

  know(kind, handle) {
    if (typeof handle !== 'number' || handle === 0) return;
    this.handles[kind].add(handle);
    if (kind !== 'session') return;
    try {
      this.keep(C.SSL_SESSION_get_master_key(handle));
    } catch {}
  }

  /** A handle that was forged. It may be one of those that are: what it was given is freed too. */
  guess(kind, handle) {
    if (handle !== 0) this.#guesses.push([kind, handle]); // 0 is C's NULL: freeing it is always right
    return handle;
  }

  /** A key that no message may have from now on. */
  keep(key) {
    if (key.length >= 16) for (const form of forms(key)) this.#keys.add(form);
  }

  /** What a call gave: sessions are kept, output goes to the peer. */
  take(name, value, on) {
    if (value instanceof SslSession) {
      if (!this.sessions.includes(value)) this.sessions.push(value);
      if (!value.freed) this.keep(value.masterKey);
    } else if (Array.isArray(value)) {
      for (const each of value) this.take(name, each, on);
    } else if (typeof value?.then === 'function') {
      this.promises += 1;
      value.then(
        () => {},
        (error) => this.later(name, error),
      );
    } else if (/(^BIO_read|#take\w*)$/.test(name) && Buffer.isBuffer(value) && on !== undefined) {
      this.sent(on, value);
    } else if (typeof value === 'number') {
      if (/^(SSL_SESSION_(new|dup)|(d2i|PEM_read_bio)_SSL_SESSION|SSL_get1_session)$/.test(name)) {
        this.know('session', value);
      } else if (name === 'SSL_CTX_sessions') this.know('session', value);
      else if (name === 'SSL_new') this.know('ssl', value);
      else if (name === 'SSL_CTX_new') this.know('ctx', value);
      else if (name === 'SSL_CONF_CTX_new') this.know('conf', value);
    }
  }

  connectionOf(handle) {
    return this.connections.find((each) => each.handle === handle);
  }

  /** Bytes that a connection has for its peer: they are looked at, and go on their way. */
  sent(connection, bytes) {
    if (bytes.length === 0) return;
    const all = Buffer.concat([connection.tail, bytes]);
    if (all.includes(marker)) {
      throw new Finding(
        'clear',
        `application data in clear, from the ${connection.server ? 'server' : 'client'}`,
      );
    }
    connection.tail = all.subarray(-marker.length);
    connection.outbox.push(bytes);
  }

  // ---- Calls, and what they throw.

  log(text) {
    this.#log?.(`${'  '.repeat(this.depth)}${text}`);
  }

  /** Calls, keeps what comes, and judges what is thrown. Gives undefined where it threw. */
  attempt(name, body, on) {
    try {
      const value = body();
      if (this.#log !== undefined) this.log(`  → ${describe(value)}`);
      this.take(name, value, on);
      return value;
    } catch (error) {
      this.judge(name, error);
      return undefined;
    }
  }

  judge(name, error) {
    if (error instanceof Finding) throw error;
    this.log(`  throws ${error?.code}: ${error?.message}`);
    if (error === deliberate) return;
    if (!isOurs(error) && !isOfNode(error, name)) {
      throw new Finding('exception', `${name} threw ${describeError(error)}`);
    }
    if (/#(free|freed|state|\[Symbol)/.test(name)) {
      throw new Finding('exception', `${name} threw ${describeError(error)}`);
    }
    this.#calls += 1;
    // The stack is costly, and has the message: a part of them is enough.
    const texts = [error.message, JSON.stringify(error), error.opensslErrorStack?.join()];
    if (this.#calls % 8 === 0 || this.#log !== null) texts.push(error.stack, inspect(error));
    this.search(name, texts.join('\n'));
  }

  search(name, text) {
    const lower = text.toLowerCase();
    for (const key of this.#keys) {
      if (lower.includes(key)) throw new Finding('secret', `${name} shows a key`);
    }
  }

  /** What came where nobody could catch it. */
  later(name, error) {
    try {
      this.judge(name, error);
    } catch (finding) {
      this.failure ??= finding;
    }
  }

  // ---- The end.

  /** Frees everything, in an order of `random`, and looks for what is left. */
  async end(random) {
    this.depth = 3; // callbacks do no more than free
    for (let rounds = 0; rounds < 5; rounds++) this.#freeAll(random);
    this.contexts.length = 0;
    this.connections.length = 0;
    this.sessions.length = 0;
    for (const { resolve } of this.waiting.splice(0)) resolve(null);
    if (this.promises > 0) await new Promise((resolve) => setImmediate(resolve));
    // What was forgotten is the collector's.
    for (let tries = 0; tries < 100; tries++) {
      // Its end may bring a session to a listener.
      this.#freeAll(random);
      if (this.#left() === 0 && sessionCounts().live === this.#before) break;
      await new Promise((resolve) => setImmediate(resolve));
      gc();
    }
    if (this.failure !== undefined) throw this.failure;
    const live = sessionCounts().live - this.#before;
    if (live !== 0) throw new Finding('leak', `${live} sessions are left in the end`);
    if (this.#left() > 0)
      throw new Finding('handle', `${this.#left()} handles are left in the end`);
  }

  // Not in end(), which waits, and would keep the last of them.
  #freeAll(random) {
    const all = [
      ...this.contexts.map((each) => ['SslContext#free', each.object]),
      ...this.connections.map((each) => ['SslConnection#free', each.object]),
      ...this.sessions.map((each) => ['SslSession#free', each]),
    ].filter(([, object]) => object !== undefined && !object.freed);
    while (all.length > 0) {
      const [[name, object]] = all.splice(random.below(all.length), 1);
      this.attempt(name, () => object.free());
    }
    for (const [kind, handles] of Object.entries(this.handles)) {
      for (const handle of handles) if (this.#release(kind, handle)) handles.delete(handle);
    }
    for (const [kind, handle] of this.#guesses) this.#release(kind, handle);
  }

  #left() {
    return Object.values(this.handles).reduce((sum, { size }) => sum + size, 0);
  }

  // Until the handle is refused. False while an object, maybe a forgotten one, has its last reference.
  #release(kind, handle) {
    for (let count = 0; count < 10_000; count++) {
      try {
        frees[kind](handle);
      } catch (error) {
        this.judge(frees[kind].name, error);
        if (error.code === 'ERR_LIBSSL_INVALID_HANDLE') return true;
        if (error.code !== deliberate.code) return false;
      }
    }
    throw new Finding('handle', `${kind} can be freed for ever`);
  }
}

const frees = {
  session: C.SSL_SESSION_free,
  ssl: C.SSL_free,
  ctx: C.SSL_CTX_free,
  conf: C.SSL_CONF_CTX_free,
};

function forms(key) {
  const text = key.toString('latin1').toLowerCase();
  const hex = key.toString('hex');
  return [text, hex, hex.replace(/..(?=.)/g, '$& '), hex.replace(/..(?=.)/g, '$&:')];
}

export function describeError(error) {
  if (!(error instanceof Error)) return describe(error);
  return `${error.name} ${error.code ?? 'without a code'}: ${error.message}\n${error.stack}`;
}

/** In a few words, for the replay. */
export function describe(value) {
  if (value instanceof SslSession) return '<session>';
  if (value instanceof SslContext) return '<context>';
  if (value instanceof SslConnection) return '<connection>';
  if (typeof value === 'function') return '<callback>';
  if (typeof value === 'string')
    return value.length > 60 ? `<string of ${value.length}>` : JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null)
    return Object.is(value, -0) ? '-0' : String(value);
  try {
    if (ArrayBuffer.isView(value)) {
      if (value.byteLength > 24) return `<${value.byteLength} bytes>`;
      return `<${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}>`;
    }
    if (Array.isArray(value)) return `[${value.slice(0, 5).map(describe).join(', ')}]`;
    const entries = Object.entries(Object.getOwnPropertyDescriptors(value)).map(
      ([key, { get, value: own }]) => `${key}: ${get ? '<getter>' : describe(own)}`,
    );
    return `{ ${entries.join(', ')} }`;
  } catch {
    return '<hostile object>';
  }
}
