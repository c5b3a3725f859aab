// Settings of contexts and connections: what is set is what is read, and does what the manual says.

import { X509Certificate } from 'node:crypto';
import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import {
  certificate,
  close,
  connect,
  freeContexts,
  freedAfterEach,
  newContexts,
  newPair,
  outOfRange,
  shake,
  unsafe,
  wrongType,
} from '../support/c-named.js';

const { contextsOf: contexts, freeing } = freedAfterEach();

const der = new X509Certificate(certificate).raw;

type Get = (handle: C.Handle) => unknown;
type Set = (handle: C.Handle, value: never) => unknown;

// [set, get, what it is at first, what is set, what the setter gives, what is read then]
const rows: Record<string, [Set, Get, unknown, unknown, unknown, unknown?]> = {
  depth: [C.SSL_set_verify_depth, C.SSL_get_verify_depth, -1, 5, undefined],
  'depth of a context': [C.SSL_CTX_set_verify_depth, C.SSL_CTX_get_verify_depth, -1, 5, undefined],
  level: [C.SSL_set_security_level, C.SSL_get_security_level, 0, 3, undefined],
  'read ahead': [C.SSL_set_read_ahead, C.SSL_get_read_ahead, 0, 1, undefined],
  'read ahead of a context': [
    C.SSL_CTX_set_default_read_ahead,
    C.SSL_CTX_get_default_read_ahead,
    0,
    1,
    0,
  ],
  quiet: [C.SSL_CTX_set_quiet_shutdown, C.SSL_CTX_get_quiet_shutdown, 0, 1, undefined],
  mode: [C.SSL_set_mode, C.SSL_get_mode, 4, 1, 5, 5],
  'mode, cleared': [C.SSL_clear_mode, C.SSL_get_mode, 4, 4, 0, 0],
  'mode of a context': [C.SSL_CTX_set_mode, C.SSL_CTX_get_mode, 4, 0x80, 0x84, 0x84],
  'certificates of a peer': [
    C.SSL_set_max_cert_list,
    C.SSL_get_max_cert_list,
    102_400,
    2 ** 40,
    102_400,
  ],
  'certificates of peers': [
    C.SSL_CTX_set_max_cert_list,
    C.SSL_CTX_get_max_cert_list,
    102_400,
    7,
    102_400,
  ],
  status: [C.SSL_set_tlsext_status_type, C.SSL_get_tlsext_status_type, -1, 1, 1],
  'status of a context': [
    C.SSL_CTX_set_tlsext_status_type,
    C.SSL_CTX_get_tlsext_status_type,
    -1,
    1,
    1,
  ],
  response: [
    C.SSL_set_tlsext_status_ocsp_resp,
    C.SSL_get_tlsext_status_ocsp_resp,
    null,
    Buffer.from('abc'),
    1,
  ],
  shutdown: [C.SSL_set_shutdown, C.SSL_get_shutdown, 0, 3, undefined],
  result: [C.SSL_set_verify_result, C.SSL_get_verify_result, 0, 62, undefined],
  CT: [C.SSL_enable_ct, C.SSL_ct_is_enabled, 0, 0, 1, 1],
  'CT of a context': [C.SSL_CTX_enable_ct, C.SSL_CTX_ct_is_enabled, 0, 1, 1, 1],
};

test.each(Object.entries(rows))('%s', (_, [set, get, first, value, given, read = value]) => {
  const { client } = contexts();
  const ssl = C.SSL_new(client);
  freeing.push(() => C.SSL_free(ssl));
  const handle = set.name.startsWith('SSL_CTX') ? client : ssl;
  expect(get(handle)).toEqual(first);
  expect(set(handle, value as never)).toEqual(given);
  expect(get(handle)).toEqual(read);
});

