// The SSL_… functions of the C-named module: each works, and refuses what C leaves undefined.

import { X509Certificate } from 'node:crypto';
import { sessionCounts, startCounting } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Contexts,
  carry,
  certificate,
  close,
  connect,
  freeContexts,
  freedAfterEach,
  invalid,
  newContexts,
  newPair,
  newPsk,
  newSession,
  outOfRange,
  privateKey,
  shake,
  stale,
  unsafe,
  wrongType,
} from '../support/c-named.js';

beforeAll(startCounting);
const { freeing } = freedAfterEach();
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

function contexts(version = 0, dtls = false): Contexts {
  const both = newContexts(version, dtls);
  freeing.push(() => freeContexts(both));
  return both;
}

function connection(): C.Handle {
  const ssl = C.SSL_new(contexts().client);
  freeing.push(() => C.SSL_free(ssl));
  return ssl;
}

function kept(session: C.Handle): C.Handle {
  expect(session).not.toBe(0);
  freeing.push(() => C.SSL_SESSION_free(session));
  return session;
}

const noHandle = 0 as C.Handle;
const bytes = Buffer.from('abc');
const both13 = C.TLS1_3_VERSION;

// They have no handle.
const plain = /^SSL_(?:COMP_|alert_|extension_supported|select_next_proto|get_ex_data_X509)/;
const exported = Object.entries(C)
  .filter(([name]) => /^(?:SSL|BIO)_/.test(name) && !/^SSL_(?:CONF|CTX|SESSION|CIPHER)_/.test(name))
  .filter(([name]) => !plain.test(name))
  .flatMap(([name, value]) =>
    typeof value === 'function' && name !== 'SSL_new'
      ? [[name, value as (...values: unknown[]) => unknown] as const]
      : [],
  );

