// test_early_data_…: sessions that carry data before the handshake is over.

import { type SslSession, sessionCounts, startCounting } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  Contexts,
  carry,
  createPsk,
  exchange,
  finish,
  firstSession,
  pskIdentity,
  sessionOf,
} from './sslapitest.js';
import type { Pair } from './support.js';

beforeAll(startCounting);
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

const identity = Buffer.from(pskIdentity);
const [hello, world, more] = ['Hello', 'World.', 'and more'].map((text) => Buffer.from(text)) as [
  Buffer,
  Buffer,
  Buffer,
];
const maxEarlyData = 16384;
const { SSL_READ_EARLY_DATA_FINISH, SSL_READ_EARLY_DATA_SUCCESS, SSL_READ_EARLY_DATA_ERROR } = C;

/** What is offered: a session of a first connection, or a PSK session. */
const offers = [
  '0 (resumed session)',
  '1 (resumed session, reading ahead)',
  '2 (PSK session)',
] as const;
type Offer = (typeof offers)[number];
const [plain, readsAhead, psk] = offers;
const isPsk = (offer: Offer) => offer === psk;

/** Connections that have said nothing yet; the client offers early data. */
class Early implements Disposable {
  readonly contexts: Contexts;
  readonly session: SslSession;
  readonly #psk: boolean;
  #pair: Pair | undefined;

  constructor(offer: Offer, options: ConstructorParameters<typeof Contexts>[0] = {}) {
    this.#psk = isPsk(offer);
    this.contexts = new Contexts({
      server: { maxEarlyData, ...options.server },
      // libssl's own. With a client's, a session that was used once is not offered again.
      client: { sessionCacheMode: C.SSL_SESS_CACHE_SERVER, ...options.client },
    });
    if (offer === readsAhead) {
      for (const side of [this.contexts.client, this.contexts.server]) {
        C.SSL_CTX_set_read_ahead(side.handle, 1);
      }
    }
    if (this.#psk) {
      this.session = createPsk();
      expect(C.SSL_SESSION_set_max_early_data(this.session.handle, 0x100)).toBe(1);
      this.contexts.server.setAnswers({ pskSessions: [[identity, this.session]] });
    } else {
      this.session = firstSession(this.contexts);
      expect(this.session.maxEarlyData).toBe(maxEarlyData);
    }
  }

  /** Again: frees the connections before. */
  pair(): Pair {
    this.#pair?.[Symbol.dispose]();
    const { session } = this;
    this.#pair = this.contexts.pair(
      this.#psk ? { pskSession: { identity, session } } : { session },
    );
    return this.#pair;
  }

  [Symbol.dispose](): void {
    this.#pair?.[Symbol.dispose]();
    this.session.free();
    this.contexts[Symbol.dispose]();
  }
}

/** Data that goes one way. */
function send(from: C.Handle, to: C.Handle, data: Buffer): void {
  expect(C.SSL_write(from, data)).toBe(data.length);
  carry(from, to);
  expect(C.SSL_read(to, 100)).toEqual(data);
}

function expectStatus(pair: Pair, status: 'notSent' | 'rejected' | 'accepted'): void {
  expect(pair.server.earlyDataStatus).toBe(status);
  expect(pair.client.earlyDataStatus).toBe(status);
}

