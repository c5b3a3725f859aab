// Callbacks of libssl that need an answer immediately. No JavaScript runs inside libssl, so you
// give the answer in advance. An observer is called afterwards, as callbacks.ts says. null and no
// observer take your answers away, and libssl does the same as without a callback.

import { misuseError } from '../common/errors.js';
import {
  checkBytes,
  checkHandle,
  checkInteger,
  checkLatin1,
  checkProtocols,
  checkServerName,
  invalidType,
} from '../common/validate.js';
import { on, setHandle, setHandles } from '../native/call.js';
import { EventKind } from '../native/event-kind.js';
import type { NativeChecks } from '../native/functions.js';
import { native } from '../native/load.js';
import type { Native, NativeEvent } from '../native/signatures.js';
import type { Handle } from '../native/types.js';
import { SSL_TICKET_RETURN_USE_RENEW } from './constants.js';
import { checkCallback, checkObject, deliverAll, setCallback } from './delivery.js';
import { checkIdentity12, checkIdentity13, checkKey12 } from './ticket-keys.js';

// ---- Pre-shared keys.

/** A client's PSK for TLS 1.3. libssl takes its own reference to the session. */
export interface PskUse {
  /** 1 to 64,000 bytes. */
  identity: Uint8Array;
  /** It must have a TLS 1.3 cipher and a master key. */
  session: Handle;
}
/** A client's PSK up to TLS 1.2. The identity is latin1, without NUL. */
export interface PskClient {
  /** 1 to 127 bytes. */
  identity: string;
  /** 1 to 256 bytes. */
  key: Uint8Array;
}
/** A server's sessions for TLS 1.3, each with its identity. */
export type PskSessions = Iterable<readonly [identity: Uint8Array, session: Handle]>;
/** A server's keys up to TLS 1.2, each with its identity. */
export type PskKeys = Iterable<readonly [identity: string, key: Uint8Array]>;

/** hashFixed: whether a HelloRetryRequest has already fixed the suite's hash. */
export type PskUseObserver = (ssl: Handle, hashFixed: boolean) => void;
/** identity: what the client offers; found: whether you gave a session for it. */
export type PskFindObserver = (ssl: Handle, identity: Buffer, found: boolean) => void;
/** hint: the server's hint, or empty; given: whether you gave a PSK. */
export type PskClientObserver = (ssl: Handle, hint: string, given: boolean) => void;
/** identity: what the client sent; found: whether you gave a key for it. */
export type PskServerObserver = (ssl: Handle, identity: string, found: boolean) => void;
/** allowed: your answer, or true if you gave none; false if an SslContext rejects it. */
export type EarlyDataObserver = (ssl: Handle, allowed: boolean) => void;

const latin1Identity = (value: unknown) =>
  checkIdentity12('identity', Buffer.from(checkLatin1('identity', value), 'latin1'));

/** One answer for native code to store. Its session, if it has one, is in register 1 then. */
interface Answer {
  session?: Handle;
  store(functions: Native): void;
}

/** Replaces the previous answers by these; null removes libssl's callback. */
function setAnswers(
  functionName: keyof NativeChecks,
  object: 'ctx' | 'ssl',
  handle: Handle,
  kind: EventKind,
  answers: readonly Answer[] | null,
): void {
  checkObject(functionName, object, handle);
  // Checks all answers before anything changes.
  for (const { session } of answers ?? []) {
    if (session !== undefined) on(handle, session)[functionName](true);
  }
  on(handle).removeAnswers(kind);
  for (const { session, store } of answers ?? []) store(on(handle, session));
}

// The answers for one callback of libssl, on a context or on a connection.
interface Kind<A> {
  kind: EventKind;
  answers(given: A): Answer[];
  /** Sets the callback without an answer. */
  none: Answer;
}

function forConnection<A>(functionName: keyof NativeChecks, { kind, answers }: Kind<A>) {
  return (ssl: Handle, answer: A | null): void =>
    setAnswers(functionName, 'ssl', ssl, kind, answer === null ? null : answers(answer));
}

function forContext<A, O extends (ssl: Handle, ...args: never[]) => void>(
  functionName: keyof NativeChecks,
  { kind, answers, none }: Kind<A>,
  tell: (observer: O, event: NativeEvent) => void,
) {
  return (ctx: Handle, answer: A | null, observer: O | null = null): void => {
    checkCallback('observer', observer);
    const empty = observer === null ? null : [none];
    setAnswers(functionName, 'ctx', ctx, kind, answer === null ? empty : answers(answer));
    setCallback(functionName, ctx, kind, observer, (event) => observer && tell(observer, event));
  };
}

const noBytes = new Uint8Array(0);
const text = (event: NativeEvent) => event.data.toString('latin1');

function checkEntries(name: string, value: unknown): unknown[][] {
  if (typeof value !== 'object' || value === null || !(Symbol.iterator in value)) {
    throw invalidType(name, 'an iterable of pairs', value);
  }
  return Array.from(value as Iterable<unknown>, (entry) => {
    if (!Array.isArray(entry)) throw invalidType(name, 'an iterable of pairs', entry);
    return entry;
  });
}

