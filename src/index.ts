export { LibsslError, type LoadAttempt } from './common/errors.js';
export type { SslAlert, SslMessage, SslState } from './common/messages.js';
export type { ProtocolVersion } from './common/protocol-version.js';
export { SslConnection } from './connection/connection.js';
export type { SslContextEvents } from './connection/context-events.js';
export type { EarlyDataStatus } from './connection/early-data.js';
export type { SslConnectionEvents } from './connection/events.js';
export { handshake } from './connection/handshake.js';
export type { SslConnectionInfo, SslConnectionState } from './connection/info.js';
export type { SslConnectionOptions } from './connection/options.js';
export type { EphemeralKeyInfo } from './connection/readers.js';
export type { NotResumedReason, SessionOffer, SslResumption } from './connection/resumption.js';
export { SslContext } from './context/context.js';
export type { SessionStats, SslContextInfo } from './context/info.js';
export type {
  Pem,
  PemKey,
  Pfx,
  SslAnswers,
  SslContextOptions,
  TicketAction,
  TicketRule,
} from './context/options.js';
export type { SessionQuery, SessionStore } from './context/store.js';
export { libraryInfo, sessionCounts, startCounting } from './library/library.js';
export * from './libssl/constants.js';
export type { CipherInfo, Handle, LibraryInfo, SessionCounts } from './native/types.js';
export type { SslSessionInfo } from './session/info.js';
export { SslSession } from './session/session.js';
export {
  type ConnectionTrace,
  type HandshakeTrace,
  type Trace,
  traceConnection,
  traceHandshake,
} from './trace/collect.js';
export type { TracedExtension } from './trace/extensions.js';
export {
  renderMessage,
  type TracedField,
  type TracedMessage,
  TraceReader,
} from './trace/message.js';
