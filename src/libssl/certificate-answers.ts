// Callbacks that libssl asks about certificates, answered in advance as those of answers.ts: no
// JavaScript runs inside libssl. null removes libssl's callback. An observer is called after the step
// that asked.

import { checkBytes, checkInt, checkInteger, invalidType } from '../common/validate.js';
import { on, result, setHandle } from '../native/call.js';
import { EventKind } from '../native/event-kind.js';
import { native } from '../native/load.js';
import type { Handle } from '../native/types.js';
import { checkCallback, checkObject, setCallback } from './delivery.js';
import { splitDer } from './der.js';
import { optional, readRows, ruleRows } from './rule-rows.js';

const noBytes = new Uint8Array(0);

// ---- The peer's.

/** What the callback says at one certificate of the peer's chain, which libssl verifies. */
export interface VerifyRule {
  /** `X509_V_…`, or X509_V_OK (0) where libssl finds nothing wrong. Without it, any. */
  error?: number;
  /** 0 is the peer's own certificate. Without it, any. */
  depth?: number;
  /** 1 goes on, 0 ends the verification. */
  result: 0 | 1;
  /** `X509_STORE_CTX_set_error`: what `SSL_get_verify_result` returns. */
  as?: number;
}

/**
 * At one certificate of the peer's chain: what libssl finds wrong with it (X509_V_OK: nothing), its
 * depth, and the certificate, DER; null where it is missing.
 */
export type VerifyObserver = (
  ssl: Handle,
  error: number,
  depth: number,
  certificate: Buffer | null,
) => void;

const verifyRow = (
  { error, depth, result, as }: Partial<Record<keyof VerifyRule, unknown>>,
  name: string,
) => [
  ...optional(error === undefined ? undefined : checkInt(`${name}.error`, error)),
  ...optional(depth === undefined ? undefined : checkInt(`${name}.depth`, depth)),
  checkInteger(`${name}.result`, result, 0, 1),
  ...optional(as === undefined ? undefined : checkInt(`${name}.as`, as)),
];

function verifyRule([hasError, error, hasDepth, depth, result, hasAs, as]: number[]): VerifyRule {
  return {
    ...(hasError === 1 && { error: error as number }),
    ...(hasDepth === 1 && { depth: depth as number }),
    result: result as 0 | 1,
    ...(hasAs === 1 && { as: as as number }),
  };
}

/**
 * `void SSL_CTX_set_verify(SSL_CTX *ctx, int mode, SSL_verify_cb verify_callback)` takes, instead of a
 * callback, its rules: the first that fits answers, and where none does, libssl. null removes the
 * callback. The observer is called for each certificate of a chain; it needs rules, which may be
 * none.
 */
export function SSL_CTX_set_verify(
  ctx: Handle,
  mode: number,
  rules: Iterable<VerifyRule> | null = null,
  observer: VerifyObserver | null = null,
): void {
  native();
  const mask = checkInt('mode', mode);
  const rows = rules === null ? null : ruleRows<VerifyRule>('rules', rules, verifyRow);
  checkCallback('observer', observer);
  setCallback('SSL_CTX_set_verify', ctx, EventKind.verify, observer, (event) =>
    observer?.(
      event.connection,
      event.number,
      event.value,
      event.data.length > 0 ? event.data : null,
    ),
  );
  on(ctx).setVerify(mask, rows);
}

/**
 * `void SSL_set_verify(SSL *ssl, int mode, SSL_verify_cb verify_callback)`, like
 * `SSL_CTX_set_verify`; null leaves the rules as they are.
 */
export function SSL_set_verify(
  s: Handle,
  mode: number,
  rules: Iterable<VerifyRule> | null = null,
): void {
  native();
  const mask = checkInt('mode', mode);
  const rows = rules === null ? null : ruleRows<VerifyRule>('rules', rules, verifyRow);
  checkObject('SSL_set_verify', 'ssl', s);
  on(s).setVerify(mask, rows);
}

