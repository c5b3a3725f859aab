// Whether a peer is who it should be: what contexts ask, what ties their sessions to it, and the
// errors, with the codes of node:tls.

import { createHash } from 'node:crypto';
import { LibsslError } from '../common/errors.js';
import { SSL_get_verify_result } from '../libssl/functions.js';
import { native } from '../native/load.js';
import type { Handle } from '../native/types.js';

// X509_V_ERR_… of openssl/x509_vfy.h, by node:tls's codes; test/context/verification.test.ts
// compares them with the header.
export const verifyCodes: Readonly<Record<number, string>> = {
  2: 'UNABLE_TO_GET_ISSUER_CERT',
  3: 'UNABLE_TO_GET_CRL',
  4: 'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  5: 'UNABLE_TO_DECRYPT_CRL_SIGNATURE',
  6: 'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  7: 'CERT_SIGNATURE_FAILURE',
  8: 'CRL_SIGNATURE_FAILURE',
  9: 'CERT_NOT_YET_VALID',
  10: 'CERT_HAS_EXPIRED',
  11: 'CRL_NOT_YET_VALID',
  12: 'CRL_HAS_EXPIRED',
  13: 'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  14: 'ERROR_IN_CERT_NOT_AFTER_FIELD',
  15: 'ERROR_IN_CRL_LAST_UPDATE_FIELD',
  16: 'ERROR_IN_CRL_NEXT_UPDATE_FIELD',
  17: 'OUT_OF_MEM',
  18: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  19: 'SELF_SIGNED_CERT_IN_CHAIN',
  20: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  21: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  22: 'CERT_CHAIN_TOO_LONG',
  23: 'CERT_REVOKED',
  24: 'INVALID_CA',
  25: 'PATH_LENGTH_EXCEEDED',
  26: 'INVALID_PURPOSE',
  27: 'CERT_UNTRUSTED',
  28: 'CERT_REJECTED',
};

// Of the names: X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH.
const nameErrors: readonly number[] = [62, 64];

function codeOf(result: number): string {
  if (nameErrors.includes(result)) return 'ERR_TLS_CERT_ALTNAME_INVALID';
  return verifyCodes[result] ?? 'UNSPECIFIED';
}

/** OpenSSL's number for why the peer's certificate does not verify; 0 where it does. */
export function verifyResult(connection: Handle): number {
  return Number(SSL_get_verify_result(connection));
}

/** The same as a code of node:tls; null where it does. */
export function verifyCode(connection: Handle): string | null {
  const result = verifyResult(connection);
  return result === 0 ? null : codeOf(result);
}

/** The same in OpenSSL's words; null where it does. */
export function verifyErrorText(connection: Handle): string | null {
  const result = verifyResult(connection);
  return result === 0 ? null : native().X509_verify_cert_error_string(result);
}

/** The failure of a step of a connection: of a certificate, with its reason. */
export function withVerifyError(error: LibsslError, connection: Handle): LibsslError {
  if (error.code !== 'ERR_SSL_CERTIFICATE_VERIFY_FAILED') return error;
  const verifyError = verifyErrorText(connection);
  if (verifyError === null) return error;
  const { function: name, library, reason, opensslErrorStack } = error;
  return new LibsslError(codeOf(verifyResult(connection)), `${error.message}: ${verifyError}`, {
    verifyError,
    ...(name !== undefined && { function: name }),
    ...(library !== undefined && { library }),
    ...(reason !== undefined && { reason }),
    ...(opensslErrorStack !== undefined && { opensslErrorStack }),
  });
}

const ownIdContext = Buffer.from('libssl-session');

/**
 * A server's session id context. Where the certificates of clients count, sessions are good only
 * under the rules that they were made under, so that depends on `rules`, too: null where they do not.
 */
export function serverIdContext(given: Uint8Array | null, rules: Buffer | null): Uint8Array {
  const context = given ?? ownIdContext;
  if (rules === null) return context;
  return createHash('sha256').update(rules).update(context).digest();
}

/** What a server's rules for its clients' certificates come to. */
export function clientRules(
  requestCert: boolean,
  rejectUnauthorized: boolean,
  trusted: readonly Uint8Array[],
): Buffer | null {
  if (!requestCert && trusted.length === 0) return null;
  const hash = createHash('sha256').update(`${requestCert} ${rejectUnauthorized}`);
  for (const bytes of trusted) hash.update(`\0${bytes.byteLength}\0`).update(bytes);
  return hash.digest();
}
