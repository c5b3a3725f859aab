// Callbacks that libssl asks about a session that it makes, and about extensions that it does not
// know, answered in advance as those of answers.ts: no JavaScript runs inside libssl. null removes
// libssl's callback.

import { listen } from '../common/events.js';
import {
  checkByte,
  checkBytes,
  checkInteger,
  checkUint32,
  invalidType,
  outOfRange,
} from '../common/validate.js';
import { on, result, setHandle } from '../native/call.js';
import { cipherNumber } from '../native/ciphers.js';
import { EventKind } from '../native/event-kind.js';
import { native } from '../native/load.js';
import type { CipherInfo, Handle } from '../native/types.js';
import { SSL_EXT_CLIENT_HELLO, SSL_EXT_TLS1_2_SERVER_HELLO } from './constants.js';
import { checkCallback, checkObject, setConnectionCallback } from './delivery.js';

// ---- The id of a server's new session.

/** What new sessions have as their ids: 1 to 32 bytes. */
export interface SessionIds {
  /** How each id begins; the rest of its 32 bytes is random. */
  prefix?: Uint8Array;
  /** The ids, each used once, in their order. A handshake that finds none left fails. */
  ids?: Iterable<Uint8Array>;
}

function checkId(name: string, value: unknown): Uint8Array {
  const id = checkBytes(name, value);
  if (id.length < 1 || id.length > 32) {
    throw outOfRange(`${name}.byteLength`, '>= 1 and <= 32', id.length);
  }
  return id;
}

function sessionIds(given: unknown): { prefix: Uint8Array | null; ids: Uint8Array[] } {
  if (typeof given !== 'object' || given === null) {
    throw invalidType('answer', 'an object or null', given);
  }
  const { prefix, ids } = given as Partial<Record<keyof SessionIds, unknown>>;
  if (prefix !== undefined) return { prefix: checkId('prefix', prefix), ids: [] };
  if (typeof ids !== 'object' || ids === null || !(Symbol.iterator in ids)) {
    throw invalidType('ids', 'an iterable of bytes', ids);
  }
  const all = Array.from(ids as Iterable<unknown>, (id, i) => checkId(`ids[${i}]`, id));
  return { prefix: null, ids: all };
}

function generateSessionId(
  name: 'SSL_CTX_set_generate_session_id' | 'SSL_set_generate_session_id',
  object: 'ctx' | 'ssl',
): (handle: Handle, answer: SessionIds | null) => 1 {
  return (handle, answer) => {
    const given = answer === null ? null : sessionIds(answer);
    checkObject(name, object, handle);
    on(handle).setSessionIds(given !== null, given?.prefix ?? null);
    for (const id of given?.ids ?? []) on(handle).addSessionId(id);
    return 1;
  };
}

/**
 * `int SSL_CTX_set_generate_session_id(SSL_CTX *ctx, GEN_SESSION_CB cb)` takes, instead of a callback,
 * the ids: of sessions without a ticket, and of those that a TLS 1.3 server keeps. An id that the
 * cache has already fails the handshake.
 */
export const SSL_CTX_set_generate_session_id = generateSessionId(
  'SSL_CTX_set_generate_session_id',
  'ctx',
);
/** `int SSL_set_generate_session_id(SSL *s, GEN_SESSION_CB cb)`. */
export const SSL_set_generate_session_id = generateSessionId('SSL_set_generate_session_id', 'ssl');

// ---- Whether it can be resumed.

/** 1: the new session cannot be resumed. */
export interface NotResumable {
  /** Of suites with an ephemeral key exchange, up to TLS 1.2. */
  forwardSecure: 0 | 1;
  /** Of other suites, which is all of TLS 1.3 for libssl. */
  otherwise: 0 | 1;
}

function notResumable(
  name: 'SSL_CTX_set_not_resumable_session_callback' | 'SSL_set_not_resumable_session_callback',
  object: 'ctx' | 'ssl',
): (handle: Handle, answer: NotResumable | null) => void {
  return (handle, answer) => {
    if (typeof answer !== 'object') throw invalidType('answer', 'an object or null', answer);
    const bit = (member: keyof NotResumable) => checkInteger(member, answer?.[member], 0, 1) === 1;
    const [forwardSecure, otherwise] =
      answer === null ? [null, false] : [bit('forwardSecure'), bit('otherwise')];
    checkObject(name, object, handle);
    on(handle).setNotResumable(forwardSecure, otherwise);
  };
}

