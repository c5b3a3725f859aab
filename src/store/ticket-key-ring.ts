// Ticket keys that change by themselves, for any number of contexts.

import { EventEmitter } from 'node:events';
import { callListeners } from '../common/collect.js';
import { freedError } from '../common/errors.js';
import { listen, listeningOf } from '../common/events.js';
import { invalidType, invalidValue } from '../common/validate.js';
import { SslContext } from '../context/context.js';
import { checkStaysFit } from '../context/server-names.js';
import { keepsTicketKeys, leaveTicketKeys, storeTicketKeys } from '../libssl/ticket-keys.js';
import { EventKind } from '../native/event-kind.js';
import type { Handle } from '../native/types.js';
import { isPromise, type StoreBackend } from './backend.js';
import { type StoreEvents, tell } from './guard.js';
import { checkObject } from './options.js';
import { backendSource, type RingBackendOptions } from './ring-backend.js';
import { fileSource, type RingFileOptions } from './ring-file.js';
import { localSource, type RingKey, type RingSource, type RingTimes } from './ring-key.js';

/** The events of a ring. */
export interface RingEvents extends StoreEvents {
  /** Other keys encrypt or decrypt than before. */
  keys: [];
}

// Whoever has tickets of unknown keys, or makes them up, does not make a ring read more often.
const soonest = 5000;
const longestTimer = 0x7fff_ffff;

/**
 * The ticket keys of servers, which change by themselves. A key encrypts for a time, and decrypts
 * for a time more. Its memory is wiped after that. While no key may encrypt, there are no tickets,
 * and a process warning (`LIBSSL_NO_TICKET_KEY`) says so.
 *
 * `new TicketKeyRing()` makes its keys itself: for the contexts of one process. Processes and
 * machines share keys with `fromBackend()` or `fromFile()`. A ring that waits for the next time does
 * not keep the process; one that reads does, for at most `timeout` milliseconds.
 */
export class TicketKeyRing extends EventEmitter<RingEvents> {
  readonly #source: RingSource;
  readonly #contexts = new Map<Handle, WeakRef<SslContext>>();
  #keys: readonly RingKey[] = [];
  #applied: readonly RingKey[] | null = null;
  #encrypts = true;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | null = null;
  #readAt = 0; // as performance.now() counts
  #closed = false;
  /** Resolves when the keys were read for the first time, also if that failed. */
  readonly ready: Promise<void>;

  /** A ring that makes its keys itself. `ERR_OUT_OF_RANGE` for times that are not possible. */
  constructor(options?: RingTimes);
  /** @internal */
  constructor(options: RingTimes, makeSource: (ring: TicketKeyRing) => RingSource);
  constructor(options: RingTimes = {}, makeSource?: (ring: TicketKeyRing) => RingSource) {
    super();
    this.#source = makeSource?.(this) ?? localSource(checkObject('options', options));
    const keys = this.#source.read(Date.now());
    if (isPromise(keys)) {
      this.ready = this.#take(keys);
      return;
    }
    this.#change(keys);
    this.#readIn(this.#source.every);
    this.ready = Promise.resolve();
  }

  /**
   * Keys in a backend, encrypted, for all processes and machines that use it: each slot of time has a
   * key, the first process to write it wins, and all others read it before it encrypts. They are read
   * again every `rereadAfter` seconds, and soon after a ticket whose key is not known.
   */
  static fromBackend(backend: StoreBackend, options: RingBackendOptions): TicketKeyRing {
    return new TicketKeyRing({}, (ring) => backendSource(backend, options, ring));
  }

  /**
   * Keys in files that somebody else changes. As nginx has them: 48 or 80 bytes in each of several
   * files, of which the first encrypts. Or as HAProxy has them: a line of base64 for each of at least
   * three keys, of which the last but one encrypts. Files that cannot be read, or are of neither form,
   * throw `ERR_LIBSSL_TICKET_KEYS` or what reading threw; later they are a `storeError`, and the keys
   * stay as they are.
   */
  static fromFile(path: string | readonly string[], options: RingFileOptions = {}): TicketKeyRing {
    return new TicketKeyRing({}, () => fileSource(path, options));
  }

  /** Whether there is a key that encrypts now. */
  get encrypts(): boolean {
    return this.#encrypts && this.#keys.length > 0;
  }

