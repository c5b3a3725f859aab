// What libssl asks about its settings.

import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import {
  connect,
  freedAfterEach,
  invalid,
  newPair,
  outOfRange,
  type Pair,
  privateKey,
  shake,
  stale,
  wrongType,
} from '../support/c-named.js';
import { fixture } from '../support/fixture.js';

const { contextsOf, freed, freeing } = freedAfterEach();

describe('SSL_CTX_set_security_callback', () => {
  const x25519 = 1034;
  const rules = [{ op: C.SSL_SECOP_CURVE_SUPPORTED, nid: x25519, result: 0 as const }];

  test('refuses what a rule refuses', () => {
    const contexts = contextsOf(C.TLS1_3_VERSION);
    const group = () => C.SSL_get_peer_tmp_key(freed(connect(contexts)).client)?.name;
    expect(group()).toBe('X25519');
    C.SSL_CTX_set_security_callback(contexts.client, rules);
    expect(C.SSL_CTX_get_security_callback(contexts.client)).toEqual(rules);
    expect(group()).toBe('prime256v1');
    C.SSL_CTX_set_security_callback(contexts.client, null);
    expect(C.SSL_CTX_get_security_callback(contexts.client)).toBe(null);
    expect(group()).toBe('X25519');
  });

  test('allows what the level does not', () => {
    const contexts = contextsOf(C.TLS1_2_VERSION);
    C.SSL_CTX_set_security_level(contexts.client, 5);
    expect(shake(freed(newPair(contexts)))).toBe(false);
    C.SSL_CTX_set_security_callback(contexts.client, [{ below: 256, result: 1 }]);
    freed(connect(contexts));
    C.SSL_CTX_set_security_callback(contexts.client, [{ below: 128, result: 1 }]);
    expect(shake(freed(newPair(contexts)))).toBe(false);
  });

  test('SSL_set_security_callback: the rules of a connection come first', () => {
    const contexts = contextsOf(C.TLS1_3_VERSION);
    C.SSL_CTX_set_security_callback(contexts.client, rules);
    const pair = freed(newPair(contexts));
    expect(C.SSL_get_security_callback(pair.client)).toEqual(rules);
    const own = [{ nid: x25519, result: 1 as const }];
    C.SSL_set_security_callback(pair.client, own);
    expect(C.SSL_get_security_callback(pair.client)).toEqual(own);
    expect(shake(pair)).toBe(true);
    expect(C.SSL_get_peer_tmp_key(pair.client)?.name).toBe('X25519');
  });
});

test('SSL_CTX_set_record_padding_callback: records get longer, by the first rule that fits', () => {
  const contexts = contextsOf(C.TLS1_3_VERSION);
  const sent = (ssl: C.Handle, size: number) => {
    C.SSL_write(ssl, Buffer.alloc(size));
    return C.BIO_read(ssl)?.length;
  };
  const plain = freed(connect(contexts));
  const overhead = 22; // the header, the type and the tag
  expect(sent(plain.client, 100)).toBe(100 + overhead);
  C.SSL_CTX_set_record_padding_callback(contexts.client, [
    { type: C.SSL3_RT_APPLICATION_DATA, bytes: 10, multiple: 64 },
    { bytes: 1000 },
  ]);
  const pair = freed(connect(contexts));
  expect(sent(pair.client, 100)).toBe(128 - 1 + 10 + overhead); // the type counts
  expect(sent(pair.client, 16_384)).toBe(16_384 + overhead);
  C.SSL_set_record_padding_callback(pair.client, [{ bytes: 7 }]);
  expect(sent(pair.client, 100)).toBe(107 + overhead);
  C.SSL_set_record_padding_callback(pair.client, null);
  expect(sent(pair.client, 100)).toBe(100 + overhead);
});