function verifyRules(
  name: 'SSL_CTX_get_verify_callback' | 'SSL_get_verify_callback',
  object: 'ctx' | 'ssl',
): (handle: Handle) => VerifyRule[] | null {
  return (handle) => {
    checkObject(name, object, handle);
    const rows = on(handle).verifyRules();
    return rows === null ? null : readRows(rows, 7, verifyRule);
  };
}

/** `SSL_verify_cb SSL_CTX_get_verify_callback(const SSL_CTX *ctx)`: the rules; null without any. */
export const SSL_CTX_get_verify_callback = verifyRules('SSL_CTX_get_verify_callback', 'ctx');
/** `SSL_verify_cb SSL_get_verify_callback(const SSL *ssl)`: the rules; null without any. */
export const SSL_get_verify_callback = verifyRules('SSL_get_verify_callback', 'ssl');

/** chain: the certificates that the peer has sent, DER, its own first. */
export type ChainObserver = (ssl: Handle, chain: Buffer[]) => void;

/**
 * `void SSL_CTX_set_cert_verify_callback(SSL_CTX *ctx, int (*callback)(X509_STORE_CTX *, void *), void
 * *arg)` takes, instead of a callback, what it says of any chain of the peer: X509_V_OK (0) accepts
 * it; another `X509_V_ERR_…` refuses it, and is what `SSL_get_verify_result` returns. libssl itself
 * then verifies nothing.
 */
export function SSL_CTX_set_cert_verify_callback(
  ctx: Handle,
  answer: number | null,
  observer: ChainObserver | null = null,
): void {
  native();
  const code = answer === null ? null : checkInt('answer', answer);
  checkCallback('observer', observer);
  setCallback('SSL_CTX_set_cert_verify_callback', ctx, EventKind.chain, observer, (event) =>
    observer?.(event.connection, splitDer(event.data)),
  );
  on(ctx).setVerifyAnswer(code);
}

// ---- This side's.

/** A handshake needs a certificate of this side. */
export type CertificateObserver = (ssl: Handle) => void;

const certificateAnswer = (given: unknown): number | null =>
  given === null ? null : checkInteger('answer', given, -1, 1);

/**
 * `void SSL_CTX_set_cert_cb(SSL_CTX *c, int (*cb)(SSL *ssl, void *arg), void *arg)` takes, instead of a
 * callback, its result: 1 goes on with the certificates that there are, 0 ends the handshake. With -1
 * the handshake waits (SSL_ERROR_WANT_X509_LOOKUP): give the connection its certificate
 * (`SSL_use_cert_and_key`), answer 1 with `SSL_set_cert_cb`, and go on.
 */
export function SSL_CTX_set_cert_cb(
  c: Handle,
  answer: 0 | 1 | -1 | null,
  observer: CertificateObserver | null = null,
): void {
  native();
  const checked = certificateAnswer(answer);
  checkCallback('observer', observer);
  setCallback('SSL_CTX_set_cert_cb', c, EventKind.certificate, observer, ({ connection }) =>
    observer?.(connection),
  );
  on(c).setCertificateAnswer(checked);
}

/**
 * `void SSL_set_cert_cb(SSL *s, int (*cb)(SSL *ssl, void *arg), void *arg)`, like
 * `SSL_CTX_set_cert_cb`.
 */
export function SSL_set_cert_cb(s: Handle, answer: 0 | 1 | -1 | null): void {
  native();
  const checked = certificateAnswer(answer);
  checkObject('SSL_set_cert_cb', 'ssl', s);
  on(s).setCertificateAnswer(checked);
}

/** A certificate with its key, both DER. */
export interface ClientCertificate {
  /** The certificate alone. */
  certificate: Uint8Array;
  /** A secret. */
  key: Uint8Array;
}
/** What a client without a certificate has for a server that asks for one. */
export interface ClientCertificates {
  /** The first whose issuer the server names is used, or the first, if it names none. */
  certificates?: Iterable<ClientCertificate>;
  /** If none is used: 0 goes on without (the default), -1 waits (SSL_ERROR_WANT_X509_LOOKUP). */
  otherwise?: 0 | -1;
}

