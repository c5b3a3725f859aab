/**
 * OpenSSL 1.1.1's own functions, for conformance tests. Handles are plain numbers, and the manual
 * page of each name is its documentation. A function returns what C returns. It throws only for a
 * wrong argument and where C would be undefined: a `LibsslError` with `ERR_LIBSSL_INVALID_HANDLE`
 * for a handle that is stale, forged, of another kind or of another thread (so also for one free
 * too many), and with `ERR_LIBSSL_UNSAFE` for NULL where C would crash. The garbage collector frees
 * nothing here: what you do not free lives until the thread ends.
 *
 * @module
 */

export * from './libssl/answers.js';
export * from './libssl/callbacks.js';
export * from './libssl/certificate-answers.js';
export * from './libssl/configurations.js';
export * from './libssl/connections.js';
export * from './libssl/constants.js';
export * from './libssl/contexts.js';
export * from './libssl/datagrams.js';
export * from './libssl/functions.js';
export * from './libssl/negotiated.js';
export * from './libssl/policy-answers.js';
export * from './libssl/protocol-answers.js';
export * from './libssl/session-answers.js';
export * from './libssl/sessions.js';
export { type CipherInfo, type Handle, NULL, type OpensslErrorEntry } from './native/types.js';
