// Runs scripts of calls on a client and a server through libssl-session/libssl, with the same
// transcript as peers.c. Each line is NAME OBJECT ARGUMENT…:
//
//   SSL_CTX_new c TLS_client_method      c and s are the sides: a call is about the side's context
//   SSL_new s                            or its connection, as its name says
//   SSL_CTX_set_timeout c 300            numbers, bytes and strings as in script.mjs
//   certificate s tls                    those of test/fixtures; also key, trust
//   SSL_do_handshake c                   a step: what C gives, and SSL_get_error
//   carry c 1                            gives the other side the first record (or more) of c
//   corrupt c                            changes the last byte of the record that goes next
//   SSL_get1_session c n0                n0 to n3 are sessions
//   SSL_set_session c n0
//   SSL_SESSION_get_id n0
//
// Whatever is not there makes a call do nothing, so every part of a script is a script. Bytes that
// are random are shown as the how manyth of the script they are: what is equal stays equal. A call
// that docs/rules.md refuses is "refused", with the rule's number, on both sides.

import { readFileSync } from 'node:fs';
import { sessionCounts, startCounting } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { calls } from './peer-calls.mjs';
import { quoted, showCipher, showError, showLong } from './show.mjs';

const functions = { ...C };
const byName = new Map(calls.map((call) => [call.name, call]));

/** The transcript of a script, one string for each line, and one for the sessions left behind. */
export function runPeers(lines) {
  startCounting();
  const before = sessionCounts().live;
  const run = {
    sides: { c: newSide(), s: newSide() },
    slots: new Map(),
    seen: [],
    began: Math.floor(Date.now() / 1000),
  };
  run.sides.c.other = run.sides.s;
  run.sides.s.other = run.sides.c;
  const transcript = [];
  try {
    for (const line of lines) transcript.push(runLine(run, line.split(' ')));
  } finally {
    for (const session of run.slots.values()) C.SSL_SESSION_free(session);
    for (const side of Object.values(run.sides)) {
      C.SSL_free(side.ssl);
      C.SSL_CTX_free(side.ctx);
    }
  }
  transcript.push(`left ${sessionCounts().live - before}`);
  return transcript;
}

const newSide = () => ({ ctx: 0, ssl: 0, sent: Buffer.alloc(0) });

function runLine(run, [name, object, ...words]) {
  const side = run.sides[object] ?? { ctx: 0, ssl: 0 };
  try {
    const operation = operations[name];
    if (operation === undefined) {
      return runCall(run, side, object, byName.get(name), words);
    }
    if (operation.needs.some((need) => side[need] === 0)) return 'nothing';
    run.errors = undefined;
    const text = operation.perform(run, side, ...words);
    return text === 'nothing' ? text : text + showErrors(run.errors);
  } catch (error) {
    return refusal(error);
  }
}

/** The rule that refused the call; anything else that it throws is a fault. */
function refusal(error) {
  const [, rule] = /\b(U\d+)\b/.exec(error.message) ?? [];
  if (error.code === 'ERR_LIBSSL_UNSAFE') return `refused ${rule ?? 'unsafe'}`;
  if (error.code === 'ERR_LIBSSL_STATE') return 'refused state';
  return `threw ${error.name} ${error.code} ${quoted(String(error.message))}`;
}

// ---- What native/openssl.def has.

function runCall(run, side, object, call, words) {
  const on = { SSL_CTX: side.ctx, SSL: side.ssl, SSL_SESSION: run.slots.get(object) ?? 0 };
  if (on[call.object] === 0) return 'nothing';
  const values = call.values.map(({ kind }, index) => readWord(kind, words[index]));
  const given = functions[call.name](on[call.object], ...values);
  return (show[call.result] ?? showPlain)(given, run) + showErrors();
}

const showErrors = (errors = C.lastErrors()) => errors.map(showError).join('');

function readWord(kind, word) {
  if (word === 'NULL') return null;
  if (kind === 'bytes') return bytesOf(word);
  if (kind === 'string') return bytesOf(word).toString('latin1');
  return Number.isSafeInteger(Number(word)) ? Number(word) : BigInt(word);
}

const bytesOf = (word) => Buffer.from(word.slice(1), 'hex');
const showBytes = (value) => (value === null ? 'null' : `x${value.toString('hex')}`);

function showPlain(value) {
  if (value === undefined) return 'void';
  if (value === null) return 'null';
  if (typeof value === 'string') return quoted(value);
  if (Buffer.isBuffer(value)) return showBytes(value);
  if (Array.isArray(value)) return value.map((each) => ` ${showPlain(each)}`).join('');
  return typeof value === 'object' ? showCipher(value) : showLong(value);
}

const show = {
  RANDOM(value, run) {
    if (value === null || value.length === 0) return showBytes(value);
    const index = run.seen.findIndex((each) => each.equals(value));
    return `random ${index < 0 ? run.seen.push(value) - 1 : index}`;
  },
  TIME(value, { began }) {
    return value >= began - 1 && value <= Date.now() / 1000 ? 'now' : showLong(value);
  },
};

// ---- Steps.

function endStep(run, ssl, result, text = String(result)) {
  run.errors = C.lastErrors();
  return `${text} error ${C.SSL_get_error(ssl, result)}`;
}

const step =
  (name, read = () => []) =>
  (run, { ssl }, ...words) =>
    endStep(run, ssl, functions[name](ssl, ...read(...words)));

const reading =
  (name) =>
  (run, { ssl }, room) => {
    const data = functions[name](ssl, Number(room));
    return endStep(run, ssl, data?.length ?? -1, showBytes(data));
  };