// Each function of a connection, with arguments that are right but for the handle.
const functions: Record<string, (ssl: C.Handle) => unknown> = {
  ...Object.fromEntries(exported.filter(([, { length }]) => length === 1)),
  BIO_write: (h) => C.BIO_write(h, bytes),
  SSL_key_update: (h) => C.SSL_key_update(h, 0),
  SSL_write: (h) => C.SSL_write(h, bytes),
  SSL_read: (h) => C.SSL_read(h, 10),
  SSL_peek: (h) => C.SSL_peek(h, 10),
  SSL_write_ex: (h) => C.SSL_write_ex(h, bytes),
  SSL_read_ex: (h) => C.SSL_read_ex(h, 10),
  SSL_peek_ex: (h) => C.SSL_peek_ex(h, 10),
  SSL_write_early_data: (h) => C.SSL_write_early_data(h, bytes),
  SSL_read_early_data: (h) => C.SSL_read_early_data(h, 10),
  SSL_get_error: (h) => C.SSL_get_error(h, -1),
  SSL_set_session: (h) => C.SSL_set_session(h, 0),
  SSL_set_session_id_context: (h) => C.SSL_set_session_id_context(h, bytes),
  SSL_set_num_tickets: (h) => C.SSL_set_num_tickets(h, 1),
  SSL_set_max_early_data: (h) => C.SSL_set_max_early_data(h, 1),
  SSL_set_recv_max_early_data: (h) => C.SSL_set_recv_max_early_data(h, 1),
  SSL_use_psk_identity_hint: (h) => C.SSL_use_psk_identity_hint(h, null),
  SSL_set_min_proto_version: (h) => C.SSL_set_min_proto_version(h, 0),
  SSL_set_max_proto_version: (h) => C.SSL_set_max_proto_version(h, 0),
  BIO_dgram_set_peer: (h) => C.BIO_dgram_set_peer(h, Buffer.from('x')),
  SSL_set_max_send_fragment: (h) => C.SSL_set_max_send_fragment(h, 512),
  SSL_set_quiet_shutdown: (h) => C.SSL_set_quiet_shutdown(h, 1),
  SSL_set_mtu: (h) => C.SSL_set_mtu(h, 1400),
  SSL_set_options: (h) => C.SSL_set_options(h, 0),
  SSL_clear_options: (h) => C.SSL_clear_options(h, 0),
  SSL_set1_groups_list: (h) => C.SSL_set1_groups_list(h, 'X25519'),
  SSL_set_cipher_list: (h) => C.SSL_set_cipher_list(h, 'ALL'),
  SSL_set_ciphersuites: (h) => C.SSL_set_ciphersuites(h, ''),
  SSL_set_alpn_protos: (h) => C.SSL_set_alpn_protos(h, Buffer.from('\x02h2')),
  SSL_set_tlsext_host_name: (h) => C.SSL_set_tlsext_host_name(h, 'a'),
  SSL_set_tlsext_max_fragment_length: (h) => C.SSL_set_tlsext_max_fragment_length(h, 1),
  SSL_set1_host: (h) => C.SSL_set1_host(h, 'a'),
  SSL_set_verify: (h) => C.SSL_set_verify(h, 0),
  SSL_set_post_handshake_auth: (h) => C.SSL_set_post_handshake_auth(h, 1),
  SSL_export_keying_material: (h) => C.SSL_export_keying_material(h, 10, 'label'),
  SSL_set_shutdown: (h) => C.SSL_set_shutdown(h, 0),
  SSL_client_hello_get0_ext: (h) => C.SSL_client_hello_get0_ext(h, 0),
  SSL_get_cipher_list: (h) => C.SSL_get_cipher_list(h, 0),
  SSL_get_shared_group: (h) => C.SSL_get_shared_group(h, -1),
  SSL_add1_host: (h) => C.SSL_add1_host(h, 'a'),
  SSL_set_hostflags: (h) => C.SSL_set_hostflags(h, 0),
  SSL_use_certificate: (h) => C.SSL_use_certificate(h, bytes),
  SSL_use_certificate_file: (h) => C.SSL_use_certificate_file(h, '/no/such', 1),
  SSL_use_certificate_chain_file: (h) => C.SSL_use_certificate_chain_file(h, '/no/such'),
  SSL_use_certificate_ASN1: (h) => C.SSL_use_certificate_ASN1(h, bytes),
  SSL_use_PrivateKey: (h) => C.SSL_use_PrivateKey(h, bytes),
  SSL_use_PrivateKey_file: (h) => C.SSL_use_PrivateKey_file(h, '/no/such', 1),
  SSL_use_PrivateKey_ASN1: (h) => C.SSL_use_PrivateKey_ASN1(6, h, bytes),
  SSL_use_RSAPrivateKey: (h) => C.SSL_use_RSAPrivateKey(h, bytes),
  SSL_use_RSAPrivateKey_file: (h) => C.SSL_use_RSAPrivateKey_file(h, '/no/such', 1),
  SSL_use_RSAPrivateKey_ASN1: (h) => C.SSL_use_RSAPrivateKey_ASN1(h, bytes),
  SSL_use_cert_and_key: (h) => C.SSL_use_cert_and_key(h, bytes, bytes, null, 1),
  SSL_set_client_CA_list: (h) => C.SSL_set_client_CA_list(h, []),
  SSL_set0_CA_list: (h) => C.SSL_set0_CA_list(h, []),
  SSL_add_client_CA: (h) => C.SSL_add_client_CA(h, bytes),
  SSL_add1_to_CA_list: (h) => C.SSL_add1_to_CA_list(h, bytes),
  SSL_set_verify_result: (h) => C.SSL_set_verify_result(h, 0),
  SSL_set_verify_depth: (h) => C.SSL_set_verify_depth(h, 1),
  SSL_set_purpose: (h) => C.SSL_set_purpose(h, 1),
  SSL_set_trust: (h) => C.SSL_set_trust(h, 1),
  SSL_set_security_level: (h) => C.SSL_set_security_level(h, 1),
  SSL_set_read_ahead: (h) => C.SSL_set_read_ahead(h, 1),
  SSL_set_block_padding: (h) => C.SSL_set_block_padding(h, 16),
  SSL_set_default_read_buffer_len: (h) => C.SSL_set_default_read_buffer_len(h, 17_000),
  SSL_set_debug: (h) => C.SSL_set_debug(h, 1),
  SSL_config: (h) => C.SSL_config(h, 'none'),
  SSL_has_matching_session_id: (h) => C.SSL_has_matching_session_id(h, bytes),
  SSL_enable_ct: (h) => C.SSL_enable_ct(h, 0),
  SSL_dane_enable: (h) => C.SSL_dane_enable(h, 'a.test'),
  SSL_dane_tlsa_add: (h) => C.SSL_dane_tlsa_add(h, 3, 1, 1, Buffer.alloc(32)),
  SSL_dane_set_flags: (h) => C.SSL_dane_set_flags(h, 1),
  SSL_dane_clear_flags: (h) => C.SSL_dane_clear_flags(h, 1),
  SSL_set_tlsext_use_srtp: (h) => C.SSL_set_tlsext_use_srtp(h, 'SRTP_AES128_CM_SHA1_80'),
  SSL_bytes_to_cipher_list: (h) => C.SSL_bytes_to_cipher_list(h, bytes, 0),
  SSL_export_keying_material_early: (h) => C.SSL_export_keying_material_early(h, 1, 'a', bytes),
  SSL_set_srp_server_param: (h) => C.SSL_set_srp_server_param(h, null, null, null, null, null),
  SSL_set_srp_server_param_pw: (h) => C.SSL_set_srp_server_param_pw(h, 'user', 'pass', '1024'),
  SSL_set_mode: (h) => C.SSL_set_mode(h, 1),
  SSL_clear_mode: (h) => C.SSL_clear_mode(h, 1),
  SSL_set_cert_flags: (h) => C.SSL_set_cert_flags(h, 1),
  SSL_clear_cert_flags: (h) => C.SSL_clear_cert_flags(h, 1),
  SSL_set_max_cert_list: (h) => C.SSL_set_max_cert_list(h, 1000),
  SSL_set_split_send_fragment: (h) => C.SSL_set_split_send_fragment(h, 512),
  SSL_set_max_pipelines: (h) => C.SSL_set_max_pipelines(h, 1),
  SSL_set_dh_auto: (h) => C.SSL_set_dh_auto(h, 1),
  SSL_set1_groups: (h) => C.SSL_set1_groups(h, [415]),
  SSL_set1_sigalgs: (h) => C.SSL_set1_sigalgs(h, [672, 408]),
  SSL_set1_sigalgs_list: (h) => C.SSL_set1_sigalgs_list(h, 'ECDSA+SHA256'),
  SSL_set1_client_sigalgs: (h) => C.SSL_set1_client_sigalgs(h, [672, 408]),
  SSL_set1_client_sigalgs_list: (h) => C.SSL_set1_client_sigalgs_list(h, 'ECDSA+SHA256'),
  SSL_set1_client_certificate_types: (h) => C.SSL_set1_client_certificate_types(h, bytes),
  SSL_set_tlsext_status_type: (h) => C.SSL_set_tlsext_status_type(h, 1),
  SSL_set_tlsext_status_ocsp_resp: (h) => C.SSL_set_tlsext_status_ocsp_resp(h, bytes),
  SSL_set_psk_use_session_callback: (h) => C.SSL_set_psk_use_session_callback(h, null),
  SSL_set_psk_find_session_callback: (h) => C.SSL_set_psk_find_session_callback(h, null),
  SSL_set_psk_client_callback: (h) => C.SSL_set_psk_client_callback(h, null),
  SSL_set_psk_server_callback: (h) => C.SSL_set_psk_server_callback(h, null),
  SSL_set_allow_early_data_cb: (h) => C.SSL_set_allow_early_data_cb(h, null),
  SSL_set_cert_cb: (h) => C.SSL_set_cert_cb(h, null),
  SSL_set_generate_session_id: (h) => C.SSL_set_generate_session_id(h, null),
  SSL_set_not_resumable_session_callback: (h) => C.SSL_set_not_resumable_session_callback(h, null),
  SSL_set_security_callback: (h) => C.SSL_set_security_callback(h, null),
  SSL_set_record_padding_callback: (h) => C.SSL_set_record_padding_callback(h, null),
  SSL_set_tmp_dh_callback: (h) => C.SSL_set_tmp_dh_callback(h, null),
  SSL_set_default_passwd_cb: (h) => C.SSL_set_default_passwd_cb(h, null),
  SSL_set_session_secret_cb: (h) => C.SSL_set_session_secret_cb(h, null),
  SSL_set_session_ticket_ext_cb: (h) => C.SSL_set_session_ticket_ext_cb(h, null),
  SSL_set_session_ticket_ext: (h) => C.SSL_set_session_ticket_ext(h, null),
  SSL_set_ct_validation_callback: (h) => C.SSL_set_ct_validation_callback(h, null),
  SSL_get_verify_callback: (h) => C.SSL_get_verify_callback(h),
  SSL_get_security_callback: (h) => C.SSL_get_security_callback(h),
  SSL_get_default_passwd_cb: (h) => C.SSL_get_default_passwd_cb(h),
  SSL_get0_peer_scts: (h) => C.SSL_get0_peer_scts(h),
  SSL_get0_dane_authority: (h) => C.SSL_get0_dane_authority(h),
  SSL_get0_dane_tlsa: (h) => C.SSL_get0_dane_tlsa(h),
  SSL_set_info_callback: (h) => C.SSL_set_info_callback(h, null),
  SSL_set_msg_callback: (h) => C.SSL_set_msg_callback(h, null),
  SSL_set_tlsext_debug_callback: (h) => C.SSL_set_tlsext_debug_callback(h, null),
};

