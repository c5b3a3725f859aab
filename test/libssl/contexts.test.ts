// The SSL_CTX_… functions of the C-named module: each works, and refuses what C leaves undefined;
// the callbacks, and the rules U3 to U7 and U10, on handshakes in memory.

import { LibsslError, SslSession, sessionCounts, startCounting } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
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
const { contextsOf: contexts, freeing } = freedAfterEach();
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

function context(method: C.SslMethod = C.TLS_method()): C.Handle {
  const ctx = C.SSL_CTX_new(method);
  freeing.push(() => C.SSL_CTX_free(ctx));
  return ctx;
}

/** A session that the test frees in the end. */
function kept(session: C.Handle): C.Handle {
  expect(session).not.toBe(0);
  freeing.push(() => C.SSL_SESSION_free(session));
  return session;
}

const noSession = 0 as C.Handle;
const bytes = Buffer.from('abc');
const alpn = Buffer.from('\x02h2');

// Each function of a context, with arguments that are right but for the handle.
const functions: Record<string, (ctx: C.Handle) => unknown> = {
  SSL_CTX_up_ref: (h) => C.SSL_CTX_up_ref(h),
  SSL_CTX_free: (h) => C.SSL_CTX_free(h),
  SSL_CTX_add_session: (h) => C.SSL_CTX_add_session(h, noSession),
  SSL_CTX_remove_session: (h) => C.SSL_CTX_remove_session(h, 0),
  SSL_CTX_flush_sessions: (h) => C.SSL_CTX_flush_sessions(h, 0),
  SSL_CTX_sessions: (h) => C.SSL_CTX_sessions(h),
  SSL_CTX_sess_number: (h) => C.SSL_CTX_sess_number(h),
  SSL_CTX_sess_connect: (h) => C.SSL_CTX_sess_connect(h),
  SSL_CTX_sess_connect_good: (h) => C.SSL_CTX_sess_connect_good(h),
  SSL_CTX_sess_connect_renegotiate: (h) => C.SSL_CTX_sess_connect_renegotiate(h),
  SSL_CTX_sess_accept: (h) => C.SSL_CTX_sess_accept(h),
  SSL_CTX_sess_accept_good: (h) => C.SSL_CTX_sess_accept_good(h),
  SSL_CTX_sess_accept_renegotiate: (h) => C.SSL_CTX_sess_accept_renegotiate(h),
  SSL_CTX_sess_hits: (h) => C.SSL_CTX_sess_hits(h),
  SSL_CTX_sess_cb_hits: (h) => C.SSL_CTX_sess_cb_hits(h),
  SSL_CTX_sess_misses: (h) => C.SSL_CTX_sess_misses(h),
  SSL_CTX_sess_timeouts: (h) => C.SSL_CTX_sess_timeouts(h),
  SSL_CTX_sess_cache_full: (h) => C.SSL_CTX_sess_cache_full(h),
  SSL_CTX_set_session_cache_mode: (h) => C.SSL_CTX_set_session_cache_mode(h, 1),
  SSL_CTX_get_session_cache_mode: (h) => C.SSL_CTX_get_session_cache_mode(h),
  SSL_CTX_sess_set_cache_size: (h) => C.SSL_CTX_sess_set_cache_size(h, 1),
  SSL_CTX_sess_get_cache_size: (h) => C.SSL_CTX_sess_get_cache_size(h),
  SSL_CTX_set_timeout: (h) => C.SSL_CTX_set_timeout(h, 1),
  SSL_CTX_get_timeout: (h) => C.SSL_CTX_get_timeout(h),
  SSL_CTX_set_session_id_context: (h) => C.SSL_CTX_set_session_id_context(h, bytes),
  SSL_CTX_set_num_tickets: (h) => C.SSL_CTX_set_num_tickets(h, 1),
  SSL_CTX_get_num_tickets: (h) => C.SSL_CTX_get_num_tickets(h),
  SSL_CTX_set_max_early_data: (h) => C.SSL_CTX_set_max_early_data(h, 1),
  SSL_CTX_get_max_early_data: (h) => C.SSL_CTX_get_max_early_data(h),
  SSL_CTX_set_recv_max_early_data: (h) => C.SSL_CTX_set_recv_max_early_data(h, 1),
  SSL_CTX_get_recv_max_early_data: (h) => C.SSL_CTX_get_recv_max_early_data(h),
  SSL_CTX_set_tlsext_ticket_keys: (h) => C.SSL_CTX_set_tlsext_ticket_keys(h, [Buffer.alloc(80)]),
  SSL_CTX_set_min_proto_version: (h) => C.SSL_CTX_set_min_proto_version(h, 0),
  SSL_CTX_set_max_proto_version: (h) => C.SSL_CTX_set_max_proto_version(h, 0),
  SSL_CTX_get_min_proto_version: (h) => C.SSL_CTX_get_min_proto_version(h),
  SSL_CTX_get_max_proto_version: (h) => C.SSL_CTX_get_max_proto_version(h),
  SSL_CTX_set_options: (h) => C.SSL_CTX_set_options(h, 0),
  SSL_CTX_clear_options: (h) => C.SSL_CTX_clear_options(h, 0),
  SSL_CTX_get_options: (h) => C.SSL_CTX_get_options(h),
  SSL_CTX_get_ssl_method: (h) => C.SSL_CTX_get_ssl_method(h),
  SSL_CTX_set_read_ahead: (h) => C.SSL_CTX_set_read_ahead(h, 1),
  SSL_CTX_get_read_ahead: (h) => C.SSL_CTX_get_read_ahead(h),
  SSL_CTX_set1_groups_list: (h) => C.SSL_CTX_set1_groups_list(h, 'X25519'),
  SSL_CTX_set_cipher_list: (h) => C.SSL_CTX_set_cipher_list(h, 'ALL'),
  SSL_CTX_set_ciphersuites: (h) => C.SSL_CTX_set_ciphersuites(h, ''),
  SSL_CTX_set_security_level: (h) => C.SSL_CTX_set_security_level(h, 1),
  SSL_CTX_get_security_level: (h) => C.SSL_CTX_get_security_level(h),
  SSL_CTX_set_alpn_protos: (h) => C.SSL_CTX_set_alpn_protos(h, alpn),
  SSL_CTX_set_tlsext_max_fragment_length: (h) => C.SSL_CTX_set_tlsext_max_fragment_length(h, 1),
  SSL_CTX_use_psk_identity_hint: (h) => C.SSL_CTX_use_psk_identity_hint(h, null),
  SSL_CTX_set_verify: (h) => C.SSL_CTX_set_verify(h, 0),
  SSL_CTX_get_verify_mode: (h) => C.SSL_CTX_get_verify_mode(h),
  SSL_CTX_set_post_handshake_auth: (h) => C.SSL_CTX_set_post_handshake_auth(h, 1),
  SSL_CTX_use_certificate_chain: (h) => C.SSL_CTX_use_certificate_chain(h, certificate),
  SSL_CTX_use_PrivateKey: (h) => C.SSL_CTX_use_PrivateKey(h, privateKey),
  SSL_CTX_check_private_key: (h) => C.SSL_CTX_check_private_key(h),
  SSL_CTX_load_verify_locations: (h) => C.SSL_CTX_load_verify_locations(h, certificate),
  SSL_CTX_set_default_verify_paths: (h) => C.SSL_CTX_set_default_verify_paths(h),
  SSL_CTX_get_ciphers: (h) => C.SSL_CTX_get_ciphers(h),
  SSL_CTX_set_verify_depth: (h) => C.SSL_CTX_set_verify_depth(h, 1),
  SSL_CTX_get_verify_depth: (h) => C.SSL_CTX_get_verify_depth(h),
  SSL_CTX_set_purpose: (h) => C.SSL_CTX_set_purpose(h, 1),
  SSL_CTX_set_trust: (h) => C.SSL_CTX_set_trust(h, 1),
  SSL_CTX_set_quiet_shutdown: (h) => C.SSL_CTX_set_quiet_shutdown(h, 1),
  SSL_CTX_get_quiet_shutdown: (h) => C.SSL_CTX_get_quiet_shutdown(h),
  SSL_CTX_set_block_padding: (h) => C.SSL_CTX_set_block_padding(h, 16),
  SSL_CTX_set_default_read_buffer_len: (h) => C.SSL_CTX_set_default_read_buffer_len(h, 17_000),
  SSL_CTX_get0_certificate: (h) => C.SSL_CTX_get0_certificate(h),
  SSL_CTX_get0_privatekey: (h) => C.SSL_CTX_get0_privatekey(h),
  SSL_CTX_add_client_CA: (h) => C.SSL_CTX_add_client_CA(h, bytes),
  SSL_CTX_add1_to_CA_list: (h) => C.SSL_CTX_add1_to_CA_list(h, bytes),
  SSL_CTX_get_client_CA_list: (h) => C.SSL_CTX_get_client_CA_list(h),
  SSL_CTX_get0_CA_list: (h) => C.SSL_CTX_get0_CA_list(h),
  SSL_CTX_set_default_verify_dir: (h) => C.SSL_CTX_set_default_verify_dir(h),
  SSL_CTX_set_default_verify_file: (h) => C.SSL_CTX_set_default_verify_file(h),
  SSL_CTX_config: (h) => C.SSL_CTX_config(h, 'none'),
  SSL_CTX_enable_ct: (h) => C.SSL_CTX_enable_ct(h, 0),
  SSL_CTX_ct_is_enabled: (h) => C.SSL_CTX_ct_is_enabled(h),
  SSL_CTX_set_ctlog_list_file: (h) => C.SSL_CTX_set_ctlog_list_file(h, '/no/such'),
  SSL_CTX_set_default_ctlog_list_file: (h) => C.SSL_CTX_set_default_ctlog_list_file(h),
  SSL_CTX_dane_enable: (h) => C.SSL_CTX_dane_enable(h),
  SSL_CTX_dane_set_flags: (h) => C.SSL_CTX_dane_set_flags(h, 1),
  SSL_CTX_dane_clear_flags: (h) => C.SSL_CTX_dane_clear_flags(h, 1),
  SSL_CTX_set_tlsext_use_srtp: (h) => C.SSL_CTX_set_tlsext_use_srtp(h, 'SRTP_AES128_CM_SHA1_80'),
  SSL_CTX_set_srp_username: (h) => C.SSL_CTX_set_srp_username(h, 'user'),
  SSL_CTX_set_srp_password: (h) => C.SSL_CTX_set_srp_password(h, 'pass'),
  SSL_CTX_set_srp_strength: (h) => C.SSL_CTX_set_srp_strength(h, 1024),
  SSL_CTX_has_client_custom_ext: (h) => C.SSL_CTX_has_client_custom_ext(h, 18),
  SSL_CTX_use_serverinfo: (h) => C.SSL_CTX_use_serverinfo(h, bytes),
  SSL_CTX_use_serverinfo_ex: (h) => C.SSL_CTX_use_serverinfo_ex(h, 2, bytes),
  SSL_CTX_use_serverinfo_file: (h) => C.SSL_CTX_use_serverinfo_file(h, '/no/such'),
  SSL_CTX_use_certificate: (h) => C.SSL_CTX_use_certificate(h, bytes),
  SSL_CTX_use_certificate_file: (h) => C.SSL_CTX_use_certificate_file(h, '/no/such', 1),
  SSL_CTX_use_certificate_chain_file: (h) => C.SSL_CTX_use_certificate_chain_file(h, '/no/such'),
  SSL_CTX_use_certificate_ASN1: (h) => C.SSL_CTX_use_certificate_ASN1(h, bytes),
  SSL_CTX_use_PrivateKey_file: (h) => C.SSL_CTX_use_PrivateKey_file(h, '/no/such', 1),
  SSL_CTX_use_PrivateKey_ASN1: (h) => C.SSL_CTX_use_PrivateKey_ASN1(6, h, bytes),
  SSL_CTX_use_RSAPrivateKey: (h) => C.SSL_CTX_use_RSAPrivateKey(h, bytes),
  SSL_CTX_use_RSAPrivateKey_file: (h) => C.SSL_CTX_use_RSAPrivateKey_file(h, '/no/such', 1),
  SSL_CTX_use_RSAPrivateKey_ASN1: (h) => C.SSL_CTX_use_RSAPrivateKey_ASN1(h, bytes),
  SSL_CTX_use_cert_and_key: (h) => C.SSL_CTX_use_cert_and_key(h, bytes, bytes, null, 1),
  SSL_CTX_set_client_CA_list: (h) => C.SSL_CTX_set_client_CA_list(h, []),
  SSL_CTX_set0_CA_list: (h) => C.SSL_CTX_set0_CA_list(h, []),
  SSL_CTX_get_default_read_ahead: (h) => C.SSL_CTX_get_default_read_ahead(h),
  SSL_CTX_set_default_read_ahead: (h) => C.SSL_CTX_set_default_read_ahead(h, 1),
  SSL_CTX_set_mode: (h) => C.SSL_CTX_set_mode(h, 1),
  SSL_CTX_clear_mode: (h) => C.SSL_CTX_clear_mode(h, 1),
  SSL_CTX_get_mode: (h) => C.SSL_CTX_get_mode(h),
  SSL_CTX_set_cert_flags: (h) => C.SSL_CTX_set_cert_flags(h, 1),
  SSL_CTX_clear_cert_flags: (h) => C.SSL_CTX_clear_cert_flags(h, 1),
  SSL_CTX_set_max_cert_list: (h) => C.SSL_CTX_set_max_cert_list(h, 1000),
  SSL_CTX_get_max_cert_list: (h) => C.SSL_CTX_get_max_cert_list(h),
  SSL_CTX_set_max_send_fragment: (h) => C.SSL_CTX_set_max_send_fragment(h, 512),
  SSL_CTX_set_split_send_fragment: (h) => C.SSL_CTX_set_split_send_fragment(h, 512),
  SSL_CTX_set_max_pipelines: (h) => C.SSL_CTX_set_max_pipelines(h, 1),
  SSL_CTX_set_tlsext_status_type: (h) => C.SSL_CTX_set_tlsext_status_type(h, 1),
  SSL_CTX_get_tlsext_status_type: (h) => C.SSL_CTX_get_tlsext_status_type(h),
  SSL_CTX_set_dh_auto: (h) => C.SSL_CTX_set_dh_auto(h, 1),
  SSL_CTX_set1_groups: (h) => C.SSL_CTX_set1_groups(h, [415]),
  SSL_CTX_set1_sigalgs: (h) => C.SSL_CTX_set1_sigalgs(h, [672, 408]),
  SSL_CTX_set1_sigalgs_list: (h) => C.SSL_CTX_set1_sigalgs_list(h, 'ECDSA+SHA256'),
  SSL_CTX_set1_client_sigalgs: (h) => C.SSL_CTX_set1_client_sigalgs(h, [672, 408]),
  SSL_CTX_set1_client_sigalgs_list: (h) => C.SSL_CTX_set1_client_sigalgs_list(h, 'ECDSA+SHA256'),
  SSL_CTX_set1_client_certificate_types: (h) => C.SSL_CTX_set1_client_certificate_types(h, bytes),
  SSL_CTX_clear_extra_chain_certs: (h) => C.SSL_CTX_clear_extra_chain_certs(h),
  SSL_CTX_build_cert_chain: (h) => C.SSL_CTX_build_cert_chain(h, 0),
  SSL_CTX_set_current_cert: (h) => C.SSL_CTX_set_current_cert(h, 1),
  SSL_CTX_sess_set_new_cb: (h) => C.SSL_CTX_sess_set_new_cb(h, null),
  SSL_CTX_sess_set_remove_cb: (h) => C.SSL_CTX_sess_set_remove_cb(h, null),
  SSL_CTX_sess_set_get_cb: (h) => C.SSL_CTX_sess_set_get_cb(h, null),
  SSL_CTX_set_info_callback: (h) => C.SSL_CTX_set_info_callback(h, null),
  SSL_CTX_set_msg_callback: (h) => C.SSL_CTX_set_msg_callback(h, null),
  SSL_CTX_get_info_callback: (h) => C.SSL_CTX_get_info_callback(h),
  SSL_CTX_set_keylog_callback: (h) => C.SSL_CTX_set_keylog_callback(h, null),
  SSL_CTX_sess_get_new_cb: (h) => C.SSL_CTX_sess_get_new_cb(h),
  SSL_CTX_sess_get_remove_cb: (h) => C.SSL_CTX_sess_get_remove_cb(h),
  SSL_CTX_sess_get_get_cb: (h) => C.SSL_CTX_sess_get_get_cb(h),
  SSL_CTX_get_keylog_callback: (h) => C.SSL_CTX_get_keylog_callback(h),
  SSL_CTX_set_psk_use_session_callback: (h) => C.SSL_CTX_set_psk_use_session_callback(h, null),
  SSL_CTX_set_psk_find_session_callback: (h) => C.SSL_CTX_set_psk_find_session_callback(h, null),
  SSL_CTX_set_psk_client_callback: (h) => C.SSL_CTX_set_psk_client_callback(h, null),
  SSL_CTX_set_psk_server_callback: (h) => C.SSL_CTX_set_psk_server_callback(h, null),
  SSL_CTX_set_allow_early_data_cb: (h) => C.SSL_CTX_set_allow_early_data_cb(h, null),
  SSL_CTX_set_session_ticket_cb: (h) => C.SSL_CTX_set_session_ticket_cb(h, null),
  SSL_CTX_set_client_cert_cb: (h) => C.SSL_CTX_set_client_cert_cb(h, null),
  SSL_CTX_set_generate_session_id: (h) => C.SSL_CTX_set_generate_session_id(h, null),
  SSL_CTX_set_not_resumable_session_callback: (h) =>
    C.SSL_CTX_set_not_resumable_session_callback(h, null),
  SSL_CTX_set_security_callback: (h) => C.SSL_CTX_set_security_callback(h, null),
  SSL_CTX_set_record_padding_callback: (h) => C.SSL_CTX_set_record_padding_callback(h, null),
  SSL_CTX_set_tmp_dh_callback: (h) => C.SSL_CTX_set_tmp_dh_callback(h, null),
  SSL_CTX_set_default_passwd_cb: (h) => C.SSL_CTX_set_default_passwd_cb(h, null),
  SSL_CTX_set_srp_username_callback: (h) => C.SSL_CTX_set_srp_username_callback(h, null),
  SSL_CTX_set_srp_client_pwd_callback: (h) => C.SSL_CTX_set_srp_client_pwd_callback(h, null),
  SSL_CTX_set_srp_verify_param_callback: (h) => C.SSL_CTX_set_srp_verify_param_callback(h, null),
  SSL_CTX_set_next_protos_advertised_cb: (h) => C.SSL_CTX_set_next_protos_advertised_cb(h, null),
  SSL_CTX_set_next_proto_select_cb: (h) => C.SSL_CTX_set_next_proto_select_cb(h, null),
  SSL_CTX_set_ct_validation_callback: (h) => C.SSL_CTX_set_ct_validation_callback(h, null),
  SSL_CTX_set_cert_cb: (h) => C.SSL_CTX_set_cert_cb(h, null),
  SSL_CTX_set_cert_verify_callback: (h) => C.SSL_CTX_set_cert_verify_callback(h, null),
  SSL_CTX_set_tlsext_status_cb: (h) => C.SSL_CTX_set_tlsext_status_cb(h, null),
  SSL_CTX_get_verify_callback: (h) => C.SSL_CTX_get_verify_callback(h),
  SSL_CTX_get_client_cert_cb: (h) => C.SSL_CTX_get_client_cert_cb(h),
  SSL_CTX_get_security_callback: (h) => C.SSL_CTX_get_security_callback(h),
  SSL_CTX_get_default_passwd_cb: (h) => C.SSL_CTX_get_default_passwd_cb(h),
  SSL_CTX_get_tlsext_status_cb: (h) => C.SSL_CTX_get_tlsext_status_cb(h),
  SSL_CTX_add_custom_ext: (h) => C.SSL_CTX_add_custom_ext(h, 1234, 0),
  SSL_CTX_add_client_custom_ext: (h) => C.SSL_CTX_add_client_custom_ext(h, 1234),
  SSL_CTX_add_server_custom_ext: (h) => C.SSL_CTX_add_server_custom_ext(h, 1234),
  SSL_CTX_dane_mtype_set: (h) => C.SSL_CTX_dane_mtype_set(h, 'SHA384', 3, 3),
  SSL_CTX_set_alpn_select_cb: (h) => C.SSL_CTX_set_alpn_select_cb(h, alpn),
  SSL_CTX_set_tlsext_servername_callback: (h) =>
    C.SSL_CTX_set_tlsext_servername_callback(h, 'a', 0),
  SSL_CTX_set_cookie_generate_cb: (h) => C.SSL_CTX_set_cookie_generate_cb(h, null),
  SSL_CTX_set_stateless_cookie_generate_cb: (h) =>
    C.SSL_CTX_set_stateless_cookie_generate_cb(h, null),
  SSL_CTX_set_stateless_cookie_verify_cb: (h) => C.SSL_CTX_set_stateless_cookie_verify_cb(h, null),
  SSL_CTX_set_cookie_verify_cb: (h) => C.SSL_CTX_set_cookie_verify_cb(h, null),
};