/**
 * `void SSL_CTX_set_not_resumable_session_callback(SSL_CTX *ctx, int (*cb)(SSL *ssl, int
 * is_forward_secure))` takes, instead of a callback, its results. libssl asks in full handshakes of a
 * server.
 */
export const SSL_CTX_set_not_resumable_session_callback = notResumable(
  'SSL_CTX_set_not_resumable_session_callback',
  'ctx',
);
/**
 * `void SSL_set_not_resumable_session_callback(SSL *ssl, int (*cb)(SSL *ssl, int
 * is_forward_secure))`.
 */
export const SSL_set_not_resumable_session_callback = notResumable(
  'SSL_set_not_resumable_session_callback',
  'ssl',
);

// ---- EAP-FAST.

/**
 * `int SSL_set_session_secret_cb(SSL *s, tls_session_secret_cb_fn cb, void *arg)` takes, instead of a
 * callback, the master key, of 48 bytes, that both sides know, and the suite; null: libssl chooses. Up
 * to TLS 1.2, a server takes any client for one that resumes.
 */
export function SSL_set_session_secret_cb(
  s: Handle,
  secret: Uint8Array | null,
  cipher: CipherInfo | number | null = null,
): 1 {
  native();
  const key = secret === null ? null : checkBytes('secret', secret);
  if (key !== null && key.length !== 48) throw outOfRange('secret.byteLength', '48', key.length);
  const id = cipher === null ? -1 : cipherNumber('cipher', cipher);
  checkObject('SSL_set_session_secret_cb', 'ssl', s);
  on(s, id).setSessionSecret(key);
  return 1;
}

/** What the client has sent in the extension of its ticket. */
export type TicketExtensionObserver = (ssl: Handle, data: Buffer) => void;

/**
 * `int SSL_set_session_ticket_ext_cb(SSL *s, tls_session_ticket_ext_cb_fn cb, void *arg)` takes,
 * instead of a callback, its result: 1 accepts what the other side sends as a ticket, 0 ends the
 * handshake.
 */
export function SSL_set_session_ticket_ext_cb(
  s: Handle,
  answer: 0 | 1 | null,
  observer: TicketExtensionObserver | null = null,
): 1 {
  native();
  const checked = answer === null ? null : checkInteger('answer', answer, 0, 1);
  checkCallback('observer', observer);
  checkObject('SSL_set_session_ticket_ext_cb', 'ssl', s);
  setConnectionCallback(s, EventKind.ticketExtension, observer, ({ connection, data }) =>
    observer?.(connection, data),
  );
  on(s).setTicketExtensionAnswer(checked);
  return 1;
}

/**
 * `int SSL_set_session_ticket_ext(SSL *s, void *ext_data, int ext_len)`: what a client sends as its
 * ticket, whatever its session has; at most 65,535 bytes. null: an empty extension. Only before the
 * handshake (`ERR_LIBSSL_STATE`); after it the connection takes no SSL_clear and no SSL_set_session.
 * Not over DTLS (`ERR_LIBSSL_UNSAFE`, U25), where libssl never frees its copy.
 */
export function SSL_set_session_ticket_ext(s: Handle, extData: Uint8Array | null): 0 | 1 {
  const functions = native();
  const bytes = extData === null ? null : checkBytes('extData', extData);
  if (bytes !== null && bytes.length > 0xffff) {
    throw outOfRange('extData.byteLength', '<= 65535', bytes.length);
  }
  setHandle('s', s);
  functions.SSL_set_session_ticket_ext(bytes);
  return result<0 | 1>();
}

// ---- Extensions.

/** What the callbacks of an extension say. */
export interface CustomExtension {
  /**
   * What is sent. null: nothing. Without it, as without a callback: a client sends an empty extension,
   * a server nothing.
   */
  add?: Uint8Array | null;
  /** The alert that ends the handshake where the extension would be sent. */
  addAlert?: number;
  /** The alert that ends the handshake when the extension comes. */
  parseAlert?: number;
}