function clientCertificates(given: unknown): [Uint8Array, Uint8Array][] {
  if (given === undefined) return [];
  if (typeof given !== 'object' || given === null || !(Symbol.iterator in given)) {
    throw invalidType('certificates', 'an iterable', given);
  }
  return Array.from(given as Iterable<ClientCertificate | null>, (each, i) => {
    if (typeof each !== 'object' || each === null) {
      throw invalidType(`certificates[${i}]`, 'of type object', each);
    }
    return [checkBytes('certificate', each.certificate), checkBytes('key', each.key)];
  });
}

/**
 * `void SSL_CTX_set_client_cert_cb(SSL_CTX *ctx, int (*client_cert_cb)(SSL *, X509 **, EVP_PKEY **))`
 * takes, instead of a callback, the certificates of a client to choose from. Returns how many of them
 * could be read. A handshake that waits goes on after another answer.
 */
export function SSL_CTX_set_client_cert_cb(
  ctx: Handle,
  answer: ClientCertificates | null,
  observer: CertificateObserver | null = null,
): number {
  native();
  if (typeof answer !== 'object') throw invalidType('answer', 'an object or null', answer);
  const all = clientCertificates(answer?.certificates);
  const otherwise =
    answer === null ? null : checkInteger('otherwise', answer.otherwise ?? 0, -1, 0);
  checkCallback('observer', observer);
  const name = 'SSL_CTX_set_client_cert_cb';
  setCallback(name, ctx, EventKind.clientCertificate, observer, ({ connection }) =>
    observer?.(connection),
  );
  on(ctx).setClientCertificates(otherwise);
  let read = 0;
  for (const [certificate, key] of all) {
    on(ctx).addClientCertificate(certificate, key);
    read += result<number>();
  }
  return read;
}

/**
 * `int (*SSL_CTX_get_client_cert_cb(SSL_CTX *ctx))(SSL *, X509 **, EVP_PKEY **)`: what was given, the
 * keys as PKCS #8; null without an answer.
 */
export function SSL_CTX_get_client_cert_cb(ctx: Handle): ClientCertificates | null {
  const functions = native();
  setHandle('ctx', ctx);
  const ders = functions.SSL_CTX_get_client_cert_cb();
  if (ders === null) return null;
  const otherwise = result<number>() as 0 | -1;
  const certificates = Array.from({ length: ders.length / 2 }, (_, i) => ({
    certificate: ders[2 * i] as Buffer,
    key: ders[2 * i + 1] as Buffer,
  }));
  return { certificates, otherwise };
}

// ---- The status of a certificate.

/** What the callback of `SSL_CTX_set_tlsext_status_cb` does. */
export interface StatusAnswer {
  /**
   * A client: 1 accepts what the server has stapled, or that it has not; 0 ends the handshake. A
   * server: one of `SSL_TLSEXT_ERR_…`.
   */
  result: number;
  /**
   * A server's OCSP response, DER, for clients that ask for it. Without it, that of
   * `SSL_set_tlsext_status_ocsp_resp`.
   */
  response?: Uint8Array | null;
}

/**
 * `long SSL_CTX_set_tlsext_status_cb(SSL_CTX *ctx, int (*callback)(SSL *, void *))` takes, instead of a
 * callback, what it does. A server without it staples nothing.
 */
export function SSL_CTX_set_tlsext_status_cb(ctx: Handle, answer: StatusAnswer | null): 1 {
  const functions = native();
  if (typeof answer !== 'object') throw invalidType('answer', 'an object or null', answer);
  const code = answer === null ? null : checkInt('result', answer.result);
  const response = answer?.response == null ? noBytes : checkBytes('response', answer.response);
  setHandle('ctx', ctx);
  functions.setStatusAnswer(code, response);
  return 1;
}

/**
 * `long SSL_CTX_get_tlsext_status_cb(SSL_CTX *ctx, int (**callback)(SSL *, void *))`: what was given;
 * null without an answer.
 */
export function SSL_CTX_get_tlsext_status_cb(ctx: Handle): StatusAnswer | null {
  const functions = native();
  setHandle('ctx', ctx);
  const response = functions.SSL_CTX_get_tlsext_status_cb();
  if (response === null) return null;
  return { result: result<number>(), response: response.length > 0 ? response : null };
}