test('every exported function of a context is in the list of this test', () => {
  const exported = Object.keys(C).filter((name) => /^SSL_CTX_(?!new$)/.test(name));
  expect(Object.keys(functions).sort()).toEqual(exported.sort());
});

describe.each(Object.entries(functions))('%s', (name, call) => {
  test('refuses a freed handle, and one of another kind', () => {
    const ctx = context();
    const ssl = C.SSL_new(ctx);
    freeing.push(() => C.SSL_free(ssl));
    const session = kept(C.SSL_SESSION_new());
    for (const handle of [stale('context'), ssl, session, ctx + 1, ctx + 0.5, -1, Number.NaN]) {
      expect(() => call(handle as C.Handle)).toThrow(invalid);
      expect(() => call(handle as C.Handle)).toThrow(expect.objectContaining({ function: name }));
    }
  });

  test('refuses what is no number', () => {
    for (const value of [undefined, null, '5', 5n, {}, true, Symbol('x')]) {
      expect(() => call(value as never)).toThrow(wrongType);
    }
  });

  test(name === 'SSL_CTX_free' ? 'takes NULL' : 'refuses NULL, which crashes in C', () => {
    if (name === 'SSL_CTX_free') expect(call(noSession)).toBe(undefined);
    else expect(() => call(noSession)).toThrow(unsafe);
  });
});

