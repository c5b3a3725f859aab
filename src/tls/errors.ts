// Errors that node:tls has, with its codes and words.

import { LibsslError, withOwn } from '../common/errors.js';

/** An error of Node's, as its own code makes them: `name [code]: message`. */
function nodeError<P extends object>(code: string, message: string, more: P = {} as P): Error & P {
  return withOwn(new Error(message), { code, ...more });
}

/** A peer that went away. */
export const reset = (message: string, more: object = {}) => nodeError('ECONNRESET', message, more);

export const beforeSecure =
  'Client network socket disconnected before secure TLS connection was established';

export const handshakeTimeout = () =>
  nodeError('ERR_TLS_HANDSHAKE_TIMEOUT', 'TLS handshake timeout');
export const sessionAttack = () =>
  nodeError('ERR_TLS_SESSION_ATTACK', 'TLS session renegotiation attack detected');
export const renegotiationDisabled = () =>
  nodeError('ERR_TLS_RENEGOTIATION_DISABLED', 'TLS session renegotiation disabled for this socket');
export const invalidState = () =>
  nodeError('ERR_TLS_INVALID_STATE', 'TLS socket connection must be securely established');
export const nameFromServer = () =>
  nodeError('ERR_TLS_SNI_FROM_SERVER', 'Cannot issue SNI from a TLS server-side socket');
export const serverNameRequired = () =>
  nodeError(
    'ERR_TLS_REQUIRED_SERVER_NAME',
    '"servername" is required parameter for Server.addContext',
  );
export const calledTwice = () =>
  nodeError('ERR_MULTIPLE_CALLBACK', 'Callback called multiple times');
export const socketClosed = () => nodeError('ERR_SOCKET_CLOSED', 'Socket is closed');
export const smallKey = (size: number) =>
  nodeError('ERR_TLS_DH_PARAM_SIZE', `DH parameter size ${size} is less than 2048`);
export const bothAlpn = () =>
  withOwn(new TypeError('The ALPNCallback and ALPNProtocols TLS options are mutually exclusive'), {
    code: 'ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS',
  });
export const notOffered = (protocol: unknown, protocols: readonly string[]) =>
  withOwn(
    new TypeError(
      `ALPN callback returned a value (${String(protocol)}) that did not match any of the client's offered protocols (${protocols.join(', ')})`,
    ),
    { code: 'ERR_TLS_ALPN_CALLBACK_INVALID_RESULT' },
  );
export const notBytes = () =>
  nodeError('ERR_STREAM_WRAP', 'Stream has StringDecoder set or is in objectMode');
export const destroyed = () =>
  nodeError('ERR_STREAM_DESTROYED', 'Cannot call write after a stream was destroyed');
export const truncated = () =>
  new LibsslError(
    'ERR_LIBSSL_TRUNCATED',
    'the transport ended without a close_notify from the peer',
  );

/** Whether it is of an argument that a class refuses: a callback's answer, for instance. */
export const isArgument = (error: unknown) =>
  error instanceof Error && String((error as { code?: string }).code).startsWith('ERR_INVALID_ARG');

/** What checkServerIdentity returns must be an error. */
export const noError = () =>
  nodeError('ERR_INVALID_RETURN_VALUE', 'checkServerIdentity must return undefined or an error');

/** Of a peer whose certificate does not verify. */
export const refused = (code: string) =>
  nodeError(code, `the certificate of the peer does not verify: ${code}`);
