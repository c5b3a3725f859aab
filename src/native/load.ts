// Finds libssl 1.1.1 at the first use, and gives the addon's functions for it.

import { LibsslError, type LoadAttempt, misuseError } from '../common/errors.js';
import type { RuleName } from '../common/rules.js';
import { cacheDirectory } from '../library/cache-directory.js';
import { installLine } from '../library/distribution.js';
import { loadAddon, root } from './addon.js';
import { registers } from './registers.js';
import type { Native } from './signatures.js';

interface Addon {
  load(
    explicitDirectory: string,
    fallbackDirectories: string[],
    registers: Float64Array,
    makeError: (rule: RuleName, functionName: string) => Error,
  ): Native | LoadAttempt[];
}

let loaded: Native | undefined;

/** The functions of libssl 1.1.1; the library is looked for at the first use. */
export function native(): Native {
  return loaded ?? load();
}

function load(): Native {
  const addon = loadAddon() as Addon;
  const directory = process.env.LIBSSL_SESSION_DIR ?? '';
  // What the two set-ups make: the checkout's, and the user's.
  const fallbacks = [`${root}.libssl`, cacheDirectory() ?? []].flat();
  const result = addon.load(directory, fallbacks, registers, misuseError);
  if (Array.isArray(result)) throw loadError(directory, result);
  // What stands on a prototype V8 takes for constant, and calls without looking it up.
  class Functions {}
  loaded = Object.assign(Functions.prototype, result);
  return loaded;
}

function loadError(directory: string, attempts: LoadAttempt[]): LibsslError {
  // The refusal that tells most: a library that is there but wrong, before one that is not there.
  const kinds = ['ERR_LIBSSL_NOT_ISOLATED', 'ERR_LIBSSL_VERSION', 'ERR_LIBSSL_NOT_FOUND'] as const;
  const code =
    kinds.find((kind) => attempts.some((attempt) => attempt.code === kind)) ??
    'ERR_LIBSSL_NOT_FOUND';
  const lines = attempts.map(({ place, reason }) => `  ${place}: ${reason}`);
  if (directory !== '') {
    lines.push('  nowhere else, because LIBSSL_SESSION_DIR is set');
  }
  return new LibsslError(
    code,
    `No usable libssl 1.1.1. Tried:\n${lines.join('\n')}\n${installLine()}`,
    { attempts },
  );
}
