// SSL_CONF_…: the commands of configuration files and of programs. test/native/configuration_test.cc
// has what they may do.

import { fileURLToPath } from 'node:url';
import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import {
  carry,
  close,
  connect,
  freedAfterEach,
  invalid,
  newPair,
  outOfRange,
  shake,
  stale,
  unsafe,
  wrongType,
} from '../support/c-named.js';

const { contextsOf, freeing } = freedAfterEach();
const file = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

function configuration(flags = C.SSL_CONF_FLAG_FILE): C.Handle {
  const cctx = C.SSL_CONF_CTX_new();
  freeing.push(() => C.SSL_CONF_CTX_free(cctx));
  const all = flags | C.SSL_CONF_FLAG_CLIENT | C.SSL_CONF_FLAG_SERVER | C.SSL_CONF_FLAG_CERTIFICATE;
  expect(C.SSL_CONF_CTX_set_flags(cctx, all)).toBe(all);
  return cctx;
}

test('commands of a file set up a server', () => {
  const { client, server } = contextsOf(C.TLS1_3_VERSION);
  const fresh = C.SSL_CTX_new(C.TLS_server_method());
  freeing.push(() => C.SSL_CTX_free(fresh));
  const cctx = configuration();
  C.SSL_CONF_CTX_set_flags(cctx, C.SSL_CONF_FLAG_REQUIRE_PRIVATE);
  C.SSL_CONF_CTX_set_ssl_ctx(cctx, fresh);
  const commands = {
    Certificate: file('tls-cert.pem'),
    PrivateKey: file('tls-key.pem'),
    MinProtocol: 'TLSv1.2',
    Ciphersuites: 'TLS_CHACHA20_POLY1305_SHA256',
    Options: '-SessionTicket,ServerPreference',
    NumTickets: '1',
    RequestCAFile: file('tls-cert.pem'),
  };
  for (const [command, value] of Object.entries(commands)) {
    expect(C.SSL_CONF_cmd(cctx, command, value), command).toBe(2);
  }
  expect(C.SSL_CONF_CTX_finish(cctx)).toBe(1);
  expect(C.SSL_CTX_get_min_proto_version(fresh)).toBe(C.TLS1_2_VERSION);
  expect(C.SSL_CTX_get_num_tickets(fresh)).toBe(1);
  expect(Number(C.SSL_CTX_get_options(fresh)) & C.SSL_OP_NO_TICKET).not.toBe(0);
  expect(C.SSL_CTX_get0_CA_list(fresh)).toHaveLength(1);
  const pair = connect({ client, server: fresh });
  expect(C.SSL_get_current_cipher(pair.client)?.name).toBe('TLS_CHACHA20_POLY1305_SHA256');
  close(pair);
  expect(C.SSL_CONF_cmd(cctx, 'NumTickets', '256')).toBe(0);
  expect(C.SSL_CTX_get_num_tickets(fresh)).toBe(1);
  expect(server).not.toBe(fresh);
});

test('commands of a program are for a connection, too', () => {
  const { client } = contextsOf();
  const ssl = C.SSL_new(client);
  const cctx = configuration(C.SSL_CONF_FLAG_CMDLINE);
  C.SSL_CONF_CTX_set_ssl(cctx, ssl);
  expect(C.SSL_CONF_cmd_argv(cctx, ['-max_protocol', 'TLSv1.2', '-x'])).toBe(2);
  expect(C.SSL_get_max_proto_version(ssl)).toBe(C.TLS1_2_VERSION);
  expect(C.SSL_CONF_cmd_argv(cctx, ['-no_ticket'])).toBe(1);
  expect(C.SSL_CONF_cmd_argv(cctx, ['host'])).toBe(0);
  expect(C.SSL_CONF_cmd_argv(cctx, [])).toBe(0);
  expect(C.SSL_CONF_cmd_argv(cctx, ['-groups'])).toBe(-3);
  expect(C.SSL_CONF_cmd_argv(cctx, ['-groups', 'none'])).toBe(-1);
  C.SSL_free(ssl);
  expect(() => C.SSL_CONF_cmd(cctx, '-groups', 'P-256')).toThrow(invalid);
  C.SSL_CONF_CTX_set_ssl(cctx, 0);
  expect(C.SSL_CONF_cmd(cctx, '-groups', 'P-256')).toBe(2);
});

test('what is wrong is told, with its reason where that is wanted', () => {
  const cctx = configuration();
  expect(C.SSL_CONF_cmd(cctx, 'Groups', 'none')).toBe(0);
  expect(C.SSL_CONF_cmd(cctx, 'Groups', null)).toBe(-3);
  expect(C.SSL_CONF_cmd(cctx, 'none', '1')).toBe(-2);
  C.SSL_CONF_CTX_set_flags(cctx, C.SSL_CONF_FLAG_SHOW_ERRORS);
  expect(C.SSL_CONF_cmd(cctx, 'none', '1')).toBe(-2);
  expect(C.lastErrors()[0]?.reason).toBe('unknown cmd name');
});