describe('SSL_CTX_new', () => {
  test.each(Object.entries(C).filter(([name]) => /^D?TLS.*_method$/.test(name)))(
    'takes %s()',
    (name, method) => {
      const given = (method as () => C.SslMethod)();
      expect(given.name).toBe(name);
      const ctx = C.SSL_CTX_new(given);
      expect(C.SSL_CTX_get_session_cache_mode(ctx)).toBe(C.SSL_SESS_CACHE_SERVER);
      const ssl = C.SSL_new(ctx);
      expect(C.SSL_is_server(ssl)).toBe(name.includes('client') ? 0 : 1);
      C.SSL_free(ssl);
      C.SSL_CTX_free(ctx);
    },
  );

  test.each([
    [C.TLSv1_client_method, 'TLSv1'],
    [C.TLSv1_1_client_method, 'TLSv1.1'],
    [C.TLSv1_2_client_method, 'TLSv1.2'],
    [C.DTLSv1_client_method, 'DTLSv1'],
    [C.DTLSv1_2_client_method, 'DTLSv1.2'],
  ] as const)('a method of one version speaks it alone: %#', (method, version) => {
    const both = newContexts(0, version.startsWith('D'));
    const client = context(method());
    C.SSL_CTX_set_security_level(client, 0);
    const pair = newPair({ client, server: both.server });
    expect(shake(pair)).toBe(true);
    expect(C.SSL_get_version(pair.client)).toBe(version);
    expect(C.SSL_get_version(pair.server)).toBe(version);
    C.SSL_free(pair.client);
    C.SSL_free(pair.server);
    freeContexts(both);
  });

  test('SSL_CTX_get_ssl_method gives what it was made with', () => {
    for (const method of [C.TLS_method, C.TLS_client_method, C.DTLSv1_2_server_method]) {
      expect(C.SSL_CTX_get_ssl_method(context(method()))).toBe(method());
    }
  });

  test('SSL_get_ssl_method gives the method of the version that was agreed on', () => {
    for (const [version, client, server] of [
      [C.TLS1_2_VERSION, C.TLSv1_2_client_method(), C.TLSv1_2_server_method()],
      // It has no function.
      [C.TLS1_3_VERSION, null, null],
    ] as const) {
      const contexts = newContexts(version);
      const pair = newPair(contexts);
      expect(C.SSL_get_ssl_method(pair.client)).toBe(C.TLS_client_method());
      expect(shake(pair)).toBe(true);
      expect(C.SSL_get_ssl_method(pair.client)).toBe(client);
      expect(C.SSL_get_ssl_method(pair.server)).toBe(server);
      close(pair);
      freeContexts(contexts);
    }
  });

  test('refuses what is no method', () => {
    for (const value of [0, null, undefined, {}, { name: 'TLS_method' }, C.TLS_method]) {
      expect(() => C.SSL_CTX_new(value as never)).toThrow(wrongType);
    }
  });
});

describe('references to a context', () => {
  test('n up_refs need n + 1 frees', () => {
    const ctx = C.SSL_CTX_new(C.TLS_method());
    for (let i = 0; i < 100; i++) expect(C.SSL_CTX_up_ref(ctx)).toBe(1);
    for (let i = 0; i < 100; i++) C.SSL_CTX_free(ctx);
    expect(C.SSL_CTX_get_timeout(ctx)).toBe(7200);
    C.SSL_CTX_free(ctx);
    expect(() => C.SSL_CTX_free(ctx)).toThrow(invalid);
  });

  test('a connection keeps its context', () => {
    const ctx = C.SSL_CTX_new(C.TLS_method());
    const removed: C.Handle[] = [];
    C.SSL_CTX_sess_set_remove_cb(ctx, (from) => removed.push(from));
    const session = newPsk();
    C.SSL_SESSION_set1_id(session, bytes);
    C.SSL_CTX_add_session(ctx, session);
    const ssl = C.SSL_new(ctx);
    C.SSL_CTX_free(ctx);
    expect(removed).toEqual([]);
    C.SSL_free(ssl);
    expect(removed).toEqual([ctx]);
    C.SSL_SESSION_free(session);
  });
});