describe.each(offers)('1.1 test_early_data_read_write %s', (offer) => {
  const fact = (what: string) => `1.1 test_early_data_read_write ${offer}: ${what}`;

  test(fact('early data both ways is ACCEPTED, and the next session allows it too'), () => {
    using early = new Early(offer);
    const pair = early.pair();
    const { client, server } = pair;
    client.writeEarlyData(hello);
    server.receive(client.take());
    expect(server.readEarlyData()).toEqual(hello);
    expect(server.earlyDataStatus).toBe('accepted');
    server.writeEarlyData(world);
    client.writeEarlyData(more);
    server.receive(client.take());
    expect(server.readEarlyData()).toEqual(more);
    exchange(pair);
    client.handshake();
    exchange(pair);
    expect(pair.reused).toBe(true);
    expectStatus(pair, 'accepted');
    expect(client.read()).toEqual(world);
    client.write(hello);
    client.write(more);
    exchange(pair);
    expect(server.read()).toEqual(Buffer.concat([hello, more]));
    server.write(world);
    exchange(pair);
    expect(client.read()).toEqual(world);

    using next = sessionOf(client);
    expect(next.maxEarlyData).toBe(maxEarlyData);
    pair[Symbol.dispose]();
    if (isPsk(offer)) return;
    using again = early.contexts.pair({ session: next });
    again.client.writeEarlyData(hello);
    again.server.receive(again.client.take());
    expect(again.server.readEarlyData()).toEqual(hello);
    again.handshake();
    expectStatus(again, 'accepted');
  });
});

describe.each([plain, readsAhead])('1.1 test_early_data_replay %s', (offer) => {
  const replay = `1.1 test_early_data_replay ${offer}`;

  /** Uses the session up, then offers it again with early data. */
  function twice(
    secureOptions: number,
    allow: boolean | null,
  ): { pair: Pair; asked: number } & Disposable {
    const early = new Early(offer, { server: { secureOptions } });
    expect(early.pair().handshake().reused).toBe(true);
    if (allow !== null) {
      C.SSL_CTX_set_allow_early_data_cb(early.contexts.server.handle, allow, () => {
        outcome.asked += 1;
      });
    }
    const pair = early.pair();
    const outcome = { pair, asked: 0, [Symbol.dispose]: () => early[Symbol.dispose]() };
    pair.client.writeEarlyData(hello);
    pair.server.receive(pair.client.take());
    exchange(pair);
    return outcome;
  }

  test(`${replay}: a ticket used before: REJECTED, reused = 0`, () => {
    using outcome = twice(0, null);
    const { pair } = outcome;
    expect(pair.server.readEarlyData()).toBe(null);
    pair.handshake();
    expect(pair.reused).toBe(false);
    expectStatus(pair, 'rejected');
  });

  test(`${replay}: SSL_OP_NO_ANTI_REPLAY, callback returns 0: REJECTED, reused = 1, called once`, () => {
    using outcome = twice(C.SSL_OP_NO_ANTI_REPLAY, false);
    const { pair } = outcome;
    expect(pair.server.readEarlyData()).toBe(null);
    pair.handshake();
    expect(pair.reused).toBe(true);
    expectStatus(pair, 'rejected');
    expect(outcome.asked).toBe(1);
  });

  test(`${replay}: SSL_OP_NO_ANTI_REPLAY, callback returns 1: ACCEPTED, reused = 1, called once`, () => {
    using outcome = twice(C.SSL_OP_NO_ANTI_REPLAY, true);
    const { pair } = outcome;
    expect(pair.server.readEarlyData()).toEqual(hello);
    pair.handshake();
    expect(pair.reused).toBe(true);
    expectStatus(pair, 'accepted');
    expect(outcome.asked).toBe(1);
  });
});

