// libssl's callbacks are set for what somebody listens to, and for nothing else.

import { afterEach, beforeEach, expect, type MockInstance, test, vi } from 'vitest';
import { handshake, SslConnection, SslContext } from '../../src/index.js';
import * as C from '../../src/libssl.js';
import { EventKind } from '../../src/native/event-kind.js';
import { native } from '../../src/native/load.js';
import { certificate } from '../support/contexts.js';

const kinds = ['newSession', 'removeSession', 'lookup', 'keylog', 'pskFind'] as const;
const ignore = () => {};

let recordEvents: MockInstance<(kinds: number) => void>;
beforeEach(() => {
  recordEvents = vi.spyOn(native(), 'recordEvents');
});
afterEach(() => {
  recordEvents.mockRestore();
});

/** What libssl's callbacks record since the last call that changed it; null where none did. */
function recorded(): string[] | null {
  const mask = recordEvents.mock.lastCall?.[0];
  recordEvents.mockClear();
  return mask === undefined ? null : kinds.filter((kind) => (mask >> EventKind[kind]) & 1);
}

test('of a context, by its listeners and its store', () => {
  using context = new SslContext({ role: 'server' });
  context.on('newSession', ignore);
  expect(recorded()).toEqual(['newSession']);
  context.on('newSession', ignore);
  expect(recorded()).toBe(null);
  context.once('keylog', ignore);
  expect(recorded()).toEqual(['newSession', 'keylog']);
  context.off('newSession', ignore);
  expect(recorded()).toBe(null);
  context.removeAllListeners();
  expect(recorded()).toEqual([]);
  context.sessionStore = { get: () => null, set: ignore, delete: ignore };
  expect(recorded()).toEqual(['newSession', 'removeSession', 'lookup']);
  context.sessionStore = null;
  expect(recorded()).toEqual([]);
});

test('of connections, until the last listener of the last of them goes', () => {
  using context = new SslContext({ role: 'client', rejectUnauthorized: false });
  const connections = Array.from({ length: 4 }, () => new SslConnection(context));
  const [first, second, third, other] = connections;
  first?.on('session', ignore);
  expect(recorded()).toEqual(['newSession']);
  second?.on('session', ignore);
  third?.once('session', ignore);
  other?.on('progress', ignore);
  expect(recorded()).toBe(null);
  second?.on('keylog', ignore);
  expect(recorded()).toEqual(['newSession', 'keylog']);
  second?.removeAllListeners('keylog');
  expect(recorded()).toEqual(['newSession']);
  second?.off('session', ignore);
  first?.free();
  other?.free();
  expect(recorded()).toBe(null);
  third?.emit('session', undefined as never);
  expect(recorded()).toEqual([]);
  second?.on('session', ignore);
  expect(recorded()).toEqual(['newSession']);
  second?.free();
  expect(recorded()).toEqual([]);
  third?.free();
});

test('of a connection whose context was freed', () => {
  const context = new SslContext({ role: 'client', rejectUnauthorized: false });
  using connection = new SslConnection(context);
  context.free();
  connection.on('session', ignore);
  expect(recorded()).toEqual(['newSession']);
  connection.removeAllListeners();
  expect(recorded()).toEqual([]);
});

test('a connection that was freed by a handle of a callback takes its wish back in silence', () => {
  using client = new SslContext({ role: 'client', rejectUnauthorized: false });
  using server = new SslContext({ role: 'server', ...certificate });
  const handles: C.Handle[] = [];
  C.SSL_CTX_set_keylog_callback(client.handle, (ssl) => handles.push(ssl));
  const ours = new SslConnection(client);
  using theirs = new SslConnection(server);
  ours.on('session', ignore);
  handshake(ours, theirs);
  C.SSL_free(handles[0] as C.Handle);
  ours.removeAllListeners();
  ours.free();
  expect(ours.freed).toBe(true);
  // Whoever wishes for the same later, gets it.
  let sessions = 0;
  client.on('newSession', (session) => {
    sessions += 1;
    session.free();
  });
  using next = new SslConnection(client);
  using peer = new SslConnection(server);
  handshake(next, peer);
  expect(sessions).toBeGreaterThan(0);
});

test('of a context that the C-named functions share with an object', () => {
  using context = new SslContext({ role: 'server' });
  const ctx = context.handle;
  C.SSL_CTX_sess_set_new_cb(ctx, () => 0);
  expect(recorded()).toEqual(['newSession']);
  context.on('newSession', ignore); // and renewed ones
  expect(recorded()).toEqual(['newSession']);
  C.SSL_CTX_sess_set_new_cb(ctx, () => 0);
  C.SSL_CTX_sess_set_new_cb(ctx, null);
  expect(recorded()).toBe(null);
  context.removeAllListeners();
  expect(recorded()).toEqual([]);
  C.SSL_CTX_set_psk_find_session_callback(ctx, null, ignore);
  expect(recorded()).toEqual(['pskFind']);
  C.SSL_CTX_set_psk_find_session_callback(ctx, null);
  expect(recorded()).toEqual([]);
});
