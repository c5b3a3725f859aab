// The cache, by the C-named functions of this library. The same ids as in bench/c/handshakes.c.

import assert from 'node:assert/strict';
import * as C from 'libssl-session/libssl';
import { cacheOperations, nextId } from './settings.mjs';

const now = process.hrtime.bigint;
const id = Buffer.alloc(32);
const cipher = C.SSL_CIPHER_find('ECDHE-ECDSA-AES128-GCM-SHA256');

function newSession() {
  nextId(id);
  const session = C.SSL_SESSION_new();
  C.SSL_SESSION_set1_id(session, id);
  C.SSL_SESSION_set_protocol_version(session, C.TLS1_2_VERSION);
  C.SSL_SESSION_set_cipher(session, cipher);
  return session;
}

/** Calls `use` on each, which must always give `expected`. */
function each(context, sessions, use, expected) {
  const start = now();
  for (const session of sessions) {
    if (use(context, session) !== expected) throw new Error(`not ${expected}`);
  }
  return Number(now() - start);
}

function cache(operation, n) {
  const context = C.SSL_CTX_new(C.TLS_server_method());
  C.SSL_CTX_sess_set_cache_size(context, 0);
  const sessions = Array.from({ length: n }, newSession);
  const times = {};
  times['cache-add'] = each(context, sessions, C.SSL_CTX_add_session, 1);
  // Looks it up, and finds that it is there.
  times['cache-look-up'] = each(context, sessions, C.SSL_CTX_add_session, 0);
  if (operation === 'cache-remove') {
    times[operation] = each(context, sessions, C.SSL_CTX_remove_session, 1);
  }
  for (const session of sessions) C.SSL_SESSION_free(session);
  const start = now();
  C.SSL_CTX_flush_sessions(context, Math.floor(Date.now() / 1000) + 100_000);
  times['cache-flush'] = Number(now() - start);
  assert.equal(C.SSL_CTX_sess_number(context), 0);
  C.SSL_CTX_free(context);
  return times[operation];
}

/** The operation as n => nanoseconds. */
export function prepare(operation) {
  if (!(operation in cacheOperations) || operation === 'cache-restore') return undefined;
  return (n) => cache(operation, n);
}
