// The functions that take a callback. libssl.ts says what holds for all functions.
//
// libssl's callbacks run in the middle of its own work, so no JavaScript runs inside them. Each
// callback here is called after libssl has returned and before the C-named function returns, in
// libssl's order. If a callback throws, the C-named function throws that error after all other
// callbacks have run; its own result is lost. null removes libssl's callback as well.

import { giveBack, listen } from '../common/events.js';
import { setHandle } from '../native/call.js';
import { EventKind } from '../native/event-kind.js';
import type { NativeChecks } from '../native/functions.js';
import { native } from '../native/load.js';
import type { NativeEvent } from '../native/signatures.js';
import type { Handle } from '../native/types.js';
import {
  callbackOf,
  callbackOfConnection,
  checkCallback,
  checkObject,
  type GetSessionCallback,
  type MessageCallback,
  setCallback,
  setConnectionCallback,
  setMessageCallback,
} from './delivery.js';

export type { GetSessionCallback, MessageCallback };

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

// ---- What connections do.

/** `where`: a mask of SSL_CB_…. `ret`: an alert (level << 8 | description), or a step's result. */
export type InfoCallback = (ssl: Handle, where: number, ret: number) => void;
/** An extension that has come. `server`: 1 if the server sent it. `data`: without its head. */
export type TlsextDebugCallback = (ssl: Handle, server: 0 | 1, type: number, data: Buffer) => void;

/**
 * `void SSL_CTX_set_info_callback(SSL_CTX *ctx, void (*callback)(const SSL *, int, int))`: each state
 * and alert of a handshake. A connection with a callback of its own does not call it.
 */
export function SSL_CTX_set_info_callback(ctx: Handle, callback: InfoCallback | null): void {
  const name = 'SSL_CTX_set_info_callback';
  setOne(name, ctx, EventKind.info, 'callback', callback, ({ connection, number, value }) => {
    if (callbackOfConnection(connection, EventKind.info) !== undefined) return;
    callback?.(connection, number, value);
  });
}

/** `void SSL_set_info_callback(SSL *ssl, void (*callback)(const SSL *, int, int))`. */
export function SSL_set_info_callback(ssl: Handle, callback: InfoCallback | null): void {
  checkCallback('callback', callback);
  checkObject('SSL_set_info_callback', 'ssl', ssl);
  setConnectionCallback(ssl, EventKind.info, callback, ({ connection, number, value }) =>
    callback?.(connection, number, value),
  );
}

/** `void (*SSL_get_info_callback(const SSL *ssl))(const SSL *, int, int)`. */
export function SSL_get_info_callback(ssl: Handle): InfoCallback | null {
  checkObject('SSL_get_info_callback', 'ssl', ssl);
  return (callbackOfConnection(ssl, EventKind.info) as InfoCallback | undefined) ?? null;
}

/**
 * `void SSL_CTX_set_msg_callback(SSL_CTX *ctx, void (*cb)(int, int, int, const void *, size_t, SSL *,
 * void *))`: of the connections that are made from now on, with `SSL_new`.
 */
export function SSL_CTX_set_msg_callback(ctx: Handle, cb: MessageCallback | null): void {
  checkCallback('cb', cb);
  checkObject('SSL_CTX_set_msg_callback', 'ctx', ctx);
  // Kept for SSL_new; the context itself has no events of it.
  const listening = cb === null ? null : { kinds: 0, listener: () => {}, given: cb };
  listen(ctx, EventKind.messages, listening);
}

/**
 * `void SSL_set_msg_callback(SSL *ssl, void (*cb)(int, int, int, const void *, size_t, SSL *,
 * void *))`: each message that is sent or has come, not encrypted, and the headers of records.
 */
export function SSL_set_msg_callback(ssl: Handle, cb: MessageCallback | null): void {
  checkCallback('cb', cb);
  checkObject('SSL_set_msg_callback', 'ssl', ssl);
  setMessageCallback(ssl, cb);
}

/** `long SSL_set_tlsext_debug_callback(SSL *ssl, …)`: each extension that comes. Returns 0, as C does. */
export function SSL_set_tlsext_debug_callback(ssl: Handle, cb: TlsextDebugCallback | null): 0 {
  checkCallback('cb', cb);
  const functions = native();
  setHandle('ssl', ssl);
  functions.SSL_set_tlsext_debug_callback();
  setConnectionCallback(ssl, EventKind.extension, cb, ({ connection, number, value, data }) =>
    cb?.(connection, value === 1 ? 1 : 0, number, data),
  );
  return 0;
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
