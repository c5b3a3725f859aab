// Facts of the recipes that look at messages (70-test_sslmessages, 70-test_tls13…) and of
// fuzz/client.c and fuzz/server.c, as far as they are about sessions and need no proxy.

import {
  LibsslError,
  SslConnection,
  type SslContext,
  sessionCounts,
  startCounting,
} from 'libssl-session';
import { SSL_OP_ALLOW_NO_DHE_KEX } from 'libssl-session/libssl';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientContext, connect, Pair, retryingServer, serverContext } from './support.js';
import { extension, hello, isHelloRetry, messages, records } from './wire.js';

beforeAll(startCounting);
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

const types = (flights: Buffer[]) =>
  flights.flatMap((flight) => messages(flight)).map((m) => m.type);

/** The ClientHello of a flight; the second one comes after a ChangeCipherSpec. */
function asked(flight: Buffer = Buffer.alloc(0)) {
  const handshake = records(flight).filter(({ type }) => type === 22);
  const [first] = messages(Buffer.concat(handshake.map(({ bytes }) => bytes)));
  if (first?.type !== 1) throw new Error('no ClientHello');
  return hello(first.body, 'client');
}

/** A full handshake, and the one that resumes its session. */
function both(client: SslContext, server: SslContext): [full: Pair, resumed: Pair] {
  const full = new Pair(client, server).byWire();
  using session = full.client.session;
  const resumed = new Pair(client, server, { session }).byWire();
  expect([full.reused, resumed.reused]).toEqual([false, true]);
  return [full, resumed];
}

test('1.2 70-test_sslmessages: a resumption has neither certificate nor key exchange', () => {
  using client = clientContext({ maxVersion: 'TLSv1.2' });
  using server = serverContext();
  const [full, resumed] = both(client, server);
  using _full = full;
  using _resumed = resumed;
  // ServerHello, Certificate, ServerKeyExchange, ServerHelloDone, NewSessionTicket.
  expect(types(full.toClient)).toEqual([2, 11, 12, 14, 4]);
  expect(types(full.toServer)).toEqual([1, 16]);
  expect(types(resumed.toClient)).toEqual([2]);
  expect(types(resumed.toServer)).toEqual([1]);
});

describe.each([
  ['without a HelloRetryRequest', false],
  ['with a HelloRetryRequest', true],
] as const)('TLS 1.3 %s', (how, retry) => {
  test(`1.2 70-test_tls13messages, ${how}: a PSK is asked for and answered on resumption only`, () => {
    using client = clientContext();
    using server = serverContext(retry ? retryingServer : {});
    const [full, resumed] = both(client, server);
    using _full = full;
    using _resumed = resumed;
    for (const [pair, expected] of [
      [full, false],
      [resumed, true],
    ] as const) {
      expect(isHelloRetry(pair.toClient[0] ?? Buffer.alloc(0))).toBe(retry);
      const hellos = pair.toServer.slice(0, retry ? 2 : 1).map(asked);
      for (const { extensions } of hellos) {
        expect(extensions.has(extension.preSharedKey)).toBe(expected);
      }
      const [answer] = messages(pair.toClient[retry ? 1 : 0] ?? Buffer.alloc(0));
      const { extensions } = hello(answer?.body ?? Buffer.alloc(0), 'server');
      expect(extensions.has(extension.preSharedKey)).toBe(expected);
    }
  });

  test(`1.2 70-test_tls13psk, ${how}: the PSK is the last extension`, () => {
    using client = clientContext();
    using server = serverContext(retry ? retryingServer : {});
    const [full, resumed] = both(client, server);
    using _full = full;
    using _resumed = resumed;
    for (const flight of resumed.toServer.slice(0, retry ? 2 : 1)) {
      expect([...asked(flight).extensions.keys()].at(-1)).toBe(extension.preSharedKey);
    }
  });
});

test.each([
  ['by default', false, '0101'],
  ['with SSL_OP_ALLOW_NO_DHE_KEX', true, '020100'],
] as const)(
  '1.2 70-test_tls13kexmodes, %s: the modes that are offered with a session',
  (_, plain, modes) => {
    const secureOptions = plain ? SSL_OP_ALLOW_NO_DHE_KEX : 0;
    using client = clientContext({ secureOptions });
    using server = serverContext({ secureOptions });
    const [full, resumed] = both(client, server);
    using _full = full;
    using _resumed = resumed;
    const offered = asked(resumed.toServer[0]).extensions.get(extension.pskKeyExchangeModes);
    expect(offered?.toString('hex').toLowerCase()).toMatch(new RegExp(`^${modes.slice(0, 2)}`));
    expect([...(offered?.subarray(1) ?? [])].sort()).toEqual(plain ? [0, 1] : [1]);
  },
);

describe('whatever comes', () => {
  // A generator whose numbers are the same each time.
  let state = 1;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };

  /** Bytes of a handshake, changed here and there, to a side that began it. */
  function feed(flights: Buffer[], side: SslConnection): 'refused' | 'went on' {
    try {
      side.handshake();
      for (const flight of flights) {
        const bytes = Buffer.from(flight);
        for (let changes = random(3); changes >= 0; changes--) {
          bytes.writeUInt8(random(256), random(bytes.length));
        }
        side.receive(bytes.subarray(0, bytes.length - random(2) * random(bytes.length)));
      }
      return 'went on';
    } catch (error) {
      // As in C: an error of libssl, and no crash.
      if (!(error instanceof LibsslError)) throw error;
      return 'refused';
    }
  }

  for (const role of ['client', 'server'] as const) {
    test(`1.2 fuzz/${role}.c: a ${role} refuses it, or waits for more`, () => {
      using client = clientContext();
      using server = serverContext();
      using first = connect(client, server);
      using session = first.client.session;
      using pair = new Pair(client, server, { session }).byWire();
      const flights = role === 'client' ? pair.toClient : pair.toServer;
      expect(records(flights[0] ?? Buffer.alloc(0)).length).toBeGreaterThan(0);
      let refused = 0;
      for (let run = 0; run < 2000; run++) {
        using side = new SslConnection(role === 'client' ? client : server, {
          ...(role === 'client' && { session }),
        });
        if (feed(flights, side) === 'refused') refused += 1;
      }
      expect(refused).toBeGreaterThan(100);
    });
  }
});
