// Facts of dtlstest.c and tls13ccstest.c: resumption when a record is lost, and with the
// ChangeCipherSpec that TLS 1.3 sends for the sake of middle boxes.

import { setTimeout as sleep } from 'node:timers/promises';
import { type SslSession, sessionCounts, startCounting } from 'libssl-session';
import { SSL_OP_ENABLE_MIDDLEBOX_COMPAT } from 'libssl-session/libssl';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientContext, connect, Pair, retryingServer, serverContext } from './support.js';
import { records } from './wire.js';

beforeAll(startCounting);
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

/** A handshake of DTLS of which one record, by its number, never arrives. */
class Lossy extends Pair {
  #number = 0;
  dropped = false;

  carry(lost: number): void {
    this.byWire((bytes) =>
      Buffer.concat(
        records(bytes, true)
          .filter(() => {
            this.#number += 1;
            if (this.#number - 1 !== lost) return true;
            this.dropped = true;
            return false;
          })
          .map((record) => record.bytes),
      ),
    );
  }

  get open(): boolean {
    return this.client.state === 'open' && this.server.state === 'open';
  }
}

describe.each([
  ['a full handshake', false],
  ['a resumption', true],
] as const)('%s of DTLS', (what, resumed) => {
  test(`1.2 dtlstest.c, ${what}: it succeeds whichever record is lost${resumed ? ', and reuses the session' : ''}`, async () => {
    using client = clientContext({ protocol: 'dtls', maxVersion: 'DTLSv1.2' });
    using server = serverContext({ protocol: 'dtls', maxVersion: 'DTLSv1.2' });
    let session: SslSession | null = null;
    if (resumed) {
      using first = connect(client, server);
      session = first.client.session;
    }
    const pairs: Lossy[] = [];
    try {
      for (;;) {
        const pair = new Lossy(client, server, { session });
        pairs.push(pair);
        pair.carry(pairs.length - 1);
        if (!pair.dropped) break;
      }
      // With nothing lost there is nothing to repeat.
      expect(pairs.at(-1)?.open).toBe(true);
      expect(pairs.length).toBeGreaterThan(resumed ? 6 : 9);
      // libssl sends again after a second, the first time.
      for (let second = 0; second < 3 && pairs.some((pair) => !pair.open); second++) {
        await sleep(1050);
        for (const pair of pairs) {
          pair.server.receive(Buffer.alloc(0));
          pair.carry(-1);
        }
      }
      for (const [lost, pair] of pairs.entries()) {
        expect(pair.open, `without record ${lost}`).toBe(true);
        expect(pair.reused, `without record ${lost}`).toBe(resumed);
      }
    } finally {
      for (const pair of pairs) pair[Symbol.dispose]();
      session?.free();
    }
  });
});

const changes = (flights: Buffer[]) =>
  flights.flatMap((bytes) => records(bytes)).filter(({ type }) => type === 20).length;

describe.each([
  ['with a HelloRetryRequest', true],
  ['without a HelloRetryRequest', false],
] as const)('TLS 1.3 %s', (how, retry) => {
  test.each([true, false])(
    `1.2 tls13ccstest.c, resumption, ${how}: the session is reused, middle box compatibility %s`,
    (compatible) => {
      using client = clientContext();
      using server = serverContext(retry ? retryingServer : {});
      for (const context of [client, server]) {
        const others = context.secureOptions & ~SSL_OP_ENABLE_MIDDLEBOX_COMPAT;
        context.secureOptions = compatible ? others | SSL_OP_ENABLE_MIDDLEBOX_COMPAT : others;
      }
      using first = new Pair(client, server).byWire();
      using session = first.client.session;
      using second = new Pair(client, server, { session }).byWire();
      expect(first.reused).toBe(false);
      expect(second.reused).toBe(true);
      for (const { toServer, toClient } of [first, second]) {
        expect(changes(toServer)).toBe(compatible ? 1 : 0);
        expect(changes(toClient)).toBe(compatible ? 1 : 0);
      }
    },
  );
});

test('1.2 tls13ccstest.c, early data: it takes a session of a server that allows it', () => {
  using client = clientContext();
  using closed = serverContext();
  using without = connect(client, closed);
  using closedSession = without.client.session;
  expect(closedSession?.maxEarlyData).toBe(0);
  using refused = new Pair(client, closed, { session: closedSession });
  expect(() => refused.client.writeEarlyData(Buffer.from('early'))).toThrow();

  using open = serverContext({ maxEarlyData: 16384 });
  using first = connect(client, open);
  using session = first.client.session;
  expect(session?.maxEarlyData).toBe(16384);
  using second = new Pair(client, open, { session });
  second.client.writeEarlyData(Buffer.from('early'));
  second.byWire();
  expect(second.server.readEarlyData()?.toString()).toBe('early');
  expect(second.reused).toBe(true);
  expect(second.client.earlyDataStatus).toBe('accepted');
  // The ChangeCipherSpec comes with the first bytes.
  expect(changes(second.toServer.slice(0, 1))).toBe(1);
});
