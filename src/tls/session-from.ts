import { checkBytes } from '../common/validate.js';
import { SslSession } from '../session/session.js';

const pem = '-----BEGIN';

/**
 * A session in whatever shape: an SslSession, DER, PEM, or a buffer of node:tls, also as a latin1
 * string. The object that is returned is the caller's.
 */
export function sessionFrom(value: unknown): SslSession {
  if (SslSession.is(value)) return value.upRef();
  if (typeof value === 'string') {
    if (value.includes(pem)) return SslSession.fromPem(value);
    return SslSession.fromNodeSession(Buffer.from(value, 'latin1'));
  }
  const bytes = checkBytes('session', value);
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 64));
  return head.includes(pem) ? SslSession.fromPem(bytes) : SslSession.fromNodeSession(bytes);
}
