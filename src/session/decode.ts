// Decodes sessions from DER and PEM.

import { LibsslError, libsslError } from '../common/errors.js';
import { invalidType } from '../common/validate.js';
import * as C from '../libssl.js';
import { result, resultAt } from '../native/call.js';
import { native } from '../native/load.js';
import type { Handle } from '../native/types.js';
import { knownPart, missingPart } from './node-session.js';

/** Decodes DER, which must end with the session. */
export function decode(der: Uint8Array): Handle {
  const functions = native();
  functions.d2i_SSL_SESSION(der, true);
  const handle = result<Handle>();
  const leftOver = resultAt(1);
  if (leftOver !== 0) {
    const message = `d2i_SSL_SESSION: ${leftOver} bytes after the end of the session`;
    throw new LibsslError('ERR_LIBSSL_FAILED', message, { function: 'd2i_SSL_SESSION' });
  }
  if (handle === 0) {
    const rule = 'a field is too long, or the cipher is unknown to OpenSSL 1.1.1';
    const error = libsslError(
      'd2i_SSL_SESSION',
      functions.lastErrors(),
      `d2i_SSL_SESSION: ${rule}`,
    );
    // For an encoding that is too short libssl's reason is "too long".
    const missing = missingPart(der);
    if (missing !== null) error.message = `the encoding is cut off, ${missing}: ${error.message}`;
    throw error;
  }
  return handle;
}

/** Decodes the first session in the PEM. */
export function decodePem(pem: string | Uint8Array): Handle {
  if (typeof pem !== 'string' && !(pem instanceof Uint8Array)) {
    throw invalidType('pem', 'a string, Buffer or Uint8Array', pem);
  }
  const bytes = typeof pem === 'string' ? Buffer.from(pem, 'utf8') : pem;
  const handle = C.PEM_read_bio_SSL_SESSION(bytes);
  if (handle !== 0) return handle;
  const error = libsslError('PEM_read_bio_SSL_SESSION', native().lastErrors());
  const known = knownPart(bytes);
  if (known === null) throw error;
  try {
    return decode(known);
  } finally {
    known.fill(0);
  }
}
