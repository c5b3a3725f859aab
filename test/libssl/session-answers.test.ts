// What libssl asks about the sessions that it makes, and extensions that it does not know.

import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import {
  carry,
  connect,
  freeContexts,
  freedAfterEach,
  invalid,
  newContexts,
  newPair,
  outOfRange,
  type Pair,
  shake,
  stale,
  wrongType,
} from '../support/c-named.js';

const { freed, freeing } = freedAfterEach();

function contextsOf(version: number) {
  const contexts = newContexts(version);
  C.SSL_CTX_set_session_id_context(contexts.server, Buffer.from('test'));
  freeing.push(() => freeContexts(contexts));
  return contexts;
}

function idOf({ client }: Pair): Buffer {
  const session = C.SSL_get1_session(client);
  const id = C.SSL_SESSION_get_id(session);
  C.SSL_SESSION_free(session);
  return id;
}

/** Shakes hands up to a server's failure; why it failed. */
function refusal({ client, server }: Pair): (string | null)[] {
  expect(C.SSL_do_handshake(client)).toBe(-1);
  carry(client, server);
  expect(C.SSL_do_handshake(server)).toBe(-1);
  return C.lastErrors().map(({ reason }) => reason);
}

function withoutTickets() {
  const contexts = contextsOf(C.TLS1_2_VERSION);
  C.SSL_CTX_set_options(contexts.server, C.SSL_OP_NO_TICKET);
  return contexts;
}

test('SSL_CTX_set_generate_session_id: a prefix, and the rest is random', () => {
  const contexts = withoutTickets();
  const prefix = Buffer.from('prefix');
  expect(C.SSL_CTX_set_generate_session_id(contexts.server, { prefix })).toBe(1);
  const ids = [idOf(freed(connect(contexts))), idOf(freed(connect(contexts)))];
  for (const id of ids) {
    expect(id.length).toBe(32);
    expect(id.subarray(0, 6)).toEqual(prefix);
  }
  expect(ids[0]).not.toEqual(ids[1]);
  C.SSL_CTX_set_generate_session_id(contexts.server, null);
  expect(idOf(freed(connect(contexts))).subarray(0, 6)).not.toEqual(prefix);
});

test('SSL_set_generate_session_id: each id once, and then the handshake fails', () => {
  const contexts = withoutTickets();
  const ids = [Buffer.from('one'), Buffer.alloc(32, 2)];
  C.SSL_CTX_set_generate_session_id(contexts.server, { ids });
  expect(idOf(freed(connect(contexts)))).toEqual(ids[0]);
  const own = freed(newPair(contexts));
  C.SSL_set_generate_session_id(own.server, { ids: [Buffer.from('own')] });
  expect(shake(own)).toBe(true);
  expect(idOf(own)).toEqual(Buffer.from('own'));
  expect(idOf(freed(connect(contexts)))).toEqual(ids[1]);
  expect(refusal(freed(newPair(contexts)))).toContain('ssl session id callback failed');
});

test('an id that the cache has already fails the handshake', () => {
  const contexts = withoutTickets();
  const id = Buffer.from('the same');
  C.SSL_CTX_set_generate_session_id(contexts.server, { ids: [id, id] });
  const pair = freed(connect(contexts));
  expect(C.SSL_has_matching_session_id(pair.server, id)).toBe(1);
  expect(refusal(freed(newPair(contexts)))).toContain('ssl session id conflict');
});

test('SSL_CTX_set_not_resumable_session_callback: by the key exchange', () => {
  const contexts = withoutTickets();
  const answer = { forwardSecure: 1, otherwise: 0 } as const;
  C.SSL_CTX_set_not_resumable_session_callback(contexts.server, answer);
  const resumable = ({ server }: Pair) => {
    const session = C.SSL_get1_session(server);
    const value = C.SSL_SESSION_is_resumable(session);
    C.SSL_SESSION_free(session);
    return value;
  };
  expect(resumable(freed(connect(contexts)))).toBe(0);
  const own = freed(newPair(contexts));
  C.SSL_set_not_resumable_session_callback(own.server, { forwardSecure: 0, otherwise: 1 });
  expect(shake(own)).toBe(true);
  expect(resumable(own)).toBe(1);
  C.SSL_CTX_set_not_resumable_session_callback(contexts.server, null);
  expect(resumable(freed(connect(contexts)))).toBe(1);
});

