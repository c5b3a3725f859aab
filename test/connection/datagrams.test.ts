// Connections over DTLS: datagrams in, datagrams out, and what is done about those that are lost.

import { handshake, SslConnection, SslContext, type SslContextOptions } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import {
  close,
  connect,
  freeContexts,
  invalid,
  newContexts,
  newPair,
  shake,
  stale,
} from '../support/c-named.js';
import {
  certificate,
  failure,
  freed,
  outOfRange,
  stackForTests,
  thrown,
  wrongState,
  wrongType,
  wrongValue,
} from '../support/contexts.js';

const stack = stackForTests();

const dtls = { protocol: 'dtls' } as const;
const client = (options: Partial<SslContextOptions> = {}) => stack.client({ ...dtls, ...options });
const server = (options: Partial<SslContextOptions> = {}) => stack.server({ ...dtls, ...options });
// The certificate, and those of the chain: more than libssl reads at once.
const longChain = { cert: Buffer.concat(Array.from({ length: 60 }, () => certificate.cert)) };

/** Carries all datagrams of one side, each by itself. */
function deliver(from: SslConnection, to: SslConnection): number {
  const datagrams = from.takeDatagrams();
  for (const datagram of datagrams) to.receive(datagram);
  return datagrams.length;
}

/** A handshake, datagram by datagram. */
function shakeHands(ours: SslConnection, theirs: SslConnection): void {
  ours.handshake();
  while (deliver(ours, theirs) + deliver(theirs, ours) > 0);
  expect([ours.state, theirs.state]).toEqual(['open', 'open']);
}

test('nothing is written amid a renegotiation, and all of it after', () => {
  const [ours, theirs] = stack.pair(client(), server());
  shakeHands(ours, theirs);
  ours.renegotiate();
  expect(() => ours.write(Buffer.from('early'))).toThrow('cannot write');
  while (deliver(ours, theirs) + deliver(theirs, ours) > 0);
  ours.write(Buffer.from('after'));
  deliver(ours, theirs);
  expect(theirs.read()?.toString()).toBe('after');
});

