// A ticket key and its times, and the slots of time that keys are made for.

import { randomBytes } from 'node:crypto';
import { checkMembers } from '../common/option-bag.js';
import { checkInteger } from '../common/validate.js';
import type { MaybePromise } from './backend.js';

export interface RingKey {
  /** 48 or 80 bytes, as `SslContext` has them: name, HMAC key, AES key. They are wiped. */
  readonly bytes: Buffer;
  /** When it begins to encrypt, in milliseconds since the epoch; it decrypts before, too. */
  readonly from: number;
  readonly encryptUntil: number;
  readonly decryptUntil: number;
}

/** Where a ring has its keys from. */
export interface RingSource {
  /**
   * The keys that decrypt at this time or will; of those that may encrypt, the first does. A key that
   * is no longer among them is wiped.
   */
  read(now: number): MaybePromise<readonly RingKey[]>;
  /** After how many milliseconds they may have changed. */
  readonly every: number;
  /** Whether another process may have made a key that is not known here. */
  readonly shared: boolean;
}

/** How long keys are good for. */
export interface RingTimes {
  /** For how many seconds a key encrypts. By default 43200 (12 hours). */
  encryptFor?: number;
  /** For how many seconds more it decrypts, at most 100 times as long. By default 86400 (24 hours). */
  decryptFor?: number;
}

const newKeySize = 80; // with AES-256
const minute = 60_000;
const mostKeys = 100; // that decrypt only
const longest = 7 * 24 * 3600; // of a ticket of TLS 1.3, in seconds

/** The slots of time: each has a key of its own. */
export class Slots {
  readonly encryptFor: number;
  readonly decryptFor: number;

  constructor(times: Required<RingTimes>) {
    this.encryptFor = times.encryptFor * 1000;
    this.decryptFor = times.decryptFor * 1000;
  }

  at(now: number): number {
    return Math.floor(now / this.encryptFor);
  }

  /** The first slot whose key still decrypts. */
  first(now: number): number {
    return Math.max(0, this.at(now - this.decryptFor));
  }

  keyOf(slot: number, bytes: Buffer): RingKey {
    const from = slot * this.encryptFor;
    const encryptUntil = from + this.encryptFor;
    return { bytes, from, encryptUntil, decryptUntil: encryptUntil + this.decryptFor };
  }

  newKey(slot: number): RingKey {
    return this.keyOf(slot, randomBytes(newKeySize));
  }
}

export const timeNames = ['encryptFor', 'decryptFor'];

export function readTimes(options: RingTimes): Required<RingTimes> {
  const { encryptFor = 12 * 3600, decryptFor = 24 * 3600 } = options;
  const encrypts = checkInteger('options.encryptFor', encryptFor, 1, longest);
  const most = Math.min(longest, encrypts * mostKeys);
  return {
    encryptFor: encrypts,
    decryptFor: checkInteger('options.decryptFor', decryptFor, 0, most),
  };
}

/** Keys that are made here, and that nobody else has. */
export function localSource(options: RingTimes): RingSource {
  checkMembers('options', options, timeNames);
  const slots = new Slots(readTimes(options));
  const keys = new Map<number, RingKey>();
  return {
    // Timers stand still while a machine sleeps, and keys must not live longer for that.
    every: Math.min(slots.encryptFor, minute),
    shared: false,
    read(now) {
      const current = slots.at(now);
      for (const slot of keys.keys()) if (slot < slots.first(now)) keys.delete(slot);
      if (!keys.has(current)) keys.set(current, slots.newKey(current));
      return [...keys.values()];
    },
  };
}
