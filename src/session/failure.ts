// The errors of SslSession's members when libssl fails.

import { libsslError } from '../common/errors.js';
import { native } from '../native/load.js';
import type { Handle } from '../native/types.js';

/** Throws the error in libssl's queue; with the message `silent` if the queue is empty. */
export function fail(functionName: string, silent?: string): never {
  throw libsslError(functionName, native().lastErrors(), silent);
}

export function failEncoding(functionName: string): never {
  return fail(functionName, `${functionName}: a session without a cipher has no encoding`);
}

export function ensure(functionName: string, done: 0 | 1): void {
  if (done !== 1) fail(functionName);
}

export function owned(functionName: string, handle: Handle): Handle {
  return handle === 0 ? fail(functionName) : handle;
}
