export { LibsslError } from './errors.js';
export { libraryInfo, sessionCounts, startCounting } from './library.js';
export type { CipherInfo, LibraryInfo, SessionCounts } from './native.js';
export type { ProtocolVersion } from './protocol-version.js';
export { SslSession, type SslSessionInfo } from './session.js';
