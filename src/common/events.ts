// What libssl's callbacks recorded, on its way to whoever asked for it. All of it runs after the
// libssl call has returned.

import { on, result } from '../native/call.js';
import { EventKind } from '../native/event-kind.js';
import type { NativeEvent } from '../native/signatures.js';
import type { Handle } from '../native/types.js';
import { debugEvent } from './debug.js';

/** Owns the event's session: frees it, or passes it on. */
export type EventListener = (event: NativeEvent, callers: readonly object[]) => void;

interface Listening {
  kinds: number;
  listener: EventListener;
}

// By the first handle of a context. Entries go with the native context.
const contexts = new Map<Handle, Map<object, Listening>>();

const always = 1 << EventKind.contextGone;

/**
 * From now on `listener` gets the events of these kinds (a bit, 1 << kind, for each) of a context.
 * One listener for each owner: the last. libssl's callbacks are set for what anybody wants.
 * `through`: the context, or, where that was freed, a connection of it.
 */
export function listen(
  context: Handle,
  owner: object,
  kinds: number,
  listener: EventListener,
  through: Handle = context,
): void {
  const owners = new Map(contexts.get(context)).set(owner, { kinds, listener });
  let wanted = always;
  for (const each of owners.values()) wanted |= each.kinds;
  on(through).recordEvents(wanted);
  contexts.set(context, owners);
}

/**
 * Hands events on, in libssl's order. What a listener throws does not keep the others from theirs,
 * and is thrown in the end. The ids that a paused handshake waits for come into `lookups`. `callers`:
 * the objects whose call it was.
 */
export function deliver(
  events: NativeEvent[] | null,
  lookups: NativeEvent[] = [],
  callers: readonly object[] = [],
): void {
  if (events === null) return;
  const thrown: unknown[] = [];
  for (const event of events) {
    debugEvent(event);
    if (event.kind === EventKind.lookup) {
      lookups.push(event);
      continue;
    }
    const owners = contexts.get(event.context);
    if (event.kind === EventKind.contextGone) contexts.delete(event.context);
    const listeners = [...(owners?.values() ?? [])].filter(
      ({ kinds }) => (kinds >> event.kind) & 1,
    );
    // Each gets a reference of its own, the last one the event's.
    const last = listeners.pop();
    for (const { listener } of listeners) {
      attempt(() => listener({ ...event, session: share(event.session) }, callers), thrown);
    }
    if (last === undefined) release(event.session);
    else attempt(() => last.listener(event, callers), thrown);
  }
  if (thrown.length > 0) throw thrown[0];
}

function attempt(call: () => void, thrown: unknown[]): void {
  try {
    call();
  } catch (error) {
    thrown.push(error);
  }
}

function share(session: Handle): Handle {
  if (session === 0) return session;
  on(session).shareSession();
  return result<Handle>();
}

function release(session: Handle): void {
  if (session === 0) return;
  on(session).SSL_SESSION_free();
}
