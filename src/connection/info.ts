// What a connection says of itself.

import type { ProtocolVersion } from '../common/protocol-version.js';

/**
 * `new`: nothing was sent or received. `handshake`: it needs bytes from the peer. `paused`: it waits
 * for the session store. `open`: data may be written and read. `closing`: one side has sent its
 * end. `closed`: both have. `failed`: libssl refused what came. `freed`.
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

/** What a connection says of itself: `toJSON()`. */
export interface SslConnectionInfo {
  /** The side that it takes. */
  role: 'client' | 'server';
  /** Where it is. */
  state: SslConnectionState;
  /** null before it is known. */
  protocol: ProtocolVersion | null;
  /** OpenSSL's name of it; null before it is known. */
  cipher: string | null;
  /** What the client asks for (SNI). */
  servername: string | null;
  /** What ALPN chose. */
  alpnProtocol: string | null;
  /** Whether the handshake resumed a session. */
  sessionReused: boolean;
}