function checkObjectArgument(name: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw invalidType(name, 'of type object', value);
  return value as Record<string, unknown>;
}

const pskUse: Kind<PskUse> = {
  kind: EventKind.pskUse,
  answers(given) {
    const { identity, session } = checkObjectArgument('psk', given);
    const bytes = checkIdentity13('identity', identity);
    checkHandle('session', session);
    return [{ session, store: (functions) => functions.setPskUse(bytes) }];
  },
  none: { store: (functions) => functions.setPskUse(noBytes) },
};

const pskFind: Kind<PskSessions> = {
  kind: EventKind.pskFind,
  answers: (given) => [
    pskFind.none,
    ...checkEntries('sessions', given).map(([identity, session]) => {
      const bytes = checkIdentity13('identity', identity);
      checkHandle('session', session);
      return { session, store: (functions: Native) => functions.setPskFind(bytes) };
    }),
  ],
  none: { store: (functions) => functions.setPskFind(noBytes) },
};

const pskClient: Kind<PskClient> = {
  kind: EventKind.pskClient,
  answers(given) {
    const { identity, key } = checkObjectArgument('psk', given);
    const [bytes, secret] = [latin1Identity(identity), checkKey12('key', key)];
    return [{ store: (functions) => functions.setPskClient(bytes, secret) }];
  },
  none: { store: (functions) => functions.setPskClient(noBytes, null) },
};

const pskServer: Kind<PskKeys> = {
  kind: EventKind.pskServer,
  answers: (given) => [
    pskServer.none,
    ...checkEntries('keys', given).map(([identity, key]) => {
      const [bytes, secret] = [latin1Identity(identity), checkKey12('key', key)];
      return { store: (functions: Native) => functions.setPskServer(bytes, secret) };
    }),
  ],
  none: { store: (functions) => functions.setPskServer(noBytes, null) },
};

const earlyData: Kind<boolean> = {
  kind: EventKind.earlyData,
  answers(allow) {
    if (typeof allow !== 'boolean') throw invalidType('allow', 'of type boolean or null', allow);
    return [{ store: (functions) => functions.setAllowEarlyData(allow) }];
  },
  none: { store: (functions) => functions.setAllowEarlyData(null) },
};

/** `void SSL_CTX_set_psk_use_session_callback(SSL_CTX *ctx, SSL_psk_use_session_cb_func cb)`. */
export const SSL_CTX_set_psk_use_session_callback = forContext<PskUse, PskUseObserver>(
  'SSL_CTX_set_psk_use_session_callback',
  pskUse,
  (observer, event) => observer(event.connection, event.number === 1),
);
/** `void SSL_set_psk_use_session_callback(SSL *s, SSL_psk_use_session_cb_func cb)`. */
export const SSL_set_psk_use_session_callback = forConnection(
  'SSL_set_psk_use_session_callback',
  pskUse,
);
/** `void SSL_CTX_set_psk_find_session_callback(SSL_CTX *ctx, SSL_psk_find_session_cb_func cb)`. */
export const SSL_CTX_set_psk_find_session_callback = forContext<PskSessions, PskFindObserver>(
  'SSL_CTX_set_psk_find_session_callback',
  pskFind,
  (observer, event) => observer(event.connection, event.data, event.number === 1),
);
/** `void SSL_set_psk_find_session_callback(SSL *s, SSL_psk_find_session_cb_func cb)`. */
export const SSL_set_psk_find_session_callback = forConnection(
  'SSL_set_psk_find_session_callback',
  pskFind,
);
/** `void SSL_CTX_set_psk_client_callback(SSL_CTX *ctx, SSL_psk_client_cb_func cb)`: TLS 1.2. */
export const SSL_CTX_set_psk_client_callback = forContext<PskClient, PskClientObserver>(
  'SSL_CTX_set_psk_client_callback',
  pskClient,
  (observer, event) => observer(event.connection, text(event), event.number === 1),
);
/** `void SSL_set_psk_client_callback(SSL *ssl, SSL_psk_client_cb_func cb)`. */
export const SSL_set_psk_client_callback = forConnection('SSL_set_psk_client_callback', pskClient);
/** `void SSL_CTX_set_psk_server_callback(SSL_CTX *ctx, SSL_psk_server_cb_func cb)`: TLS 1.2. */
export const SSL_CTX_set_psk_server_callback = forContext<PskKeys, PskServerObserver>(
  'SSL_CTX_set_psk_server_callback',
  pskServer,
  (observer, event) => observer(event.connection, text(event), event.number === 1),
);
/** `void SSL_set_psk_server_callback(SSL *ssl, SSL_psk_server_cb_func cb)`. */
export const SSL_set_psk_server_callback = forConnection('SSL_set_psk_server_callback', pskServer);

/**
 * `void SSL_CTX_set_allow_early_data_cb(SSL_CTX *ctx, SSL_allow_early_data_cb_fn cb, void *arg)`.
 */
