// The functions that take a callback. libssl.ts says what holds for all functions.
//
// libssl's callbacks run in the middle of its own work, so no JavaScript runs inside them. Each
// callback here is called after libssl has returned and before the C-named function returns, in
// libssl's order. If a callback throws, the C-named function throws that error after all other
// callbacks have run; its own result is lost. null removes libssl's callback as well.

import { giveBack } from '../common/events.js';
import { EventKind } from '../native/event-kind.js';
import type { NativeChecks } from '../native/functions.js';
import type { NativeEvent } from '../native/signatures.js';
import type { Handle } from '../native/types.js';
import {
  callbackOf,
  checkCallback,
  checkObject,
  type GetSessionCallback,
  setCallback,
} from './delivery.js';

export type { GetSessionCallback };

// ---- The session cache.

/** Return 1 to keep the handle and its reference. Otherwise it is freed, unless it was adopted. */
export type NewSessionCallback = (ssl: Handle, session: Handle) => 0 | 1;
/**
 * The handle is only lent, and freed after the callback. To keep it, take a reference with
 * `SSL_SESSION_up_ref`, or adopt it as an SslSession.
 */
export type RemoveSessionCallback = (ctx: Handle, session: Handle) => void;
/** A line of the key log, as NSS writes it. */
export type KeylogCallback = (ssl: Handle, line: string) => void;

/** `where`: a mask of SSL_CB_…. `ret`: an alert (level << 8 | description), or a step's result. */
export type InfoCallback = (ssl: Handle, where: number, ret: number) => void;

/** `void SSL_CTX_sess_set_new_cb(SSL_CTX *ctx, int (*new_session_cb)(SSL *, SSL_SESSION *))`. */
export function SSL_CTX_sess_set_new_cb(ctx: Handle, newCb: NewSessionCallback | null): void {
  const listener = ({ connection, session }: NativeEvent) => {
    let kept = false;
    try {
      kept = newCb?.(connection, session) === 1;
    } finally {
      if (!kept) giveBack(session);
    }
  };
  setOne('SSL_CTX_sess_set_new_cb', ctx, EventKind.newSession, 'newCb', newCb, listener);
}

/** `void SSL_CTX_sess_set_remove_cb(SSL_CTX *ctx, void (*remove_session_cb)(…))`. */
export function SSL_CTX_sess_set_remove_cb(
  ctx: Handle,
  removeCb: RemoveSessionCallback | null,
): void {
  const listener = ({ context, session }: NativeEvent) => {
    try {
      removeCb?.(context, session);
    } finally {
      giveBack(session);
    }
  };
  setOne(
    'SSL_CTX_sess_set_remove_cb',
    ctx,
    EventKind.removeSession,
    'removeCb',
    removeCb,
    listener,
  );
}

/**
 * `void SSL_CTX_sess_set_get_cb(SSL_CTX *ctx, SSL_SESSION (*get_session_cb)(…))`, as if `*copy`
 * were 1: libssl takes a reference of its own, and your handle keeps its reference. The handshake
 * waits at the ClientHello for the answer. A session counts as no answer if it has another id than
 * the one that was asked for, no cipher, or no key, or if it is not resumable. If it is in another
 * context's cache, libssl gets a dup.
 */
export function SSL_CTX_sess_set_get_cb(ctx: Handle, getCb: GetSessionCallback | null): void {
  setOne('SSL_CTX_sess_set_get_cb', ctx, EventKind.lookup, 'getCb', getCb, () => {});
}

/** `void SSL_CTX_set_keylog_callback(SSL_CTX *ctx, SSL_CTX_keylog_cb_func cb)`. */
export function SSL_CTX_set_keylog_callback(ctx: Handle, cb: KeylogCallback | null): void {
  setOne('SSL_CTX_set_keylog_callback', ctx, EventKind.keylog, 'cb', cb, (event) =>
    cb?.(event.connection, event.data.toString('latin1')),
  );
}

/**
 * `void SSL_CTX_set_info_callback(SSL_CTX *ctx, void (*callback)(const SSL *, int, int))`: each state
 * and alert of a handshake.
 */
export function SSL_CTX_set_info_callback(ctx: Handle, callback: InfoCallback | null): void {
  const name = 'SSL_CTX_set_info_callback';
  setOne(name, ctx, EventKind.info, 'callback', callback, ({ connection, number, value }) =>
    callback?.(connection, number, value),
  );
}

/** `int (*SSL_CTX_sess_get_new_cb(SSL_CTX *ctx))(…)`. */
export const SSL_CTX_sess_get_new_cb = getter<NewSessionCallback>(
  'SSL_CTX_sess_get_new_cb',
  EventKind.newSession,
);
/** `void (*SSL_CTX_sess_get_remove_cb(SSL_CTX *ctx))(…)`. */
export const SSL_CTX_sess_get_remove_cb = getter<RemoveSessionCallback>(
  'SSL_CTX_sess_get_remove_cb',
  EventKind.removeSession,
);
/** `SSL_SESSION *(*SSL_CTX_sess_get_get_cb(SSL_CTX *ctx))(…)`. */
export const SSL_CTX_sess_get_get_cb = getter<GetSessionCallback>(
  'SSL_CTX_sess_get_get_cb',
  EventKind.lookup,
);
/** `SSL_CTX_keylog_cb_func SSL_CTX_get_keylog_callback(const SSL_CTX *ctx)`. */
export const SSL_CTX_get_keylog_callback = getter<KeylogCallback>(
  'SSL_CTX_get_keylog_callback',
  EventKind.keylog,
);
/** `void (*SSL_CTX_get_info_callback(SSL_CTX *ctx))(const SSL *, int, int)`. */
export const SSL_CTX_get_info_callback = getter<InfoCallback>(
  'SSL_CTX_get_info_callback',
  EventKind.info,
);

function setOne<T>(
  functionName: keyof NativeChecks,
  ctx: Handle,
  kind: EventKind,
  parameter: string,
  callback: T | null,
  listener: (event: NativeEvent) => void,
): void {
  checkCallback(parameter, callback);
  setCallback(functionName, ctx, kind, callback, listener);
}

function getter<T>(functionName: keyof NativeChecks, kind: EventKind): (ctx: Handle) => T | null {
  return (ctx) => {
    checkObject(functionName, 'ctx', ctx);
    return (callbackOf(ctx, kind) as T | undefined) ?? null;
  };
}
