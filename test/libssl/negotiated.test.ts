// What two sides of a handshake told each other and agreed on: each function in each state of a
// connection, and the values of the two sides against each other.

import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import {
  type Contexts,
  carry,
  certificate,
  close,
  connect,
  freedAfterEach,
  newPair,
  type Pair,
  shake,
  wrongType,
} from '../support/c-named.js';

const { contextsOf: contexts, freeing } = freedAfterEach();

const sha256 = 672;
const ecPublicKey = 408;
const p256 = 415;
const x25519 = 1034;

// Each that only reads: [of a new connection, of a TLS 1.3 client, of its server].
const readers: Record<string, [(ssl: C.Handle) => unknown, unknown, unknown, unknown]> = {
  SSL_get_signature_nid: [C.SSL_get_signature_nid, null, null, sha256],
  SSL_get_peer_signature_nid: [C.SSL_get_peer_signature_nid, null, sha256, null],
  SSL_get_signature_type_nid: [C.SSL_get_signature_type_nid, null, null, ecPublicKey],
  SSL_get_peer_signature_type_nid: [C.SSL_get_peer_signature_type_nid, null, ecPublicKey, null],
  'SSL_get_shared_group, 0': [(ssl) => C.SSL_get_shared_group(ssl, 0), 0, 0, x25519],
  'SSL_get_shared_group, -1': [(ssl) => C.SSL_get_shared_group(ssl, -1), 0, 0, 2],
  'SSL_get_shared_group, -2': [(ssl) => C.SSL_get_shared_group(ssl, -2), 0, 0, 0],
  'SSL_get_shared_group, 9': [(ssl) => C.SSL_get_shared_group(ssl, 9), 0, 0, 0],
  SSL_get1_groups: [C.SSL_get1_groups, [], [], [x25519, p256]],
  SSL_get_extms_support: [C.SSL_get_extms_support, -1, 0, 0],
  SSL_get_secure_renegotiation_support: [C.SSL_get_secure_renegotiation_support, 0, 0, 1],
  SSL_num_renegotiations: [C.SSL_num_renegotiations, 0, 0, 0],
  SSL_total_renegotiations: [C.SSL_total_renegotiations, 0, 0, 0],
  SSL_get_current_compression: [C.SSL_get_current_compression, null, null, null],
  SSL_get_current_expansion: [C.SSL_get_current_expansion, null, null, null],
  SSL_client_version: [C.SSL_client_version, C.TLS_ANY_VERSION, 0x0303, 0x0303],
  SSL_in_init: [C.SSL_in_init, 1, 0, 0],
  SSL_get_state: [C.SSL_get_state, 0, 1, 1],
  SSL_state_string: [C.SSL_state_string, 'PINIT ', 'SSLOK ', 'SSLOK '],
  SSL_rstate_string: [C.SSL_rstate_string, 'RH', 'RH', 'RH'],
  SSL_rstate_string_long: [C.SSL_rstate_string_long, 'read header', 'read header', 'read header'],
  SSL_want: [C.SSL_want, C.SSL_NOTHING, C.SSL_READING, C.SSL_NOTHING],
  SSL_get_key_update_type: [C.SSL_get_key_update_type, -1, -1, -1],
  SSL_renegotiate_pending: [C.SSL_renegotiate_pending, 0, 0, 0],
  SSL_get_servername_type: [C.SSL_get_servername_type, -1, -1, -1],
  SSL_get0_next_proto_negotiated: [C.SSL_get0_next_proto_negotiated, null, null, null],
  SSL_get0_peername: [C.SSL_get0_peername, null, null, null],
  SSL_get0_certificate_types: [C.SSL_get0_certificate_types, null, null, null],
  SSL_get0_raw_cipherlist: [
    C.SSL_get0_raw_cipherlist,
    null,
    null,
    Buffer.from('13011302130300ff', 'hex'),
  ],
  SSL_client_hello_get0_random: [
    C.SSL_client_hello_get0_random,
    Buffer.of(),
    Buffer.of(),
    Buffer.of(),
  ],
  SSL_client_hello_get1_extensions_present: [
    C.SSL_client_hello_get1_extensions_present,
    null,
    null,
    null,
  ],
  SSL_get_shared_ciphers: [
    C.SSL_get_shared_ciphers,
    null,
    null,
    'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256',
  ],
};

