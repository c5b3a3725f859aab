// The callbacks that watch a connection: SSL_CTX_set_msg_callback, SSL_set_msg_callback,
// SSL_set_info_callback and SSL_set_tlsext_debug_callback.

import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import {
  carry,
  close,
  connect,
  freeContexts,
  freedAfterEach,
  invalid,
  newContexts,
  newPair,
  shake,
  stale,
  wrongType,
} from '../support/c-named.js';
import { gc } from '../support/gc.mjs';

type Message = [writeP: 0 | 1, version: number, contentType: number, buf: Buffer, ssl: C.Handle];

const { freeing } = freedAfterEach();

function contexts(version = C.TLS1_3_VERSION) {
  const made = newContexts(version);
  freeing.push(() => freeContexts(made));
  return made;
}

function listening() {
  const told: Message[] = [];
  return { told, callback: (...message: Message) => told.push(message) };
}

describe('SSL_CTX_set_msg_callback', () => {
  test('is of the connections that are made afterwards', () => {
    const made = contexts();
    const before = newPair(made);
    freeing.push(() => close(before));
    const { told, callback } = listening();
    C.SSL_CTX_set_msg_callback(made.server, callback);
    const after = newPair(made);
    freeing.push(() => close(after));
    C.SSL_CTX_set_msg_callback(made.server, null);
    const later = newPair(made);
    freeing.push(() => close(later));
    for (const pair of [before, after, later]) expect(shake(pair)).toBe(true);
    expect(new Set(told.map(([, , , , ssl]) => ssl))).toEqual(new Set([after.server]));
    const [header, hello] = told;
    expect(header?.slice(0, 3)).toEqual([0, 0, C.SSL3_RT_HEADER]);
    expect(header?.[3].subarray(0, 3)).toEqual(Buffer.from([22, 3, 1]));
    expect(hello?.slice(0, 3)).toEqual([0, C.TLS1_3_VERSION, C.SSL3_RT_HANDSHAKE]);
    expect(hello?.[3][0]).toBe(1);
    expect(hello?.[3].length).toBe((header?.[3].readUInt16BE(3) ?? 0) as number);
    expect(told.some(([writeP]) => writeP === 1)).toBe(true);
  });

  test('a connection keeps the one that it was made with', () => {
    const made = contexts();
    const [one, other] = [listening(), listening()];
    C.SSL_CTX_set_msg_callback(made.client, one.callback);
    const pair = newPair(made);
    freeing.push(() => close(pair));
    C.SSL_CTX_set_msg_callback(made.client, other.callback);
    expect(shake(pair)).toBe(true);
    expect(one.told.length).toBeGreaterThan(10);
    expect(other.told).toEqual([]);
  });

  test('takes a function or null, and a context', () => {
    const made = contexts();
    expect(() => C.SSL_CTX_set_msg_callback(made.client, 5 as never)).toThrow(wrongType);
    expect(() => C.SSL_CTX_set_msg_callback(stale('context'), null)).toThrow(invalid);
  });
});

describe('SSL_set_msg_callback', () => {
  test('is the last one given; null takes it away', () => {
    const pair = newPair(contexts());
    freeing.push(() => close(pair));
    const [one, other] = [listening(), listening()];
    C.SSL_set_msg_callback(pair.client, one.callback);
    C.SSL_set_msg_callback(pair.client, other.callback);
    C.SSL_do_handshake(pair.client);
    expect(one.told).toEqual([]);
    expect(other.told.map(([, , contentType]) => contentType)).toEqual([
      C.SSL3_RT_HEADER,
      C.SSL3_RT_HANDSHAKE,
    ]);
    C.SSL_set_msg_callback(pair.client, null);
    expect(shake(pair)).toBe(true);
    expect(other.told).toHaveLength(2);
    expect(() => C.SSL_set_msg_callback(pair.client, 'no' as never)).toThrow(wrongType);
    expect(() => C.SSL_set_msg_callback(stale('connection'), null)).toThrow(invalid);
  });

  test('one that throws is called for the other messages of the call as well', () => {
    const pair = newPair(contexts());
    freeing.push(() => close(pair));
    let calls = 0;
    C.SSL_set_msg_callback(pair.client, () => {
      calls++;
      throw new Error(`call ${calls}`);
    });
    expect(() => C.SSL_do_handshake(pair.client)).toThrow('call 1');
    expect(calls).toBe(2);
    C.SSL_set_msg_callback(pair.client, null);
  });

  test('is forgotten with its connection', async () => {
    const made = contexts();
    const pair = newPair(made);
    let callback: (() => void) | null = () => {};
    const reference = new WeakRef(callback);
    C.SSL_set_msg_callback(pair.client, callback);
    C.SSL_set_info_callback(pair.client, callback);
    callback = null;
    C.SSL_free(pair.client);
    C.SSL_free(pair.server);
    await new Promise((resolve) => setImmediate(resolve));
    gc();
    expect(reference.deref()).toBe(undefined);
  });
});

