import { libsslError } from '../common/errors.js';
import { result } from '../native/call.js';
import { native } from '../native/load.js';
import type { LibraryInfo, SessionCounts } from '../native/types.js';

/**
 * The libssl 1.1.1 in use. Loads it if necessary, and throws what `new SslSession()` would throw.
 */
export function libraryInfo(): LibraryInfo {
  return native().libraryInfo();
}

/**
 * Starts counting the sessions of this process, in every thread; libssl itself counts. Calling it
 * again does nothing. Before the first call counting costs nothing. Wraps
 * `CRYPTO_get_ex_new_index(3)`.
 */
export function startCounting(): void {
  native().startCounting();
  if (result() !== 1) throw libsslError('CRYPTO_get_ex_new_index', native().lastErrors());
}

/**
 * How many native `SSL_SESSION` objects libssl has counted in this process since `startCounting()`.
 * They are created by new, dup, d2i or a handshake, and destroyed when the last reference anywhere
 * is gone. A session that was made before is not counted at all.
 */
export function sessionCounts(): SessionCounts {
  return native().sessionCounts();
}