/** The extension has come. context: in which message, of SSL_EXT_…. */
export type CustomExtensionObserver = (
  ssl: Handle,
  extType: number,
  context: number,
  data: Buffer,
) => void;

// Their numbers in native code, and where a side alone finds its extension.
const sides = {
  SSL_CTX_add_custom_ext: [0, 0],
  SSL_CTX_add_client_custom_ext: [1, SSL_EXT_TLS1_2_SERVER_HELLO],
  SSL_CTX_add_server_custom_ext: [2, SSL_EXT_CLIENT_HELLO],
} as const;

function addExtension(
  name: keyof typeof sides,
  ctx: Handle,
  extType: number,
  context: number,
  answer: unknown,
  observer: CustomExtensionObserver | null,
): 0 | 1 {
  native();
  const type = checkUint32('extType', extType);
  if (typeof answer !== 'object' || answer === null) {
    throw invalidType('answer', 'of type object', answer);
  }
  const { add, addAlert, parseAlert } = answer as Partial<Record<keyof CustomExtension, unknown>>;
  const bytes = add === undefined || add === null ? null : checkBytes('add', add);
  const alert = addAlert === undefined ? null : checkByte('addAlert', addAlert);
  const refusal = parseAlert === undefined ? null : checkByte('parseAlert', parseAlert);
  const empty = add === undefined && alert === null;
  checkCallback('observer', observer);
  checkObject(name, 'ctx', ctx);
  const [side, where] = sides[name];
  on(ctx).addCustomExtension(side, type, context, empty, bytes, alert, refusal);
  const added = result<0 | 1>();
  if (added === 0 || observer === null) return added;
  const kind = EventKind.customExtension;
  // Each extension, and each side of one, has an observer of its own.
  listen(ctx, `${name} ${type}`, {
    kinds: 1 << kind,
    listener: ({ connection, number, value, data }) => {
      if (number === type && (where === 0 || where === value)) {
        observer(connection, number, value, data);
      }
    },
  });
  return added;
}

/**
 * `int SSL_CTX_add_custom_ext(SSL_CTX *ctx, unsigned int ext_type, unsigned int context,
 * SSL_custom_ext_add_cb_ex add_cb, …, SSL_custom_ext_parse_cb_ex parse_cb, …)` takes, instead of its
 * callbacks, what they say. context: a mask of SSL_EXT_…, the messages that have the extension. 0 for
 * a type that libssl knows itself or has been given already. It is for connections that are made from
 * now on.
 */
export function SSL_CTX_add_custom_ext(
  ctx: Handle,
  extType: number,
  context: number,
  answer: CustomExtension = {},
  observer: CustomExtensionObserver | null = null,
): 0 | 1 {
  const where = checkUint32('context', context);
  return addExtension('SSL_CTX_add_custom_ext', ctx, extType, where, answer, observer);
}

/**
 * `int SSL_CTX_add_client_custom_ext(SSL_CTX *ctx, unsigned int ext_type, custom_ext_add_cb add_cb, …,
 * custom_ext_parse_cb parse_cb, …)`: of clients up to TLS 1.2.
 */
export function SSL_CTX_add_client_custom_ext(
  ctx: Handle,
  extType: number,
  answer: CustomExtension = {},
  observer: CustomExtensionObserver | null = null,
): 0 | 1 {
  return addExtension('SSL_CTX_add_client_custom_ext', ctx, extType, 0, answer, observer);
}

/**
 * `int SSL_CTX_add_server_custom_ext(SSL_CTX *ctx, unsigned int ext_type, custom_ext_add_cb add_cb, …,
 * custom_ext_parse_cb parse_cb, …)`: of servers up to TLS 1.2.
 */
export function SSL_CTX_add_server_custom_ext(
  ctx: Handle,
  extType: number,
  answer: CustomExtension = {},
  observer: CustomExtensionObserver | null = null,
): 0 | 1 {
  return addExtension('SSL_CTX_add_server_custom_ext', ctx, extType, 0, answer, observer);
}
