// (d) koffi, a general foreign function interface, calling the same functions: one declaration for
// each, pointers as koffi has them (bigints), no check of any kind.

import koffi from 'koffi';
import { libraryInfo } from 'libssl-session';

// Opened by our loader before, and proved to be isolated: koffi gets the same two libraries.
const { libcrypto, libssl } = libraryInfo();
koffi.load(libcrypto, { deep: true });
const library = koffi.load(libssl, { deep: true });

koffi.opaque('SSL_SESSION');

export const SSL_SESSION_new = library.func('SSL_SESSION *SSL_SESSION_new()');
export const SSL_SESSION_dup = library.func('SSL_SESSION *SSL_SESSION_dup(SSL_SESSION *src)');
export const SSL_SESSION_up_ref = library.func('int SSL_SESSION_up_ref(SSL_SESSION *ses)');
export const SSL_SESSION_free = library.func('void SSL_SESSION_free(SSL_SESSION *session)');
export const SSL_SESSION_get_time = library.func('long SSL_SESSION_get_time(SSL_SESSION *s)');

const d2i = library.func(
  'SSL_SESSION *d2i_SSL_SESSION(SSL_SESSION **a, const uint8_t **pp, long length)',
);
const i2d = library.func('int i2d_SSL_SESSION(SSL_SESSION *in, uint8_t **pp)');

export function d2i_SSL_SESSION(der) {
  return d2i(null, [der], der.length);
}

export function i2d_SSL_SESSION(session) {
  const der = Buffer.allocUnsafe(i2d(session, null));
  i2d(session, [der]);
  return der;
}