test('every exported function of a connection is in the list of this test', () => {
  const names = exported.map(([name]) => name);
  expect(Object.keys(functions).sort()).toEqual(names.sort());
});

describe.each(Object.entries(functions))('%s', (name, call) => {
  test('refuses a freed handle, and one of another kind', () => {
    const both = contexts();
    const session = kept(C.SSL_SESSION_new());
    for (const handle of [stale('connection'), both.client, session, -1, 0.5, Number.NaN]) {
      expect(() => call(handle as C.Handle)).toThrow(invalid);
      expect(() => call(handle as C.Handle)).toThrow(expect.objectContaining({ function: name }));
    }
  });

  test('refuses what is no number', () => {
    for (const value of [undefined, null, '5', 5n, {}, true, Symbol('x')]) {
      expect(() => call(value as never)).toThrow(wrongType);
    }
  });

  test(name === 'SSL_free' ? 'takes NULL' : 'refuses NULL, which crashes in C', () => {
    if (name === 'SSL_free') expect(call(noHandle)).toBe(undefined);
    else expect(() => call(noHandle)).toThrow(unsafe);
  });

  test('does not crash on a connection that has no side, nor on a new one', () => {
    const neither = C.SSL_new(contexts().client);
    const client = C.SSL_new(contexts().client);
    C.SSL_set_connect_state(client);
    for (const ssl of [neither, client]) {
      if (name.startsWith('SSL_renegotiate') && name !== 'SSL_renegotiate_pending')
        expect(() => call(ssl)).toThrow(unsafe); // U13
      else if (name === 'SSL_stateless' && ssl === client)
        expect(() => call(ssl)).toThrow(expect.objectContaining({ code: 'ERR_LIBSSL_STATE' }));
      else call(ssl);
      if (name !== 'SSL_free') C.SSL_free(ssl);
    }
    // up_ref took one more.
    if (name === 'SSL_up_ref') for (const ssl of [neither, client]) C.SSL_free(ssl);
  });
});

test('SSL_new refuses what is no context', () => {
  expect(() => C.SSL_new(stale('context'))).toThrow(invalid);
  expect(() => C.SSL_new(connection())).toThrow(invalid);
  expect(() => C.SSL_new(noHandle)).toThrow(unsafe);
  expect(() => C.SSL_new('1' as never)).toThrow(wrongType);
});

const int = [2 ** 31, -(2 ** 31) - 1, 1.5, Number.NaN];
const uint32 = [2 ** 32, -1, 1.5, Number.NaN];
const room = [-1, 2 ** 31, 0.5, Number.NaN];
const numbers: [(ssl: C.Handle, value: never) => unknown, readonly number[]][] = [
  [C.SSL_key_update, int],
  [C.SSL_read, room],
  [C.SSL_peek, room],
  [C.SSL_read_early_data, room],
  [C.SSL_get_error, int],
  [C.SSL_set_num_tickets, [-1, 2 ** 53, 0.5]],
  [C.SSL_set_max_early_data, uint32],
  [C.SSL_set_recv_max_early_data, uint32],
  [C.SSL_set_min_proto_version, int],
  [C.SSL_set_max_proto_version, int],
  [C.SSL_set_mtu, [2 ** 53, 0.5]],
  [C.SSL_set_options, [2 ** 32, -(2 ** 31) - 1, 0.5]],
  [C.SSL_clear_options, [2 ** 32, -(2 ** 31) - 1, 0.5]],
  [C.SSL_set_tlsext_max_fragment_length, [-1, 256, 0.5]],
  [C.SSL_set_verify, int],
  [C.SSL_set_post_handshake_auth, int],
  [C.SSL_get_servername, int],
  [(h, value) => C.SSL_export_keying_material(h, value, 'x'), room],
];

