// Ticket keys that processes share through a backend: one for each slot of time. The first to write
// one wins. The key of the next slot is there before anybody encrypts with it.

import { LibsslError } from '../common/errors.js';
import { checkInteger, invalidType } from '../common/validate.js';
import { bytesOfAnswer, checkBackend, type StoreBackend } from './backend.js';
import { Guard, recordError, type StoreEmitter, tell } from './guard.js';
import { readSharedOptions, type SharedOptions } from './options.js';
import {
  type RingKey,
  type RingSource,
  type RingTimes,
  readTimes,
  Slots,
  timeNames,
} from './ring-key.js';
import { Sealer, seal, unseal } from './seal.js';

/** How a ring has its keys from a backend. */
export interface RingBackendOptions extends SharedOptions, RingTimes {
  /** After how many seconds the keys are read again. By default 300. */
  rereadAfter?: number;
}

export function backendSource(
  given: StoreBackend,
  options: RingBackendOptions,
  emitter: StoreEmitter,
): RingSource {
  const backend = checkBackend('backend', given);
  if (backend.add === undefined) {
    throw invalidType('backend', 'one with the function add', given);
  }
  const shared = readSharedOptions(options, [...timeNames, 'rereadAfter']);
  const { rereadAfter = 300 } = options;
  const every = checkInteger('options.rereadAfter', rereadAfter, 1, 24 * 3600) * 1000;
  const slots = new Slots(readTimes(options));
  const guard = new Guard(emitter, shared.timeout, shared.breaker);
  const sealers = shared.secrets.map((secret) => new Sealer(secret, 'ticket keys', shared.prefix));
  return new BackendSource(backend, guard, emitter, sealers, shared.prefix, slots, every);
}

function booleanOf(answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer;
  const message = `add() of the backend answered with a value of type ${typeof answer}, and not with a boolean`;
  throw new LibsslError('ERR_LIBSSL_STORE_ANSWER', message);
}

class BackendSource implements RingSource {
  readonly shared = true;
  readonly every: number;
  readonly #backend: StoreBackend;
  readonly #guard: Guard;
  readonly #emitter: StoreEmitter;
  readonly #sealers: readonly Sealer[];
  readonly #prefix: string;
  readonly #slots: Slots;
  // Of each slot, the one that the backend has first. Others: of a backend that has lost its own.
  readonly #keys = new Map<number, RingKey[]>();

  constructor(
    backend: StoreBackend,
    guard: Guard,
    emitter: StoreEmitter,
    sealers: readonly Sealer[],
    prefix: string,
    slots: Slots,
    every: number,
  ) {
    this.#backend = backend;
    this.#guard = guard;
    this.#emitter = emitter;
    this.#sealers = sealers;
    this.#prefix = prefix;
    this.#slots = slots;
    this.every = every;
  }

  async read(now: number): Promise<RingKey[]> {
    const first = this.#slots.first(now);
    const next = this.#slots.at(now) + 1;
    for (const slot of this.#keys.keys()) if (slot < first) this.#keys.delete(slot);
    const wanted = Array.from({ length: next - first + 1 }, (_, i) => first + i);
    // What fails was told already: the keys that are known stay.
    await Promise.allSettled(wanted.map((slot) => this.#readSlot(slot, slot >= next - 1, now)));
    return [...this.#keys.values()].flat();
  }

  async #readSlot(slot: number, make: boolean, now: number): Promise<void> {
    // The first secret last: its key is the one that encrypts.
    for (const [index, sealer] of [...this.#sealers.entries()].reverse()) {
      const { name, key } = sealer.placeOf(`${this.#slots.encryptFor} ${slot}`);
      const place = this.#prefix + name;
      const found = await this.#find(place, key, slot);
      if (found !== null) this.#note(slot, found);
      // The first secret is the one that all write with.
      else if (make && index === 0) await this.#make(place, key, slot, now);
    }
  }

  async #find(place: string, key: Buffer, slot: number): Promise<RingKey | null> {
    const answer = await this.#guard.run('get', async () =>
      bytesOfAnswer(await this.#backend.get(place)),
    );
    if (answer === null) return null;
    const bytes = unseal(key, answer);
    if (bytes !== null) return this.#slots.keyOf(slot, bytes);
    tell(this.#emitter, 'storeError', recordError('does not decrypt'), 'get');
    return null;
  }

  // The key that is known, in a backend that has lost it, or else a new one; or that of another
  // process, which came first.
  async #make(place: string, key: Buffer, slot: number, now: number): Promise<void> {
    const made = this.#keys.get(slot)?.[0] ?? this.#slots.newKey(slot);
    const record = seal(key, made.bytes);
    const ttl = made.decryptUntil - now;
    const added = await this.#guard.run('add', async () =>
      booleanOf(await this.#backend.add?.(place, record, ttl)),
    );
    if (added === true) {
      this.#note(slot, made);
      return;
    }
    const found = added === false ? await this.#find(place, key, slot) : null;
    if (found !== null) this.#note(slot, found);
  }

  // A key that is known stays the object that it is: what is no longer in the ring is wiped.
  #note(slot: number, key: RingKey): void {
    const known = this.#keys.get(slot) ?? [];
    const same = known.find(({ bytes }) => bytes.equals(key.bytes));
    const others = known.filter((each) => each !== same);
    this.#keys.set(slot, [same ?? key, ...others]);
    if (same !== undefined && same !== key) key.bytes.fill(0);
  }
}
