// The events of a context that name a connection.

import type { SslAlert, SslMessage, SslState } from '../common/messages.js';
import type { SslSession } from '../session/session.js';
import type { SslConnection } from './connection.js';

export type { SslContextEvents } from '../context/events.js';

declare module '../context/events.js' {
  interface SslContextEvents {
    /** A session was made or a client's was renewed; in TLS 1.3 also: a ticket was sent or received. */
    newSession: [session: SslSession, connection: SslConnection | null];
    /** A line for a key log, like `keylog` of node:tls but without the newline. It is secret. */
    keylog: [line: Buffer, connection: SslConnection | null];
    /** The event of each connection that was made from this context, or switched to it. */
    message: [message: SslMessage, connection: SslConnection | null];
    /** The event of each connection that was made from this context, or switched to it. */
    alert: [alert: SslAlert, connection: SslConnection | null];
    /** The event of each connection that was made from this context, or switched to it. */
    state: [state: SslState, connection: SslConnection | null];
  }
}