// [function, what it takes, what is out of C's range]
const long = [2n ** 63n, -(2n ** 63n) - 1n, 2 ** 53, 1.5, Number.NaN];
const int = [2 ** 31, -(2 ** 31) - 1, 1.5, Number.NaN];
const uint32 = [2 ** 32, -1, 1.5, Number.NaN];
const numbers: [(ctx: C.Handle, value: never) => unknown, readonly (number | bigint)[]][] = [
  [C.SSL_CTX_flush_sessions, long],
  [C.SSL_CTX_set_session_cache_mode, long],
  [C.SSL_CTX_sess_set_cache_size, long],
  [C.SSL_CTX_set_timeout, long],
  [C.SSL_CTX_set_num_tickets, [-1, 2 ** 53, 0.5]],
  [C.SSL_CTX_set_max_early_data, uint32],
  [C.SSL_CTX_set_recv_max_early_data, uint32],
  [C.SSL_CTX_set_min_proto_version, int],
  [C.SSL_CTX_set_max_proto_version, int],
  [C.SSL_CTX_set_options, [2 ** 32, -(2 ** 31) - 1, 0.5]],
  [C.SSL_CTX_clear_options, [2 ** 32, -(2 ** 31) - 1, 0.5]],
  [C.SSL_CTX_set_security_level, int],
  [C.SSL_CTX_set_tlsext_max_fragment_length, [-1, 256, 0.5]],
  [C.SSL_CTX_set_verify, int],
  [C.SSL_CTX_set_post_handshake_auth, int],
];

test.each(numbers.map(([call, values]) => [call, values] as const))(
  'a number that C’s type has not is refused (%#)',
  (call, values) => {
    const ctx = context();
    for (const value of values) expect(() => call(ctx, value as never)).toThrow(outOfRange);
    for (const value of ['1', null, undefined, {}, true]) {
      expect(() => call(ctx, value as never)).toThrow(wrongType);
    }
  },
);

test('texts and bytes of a wrong type are refused', () => {
  const ctx = context();
  const texts = [C.SSL_CTX_set_cipher_list, C.SSL_CTX_set_ciphersuites];
  for (const call of [...texts, C.SSL_CTX_use_psk_identity_hint]) {
    for (const value of [5, undefined, bytes]) {
      expect(() => call(ctx, value as never)).toThrow(wrongType);
    }
    for (const value of ['a\0b', '€']) {
      expect(() => call(ctx, value)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
      );
    }
  }
  const views = [
    C.SSL_CTX_set_session_id_context,
    C.SSL_CTX_set_alpn_protos,
    C.SSL_CTX_use_certificate_chain,
    C.SSL_CTX_use_PrivateKey,
    C.SSL_CTX_load_verify_locations,
    C.SSL_CTX_set_alpn_select_cb,
  ];
  for (const call of views) {
    for (const value of [5, undefined, 'abc', [1]]) {
      expect(() => call(ctx, value as never)).toThrow(wrongType);
    }
  }
  const callbacks = [
    C.SSL_CTX_sess_set_new_cb,
    C.SSL_CTX_sess_set_remove_cb,
    C.SSL_CTX_sess_set_get_cb,
    C.SSL_CTX_set_keylog_callback,
  ];
  for (const call of callbacks) {
    for (const value of [5, undefined, 'abc', {}]) {
      expect(() => call(ctx, value as never)).toThrow(wrongType);
    }
  }
});

describe('settings', () => {
  test('setters return what C returns, and getters what was set', () => {
    const ctx = context();
    expect(C.SSL_CTX_set_session_cache_mode(ctx, C.SSL_SESS_CACHE_BOTH)).toBe(2);
    expect(C.SSL_CTX_get_session_cache_mode(ctx)).toBe(3);
    expect(C.SSL_CTX_sess_set_cache_size(ctx, 2n ** 62n)).toBe(20480);
    expect(C.SSL_CTX_sess_get_cache_size(ctx)).toBe(2n ** 62n);
    expect(C.SSL_CTX_sess_set_cache_size(ctx, -1)).toBe(0);
    expect(C.SSL_CTX_set_timeout(ctx, 60)).toBe(7200);
    expect(C.SSL_CTX_get_timeout(ctx)).toBe(60);
    expect(C.SSL_CTX_get_num_tickets(ctx)).toBe(2);
    expect(C.SSL_CTX_set_num_tickets(ctx, 5)).toBe(1);
    expect(C.SSL_CTX_get_num_tickets(ctx)).toBe(5);
    expect(C.SSL_CTX_set_max_early_data(ctx, 2 ** 32 - 1)).toBe(1);
    expect(C.SSL_CTX_get_max_early_data(ctx)).toBe(2 ** 32 - 1);
    expect(C.SSL_CTX_set_recv_max_early_data(ctx, 7)).toBe(1);
    expect(C.SSL_CTX_get_recv_max_early_data(ctx)).toBe(7);
    expect(C.SSL_CTX_set_min_proto_version(ctx, C.TLS1_2_VERSION)).toBe(1);
    expect(C.SSL_CTX_get_min_proto_version(ctx)).toBe(C.TLS1_2_VERSION);
    expect(C.SSL_CTX_set_max_proto_version(ctx, 5)).toBe(0);
    expect(C.SSL_CTX_get_max_proto_version(ctx)).toBe(0);
    const before = Number(C.SSL_CTX_get_options(ctx));
    expect(C.SSL_CTX_set_options(ctx, C.SSL_OP_NO_TICKET)).toBe(before | C.SSL_OP_NO_TICKET);
    expect(C.SSL_CTX_clear_options(ctx, C.SSL_OP_NO_TICKET)).toBe(before);
    C.SSL_CTX_set_security_level(ctx, 3);
    expect(C.SSL_CTX_get_security_level(ctx)).toBe(3);
    C.SSL_CTX_set_verify(ctx, C.SSL_VERIFY_PEER);
    expect(C.SSL_CTX_get_verify_mode(ctx)).toBe(C.SSL_VERIFY_PEER);
    expect(C.SSL_CTX_set_verify(ctx, 0)).toBe(undefined);
    expect(C.SSL_CTX_set_post_handshake_auth(ctx, 1)).toBe(undefined);
    expect(C.SSL_CTX_set_tlsext_max_fragment_length(ctx, 4)).toBe(1);
    expect(C.SSL_CTX_set_tlsext_max_fragment_length(ctx, 5)).toBe(0);
    expect(C.lastErrors()).toHaveLength(1);
    expect(C.SSL_CTX_set_cipher_list(ctx, 'AES128-SHA')).toBe(1);
    expect(C.SSL_CTX_set_cipher_list(ctx, 'no such')).toBe(0);
    expect(C.lastErrors()[0]?.reason).toBe('no cipher match');
    expect(C.SSL_CTX_set_ciphersuites(ctx, 'TLS_AES_128_GCM_SHA256')).toBe(1);
    expect(C.SSL_CTX_set_ciphersuites(ctx, 'no such')).toBe(0);
    expect(C.SSL_CTX_set_session_id_context(ctx, Buffer.alloc(32))).toBe(1);
    expect(C.SSL_CTX_set_session_id_context(ctx, Buffer.alloc(33))).toBe(0);
    expect(C.SSL_CTX_set_alpn_protos(ctx, alpn)).toBe(0); // on success
    expect(C.SSL_CTX_use_psk_identity_hint(ctx, 'hint')).toBe(1);
    expect(C.SSL_CTX_use_psk_identity_hint(ctx, 'x'.repeat(129))).toBe(0);
    expect(C.SSL_CTX_use_psk_identity_hint(ctx, null)).toBe(1);
    expect(C.SSL_CTX_set_default_verify_paths(ctx)).toBe(1);
  });

  test('a certificate and its key, from PEM', () => {
    const ctx = context();
    expect(C.SSL_CTX_check_private_key(ctx)).toBe(0);
    expect(C.SSL_CTX_use_certificate_chain(ctx, bytes)).toBe(0);
    expect(C.lastErrors()[0]?.reason).toBe('no start line');
    expect(C.SSL_CTX_use_PrivateKey(ctx, bytes)).toBe(0);
    expect(C.SSL_CTX_use_certificate_chain(ctx, Buffer.concat([certificate, certificate]))).toBe(1);
    expect(C.SSL_CTX_use_certificate_chain(ctx, certificate)).toBe(1);
    expect(C.SSL_CTX_use_PrivateKey(ctx, privateKey)).toBe(1);
    expect(C.SSL_CTX_check_private_key(ctx)).toBe(1);
    expect(C.SSL_CTX_load_verify_locations(ctx, certificate, true)).toBe(1);
    expect(C.SSL_CTX_load_verify_locations(ctx, bytes)).toBe(0);
    const damaged = certificate.toString().replace(/CERTIFICATE-----\n.{8}/, '$&!');
    for (const last of [damaged, damaged.slice(0, 300)]) {
      const pem = Buffer.concat([certificate, Buffer.from(last)]);
      expect(C.SSL_CTX_use_certificate_chain(ctx, pem)).toBe(0);
      expect(C.lastErrors()[0]?.library).toBe('PEM routines');
      expect(C.SSL_CTX_load_verify_locations(ctx, pem)).toBe(0);
    }
    const text = Buffer.concat([certificate, Buffer.from('and no more\n')]);
    expect(C.SSL_CTX_use_certificate_chain(ctx, text)).toBe(1);
    expect(C.lastErrors()).toEqual([]);
    expect(() => C.SSL_CTX_load_verify_locations(ctx, bytes, 1 as never)).toThrow(wrongType);
    expect(() => C.SSL_CTX_use_PrivateKey(ctx, privateKey, 5 as never)).toThrow(wrongType);
  });

  test('a chain replaces the one before', () => {
    const both = contexts(C.TLS1_2_VERSION);
    const two = Buffer.concat([certificate, certificate]);
    for (const [chain, size] of [
      [two, 2],
      [certificate, 1],
    ] as const) {
      expect(C.SSL_CTX_use_certificate_chain(both.server, chain)).toBe(1);
      const pair = connect(both);
      expect(C.SSL_get_peer_cert_chain(pair.client)).toHaveLength(size);
      close(pair);
    }
  });
});