describe('U23: what SSL_set_session_ticket_ext has set is not freed twice', () => {
  const unsafe = expect.objectContaining({
    code: 'ERR_LIBSSL_UNSAFE',
    message: expect.stringContaining('U23'),
  });

  test.each([Buffer.alloc(23, 1), null])('after a handshake with %j', (extension) => {
    const contexts = contextsOf(C.TLS1_2_VERSION);
    const session = C.SSL_get1_session(freed(connect(contexts)).client);
    freeing.push(() => C.SSL_SESSION_free(session));
    const pair = freed(newPair(contexts));
    expect(C.SSL_set_session_ticket_ext(pair.client, extension)).toBe(1);
    // Before the handshake nothing is lost, nor is the extension.
    expect([C.SSL_clear(pair.client), C.SSL_set_session(pair.client, session)]).toEqual([1, 1]);
    expect(shake(pair), JSON.stringify(C.lastErrors())).toBe(true);
    expect(() => C.SSL_clear(pair.client)).toThrow(unsafe);
    expect(() => C.SSL_set_session(pair.client, session)).toThrow(unsafe);
    expect(() => C.SSL_set_session(pair.client, 0)).toThrow(unsafe);
    expect(() => C.SSL_set_session_ticket_ext(pair.client, extension)).toThrow(
      expect.objectContaining({ code: 'ERR_LIBSSL_STATE' }),
    );
    expect(C.SSL_clear(pair.server)).toBe(1);
  });
});

test('U25: over DTLS SSL_set_session_ticket_ext would leak what it copies', () => {
  const context = C.SSL_CTX_new(C.DTLS_method());
  freeing.push(() => C.SSL_CTX_free(context));
  const ssl = C.SSL_new(context);
  freeing.push(() => C.SSL_free(ssl));
  for (const extension of [Buffer.from('extension'), null]) {
    expect(() => C.SSL_set_session_ticket_ext(ssl, extension)).toThrow(
      expect.objectContaining({
        code: 'ERR_LIBSSL_UNSAFE',
        message: expect.stringContaining('U25'),
      }),
    );
  }
});

test('SSL_set_session_secret_cb: both sides know the key, as in EAP-FAST', () => {
  const contexts = contextsOf(C.TLS1_2_VERSION);
  const pair = freed(newPair(contexts));
  const secret = Buffer.alloc(48, 5);
  const suite = 0xc02b; // ECDHE-ECDSA-AES128-GCM-SHA256
  const pac = Buffer.from('PAC-Opaque');
  const told: Buffer[] = [];
  expect(C.SSL_set_session_ticket_ext(pair.client, pac)).toBe(1);
  C.SSL_set_options(pair.server, C.SSL_OP_NO_TICKET); // a client would not expect one
  for (const ssl of [pair.client, pair.server]) {
    expect(C.SSL_set_session_secret_cb(ssl, secret, suite)).toBe(1);
  }
  C.SSL_set_session_ticket_ext_cb(pair.server, 1, (_ssl, data) => told.push(data));
  expect(shake(pair), JSON.stringify(C.lastErrors())).toBe(true);
  expect(told).toEqual([pac]);
  for (const ssl of [pair.client, pair.server]) {
    expect(C.SSL_session_reused(ssl)).toBe(1);
    const own = C.SSL_get1_session(ssl);
    expect(C.SSL_SESSION_get_master_key(own)).toEqual(secret);
    C.SSL_SESSION_free(own);
  }
});

test('SSL_set_session_ticket_ext_cb: 0 ends the handshake', () => {
  const contexts = contextsOf(C.TLS1_2_VERSION);
  const pair = freed(newPair(contexts));
  C.SSL_set_session_ticket_ext(pair.client, Buffer.from('x'));
  C.SSL_set_session_ticket_ext_cb(pair.server, 0);
  expect(shake(pair)).toBe(false);
});

const type = 1234;

describe.each([C.TLS1_2_VERSION, C.TLS1_3_VERSION])('%i: SSL_CTX_add_custom_ext', (version) => {
  const where =
    C.SSL_EXT_CLIENT_HELLO | C.SSL_EXT_TLS1_2_SERVER_HELLO | C.SSL_EXT_TLS1_3_ENCRYPTED_EXTENSIONS;

  test('sends bytes, and tells those that come', () => {
    const contexts = contextsOf(version);
    const told: unknown[] = [];
    const observer = (_ssl: C.Handle, ...rest: unknown[]) => told.push(rest);
    const [question, answer] = [Buffer.from('question'), Buffer.from('answer')];
    const add = C.SSL_CTX_add_custom_ext;
    expect(add(contexts.client, type, where, { add: question }, observer)).toBe(1);
    expect(add(contexts.client, type, where)).toBe(0);
    expect(C.SSL_CTX_has_client_custom_ext(contexts.client, type)).toBe(1);
    freed(connect(contexts));
    expect(told).toEqual([]);
    expect(add(contexts.server, type, where, { add: answer }, observer)).toBe(1);
    freed(connect(contexts));
    const back =
      version === C.TLS1_3_VERSION
        ? C.SSL_EXT_TLS1_3_ENCRYPTED_EXTENSIONS
        : C.SSL_EXT_TLS1_2_SERVER_HELLO;
    expect(told).toEqual([
      [type, C.SSL_EXT_CLIENT_HELLO, question],
      [type, back, answer],
    ]);
  });

  test('sends nothing for null, and an empty one without an answer', () => {
    const contexts = contextsOf(version);
    const told: Buffer[] = [];
    C.SSL_CTX_add_custom_ext(contexts.client, type, where, { add: null });
    C.SSL_CTX_add_custom_ext(contexts.client, type + 1, where);
    for (const each of [type, type + 1]) {
      C.SSL_CTX_add_custom_ext(contexts.server, each, where, {}, (_ssl, number, _where, data) => {
        expect(number).toBe(each);
        told.push(data);
      });
    }
    freed(connect(contexts));
    expect(told).toEqual([Buffer.alloc(0)]);
  });

  test('an alert ends the handshake, on either side', () => {
    const contexts = contextsOf(version);
    C.SSL_CTX_add_custom_ext(contexts.client, type, where, { addAlert: 80 });
    expect(shake(freed(newPair(contexts)))).toBe(false);
    const others = contextsOf(version);
    C.SSL_CTX_add_custom_ext(others.client, type, where, { add: Buffer.from('x') });
    C.SSL_CTX_add_custom_ext(others.server, type, where, { parseAlert: 90 });
    expect(refusal(freed(newPair(others)))).toContain('bad extension');
  });
});

