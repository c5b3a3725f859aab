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
  outOfRange,
  type Pair,
  shake,
  stale,
  wrongType,
} from '../support/c-named.js';

const { contextsOf, freed } = freedAfterEach();

// RFC 5054, appendix A.
const group1024 = Buffer.from(
  'eeaf0ab9adb38dd69c33f80afa8fc5e86072618775ff3c0b9ea2314c9c256576d674df7496ea81d3383b4813d692c6e0' +
    'e0d5d8e250b98be48e495c1d6089dad15dc7d7b46154d6b6ce8ef4ad69b15d4982559b297bcf1885c529f566660e57ec' +
    '68edbc3c05726cc02fd4cbf4976eaa9afd5138fe8376435b9fc61d2fc0eb06e3',
  'hex',
);
const toNumber = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex')}`);

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let [square, left] = [base, exponent]; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

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

test('SSL_set_srp_server_param: a server has a user’s verifier in advance', () => {
  // What SSL_set_srp_server_param_pw makes of the password; the salt is 3, so v = g^x.
  const [prime, generator, salt] = [group1024, Buffer.of(2), Buffer.of(3)];
  const hash = (...parts: (string | Buffer)[]) =>
    createHash('sha1')
      .update(Buffer.concat(parts.map((part) => Buffer.from(part))))
      .digest();
  const exponent = BigInt(`0x${hash(salt, hash('alice:secret')).toString('hex')}`);
  const verifier = Buffer.from(
    power(2n, exponent, toNumber(prime)).toString(16).padStart(256, '0'),
    'hex',
  );
  const contexts = contextsOf(C.TLS1_2_VERSION);
  for (const ctx of [contexts.client, contexts.server]) {
    expect(C.SSL_CTX_set_cipher_list(ctx, 'SRP-AES-128-CBC-SHA')).toBe(1);
    C.SSL_CTX_set_security_level(ctx, 0);
  }
  C.SSL_CTX_set_srp_username(contexts.client, 'alice');
  C.SSL_CTX_set_srp_strength(contexts.client, 1024);
  C.SSL_CTX_set_srp_client_pwd_callback(contexts.client, 'secret');
  C.SSL_CTX_set_srp_username_callback(contexts.server, []);
  const pair = freed(newPair(contexts));
  const set = C.SSL_set_srp_server_param;
  expect(set(pair.server, prime, generator, salt, null, 'information')).toBe(-1);
  expect(set(pair.server, null, null, null, verifier, null)).toBe(1);
  expect(shake(pair)).toBe(true);
  expect(C.SSL_get_srp_N(pair.client)).toEqual(prime);
  expect(C.SSL_get_srp_userinfo(pair.server)).toBe('information');
  expect(() => set(pair.server, Buffer.alloc(1025), null, null, null, null)).toThrow(outOfRange);
  expect(() => set(pair.server, 'x' as never, null, null, null, null)).toThrow(wrongType);
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