describe('the cache of a server', () => {
  test('add, remove, flush and the counters are as facts.md has them', () => {
    const ctx = context();
    const removed: Buffer[] = [];
    C.SSL_CTX_sess_set_remove_cb(ctx, (from, session) => {
      expect(from).toBe(ctx);
      removed.push(C.SSL_SESSION_get_id(session));
    });
    const [one, two] = [kept(newPsk()), kept(newPsk())];
    C.SSL_SESSION_set1_id(one, Buffer.from('one'));
    C.SSL_SESSION_set1_id(two, Buffer.from('two'));
    expect(C.SSL_CTX_add_session(ctx, one)).toBe(1);
    expect(C.SSL_CTX_add_session(ctx, one)).toBe(0);
    expect(C.SSL_CTX_add_session(ctx, two)).toBe(1);
    expect(C.SSL_CTX_sess_number(ctx)).toBe(2);
    const cached = C.SSL_CTX_sessions(ctx);
    expect(cached.map((session) => String(C.SSL_SESSION_get_id(session))).sort()).toEqual([
      'one',
      'two',
    ]);
    for (const session of cached) C.SSL_SESSION_free(session);
    expect(C.SSL_CTX_remove_session(ctx, one)).toBe(1);
    expect(C.SSL_CTX_remove_session(ctx, one)).toBe(0); // and the callback again
    expect(C.SSL_CTX_remove_session(ctx, 0)).toBe(0);
    expect(removed.map(String)).toEqual(['one', 'one']);
    C.SSL_CTX_flush_sessions(ctx, 1);
    expect(C.SSL_CTX_sess_number(ctx)).toBe(1);
    C.SSL_CTX_flush_sessions(ctx, 0);
    expect(C.SSL_CTX_sess_number(ctx)).toBe(0);
    expect(removed.map(String)).toEqual(['one', 'one', 'two']);
  });

  test('the size limit pushes the oldest out', () => {
    const ctx = context();
    C.SSL_CTX_sess_set_cache_size(ctx, 1);
    const sessions = [kept(newPsk()), kept(newPsk())];
    for (const [i, session] of sessions.entries()) {
      C.SSL_SESSION_set1_id(session, Buffer.from([i]));
      C.SSL_CTX_add_session(ctx, session);
    }
    expect(C.SSL_CTX_sess_number(ctx)).toBe(1);
    expect(C.SSL_CTX_sess_cache_full(ctx)).toBe(1);
  });

  test('the counters count handshakes', () => {
    const both = contexts(C.TLS1_2_VERSION);
    C.SSL_CTX_set_options(both.server, C.SSL_OP_NO_TICKET);
    const session = kept(newSession(both));
    close(connect(both, session));
    C.SSL_CTX_flush_sessions(both.server, 0);
    close(connect(both, session));
    const { client, server } = both;
    const { SSL_CTX_sess_connect, SSL_CTX_sess_connect_good } = C;
    expect([SSL_CTX_sess_connect(client), SSL_CTX_sess_connect_good(client)]).toEqual([3, 3]);
    expect([C.SSL_CTX_sess_accept(server), C.SSL_CTX_sess_accept_good(server)]).toEqual([3, 3]);
    expect([C.SSL_CTX_sess_hits(server), C.SSL_CTX_sess_misses(server)]).toEqual([1, 1]);
    expect(C.SSL_CTX_sess_hits(client)).toBe(1);
    expect(C.SSL_CTX_sess_connect_renegotiate(client)).toBe(0);
    expect(C.SSL_CTX_sess_accept_renegotiate(server)).toBe(0);
    expect(C.SSL_CTX_sess_timeouts(server)).toBe(0);
  });

  test('U3: id and version of a cached session stay', () => {
    const ctx = context();
    const session = kept(newPsk());
    C.SSL_SESSION_set1_id(session, bytes);
    C.SSL_CTX_add_session(ctx, session);
    expect(() => C.SSL_SESSION_set1_id(session, Buffer.from('x'))).toThrow(unsafe);
    expect(() => C.SSL_SESSION_set_protocol_version(session, 0x303)).toThrow(/U3/);
    expect(C.SSL_SESSION_get_id(session)).toEqual(bytes);
    C.SSL_CTX_remove_session(ctx, session);
    expect(C.SSL_SESSION_set1_id(session, Buffer.from('x'))).toBe(1);
  });

  test('U4: a session is in one cache only', () => {
    const [one, two] = [context(), context()];
    const session = kept(newPsk());
    C.SSL_SESSION_set1_id(session, bytes);
    C.SSL_CTX_add_session(one, session);
    expect(() => C.SSL_CTX_add_session(two, session)).toThrow(/U4/);
    expect(C.SSL_CTX_sess_number(two)).toBe(0);
    const copy = kept(C.SSL_SESSION_dup(session));
    expect(C.SSL_CTX_add_session(two, copy)).toBe(1);
  });

  test('U5: a session without an id is in none', () => {
    const ctx = context();
    const session = kept(newPsk());
    expect(() => C.SSL_CTX_add_session(ctx, session)).toThrow(/U5/);
    expect(() => C.SSL_CTX_add_session(ctx, session)).toThrow(unsafe);
  });

  test('U6: a session that was removed does not come back to a server, nor does its dup', () => {
    const ctx = context();
    const session = kept(newPsk());
    C.SSL_SESSION_set1_id(session, bytes);
    C.SSL_CTX_add_session(ctx, session);
    C.SSL_CTX_remove_session(ctx, session);
    const copy = kept(C.SSL_SESSION_dup(session));
    for (const marked of [session, copy]) {
      expect(() => C.SSL_CTX_add_session(ctx, marked)).toThrow(/U6/);
    }
    const client = context(C.TLS_client_method());
    expect(C.SSL_CTX_add_session(client, session)).toBe(1);
  });

  test('a session handle of another kind is refused', () => {
    const ctx = context();
    for (const call of [C.SSL_CTX_add_session, C.SSL_CTX_remove_session]) {
      expect(() => call(ctx, ctx)).toThrow(invalid);
      expect(() => call(ctx, stale('session'))).toThrow(invalid);
      expect(() => call(ctx, undefined as never)).toThrow(wrongType);
    }
    expect(() => C.SSL_CTX_add_session(ctx, noSession)).toThrow(unsafe);
  });
});