function prepared(version: number): Contexts {
  const both = contexts(version);
  C.SSL_CTX_set1_groups(both.client, [x25519, p256]);
  const suites = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256';
  C.SSL_CTX_set_ciphersuites(both.client, suites);
  C.SSL_CTX_set_ciphersuites(both.server, suites);
  return both;
}

test.each(Object.entries(readers))('%s', (_, [read, first, ofClient, ofServer]) => {
  const both = prepared(C.TLS1_3_VERSION);
  const fresh = C.SSL_new(both.client);
  freeing.push(() => C.SSL_free(fresh));
  expect(read(fresh)).toEqual(first);
  const pair = newPair(both);
  // Under way: whatever it gives, it gives something.
  C.SSL_do_handshake(pair.client);
  carry(pair.client, pair.server);
  for (const ssl of [pair.client, pair.server]) expect(() => read(ssl)).not.toThrow();
  C.SSL_do_handshake(pair.server);
  for (const ssl of [pair.client, pair.server]) expect(() => read(ssl)).not.toThrow();
  expect(shake(pair)).toBe(true);
  C.SSL_read(pair.client, 1);
  expect([read(pair.client), read(pair.server)]).toEqual([ofClient, ofServer]);
  C.SSL_shutdown(pair.client);
  carry(pair.client, pair.server);
  C.SSL_read(pair.server, 1);
  for (const ssl of [pair.client, pair.server]) expect(() => read(ssl)).not.toThrow();
  close(pair);
});

test('SSL_bytes_to_cipher_list gives the suites, and those that only signal', () => {
  const ssl = C.SSL_new(contexts().server);
  freeing.push(() => C.SSL_free(ssl));
  const read = (hex: string, old = 0) => {
    const lists = C.SSL_bytes_to_cipher_list(ssl, Buffer.from(hex, 'hex'), old);
    return lists && [lists.suites.map(({ id }) => id), lists.scsvs.map(({ id }) => id)];
  };
  expect(read('1301c02b00ff56005a5a')).toEqual([
    [0x1301, 0xc02b],
    [0x00ff, 0x5600],
  ]);
  // What SSL 2.0 alone has begins with another byte.
  expect(read('0013010100800000ff', 1)).toEqual([[0x1301], [0x00ff]]);
  expect(C.SSL_bytes_to_cipher_list(ssl, Buffer.of(0x13, 1), 0)?.suites[0]).toEqual(
    C.SSL_CIPHER_find(0x1301),
  );
  for (const [hex, reason] of [
    ['', 'no ciphers specified'],
    ['130113', 'error in received cipher list'],
  ] as const) {
    expect(read(hex)).toBe(null);
    expect(C.lastErrors()[0]?.reason).toBe(reason);
  }
});

test('what libssl compresses with: nothing, in the builds of distributions', () => {
  const methods = C.SSL_COMP_get_compression_methods();
  for (const method of methods ?? []) {
    expect(C.SSL_COMP_get0_name(method)).toBe(method.name);
    expect(C.SSL_COMP_get_id(method)).toBe(method.id);
    expect(C.SSL_COMP_get_name(method.name)).toBe(method.name);
  }
  expect([[], null]).toContainEqual(methods);
  expect(C.SSL_COMP_get_name(null)).toBe(null);
  const wrong = expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' });
  expect(() => C.SSL_COMP_get_name('none')).toThrow(wrong);
  for (const get of [C.SSL_COMP_get0_name, C.SSL_COMP_get_id]) {
    expect(() => get({ id: 1, name: 'zlib compression' })).toThrow(wrongType);
  }
});