describe('datagrams', () => {
  test('a flight is datagrams, each of at most mtu bytes', () => {
    for (const mtu of [208, 548, 1200, 1472, 9000, 65507]) {
      const options = { mtu };
      const [ours, theirs] = stack.pair(client(), server(longChain), options, options);
      const sizes: number[] = [];
      ours.handshake();
      for (let moved = true; moved; ) {
        moved = false;
        for (const [from, to] of [
          [ours, theirs],
          [theirs, ours],
        ] as const) {
          for (const datagram of from.takeDatagrams()) {
            sizes.push(datagram.length);
            to.receive(datagram);
            moved = true;
          }
        }
      }
      expect([ours.state, theirs.state]).toEqual(['open', 'open']);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(mtu);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(16384);
    }
  });

  test('with SSL_OP_NO_QUERY_MTU, too, an mtu need not be given', () => {
    const secureOptions = C.SSL_OP_NO_QUERY_MTU;
    const [ours, theirs] = stack.joined(client({ secureOptions }), server({ secureOptions }));
    expect([ours.mtu, theirs.mtu]).toEqual([1200, 1200]);
    expect(ours.dataMtu).toBeGreaterThan(1100);
  });

  test('without an mtu they have at most 1200 bytes', () => {
    const [ours, theirs] = stack.pair(client(), server(longChain));
    expect([ours.mtu, theirs.mtu]).toEqual([1200, 1200]);
    ours.handshake();
    deliver(ours, theirs);
    const flight = theirs.takeDatagrams();
    expect(flight.length).toBeGreaterThan(10);
    expect(Math.max(...flight.map(({ length }) => length))).toBeLessThanOrEqual(1200);
    expect(theirs.takeDatagrams()).toEqual([]);
  });

  test('a flight of more than 16 KB ends, also by handshake() in memory', () => {
    const [ours, theirs] = stack.joined(client(), server(longChain));
    expect([ours.state, theirs.state]).toEqual(['open', 'open']);
  });

  test('what one write() sends is one datagram, and one read() brings it back', () => {
    const [ours, theirs] = stack.joined(client(), server());
    for (let i = 0; i < 20; i++) ours.write(Buffer.from(`message ${i}`));
    const datagrams = ours.takeDatagrams();
    expect(datagrams).toHaveLength(20);
    // One by one, and before anything is read: none is lost.
    for (const datagram of datagrams) theirs.receive(datagram);
    for (let i = 0; i < 20; i++) expect(theirs.read()?.toString()).toBe(`message ${i}`);
    expect(theirs.read()).toBe(null);
  });

  test('take() gives one datagram at a time, and keeps one that does not fit', () => {
    const [ours, theirs] = stack.joined(client(), server());
    ours.write(Buffer.from('one'));
    ours.write(Buffer.from('two'));
    ours.write(Buffer.from('three'));
    theirs.receive(ours.take());
    expect(theirs.read()?.toString()).toBe('one');
    expect(thrown(() => ours.take(new Uint8Array(10)))).toEqual(outOfRange);
    const room = new Uint8Array(100);
    theirs.receive(room.subarray(0, ours.take(room)));
    expect(theirs.read()?.toString()).toBe('two');
    expect(thrown(() => ours.take(new Uint8Array(10)))).toEqual(outOfRange);
    const rest = ours.takeDatagrams();
    expect(rest).toHaveLength(1);
    for (const datagram of rest) theirs.receive(datagram);
    const into = new Uint8Array(3);
    expect(theirs.read(into)).toBe(3);
    expect(theirs.read()?.toString()).toBe('ee');
    expect(ours.take()).toHaveLength(0);
    expect(ours.take(room)).toBe(0);
  });

  test('cut, doubled, foreign and empty datagrams do a connection no harm', () => {
    const [ours, theirs] = stack.joined(client(), server());
    ours.write(Buffer.from('text'));
    const datagram = ours.take();
    for (const bad of [
      datagram.subarray(0, 5),
      datagram.subarray(0, datagram.length - 1),
      Buffer.alloc(0),
      Buffer.alloc(3000, 0x17),
      Buffer.alloc(70000, 0x17),
    ]) {
      expect(theirs.receive(bad)).toBe('open');
    }
    theirs.receive(datagram);
    theirs.receive(datagram);
    expect(theirs.read()?.toString()).toBe('text');
    expect(theirs.read()).toBe(null);
  });

  test.each([
    ['short records', { maxFragmentLength: 512 }, 1200, 512],
    ['a large mtu', {}, 20_000, 16_384],
  ] as const)('dataMtu is no more than a record takes: %s', (_, options, mtu, most) => {
    const [ours, theirs] = stack.joined(client(options), server(), { mtu }, { mtu });
    for (const [from, to] of [
      [ours, theirs],
      [theirs, ours],
    ] as const) {
      expect(from.dataMtu).toBe(most);
      expect(thrown(() => from.write(Buffer.alloc(most + 1)))).toEqual(outOfRange);
      from.write(Buffer.alloc(most, 1));
      deliver(from, to);
      expect(to.read()?.length).toBe(most);
    }
  });

  test.each([
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-ECDSA-AES256-SHA384',
    'ECDHE-ECDSA-AES128-SHA',
    'ECDHE-ECDSA-AES128-CCM8',
  ])('dataMtu is what fits into a datagram with %s', (ciphers) => {
    const [ours, theirs] = stack.pair(client({ ciphers }), server({ ciphers }), { mtu: 500 });
    expect(ours.dataMtu).toBe(0);
    handshake(ours, theirs);
    const most = Number(ours.dataMtu);
    expect(most).toBeGreaterThan(400);
    ours.write(Buffer.alloc(most, 1));
    const [datagram = Buffer.alloc(0)] = ours.takeDatagrams();
    expect(datagram.length).toBeGreaterThan(500 - 32);
    expect(datagram.length).toBeLessThanOrEqual(500);
    theirs.receive(datagram);
    expect(theirs.read()).toHaveLength(most);
    expect(thrown(() => ours.write(Buffer.alloc(most + 1)))).toEqual(outOfRange);
    expect(ours.takeDatagrams()).toEqual([]);
    ours.mtu = 1000;
    ours.write(Buffer.alloc(most + 1));
    expect(ours.takeDatagrams()).toHaveLength(1);
  });

  test('a failure is in takeDatagrams(): the alert', () => {
    const [ours, theirs] = stack.pair(
      stack.add(new SslContext({ role: 'client', ...dtls, ca: certificate.cert })),
      server(),
      { servername: 'another.example' },
    );
    expect(thrown(() => handshake(ours, theirs))).toMatchObject({ name: 'LibsslError' });
    expect(ours.takeDatagrams().length + theirs.takeDatagrams().length).toBeLessThanOrEqual(1);
  });

  test('of TLS there are none', () => {
    const [ours, theirs] = stack.joined(stack.client(), stack.server());
    expect([ours.mtu, ours.dataMtu, ours.timeout]).toEqual([null, null, null]);
    expect(ours.handleTimeout()).toBe('open');
    expect(thrown(() => ours.takeDatagrams())).toEqual(wrongState('TLS'));
    expect(thrown(() => theirs.listen(Buffer.alloc(1), 'x'))).toEqual(wrongState());
    expect(
      thrown(() => {
        ours.mtu = 1200;
      }),
    ).toEqual(wrongState('mtu'));
    for (const options of [{ mtu: 1200 }, { retransmitTimeout: 100 }, { peerAddress: 'x' }]) {
      expect(thrown(() => new SslConnection(theirs.context, options))).toEqual(wrongValue);
    }
  });

  test('wrong values and a freed connection are refused', () => {
    const context = client();
    for (const mtu of [207, 65508, 1200.5, Number.NaN]) {
      expect(thrown(() => new SslConnection(context, { mtu }))).toEqual(outOfRange);
    }
    expect(thrown(() => new SslConnection(context, { mtu: '1200' as never }))).toEqual(wrongType);
    for (const retransmitTimeout of [19, 60_001]) {
      expect(thrown(() => new SslConnection(context, { retransmitTimeout }))).toEqual(outOfRange);
    }
    expect(thrown(() => new SslConnection(context, { peerAddress: 'x' }))).toEqual(wrongValue);
    const connection = stack.connection(context);
    connection.free();
    for (const use of [
      () => connection.takeDatagrams(),
      () => connection.timeout,
      () => connection.handleTimeout(),
      () => (connection.mtu = 1200),
      () => connection.dataMtu,
      () => connection.listen(Buffer.alloc(1), 'x'),
    ]) {
      expect(thrown(use)).toEqual(freed);
    }
  });

  test('a DTLS server that takes early data of TLS 1.3 shakes hands', () => {
    const [ours, theirs] = stack.pair(client(), server({ maxEarlyData: 1000 }));
    shakeHands(ours, theirs);
  });
});