test('what is out of C’s range, or of another type, is refused', () => {
  const ssl = C.SSL_new(contexts().client);
  freeing.push(() => C.SSL_free(ssl));
  for (const set of [C.SSL_set_block_padding, C.SSL_set_default_read_buffer_len]) {
    for (const value of [-1, 2 ** 20 + 1, 0.5]) expect(() => set(ssl, value)).toThrow(outOfRange);
    expect(() => set(ssl, '1' as never)).toThrow(wrongType);
  }
  for (const set of [C.SSL_set1_groups, C.SSL_set1_sigalgs, C.SSL_set1_client_sigalgs]) {
    expect(() => set(ssl, [2 ** 31])).toThrow(outOfRange);
    expect(() => set(ssl, ['1'] as never)).toThrow(wrongType);
    expect(() => set(ssl, 5 as never)).toThrow(wrongType);
    expect(() => set(ssl, Array(65_536).fill(415))).toThrow(outOfRange);
    expect(set(ssl, [])).toBe(0);
    expect(set(ssl, [1, 2])).toBe(0);
  }
  for (const value of [-1, 256, 0.5]) {
    expect(() => C.SSL_dane_tlsa_add(ssl, value, 1, 1, Buffer.alloc(32))).toThrow(outOfRange);
  }
});

test('limits that libssl has itself', () => {
  const ssl = C.SSL_new(contexts().client);
  freeing.push(() => C.SSL_free(ssl));
  expect(C.SSL_set_block_padding(ssl, 16_384)).toBe(1);
  expect(C.SSL_set_block_padding(ssl, 16_385)).toBe(0);
  expect(C.SSL_set_max_pipelines(ssl, 32)).toBe(1);
  expect(C.SSL_set_max_pipelines(ssl, 33)).toBe(0);
  expect(C.SSL_set_max_cert_list(ssl, -1)).toBe(0);
  expect(C.SSL_set_purpose(ssl, 1)).toBe(1);
  expect(C.SSL_set_purpose(ssl, 1000)).toBe(0);
  expect(C.SSL_set_trust(ssl, 1000)).toBe(0);
  expect(C.SSL_config(ssl, 'none')).toBe(0);
  expect(C.SSL_set_tlsext_use_srtp(ssl, 'SRTP_AES128_CM_SHA1_80')).toBe(0);
  expect(C.SSL_set_tlsext_use_srtp(ssl, 'none')).toBe(1);
  expect(C.SSL_get_fd(ssl)).toBe(-1);
});

test('two sides agree on a profile of SRTP', () => {
  const both = newContexts(0, true);
  freeing.push(() => freeContexts(both));
  const [one, other] = ['SRTP_AEAD_AES_128_GCM', 'SRTP_AES128_CM_SHA1_80'];
  expect(C.SSL_CTX_set_tlsext_use_srtp(both.client, `${one}:${other}`)).toBe(0);
  expect(C.SSL_CTX_set_tlsext_use_srtp(both.server, other)).toBe(0);
  const pair = newPair(both);
  expect(C.SSL_get_srtp_profiles(pair.client)).toEqual([one, other]);
  expect(C.SSL_get_selected_srtp_profile(pair.client)).toBe(null);
  expect(shake(pair)).toBe(true);
  for (const ssl of [pair.client, pair.server]) {
    expect(C.SSL_get_selected_srtp_profile(ssl)).toBe(other);
  }
  close(pair);
  const without = C.SSL_new(contexts().client);
  freeing.push(() => C.SSL_free(without));
  expect(C.SSL_get_srtp_profiles(without)).toBe(null);
});

test('a limit for the peer’s certificates is kept to', () => {
  const both = contexts(C.TLS1_2_VERSION);
  C.SSL_CTX_set_max_cert_list(both.client, 100);
  const pair = newPair(both);
  expect(shake(pair)).toBe(false);
  expect(C.lastErrors()[0]?.reason).toBe('excessive message size');
  C.SSL_free(pair.client);
  C.SSL_free(pair.server);
});

test('records get a multiple of the block as their length', () => {
  const pair = connect(contexts(C.TLS1_3_VERSION));
  expect(C.SSL_set_block_padding(pair.client, 512)).toBe(1);
  C.SSL_write(pair.client, Buffer.from('abc'));
  const record = C.BIO_read(pair.client) as Buffer;
  expect(record.readUInt16BE(3)).toBe(512 + 16);
  C.BIO_write(pair.server, record);
  expect(C.SSL_read(pair.server, 10)?.toString()).toBe('abc');
  close(pair);
});