describe('SSL_set_info_callback', () => {
  test('is called in place of that of the context', () => {
    const made = contexts();
    const told: string[] = [];
    C.SSL_CTX_set_info_callback(made.client, () => told.push('context'));
    const pair = newPair(made);
    freeing.push(() => close(pair));
    const callback = (ssl: C.Handle, where: number) => {
      expect(ssl).toBe(pair.client);
      told.push(`connection ${where}`);
    };
    expect(C.SSL_get_info_callback(pair.client)).toBe(null);
    C.SSL_set_info_callback(pair.client, callback);
    expect(C.SSL_get_info_callback(pair.client)).toBe(callback);
    C.SSL_do_handshake(pair.client);
    expect(told[0]).toBe(`connection ${C.SSL_CB_HANDSHAKE_START}`);
    expect(told).not.toContain('context');
    C.SSL_set_info_callback(pair.client, null);
    expect(C.SSL_get_info_callback(pair.client)).toBe(null);
    told.length = 0;
    expect(shake(pair)).toBe(true);
    expect(new Set(told)).toEqual(new Set(['context']));
    C.SSL_CTX_set_info_callback(made.client, null);
  });
});

describe('SSL_set_tlsext_debug_callback', () => {
  test('tells of each extension that comes, and of none that is sent', () => {
    const pair = newPair(contexts());
    freeing.push(() => close(pair));
    const told: [C.Handle, 0 | 1, number, Buffer][] = [];
    for (const ssl of [pair.client, pair.server]) {
      expect(C.SSL_set_tlsext_debug_callback(ssl, (...event) => told.push(event))).toBe(0);
    }
    expect(shake(pair)).toBe(true);
    const versions = told.filter(([, , type]) => type === 43);
    expect(versions).toEqual([
      [pair.server, 0, 43, Buffer.from([2, 3, 4])],
      [pair.client, 1, 43, Buffer.from([3, 4])],
    ]);
    const count = told.length;
    for (const ssl of [pair.client, pair.server]) C.SSL_set_tlsext_debug_callback(ssl, null);
    close(connect(contexts()));
    expect(told).toHaveLength(count);
    expect(() => C.SSL_set_tlsext_debug_callback(pair.client, {} as never)).toThrow(wrongType);
    expect(() => C.SSL_set_tlsext_debug_callback(stale('connection'), null)).toThrow(invalid);
  });
});

test('all of them at once, each in its order', () => {
  const made = contexts(C.TLS1_2_VERSION);
  const pair = connect(made);
  freeing.push(() => close(pair));
  const told: string[] = [];
  C.SSL_set_msg_callback(pair.client, (_, __, contentType) => told.push(`message ${contentType}`));
  C.SSL_set_info_callback(pair.client, (_, where) => told.push(`info ${where}`));
  C.SSL_shutdown(pair.client);
  carry(pair.client, pair.server);
  expect(told).toEqual([
    `message ${C.SSL3_RT_HEADER}`,
    `message ${C.SSL3_RT_ALERT}`,
    `info ${C.SSL_CB_WRITE_ALERT}`,
  ]);
});