describe('the callbacks of a cache', () => {
  test.each([
    ['TLS 1.2', C.TLS1_2_VERSION, 1, 0], // with a ticket the server has no id
    ['TLS 1.3', C.TLS1_3_VERSION, 2, 2],
  ])('new_cb has one session for each ticket, in %s', (_, version, tickets, issued) => {
    const both = contexts(version);
    const [freed, mine]: [C.Handle[], C.Handle[]] = [[], []];
    C.SSL_CTX_sess_set_new_cb(both.client, (_ssl, session) => {
      mine.push(session);
      return 1;
    });
    C.SSL_CTX_sess_set_new_cb(both.server, (_ssl, session) => {
      freed.push(session);
      return 0;
    });
    const pair = connect(both);
    expect(mine).toHaveLength(tickets);
    expect(freed).toHaveLength(issued);
    for (const session of freed) expect(() => C.SSL_SESSION_free(session)).toThrow(invalid);
    close(pair);
    for (const session of mine) {
      expect(C.SSL_SESSION_is_resumable(session)).toBe(1);
      C.SSL_SESSION_free(session);
    }
  });

  test('new_cb has the connection, and can go on with it', () => {
    const both = contexts(C.TLS1_2_VERSION);
    const seen: unknown[] = [];
    C.SSL_CTX_sess_set_new_cb(both.client, (ssl, session) => {
      seen.push(C.SSL_get_version(ssl), C.SSL_is_init_finished(ssl));
      const own = C.SSL_get1_session(ssl);
      seen.push(C.SSL_SESSION_get_id(own).equals(C.SSL_SESSION_get_id(session)));
      C.SSL_SESSION_free(own);
      return 0;
    });
    close(connect(both));
    expect(seen).toEqual(['TLSv1.2', 1, true]);
  });

  test('a session that a callback has on loan may be adopted in it: the object then has it', () => {
    const ctx = C.SSL_CTX_new(C.TLS_method());
    const adopted: SslSession[] = [];
    C.SSL_CTX_sess_set_remove_cb(ctx, (_ctx, session) => {
      if (adopted.length === 1) C.SSL_SESSION_up_ref(session); // adopt() takes all references
      adopted.push(SslSession.adopt(session));
    });
    for (const id of [1, 2]) {
      const session = newPsk();
      C.SSL_SESSION_set1_id(session, Buffer.from([id]));
      C.SSL_CTX_add_session(ctx, session);
      C.SSL_SESSION_free(session);
    }
    C.SSL_CTX_free(ctx); // removes each
    expect(adopted.map(({ id }) => id[0]).sort()).toEqual([1, 2]);
    for (const session of adopted) session.free();
  });

  test('and may be given back by it, in the callback', () => {
    const ctx = C.SSL_CTX_new(C.TLS_method());
    const ids: Buffer[] = [];
    C.SSL_CTX_sess_set_remove_cb(ctx, (_ctx, handle) => {
      const session = SslSession.adopt(handle);
      ids.push(session.id);
      session.free();
    });
    const session = newPsk();
    C.SSL_SESSION_set1_id(session, Buffer.from([1]));
    C.SSL_CTX_add_session(ctx, session);
    C.SSL_SESSION_free(session);
    C.SSL_CTX_free(ctx);
    expect(ids).toEqual([Buffer.from([1])]);
  });

  test('remove_cb lends the session', () => {
    const ctx = C.SSL_CTX_new(C.TLS_method());
    const lent: C.Handle[] = [];
    C.SSL_CTX_sess_set_remove_cb(ctx, (_ctx, session) => {
      if (lent.push(session) === 2) C.SSL_SESSION_up_ref(session);
    });
    for (const id of [1, 2]) {
      const session = newPsk();
      C.SSL_SESSION_set1_id(session, Buffer.from([id]));
      C.SSL_CTX_add_session(ctx, session);
      C.SSL_SESSION_free(session);
    }
    C.SSL_CTX_free(ctx); // removes each
    const [first, second] = lent as [C.Handle, C.Handle];
    expect(lent).toHaveLength(2);
    expect(() => C.SSL_SESSION_get_id(first)).toThrow(invalid);
    expect(C.SSL_SESSION_get_id(second)).toHaveLength(1);
    C.SSL_SESSION_free(second);
  });

  test('get_cb answers while the handshake waits, and keeps its session', () => {
    const both = contexts(C.TLS1_2_VERSION);
    C.SSL_CTX_set_options(both.server, C.SSL_OP_NO_TICKET);
    C.SSL_CTX_set_session_cache_mode(
      both.server,
      C.SSL_SESS_CACHE_SERVER | C.SSL_SESS_CACHE_NO_INTERNAL,
    );
    const stored = new Map<string, C.Handle>();
    C.SSL_CTX_sess_set_new_cb(both.server, (_ssl, session) => {
      stored.set(C.SSL_SESSION_get_id(session).toString('hex'), session);
      return 1;
    });
    const asked: C.Handle[] = [];
    let answers = true;
    C.SSL_CTX_sess_set_get_cb(both.server, (ssl, id) => {
      asked.push(ssl);
      return (answers && stored.get(id.fill(0, id.length).toString('hex'))) || 0;
    });
    const session = kept(newSession(both));
    expect(asked).toEqual([]);
    const resumed = connect(both, session);
    expect(C.SSL_session_reused(resumed.server)).toBe(1);
    expect(asked).toEqual([resumed.server]);
    expect(C.SSL_CTX_sess_cb_hits(both.server)).toBe(1);
    close(resumed);
    answers = false;
    const full = connect(both, session);
    expect(C.SSL_session_reused(full.server)).toBe(0);
    expect(asked).toHaveLength(2);
    close(full);
    for (const mine of stored.values()) C.SSL_SESSION_free(mine);
  });

  test('get_cb is asked for stateful tickets of TLS 1.3', () => {
    const both = contexts(C.TLS1_3_VERSION);
    C.SSL_CTX_set_options(both.server, C.SSL_OP_NO_TICKET);
    C.SSL_CTX_set_session_cache_mode(
      both.server,
      C.SSL_SESS_CACHE_SERVER | C.SSL_SESS_CACHE_NO_INTERNAL,
    );
    const stored = new Map<string, C.Handle>();
    C.SSL_CTX_sess_set_new_cb(both.server, (_ssl, session) => {
      stored.set(C.SSL_SESSION_get_id(session).toString('hex'), session);
      return 1;
    });
    C.SSL_CTX_sess_set_get_cb(both.server, (_ssl, id) => stored.get(id.toString('hex')) ?? 0);
    const session = kept(newSession(both));
    const resumed = connect(both, session);
    expect(C.SSL_session_reused(resumed.client)).toBe(1);
    close(resumed);
    for (const mine of stored.values()) C.SSL_SESSION_free(mine);
  });

  test('what get_cb does wrong costs a full handshake, and is thrown', () => {
    const both = contexts(C.TLS1_2_VERSION);
    C.SSL_CTX_set_options(both.server, C.SSL_OP_NO_TICKET);
    const session = kept(newSession(both));
    C.SSL_CTX_flush_sessions(both.server, 0);
    const other = kept(newPsk()); // not the id that is asked for
    const wrong: [() => unknown, unknown][] = [
      [() => stale('session'), invalid],
      [() => both.client, invalid],
      [() => 'x', wrongType],
      [
        () => {
          throw new Error('mine');
        },
        expect.objectContaining({ message: 'mine' }),
      ],
      [() => other, undefined],
    ];
    for (const [answer, error] of wrong) {
      C.SSL_CTX_sess_set_get_cb(both.server, answer as never);
      const pair = newPair(both, session);
      if (error === undefined) expect(shake(pair)).toBe(true);
      else expect(() => shake(pair)).toThrow(error as never);
      expect(shake(pair)).toBe(true);
      expect(C.SSL_session_reused(pair.server)).toBe(0);
      close(pair);
      C.SSL_CTX_flush_sessions(both.server, 0);
    }
  });

  test('getters give the callbacks, and null removes them', () => {
    const ctx = context();
    const [newCb, removeCb, getCb, log] = [() => 0 as const, () => {}, () => 0 as const, () => {}];
    C.SSL_CTX_sess_set_new_cb(ctx, newCb);
    C.SSL_CTX_sess_set_remove_cb(ctx, removeCb);
    C.SSL_CTX_sess_set_get_cb(ctx, getCb);
    C.SSL_CTX_set_keylog_callback(ctx, log);
    const given = () => [
      C.SSL_CTX_sess_get_new_cb(ctx),
      C.SSL_CTX_sess_get_remove_cb(ctx),
      C.SSL_CTX_sess_get_get_cb(ctx),
      C.SSL_CTX_get_keylog_callback(ctx),
    ];
    expect(given()).toEqual([newCb, removeCb, getCb, log]);
    C.SSL_CTX_sess_set_new_cb(ctx, null);
    C.SSL_CTX_sess_set_get_cb(ctx, null);
    expect(given()).toEqual([null, removeCb, null, log]);
    C.SSL_CTX_sess_set_remove_cb(ctx, null);
    C.SSL_CTX_set_keylog_callback(ctx, null);
    expect(given()).toEqual([null, null, null, null]);
  });

  test('a remove_cb makes a TLS 1.3 server cache its sessions, and null undoes that', () => {
    const both = contexts(C.TLS1_3_VERSION);
    close(connect(both));
    expect(C.SSL_CTX_sess_number(both.server)).toBe(0);
    C.SSL_CTX_sess_set_remove_cb(both.server, () => {});
    close(connect(both));
    expect(C.SSL_CTX_sess_number(both.server)).toBe(2);
    C.SSL_CTX_sess_set_remove_cb(both.server, null);
    close(connect(both));
    expect(C.SSL_CTX_sess_number(both.server)).toBe(2);
  });

  test('an exception comes out after all others had theirs, and leaks nothing', () => {
    const both = contexts(C.TLS1_3_VERSION);
    let calls = 0;
    C.SSL_CTX_sess_set_new_cb(both.client, () => {
      calls += 1;
      throw new Error(`call ${calls}`);
    });
    const pair = newPair(both);
    expect(shake(pair)).toBe(true);
    expect(() => C.SSL_read(pair.client, 1)).toThrow('call 1');
    expect(calls).toBe(2);
    expect(C.SSL_read(pair.client, 1)).toBe(null);
    close(pair);
  });

  test('what a call left in the error queue is there after its callbacks', () => {
    const both = contexts(C.TLS1_2_VERSION);
    const session = kept(newSession(both));
    C.SSL_CTX_add_session(both.client, session);
    let removed = 0;
    C.SSL_CTX_sess_set_remove_cb(both.client, () => {
      removed += 1;
      C.SSL_SESSION_free(C.SSL_SESSION_new());
    });
    // The client refuses the server's version, and throws the session it offered out.
    C.SSL_CTX_set_min_proto_version(both.server, C.TLS1_1_VERSION);
    C.SSL_CTX_set_max_proto_version(both.server, C.TLS1_1_VERSION);
    const pair = newPair(both, session);
    expect(shake(pair)).toBe(false);
    expect(removed).toBe(1);
    expect(C.SSL_get_error(pair.client, -1)).toBe(C.SSL_ERROR_SSL);
    expect(C.lastErrors()[0]?.reason).toBe('unsupported protocol');
    close(pair);
  });

  test('the key log has the lines of both sides', () => {
    const both = contexts(C.TLS1_3_VERSION);
    const lines: [C.Handle, string][] = [];
    C.SSL_CTX_set_keylog_callback(both.client, (ssl, line) => lines.push([ssl, line]));
    const pair = connect(both);
    expect(lines.map(([, line]) => line.split(' ')[0])).toEqual([
      'SERVER_HANDSHAKE_TRAFFIC_SECRET',
      'EXPORTER_SECRET',
      'SERVER_TRAFFIC_SECRET_0',
      'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
      'CLIENT_TRAFFIC_SECRET_0',
    ]);
    expect(new Set(lines.map(([ssl]) => ssl))).toEqual(new Set([pair.client]));
    close(pair);
  });
});

