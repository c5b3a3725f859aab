// What the C-named module calls for libssl, and when: after the libssl call has returned, before the
// C-named function does. One table of callbacks for each context.

import { debugStep } from '../common/debug.js';
import { deliver, listen } from '../common/events.js';
import { checkHandle, invalidType } from '../common/validate.js';
import { on, result, setHandle } from '../native/call.js';
import { EventKind } from '../native/event-kind.js';
import type { NativeChecks } from '../native/functions.js';
import { native } from '../native/load.js';
import type { Native, NativeEvent, Outcome } from '../native/signatures.js';
import { step } from '../native/step.js';
import type { Handle } from '../native/types.js';
import { SSL_ERROR_WANT_CLIENT_HELLO_CB } from './constants.js';

/** `SSL_SESSION *(*get_session_cb)(SSL *ssl, const unsigned char *data, int len, int *copy)`. */
export type GetSessionCallback = (ssl: Handle, id: Buffer) => Handle | 0;

interface Callback {
  given: unknown;
  listener: (event: NativeEvent) => void;
}

// By the handle of a context. Entries go with the native context.
const contexts = new Map<Handle, Map<EventKind, Callback>>();

// Whose the callbacks are: this module's, for all contexts.
const owner = {};
const gone = 1 << EventKind.contextGone;

/** What a context has for a kind of event; undefined when nothing. */
export function callbackOf(context: Handle, kind: EventKind): unknown {
  return contexts.get(context)?.get(kind)?.given;
}

export function checkCallback<T>(name: string, value: T): T {
  if (value !== null && typeof value !== 'function') {
    throw invalidType(name, 'a function or null', value);
  }
  return value;
}

/** Refuses what is no handle of a context (ctx) or connection (ssl). */
export function checkObject(
  functionName: keyof NativeChecks,
  object: 'ctx' | 'ssl',
  handle: Handle,
): void {
  const functions = native();
  setHandle(object, handle);
  functions[functionName](false);
}

/** Sets the callbacks of these kinds, or removes them where they are null. */
export function setCallbacks(
  functionName: keyof NativeChecks,
  context: Handle,
  changes: readonly (readonly [kind: EventKind, given: unknown, listener: Callback['listener']])[],
): void {
  checkObject(functionName, 'ctx', context);
  const callbacks = new Map(contexts.get(context));
  for (const [kind, given, listener] of changes) {
    if (given === null) callbacks.delete(kind);
    else callbacks.set(kind, { given, listener });
  }
  let kinds = gone;
  for (const kind of callbacks.keys()) kinds |= 1 << kind;
  listen(context, owner, kinds, onEvent);
  contexts.set(context, callbacks);
}

function onEvent(event: NativeEvent): void {
  const listener = contexts.get(event.context)?.get(event.kind)?.listener;
  if (event.kind === EventKind.contextGone) contexts.delete(event.context);
  // A callback that another one removed a moment ago.
  if (listener === undefined) giveBack(event.session);
  else listener(event);
}

/** The reference that a callback had on loan: freed, unless an SslSession has adopted it. */
export function giveBack(session: Handle): void {
  if (session !== 0) on(session).giveBackSession();
}

/** Delivers what a call that is no step recorded, and gives its result. */
export function deliverAll(outcome: Outcome): number {
  const value = result<number>();
  const events = outcome?.[2];
  if (events) keepingErrors(() => deliver(events));
  return value;
}

/** What a call left in OpenSSL's queue stays for lastErrors() after these calls. */
export function keepingErrors(calls: () => void): void {
  const functions = native();
  functions.saveErrors();
  try {
    calls();
  } finally {
    functions.restoreErrors();
  }
}

/** What a step came to: C's result, and the bytes of the step's own. */
export interface Taken {
  result: number;
  data: Buffer | null;
}

/**
 * Takes a step of a connection, delivers what was recorded, and goes on where the handshake waited
 * for get_cb.
 */
export function takeStep(
  ssl: Handle,
  functionName: string,
  take: (functions: Native) => Outcome,
): Taken {
  const thrown: unknown[] = [];
  for (;;) {
    // 0: the bytes for the peer stay in the BIO.
    const outcome = take(on(ssl, 0));
    const { result, error } = step;
    debugStep(ssl, functionName, result, error, outcome);
    if (outcome === undefined) return end({ result, data: null });
    const [data, , events] = outcome;
    if (events === null) return end({ result, data });
    const lookups = events.filter(({ kind }) => kind === EventKind.lookup);
    keepingErrors(() => {
      attempt(() => deliver(events));
      for (const lookup of lookups) attempt(() => answer(ssl, lookup));
    });
    const paused = error === SSL_ERROR_WANT_CLIENT_HELLO_CB;
    if (!paused || lookups.length === 0) return end({ result, data });
    on(ssl).endLookup();
  }

  function end(taken: Taken): Taken {
    if (thrown.length > 0) throw thrown[0];
    return taken;
  }
  function attempt(call: () => void): void {
    try {
      call();
    } catch (error) {
      thrown.push(error);
    }
  }
}

// Without get_cb somebody else has made the handshake pause: there is no answer then.
function answer(ssl: Handle, lookup: NativeEvent): void {
  const callback = callbackOf(lookup.context, EventKind.lookup) as GetSessionCallback | undefined;
  if (callback === undefined) return;
  const session = callback(lookup.connection, Buffer.from(lookup.data));
  checkHandle('session', session);
  on(ssl, session).supplySession();
}
