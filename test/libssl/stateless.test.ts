// SSL_stateless: a TLS 1.3 server that keeps nothing before the client has sent its cookie.

import * as C from 'libssl-session/libssl';
import { expect, test } from 'vitest';
import {
  type Contexts,
  carry,
  freedAfterEach,
  newContexts,
  newPair,
  type Pair,
  shake,
} from '../support/c-named.js';

const { contextsOf, freed, freeing } = freedAfterEach();
const key = Buffer.alloc(32, 1);
const address = Buffer.from('192.0.2.1');
const wrongState = expect.objectContaining({ code: 'ERR_LIBSSL_STATE' });

function cookieContexts(): Contexts {
  const contexts = contextsOf(C.TLS1_3_VERSION);
  C.SSL_CTX_set_stateless_cookie_generate_cb(contexts.server, key);
  C.SSL_CTX_set_stateless_cookie_verify_cb(contexts.server, [Buffer.alloc(32, 2), key]);
  return contexts;
}

/** A client that has sent its ClientHello, and a server that has not looked at it. */
function begin(contexts: Contexts): Pair {
  const pair = freed(newPair(contexts));
  C.BIO_dgram_set_peer(pair.server, address);
  C.SSL_do_handshake(pair.client);
  carry(pair.client, pair.server);
  return pair;
}

const answer = ({ client, server }: Pair, to = server) => {
  carry(server, client);
  C.SSL_do_handshake(client);
  carry(client, to);
};

/** A client may send a ChangeCipherSpec first, which libssl reads without an error. */
function stateless(ssl: C.Handle): number {
  const result = C.SSL_stateless(ssl);
  return result === -1 && C.lastErrors().length === 0 ? C.SSL_stateless(ssl) : result;
}

test('asks for the cookie, takes it, and shakes hands', () => {
  const pair = begin(cookieContexts());
  expect(C.SSL_stateless(pair.server)).toBe(0);
  answer(pair);
  expect(stateless(pair.server)).toBe(1);
  expect(shake(pair)).toBe(true);
});

test('another connection takes the answer, of the same address', () => {
  const contexts = cookieContexts();
  for (const [peer, result] of [
    [address, 1],
    [Buffer.from('192.0.2.2'), -1],
  ] as const) {
    const pair = begin(contexts);
    expect(C.SSL_stateless(pair.server)).toBe(0);
    const other = C.SSL_new(contexts.server);
    freeing.push(() => C.SSL_free(other));
    C.BIO_dgram_set_peer(other, peer);
    answer(pair, other);
    expect(stateless(other)).toBe(result);
    if (result === -1) expect(C.lastErrors()[0]?.reason).toBe('cookie mismatch');
    else expect(shake({ client: pair.client, server: other })).toBe(true);
  }
});

test('a cookie of a key that is gone is refused', () => {
  const contexts = cookieContexts();
  const pair = begin(contexts);
  expect(C.SSL_stateless(pair.server)).toBe(0);
  C.SSL_CTX_set_stateless_cookie_verify_cb(contexts.server, [Buffer.alloc(32, 2)]);
  answer(pair);
  expect(stateless(pair.server)).toBe(-1);
  expect(C.lastErrors()[0]?.reason).toBe('cookie mismatch');
});

test('without a key, or an address, it cannot ask', () => {
  const contexts = cookieContexts();
  const pair = freed(newPair(contexts));
  C.SSL_do_handshake(pair.client);
  carry(pair.client, pair.server);
  expect(C.SSL_stateless(pair.server)).toBe(-1);
  expect(C.lastErrors()[0]?.reason).toBe('cookie gen callback failure');
  C.SSL_CTX_set_stateless_cookie_generate_cb(contexts.server, null);
  const next = begin(contexts);
  expect(C.SSL_stateless(next.server)).toBe(-1);
  expect(C.lastErrors()[0]?.reason).toBe('no cookie callback set');
});

test('a client of TLS 1.2 has no cookie, and a part of a ClientHello is none', () => {
  const contexts = cookieContexts();
  C.SSL_CTX_set_min_proto_version(contexts.server, C.TLS1_2_VERSION);
  C.SSL_CTX_set_min_proto_version(contexts.client, C.TLS1_2_VERSION);
  C.SSL_CTX_set_max_proto_version(contexts.client, C.TLS1_2_VERSION);
  expect(C.SSL_stateless(begin(contexts).server)).toBe(-1);
  const pair = freed(newPair(contexts));
  C.BIO_write(pair.server, Buffer.of(22, 3));
  expect(C.SSL_stateless(pair.server)).toBe(-1);
  expect(C.SSL_get_error(pair.server, -1)).toBe(C.SSL_ERROR_WANT_READ);
});

test('is refused to a client, and over DTLS', () => {
  const contexts = cookieContexts();
  const pair = freed(newPair(contexts));
  expect(() => C.SSL_stateless(pair.client)).toThrow(wrongState);
  const dtls = newContexts(0, true);
  const ssl = C.SSL_new(dtls.server);
  expect(() => C.SSL_stateless(ssl)).toThrow(wrongState);
  C.SSL_free(ssl);
  for (const ctx of [dtls.client, dtls.server]) C.SSL_CTX_free(ctx);
});
