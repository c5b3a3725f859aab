// SSL_export_keying_material_early: where it gives something, both sides get the same.

import * as C from 'libssl-session/libssl';
import { expect, test } from 'vitest';
import {
  type Contexts,
  carry,
  freedAfterEach,
  newPair,
  newPsk,
  newSession,
  outOfRange,
  type Pair,
  shake,
  unsafe,
  wrongType,
} from '../support/c-named.js';

const { contextsOf, freed, freeing } = freedAfterEach();

const early = Buffer.from('early');
const material = (ssl: C.Handle, size = 32, context = 'context') =>
  C.SSL_export_keying_material_early(ssl, size, 'EXPORTER-test', Buffer.from(context));

function earlyContexts(): Contexts {
  const contexts = contextsOf(C.TLS1_3_VERSION);
  for (const ctx of [contexts.client, contexts.server]) C.SSL_CTX_set_max_early_data(ctx, 100);
  return contexts;
}

/** The client has sent early data, which the server has read, or not. */
function begin(contexts: Contexts, session: C.Handle | 0): Pair {
  const pair = freed(newPair(contexts, session));
  expect(C.SSL_write_early_data(pair.client, early)).toBe(1);
  carry(pair.client, pair.server);
  return pair;
}

function sessionOf(contexts: Contexts): C.Handle {
  const session = newSession(contexts);
  freeing.push(() => C.SSL_SESSION_free(session));
  return session;
}

test('both sides get the same, once the server has accepted early data', () => {
  const contexts = earlyContexts();
  const pair = begin(contexts, sessionOf(contexts));
  const ofClient = material(pair.client);
  expect(ofClient?.length).toBe(32);
  expect(material(pair.server)).toBe(null);
  expect(C.SSL_read_early_data(pair.server, 100)).toEqual([C.SSL_READ_EARLY_DATA_SUCCESS, early]);
  expect(material(pair.server)).toEqual(ofClient);
  expect(shake(pair)).toBe(true);
  for (const ssl of [pair.client, pair.server]) {
    expect(material(ssl)).toEqual(ofClient);
    expect(material(ssl, 32, 'other')).not.toEqual(ofClient);
    expect(material(ssl, 255 * 48)?.length).toBe(255 * 48);
    expect(material(ssl, 255 * 48 + 1)).toBe(null);
  }
});

test('there is none without early data, and before TLS 1.3', () => {
  for (const version of [C.TLS1_2_VERSION, C.TLS1_3_VERSION]) {
    const pair = freed(newPair(contextsOf(version)));
    expect([material(pair.client), material(pair.server)]).toEqual([null, null]);
    expect(shake(pair)).toBe(true);
    expect([material(pair.client), material(pair.server)]).toEqual([null, null]);
  }
});

test('a client has it of its PSK, too', () => {
  const contexts = earlyContexts();
  const psk = newPsk();
  freeing.push(() => C.SSL_SESSION_free(psk));
  C.SSL_SESSION_set_max_early_data(psk, 100);
  const identity = Buffer.from('identity');
  C.SSL_CTX_set_psk_use_session_callback(contexts.client, { identity, session: psk });
  C.SSL_CTX_set_psk_find_session_callback(contexts.server, [[identity, psk]]);
  const pair = begin(contexts, 0);
  const ofClient = material(pair.client);
  expect(ofClient?.length).toBe(32);
  C.SSL_read_early_data(pair.server, 100);
  expect(shake(pair)).toBe(true);
  expect([material(pair.client), material(pair.server)]).toEqual([ofClient, ofClient]);
});

test('U26: early keying material of a client whose early data was rejected', () => {
  const contexts = earlyContexts();
  const session = sessionOf(contexts);
  C.SSL_CTX_flush_sessions(contexts.server, 0); // which has forgotten it
  const pair = begin(contexts, session);
  expect(material(pair.client)?.length).toBe(32);
  C.SSL_read_early_data(pair.server, 100);
  expect(shake(pair)).toBe(true);
  expect(C.SSL_get_early_data_status(pair.client)).toBe(C.SSL_EARLY_DATA_REJECTED);
  expect(() => material(pair.client)).toThrow(unsafe);
  expect(material(pair.server)).toBe(null);
});

test('a wrong argument is refused', () => {
  const { client } = freed(newPair(contextsOf(C.TLS1_3_VERSION)));
  expect(() => material(client, 65_536)).toThrow(outOfRange);
  expect(() => C.SSL_export_keying_material_early(client, 8, 'a', null as never)).toThrow(
    wrongType,
  );
});