describe.each(offers)('1.1 test_early_data_skip %s', (offer) => {
  /** Makes the server reject what the client is going to send. */
  function unacceptable(early: Early): void {
    if (isPsk(offer)) {
      // Its identity is known no more.
      C.SSL_CTX_set_psk_find_session_callback(early.contexts.server.handle, [
        [Buffer.from('Dummy Identity'), early.session.handle],
      ]);
    } else {
      const { session } = early;
      expect(C.SSL_SESSION_set_time(session.handle, session.time - 20)).toBeTruthy();
    }
  }
  const why = isPsk(offer) ? 'identity unknown to the server' : 'set_time(now - 20)';

  test(`1.1 test_early_data_skip ${offer}: ${why}: REJECTED, no byte read, the connection works`, () => {
    using early = new Early(offer);
    unacceptable(early);
    const pair = early.pair();
    const [client, server] = [pair.client.handle, pair.server.handle];
    expect(C.SSL_write_early_data(client, hello)).toBe(1);
    carry(client, server);
    expect(C.SSL_read_early_data(server, 100)).toEqual([SSL_READ_EARLY_DATA_FINISH, null]);
    expect(pair.server.earlyDataStatus).toBe('rejected');
    carry(server, client);
    expect(finish(client, server)).toBe(true);
    expectStatus(pair, 'rejected');
    send(client, server, world);
    send(server, client, more);
  });

  /** A client's first flight with early data, and the server's HelloRetryRequest. */
  function retry(early: Early): { pair: Pair; client: C.Handle; server: C.Handle } {
    const pair = early.pair();
    const [client, server] = [pair.client.handle, pair.server.handle];
    expect(C.SSL_set1_groups_list(server, 'P-256')).toBe(1);
    expect(C.SSL_write_early_data(client, hello)).toBe(1);
    carry(client, server);
    expect(C.SSL_read_early_data(server, 100)).toEqual([SSL_READ_EARLY_DATA_FINISH, null]);
    expect(pair.server.earlyDataStatus).toBe('rejected');
    carry(server, client);
    return { pair, client, server };
  }

  test(`1.1 test_early_data_skip_hrr ${offer}: REJECTED, the connection works`, () => {
    using early = new Early(offer);
    const { pair, client, server } = retry(early);
    expect(finish(client, server)).toBe(true);
    expectStatus(pair, 'rejected');
    send(client, server, world);
    send(server, client, more);
  });

  test(`1.1 test_early_data_skip_hrr_fail ${offer}: early data after the second ClientHello fails`, () => {
    using early = new Early(offer);
    const { client, server } = retry(early);
    expect(C.SSL_connect(client)).toBe(-1);
    carry(client, server);
    C.BIO_write(server, Buffer.from([0x17, 0x03, 0x03, 0x00, 0x01, 0x00]));
    const result = C.SSL_accept(server);
    expect(C.SSL_get_error(server, result)).toBe(C.SSL_ERROR_SSL);
  });

  test(`1.1 test_early_data_skip_abort ${offer}: more than the server skips fails`, () => {
    using early = new Early(offer);
    unacceptable(early);
    const pair = early.pair();
    const [client, server] = [pair.client.handle, pair.server.handle];
    expect(C.SSL_set_recv_max_early_data(server, 0)).toBe(1);
    expect(C.SSL_write_early_data(client, hello)).toBe(1);
    carry(client, server);
    let [result] = C.SSL_read_early_data(server, 100);
    if (result === SSL_READ_EARLY_DATA_FINISH) result = C.SSL_accept(server);
    expect(result).toBeLessThanOrEqual(SSL_READ_EARLY_DATA_ERROR);
    expect(C.SSL_get_error(server, result)).toBe(C.SSL_ERROR_SSL);
  });
});

test.each(offers)('1.1 test_early_data_not_sent %s: no byte read, NOT_SENT', (offer) => {
  using early = new Early(offer);
  const pair = early.pair();
  const [client, server] = [pair.client.handle, pair.server.handle];
  expect(C.SSL_connect(client)).toBe(-1);
  carry(client, server);
  expect(C.SSL_read_early_data(server, 100)).toEqual([SSL_READ_EARLY_DATA_FINISH, null]);
  expect(pair.server.earlyDataStatus).toBe('notSent');
  carry(server, client);
  expect(finish(client, server)).toBe(true);
  expectStatus(pair, 'notSent');
  send(client, server, hello);
  expect(pair.reused).toBe(true);
});

test.each(offers)(
  '1.1 test_early_data_not_expected %s: REJECTED, the connection works',
  (offer) => {
    using early = new Early(offer);
    const pair = early.pair();
    const [client, server] = [pair.client.handle, pair.server.handle];
    expect(C.SSL_write_early_data(client, hello)).toBe(1);
    carry(client, server);
    expect(finish(client, server)).toBe(true);
    expectStatus(pair, 'rejected');
    send(client, server, world);
  },
);

