// Whatever Keyv has an adapter for.

import { invalidType } from '../common/validate.js';
import type { StoreBackend } from './backend.js';
import { checkObject } from './options.js';

/** What of a Keyv is used. */
export interface KeyvLike {
  /** The value of a key; undefined if there is none. */
  get(key: string): Promise<unknown>;
  /** Stores a value for some milliseconds. */
  set(key: string, value: string, ttl?: number): Promise<unknown>;
  /** Removes a key, and returns whether it was there, if the adapter knows. */
  delete(key: string): Promise<unknown>;
}

// Of several who delete one key at once, these tell exactly one that it was there: a Map in this
// process, and adapters over a client of Redis or Valkey, whose DEL and UNLINK count. Others say
// that they deleted what somebody else has deleted as well.
function deletesOnce(keyv: object): boolean {
  const { store, opts } = keyv as { store?: unknown; opts?: { store?: unknown } };
  const its = store ?? opts?.store;
  if (its instanceof Map) return true;
  if (typeof its !== 'object' || its === null) return false;
  const { client, redis } = its as { client?: unknown; redis?: unknown };
  return [client, redis].some((each) => {
    const methods = each as Record<string, unknown> | null | undefined;
    return typeof methods?.getDel === 'function' || typeof methods?.getdelBuffer === 'function';
  });
}

/**
 * A backend over a Keyv, for what Keyv has adapters for. Records are kept as text (base64url). Make
 * the Keyv with `throwOnErrors: true`, or it answers "nothing there" when its store fails. Sessions
 * of TLS 1.3 that the server keeps are resumed only with a Map, or an adapter for Redis or Valkey:
 * the others cannot take a record out in one step.
 */
export function keyvBackend(keyv: KeyvLike): StoreBackend {
  const methods = checkObject('keyv', keyv) as unknown as Readonly<Record<string, unknown>>;
  for (const name of ['get', 'set', 'delete']) {
    if (typeof methods[name] !== 'function') throw invalidType('keyv', 'a Keyv', keyv);
  }
  const get = async (key: string): Promise<Uint8Array | null> => {
    const text = await keyv.get(key);
    if (text === undefined || text === null) return null;
    if (typeof text !== 'string') throw invalidType("keyv.get()'s answer", 'of type string', text);
    return Buffer.from(text, 'base64url');
  };
  const backend: StoreBackend = {
    get,
    set: (key, bytes, ttl) => keyv.set(key, Buffer.from(bytes).toString('base64url'), ttl),
    delete: (key) => keyv.delete(key),
  };
  if (!deletesOnce(keyv)) return backend;
  return {
    ...backend,
    async take(key) {
      const bytes = await get(key);
      return bytes !== null && (await keyv.delete(key)) === true ? bytes : null;
    },
  };
}
