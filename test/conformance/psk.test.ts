// create_a_psk, test_psk_tickets, test_tls13_psk: sessions as external PSKs of TLS 1.3. libssl's
// callbacks get their answers in advance, and the observers count them.

import { type SslSession, sessionCounts, startCounting } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contexts, createPsk, pskIdentity, SessionCounter } from './sslapitest.js';

beforeAll(startCounting);
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

const identity = Buffer.from(pskIdentity);

test('1.1 create_a_psk: each call returns 1, and up_ref for each use', () => {
  const psk = C.SSL_SESSION_new();
  expect(psk).not.toBe(0);
  const cipher = C.SSL_CIPHER_find('TLS_AES_256_GCM_SHA384');
  expect(C.SSL_SESSION_set1_master_key(psk, Buffer.alloc(48, 1))).toBe(1);
  expect(C.SSL_SESSION_set_cipher(psk, cipher)).toBe(1);
  expect(C.SSL_SESSION_set_protocol_version(psk, C.TLS1_3_VERSION)).toBe(1);
  expect(C.SSL_SESSION_up_ref(psk)).toBe(1);
  expect(C.SSL_SESSION_up_ref(psk)).toBe(1);
  for (let references = 3; references > 0; references -= 1) C.SSL_SESSION_free(psk);
});

/** How often libssl asked. */
interface Counts {
  use: number;
  find: number;
  client: number;
  server: number;
  /** Of each call of the use callback: whether it was given a hash. */
  hashes: boolean[];
}

interface Setting {
  contexts: Contexts;
  psk: SslSession;
  /** Whether the callbacks of TLS 1.3, or those of before, or both. */
  kinds: { current: boolean; old: boolean };
}

/** What both sides' callbacks answer from now on; they are told of in the counts given back. */
function answer(
  { contexts, psk, kinds }: Setting,
  answers: { offered: boolean; known: boolean },
): Counts {
  const counts: Counts = { use: 0, find: 0, client: 0, server: 0, hashes: [] };
  const client = contexts.client.handle;
  const server = contexts.server.handle;
  const { offered, known } = answers;
  if (kinds.current) {
    const use = offered ? { identity, session: psk.handle } : null;
    C.SSL_CTX_set_psk_use_session_callback(client, use, (_ssl, hashFixed) => {
      counts.use += 1;
      counts.hashes.push(hashFixed);
    });
    const find = [[known ? identity : Buffer.from('Dummy Identity'), psk.handle]] as const;
    C.SSL_CTX_set_psk_find_session_callback(server, find, () => {
      counts.find += 1;
    });
  }
  if (kinds.old) {
    // As the callbacks in C read it.
    const key = C.SSL_SESSION_get_master_key(psk.handle);
    const give = offered ? { identity: pskIdentity, key } : null;
    C.SSL_CTX_set_psk_client_callback(client, give, () => {
      counts.client += 1;
    });
    const keys = [[known ? pskIdentity : 'Dummy Identity', key]] as const;
    C.SSL_CTX_set_psk_server_callback(server, keys, () => {
      counts.server += 1;
    });
  }
  return counts;
}

test('1.1 test_psk_tickets: without a certificate, find = 1, use = 1, new = 1', () => {
  const suite = 'TLS_AES_256_GCM_SHA384';
  using contexts = new Contexts({
    server: { ciphers: suite },
    client: { ciphers: suite },
    anonymous: true,
  });
  using psk = createPsk(suite);
  using counter = new SessionCounter(contexts.client);
  const setting = { contexts, psk, kinds: { current: true, old: false } };
  const counts = answer(setting, { offered: true, known: true });
  using pair = contexts.connect();
  expect(pair.reused).toBe(true);
  expect(counts).toMatchObject({ find: 1, use: 1 });
  expect(counter.new).toBe(1);
});

describe.each([
  [0, 'new callbacks', { current: true, old: false }, false],
  [1, 'new and old callbacks', { current: true, old: true }, false],
  [2, 'old callbacks', { current: false, old: true }, false],
  [3, 'old callbacks, no certificate', { current: false, old: true }, true],
] as const)('1.1 test_tls13_psk %i', (index, what, kinds, anonymous) => {
  const fact = (which: string) => `1.1 test_tls13_psk ${index} (${what}): ${which}`;
  const { current } = kinds;
  // What the old callbacks give is for SHA-256 always.
  const suite = 'TLS_AES_128_GCM_SHA256';

  function setting(work: (given: Setting) => void, server: { ecdhCurve?: string } = {}): void {
    using contexts = new Contexts({
      server: { ciphers: suite, ...server },
      client: { ciphers: suite },
      anonymous,
    });
    using psk = createPsk(suite);
    work({ contexts, psk, kinds });
  }

  if (!anonymous) {
    const client = index === 0 ? 0 : 1;
    const asked = current ? 'use = 1' : 'use = 0';
    test(fact(`no PSK offered: not reused, ${asked}, find = 0, old client = ${client}`), () => {
      setting((given) => {
        const counts = answer(given, { offered: false, known: true });
        using pair = given.contexts.connect();
        expect(pair.reused).toBe(false);
        expect(counts).toMatchObject({ use: current ? 1 : 0, find: 0, client, server: 0 });
      });
    });

    test(fact('identity unknown to the server: not reused, each asked once'), () => {
      setting((given) => {
        const counts = answer(given, { offered: true, known: false });
        using pair = given.contexts.connect();
        expect(pair.reused).toBe(false);
        if (current) expect(counts).toMatchObject({ use: 1, find: 1 });
        else expect(counts).toMatchObject({ client: 1, server: 1 });
      });
    });
  }

  test(fact('PSK offered: reused on both sides, each asked once'), () => {
    setting((given) => {
      const counts = answer(given, { offered: true, known: true });
      using pair = given.contexts.connect();
      expect(pair.reused).toBe(true);
      if (current) expect(counts).toMatchObject({ use: 1, find: 1, client: 0, server: 0 });
      else expect(counts).toMatchObject({ client: 1, server: 1 });
    });
  });

  test(fact('with HelloRetryRequest: reused, each asked twice, then with the hash'), () => {
    // Not the curve that the client expects.
    const server = { ecdhCurve: 'P-256' };
    setting((given) => {
      const counts = answer(given, { offered: true, known: true });
      using pair = given.contexts.connect();
      expect(pair.reused).toBe(true);
      if (current) expect(counts).toMatchObject({ use: 2, find: 2, hashes: [false, true] });
      else expect(counts).toMatchObject({ client: 2, server: 2 });
    }, server);
  });
});
