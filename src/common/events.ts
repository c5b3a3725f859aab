// What libssl's callbacks recorded, on its way to whoever asked for it. All of it runs after the
// libssl call has returned. An event names its context and, where it has one, its connection, by
// their first handles.

import { on, result } from '../native/call.js';
import { EventKind } from '../native/event-kind.js';
import type { NativeEvent } from '../native/signatures.js';
import type { Handle } from '../native/types.js';
import { collect, throwFirst } from './collect.js';
import { debugEvent } from './debug.js';
import { LibsslError } from './errors.js';

/**
 * Owns the event's session: gives it back, or passes it on. `connection`: the object of the event's
 * connection, where it is known.
 */
export type EventListener = (event: NativeEvent, connection: object | null) => void;

/** An object, and the handle that events have of it. */
export interface Caller {
  readonly id: Handle;
  readonly owner: object;
}

/** Who wants which kinds of events: a bit, 1 << kind, for each. */
export interface Listening {
  readonly kinds: number;
  readonly listener: EventListener;
  /** The function that a user has given, where there is one. */
  readonly given?: unknown;
}

interface Context {
  readonly listening: Map<unknown, Listening>;
  /** How many listen to the same kinds, here or to a connection of the context. */
  readonly counts: Map<number, number>;
  recorded: number;
}

interface Connection {
  readonly context: Handle;
  readonly listening: Map<unknown, Listening>;
  /** Of `ownKinds`: what libssl records for this connection. */
  recorded: number;
}

// Entries go with the native context, and with the object of the connection.
const contexts = new Map<Handle, Context>();
const connections = new Map<Handle, Connection>();
// Connections whose handle was lent: somebody else may make their calls. For all of them, instead of
// `callers`, the WeakRefs would cost more than everything else here (measured).
const lent = new Map<Handle, WeakRef<object>>();

const always = 1 << EventKind.contextGone;
// What native code records of one connection alone, where only that is asked for: kOwnKinds.
const ownKinds =
  (1 << EventKind.messages) |
  (1 << EventKind.extension) |
  (1 << EventKind.state) |
  (1 << EventKind.info);

/**
 * From now on `owner` gets these events of a context, or, for null, none any more. One listener for
 * each owner: the last. `given`: whom the owner speaks for.
 */
export function listen(context: Handle, owner: unknown, listening: Listening | null): void {
  const entry = entryOf(context);
  count(entry, entry.listening.get(owner)?.kinds ?? 0, listening?.kinds ?? 0);
  record(context, entry);
  if (listening === null) entry.listening.delete(owner);
  else entry.listening.set(owner, listening);
}

/** What the owner gets of a context; undefined for nothing. */
export function listeningOf(context: Handle, owner: unknown): Listening | undefined {
  return contexts.get(context)?.listening.get(owner);
}

/** As `listen()`, for the events of one connection of a context, which may be freed. */
export function listenToConnection(
  connection: Handle,
  context: Handle,
  owner: unknown,
  listening: Listening | null,
): void {
  const known = connections.get(connection);
  const before = known?.listening.get(owner);
  if (before?.kinds === listening?.kinds && before?.given === listening?.given) return;
  const entry = known ?? { context, listening: new Map<unknown, Listening>(), recorded: 0 };
  connections.set(connection, entry);
  const [kindsBefore, kinds] = [before?.kinds ?? 0, listening?.kinds ?? 0];
  if (listening === null) entry.listening.delete(owner);
  else entry.listening.set(owner, listening);
  if ((kindsBefore | kinds) & ~ownKinds) {
    const its = entryOf(entry.context);
    count(its, kindsBefore & ~ownKinds, kinds & ~ownKinds);
    record(connection, its);
  }
  if ((kindsBefore | kinds) & ownKinds) recordOwn(connection, entry);
  if (entry.listening.size === 0) connections.delete(connection);
}

/** As `listeningOf()`, of a connection. */
export function listeningOfConnection(connection: Handle, owner: unknown): Listening | undefined {
  return connections.get(connection)?.listening.get(owner);
}

/** The first handle of the context that the connection was made from. */
export function contextOf(connection: Handle): Handle {
  on(connection).firstContext();
  return result<Handle>();
}

