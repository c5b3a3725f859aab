// Whether the peer is who it should be, once the handshake is over. Where it verifies, libssl has
// refused in the handshake whom it must; what is left is what node:tls asks beside that.

import { checkServerIdentity } from 'node:tls';
import { withOwn } from '../common/errors.js';
import { type SslConnection, stepsOf } from '../connection/connection.js';
import { verifyCode } from '../context/verification.js';
import * as C from '../libssl.js';
import { plain } from './certificates.js';
import * as errors from './errors.js';
import type { Given } from './options.js';

export interface Verdict {
  readonly authorized: boolean;
  /** Why not, as node:tls's code; null where it was not asked. */
  readonly code: string | null;
  /** Why the connection ends. */
  readonly refused: Error | null;
}

const handleOf = (connection: SslConnection) => stepsOf(connection).handle;

export function judgeServer(
  connection: SslConnection,
  { checkServerIdentity: check, minDHSize }: Given,
  name: string,
  certificate: () => unknown,
): Verdict {
  // TLS 1.3 has neither anonymous servers nor DHE of a size that can be chosen.
  const suite = connection.protocol === 'TLSv1.3' ? '' : (connection.cipher?.name ?? '');
  const small = suite.startsWith('DHE-') ? smallKey(connection, Number(minDHSize ?? 1024)) : null;
  if (small !== null) return { authorized: false, code: null, refused: small };
  const { rejectUnauthorized } = connection.context;
  let code = isAnonymous(suite) ? 'UNABLE_TO_GET_ISSUER_CERT' : verifyCode(handleOf(connection));
  let refused = code !== null && rejectUnauthorized ? errors.refused(code) : null;
  if (code === null && typeof check === 'function') {
    try {
      const answer: unknown = check(name, certificate());
      if (answer != null) {
        const error = answer instanceof Error ? answer : errors.noError();
        code = (error as { code?: string }).code ?? error.message;
        if (rejectUnauthorized) refused = error;
      }
    } catch (error) {
      refused = error as Error;
    }
  }
  return { authorized: code === null && refused === null, code, refused };
}

// A server without a certificate, and without a key that both know.
const isAnonymous = (suite: string) => /^(ADH|AECDH|SRP)-/.test(suite) && !/DSS|RSA/.test(suite);

// libssl's security level refuses some, but the option may ask for more.
function smallKey(connection: SslConnection, least: number): Error | null {
  const size = C.SSL_get_peer_tmp_key(handleOf(connection))?.bits ?? 0;
  return size < least ? errors.smallKey(size) : null;
}

/** A server that asks for no certificate has judged nobody. */
export function judgeClient(connection: SslConnection): Verdict {
  const handle = handleOf(connection);
  if ((C.SSL_get_verify_mode(handle) & C.SSL_VERIFY_PEER) === 0) {
    return { authorized: false, code: null, refused: null };
  }
  const none = C.SSL_get_peer_certificate(handle) === null;
  const code = none ? 'UNABLE_TO_GET_ISSUER_CERT' : verifyCode(handle);
  return { authorized: code === null, code, refused: null };
}

/** The error of a name that the certificate is not for, in the shape that node:tls gives it. */
export function withNames(error: Error, connection: SslConnection, name: string): Error {
  const { code } = error as { code?: string };
  const certificate = connection.peerCertificate;
  if (code !== 'ERR_TLS_CERT_ALTNAME_INVALID' || certificate === null) return error;
  const its = checkServerIdentity(name, plain(certificate));
  return its === undefined ? error : withOwn(its, { cause: error });
}
