// The events of a connection.

import type { EventEmitter } from 'node:events';
import { collect, throwFirst } from '../common/collect.js';
import { giveBack, listenToConnection } from '../common/events.js';
import {
  isAlert,
  readAlert,
  readMessages,
  readState,
  type SslAlert,
  type SslMessage,
  type SslState,
} from '../common/messages.js';
import { newSessions } from '../context/events.js';
import { EventKind } from '../native/event-kind.js';
import type { NativeEvent } from '../native/signatures.js';
import type { Handle } from '../native/types.js';
import { SslSession } from '../session/session.js';

/** The events of a connection. */
export interface SslConnectionEvents {
  /** A session of this connection, which is yours; in TLS 1.3 one for each ticket. */
  session: [session: SslSession];
  /** A line for a key log, like the context's event. */
  keylog: [line: Buffer];
  /**
   * A message, a header of a record, or an alert was sent or received. If one call has more than
   * 16,384 of them, the others are lost. Wraps `SSL_set_msg_callback(3)`.
   */
  message: [message: SslMessage];
  /** An alert was sent or received. Wraps `SSL_set_info_callback(3)`. */
  alert: [alert: SslAlert];
  /** A handshake starts, goes on, or ends. Wraps `SSL_set_info_callback(3)`. */
  state: [state: SslState];
  /** The session store has answered, and the handshake has gone on: send what `take()` returns. */
  progress: [];
}

const kindsOf = [
  ['session', newSessions],
  ['keylog', 1 << EventKind.keylog],
  ['message', 1 << EventKind.messages],
  ['alert', 1 << EventKind.state],
  ['state', 1 << EventKind.state],
] as const;

interface Connection extends EventEmitter<SslConnectionEvents> {
  readonly context: { readonly id: Handle };
  readonly freed: boolean;
}

/** Has the events recorded that the connection has listeners for. */
export function listenTo(connection: Connection, handle: Handle): void {
  let kinds = 0;
  for (const [event, its] of kindsOf) {
    if (connection.listenerCount(event) > 0) kinds |= its;
  }
  const listening = kinds === 0 ? null : { kinds, listener };
  listenToConnection(handle, connection.context.id, handle, listening);
}

// Passes an event on to the connection's listeners.
function listener(event: NativeEvent, object: object | null): void {
  if (object === null) {
    giveBack(event.session);
    return;
  }
  const connection = object as Connection;
  const errors: unknown[] = [];
  if (event.kind === EventKind.keylog) {
    emit(connection, 'keylog', () => event.data, errors);
  } else if (event.kind === EventKind.messages) {
    for (const message of readMessages(event)) emit(connection, 'message', () => message, errors);
  } else if (event.kind === EventKind.state) {
    if (isAlert(event)) emit(connection, 'alert', () => readAlert(event), errors);
    else emit(connection, 'state', () => readState(event), errors);
  } else {
    const session = SslSession.adopt(event.session);
    emit(connection, 'session', () => session.upRef(), errors);
    session.free();
  }
  throwFirst(errors);
}

// Each listener gets an object of its own.
function emit<Name extends 'session' | 'keylog' | 'message' | 'alert' | 'state'>(
  connection: Connection,
  name: Name,
  make: () => SslConnectionEvents[Name][0],
  errors: unknown[],
): void {
  for (const listener of connection.rawListeners(name)) {
    if (connection.freed) return; // by the listener before
    collect(errors, () => Reflect.apply(listener, connection, [make()]));
  }
}
