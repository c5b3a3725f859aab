// The options of all that works with a backend.

import { checkMembers } from '../common/option-bag.js';
import { checkInteger, checkString, invalidType, outOfRange } from '../common/validate.js';
import type { BreakerOptions } from './breaker.js';
import { checkSecrets, type StoreSecret } from './seal.js';

/** What records are encrypted with, and how a backend is used. */
export interface SharedOptions {
  /**
   * What the records are encrypted with: at least 32 random bytes, the same in all processes.
   * Several, to change it: the first encrypts, the others still decrypt.
   */
  secret: StoreSecret;
  /** What the keys in the backend begin with, at most 512 bytes. By default `tls:`. */
  prefix?: string;
  /** How many milliseconds an operation may take. By default 250. */
  timeout?: number;
  /** When a failing backend is left alone, and for how long. */
  breaker?: BreakerOptions;
}

/** The same, checked. */
export interface CheckedSharedOptions {
  readonly secrets: readonly Uint8Array[];
  readonly prefix: string;
  readonly timeout: number;
  readonly breaker: Required<BreakerOptions>;
}

const names = ['secret', 'prefix', 'timeout', 'breaker'];
const longest = 0x7fff_ffff; // of a timer
const longestPrefix = 512; // HKDF takes 1024 bytes of info

export function checkObject(name: string, value: unknown): object {
  if (typeof value !== 'object' || value === null) throw invalidType(name, 'of type object', value);
  return value;
}

/** The options with what is the default. `more`: the names of others, which are not looked at. */
export function readSharedOptions(
  value: unknown,
  more: readonly string[] = [],
): CheckedSharedOptions {
  const given = checkObject('options', value) as Partial<SharedOptions>;
  checkMembers('options', given, [...names, ...more]);
  const { timeout = 250, prefix = 'tls:' } = given;
  const prefixSize = Buffer.byteLength(checkString('options.prefix', prefix));
  if (prefixSize > longestPrefix) {
    throw outOfRange("options.prefix's length in bytes", `<= ${longestPrefix}`, prefixSize);
  }
  const breaker: BreakerOptions = checkObject('options.breaker', given.breaker ?? {});
  checkMembers('options.breaker', breaker, ['failures', 'pause']);
  const { failures = 5, pause = 2000 } = breaker;
  return {
    secrets: checkSecrets('options.secret', given.secret),
    prefix,
    timeout: checkInteger('options.timeout', timeout, 1, longest),
    breaker: {
      failures: checkInteger('options.breaker.failures', failures, 1, longest),
      pause: checkInteger('options.breaker.pause', pause, 0, longest),
    },
  };
}