test('a prefix, flags, and the types of values', () => {
  const cctx = configuration();
  expect(C.SSL_CONF_CTX_set1_prefix(cctx, 'ssl_')).toBe(1);
  expect(C.SSL_CONF_cmd_value_type(cctx, 'Groups')).toBe(C.SSL_CONF_TYPE_UNKNOWN);
  expect(C.SSL_CONF_cmd_value_type(cctx, 'ssl_Groups')).toBe(C.SSL_CONF_TYPE_STRING);
  expect(C.SSL_CONF_cmd_value_type(cctx, 'SSL_Certificate')).toBe(C.SSL_CONF_TYPE_FILE);
  expect(C.SSL_CONF_CTX_clear_flags(cctx, C.SSL_CONF_FLAG_CERTIFICATE)).toBe(0xe);
  expect(C.SSL_CONF_cmd_value_type(cctx, 'ssl_Certificate')).toBe(C.SSL_CONF_TYPE_UNKNOWN);
  expect(C.SSL_CONF_CTX_set1_prefix(cctx, null)).toBe(1);
  expect(C.SSL_CONF_cmd_value_type(cctx, 'Groups')).toBe(C.SSL_CONF_TYPE_STRING);
});

test('U21: a connection’s certificate does not change while its handshake is under way', () => {
  const pair = newPair(contextsOf());
  const cctx = configuration();
  C.SSL_CONF_CTX_set_ssl(cctx, pair.server);
  C.SSL_do_handshake(pair.client);
  carry(pair.client, pair.server);
  C.SSL_do_handshake(pair.server);
  expect(() => C.SSL_CONF_cmd(cctx, 'Certificate', file('tls-cert.pem'))).toThrow(unsafe);
  expect(() => C.SSL_CONF_CTX_finish(cctx)).toThrow(unsafe);
  carry(pair.server, pair.client);
  expect(shake(pair)).toBe(true);
  close(pair);
});

// Each with arguments that are right but for the handle.
const functions: Record<string, (cctx: C.Handle) => unknown> = {
  SSL_CONF_CTX_finish: (h) => C.SSL_CONF_CTX_finish(h),
  SSL_CONF_CTX_set_flags: (h) => C.SSL_CONF_CTX_set_flags(h, 1),
  SSL_CONF_CTX_clear_flags: (h) => C.SSL_CONF_CTX_clear_flags(h, 1),
  SSL_CONF_CTX_set1_prefix: (h) => C.SSL_CONF_CTX_set1_prefix(h, 'a'),
  SSL_CONF_CTX_set_ssl: (h) => C.SSL_CONF_CTX_set_ssl(h, 0),
  SSL_CONF_CTX_set_ssl_ctx: (h) => C.SSL_CONF_CTX_set_ssl_ctx(h, 0),
  SSL_CONF_cmd: (h) => C.SSL_CONF_cmd(h, 'a', 'b'),
  SSL_CONF_cmd_argv: (h) => C.SSL_CONF_cmd_argv(h, ['a']),
  SSL_CONF_cmd_value_type: (h) => C.SSL_CONF_cmd_value_type(h, 'a'),
};

describe('a handle', () => {
  test.each(Object.entries(functions))('that is none is refused by %s', (_, call) => {
    const cctx = C.SSL_CONF_CTX_new();
    C.SSL_CONF_CTX_free(cctx);
    for (const handle of [cctx, contextsOf().client, -1]) {
      expect(() => call(handle as C.Handle)).toThrow(invalid);
    }
    expect(() => call(0 as C.Handle)).toThrow(unsafe);
    expect(() => call('1' as never)).toThrow(wrongType);
  });

  test('can be freed once', () => {
    const cctx = C.SSL_CONF_CTX_new();
    C.SSL_CONF_CTX_free(cctx);
    expect(() => C.SSL_CONF_CTX_free(cctx)).toThrow(invalid);
    expect(C.SSL_CONF_CTX_free(0)).toBe(undefined);
  });

  test('of another object is no target', () => {
    const cctx = configuration();
    const { client } = contextsOf();
    expect(() => C.SSL_CONF_CTX_set_ssl(cctx, client)).toThrow(invalid);
    expect(() => C.SSL_CONF_CTX_set_ssl_ctx(cctx, stale('context'))).toThrow(invalid);
    expect(() => C.SSL_CONF_CTX_set_flags(cctx, -1)).toThrow(outOfRange);
    expect(() => C.SSL_CONF_cmd_argv(cctx, 'x' as never)).toThrow(wrongType);
    expect(() => C.SSL_CONF_cmd(cctx, 5 as never, null)).toThrow(wrongType);
  });
});