test.each(numbers.map(([call, values]) => [call, values] as const))(
  'a number that C’s type has not is refused (%#)',
  (call, values) => {
    const ssl = connection();
    for (const value of values) expect(() => call(ssl, value as never)).toThrow(outOfRange);
    for (const value of ['1', null, {}, true]) {
      expect(() => call(ssl, value as never)).toThrow(wrongType);
    }
  },
);

test('texts and bytes of a wrong type are refused', () => {
  const ssl = connection();
  const texts = [
    C.SSL_set_cipher_list,
    C.SSL_set_ciphersuites,
    C.SSL_set_tlsext_host_name,
    C.SSL_set1_host,
    C.SSL_use_psk_identity_hint,
  ];
  for (const call of texts) {
    for (const value of [5, undefined, bytes]) {
      expect(() => call(ssl, value as never)).toThrow(wrongType);
    }
    for (const value of ['a\0b', '€']) {
      expect(() => call(ssl, value)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
      );
    }
  }
  const views = [
    C.BIO_write,
    C.SSL_write,
    C.SSL_write_early_data,
    C.SSL_set_session_id_context,
    C.SSL_set_alpn_protos,
  ];
  for (const call of views) {
    for (const value of [5, undefined, 'abc', null]) {
      expect(() => call(ssl, value as never)).toThrow(wrongType);
    }
  }
  expect(() => C.SSL_export_keying_material(ssl, 1, 5 as never)).toThrow(wrongType);
  expect(() => C.SSL_export_keying_material(ssl, 1, 'x', 'y' as never)).toThrow(wrongType);
  expect(() => C.X509_verify_cert_error_string('x' as never)).toThrow(wrongType);
  expect(() => C.X509_verify_cert_error_string(2n ** 63n)).toThrow(outOfRange);
});

describe('references to a connection', () => {
  test('n up_refs need n + 1 frees', () => {
    const ssl = C.SSL_new(contexts().client);
    for (let i = 0; i < 100; i++) expect(C.SSL_up_ref(ssl)).toBe(1);
    for (let i = 0; i < 100; i++) C.SSL_free(ssl);
    expect(C.SSL_in_before(ssl)).toBe(1);
    C.SSL_free(ssl);
    expect(() => C.SSL_free(ssl)).toThrow(invalid);
  });

  test('a connection may be freed in a callback of its own step', () => {
    const both = contexts(C.TLS1_2_VERSION);
    C.SSL_CTX_sess_set_new_cb(both.client, (ssl) => {
      C.SSL_free(ssl);
      return 0;
    });
    const pair = newPair(both);
    expect(() => shake(pair)).toThrow(invalid);
    C.SSL_free(pair.server);
  });
});

const versions = [
  ['TLSv1', C.TLS1_VERSION, false],
  ['TLSv1.1', C.TLS1_1_VERSION, false],
  ['TLSv1.2', C.TLS1_2_VERSION, false],
  ['TLSv1.3', C.TLS1_3_VERSION, false],
  ['DTLSv1.2', C.DTLS1_2_VERSION, true],
  ['DTLSv1', C.DTLS1_VERSION, true],
] as const;

describe.each(versions)('%s', (name, version, dtls) => {
  test('shakes hands, carries data both ways, and resumes', () => {
    const both = contexts(version, dtls);
    const full = connect(both);
    for (const ssl of [full.client, full.server]) {
      expect(C.SSL_get_version(ssl)).toBe(name);
      expect(C.SSL_version(ssl)).toBe(version);
      expect(C.SSL_is_init_finished(ssl)).toBe(1);
      expect(C.SSL_in_before(ssl)).toBe(0);
      expect(C.SSL_session_reused(ssl)).toBe(0);
      expect(C.SSL_get_current_cipher(ssl)?.bits).toBeGreaterThanOrEqual(128);
    }
    for (const [from, to] of [
      [full.client, full.server],
      [full.server, full.client],
    ] as const) {
      expect(C.SSL_write(from, bytes)).toBe(3);
      carry(from, to);
      expect(C.SSL_peek(to, 2)).toEqual(Buffer.from('ab'));
      expect(C.SSL_pending(to)).toBe(3);
      expect(C.SSL_read(to, 2)).toEqual(Buffer.from('ab'));
      expect(C.SSL_read(to, 2 ** 31 - 1)).toEqual(Buffer.from('c'));
      expect(C.SSL_read(to, 10)).toBe(null);
      expect(C.SSL_get_error(to, -1)).toBe(C.SSL_ERROR_WANT_READ);
    }
    const session = kept(C.SSL_get1_session(full.client));
    close(full);
    const resumed = connect(both, session);
    expect(C.SSL_session_reused(resumed.client)).toBe(1);
    expect(C.SSL_session_reused(resumed.server)).toBe(1);
    close(resumed);
  });

  test('resumes by id, where the server gives no tickets', () => {
    const both = contexts(version, dtls);
    C.SSL_CTX_set_options(both.server, C.SSL_OP_NO_TICKET);
    const session = kept(newSession(both));
    expect(C.SSL_CTX_sess_number(both.server)).toBe(version === both13 ? 2 : 1);
    const resumed = connect(both, session);
    expect(C.SSL_session_reused(resumed.server)).toBe(1);
    close(resumed);
  });
});