describe('pre-shared keys', () => {
  const identity = Buffer.from('identity\0with NUL');

  test('of TLS 1.3 resume an external session, and the observers are told', () => {
    const both = contexts(C.TLS1_3_VERSION);
    const told: unknown[] = [];
    const [mine, theirs] = [newPsk(), newPsk()];
    C.SSL_CTX_set_psk_use_session_callback(both.client, { identity, session: mine }, (_ssl, md) =>
      told.push(['use', md]),
    );
    C.SSL_CTX_set_psk_find_session_callback(
      both.server,
      [[identity, theirs]],
      (_ssl, asked, found) => told.push(['find', asked.equals(identity), found]),
    );
    C.SSL_SESSION_free(mine); // libssl's references are its own
    C.SSL_SESSION_free(theirs);
    const pair = connect(both);
    expect([C.SSL_session_reused(pair.client), C.SSL_session_reused(pair.server)]).toEqual([1, 1]);
    expect(told).toEqual([
      ['use', false],
      ['find', true, true],
    ]);
    close(pair);

    // The others stay while one is removed.
    C.SSL_CTX_set_psk_use_session_callback(both.client, null, () => told.push('none'));
    const full = connect(both);
    expect(C.SSL_session_reused(full.client)).toBe(0);
    expect(told.slice(2)).toEqual(['none']);
    close(full);
    C.SSL_CTX_set_psk_use_session_callback(both.client, null);
    close(connect(both));
    expect(told).toHaveLength(3);
  });

  test('of a connection go before those of its context', () => {
    const both = contexts(C.TLS1_3_VERSION);
    const psk = kept(newPsk());
    const pair = newPair(both);
    C.SSL_set_psk_use_session_callback(pair.client, { identity, session: psk });
    C.SSL_set_psk_find_session_callback(pair.server, new Map([[identity, psk]]));
    expect(shake(pair)).toBe(true);
    expect(C.SSL_session_reused(pair.client)).toBe(1);
    close(pair);
    const other = newPair(both);
    C.SSL_set_psk_use_session_callback(other.client, { identity, session: psk });
    C.SSL_set_psk_use_session_callback(other.client, null);
    expect(shake(other)).toBe(true);
    expect(C.SSL_session_reused(other.client)).toBe(0);
    close(other);
  });

  test('up to TLS 1.2 are a key, and a hint', () => {
    const both = contexts(C.TLS1_2_VERSION);
    for (const ctx of [both.client, both.server]) {
      expect(C.SSL_CTX_set_cipher_list(ctx, 'PSK')).toBe(1);
    }
    const told: unknown[] = [];
    const key = Buffer.alloc(16, 5);
    C.SSL_CTX_use_psk_identity_hint(both.server, 'hint');
    C.SSL_CTX_set_psk_client_callback(both.client, { identity: 'me', key }, (_ssl, ...rest) =>
      told.push(rest),
    );
    C.SSL_CTX_set_psk_server_callback(both.server, [['me', key]], (_ssl, ...rest) =>
      told.push(rest),
    );
    const pair = connect(both);
    expect(told).toEqual([
      ['hint', true],
      ['me', true],
    ]);
    expect(C.SSL_get_psk_identity(pair.server)).toBe('me');
    expect(C.SSL_get_psk_identity_hint(pair.client)).toBe('hint');
    close(pair);

    C.SSL_CTX_set_psk_server_callback(both.server, [['another', key]]);
    const failed = newPair(both);
    expect(shake(failed)).toBe(false);
    close(failed);
    const own = newPair(both);
    C.SSL_set_psk_server_callback(own.server, [['you', key]]);
    C.SSL_set_psk_client_callback(own.client, { identity: 'you', key });
    expect(shake(own)).toBe(true);
    close(own);
    // Without its callback a server has no suite for a PSK.
    C.SSL_CTX_set_psk_server_callback(both.server, null);
    const none = newPair(both);
    expect(shake(none)).toBe(false);
    close(none);
  });

  test('U7: a session without cipher or key is refused, and what was set before stays', () => {
    const both = contexts(C.TLS1_3_VERSION);
    const empty = kept(C.SSL_SESSION_new());
    const psk = kept(newPsk());
    C.SSL_CTX_set_psk_use_session_callback(both.client, { identity, session: psk });
    C.SSL_CTX_set_psk_find_session_callback(both.server, [[identity, psk]]);
    const use = (session: C.Handle) =>
      C.SSL_CTX_set_psk_use_session_callback(both.client, { identity, session });
    const find = (session: C.Handle) =>
      C.SSL_CTX_set_psk_find_session_callback(both.server, [
        [bytes, psk],
        [identity, session],
      ]);
    for (const call of [use, find]) {
      expect(() => call(empty)).toThrow(/U7/);
      expect(() => call(empty)).toThrow(unsafe);
      expect(() => call(noSession)).toThrow(unsafe);
      expect(() => call(stale('session'))).toThrow(invalid);
      expect(() => call(both.client)).toThrow(invalid);
      expect(() => call(undefined as never)).toThrow(wrongType);
    }
    const pair = connect(both);
    expect(C.SSL_session_reused(pair.client)).toBe(1);
    close(pair);
  });

  test('U7: a session that has lost its key since is not given to libssl', () => {
    const both = contexts(C.TLS1_3_VERSION);
    const psk = kept(newPsk());
    C.SSL_CTX_set_psk_use_session_callback(both.client, { identity, session: psk });
    C.SSL_SESSION_set1_master_key(psk, Buffer.alloc(0));
    const pair = connect(both);
    expect(C.SSL_session_reused(pair.client)).toBe(0);
    close(pair);
  });

  test('wrong identities, keys and answers are refused', () => {
    const ctx = context();
    const psk = kept(newPsk());
    const key = Buffer.alloc(16);
    const use = (value: unknown) => C.SSL_CTX_set_psk_use_session_callback(ctx, value as never);
    const find = (value: unknown) => C.SSL_CTX_set_psk_find_session_callback(ctx, value as never);
    const client = (value: unknown) => C.SSL_CTX_set_psk_client_callback(ctx, value as never);
    const server = (value: unknown) => C.SSL_CTX_set_psk_server_callback(ctx, value as never);
    for (const call of [use, find, client, server]) {
      for (const value of [undefined, 5, 'x']) expect(() => call(value)).toThrow(wrongType);
    }
    for (const call of [find, server]) {
      expect(() => call([5])).toThrow(wrongType);
      expect(() => call({})).toThrow(wrongType);
    }
    expect(() => use({ identity: 'text', session: psk })).toThrow(wrongType);
    expect(() => use({ identity: Buffer.alloc(0), session: psk })).toThrow(outOfRange);
    expect(() => find([[Buffer.alloc(65536), psk]])).toThrow(outOfRange);
    expect(() => client({ identity: bytes, key })).toThrow(wrongType);
    expect(() => client({ identity: 'x'.repeat(128), key })).toThrow(outOfRange);
    expect(() => client({ identity: 'a\0', key })).toThrow(TypeError);
    expect(() => client({ identity: 'a', key: Buffer.alloc(257) })).toThrow(outOfRange);
    expect(() => server([['a', Buffer.alloc(0)]])).toThrow(outOfRange);
    expect(() => C.SSL_CTX_set_psk_use_session_callback(ctx, null, 5 as never)).toThrow(wrongType);
  });
});