/** Ends when the timer of the connection does: what libssl measures is the clock. */
const timerOf = (connection: SslConnection) =>
  new Promise((resolve) => setTimeout(resolve, connection.timeout ?? 0));

describe('the timer', () => {
  test('runs from the first flight to the answer', () => {
    const [ours, theirs] = stack.pair(client(), server());
    expect([ours.timeout, theirs.timeout]).toEqual([null, null]);
    ours.handshake();
    expect(ours.timeout).toBeGreaterThan(500);
    expect(ours.timeout).toBeLessThanOrEqual(1000);
    expect(ours.handleTimeout()).toBe('handshake');
    expect(deliver(ours, theirs)).toBe(1);
    handshake(ours, theirs);
    expect([ours.timeout, theirs.timeout]).toEqual([null, null]);
  });

  test('sends again what was lost, and waits twice as long for the next time', async () => {
    const [ours, theirs] = stack.pair(client(), server(), { retransmitTimeout: 100 });
    ours.handshake();
    expect(ours.timeout).toBeLessThanOrEqual(100);
    const [lost = Buffer.alloc(0)] = ours.takeDatagrams();
    await timerOf(ours);
    expect(ours.handleTimeout()).toBe('handshake');
    const [again = Buffer.alloc(0)] = ours.takeDatagrams();
    expect(again.subarray(13)).toEqual(lost.subarray(13));
    expect(ours.timeout).toBeGreaterThan(100);
    theirs.receive(again);
    while (deliver(theirs, ours) + deliver(ours, theirs) > 0);
    expect([ours.state, theirs.state]).toEqual(['open', 'open']);
  });

  test('is over after a failure', () => {
    const ours = stack.connection(client());
    ours.handshake();
    ours.takeDatagrams();
    // A fatal alert, which nothing protects before there are keys.
    const alert = Buffer.from('15feff00000000000000000002', 'hex');
    expect(thrown(() => ours.receive(Buffer.concat([alert, Buffer.from([2, 40])])))).toMatchObject({
      name: 'LibsslError',
    });
    expect(ours.timeout).toBe(null);
    expect(thrown(() => ours.handleTimeout())).toEqual(wrongState('failed'));
  });
});

