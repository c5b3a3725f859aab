/**
 * TLS over sockets, and over any stream that carries bytes, with the names, options and events of
 * `node:tls`: `import * as tls from 'libssl-session/tls'`. The TLS is libssl 1.1.1's, and the
 * sessions are real.
 *
 * @module
 */

export { SslAgent, type SslAgentOptions } from './tls/agent.js';
export { connect, type SslConnectOptions } from './tls/connect.js';
export type { AlpnCallback, SniCallback } from './tls/hello-callbacks.js';
export type { TlsContextOptions } from './tls/options.js';
export { createServer, SslServer, type SslServerOptions } from './tls/server.js';
export { type SslPeer, SslSessionCache, type SslSessionCacheOptions } from './tls/session-cache.js';
export {
  type CipherNameAndProtocol,
  SslSocket,
  type SslSocketEndOptions,
  type SslSocketOptions,
} from './tls/socket.js';
export {
  type UndiciCallback,
  type UndiciConnectorOptions,
  type UndiciRequest,
  undiciConnector,
} from './tls/undici.js';