function readEarlyData(run, { ssl }, room) {
  const [result, data] = C.SSL_read_early_data(ssl, Number(room));
  return `${endStep(run, ssl, result)} ${showBytes(data)}`;
}

// ---- Objects.

const fixture = (name) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
const made = (handle) => (handle === 0 ? 'NULL' : 'made');

function makeContext(_run, side, method) {
  if (side.ctx !== 0) return 'nothing';
  side.ctx = C.SSL_CTX_new(functions[method]());
  return made(side.ctx);
}

function makeConnection(_run, side) {
  C.SSL_free(side.ssl);
  side.sent = Buffer.alloc(0);
  side.ssl = C.SSL_new(side.ctx);
  return made(side.ssl);
}

function freeConnection(_run, side) {
  C.SSL_free(side.ssl);
  side.sent = Buffer.alloc(0);
  side.ssl = 0;
  return 'void';
}

function getSession(run, { ssl }, slot) {
  const session = C.SSL_get1_session(ssl);
  C.SSL_SESSION_free(run.slots.get(slot) ?? 0);
  run.slots.set(slot, session);
  return session === 0 ? 'NULL' : 'session';
}

const withSlot =
  (name) =>
  (run, { ctx }, slot) => {
    const session = run.slots.get(slot) ?? 0;
    return session === 0 ? 'nothing' : String(functions[name](ctx, session));
  };

function countSessions(_run, { ctx }) {
  const handles = C.SSL_CTX_sessions(ctx);
  for (const handle of handles) C.SSL_SESSION_free(handle);
  return String(handles.length);
}

// ---- The way between both sides.

function takeSent(side) {
  const bytes = C.BIO_read(side.ssl);
  if (bytes !== null) side.sent = Buffer.concat([side.sent, bytes]);
}

function recordEnd(sent, at) {
  return at + 5 > sent.length
    ? sent.length
    : Math.min(sent.length, at + 5 + sent.readUInt16BE(at + 3));
}

function carry(run, side, most) {
  takeSent(side);
  let size = 0;
  const types = [];
  for (let i = 0; i < Number(most) && size < side.sent.length; i++) {
    if (side.sent[size] !== types.at(-1)) types.push(side.sent[size]);
    size = recordEnd(side.sent, size);
  }
  if (side.other.ssl !== 0 && size > 0) C.BIO_write(side.other.ssl, side.sent.subarray(0, size));
  side.sent = side.sent.subarray(size);
  run.errors = [];
  return ['types', ...types].join(' ');
}

function corrupt(run, side) {
  takeSent(side);
  run.errors = [];
  if (side.sent.length === 0) return 'nothing';
  side.sent[recordEnd(side.sent, 0) - 1] ^= 1;
  return 'done';
}

const onContext = (perform) => ({ needs: ['ctx'], perform });
const onConnection = (perform) => ({ needs: ['ssl'], perform });
const bytesWord = (word) => [bytesOf(word)];

/** What is no plain call: by name. */
export const operations = {
  SSL_CTX_new: { needs: [], perform: makeContext },
  SSL_new: onContext(makeConnection),
  SSL_free: onConnection(freeConnection),
  certificate: onContext((_run, { ctx }, name) =>
    String(C.SSL_CTX_use_certificate_chain(ctx, fixture(`${name}-cert.pem`))),
  ),
  key: onContext((_run, { ctx }, name) =>
    String(C.SSL_CTX_use_PrivateKey(ctx, fixture(`${name}-key.pem`))),
  ),
  trust: onContext((_run, { ctx }, name) =>
    String(C.SSL_CTX_load_verify_locations(ctx, fixture(`${name}-cert.pem`))),
  ),
  alpn: onContext((_run, { ctx }, word) => {
    C.SSL_CTX_set_alpn_select_cb(ctx, bytesOf(word));
    return 'void';
  }),
  ticket_keys: onContext((_run, { ctx }, word) =>
    String(C.SSL_CTX_set_tlsext_ticket_keys(ctx, [bytesOf(word)])),
  ),
  carry: onConnection(carry),
  corrupt: onConnection(corrupt),
  SSL_get1_session: onConnection(getSession),
  SSL_set_session: onConnection((run, { ssl }, slot) =>
    String(C.SSL_set_session(ssl, run.slots.get(slot) ?? 0)),
  ),
  SSL_CTX_add_session: onContext(withSlot('SSL_CTX_add_session')),
  SSL_CTX_remove_session: onContext(withSlot('SSL_CTX_remove_session')),
  SSL_CTX_flush_sessions: onContext((_run, { ctx }, time) => {
    C.SSL_CTX_flush_sessions(ctx, Number(time));
    return 'void';
  }),
  SSL_CTX_sessions: onContext(countSessions),
  SSL_do_handshake: onConnection(step('SSL_do_handshake')),
  SSL_connect: onConnection(step('SSL_connect')),
  SSL_accept: onConnection(step('SSL_accept')),
  SSL_read: onConnection(reading('SSL_read')),
  SSL_peek: onConnection(reading('SSL_peek')),
  SSL_write: onConnection(step('SSL_write', bytesWord)),
  SSL_shutdown: onConnection(step('SSL_shutdown')),
  SSL_renegotiate: onConnection(step('SSL_renegotiate')),
  SSL_verify_client_post_handshake: onConnection(step('SSL_verify_client_post_handshake')),
  SSL_key_update: onConnection(step('SSL_key_update', (type) => [Number(type)])),
  SSL_write_early_data: onConnection(step('SSL_write_early_data', bytesWord)),
  SSL_read_early_data: onConnection(readEarlyData),
  SSL_clear: onConnection(step('SSL_clear')),
};
