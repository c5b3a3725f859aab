// SSL_CTX_set_info_callback: the states and alerts of connections, told after each call.

import * as C from 'libssl-session/libssl';
import { expect, test } from 'vitest';
import {
  carry,
  close,
  connect,
  freeContexts,
  freedAfterEach,
  newContexts,
  wrongType,
} from '../support/c-named.js';

type Told = [ssl: C.Handle, where: number, ret: number];

const { freeing } = freedAfterEach();

/** Contexts whose callbacks write down what they are told. */
function watched(version: number) {
  const contexts = newContexts(version);
  freeing.push(() => freeContexts(contexts));
  const told = { client: [] as Told[], server: [] as Told[] };
  for (const side of ['client', 'server'] as const) {
    C.SSL_CTX_set_info_callback(contexts[side], (...values) => told[side].push(values));
  }
  return { contexts, told };
}

test.each([C.TLS1_2_VERSION, C.TLS1_3_VERSION])('%i: a handshake, from start to end', (version) => {
  const { contexts, told } = watched(version);
  const pair = connect(contexts);
  freeing.push(() => close(pair));
  for (const [side, loop, exit] of [
    ['client', C.SSL_CB_CONNECT_LOOP, C.SSL_CB_CONNECT_EXIT],
    ['server', C.SSL_CB_ACCEPT_LOOP, C.SSL_CB_ACCEPT_EXIT],
  ] as const) {
    expect(new Set(told[side].map(([ssl]) => ssl))).toEqual(new Set([pair[side]]));
    const wheres = told[side].map(([, where]) => where);
    expect(wheres[0]).toBe(C.SSL_CB_HANDSHAKE_START);
    expect(wheres).toContain(C.SSL_CB_HANDSHAKE_DONE);
    expect(wheres.filter((where) => where === loop).length).toBeGreaterThan(4);
    expect(told[side]).toContainEqual([pair[side], exit, -1]);
    expect(told[side]).toContainEqual([pair[side], exit, 1]);
  }
});

test('alerts, with level and description', () => {
  const { contexts, told } = watched(C.TLS1_2_VERSION);
  const pair = connect(contexts);
  freeing.push(() => close(pair));
  for (const side of [told.client, told.server]) side.length = 0;
  C.SSL_shutdown(pair.client);
  carry(pair.client, pair.server);
  C.SSL_read(pair.server, 1);
  const closeNotify = 1 << 8;
  expect(told.client).toEqual([[pair.client, C.SSL_CB_WRITE_ALERT, closeNotify]]);
  expect(told.server).toEqual([[pair.server, C.SSL_CB_READ_ALERT, closeNotify]]);
});

test('it is the last one given; null takes it away', () => {
  const { contexts, told } = watched(C.TLS1_2_VERSION);
  const callback = () => {
    throw new Error('of the callback');
  };
  C.SSL_CTX_set_info_callback(contexts.client, callback);
  expect(C.SSL_CTX_get_info_callback(contexts.client)).toBe(callback);
  const ssl = C.SSL_new(contexts.client);
  freeing.push(() => C.SSL_free(ssl));
  C.SSL_set_connect_state(ssl);
  expect(() => C.SSL_do_handshake(ssl)).toThrow('of the callback');
  for (const side of ['client', 'server'] as const) {
    C.SSL_CTX_set_info_callback(contexts[side], null);
    expect(C.SSL_CTX_get_info_callback(contexts[side])).toBe(null);
  }
  close(connect(contexts));
  expect(told).toEqual({ client: [], server: [] });
  expect(() => C.SSL_CTX_set_info_callback(contexts.client, 5 as never)).toThrow(wrongType);
});