describe('SSL_select_next_proto', () => {
  const list = (...names: string[]) =>
    Buffer.concat(names.map((name) => Buffer.of(name.length, ...Buffer.from(name))));

  test('gives the first of the server’s that the client has, else the client’s first', () => {
    const client = list('http/1.1', 'h2', 'h3');
    const select = C.SSL_select_next_proto;
    expect(select(list('spdy', 'h3', 'h2'), client)).toEqual([1, Buffer.from('h3')]);
    expect(select(list('spdy'), client)).toEqual([2, Buffer.from('http/1.1')]);
    expect(select(Buffer.of(), client)).toEqual([2, Buffer.from('http/1.1')]);
  });

  test('refuses lists behind whose end C would read', () => {
    const h2 = list('h2');
    const wrong = expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' });
    for (const bad of [Buffer.of(3, 104, 50), Buffer.of(0), Buffer.of(2, 104, 50, 9)]) {
      expect(() => C.SSL_select_next_proto(bad, h2)).toThrow(wrong);
      expect(() => C.SSL_select_next_proto(h2, bad)).toThrow(wrong);
    }
    expect(() => C.SSL_select_next_proto(h2, Buffer.of())).toThrow(wrong);
  });
});

test('what belongs to the library itself', () => {
  expect(C.ERR_load_SSL_strings()).toBe(1);
  expect(C.SSL_get_ex_data_X509_STORE_CTX_idx()).toBe(1);
});