test('SSL_CTX_add_client_custom_ext and …_server_…: up to TLS 1.2, each for its side', () => {
  const contexts = contextsOf(C.TLS1_2_VERSION);
  const told: unknown[] = [];
  const observer = (_ssl: C.Handle, ...rest: unknown[]) => told.push(rest);
  const add = { add: Buffer.from('there') };
  expect(C.SSL_CTX_add_client_custom_ext(contexts.client, type, add, observer)).toBe(1);
  const back = { add: Buffer.from('back') };
  expect(C.SSL_CTX_add_server_custom_ext(contexts.server, type, back, observer)).toBe(1);
  freed(connect(contexts));
  expect(told).toEqual([
    [type, C.SSL_EXT_CLIENT_HELLO, add.add],
    [type, C.SSL_EXT_TLS1_2_SERVER_HELLO, back.add],
  ]);
  expect(C.SSL_CTX_add_client_custom_ext(contexts.client, 0)).toBe(0); // libssl's own
});

test('wrong arguments and handles are refused', () => {
  const contexts = contextsOf(0);
  const { server } = contexts;
  const text = 'x' as never;
  expect(() => C.SSL_CTX_set_generate_session_id(server, text)).toThrow(wrongType);
  expect(() => C.SSL_CTX_set_generate_session_id(server, {})).toThrow(wrongType);
  const empty = { prefix: Buffer.alloc(0) };
  expect(() => C.SSL_CTX_set_generate_session_id(server, empty)).toThrow(outOfRange);
  const long = { ids: [Buffer.alloc(33)] };
  expect(() => C.SSL_CTX_set_generate_session_id(server, long)).toThrow(outOfRange);
  expect(() => C.SSL_CTX_set_not_resumable_session_callback(server, text)).toThrow(wrongType);
  expect(() => C.SSL_CTX_add_custom_ext(server, type, 0, { add: text })).toThrow(wrongType);
  expect(() => C.SSL_CTX_add_custom_ext(server, type, 0, { addAlert: 256 })).toThrow(outOfRange);
  const { client } = freed(newPair(contexts));
  expect(() => C.SSL_set_session_secret_cb(client, Buffer.alloc(47))).toThrow(outOfRange);
  expect(() => C.SSL_set_session_ticket_ext(client, Buffer.alloc(65_536))).toThrow(outOfRange);
  for (const handle of [stale('context'), stale('connection')]) {
    expect(() => C.SSL_CTX_set_generate_session_id(handle, null)).toThrow(invalid);
    expect(() => C.SSL_set_generate_session_id(handle, null)).toThrow(invalid);
    expect(() => C.SSL_CTX_set_not_resumable_session_callback(handle, null)).toThrow(invalid);
    expect(() => C.SSL_set_not_resumable_session_callback(handle, null)).toThrow(invalid);
    expect(() => C.SSL_set_session_secret_cb(handle, null)).toThrow(invalid);
    expect(() => C.SSL_set_session_ticket_ext_cb(handle, null)).toThrow(invalid);
    expect(() => C.SSL_set_session_ticket_ext(handle, null)).toThrow(invalid);
    expect(() => C.SSL_CTX_add_custom_ext(handle, type, 0)).toThrow(invalid);
    expect(() => C.SSL_CTX_add_client_custom_ext(handle, type)).toThrow(invalid);
    expect(() => C.SSL_CTX_add_server_custom_ext(handle, type)).toThrow(invalid);
  }
});
