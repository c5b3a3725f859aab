// What NODE_DEBUG=libssl-session shows, on stderr: a line for each step, pause, event and refused call.
// Handles, names, numbers and sizes alone: no bytes, and nothing that the caller gave.

import { debuglog } from 'node:util';
import { EventKind } from '../native/event-kind.js';
import type { NativeEvent, Outcome } from '../native/signatures.js';
import type { Handle } from '../native/types.js';

const debug = debuglog('libssl-session');

// SSL_get_error's.
const errors: Readonly<Record<number, string>> = {
  0: 'SSL_ERROR_NONE',
  1: 'SSL_ERROR_SSL',
  2: 'SSL_ERROR_WANT_READ',
  3: 'SSL_ERROR_WANT_WRITE',
  5: 'SSL_ERROR_SYSCALL',
  6: 'SSL_ERROR_ZERO_RETURN',
  11: 'SSL_ERROR_WANT_CLIENT_HELLO_CB',
};

const kinds = new Map<number, string>(
  Object.entries(EventKind).map(([name, kind]) => [kind, name]),
);

/** A step of a connection, what it has read, and what `SSL_get_error` says of it. */
export function debugStep(
  connection: Handle,
  functionName: string,
  result: number,
  error: number,
  outcome: Outcome,
  read = outcome?.[0] ?? null,
): void {
  if (!debug.enabled) return;
  const [, output, events] = outcome ?? [null, null, null];
  const sizes = `read ${read?.length ?? 0}, to send ${output?.length ?? 0}`;
  const came = `${result}, ${errors[error] ?? error}, ${sizes}, events ${events?.length ?? 0}`;
  debug(`step: connection ${connection}, ${functionName}: ${came}`);
}

/** A handshake begins to wait for the session store, or goes on. */
export function debugPause(connection: Handle, what: string): void {
  if (debug.enabled) debug(`pause: connection ${connection}, ${what}`);
}

/** What libssl's callbacks recorded. */
export function debugEvent({ kind, context, connection, session }: NativeEvent): void {
  if (!debug.enabled) return;
  const about = `context ${context}, connection ${connection}, session ${session}`;
  debug(`event: ${kinds.get(kind) ?? kind}, ${about}`);
}

/** A call that is not made. */
export function debugRefused<E extends Error & { code: string }>(error: E): E {
  if (debug.enabled) debug(`refused: ${error.code}, ${error.message}`);
  return error;
}