describe('the two sides agree', () => {
  function connected(version: number, prepare: (both: Contexts) => void = () => {}): Pair {
    const both = prepared(version);
    prepare(both);
    const pair = connect(both);
    freeing.push(() => close(pair));
    return pair;
  }

  test('on signature algorithms', () => {
    const pair = connected(C.TLS1_3_VERSION, ({ client }) => {
      expect(C.SSL_CTX_set1_sigalgs_list(client, 'ECDSA+SHA384:ECDSA+SHA256:ed25519')).toBe(1);
      expect(C.SSL_CTX_set1_sigalgs_list(client, 'none')).toBe(0);
    });
    const offered = C.SSL_get_sigalgs(pair.server);
    expect(offered).toEqual([
      { sign: 408, hash: 673, signAndHash: 795, rawSign: 3, rawHash: 5 },
      { sign: 408, hash: 672, signAndHash: 794, rawSign: 3, rawHash: 4 },
      { sign: 1087, hash: 0, signAndHash: 0, rawSign: 7, rawHash: 8 },
    ]);
    expect(C.SSL_get_shared_sigalgs(pair.server)).toEqual(expect.arrayContaining(offered));
    expect(C.SSL_get_sigalgs(pair.client)).toEqual([]);
  });

  test('on the numbers that stand for signature algorithms', () => {
    const pair = connected(C.TLS1_3_VERSION, ({ client }) => {
      expect(C.SSL_CTX_set1_sigalgs(client, [sha256, ecPublicKey])).toBe(1);
    });
    expect(C.SSL_get_sigalgs(pair.server).map(({ signAndHash }) => signAndHash)).toEqual([794]);
  });

  test('on keys of the key exchange', () => {
    for (const version of [C.TLS1_2_VERSION, C.TLS1_3_VERSION]) {
      const pair = connected(version);
      expect(C.SSL_get_peer_tmp_key(pair.client)).toEqual({
        id: x25519,
        name: 'X25519',
        bits: 253,
      });
    }
    const pair = connected(C.TLS1_3_VERSION);
    expect(C.SSL_get_peer_tmp_key(pair.server)).toEqual(C.SSL_get_peer_tmp_key(pair.client));
  });

  test('on the extended master secret, and the point formats', () => {
    const pair = connected(C.TLS1_2_VERSION);
    expect(C.SSL_get_extms_support(pair.client)).toBe(1);
    expect(C.SSL_get_extms_support(pair.server)).toBe(1);
    expect(C.SSL_get_secure_renegotiation_support(pair.client)).toBe(1);
    expect(C.SSL_get0_ec_point_formats(pair.server)).toEqual(Buffer.of(0, 1, 2));
    expect(C.SSL_get_pending_cipher(pair.client)).toEqual(C.SSL_get_current_cipher(pair.client));
  });

  test('on cipher suites', () => {
    const pair = connected(C.TLS1_3_VERSION);
    const ids = (list: C.CipherInfo[] | null) => list?.map(({ id }) => id);
    expect(ids(C.SSL_get_client_ciphers(pair.server))).toEqual([0x1301, 0x1302, 0x1303]);
    expect(C.SSL_get_client_ciphers(pair.client)).toBe(null);
    expect(ids(C.SSL_get1_supported_ciphers(pair.client))).toEqual([0x1301, 0x1302, 0x1303]);
    const all = C.SSL_get_ciphers(pair.client) ?? [];
    expect(all.length).toBeGreaterThan(10);
    expect(all.map((_, i) => C.SSL_get_cipher_list(pair.client, i))).toEqual(
      all.map(({ name }) => name),
    );
    expect(C.SSL_get_cipher_list(pair.client, all.length)).toBe(null);
    expect(C.SSL_get_cipher_list(pair.client, -1)).toBe(null);
    expect(C.SSL_get_shared_ciphers(pair.server, 30)).toBe('TLS_AES_128_GCM_SHA256');
    expect(C.SSL_get_shared_ciphers(pair.server, 0)).toBe(null);
  });

  test('on the answer of OCSP', () => {
    const both = prepared(C.TLS1_3_VERSION);
    const pair = newPair(both);
    C.SSL_set_tlsext_status_type(pair.client, 1);
    expect(shake(pair)).toBe(true);
    expect(C.SSL_get_tlsext_status_ocsp_resp(pair.client)).toBe(null);
    const [first, second] = [Buffer.alloc(1000, 1), Buffer.from('two')];
    expect(C.SSL_set_tlsext_status_ocsp_resp(pair.client, first)).toBe(1);
    expect(C.SSL_get_tlsext_status_ocsp_resp(pair.client)).toEqual(first);
    expect(C.SSL_set_tlsext_status_ocsp_resp(pair.client, second)).toBe(1);
    expect(C.SSL_get_tlsext_status_ocsp_resp(pair.client)).toEqual(second);
    expect(C.SSL_set_tlsext_status_ocsp_resp(pair.client, null)).toBe(1);
    expect(C.SSL_get_tlsext_status_ocsp_resp(pair.client)).toBe(null);
    close(pair);
  });

  test('on the chain that verifies', () => {
    const pair = connected(C.TLS1_3_VERSION, ({ client }) => {
      C.SSL_CTX_load_verify_locations(client, certificate);
      C.SSL_CTX_set_verify(client, C.SSL_VERIFY_PEER);
    });
    expect(C.SSL_get0_verified_chain(pair.client)).toEqual([
      C.SSL_get_peer_certificate(pair.client),
    ]);
    expect(C.SSL_get0_verified_chain(pair.server)).toBe(null);
  });
});

