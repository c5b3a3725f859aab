// Calls the callbacks of the C-named functions: after the libssl call has returned, and before the
// C-named function returns.

import { collect, throwFirst } from '../common/collect.js';
import { debugStep } from '../common/debug.js';
import {
  contextOf,
  deliver,
  type EventListener,
  listen,
  listeningOf,
  listeningOfConnection,
  listenToConnection,
} from '../common/events.js';
import { readMessages } from '../common/messages.js';
import { checkHandle, invalidType } from '../common/validate.js';
import { answerLookup, on, result, setHandle } from '../native/call.js';
import { EventKind } from '../native/event-kind.js';
import type { NativeChecks } from '../native/functions.js';
import { native } from '../native/load.js';
import type { Native, NativeEvent, Outcome } from '../native/signatures.js';
import { step } from '../native/step.js';
import type { Handle } from '../native/types.js';
import { SSL_ERROR_WANT_CLIENT_HELLO_CB } from './constants.js';

/** `SSL_SESSION *(*get_session_cb)(SSL *ssl, const unsigned char *data, int len, int *copy)`. */
export type GetSessionCallback = (ssl: Handle, id: Buffer) => Handle | 0;

/** The callback that a context has for a kind of event; undefined if it has none. */
export function callbackOf(context: Handle, kind: EventKind): unknown {
  return listeningOf(context, kind)?.given;
}

/** What a connection has of its own for a kind of event; undefined when nothing. */
export function callbackOfConnection(connection: Handle, kind: EventKind): unknown {
  return listeningOfConnection(connection, kind)?.given;
}

export function checkCallback<T>(name: string, value: T): T {
  if (value !== null && typeof value !== 'function') {
    throw invalidType(name, 'a function or null', value);
  }
  return value;
}

/** Throws unless it is the handle of a context (ctx) or connection (ssl). */
export function checkObject(
  functionName: keyof NativeChecks,
  object: 'ctx' | 'ssl',
  handle: Handle,
): void {
  const functions = native();
  setHandle(object, handle);
  functions[functionName](false);
}

/** Sets the callback for a kind of event; null removes it. */
export function setCallback(
  functionName: keyof NativeChecks,
  context: Handle,
  kind: EventKind,
  given: unknown,
  listener: EventListener,
): void {
  checkObject(functionName, 'ctx', context);
  const listening = given === null ? null : { kinds: 1 << kind, listener, given };
  listen(context, kind, listening);
}

/** As `setCallback()`, of a connection whose handle was checked. */
export function setConnectionCallback(
  connection: Handle,
  kind: EventKind,
  given: unknown,
  listener: EventListener,
): void {
  const listening = given === null ? null : { kinds: 1 << kind, listener, given };
  listenToConnection(connection, contextOf(connection), kind, listening);
}

/**
 * `writeP`: 1 for what was sent. `version`: 0 for the header of a record. `contentType`: also
 * SSL3_RT_HEADER and SSL3_RT_INNER_CONTENT_TYPE. If one call has more than 16,384 messages, the others
 * are lost.
 */
export type MessageCallback = (
  writeP: 0 | 1,
  version: number,
  contentType: number,
  buf: Buffer,
  ssl: Handle,
) => void;

/** Gives a connection, whose handle was checked, its message callback. */
export function setMessageCallback(ssl: Handle, cb: MessageCallback | null): void {
  setConnectionCallback(ssl, EventKind.messages, cb, (event) => {
    const errors: unknown[] = [];
    for (const { direction, version, contentType, bytes } of readMessages(event)) {
      const writeP = direction === 'sent' ? 1 : 0;
      collect(errors, () => cb?.(writeP, version, contentType, bytes, event.connection));
    }
    throwFirst(errors);
  });
}

/** After a call that is not a step: delivers the recorded events, and returns the call's result. */
export function deliverAll(outcome: Outcome): number {
  const value = result<number>();
  const events = outcome?.[2];
  if (events) keepingErrors(() => deliver(events));
  return value;
}

/** lastErrors() still returns the errors of the call before, after these calls. */
export function keepingErrors(calls: () => void): void {
  const functions = native();
  functions.saveErrors();
  try {
    calls();
  } finally {
    functions.restoreErrors();
  }
}

/** The outcome of a step: C's result, and the bytes that the step has read. */
export interface Taken {
  result: number;
  data: Buffer | null;
}

/**
 * Makes a step of a connection and delivers the recorded events. If the handshake waits for get_cb,
 * calls it and continues.
 */
export function takeStep(
  ssl: Handle,
  functionName: string,
  take: (functions: Native) => Outcome,
): Taken {
  const errors: unknown[] = [];
  for (;;) {
    // 0 leaves the bytes for the peer in the BIO.
    const outcome = take(on(ssl, 0));
    const { result, error } = step;
    debugStep(ssl, functionName, result, error, outcome);
    const events = outcome?.[2] ?? null;
    const paused = error === SSL_ERROR_WANT_CLIENT_HELLO_CB;
    const lookups = paused ? (events ?? []).filter(({ kind }) => kind === EventKind.lookup) : [];
    const found: (Handle | 0)[] = [];
    if (events !== null) {
      keepingErrors(() => {
        collect(errors, () => deliver(events));
        for (const lookup of lookups) collect(errors, () => found.push(answerTo(lookup)));
      });
    }
    if (lookups.length === 0) {
      throwFirst(errors);
      return { result, data: outcome?.[0] ?? null };
    }
    collect(errors, () => answerLookup(ssl, found));
  }
}

// 0 means that there is no session. Without get_cb it was an SslContext that made the handshake
// wait.
function answerTo({ context, connection, data }: NativeEvent): Handle | 0 {
  const callback = callbackOf(context, EventKind.lookup) as GetSessionCallback | undefined;
  if (callback === undefined) return 0;
  const session = callback(connection, Buffer.from(data));
  checkHandle('session', session);
  return session;
}
