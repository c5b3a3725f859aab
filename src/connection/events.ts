// The events of a connection.

import type { SslSession } from '../session/session.js';

/** The events of a connection. */
export interface SslConnectionEvents {
  /** A session of this connection, which is yours; in TLS 1.3 one for each ticket. */
  session: [session: SslSession];
  /** A line for a key log, like the context's event. */
  keylog: [line: Buffer];
  /** The session store has answered, and the handshake has gone on: send what `take()` returns. */
  progress: [];
}
