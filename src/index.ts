export {
  type EarlyDataStatus,
  handshake,
  SslConnection,
  type SslConnectionEvents,
  type SslConnectionInfo,
  type SslConnectionOptions,
  type SslConnectionState,
} from './connection.js';
export * from './constants.js';
export {
  type SessionStats,
  SslContext,
  type SslContextEvents,
  type SslContextInfo,
} from './context.js';
export type {
  Pem,
  PemKey,
  Pfx,
  SslAnswers,
  SslContextOptions,
  TicketAction,
  TicketRule,
} from './context-options.js';
export { LibsslError, type LoadAttempt } from './errors.js';
export { libraryInfo, sessionCounts, startCounting } from './library.js';
export type { CipherInfo, Handle, LibraryInfo, SessionCounts } from './native.js';
export type { ProtocolVersion } from './protocol-version.js';
export { SslSession } from './session.js';
export type { SslSessionInfo } from './session-info.js';
export type { SessionStore } from './session-store.js';