test('U22: SSL_MODE_ASYNC', () => {
  const { client } = contexts();
  const ssl = C.SSL_new(client);
  freeing.push(() => C.SSL_free(ssl));
  expect(() => C.SSL_set_mode(ssl, 0x100)).toThrow(unsafe);
  expect(() => C.SSL_CTX_set_mode(client, 0x101)).toThrow(unsafe);
  expect(C.SSL_CTX_get_mode(client)).toBe(4);
  expect(C.SSL_waiting_for_async(ssl)).toBe(0);
});

describe('names that a certificate must be for', () => {
  const name = new X509Certificate(certificate).subject.replace(/^CN=/, '');

  function verified(prepare: (client: C.Handle) => unknown): number | bigint {
    const both = contexts(C.TLS1_3_VERSION);
    C.SSL_CTX_load_verify_locations(both.client, certificate);
    const pair = newPair(both);
    prepare(pair.client);
    shake(pair);
    const result = C.SSL_get_verify_result(pair.client);
    if (result === 0) expect(C.SSL_get0_peername(pair.client)).toBe(name);
    C.SSL_free(pair.client);
    C.SSL_free(pair.server);
    return result;
  }

  test('one of several is enough', () => {
    expect(verified((client) => C.SSL_set1_host(client, 'other.test'))).toBe(62);
    expect(
      verified((client) => {
        expect(C.SSL_set1_host(client, 'other.test')).toBe(1);
        expect(C.SSL_add1_host(client, name)).toBe(1);
      }),
    ).toBe(0);
  });

  test('SSL_dane_enable sets it, and the server name', () => {
    const { client } = contexts();
    const ssl = C.SSL_new(client);
    freeing.push(() => C.SSL_free(ssl));
    C.SSL_set_connect_state(ssl);
    expect(C.SSL_dane_enable(ssl, 'a.test')).toBe(0);
    expect(C.lastErrors()[0]?.reason).toBe('context not dane enabled');
    expect(C.SSL_dane_tlsa_add(ssl, 3, 1, 1, Buffer.alloc(32))).toBe(-1);
    expect(C.SSL_CTX_dane_enable(client)).toBe(1);
    expect(C.SSL_dane_enable(ssl, 'a.test')).toBe(1);
    expect(C.SSL_get_servername(ssl)).toBe('a.test');
    expect(C.SSL_get_servername_type(ssl)).toBe(0);
    expect(C.SSL_dane_tlsa_add(ssl, 3, 1, 1, Buffer.alloc(32))).toBe(1);
    expect(C.SSL_dane_tlsa_add(ssl, 3, 1, 1, Buffer.alloc(31))).toBe(0);
    expect(C.SSL_dane_set_flags(ssl, 1)).toBe(0);
    expect(C.SSL_dane_clear_flags(ssl, 1)).toBe(1);
  });
});

test('names of acceptable issuers are those of the certificates', () => {
  const both = contexts(C.TLS1_3_VERSION);
  expect(C.SSL_CTX_get_client_CA_list(both.server)).toEqual([]);
  expect(C.SSL_CTX_add_client_CA(both.server, der)).toBe(1);
  expect(C.SSL_CTX_add_client_CA(both.server, Buffer.from('no'))).toBe(0);
  expect(C.lastErrors()).not.toEqual([]);
  const [name] = C.SSL_CTX_get_client_CA_list(both.server) ?? [];
  expect(der.includes(name as Buffer)).toBe(true);
  C.SSL_CTX_set_verify(both.server, C.SSL_VERIFY_PEER);
  const pair = connect(both);
  expect(C.SSL_get0_peer_CA_list(pair.client)).toEqual([name]);
  expect(C.SSL_get_client_CA_list(pair.client)).toEqual([name]);
  expect(C.SSL_get_client_CA_list(pair.server)).toEqual([name]);
  expect(C.SSL_add1_to_CA_list(pair.server, der)).toBe(1);
  expect(C.SSL_get0_CA_list(pair.server)).toEqual([name]);
  close(pair);
});