/** From now on events find the object also where somebody else makes a call on its connection. */
export function lend(connection: Handle, object: object): void {
  lent.set(connection, new WeakRef(object));
}

/** Before the reference of a connection's object is given back: what the object listens to. */
export function forget(connection: Handle): void {
  const known = connections.get(connection);
  if (known !== undefined) {
    // Without its context there is nothing to take back but what is the connection's own.
    if (contexts.has(known.context) || known.recorded !== 0) {
      listenToConnection(connection, known.context, connection, null);
    }
    known.listening.delete(connection);
    if (known.listening.size === 0) connections.delete(connection);
  }
  lent.delete(connection);
}

function entryOf(context: Handle): Context {
  const entry = contexts.get(context) ?? { listening: new Map(), counts: new Map(), recorded: 0 };
  contexts.set(context, entry);
  return entry;
}

function count({ counts }: Context, before: number, after: number): void {
  if (before !== 0) counts.set(before, (counts.get(before) ?? 0) - 1);
  if (after !== 0) counts.set(after, (counts.get(after) ?? 0) + 1);
}

const isInvalidHandle = (error: unknown) =>
  error instanceof LibsslError && error.code === 'ERR_LIBSSL_INVALID_HANDLE';

// libssl's callbacks are set for what anybody wants. `through`: the context, or a connection of it.
function record(through: Handle, entry: Context): void {
  let wanted = always;
  for (const [kinds, times] of entry.counts) if (times > 0) wanted |= kinds;
  setRecorded(entry, wanted, () => on(through).recordEvents(wanted));
}

function recordOwn(connection: Handle, entry: Connection): void {
  let wanted = 0;
  for (const { kinds } of entry.listening.values()) wanted |= kinds & ownKinds;
  setRecorded(entry, wanted, () => on(connection).recordOwnEvents(wanted));
}

function setRecorded(entry: { recorded: number }, wanted: number, set: () => void): void {
  if (wanted === entry.recorded) return;
  try {
    set();
  } catch (error) {
    // Somebody else may have freed the handle (a C callback was given it). Then wishes can still be
    // taken back, by the collector, too: what is recorded in vain goes nowhere.
    if ((wanted & ~entry.recorded) !== 0 || !isInvalidHandle(error)) throw error;
    return;
  }
  entry.recorded = wanted;
}

/**
 * Hands events on, in libssl's order. What a listener throws does not keep the others from theirs,
 * and is thrown in the end. `callers`: whose call it was.
 */
export function deliver(
  events: readonly NativeEvent[] | null,
  callers: readonly Caller[] = [],
): void {
  if (events === null) return;
  const errors: unknown[] = [];
  for (const event of events) {
    debugEvent(event);
    const object = objectOf(event.connection, callers);
    const listeners = listenersOf(event);
    if (event.kind === EventKind.contextGone) contexts.delete(event.context);
    if (event.kind === EventKind.connectionGone) connections.delete(event.connection);
    // Each gets a reference of its own, the last one the event's.
    const last = listeners.pop();
    for (const { listener } of listeners) {
      collect(errors, () => listener({ ...event, session: share(event.session) }, object));
    }
    if (last === undefined) giveBack(event.session);
    else collect(errors, () => last.listener(event, object));
  }
  throwFirst(errors);
}

function objectOf(connection: Handle, callers: readonly Caller[]): object | null {
  const caller = callers.find(({ id }) => id === connection);
  return caller?.owner ?? lent.get(connection)?.deref() ?? null;
}

// Those of the context, then those of the connection: of its own context, since one that a server has
// switched to by name tells its own listeners.
function listenersOf(event: NativeEvent): Listening[] {
  const all = [...(contexts.get(event.context)?.listening.values() ?? [])];
  const connection = connections.get(event.connection);
  if (connection?.context === event.context) all.push(...connection.listening.values());
  return all.filter(({ kinds }) => (kinds >> event.kind) & 1);
}

function share(session: Handle): Handle {
  if (session === 0) return session;
  on(session).shareSession();
  return result<Handle>();
}

/** Gives the reference of an event back, unless an SslSession has adopted it. */
export function giveBack(session: Handle): void {
  if (session !== 0) on(session).giveBackSession();
}
