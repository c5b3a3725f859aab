// Callbacks that libssl asks about certificates, answered in advance as those of answers.ts: no
// JavaScript runs inside libssl. null removes libssl's callback.

import { checkBytes, checkInt, checkInteger, invalidType } from '../common/validate.js';
import { on, setHandle } from '../native/call.js';
import { native } from '../native/load.js';
import type { Handle } from '../native/types.js';
import { checkObject } from './delivery.js';

const noBytes = new Uint8Array(0);

/**
 * `void SSL_CTX_set_cert_verify_callback(SSL_CTX *ctx, int (*callback)(X509_STORE_CTX *, void *), void
 * *arg)` takes, instead of a callback, what it says of any chain of the peer: X509_V_OK (0) accepts
 * it; another `X509_V_ERR_…` refuses it, and is what `SSL_get_verify_result` returns. libssl itself
 * then verifies nothing.
 */
export function SSL_CTX_set_cert_verify_callback(ctx: Handle, answer: number | null): void {
  native();
  const code = answer === null ? null : checkInt('answer', answer);
  checkObject('SSL_CTX_set_cert_verify_callback', 'ctx', ctx);
  on(ctx).setVerifyAnswer(code);
}

function certificateAnswer(given: unknown): boolean | null {
  return given === null ? null : checkInteger('answer', given, 0, 1) === 1;
}

/**
 * `void SSL_CTX_set_cert_cb(SSL_CTX *c, int (*cb)(SSL *ssl, void *arg), void *arg)` takes, instead of a
 * callback, its result: 1 goes on with the certificates that there are, 0 ends the handshake where
 * this side needs one.
 */
export function SSL_CTX_set_cert_cb(c: Handle, answer: 0 | 1 | null): void {
  native();
  const checked = certificateAnswer(answer);
  checkObject('SSL_CTX_set_cert_cb', 'ctx', c);
  on(c).setCertificateAnswer(checked);
}

/**
 * `void SSL_set_cert_cb(SSL *s, int (*cb)(SSL *ssl, void *arg), void *arg)`, like
 * `SSL_CTX_set_cert_cb`.
 */
export function SSL_set_cert_cb(s: Handle, answer: 0 | 1 | null): void {
  native();
  const checked = certificateAnswer(answer);
  checkObject('SSL_set_cert_cb', 'ssl', s);
  on(s).setCertificateAnswer(checked);
}

/** What the callback of `SSL_CTX_set_tlsext_status_cb` does. */
export interface StatusAnswer {
  /**
   * A client: 1 accepts what the server has stapled, or that it has not; 0 ends the handshake. A
   * server: one of `SSL_TLSEXT_ERR_…`.
   */
  result: number;
  /** A server's OCSP response, DER, for clients that ask for it. */
  response?: Uint8Array | null;
}

/**
 * `long SSL_CTX_set_tlsext_status_cb(SSL_CTX *ctx, int (*callback)(SSL *, void *))` takes, instead of a
 * callback, what it does. A server without it staples nothing.
 */
export function SSL_CTX_set_tlsext_status_cb(ctx: Handle, answer: StatusAnswer | null): 1 {
  const functions = native();
  if (answer !== null && typeof answer !== 'object') {
    throw invalidType('answer', 'an object or null', answer);
  }
  const result = answer === null ? null : checkInt('result', answer.result);
  const response = answer?.response == null ? noBytes : checkBytes('response', answer.response);
  setHandle('ctx', ctx);
  functions.setStatusAnswer(result, response);
  return 1;
}
