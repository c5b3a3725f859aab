import { libsslError } from '../common/errors.js';
import { result } from '../native/call.js';
import { type LibraryInfo, native, type SessionCounts } from '../native/native.js';

/** The libssl 1.1.1 in use. Loads it if nothing has yet; throws as `new SslSession()` would. */
export function libraryInfo(): LibraryInfo {
  return native().libraryInfo();
}

/**
 * From now on libssl counts the sessions of this process, in every thread. Again: nothing. Until
 * then counting costs nothing. Wraps `CRYPTO_get_ex_new_index(3)`.
 */
export function startCounting(): void {
  native().startCounting();
  if (result() !== 1) throw libsslError('CRYPTO_get_ex_new_index', native().lastErrors());
}

/**
 * Native `SSL_SESSION` objects, as libssl itself counts them in this process since
 * `startCounting()`: made by new, dup, d2i or a handshake; destroyed when the last reference
 * anywhere is gone. A session that was made earlier is in neither number.
 */
export function sessionCounts(): SessionCounts {
  return native().sessionCounts();
}