test.each(offers)('1.1 test_early_data_tls1_2 %s: NOT_SENT, the connection works', (offer) => {
  using early = new Early(offer);
  const pair = early.pair();
  const [client, server] = [pair.client.handle, pair.server.handle];
  expect(C.SSL_set_max_proto_version(client, C.TLS1_2_VERSION)).toBe(1);
  expect(C.SSL_connect(client)).toBe(-1);
  carry(client, server);
  expect(C.SSL_read_early_data(server, 100)).toEqual([SSL_READ_EARLY_DATA_ERROR, null]);
  expect(pair.server.earlyDataStatus).toBe('notSent');
  carry(server, client);
  C.SSL_connect(client);
  carry(client, server);
  expect(C.SSL_read_early_data(server, 100)).toEqual([SSL_READ_EARLY_DATA_FINISH, null]);
  carry(server, client);
  expect(finish(client, server)).toBe(true);
  expectStatus(pair, 'notSent');
  send(client, server, world);
});

describe('1.1 test_early_data_psk', () => {
  const fact = (index: number, what: string) => `1.1 test_early_data_psk ${index}: ${what}`;

  /** A PSK session with early data, its connection, and what the server knows it by. */
  function setting(options: {
    change: (psk: SslSession) => void;
    servername?: string;
    offered?: string[];
    servers?: (psk: SslSession) => SslSession;
    selected?: string[];
  }): { pair: Pair } & Disposable {
    const contexts = new Contexts({ server: { maxEarlyData: 0x100 } });
    const psk = createPsk();
    expect(C.SSL_SESSION_set_max_early_data(psk.handle, 0x100)).toBe(1);
    options.change(psk);
    const servers = options.servers?.(psk) ?? psk;
    const { servername, offered, selected } = options;
    const pair = contexts.pair({
      pskSession: { identity, session: psk },
      ...(servername === undefined ? {} : { servername }),
      ...(offered === undefined ? {} : { ALPNProtocols: offered }),
      server: {
        pskSessions: [[identity, servers]],
        ...(selected === undefined ? {} : { ALPNProtocols: selected }),
      },
    });
    const free = () => {
      pair[Symbol.dispose]();
      psk.free();
      servers.free();
      contexts[Symbol.dispose]();
    };
    return { pair, [Symbol.dispose]: free };
  }

  function accepted({ pair }: { pair: Pair }): void {
    pair.client.writeEarlyData(hello);
    pair.server.receive(pair.client.take());
    expect(pair.server.readEarlyData()).toEqual(hello);
    pair.handshake();
    expectStatus(pair, 'accepted');
    expect(pair.reused).toBe(true);
  }

  const refused = [
    [
      0,
      "the session's hostname is another: INCONSISTENT_EARLY_DATA_SNI",
      231,
      {
        change: (psk: SslSession) =>
          expect(C.SSL_SESSION_set1_hostname(psk.handle, 'goodhost')).toBe(1),
        servername: 'badhost',
      },
    ],
    [
      1,
      "the session's ALPN is another: INCONSISTENT_EARLY_DATA_ALPN",
      222,
      {
        change: (psk: SslSession) =>
          expect(C.SSL_SESSION_set1_alpn_selected(psk.handle, Buffer.from('goodalpn'))).toBe(1),
        offered: ['badalpn'],
      },
    ],
    [
      2,
      "the session's version is TLS 1.2: BAD_PSK",
      219,
      {
        change: (psk: SslSession) =>
          expect(C.SSL_SESSION_set_protocol_version(psk.handle, C.TLS1_2_VERSION)).toBe(1),
      },
    ],
  ] as const;
  test.each(refused)('1.1 test_early_data_psk %i: %s', (_index, _what, reason, options) => {
    using given = setting({
      ...options,
      offered: 'offered' in options ? [...options.offered] : [],
    });
    const client = given.pair.client.handle;
    expect(C.SSL_write_early_data(client, hello)).toBe(0);
    const errors = C.lastErrors();
    expect(C.SSL_get_error(client, 0)).toBe(C.SSL_ERROR_SSL);
    expect(errors.map(({ code }) => code & 0xfff)).toContain(reason);
  });

  const goodhost = (psk: SslSession) => {
    psk.hostname = 'goodhost';
  };
  const goodalpn = (psk: SslSession) => {
    psk.alpnProtocol = 'goodalpn';
  };

  test(fact(3, "the server's session is a dup with another hostname: ACCEPTED"), () => {
    using given = setting({
      change: goodhost,
      servername: 'goodhost',
      servers: (psk) => {
        const copy = psk.dup();
        copy.hostname = 'badhost';
        return copy;
      },
    });
    accepted(given);
  });

  test(fact(4, 'the same hostname: ACCEPTED'), () => {
    using given = setting({ change: goodhost, servername: 'goodhost' });
    accepted(given);
  });

  test(fact(5, 'the server selects another ALPN: REJECTED, the connection works'), () => {
    using given = setting({
      change: goodalpn,
      offered: ['goodalpn', 'badalpn'],
      selected: ['badalpn'],
    });
    const { pair } = given;
    pair.client.writeEarlyData(hello);
    pair.server.receive(pair.client.take());
    expect(pair.server.readEarlyData()).toBe(null);
    pair.handshake();
    expectStatus(pair, 'rejected');
    expect(pair.client.alpnProtocol).toBe('badalpn');
  });

  test(fact(6, 'the same ALPN: ACCEPTED'), () => {
    using given = setting({ change: goodalpn, offered: ['goodalpn'], selected: ['goodalpn'] });
    accepted(given);
    expect(given.pair.client.alpnProtocol).toBe('goodalpn');
  });

  test(
    fact(7, "the server's session is a dup with another ALPN: it ACCEPTs, the client fails"),
    () => {
      using given = setting({
        change: goodalpn,
        offered: ['goodalpn', 'badalpn'],
        selected: ['badalpn'],
        servers: (psk) => {
          const copy = psk.dup();
          copy.alpnProtocol = 'badalpn';
          return copy;
        },
      });
      const { pair } = given;
      const [client, server] = [pair.client.handle, pair.server.handle];
      expect(C.SSL_write_early_data(client, hello)).toBe(1);
      carry(client, server);
      expect(C.SSL_read_early_data(server, 100)).toEqual([SSL_READ_EARLY_DATA_SUCCESS, hello]);
      expect(pair.server.earlyDataStatus).toBe('accepted');
      carry(server, client);
      const result = C.SSL_connect(client);
      expect(result).toBe(-1);
      expect(C.SSL_get_error(client, result)).toBe(C.SSL_ERROR_SSL);
    },
  );
});

describe('1.1 test_early_data_psk_with_all_ciphers', () => {
  const suites = [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_CCM_SHA256',
    'TLS_AES_128_CCM_8_SHA256',
  ];
  const ciphers = suites.join(':');

  test.each(suites)(
    '1.1 test_early_data_psk_with_all_ciphers: set_cipher(%s) on the shared session: ACCEPTED',
    (suite) => {
      using early = new Early(psk, { server: { ciphers }, client: { ciphers } });
      const cipher = C.SSL_CIPHER_find(suite);
      expect(C.SSL_SESSION_set_cipher(early.session.handle, cipher)).toBe(1);
      const pair = early.pair();
      expect(C.SSL_set_ciphersuites(pair.client.handle, suite)).toBe(1);
      expect(C.SSL_set_ciphersuites(pair.server.handle, suite)).toBe(1);
      pair.client.writeEarlyData(hello);
      pair.server.receive(pair.client.take());
      expect(pair.server.readEarlyData()).toEqual(hello);
      pair.handshake();
      expectStatus(pair, 'accepted');
      expect(pair.client.cipher?.name).toBe(suite);
    },
  );
});
