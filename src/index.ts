export { LibsslError, type LoadAttempt } from './errors.js';
export { libraryInfo, sessionCounts, startCounting } from './library.js';
export type { CipherInfo, Handle, LibraryInfo, SessionCounts } from './native.js';
export type { ProtocolVersion } from './protocol-version.js';
export { SslSession } from './session.js';
export type { SslSessionInfo } from './session-info.js';
