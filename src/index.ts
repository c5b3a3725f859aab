export { LibsslError, type LoadAttempt } from './common/errors.js';
export type { ProtocolVersion } from './common/protocol-version.js';
export {
  type EarlyDataStatus,
  handshake,
  SslConnection,
  type SslConnectionEvents,
  type SslConnectionInfo,
  type SslConnectionOptions,
  type SslConnectionState,
} from './connection/connection.js';
export {
  type SessionStats,
  SslContext,
  type SslContextEvents,
  type SslContextInfo,
} from './context/context.js';
export type {
  Pem,
  PemKey,
  Pfx,
  SslAnswers,
  SslContextOptions,
  TicketAction,
  TicketRule,
} from './context/options.js';
export type { SessionStore } from './context/store.js';
export { libraryInfo, sessionCounts, startCounting } from './library/library.js';
export * from './libssl/constants.js';
export type { CipherInfo, Handle, LibraryInfo, SessionCounts } from './native/native.js';
export type { SslSessionInfo } from './session/info.js';
export { SslSession } from './session/session.js';
