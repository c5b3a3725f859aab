// The embedded backend: the memory of this process.

import { checkMembers } from '../common/option-bag.js';
import { checkInteger } from '../common/validate.js';
import type { StoreBackend } from './backend.js';
import { checkObject } from './options.js';

/** How much a backend in memory keeps. */
export interface MemoryBackendOptions {
  /** How many records; the oldest makes room for a new one. By default 20480. */
  maxRecords?: number;
}

/**
 * A backend in the memory of this process, for all contexts of the process, and for tests. It
 * answers at once, so no handshake waits. Processes do not share it, nor do Workers.
 */
export function memoryBackend(options: MemoryBackendOptions = {}): Required<StoreBackend> {
  checkMembers('options', checkObject('options', options), ['maxRecords']);
  const { maxRecords = 20_480 } = options;
  checkInteger('options.maxRecords', maxRecords, 1, 2 ** 24);
  const records = new Map<string, { bytes: Uint8Array; until: number }>();
  const find = (key: string): Uint8Array | null => {
    const found = records.get(key);
    if (found === undefined) return null;
    if (performance.now() < found.until) return found.bytes;
    records.delete(key);
    return null;
  };
  const set = (key: string, bytes: Uint8Array, ttl: number): void => {
    records.delete(key); // so that it is the newest
    records.set(key, { bytes, until: performance.now() + ttl });
    if (records.size <= maxRecords) return;
    const [oldest] = records.keys();
    if (oldest !== undefined) records.delete(oldest);
  };
  return {
    get: find,
    set,
    delete: (key) => records.delete(key),
    take(key) {
      const bytes = find(key);
      records.delete(key);
      return bytes;
    },
    add(key, bytes, ttl) {
      if (find(key) !== null) return false;
      set(key, bytes, ttl);
      return true;
    },
  };
}