  /**
   * Gives a server's context the keys, now and whenever they change, until the context is freed, or
   * gets keys from `setTicketKeys()` or another ring. `ERR_INVALID_ARG_VALUE` for a client's context,
   * `ERR_LIBSSL_FREED` once the ring is closed.
   * Wraps `SSL_CTX_set_tlsext_ticket_key_cb(3)`.
   */
  attach(context: SslContext): void {
    if (!SslContext.is(context)) throw invalidType('context', 'an SslContext', context);
    if (this.#closed) throw freedError('TicketKeyRing');
    if (context.role === 'client') throw invalidValue('context', 'must be one of a server');
    const handle = context.nativeHandle;
    if (this.#applied !== null) this.#apply(); // all contexts have the same
    const { keys, encrypts } = inUse(this.#keys, Date.now());
    const bytes = keys.map((key) => key.bytes);
    checkStaysFit(context, 'ticketKeys', bytes, 'context');
    storeTicketKeys(handle, bytes, encrypts, this);
    this.#contexts.set(handle, new WeakRef(context));
    if (!this.#source.shared) return;
    const listener = () => this.#readSoon();
    listen(handle, this.#contexts, { kinds: 1 << EventKind.ticketKey, listener });
  }

  /** The context keeps the keys that it has. */
  detach(context: SslContext): void {
    if (!SslContext.is(context)) throw invalidType('context', 'an SslContext', context);
    this.#forget(context.id);
  }

  /** Wipes the keys of the ring, and ends its timer. Contexts keep the keys that they have. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const handle of this.#contexts.keys()) this.#forget(handle);
    for (const { bytes } of this.#keys) bytes.fill(0);
    this.#keys = [];
  }

  #forget(handle: Handle): void {
    if (!this.#contexts.delete(handle)) return;
    leaveTicketKeys(handle, this);
    // Nobody has listened any more where the native context has ended.
    const listens = listeningOf(handle, this.#contexts) !== undefined;
    if (listens) listen(handle, this.#contexts, null);
  }

  #read(): void {
    this.#reading ??= this.#take((async () => this.#source.read(Date.now()))()).finally(() => {
      this.#reading = null;
    });
  }

  async #take(reading: Promise<readonly RingKey[]>): Promise<void> {
    this.#readAt = performance.now();
    let { every } = this.#source;
    try {
      this.#change(await reading);
    } catch (error) {
      if (this.#closed) return;
      every = Math.min(every, soonest);
      tell(this, 'storeError', error, 'get');
      this.#apply(); // what was there may have ended
    }
    this.#readIn(this.#encrypts ? every : Math.min(every, soonest));
  }

  #change(keys: readonly RingKey[]): void {
    if (this.#closed) {
      for (const { bytes } of keys) bytes.fill(0);
      return;
    }
    for (const { bytes } of this.#keys) {
      if (!keys.some((key) => key.bytes === bytes)) bytes.fill(0);
    }
    this.#keys = keys;
    this.#apply();
  }

  #readSoon(): void {
    this.#readIn(this.#readAt + soonest - performance.now());
  }

  // At that time, or earlier where a key begins or ends.
  #readIn(delay: number): void {
    if (this.#closed) return;
    const now = Date.now();
    const times = this.#keys.flatMap((key) => [key.from, key.encryptUntil, key.decryptUntil]);
    const next = Math.min(now + Math.max(0, delay), ...times.filter((time) => time > now));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#read(), Math.min(next - now, longestTimer)).unref();
  }

  #apply(): void {
    const { keys, encrypts } = inUse(this.#keys, Date.now());
    if (!encrypts && this.#encrypts) {
      const warning = 'no ticket key may encrypt: servers send no tickets until there is one';
      process.emitWarning(warning, { code: 'LIBSSL_NO_TICKET_KEY' });
    }
    const before = this.#applied;
    const same = keys.length === before?.length && keys.every((key, i) => key === before[i]);
    if (same && encrypts === this.#encrypts) return;
    this.#encrypts = encrypts;
    this.#applied = keys;
    const bytes = keys.map((key) => key.bytes);
    for (const [handle, reference] of this.#contexts) {
      const context = reference.deref();
      const keeps = context !== undefined && !context.freed && keepsTicketKeys(handle, this);
      if (keeps) storeTicketKeys(handle, bytes, encrypts, this);
      else this.#forget(handle);
    }
    callListeners(() => this.emit('keys'));
  }
}

// The keys in the order in which contexts have them, and whether the first of them may encrypt.
function inUse(
  all: readonly RingKey[],
  now: number,
): { keys: readonly RingKey[]; encrypts: boolean } {
  const keys = all.filter(({ decryptUntil }) => now < decryptUntil);
  const first = keys.find(({ from, encryptUntil }) => from <= now && now < encryptUntil);
  if (first === undefined) return { keys, encrypts: false };
  return { keys: [first, ...keys.filter((key) => key !== first)], encrypts: true };
}
