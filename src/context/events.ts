// The events of a context, and what its session store is told.

import type { EventEmitter } from 'node:events';
import { collect, throwFirst } from '../common/collect.js';
import { type EventListener, giveBack, listen } from '../common/events.js';
import { isAlert, readAlert, readMessages, readState } from '../common/messages.js';
import { EventKind } from '../native/event-kind.js';
import type { NativeEvent } from '../native/signatures.js';
import type { Handle } from '../native/types.js';
import { SslSession } from '../session/session.js';
import { type ReportStoreError, runAndReport, type SessionStore } from './store.js';

/** The events of a context. A session that an event brings belongs to its listener. */
export interface SslContextEvents {
  // Those that name a connection are declared where connections are: connection/context-events.ts.
  /** A session left the cache, or should have left it. */
  removeSession: [session: SslSession];
  /** The session store failed, or took too long. */
  sessionStoreError: [error: unknown, operation: 'get' | 'set' | 'delete'];
}

/** libssl itself is silent where a client's session is replaced as its ticket is renewed. */
export const newSessions = (1 << EventKind.newSession) | (1 << EventKind.renewedSession);

const kindsOf = [
  ['newSession', newSessions],
  ['removeSession', 1 << EventKind.removeSession],
  ['keylog', 1 << EventKind.keylog],
  ['message', 1 << EventKind.messages],
  ['alert', 1 << EventKind.state],
  ['state', 1 << EventKind.state],
] as const;

const ofStore =
  (1 << EventKind.newSession) | (1 << EventKind.removeSession) | (1 << EventKind.lookup);

/** What of a context its events need. */
interface Context extends EventEmitter<SslContextEvents> {
  readonly id: Handle;
  readonly sessionStore: SessionStore | null;
  readonly freed: boolean;
}

/** libssl's callbacks are set for what a context has listeners for, or a store. */
export function listenTo(context: Context): void {
  let kinds = context.sessionStore === null ? 0 : ofStore;
  for (const [event, its] of kindsOf) {
    if (context.listenerCount(event) > 0) kinds |= its;
  }
  // What is registered must not keep the context.
  const self = new WeakRef(context);
  const listener: EventListener = (event, connection) => {
    const context = self.deref();
    if (context === undefined) giveBack(event.session);
    else receive(context, event, connection as SslContextEvents['keylog'][1]);
  };
  listen(context.id, context.id, kinds === 0 ? null : { kinds, listener });
}

/** Emits the failures of the context's store. */
export const storeErrorReporter =
  (context: Context): ReportStoreError =>
  (error, operation) => {
    context.emit('sessionStoreError', error, operation);
  };

// Tells the store and the listeners.
function receive(
  context: Context,
  event: NativeEvent,
  connection: SslContextEvents['keylog'][1],
): void {
  const errors: unknown[] = [];
  if (event.kind === EventKind.keylog) {
    collect(errors, () => context.emit('keylog', event.data, connection));
  } else if (event.kind === EventKind.messages) {
    for (const message of readMessages(event)) {
      collect(errors, () => context.emit('message', message, connection));
    }
  } else if (event.kind === EventKind.state) {
    const tell = isAlert(event)
      ? () => context.emit('alert', readAlert(event), connection)
      : () => context.emit('state', readState(event), connection);
    collect(errors, tell);
  } else if (event.session !== 0) {
    const session = SslSession.adopt(event.session);
    const name = event.kind === EventKind.removeSession ? 'removeSession' : 'newSession';
    collect(errors, () => tellStore(context, name, session));
    // Each listener gets an object of its own.
    for (const listener of context.rawListeners(name)) {
      collect(errors, () => Reflect.apply(listener, context, [session.upRef(), connection]));
    }
    session.free();
  }
  throwFirst(errors);
}

function tellStore(
  context: Context,
  event: 'newSession' | 'removeSession',
  session: SslSession,
): void {
  const store = context.sessionStore;
  if (store === null) return;
  const report = storeErrorReporter(context);
  if (event === 'newSession') {
    const own = session.upRef();
    runAndReport(report, 'set', () => store.set(own.id, own));
    return;
  }
  // A context that goes takes its cache with it, and not what others share.
  const { id } = session;
  if (!context.freed) runAndReport(report, 'delete', () => store.delete(id));
}
