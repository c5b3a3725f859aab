// The events of a connection.

import type { SslSession } from '../session/session.js';

/** The events of a connection. */
export interface SslConnectionEvents {
  /** A session of this connection, yours: in TLS 1.3 one for each ticket. */
  session: [session: SslSession];
  /** As the context's. */
  keylog: [line: Buffer];
  /** The session store has answered: the handshake went on, `take()` what it sent. */
  progress: [];
}
