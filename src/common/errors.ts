import type { OpensslErrorEntry } from '../native/types.js';
import { debugRefused } from './debug.js';
import { type RuleName, rules } from './rules.js';

/** A place where libssl 1.1.1 was looked for. */
export interface LoadAttempt {
  /** The directory, or the system loader. */
  place: string;
  /** Not there, another version, or bound to another OpenSSL. */
  code: 'ERR_LIBSSL_NOT_FOUND' | 'ERR_LIBSSL_VERSION' | 'ERR_LIBSSL_NOT_ISOLATED';
  /** Why it was refused, in words. */
  reason: string;
}

/** The error with these properties, which are its own whatever setters Object.prototype has. */
export function withOwn<E extends Error, P extends object>(error: E, properties: P): E & P {
  return Object.defineProperties(error, Object.getOwnPropertyDescriptors(properties)) as E & P;
}

/** What libssl refused, and what would have been undefined behaviour in C. */
export class LibsslError extends Error {
  /**
   * `ERR_LIBSSL_…`; or as node:crypto names OpenSSL's errors: `ERR_SSL_…`, `ERR_OSSL_ASN1_…`; or, for
   * a certificate that does not verify, as node:tls: `CERT_HAS_EXPIRED`,
   * `ERR_TLS_CERT_ALTNAME_INVALID`.
   */
  readonly code: string;
  /** The C function that was called. */
  declare readonly function?: string;
  /** OpenSSL's name of the part that failed, for instance `asn1 encoding routines`. */
  declare readonly library?: string;
  /** OpenSSL's reason, for instance `wrong tag`. */
  declare readonly reason?: string;
  /** The later entries of OpenSSL's error queue, newest first, where there were more than one. */
  declare readonly opensslErrorStack?: string[];
  /** Why the peer's certificate does not verify, in OpenSSL's words. */
  declare readonly verifyError?: string;
  /** Where there is no usable libssl 1.1.1: every place tried, and why it was refused. */
  declare readonly attempts?: LoadAttempt[];

  /** For tests and wrappers: this package makes its own. */
  constructor(
    code: string,
    message: string,
    details: {
      function?: string;
      library?: string;
      reason?: string;
      opensslErrorStack?: string[];
      verifyError?: string;
      attempts?: LoadAttempt[];
    } = {},
  ) {
    super(message);
    this.code = code;
    withOwn(this, details);
  }
}
Object.defineProperty(LibsslError.prototype, 'name', { value: 'LibsslError', writable: true });

/** The error for a call after which libssl left `errors` in its queue, oldest first. */
export function libsslError(
  functionName: string,
  errors: OpensslErrorEntry[],
  silent = `${functionName} failed, and libssl gave no reason`,
): LibsslError {
  const [first, ...later] = errors.map(withReason);
  if (first === undefined) {
    return new LibsslError('ERR_LIBSSL_FAILED', silent, { function: functionName });
  }
  return new LibsslError(errorCode(first), errorText(first), {
    function: functionName,
    library: first.library,
    reason: first.reason,
    ...(later.length > 0 && { opensslErrorStack: later.map(errorText).reverse() }),
  });
}

// Alerts that libssl 1.1.1 has no words for, by the number of their reason; OpenSSL 3 has these.
const alertReasons: Readonly<Record<number, string>> = {
  1115: 'tlsv1 alert unknown psk identity',
  1120: 'tlsv1 alert no application protocol',
};

function withReason(error: OpensslErrorEntry): OpensslErrorEntry {
  const known = error.code >>> 24 === 20 ? alertReasons[error.code & 0xfff] : undefined;
  return error.reason === '' && known !== undefined ? { ...error, reason: known } : error;
}

/** In the form of ERR_error_string(3). */
function errorText(error: OpensslErrorEntry): string {
  const code = error.code.toString(16).toUpperCase().padStart(8, '0');
  const text = `error:${code}:${error.library}:${error.function}:${error.reason}`;
  return error.data === '' ? text : `${text}:${error.data}`;
}

// ERR_LIB_… of openssl/err.h, as lib/internal names of Node's codes; test/common/errors.test.ts
// compares them with the header.
export const errorLibraries: Readonly<Record<number, string>> = {
  2: 'SYS',
  3: 'BN',
  4: 'RSA',
  5: 'DH',
  6: 'EVP',
  7: 'BUF',
  8: 'OBJ',
  9: 'PEM',
  10: 'DSA',
  11: 'X509',
  13: 'ASN1',
  14: 'CONF',
  15: 'CRYPTO',
  16: 'EC',
  20: 'SSL',
  32: 'BIO',
  33: 'PKCS7',
  34: 'X509V3',
  35: 'PKCS12',
  36: 'RAND',
  37: 'DSO',
  38: 'ENGINE',
  39: 'OCSP',
  40: 'UI',
  41: 'COMP',
  42: 'ECDSA',
  43: 'ECDH',
  44: 'OSSL_STORE',
  45: 'FIPS',
  46: 'CMS',
  47: 'TS',
  48: 'HMAC',
  50: 'CT',
  51: 'ASYNC',
  52: 'KDF',
  53: 'SM2',
};

// As node:crypto: ERR_SSL_<REASON>, ERR_OSSL_<LIBRARY>_<REASON>.
function errorCode(error: OpensslErrorEntry): string {
  if (error.reason === '') return 'ERR_LIBSSL_FAILED';
  const reason = error.reason.toUpperCase().replaceAll(' ', '_');
  const library = errorLibraries[error.code >>> 24];
  if (library === 'SSL') return `ERR_SSL_${reason}`;
  return library === undefined ? `ERR_OSSL_${reason}` : `ERR_OSSL_${library}_${reason}`;
}

/** The class whose objects own what a C function is about. */
function classOf(functionName: string): string {
  if (functionName.startsWith('SSL_SESSION_')) return 'SslSession';
  return functionName.startsWith('SSL_CTX_') ? 'SslContext' : 'SslConnection';
}

/** The error of a call that a rule forbids; the addon makes its errors so, too. */
export function misuseError(rule: RuleName, functionName: string): LibsslError {
  const [code, text] = rules[rule];
  const message = text.replace('an object', `an ${classOf(functionName)}`);
  const error = new LibsslError(code, `${functionName}: ${message}`, { function: functionName });
  return debugRefused(error);
}

/** The object gave its reference back earlier. */
export function freedError(className: string): LibsslError {
  return debugRefused(new LibsslError('ERR_LIBSSL_FREED', `this ${className} was freed`));
}
