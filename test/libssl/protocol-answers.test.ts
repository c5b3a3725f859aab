// What libssl asks in SRP, NPN and certificate transparency, and what DANE finds.

import { createHash, X509Certificate } from 'node:crypto';
import * as C from 'libssl-session/libssl';
import { expect, test } from 'vitest';
import {
  certificate,
  connect,
  freedAfterEach,
  invalid,
  newPair,
  type Pair,
  shake,
  stale,
  wrongType,
} from '../support/c-named.js';

const { contextsOf, freed } = freedAfterEach();

function srpContexts(name: string) {
  const contexts = contextsOf(C.TLS1_2_VERSION);
  for (const ctx of [contexts.client, contexts.server]) {
    expect(C.SSL_CTX_set_cipher_list(ctx, 'SRP-AES-128-CBC-SHA')).toBe(1);
  }
  expect(C.SSL_CTX_set_srp_username(contexts.client, name)).toBe(1);
  const users = [{ name: 'alice', password: 'secret', group: '1536' }];
  expect(C.SSL_CTX_set_srp_username_callback(contexts.server, users)).toBe(1);
  return contexts;
}

test('SRP: a server knows its users, and a client its password', () => {
  const contexts = srpContexts('alice');
  expect(C.SSL_CTX_set_srp_client_pwd_callback(contexts.client, 'secret')).toBe(1);
  const pair = freed(connect(contexts));
  expect(C.SSL_get_srp_username(pair.server)).toBe('alice');
  expect(C.SSL_get_srp_N(pair.client)?.length).toBe(1536 / 8);
  C.SSL_CTX_set_srp_client_pwd_callback(contexts.client, 'wrong');
  expect(shake(freed(newPair(contexts)))).toBe(false);
});

test('SRP: a name that the server does not know ends the handshake', () => {
  const contexts = srpContexts('mallory');
  C.SSL_CTX_set_srp_client_pwd_callback(contexts.client, 'secret');
  expect(shake(freed(newPair(contexts)))).toBe(false);
});

test('SSL_CTX_set_srp_verify_param_callback: a client may refuse the group', () => {
  const contexts = srpContexts('alice');
  C.SSL_CTX_set_srp_client_pwd_callback(contexts.client, 'secret');
  expect(C.SSL_CTX_set_srp_verify_param_callback(contexts.client, 0)).toBe(1);
  expect(shake(freed(newPair(contexts)))).toBe(false);
  C.SSL_CTX_set_srp_verify_param_callback(contexts.client, 1);
  freed(connect(contexts));
});

test('NPN: the server’s first that the client has, or the client’s first', () => {
  const contexts = contextsOf(C.TLS1_2_VERSION);
  const negotiated = (pair: Pair) => C.SSL_get0_next_proto_negotiated(pair.server)?.toString();
  C.SSL_CTX_set_next_protos_advertised_cb(contexts.server, Buffer.from('\x01a\x01b'));
  expect(negotiated(freed(connect(contexts)))).toBe(undefined);
  C.SSL_CTX_set_next_proto_select_cb(contexts.client, Buffer.from('\x01c\x01b'));
  expect(negotiated(freed(connect(contexts)))).toBe('b');
  C.SSL_CTX_set_next_proto_select_cb(contexts.client, Buffer.from('\x01c'));
  expect(negotiated(freed(connect(contexts)))).toBe('c');
  C.SSL_CTX_set_next_protos_advertised_cb(contexts.server, null);
  expect(negotiated(freed(connect(contexts)))).toBe(undefined);
});

test('SSL_CTX_set_ct_validation_callback: 1 does without SCTs, 0 ends the handshake', () => {
  const contexts = contextsOf(C.TLS1_3_VERSION);
  expect(C.SSL_CTX_load_verify_locations(contexts.client, certificate)).toBe(1);
  C.SSL_CTX_set_verify(contexts.client, C.SSL_VERIFY_PEER);
  expect(C.SSL_CTX_set_ct_validation_callback(contexts.client, 1)).toBe(1);
  expect(C.SSL_CTX_ct_is_enabled(contexts.client)).toBe(1);
  expect(C.SSL_get0_peer_scts(freed(connect(contexts)).client)).toEqual([]);
  expect(C.SSL_CTX_set_ct_validation_callback(contexts.client, null)).toBe(1);
  expect(C.SSL_CTX_ct_is_enabled(contexts.client)).toBe(0);
});

