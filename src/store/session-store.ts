// Sessions in a backend that processes and machines share.

import { EventEmitter } from 'node:events';
import { checkBoolean, checkBytes, invalidType } from '../common/validate.js';
import { givenAway, type SessionQuery, type SessionStore } from '../context/store.js';
import { SslSession } from '../session/session.js';
import {
  bytesOfAnswer,
  checkBackend,
  isPromise,
  type MaybePromise,
  type StoreBackend,
} from './backend.js';
import type { StoreState } from './breaker.js';
import { all, Guard, recordError, type StoreEvents, tell } from './guard.js';
import {
  type CheckedSharedOptions,
  checkObject,
  readSharedOptions,
  type SharedOptions,
} from './options.js';
import { Sealer, seal, unseal } from './seal.js';

// How many removals that the backend did not take are remembered, and how many sessions that were
// taken, which libssl asks to remove as well.
const maxRemembered = 10_000;

/**
 * Sessions of servers in a backend, encrypted, for the option `sessionStore` of any number of
 * contexts. `createSessionStore()` makes it.
 *
 * A session of TLS 1.3 is taken out of the backend as it is looked up: whoever comes first gets it,
 * on whichever machine. So early data is accepted once, and not at all while the backend does not
 * work. Then handshakes are full ones, and none waits for more than `timeout` milliseconds.
 */
export class SharedSessionStore extends EventEmitter<StoreEvents> implements SessionStore {
  readonly #backend: StoreBackend;
  readonly #guard: Guard;
  readonly #prefix: string;
  /** The first encrypts. */
  readonly #sealers: readonly [Sealer, ...Sealer[]];
  // Keys that are being removed, and those that could not be: their sessions are not resumed here.
  readonly #leaving = new Set<string>();
  readonly #owed = new Set<string>();
  #removesOwed = false;
  readonly #taken = new Set<string>();

  /** @internal */
  constructor(backend: StoreBackend, options: CheckedSharedOptions) {
    super();
    this.#backend = backend;
    this.#guard = new Guard(this, options.timeout, options.breaker, () => this.#removeOwed());
    this.#prefix = options.prefix;
    const [first, ...others] = options.secrets.map(
      (secret) => new Sealer(secret, 'session', options.prefix),
    );
    this.#sealers = [first as Sealer, ...others];
  }

  /** A session of TLS 1.3 is returned once only. */
  get singleUse(): true {
    return true;
  }

  /** Whether the backend is used, left alone, or tried. */
  get state(): StoreState {
    return this.#guard.state;
  }