describe('tickets', () => {
  test.each([
    ['TLS 1.2', C.TLS1_2_VERSION],
    ['TLS 1.3', C.TLS1_3_VERSION],
  ])('carry application data, and rules decide on it, in %s', (_, version) => {
    const both = contexts(version);
    const told: unknown[] = [];
    const appData = Buffer.from('Hello World');
    const answer = (action: number) =>
      C.SSL_CTX_set_session_ticket_cb(
        both.server,
        {
          appData,
          rules: [
            { appData: bytes, action: 1 },
            { appData, action },
          ],
        },
        () => told.push('issue'),
        (_ssl, data, status) => told.push([String(data), status]),
      );
    expect(answer(C.SSL_TICKET_RETURN_USE)).toBe(1);
    const session = kept(newSession(both));
    const first = version === C.TLS1_3_VERSION ? ['issue', 'issue'] : [['', 3], 'issue'];
    expect(told.splice(0)).toEqual(first);

    const resume = (action: number): [reused: number, told: unknown[]] => {
      answer(action);
      told.length = 0;
      const copy = C.SSL_SESSION_dup(session);
      const pair = connect(both, copy);
      const reused = C.SSL_session_reused(pair.client);
      close(pair);
      C.SSL_SESSION_free(copy);
      return [reused, told.slice()];
    };
    // A ticket of TLS 1.3 is for one use, so libssl renews each.
    const status = version === C.TLS1_3_VERSION ? C.SSL_TICKET_SUCCESS_RENEW : C.SSL_TICKET_SUCCESS;
    const received = ['Hello World', status];
    const [used, whatUsed] = resume(C.SSL_TICKET_RETURN_USE);
    expect([used, whatUsed[0]]).toEqual([1, received]);
    const [renewed, whatRenewed] = resume(C.SSL_TICKET_RETURN_USE_RENEW);
    expect([renewed, whatRenewed]).toEqual([1, [received, 'issue']]);
    expect(resume(C.SSL_TICKET_RETURN_IGNORE)[0]).toBe(0);
    expect(resume(C.SSL_TICKET_RETURN_IGNORE_RENEW)[0]).toBe(0);

    C.SSL_CTX_set_session_ticket_cb(both.server, null);
    told.length = 0;
    close(connect(both));
    expect(told).toEqual([]);
  });

  test('U10: a rule that aborts is refused', () => {
    const ctx = context();
    const set = (rules: unknown) =>
      C.SSL_CTX_set_session_ticket_cb(ctx, { rules: rules as C.TicketRule[] });
    expect(() => set([{ action: C.SSL_TICKET_RETURN_ABORT }])).toThrow(/U10/);
    expect(() => set([{ action: C.SSL_TICKET_RETURN_ABORT }])).toThrow(unsafe);
    expect(() => set([{ action: 5 }])).toThrow(outOfRange);
    expect(() => set([{ action: '1' }])).toThrow(wrongType);
    expect(() => set([{ action: 1, appData: 'x' }])).toThrow(wrongType);
    expect(() => set([5])).toThrow(wrongType);
    expect(() => set(5)).toThrow(wrongType);
    expect(() => C.SSL_CTX_set_session_ticket_cb(ctx, 5 as never)).toThrow(wrongType);
    expect(() => C.SSL_CTX_set_session_ticket_cb(ctx, null, 5 as never)).toThrow(wrongType);
  });

  test.each([48, 80])('keys of %i bytes: the first encrypts, the others decrypt', (size) => {
    const both = contexts(C.TLS1_2_VERSION);
    const [old, young] = [Buffer.alloc(size, 1), Buffer.alloc(size, 2)];
    expect(C.SSL_CTX_set_tlsext_ticket_keys(both.server, [old])).toBe(1);
    const session = kept(newSession(both));
    expect(C.SSL_SESSION_get0_ticket(session)?.subarray(0, 16)).toEqual(Buffer.alloc(16, 1));
    const name = (pair: { client: C.Handle }) => {
      const made = C.SSL_get1_session(pair.client);
      const ticket = C.SSL_SESSION_get0_ticket(made);
      C.SSL_SESSION_free(made);
      return ticket?.[0];
    };
    C.SSL_CTX_set_tlsext_ticket_keys(both.server, [young, old]);
    const renewed = connect(both, session);
    expect([C.SSL_session_reused(renewed.client), name(renewed)]).toEqual([1, 2]);
    close(renewed);
    C.SSL_CTX_set_tlsext_ticket_keys(both.server, [young]);
    const refused = connect(both, session);
    expect([C.SSL_session_reused(refused.client), name(refused)]).toEqual([0, 2]);
    close(refused);
    C.SSL_CTX_set_tlsext_ticket_keys(both.server, []);
    const own = connect(both, session);
    expect(C.SSL_session_reused(own.client)).toBe(0);
    close(own);
  });

  test('wrong ticket keys are refused', () => {
    const ctx = context();
    const set = (keys: unknown) => C.SSL_CTX_set_tlsext_ticket_keys(ctx, keys as never);
    for (const keys of [Buffer.alloc(80), 'x', undefined, [5], ['x']]) {
      expect(() => set(keys)).toThrow(wrongType);
    }
    for (const keys of [[Buffer.alloc(79)], [Buffer.alloc(48), Buffer.alloc(80)]]) {
      expect(() => set(keys)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
    }
  });
});

describe('early data, ALPN and SNI', () => {
  test('whether early data is allowed is told in advance', () => {
    const both = contexts(C.TLS1_3_VERSION);
    C.SSL_CTX_set_max_early_data(both.server, 16384);
    const told: boolean[] = [];
    for (const allow of [false, true, null]) {
      C.SSL_CTX_set_allow_early_data_cb(both.server, allow, (_ssl, allowed) => told.push(allowed));
      const session = newSession(both);
      const pair = newPair(both, session);
      if (allow === null) C.SSL_set_allow_early_data_cb(pair.server, false);
      expect(C.SSL_write_early_data(pair.client, bytes)).toBe(1);
      C.BIO_write(pair.server, C.BIO_read(pair.client) as Buffer);
      const [result, data] = C.SSL_read_early_data(pair.server, 10);
      const accepted = allow === true;
      expect([result, data]).toEqual(
        accepted ? [C.SSL_READ_EARLY_DATA_SUCCESS, bytes] : [C.SSL_READ_EARLY_DATA_FINISH, null],
      );
      expect(C.SSL_get_early_data_status(pair.server)).toBe(
        accepted ? C.SSL_EARLY_DATA_ACCEPTED : C.SSL_EARLY_DATA_REJECTED,
      );
      close(pair);
      C.SSL_SESSION_free(session);
    }
    expect(told).toEqual([false, true, false]);
    expect(() => C.SSL_CTX_set_allow_early_data_cb(both.server, 1 as never)).toThrow(wrongType);
  });

  test('the server’s list selects the protocol', () => {
    const both = contexts();
    C.SSL_CTX_set_alpn_protos(both.client, Buffer.from('\x02h2\x08http/1.1'));
    C.SSL_CTX_set_alpn_select_cb(both.server, Buffer.from('\x01x\x08http/1.1\x02h2'));
    const pair = connect(both);
    expect(String(C.SSL_get0_alpn_selected(pair.client))).toBe('http/1.1');
    close(pair);
    C.SSL_CTX_set_alpn_select_cb(both.server, Buffer.from('\x01x'));
    const failed = newPair(both);
    expect(shake(failed)).toBe(false);
    close(failed);
    C.SSL_CTX_set_alpn_select_cb(both.server, null);
    const none = connect(both);
    expect(C.SSL_get0_alpn_selected(none.client)).toBe(null);
    close(none);
    for (const list of ['\x03h2', '\0', '\x02h2\0', '\x02h2\x05h']) {
      expect(() => C.SSL_CTX_set_alpn_select_cb(both.server, Buffer.from(list))).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
      );
    }
  });

  test('the name of the server selects the context', () => {
    const both = contexts(C.TLS1_2_VERSION);
    const other = contexts();
    C.SSL_CTX_use_certificate_chain(other.server, Buffer.concat([certificate, certificate]));
    C.SSL_CTX_set_tlsext_servername_callback(both.server, 'Other.example', other.server);
    C.SSL_CTX_set_tlsext_servername_callback(both.server, '*.wild.example', other.server);
    const ask = (name: string | null) => {
      const pair = newPair(both);
      C.SSL_set_tlsext_host_name(pair.client, name);
      expect(shake(pair)).toBe(true);
      const size = C.SSL_get_peer_cert_chain(pair.client)?.length;
      close(pair);
      return size;
    };
    expect(['other.EXAMPLE', 'a.wild.example', 'a.b.wild.example', 'x', null].map(ask)).toEqual([
      2, 2, 1, 1, 1,
    ]);
    expect(() =>
      C.SSL_CTX_set_tlsext_servername_callback(other.server, 'back', both.server),
    ).toThrow(unsafe);
    C.SSL_CTX_set_tlsext_servername_callback(both.server, 'other.example', 0);
    expect(ask('other.example')).toBe(1);
    const set = (name: unknown, ctx: unknown) =>
      C.SSL_CTX_set_tlsext_servername_callback(both.server, name as string, ctx as C.Handle);
    expect(() => set(5, 0)).toThrow(wrongType);
    expect(() => set('x', undefined)).toThrow(wrongType);
    expect(() => set('x', stale('context'))).toThrow(invalid);
    expect(() => set('a\0', 0)).toThrow(TypeError);
  });
});

test('an error tells the function that was called', () => {
  try {
    C.SSL_CTX_set_tlsext_ticket_keys(stale('context'), [Buffer.alloc(80)]);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(LibsslError);
    expect((error as LibsslError).message).toMatch(/^SSL_CTX_set_tlsext_ticket_keys: /);
  }
});