test('a ClientHello is read while the handshake waits there', () => {
  const both = contexts(C.TLS1_2_VERSION);
  C.SSL_CTX_sess_set_get_cb(both.server, () => 0);
  const first = connect(both);
  const session = C.SSL_get1_session(first.client);
  freeing.push(() => C.SSL_SESSION_free(session));
  close(first);
  C.SSL_CTX_set_options(both.client, C.SSL_OP_NO_TICKET);
  const random: Buffer[] = [];
  const pair = newPair(both);
  C.SSL_CTX_sess_set_get_cb(both.server, () => {
    random.push(C.SSL_client_hello_get0_random(pair.server));
    return 0;
  });
  expect(shake(pair)).toBe(true);
  expect(C.SSL_client_hello_get0_legacy_version(pair.server)).toBe(0);
  expect(C.SSL_client_hello_isv2(pair.server)).toBe(0);
  expect(C.SSL_client_hello_get0_ciphers(pair.server)).toHaveLength(0);
  expect(C.SSL_client_hello_get0_session_id(pair.server)).toHaveLength(0);
  expect(C.SSL_client_hello_get0_compression_methods(pair.server)).toHaveLength(0);
  expect(C.SSL_client_hello_get0_ext(pair.server, 0)).toBe(null);
  for (const each of random) expect(each).toEqual(C.SSL_get_client_random(pair.client));
  close(pair);
});

describe('cipher suites', () => {
  const suite = C.SSL_CIPHER_find(0xc02b) as C.CipherInfo;
  // [function, of ECDHE-ECDSA-AES128-GCM-SHA256, of NULL; undefined: refused]
  const functions: [(cipher: never) => unknown, unknown, unknown][] = [
    [C.SSL_CIPHER_get_name, 'ECDHE-ECDSA-AES128-GCM-SHA256', '(NONE)'],
    [C.SSL_CIPHER_standard_name, 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', '(NONE)'],
    [C.SSL_CIPHER_get_version, 'TLSv1.2', '(NONE)'],
    [C.SSL_CIPHER_get_id, 0x0300_c02b, undefined],
    [C.SSL_CIPHER_get_protocol_id, 0xc02b, undefined],
    [C.SSL_CIPHER_get_kx_nid, 1038, undefined],
    [C.SSL_CIPHER_get_auth_nid, 1047, undefined],
    [C.SSL_CIPHER_get_cipher_nid, 895, 0],
    [C.SSL_CIPHER_get_digest_nid, 0, undefined],
    [C.SSL_CIPHER_is_aead, 1, undefined],
    [C.SSL_CIPHER_get_handshake_digest, 'SHA256', undefined],
    [C.SSL_CIPHER_get_bits, [128, 128], [0, 0]],
  ];

  test.each(functions)('%o', (call, value, ofNull) => {
    expect(call(suite as never)).toEqual(value);
    expect(call(suite.id as never)).toEqual(value);
    if (ofNull === undefined) expect(() => call(null as never)).toThrow(wrongType);
    else expect(call(null as never)).toEqual(ofNull);
    for (const none of ['x', undefined, {}, true]) {
      expect(() => call(none as never)).toThrow(wrongType);
    }
    for (const none of [0, -1, 0.5, { id: 7 }, Number.NaN]) {
      expect(() => call(none as never)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
      );
    }
  });

  test('have a description and two names', () => {
    expect(C.SSL_CIPHER_description(suite)).toMatch(
      /^ECDHE-ECDSA-AES128-GCM-SHA256 TLSv1.2 Kx=ECDH +Au=ECDSA Enc=AESGCM\(128\) Mac=AEAD\n$/,
    );
    expect(C.OPENSSL_cipher_name('TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256')).toBe(suite.name);
    expect(C.OPENSSL_cipher_name('none')).toBe('(NONE)');
  });
});

test('alerts have names', () => {
  expect(C.SSL_alert_desc_string(40)).toBe('HF');
  expect(C.SSL_alert_desc_string_long(40)).toBe('handshake failure');
  expect(C.SSL_alert_type_string((2 << 8) | 40)).toBe('F');
  expect(C.SSL_alert_type_string_long(1 << 8)).toBe('warning');
  expect(C.SSL_alert_type_string_long(-1)).toBe('unknown');
  expect(C.SSL_extension_supported(0)).toBe(1);
  expect(C.SSL_extension_supported(0xfff0)).toBe(0);
});