describe('a handshake', () => {
  test('begins with SSL_connect and SSL_accept, without a side before', () => {
    const both = contexts();
    const [client, server] = [C.SSL_new(both.client), C.SSL_new(both.server)];
    expect(C.SSL_do_handshake(client)).toBe(-1);
    expect(C.lastErrors()[0]?.reason).toBe('connection type not set');
    expect(C.SSL_connect(client)).toBe(-1);
    expect(C.SSL_get_error(client, -1)).toBe(C.SSL_ERROR_WANT_READ);
    expect(C.SSL_accept(server)).toBe(-1);
    carry(client, server);
    expect(C.SSL_accept(server)).toBe(-1);
    expect(C.SSL_state_string_long(server)).toMatch(/TLSv1.3/);
    carry(server, client);
    expect(C.SSL_connect(client)).toBe(1);
    expect(C.SSL_get_error(client, 1)).toBe(C.SSL_ERROR_NONE);
    carry(client, server);
    expect(C.SSL_accept(server)).toBe(1);
    expect([C.SSL_is_server(client), C.SSL_is_server(server)]).toEqual([0, 1]);
    close({ client, server });
  });

  test('cannot change its side once it has begun', () => {
    const pair = newPair(contexts());
    C.SSL_connect(pair.client);
    expect(() => C.SSL_set_accept_state(pair.client)).toThrow(
      expect.objectContaining({ code: 'ERR_LIBSSL_STATE', function: 'SSL_set_accept_state' }),
    );
    close(pair);
  });

  test('that fails leaves its errors for lastErrors, and the alert for the peer', () => {
    const pair = newPair(contexts());
    expect(C.BIO_write(pair.server, Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toBe(18);
    expect(C.SSL_accept(pair.server)).toBe(-1);
    expect(C.SSL_get_error(pair.server, -1)).toBe(C.SSL_ERROR_SSL);
    expect(C.lastErrors()[0]).toMatchObject({ library: 'SSL routines', reason: 'http request' });
    expect(C.lastErrors()).toHaveLength(1);
    close(pair);
    const two = newPair(contexts());
    C.BIO_write(two.server, Buffer.from('160301000501000001ff', 'hex'));
    expect(C.SSL_accept(two.server)).toBe(-1);
    expect(C.SSL_get_error(two.server, -1)).toBe(C.SSL_ERROR_SSL);
    expect(C.BIO_read(two.server)?.[0]).toBe(21);
    close(two);
  });

  test('tells what was negotiated', () => {
    const both = contexts(C.TLS1_2_VERSION);
    C.SSL_CTX_set_alpn_select_cb(both.server, Buffer.from('\x02h2'));
    C.SSL_CTX_load_verify_locations(both.client, certificate);
    C.SSL_CTX_set_tlsext_servername_callback(both.server, 'x.example', both.server);
    const pair = newPair(both);
    expect(C.SSL_set_tlsext_host_name(pair.client, 'x.example')).toBe(1);
    expect(C.SSL_set_alpn_protos(pair.client, Buffer.from('\x02h2'))).toBe(0);
    expect(C.SSL_set1_host(pair.client, 'elsewhere')).toBe(1);
    expect(C.SSL_get_peer_certificate(pair.client)).toBe(null);
    expect(C.SSL_get_peer_cert_chain(pair.client)).toBe(null);
    expect(C.SSL_export_keying_material(pair.client, 10, 'label')).toBe(null);
    expect(shake(pair)).toBe(true);
    expect(C.SSL_get_servername(pair.server)).toBe('x.example');
    expect(C.SSL_get_servername(pair.server, 1)).toBe(null);
    expect(String(C.SSL_get0_alpn_selected(pair.server))).toBe('h2');
    const der = new X509Certificate(certificate).raw;
    expect(C.SSL_get_peer_certificate(pair.client)).toEqual(der);
    expect(C.SSL_get_peer_cert_chain(pair.client)).toEqual([der]);
    expect(C.SSL_get_peer_certificate(pair.server)).toBe(null);
    expect(C.SSL_get_verify_result(pair.server)).toBe(0);
    const verified = C.SSL_get_verify_result(pair.client);
    expect(verified).toBe(62);
    expect(C.X509_verify_cert_error_string(verified)).toBe('Hostname mismatch');
    const label = 'EXPERIMENTAL-x';
    const material = C.SSL_export_keying_material(pair.client, 40, label);
    expect(material).toHaveLength(40);
    expect(C.SSL_export_keying_material(pair.server, 40, label)).toEqual(material);
    expect(C.SSL_export_keying_material(pair.server, 40, label, bytes)).not.toEqual(material);
    expect(C.SSL_export_keying_material(pair.server, 0, label)?.length ?? 0).toBe(0);
    close(pair);
  });

  test('fails where the certificate is not trusted', () => {
    const both = contexts();
    const pair = newPair(both);
    C.SSL_set_verify(pair.client, C.SSL_VERIFY_PEER);
    expect(shake(pair)).toBe(false);
    expect(C.lastErrors()[0]?.reason).toBe('certificate verify failed');
    expect(C.SSL_get_verify_result(pair.client)).not.toBe(0);
    close(pair);
  });
});

test('settings of a connection return what C returns', () => {
  const ssl = connection();
  expect(C.SSL_set_num_tickets(ssl, 3)).toBe(1);
  expect(C.SSL_get_num_tickets(ssl)).toBe(3);
  expect(C.SSL_set_max_early_data(ssl, 5)).toBe(1);
  expect(C.SSL_get_max_early_data(ssl)).toBe(5);
  expect(C.SSL_set_recv_max_early_data(ssl, 6)).toBe(1);
  expect(C.SSL_get_recv_max_early_data(ssl)).toBe(6);
  expect(C.SSL_get_early_data_status(ssl)).toBe(C.SSL_EARLY_DATA_NOT_SENT);
  expect(C.SSL_set_min_proto_version(ssl, C.TLS1_1_VERSION)).toBe(1);
  expect(C.SSL_get_min_proto_version(ssl)).toBe(C.TLS1_1_VERSION);
  expect(C.SSL_set_max_proto_version(ssl, 5)).toBe(0);
  expect(C.SSL_get_max_proto_version(ssl)).toBe(0);
  const before = Number(C.SSL_get_options(ssl));
  expect(C.SSL_set_options(ssl, C.SSL_OP_NO_TICKET)).toBe(before | C.SSL_OP_NO_TICKET);
  expect(C.SSL_clear_options(ssl, C.SSL_OP_NO_TICKET)).toBe(before);
  expect(C.SSL_set_cipher_list(ssl, 'AES128-SHA')).toBe(1);
  expect(C.SSL_set_cipher_list(ssl, 'no such')).toBe(0);
  expect(C.SSL_set_ciphersuites(ssl, 'TLS_AES_128_GCM_SHA256')).toBe(1);
  expect(C.SSL_set_session_id_context(ssl, Buffer.alloc(33))).toBe(0);
  expect(C.SSL_set_session_id_context(ssl, bytes)).toBe(1);
  expect(C.SSL_set_tlsext_max_fragment_length(ssl, 5)).toBe(0);
  expect(C.SSL_set_tlsext_host_name(ssl, 'x'.repeat(256))).toBe(0);
  expect(C.SSL_set_tlsext_host_name(ssl, null)).toBe(1);
  expect(C.SSL_use_psk_identity_hint(ssl, 'hint')).toBe(1);
  expect(C.SSL_get_psk_identity(ssl)).toBe(null);
  expect(C.SSL_get_psk_identity_hint(ssl)).toBe(null);
  expect(C.SSL_get_default_timeout(ssl)).toBe(7200);
  expect(C.SSL_set_mtu(ssl, 1400)).toBe(0); // no DTLS
  expect(C.SSL_set_verify(ssl, 1)).toBe(undefined);
  expect(C.SSL_set_post_handshake_auth(ssl, 1)).toBe(undefined);
  expect(C.SSL_get1_session(ssl)).toBe(0);
  expect(C.BIO_read(ssl)).toBe(null);
  expect(C.BIO_write(ssl, Buffer.alloc(0))).toBe(0);
  const datagrams = C.SSL_new(contexts(0, true).client);
  expect(C.SSL_set_mtu(datagrams, 1)).toBe(0);
  expect(C.SSL_set_mtu(datagrams, 1400)).toBe(1400);
  C.SSL_free(datagrams);
});

describe('sessions', () => {
  test('a maximum fragment length is in the session', () => {
    const both = contexts(C.TLS1_2_VERSION);
    const pair = newPair(both);
    C.SSL_set_tlsext_max_fragment_length(pair.client, C.TLSEXT_max_fragment_length_1024);
    expect(shake(pair)).toBe(true);
    const session = kept(C.SSL_get1_session(pair.client));
    expect(C.SSL_SESSION_get_max_fragment_length(session)).toBe(2);
    close(pair);
  });

  test('SSL_free without SSL_shutdown marks the session, also yours', () => {
    const both = contexts(C.TLS1_2_VERSION);
    const pair = connect(both);
    const session = kept(C.SSL_get1_session(pair.client));
    expect(C.SSL_SESSION_is_resumable(session)).toBe(1);
    C.SSL_free(pair.client);
    C.SSL_free(pair.server);
    expect(C.SSL_SESSION_is_resumable(session)).toBe(0);
  });

  test('U8: one of another context is offered as a dup', () => {
    const [one, other] = [contexts(C.TLS1_2_VERSION), contexts(C.TLS1_2_VERSION)];
    const session = kept(newSession(one));
    const pair = newPair({ client: other.client, server: one.server }, session);
    expect(shake(pair)).toBe(true);
    expect(C.SSL_session_reused(pair.client)).toBe(1);
    const used = kept(C.SSL_get1_session(pair.client));
    expect(C.SSL_SESSION_get_id(used)).toEqual(C.SSL_SESSION_get_id(session));
    C.SSL_free(pair.client); // marks what was used, and not what is ours
    C.SSL_free(pair.server);
    expect(C.SSL_SESSION_is_resumable(used)).toBe(0);
    expect(C.SSL_SESSION_is_resumable(session)).toBe(1);
  });

  test('a session that is replaced under way ends the connection', () => {
    const both = contexts(C.TLS1_2_VERSION);
    const session = kept(newSession(both));
    const pair = connect(both);
    expect(C.SSL_set_session(pair.client, session)).toBe(1);
    const current = kept(C.SSL_get1_session(pair.client));
    expect(C.SSL_SESSION_get_id(current)).toEqual(C.SSL_SESSION_get_id(session));
    expect(() => C.SSL_write(pair.client, bytes)).toThrow(unsafe);
    C.SSL_free(pair.client);
    C.SSL_free(pair.server);
  });

  test('SSL_set_session refuses a handle of another kind', () => {
    const ssl = connection();
    expect(() => C.SSL_set_session(ssl, ssl)).toThrow(invalid);
    expect(() => C.SSL_set_session(ssl, stale('session'))).toThrow(invalid);
    expect(() => C.SSL_set_session(ssl, '0' as never)).toThrow(wrongType);
    expect(C.SSL_set_session(ssl, 0)).toBe(1);
  });

  test.each([
    ['TLS 1.2', C.TLS1_2_VERSION],
    ['TLS 1.3', C.TLS1_3_VERSION],
  ])('SSL_clear makes a connection ready to resume its own session, in %s', (_, version) => {
    const both = contexts(version);
    const pair = connect(both);
    C.SSL_shutdown(pair.client);
    C.SSL_shutdown(pair.server);
    C.SSL_free(pair.server);
    C.BIO_read(pair.client);
    expect(C.SSL_clear(pair.client)).toBe(1);
    const server = C.SSL_new(both.server);
    C.SSL_set_accept_state(server);
    const again = { client: pair.client, server };
    expect(shake(again)).toBe(true);
    expect(C.SSL_session_reused(again.client)).toBe(1);
    close(again);
  });
});

describe('after the handshake', () => {
  test.each([
    ['SSL_read', C.SSL_read],
    ['SSL_peek', C.SSL_peek],
  ])('%s gives the bytes, and no others', (_, read) => {
    const pair = connect(contexts());
    C.SSL_write(pair.client, bytes);
    carry(pair.client, pair.server);
    const data = read(pair.server, 16_384);
    expect(data).toEqual(bytes);
    // Memory behind them would stay as long as they do, and go to whoever they are cloned for.
    expect(data?.buffer.byteLength).toBe(bytes.length);
    close(pair);
  });

  test('both sides shut down', () => {
    const pair = connect(contexts());
    expect(C.SSL_get_shutdown(pair.client)).toBe(0);
    expect(C.SSL_shutdown(pair.client)).toBe(0);
    expect(C.SSL_get_shutdown(pair.client)).toBe(C.SSL_SENT_SHUTDOWN);
    carry(pair.client, pair.server);
    expect(C.SSL_read(pair.server, 1)).toBe(null);
    expect(C.SSL_get_error(pair.server, 0)).toBe(C.SSL_ERROR_ZERO_RETURN);
    expect(C.SSL_shutdown(pair.server)).toBe(1);
    carry(pair.server, pair.client);
    expect(C.SSL_shutdown(pair.client)).toBe(1);
    expect(C.SSL_get_shutdown(pair.client)).toBe(3);
    C.SSL_free(pair.client);
    C.SSL_free(pair.server);
  });

  test('keys are updated, in TLS 1.3 only', () => {
    for (const [version, result] of [
      [C.TLS1_3_VERSION, 1],
      [C.TLS1_2_VERSION, 0],
    ] as const) {
      const pair = connect(contexts(version));
      expect(C.SSL_key_update(pair.client, C.SSL_KEY_UPDATE_REQUESTED)).toBe(result);
      expect(C.SSL_write(pair.client, bytes)).toBe(3);
      carry(pair.client, pair.server);
      expect(C.SSL_read(pair.server, 3)).toEqual(bytes);
      close(pair);
    }
  });

  test('a connection is renegotiated, up to TLS 1.2', () => {
    const both = contexts(C.TLS1_2_VERSION);
    const pair = connect(both);
    expect(C.SSL_renegotiate(pair.client)).toBe(1);
    expect(C.SSL_do_handshake(pair.client)).toBe(-1);
    for (let i = 0; i < 4; i++) {
      carry(pair.client, pair.server);
      expect(C.SSL_read(pair.server, 1)).toBe(null);
      carry(pair.server, pair.client);
      expect(C.SSL_read(pair.client, 1)).toBe(null);
    }
    expect(C.SSL_is_init_finished(pair.client)).toBe(1);
    expect(C.SSL_CTX_sess_connect_renegotiate(both.client)).toBe(1);
    expect(C.SSL_CTX_sess_accept_renegotiate(both.server)).toBe(1);
    close(pair);
    const newer = connect(contexts(C.TLS1_3_VERSION));
    expect(C.SSL_renegotiate(newer.client)).toBe(0);
    expect(C.lastErrors()[0]?.reason).toBe('wrong ssl version');
    close(newer);
  });

  test('SSL_write_ex, SSL_peek_ex and SSL_read_ex do what they do without _ex', () => {
    const pair = connect(contexts());
    expect(C.SSL_write_ex(pair.client, bytes)).toBe(3);
    expect(C.SSL_read_ex(pair.server, 9)).toBe(null);
    expect(C.SSL_get_error(pair.server, 0)).toBe(C.SSL_ERROR_WANT_READ);
    carry(pair.client, pair.server);
    expect(C.SSL_peek_ex(pair.server, 2)).toEqual(bytes.subarray(0, 2));
    expect(C.SSL_read_ex(pair.server, 9)).toEqual(bytes);
    C.SSL_shutdown(pair.client);
    expect(C.SSL_write_ex(pair.client, bytes)).toBe(null);
    expect(C.lastErrors()[0]?.reason).toBe('protocol is shutdown');
    close(pair);
  });

  test('an abbreviated renegotiation resumes the session', () => {
    for (const [renegotiate, reused] of [
      [C.SSL_renegotiate, 0],
      [C.SSL_renegotiate_abbreviated, 1],
    ] as const) {
      const pair = connect(contexts(C.TLS1_2_VERSION));
      expect(C.SSL_session_reused(pair.client)).toBe(0);
      expect(renegotiate(pair.client)).toBe(1);
      expect(C.SSL_do_handshake(pair.client)).toBe(-1);
      for (let i = 0; i < 4; i++) {
        carry(pair.client, pair.server);
        expect(C.SSL_read(pair.server, 1)).toBe(null);
        carry(pair.server, pair.client);
        expect(C.SSL_read(pair.client, 1)).toBe(null);
      }
      expect(C.SSL_is_init_finished(pair.client)).toBe(1);
      expect(C.SSL_session_reused(pair.client)).toBe(reused);
      expect(C.SSL_session_reused(pair.server)).toBe(reused);
      close(pair);
    }
  });

  test('a TLS 1.3 server asks for a certificate later', () => {
    const both = contexts(C.TLS1_3_VERSION);
    C.SSL_CTX_use_certificate_chain(both.client, certificate);
    C.SSL_CTX_use_PrivateKey(both.client, privateKey);
    C.SSL_CTX_load_verify_locations(both.server, certificate, true);
    const pair = newPair(both);
    C.SSL_set_post_handshake_auth(pair.client, 1);
    expect(shake(pair)).toBe(true);
    expect(C.SSL_read(pair.client, 1)).toBe(null);
    expect(C.SSL_get_peer_certificate(pair.server)).toBe(null);
    C.SSL_set_verify(pair.server, C.SSL_VERIFY_PEER);
    expect(C.SSL_verify_client_post_handshake(pair.server)).toBe(1);
    expect(C.SSL_do_handshake(pair.server)).toBe(1);
    carry(pair.server, pair.client);
    expect(C.SSL_read(pair.client, 1)).toBe(null);
    carry(pair.client, pair.server);
    expect(C.SSL_read(pair.server, 1)).toBe(null);
    expect(C.SSL_get_peer_certificate(pair.server)).toEqual(new X509Certificate(certificate).raw);
    close(pair);
  });
});

describe('early data', () => {
  test('is read by the server before the handshake, and the answer comes with it', () => {
    const both = contexts(C.TLS1_3_VERSION);
    C.SSL_CTX_set_max_early_data(both.server, 100);
    const session = kept(newSession(both));
    expect(C.SSL_SESSION_get_max_early_data(session)).toBe(100);
    const pair = newPair(both, session);
    expect(C.SSL_write_early_data(pair.client, bytes)).toBe(1);
    carry(pair.client, pair.server);
    const read = C.SSL_read_early_data(pair.server, 10);
    expect(read).toEqual([C.SSL_READ_EARLY_DATA_SUCCESS, bytes]);
    expect(shake(pair)).toBe(true);
    expect(C.SSL_get_early_data_status(pair.client)).toBe(C.SSL_EARLY_DATA_ACCEPTED);
    expect(C.SSL_get_early_data_status(pair.server)).toBe(C.SSL_EARLY_DATA_ACCEPTED);
    close(pair);
  });

  test('of a connection without a session for it is refused', () => {
    const pair = newPair(contexts(C.TLS1_3_VERSION));
    expect(C.SSL_write_early_data(pair.client, bytes)).toBe(0);
    expect(C.lastErrors()).not.toEqual([]);
    close(pair);
  });

  test('goes with an external PSK', () => {
    const both = contexts(C.TLS1_3_VERSION);
    const identity = Buffer.from('psk');
    const psk = kept(newPsk());
    C.SSL_SESSION_set_max_early_data(psk, 1000);
    C.SSL_CTX_set_max_early_data(both.server, 1000);
    C.SSL_CTX_set_psk_use_session_callback(both.client, { identity, session: psk });
    C.SSL_CTX_set_psk_find_session_callback(both.server, [[identity, psk]]);
    const pair = newPair(both);
    expect(C.SSL_write_early_data(pair.client, bytes)).toBe(1);
    carry(pair.client, pair.server);
    expect(C.SSL_read_early_data(pair.server, 10)).toEqual([1, bytes]);
    expect(shake(pair)).toBe(true);
    close(pair);
  });
});

describe('what the handshake was made of', () => {
  function connected(version: number, prepare: (client: C.Handle) => unknown = () => {}) {
    const pair = newPair(contexts(version));
    prepare(pair.client);
    expect(shake(pair)).toBe(true);
    freeing.push(() => close(pair));
    return pair;
  }

  test('SSL_get_finished is what the peer has for SSL_get_peer_finished, and the reverse', () => {
    for (const version of [C.TLS1_2_VERSION, both13]) {
      const pair = connected(version);
      expect(C.SSL_get_finished(pair.client).length).toBeGreaterThan(11);
      expect(C.SSL_get_finished(pair.client)).toEqual(C.SSL_get_peer_finished(pair.server));
      expect(C.SSL_get_finished(pair.server)).toEqual(C.SSL_get_peer_finished(pair.client));
    }
    const fresh = connection();
    expect(C.SSL_get_finished(fresh)).toHaveLength(0);
  });

  test('SSL_get_certificate is the own one, which only the server has', () => {
    const pair = connected(both13);
    expect(C.SSL_get_certificate(pair.server)).toEqual(new X509Certificate(certificate).raw);
    expect(C.SSL_get_certificate(pair.client)).toBe(null);
  });

  test('SSL_get_peer_tmp_key names the curve, or the kind of the key', () => {
    for (const [groups, key] of [
      ['X25519', { id: 1034, name: 'X25519', bits: 253 }],
      ['P-256', { id: 408, name: 'prime256v1', bits: 256 }],
      ['P-384', { id: 408, name: 'secp384r1', bits: 384 }],
    ] as const) {
      const pair = connected(both13, (client) => C.SSL_set1_groups_list(client, groups));
      expect(C.SSL_get_peer_tmp_key(pair.client)).toEqual(key);
    }
    expect(C.SSL_get_peer_tmp_key(connection())).toBe(null);
  });

  test('SSL_set_max_send_fragment makes records of at most that many bytes', () => {
    const pair = connected(both13);
    expect(C.SSL_set_max_send_fragment(pair.client, 511)).toBe(0);
    expect(C.SSL_set_max_send_fragment(pair.client, 16_385)).toBe(0);
    expect(C.SSL_set_max_send_fragment(pair.client, 512)).toBe(1);
    C.SSL_write(pair.client, Buffer.alloc(1024));
    const sent = C.BIO_read(pair.client) as Buffer;
    // A record has its length in two bytes, after type and version; 17 bytes are of TLS 1.3.
    expect(sent.readUInt16BE(3)).toBe(512 + 17);
  });

  test('a quiet SSL_shutdown sends nothing, and both ends count as sent', () => {
    const pair = connected(both13);
    C.BIO_read(pair.client);
    C.SSL_set_quiet_shutdown(pair.client, 1);
    expect(C.SSL_get_quiet_shutdown(pair.client)).toBe(1);
    expect(C.SSL_shutdown(pair.client)).toBe(1);
    expect(C.BIO_read(pair.client)).toBe(null);
    expect(C.SSL_get_shutdown(pair.client)).toBe(C.SSL_SENT_SHUTDOWN | C.SSL_RECEIVED_SHUTDOWN);
  });

  test('SSL_get_verify_mode gives what SSL_set_verify has set', () => {
    const ssl = connection();
    expect(C.SSL_get_verify_mode(ssl)).toBe(C.SSL_VERIFY_NONE);
    C.SSL_set_verify(ssl, C.SSL_VERIFY_PEER);
    expect(C.SSL_get_verify_mode(ssl)).toBe(C.SSL_VERIFY_PEER);
  });
});