describe('cookies', () => {
  const cookieKey = Buffer.alloc(32, 1);

  /** One datagram of a client, through the connection that listens. */
  const offer = (listening: SslConnection, from: SslConnection, address: string) => {
    from.handshake();
    const [hello = Buffer.alloc(0)] = from.takeDatagrams();
    return listening.listen(hello, address);
  };

  test('a server keeps nothing of a client until its cookie comes back from its address', () => {
    const listening = stack.connection(server({ cookieKey }));
    const context = client();
    const [first, second] = [stack.connection(context), stack.connection(context)];
    expect(offer(listening, first, '192.0.2.1:1000')).toBe(false);
    expect(listening.state).toBe('new');
    const [request = Buffer.alloc(0)] = listening.takeDatagrams();
    expect(request.length).toBeLessThan(100); // nothing to flood somebody else with
    // Another one, and from another address the cookie of the first.
    expect(offer(listening, second, '192.0.2.2:1000')).toBe(false);
    listening.takeDatagrams();
    first.receive(request);
    const [withCookie = Buffer.alloc(0)] = first.takeDatagrams();
    expect(listening.listen(withCookie, '192.0.2.2:1000')).toBe(false);
    listening.takeDatagrams();
    expect(listening.listen(withCookie, '192.0.2.1:1000')).toBe(true);
    while (deliver(listening, first) + deliver(first, listening) > 0);
    expect([first.state, listening.state]).toEqual(['open', 'open']);
    expect(thrown(() => listening.listen(withCookie, '192.0.2.1:1000'))).toEqual(wrongState());
  });

  test.each([
    ['none', {}],
    ['the same', { cookieKey }],
    ['another', { cookieKey: Buffer.alloc(32, 3) }],
  ])('are those of the first context, whatever the server name: the other has %s', (_, other) => {
    const first = server({ cookieKey });
    first.addContext('localhost', stack.add(server(other)));
    const asking = () => stack.connection(client(), { servername: 'localhost' });
    // A cookie of somebody else, in a ClientHello that says that it is the first.
    const elsewhere = stack.connection(server({ cookieKey: Buffer.alloc(32, 9) }));
    const liar = asking();
    expect(offer(elsewhere, liar, 'a')).toBe(false);
    deliver(elsewhere, liar);
    const [hello = Buffer.alloc(0)] = liar.takeDatagrams();
    hello[18] = 0;
    const attacked = stack.connection(first, { peerAddress: Buffer.from('a') });
    expect(thrown(() => attacked.receive(hello))).toMatchObject({
      code: 'ERR_SSL_COOKIE_MISMATCH',
    });

    const [listening, honest] = [stack.connection(first), asking()];
    expect(offer(listening, honest, 'a')).toBe(false);
    deliver(listening, honest);
    const [again = Buffer.alloc(0)] = honest.takeDatagrams();
    expect(listening.listen(again, 'a')).toBe(true);
    while (deliver(listening, honest) + deliver(honest, listening) > 0);
    expect([honest.state, listening.state]).toEqual(['open', 'open']);
  });

  test('what is no ClientHello leaves a server that listens as it was', () => {
    const listening = stack.connection(server({ cookieKey }));
    const from = stack.connection(client());
    from.handshake();
    const [hello = Buffer.alloc(0)] = from.takeDatagrams();
    for (const datagram of [
      Buffer.alloc(0),
      Buffer.alloc(100),
      Buffer.alloc(70000, 22),
      hello.subarray(0, 20),
      hello.subarray(0, hello.length - 1),
    ]) {
      expect(listening.listen(datagram, 'x')).toBe(false);
      expect(listening.takeDatagrams()).toEqual([]);
      expect(listening.state).toBe('new');
    }
    expect(listening.listen(hello, 'x')).toBe(false);
    expect(listening.takeDatagrams()).toHaveLength(1);
  });

  test('a cookie of the key before is good, one of a key that is gone is not', () => {
    const context = server({ cookieKey });
    const listening = stack.connection(context);
    const from = stack.connection(client());
    offer(listening, from, 'x');
    from.receive(listening.take());
    const [withCookie = Buffer.alloc(0)] = from.takeDatagrams();
    context.setCookieKey(Buffer.alloc(32, 2));
    expect(listening.listen(withCookie, 'x')).toBe(false);
    context.setCookieKey([Buffer.alloc(32, 2), cookieKey]);
    expect(listening.listen(withCookie, 'x')).toBe(true);
  });

  test('without listen() a server needs the address, and asks for the cookie in its handshake', () => {
    const context = server({ cookieKey });
    const [ours, theirs] = stack.pair(client(), context, {}, { peerAddress: Buffer.from([1]) });
    ours.handshake();
    expect(deliver(ours, theirs)).toBe(1);
    const request = theirs.take();
    expect(request[13]).toBe(3); // HelloVerifyRequest
    ours.receive(request);
    shakeHands(ours, theirs);
    const [other, without] = stack.pair(client(), context);
    other.handshake();
    expect(thrown(() => without.receive(other.take()))).toEqual(wrongState('peerAddress'));
    expect(thrown(() => handshake(other, without))).toEqual(wrongState('peerAddress'));
    expect(thrown(() => without.handshake())).toEqual(wrongState('peerAddress'));
    expect(without.state).toBe('new');
  });

  test('are for DTLS servers, with keys of 32 bytes', () => {
    expect(thrown(() => client({ cookieKey }))).toEqual(wrongValue);
    expect(thrown(() => stack.server({ cookieKey }))).toEqual(wrongValue);
    expect(thrown(() => server({ cookieKey: [] }))).toEqual(wrongValue);
    expect(thrown(() => server({ cookieKey: Buffer.alloc(31) }))).toEqual(outOfRange);
    expect(thrown(() => server({ cookieKey: 'text' as never }))).toEqual(wrongType);
    expect(thrown(() => server({ secureOptions: C.SSL_OP_COOKIE_EXCHANGE }))).toEqual(wrongValue);
    const listening = stack.connection(server({ cookieKey }));
    expect(thrown(() => listening.listen(Buffer.alloc(1), ''))).toEqual(wrongValue);
    expect(thrown(() => listening.listen(Buffer.alloc(1), 1 as never))).toEqual(wrongType);
    expect(thrown(() => stack.connection(server()).listen(Buffer.alloc(1), 'x'))).toEqual(
      wrongState('cookieKey'),
    );
    const context = server({ cookieKey });
    context.free();
    expect(thrown(() => context.setCookieKey(cookieKey))).toEqual(freed);
  });
});