test('DANE: which record fitted, and what it is of', () => {
  const contexts = contextsOf(C.TLS1_3_VERSION);
  expect(C.SSL_CTX_dane_enable(contexts.client)).toBe(1);
  expect(C.SSL_CTX_dane_mtype_set(contexts.client, 'SHA384', 3, 3)).toBe(1);
  expect(C.SSL_CTX_dane_mtype_set(contexts.client, 'no digest', 3, 3)).toBe(0);
  C.SSL_CTX_set_verify(contexts.client, C.SSL_VERIFY_PEER);
  const { raw } = new X509Certificate(certificate);
  const digest = createHash('sha384').update(raw).digest();
  const pair = freed(newPair(contexts));
  expect(C.SSL_get0_dane_authority(pair.client)).toBe(null);
  expect(C.SSL_dane_enable(pair.client, 'localhost')).toBe(1);
  expect(C.SSL_dane_tlsa_add(pair.client, 3, 0, 3, digest)).toBe(1);
  expect(shake(pair), JSON.stringify(C.lastErrors())).toBe(true);
  const record = { depth: 0, usage: 3, selector: 0, mtype: 3, data: digest };
  expect(C.SSL_get0_dane_tlsa(pair.client)).toEqual(record);
  const authority = { depth: 0, certificate: raw, publicKey: null };
  expect(C.SSL_get0_dane_authority(pair.client)).toEqual(authority);
});

test('U24: the matching type 0 has no digest, before SSL_CTX_dane_enable and after it', () => {
  const { client } = contextsOf(C.TLS1_3_VERSION);
  const set = () => [
    C.SSL_CTX_dane_mtype_set(client, null, 0, 3),
    C.SSL_CTX_dane_mtype_set(client, 'SHA256', 0, 3),
    C.SSL_CTX_dane_mtype_set(client, null, 2, 3),
  ];
  expect(set()).toEqual([1, 0, 1]);
  expect(C.SSL_CTX_dane_enable(client)).toBe(1);
  expect(set()).toEqual([1, 0, 1]);
});

test('wrong arguments and handles are refused', () => {
  const { server } = contextsOf(0);
  const value = expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' });
  const user = { name: 'a', password: 'b', group: '7' };
  expect(() => C.SSL_CTX_set_srp_username_callback(server, [user])).toThrow(value);
  expect(() => C.SSL_CTX_set_srp_username_callback(server, 1 as never)).toThrow(wrongType);
  const list = Buffer.from('\x05a');
  expect(() => C.SSL_CTX_set_next_protos_advertised_cb(server, list)).toThrow(value);
  for (const handle of [stale('context'), stale('connection')]) {
    expect(() => C.SSL_CTX_set_srp_username_callback(handle, null)).toThrow(invalid);
    expect(() => C.SSL_CTX_set_srp_client_pwd_callback(handle, null)).toThrow(invalid);
    expect(() => C.SSL_CTX_set_srp_verify_param_callback(handle, null)).toThrow(invalid);
    expect(() => C.SSL_CTX_set_next_protos_advertised_cb(handle, null)).toThrow(invalid);
    expect(() => C.SSL_CTX_set_next_proto_select_cb(handle, null)).toThrow(invalid);
    expect(() => C.SSL_CTX_set_ct_validation_callback(handle, null)).toThrow(invalid);
    expect(() => C.SSL_set_ct_validation_callback(handle, null)).toThrow(invalid);
    expect(() => C.SSL_get0_peer_scts(handle)).toThrow(invalid);
    expect(() => C.SSL_get0_dane_authority(handle)).toThrow(invalid);
    expect(() => C.SSL_get0_dane_tlsa(handle)).toThrow(invalid);
    expect(() => C.SSL_CTX_dane_mtype_set(handle, null, 1, 1)).toThrow(invalid);
  }
});