  /**
   * Returns the session of an id, which is yours: free it. For a `singleUse` id it is taken out. Null
   * if there is none, if its record does not decrypt, or while the backend is left alone. Throws or
   * rejects with what the backend failed of, or with `ERR_LIBSSL_STORE_TIMEOUT`. Throws
   * `ERR_INVALID_ARG_TYPE` for a query that does not say whether the session is for single use.
   */
  get(id: Uint8Array, query: Pick<SessionQuery, 'singleUse'>): MaybePromise<SslSession | null> {
    const backend = this.#backend;
    const singleUse = checkBoolean('query.singleUse', checkQuery(query).singleUse);
    const find = singleUse ? backend.take?.bind(backend) : backend.get.bind(backend);
    if (find === undefined) return null;
    const places = this.#placesOf(id);
    if (places.some(({ name }) => this.#leaving.has(name) || this.#owed.has(name))) return null;
    const operation = singleUse ? 'take' : 'get';
    const answers = this.#guard.run(operation, () =>
      all(
        places.map(
          ({ name }) =>
            () =>
              find(name),
        ),
        bytesOfAnswer,
      ),
    );
    const open = (records: (Uint8Array | null)[] | null): SslSession | null => {
      if (records === null) return null;
      const took = singleUse && records.some((record) => record !== null);
      if (took) for (const { name } of places) remember(this.#taken, name);
      return this.#firstOf(id, places, records, operation);
    };
    return isPromise(answers) ? answers.then(open) : open(answers);
  }

  /**
   * Stores a session, which belongs to the store from now on, for as long as it is good. Throws or
   * rejects as `get()`.
   */
  set(id: Uint8Array, session: SslSession): MaybePromise<unknown> {
    if (!SslSession.is(session)) throw invalidType('session', 'an SslSession', session);
    let name: string;
    let record: Buffer;
    let ttl: number;
    try {
      const place = this.#placesOf(id)[0];
      name = place.name;
      ttl = (session.time + session.timeout) * 1000 - Date.now();
      const der = session.toDer();
      record = seal(place.key, der);
      der.fill(0);
    } finally {
      session.free();
    }
    if (ttl <= 0) return null;
    this.#taken.delete(name); // it is there again
    return this.#guard.run('set', () => this.#backend.set(name, record, Math.ceil(ttl)));
  }

  /**
   * Removes the session of an id. While the backend cannot, the session is not resumed by this
   * process, and is removed once the backend works again; of more than 10,000 such sessions, the first
   * are forgotten. Throws or rejects as `get()`.
   */
  delete(id: Uint8Array): MaybePromise<unknown> {
    const names = this.#placesOf(id).map(({ name }) => name);
    const left = names.filter((name) => !this.#taken.delete(name));
    return left.length === 0 ? null : this.#remove(left);
  }

  #remove(names: readonly string[]): MaybePromise<unknown> {
    for (const name of names) {
      this.#owed.delete(name);
      this.#leaving.add(name);
    }
    const end = (removed: boolean) => {
      for (const name of names) {
        this.#leaving.delete(name);
        if (!removed) remember(this.#owed, name);
      }
    };
    const done = (answers: unknown[] | null) => end(answers !== null);
    const fail = (error: unknown) => {
      end(false);
      throw error;
    };
    try {
      const answers = this.#guard.run('delete', () =>
        all(
          names.map((name) => () => this.#backend.delete(name)),
          () => null,
        ),
      );
      return isPromise(answers) ? answers.then(done, fail) : done(answers);
    } catch (error) {
      return fail(error);
    }
  }

  // The backend works. One that fails again is last next time.
  async #removeOwed(): Promise<void> {
    if (this.#removesOwed || this.#owed.size === 0) return;
    this.#removesOwed = true;
    try {
      for (const name of [...this.#owed]) {
        if (this.#guard.state === 'closed' && this.#owed.has(name)) await this.#remove([name]);
      }
    } catch {
      // It was emitted, and stays owed.
    } finally {
      this.#removesOwed = false;
    }
  }

  #placesOf(id: Uint8Array): [StorePlace, ...StorePlace[]] {
    checkBytes('id', id);
    const place = (sealer: Sealer): StorePlace => {
      const { name, key } = sealer.placeOf(id);
      return { name: this.#prefix + name, key };
    };
    const [first, ...others] = this.#sealers;
    return [place(first), ...others.map(place)];
  }

  #firstOf(
    id: Uint8Array,
    places: readonly StorePlace[],
    records: readonly (Uint8Array | null)[],
    operation: 'get' | 'take',
  ): SslSession | null {
    for (const [index, { key }] of places.entries()) {
      const record = records[index];
      if (record == null) continue;
      try {
        return sessionOf(id, key, record);
      } catch (error) {
        tell(this, 'storeError', error, operation);
      }
    }
    return null;
  }
}

function checkQuery(query: unknown): Partial<SessionQuery> {
  return checkObject('query', query) as Partial<SessionQuery>;
}

/** Where a record is in the backend, and its key. */
interface StorePlace {
  readonly name: string;
  readonly key: Buffer;
}

function sessionOf(id: Uint8Array, key: Buffer, record: Uint8Array): SslSession {
  const der = unseal(key, record);
  if (der === null) throw recordError('does not decrypt');
  let session: SslSession;
  try {
    session = SslSession.fromDer(der);
  } catch (error) {
    throw recordError('is not a session', error);
  } finally {
    der.fill(0);
  }
  if (session.id.equals(id)) {
    givenAway.add(session);
    return session;
  }
  session.free();
  throw recordError('is a session with another id');
}

// The first of a set that is full makes room.
function remember(set: Set<string>, name: string): void {
  set.add(name);
  if (set.size <= maxRemembered) return;
  const [first] = set;
  if (first !== undefined) set.delete(first);
}

/**
 * Makes a session store over a backend. Throws `ERR_OUT_OF_RANGE` for a secret of less than 32 bytes.
 * If the backend cannot take a record out in one step, sessions of TLS 1.3 that the server keeps are
 * not resumed, and a process warning (`LIBSSL_STORE_NO_TAKE`) says so.
 */
export function createSessionStore(
  backend: StoreBackend,
  options: SharedOptions,
): SharedSessionStore {
  const checked = readSharedOptions(options);
  const store = new SharedSessionStore(checkBackend('backend', backend), checked);
  if (backend.take === undefined) {
    const warning =
      'the backend of a session store cannot take a record out in one step: sessions of TLS 1.3 ' +
      'that the server keeps are not resumed';
    process.emitWarning(warning, { code: 'LIBSSL_STORE_NO_TAKE' });
  }
  return store;
}