describe('the C-named functions', () => {
  const key = Buffer.alloc(32, 7);

  test('BIO_write brings one datagram, BIO_read takes one', () => {
    const contexts = newContexts(0, true);
    const pair = connect(contexts);
    expect(C.SSL_is_dtls(pair.client)).toBe(1);
    for (const text of ['one', 'two']) C.SSL_write(pair.client, Buffer.from(text));
    const [one, two] = [C.BIO_read(pair.client), C.BIO_read(pair.client)];
    expect(C.BIO_read(pair.client)).toBe(null);
    for (const datagram of [one, two]) C.BIO_write(pair.server, datagram ?? Buffer.alloc(0));
    expect(C.SSL_read(pair.server, 100)?.toString()).toBe('one');
    expect(C.SSL_read(pair.server, 100)?.toString()).toBe('two');
    close(pair);
    freeContexts(contexts);
  });

  test('DTLS_set_link_mtu and SSL_set_mtu set the size of datagrams', () => {
    const contexts = newContexts(0, true);
    const pair = newPair(contexts);
    expect(C.DTLS_get_link_min_mtu(pair.client)).toBe(256);
    expect(C.DTLS_set_link_mtu(pair.client, 255)).toBe(0);
    expect(C.DTLS_set_link_mtu(pair.client, 548)).toBe(1);
    expect(C.SSL_set_mtu(pair.server, 207)).toBe(0);
    for (const ssl of [pair.client, pair.server]) C.SSL_set_options(ssl, C.SSL_OP_NO_QUERY_MTU);
    expect(C.SSL_set_mtu(pair.server, 208)).toBe(208);
    expect(C.DTLS_get_data_mtu(pair.client)).toBe(0);
    expect(shake(pair)).toBe(true);
    expect(C.DTLS_get_data_mtu(pair.client)).toBeGreaterThan(400);
    expect(C.DTLS_get_data_mtu(pair.client)).toBeLessThan(500);
    close(pair);
    freeContexts(contexts);
  });

  test('DTLSv1_get_timeout and DTLSv1_handle_timeout are the timer', () => {
    const contexts = newContexts(0, true);
    const { client, server } = newPair(contexts);
    expect(C.DTLSv1_get_timeout(client)).toBe(null);
    expect(C.DTLSv1_handle_timeout(client)).toBe(0);
    C.DTLS_set_timer_cb(client, 3_500_000);
    C.SSL_do_handshake(client);
    expect(C.DTLSv1_get_timeout(client)).toEqual([3, expect.any(Number)]);
    expect(C.DTLSv1_handle_timeout(client)).toBe(0);
    C.DTLS_set_timer_cb(client, 0);
    for (const ssl of [client, server]) C.SSL_free(ssl);
    freeContexts(contexts);
  });

  test('DTLSv1_set_timeout lets the timer run out without waiting', () => {
    const contexts = newContexts(0, true);
    const { client, server } = newPair(contexts);
    expect(C.DTLSv1_set_timeout(client, 0, 0), 'it does not run').toBe(0);
    C.SSL_do_handshake(client);
    const lost = C.BIO_read(client);
    expect(C.BIO_read(client)).toBe(null);
    // Twelve times libssl sends again, each time after twice the time, up to a minute.
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60]) {
      const [left = 0, microseconds = 0] = C.DTLSv1_get_timeout(client) ?? [];
      expect(Math.round(left + microseconds / 1e6)).toBe(seconds);
      expect(C.DTLSv1_set_timeout(client, 3600, 999_999)).toBe(1);
      expect(C.DTLSv1_get_timeout(client)?.[0]).toBe(3600);
      expect(C.DTLSv1_handle_timeout(client)).toBe(0);
      expect(C.DTLSv1_set_timeout(client, 0, 0)).toBe(1);
      expect(C.DTLSv1_get_timeout(client)).toEqual([0, 0]);
      expect(C.DTLSv1_handle_timeout(client)).toBe(1);
      expect(C.BIO_read(client)).toHaveLength(lost?.length ?? 0);
    }
    C.DTLSv1_set_timeout(client, 0, 0);
    expect(C.DTLSv1_handle_timeout(client)).toBe(-1);
    expect(C.lastErrors()[0]?.reason).toBe('read timeout expired');
    for (const ssl of [client, server]) C.SSL_free(ssl);
    freeContexts(contexts);
  });

  test('DTLSv1_listen answers with a cookie, and then with 1', () => {
    const contexts = newContexts(0, true);
    C.SSL_CTX_set_cookie_generate_cb(contexts.server, key);
    C.SSL_CTX_set_cookie_verify_cb(contexts.server, [key]);
    const pair = newPair(contexts);
    C.BIO_dgram_set_peer(pair.server, Buffer.from('somewhere'));
    C.SSL_do_handshake(pair.client);
    C.BIO_write(pair.server, C.BIO_read(pair.client) ?? Buffer.alloc(0));
    expect(C.DTLSv1_listen(pair.server)).toBe(0);
    expect(C.SSL_in_before(pair.server)).toBe(1);
    C.BIO_write(pair.client, C.BIO_read(pair.server) ?? Buffer.alloc(0));
    C.SSL_do_handshake(pair.client);
    C.BIO_write(pair.server, C.BIO_read(pair.client) ?? Buffer.alloc(0));
    expect(C.DTLSv1_listen(pair.server)).toBe(1);
    expect(shake(pair)).toBe(true);
    expect(thrown(() => C.DTLSv1_listen(pair.server))).toEqual(failure('ERR_LIBSSL_STATE'));
    expect(thrown(() => C.DTLSv1_listen(pair.client))).toEqual(failure('ERR_LIBSSL_STATE'));
    C.SSL_CTX_set_cookie_generate_cb(contexts.server, null);
    C.SSL_CTX_set_cookie_verify_cb(contexts.server, null);
    const other = C.SSL_new(contexts.server);
    C.BIO_write(other, Buffer.from('x'));
    expect(C.DTLSv1_listen(other)).toBe(0);
    C.SSL_free(other);
    expect(
      thrown(() => C.SSL_CTX_set_cookie_generate_cb(contexts.server, Buffer.alloc(5))),
    ).toEqual(outOfRange);
    expect(thrown(() => C.SSL_CTX_set_cookie_verify_cb(contexts.server, 5 as never))).toEqual(
      wrongType,
    );
    close(pair);
    freeContexts(contexts);
  });

  test('refuse what is no handle of a connection, and values of a wrong kind', () => {
    const { client: ctx, server } = newContexts(0, true);
    const ssl = C.SSL_new(ctx);
    for (const use of [
      C.DTLS_get_link_min_mtu,
      C.DTLS_get_data_mtu,
      C.DTLSv1_get_timeout,
      C.DTLSv1_handle_timeout,
      C.DTLSv1_listen,
      (h: C.Handle) => C.DTLS_set_link_mtu(h, 1000),
      (h: C.Handle) => C.DTLS_set_timer_cb(h, 1000),
      (h: C.Handle) => C.DTLSv1_set_timeout(h, 0, 1000),
    ]) {
      for (const handle of [stale('connection'), ctx]) {
        expect(thrown(() => use(handle))).toEqual(invalid);
      }
    }
    for (const set of [C.SSL_CTX_set_cookie_generate_cb, C.SSL_CTX_set_cookie_verify_cb]) {
      for (const handle of [stale('context'), ssl]) {
        expect(thrown(() => set(handle, null))).toEqual(invalid);
      }
    }
    expect(thrown(() => C.DTLS_set_timer_cb(ssl, -1))).toEqual(outOfRange);
    expect(thrown(() => C.DTLSv1_set_timeout(ssl, 3601, 0))).toEqual(outOfRange);
    expect(thrown(() => C.DTLSv1_set_timeout(ssl, 0, 1_000_000))).toEqual(outOfRange);
    expect(thrown(() => C.DTLSv1_set_timeout(ssl, 0, '1' as never))).toEqual(wrongType);
    expect(thrown(() => C.BIO_dgram_set_peer(ssl, 'x' as never))).toEqual(wrongType);
    C.SSL_free(ssl);
    freeContexts({ client: ctx, server });
  });

  test('of a TLS connection are refused where libssl would look into what is not there', () => {
    const contexts = newContexts();
    const { client, server } = newPair(contexts);
    expect(C.SSL_is_dtls(client)).toBe(0);
    expect(C.DTLSv1_get_timeout(client)).toBe(null);
    expect(C.DTLSv1_handle_timeout(client)).toBe(0);
    expect(C.DTLSv1_set_timeout(client, 1, 0)).toBe(0);
    expect(C.DTLS_set_link_mtu(client, 1000)).toBe(0);
    for (const use of [
      () => C.DTLS_get_data_mtu(client),
      () => C.DTLS_set_timer_cb(client, 1000),
      () => C.DTLSv1_listen(server),
    ]) {
      expect(thrown(use)).toEqual(failure('ERR_LIBSSL_STATE', 'DTLS'));
    }
    for (const ssl of [client, server]) C.SSL_free(ssl);
    freeContexts(contexts);
  });
});
