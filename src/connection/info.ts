// The description of a connection.

import type { ProtocolVersion } from '../common/protocol-version.js';

/**
 * `new`: nothing was sent or received yet. `handshake`: it needs bytes from the peer. `paused`: it
 * waits for the session store. `open`: you can write and read data. `closing`: one side has ended.
 * `closed`: both sides have ended. `failed`: a step has failed. `freed`: `free()` was called.
 */
export type SslConnectionState =
  | 'new'
  | 'handshake'
  | 'paused'
  | 'open'
  | 'closing'
  | 'closed'
  | 'failed'
  | 'freed';

/** What `toJSON()` of a connection returns. */
export interface SslConnectionInfo {
  /** Its side. */
  role: 'client' | 'server';
  /** Its state. */
  state: SslConnectionState;
  /** The protocol version; null before the first handshake is over. */
  protocol: ProtocolVersion | null;
  /** OpenSSL's name of the cipher suite; null before it is known. */
  cipher: string | null;
  /** The name that the client asks for (SNI). */
  servername: string | null;
  /** The protocol that ALPN chose. */
  alpnProtocol: string | null;
  /** Whether the handshake resumed a session. */
  sessionReused: boolean;
}

/** A connection, as `infoOf()` needs it. */
interface Source extends Omit<SslConnectionInfo, 'role' | 'cipher'> {
  readonly cipher: { readonly name: string } | null;
}

export function infoOf(connection: Source, server: boolean): SslConnectionInfo {
  const { state, protocol, cipher, servername, alpnProtocol, sessionReused } = connection;
  return {
    role: server ? 'server' : 'client',
    state,
    protocol,
    cipher: cipher?.name ?? null,
    servername,
    alpnProtocol,
    sessionReused,
  };
}