export const SSL_CTX_set_allow_early_data_cb = forContext<boolean, EarlyDataObserver>(
  'SSL_CTX_set_allow_early_data_cb',
  earlyData,
  (observer, event) => observer(event.connection, event.number === 1),
);
/** `void SSL_set_allow_early_data_cb(SSL *s, SSL_allow_early_data_cb_fn cb, void *arg)`. */
export const SSL_set_allow_early_data_cb = forConnection('SSL_set_allow_early_data_cb', earlyData);

// ---- Tickets.

/**
 * What a server does with a ticket that it can decrypt: the first rule whose appData fits decides.
 */
export interface TicketRule {
  /** Without it the rule fits all tickets. */
  appData?: Uint8Array;
  /** One of SSL_TICKET_RETURN_…. */
  action: number;
}
/** What a server stores in the tickets that it issues, and does with those that it receives. */
export interface TicketAnswers {
  /** Stored in each ticket. */
  appData?: Uint8Array;
  /** The first rule that fits decides. */
  rules?: Iterable<TicketRule>;
}

/** A ticket is about to be issued. */
export type TicketIssueObserver = (ssl: Handle) => void;
/** status: one of SSL_TICKET_…; appData: empty if there is no session. */
export type TicketReceiveObserver = (ssl: Handle, appData: Buffer, status: number) => void;

function ticketRule(value: unknown): Answer {
  const { appData, action } = checkObjectArgument('rules', value);
  if (action === 0) throw misuseError('TicketAbort', 'SSL_CTX_set_session_ticket_cb');
  const what = checkInteger('action', action, 0, SSL_TICKET_RETURN_USE_RENEW);
  const bytes = appData === undefined ? null : checkBytes('appData', appData);
  return { store: (functions) => functions.addTicketRule(what, bytes) };
}

function ticketAnswers(given: TicketAnswers): Answer[] {
  const { appData, rules = [] } = checkObjectArgument('tickets', given);
  const bytes = appData === undefined ? null : checkBytes('appData', appData);
  if (typeof rules !== 'object' || rules === null || !(Symbol.iterator in rules)) {
    throw invalidType('rules', 'an iterable', rules);
  }
  const actions = Array.from(rules as Iterable<unknown>, ticketRule);
  return [{ store: (functions) => functions.setTicketAppData(bytes) }, ...actions];
}

/**
 * `int SSL_CTX_set_session_ticket_cb(SSL_CTX *ctx, SSL_CTX_generate_session_ticket_fn gen_cb,
 * SSL_CTX_decrypt_session_ticket_fn dec_cb, void *arg)`. If no rule fits, libssl does the same
 * as without a callback. SSL_TICKET_RETURN_ABORT is refused, because libssl leaks the session.
 */
export function SSL_CTX_set_session_ticket_cb(
  ctx: Handle,
  tickets: TicketAnswers | null,
  onIssue: TicketIssueObserver | null = null,
  onReceive: TicketReceiveObserver | null = null,
): 1 {
  checkCallback('onIssue', onIssue);
  checkCallback('onReceive', onReceive);
  const name = 'SSL_CTX_set_session_ticket_cb';
  const observed = onIssue !== null || onReceive !== null;
  const answers = tickets === null && observed ? {} : tickets;
  setAnswers(
    name,
    'ctx',
    ctx,
    EventKind.ticketIssued,
    answers === null ? null : ticketAnswers(answers),
  );
  setCallback(name, ctx, EventKind.ticketIssued, onIssue, ({ connection }) =>
    onIssue?.(connection),
  );
  setCallback(name, ctx, EventKind.ticketReceived, onReceive, ({ connection, data, number }) =>
    onReceive?.(connection, data, number),
  );
  return 1;
}

// ---- What a server selects.

/**
 * `void SSL_CTX_set_alpn_select_cb(SSL_CTX *ctx, SSL_CTX_alpn_select_cb_func cb, void *arg)` takes,
 * instead of a callback, the list of the server: the length of each protocol and then its name, the
 * best first. `SSL_select_next_proto` selects. A client that has none of them gets an alert.
 */
export function SSL_CTX_set_alpn_select_cb(ctx: Handle, protos: Uint8Array | null): void {
  const bytes = protos === null ? noBytes : checkProtocols('protos', protos);
  checkObject('SSL_CTX_set_alpn_select_cb', 'ctx', ctx);
  const functions = native();
  setHandle('ctx', ctx);
  functions.setAlpnSelect(bytes);
}

/**
 * `long SSL_CTX_set_tlsext_servername_callback(SSL_CTX *ctx, int (*cb)(SSL *, int *, void *))`
 * takes, instead of a callback, a name and the context to switch to for it; 0 removes the name.
 * `*.` at the beginning stands for any one label. A client that asks for another name stays with
 * this context.
 */
export function SSL_CTX_set_tlsext_servername_callback(
  ctx: Handle,
  name: string,
  other: Handle | 0,
): 1 {
  const functions = native();
  const lower = checkServerName('name', name);
  setHandles('ctx', ctx, 'other', other);
  deliverAll(functions.setServerName(lower));
  return 1;
}