test('SSL_CTX_set_tmp_dh_callback: the parameters of a server for DHE', () => {
  const contexts = contextsOf(C.TLS1_2_VERSION);
  const pem = fixture('options-dh2048.pem').toString();
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
  const [cert, key] = [fixture('options-good-cert.pem'), fixture('options-good-key.pem')];
  expect(C.SSL_CTX_use_certificate_chain(contexts.server, cert)).toBe(1);
  expect(C.SSL_CTX_use_PrivateKey(contexts.server, key)).toBe(1);
  expect(C.SSL_CTX_set_cipher_list(contexts.client, 'DHE-RSA-AES128-GCM-SHA256')).toBe(1);
  expect(shake(freed(newPair(contexts)))).toBe(false);
  expect(C.SSL_CTX_set_tmp_dh_callback(contexts.server, der)).toBe(1);
  const tmpKey = (pair: Pair) => C.SSL_get_peer_tmp_key(pair.client);
  expect(tmpKey(freed(connect(contexts)))).toMatchObject({ id: 28, bits: 2048 });
  expect(C.SSL_CTX_set_tmp_dh_callback(contexts.server, Buffer.from('no DER'))).toBe(0);
  C.SSL_CTX_set_tmp_dh_callback(contexts.server, null);
  expect(shake(freed(newPair(contexts)))).toBe(false);
  const own = freed(newPair(contexts));
  expect(C.SSL_set_tmp_dh_callback(own.server, der)).toBe(1);
  expect(shake(own)).toBe(true);
});

test('SSL_CTX_set_default_passwd_cb: the passphrase of a file, and never the terminal', () => {
  const directory = mkdtempSync(join(tmpdir(), 'libssl-session-'));
  freeing.push(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'key.pem');
  const passphrase = Buffer.from('passphrase');
  const options = { format: 'pem', type: 'pkcs8', cipher: 'aes-128-cbc', passphrase } as const;
  writeFileSync(file, createPrivateKey(privateKey).export(options));
  const contexts = contextsOf(0);
  const { server } = contexts;
  const pem = 1; // SSL_FILETYPE_PEM
  expect(C.SSL_CTX_get_default_passwd_cb(server)).toBe(null);
  expect(C.SSL_CTX_use_PrivateKey_file(server, file, pem)).toBe(0);
  C.SSL_CTX_set_default_passwd_cb(server, Buffer.from('another'));
  expect(C.SSL_CTX_use_PrivateKey_file(server, file, pem)).toBe(0);
  C.SSL_CTX_set_default_passwd_cb(server, passphrase);
  expect(C.SSL_CTX_get_default_passwd_cb(server)).toEqual(passphrase);
  expect(C.SSL_CTX_use_PrivateKey_file(server, file, pem)).toBe(1);
  const pair = freed(newPair(contexts));
  expect(C.SSL_use_PrivateKey_file(pair.server, file, pem)).toBe(1);
  C.SSL_set_default_passwd_cb(pair.client, passphrase);
  expect(C.SSL_get_default_passwd_cb(pair.client)).toEqual(passphrase);
  expect(C.SSL_use_PrivateKey_file(pair.client, file, pem)).toBe(1);
  C.SSL_CTX_set_default_passwd_cb(server, null);
  expect(C.SSL_CTX_use_PrivateKey_file(server, file, pem)).toBe(0);
});

test('wrong arguments and handles are refused', () => {
  const { server } = contextsOf(0);
  const text = 'x' as never;
  expect(() => C.SSL_CTX_set_security_callback(server, text)).toThrow(wrongType);
  expect(() => C.SSL_CTX_set_security_callback(server, [text])).toThrow(wrongType);
  expect(() => C.SSL_CTX_set_security_callback(server, [{ result: 2 as 1 }])).toThrow(outOfRange);
  expect(() => C.SSL_CTX_set_record_padding_callback(server, [{ bytes: -1 }])).toThrow(outOfRange);
  expect(() => C.SSL_CTX_set_tmp_dh_callback(server, text)).toThrow(wrongType);
  expect(() => C.SSL_CTX_set_default_passwd_cb(server, text)).toThrow(wrongType);
  for (const handle of [stale('context'), stale('connection')]) {
    expect(() => C.SSL_CTX_set_security_callback(handle, null)).toThrow(invalid);
    expect(() => C.SSL_CTX_get_security_callback(handle)).toThrow(invalid);
    expect(() => C.SSL_set_record_padding_callback(handle, null)).toThrow(invalid);
    expect(() => C.SSL_set_tmp_dh_callback(handle, null)).toThrow(invalid);
    expect(() => C.SSL_get_default_passwd_cb(handle)).toThrow(invalid);
  }
});
