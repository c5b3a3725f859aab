// test_stateful_tickets, test_stateless_tickets: how many sessions TLS 1.3 makes, and how often
// each resumes.

import { sessionCounts, startCounting } from 'libssl-session';
import { SSL_OP_NO_TICKET } from 'libssl-session/libssl';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contexts, exchange, SessionCounter } from './sslapitest.js';
import type { Pair } from './support.js';

beforeAll(startCounting);
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

const contexts = (numTickets: number, stateful: boolean) =>
  new Contexts({
    server: {
      numTickets,
      rejectUnauthorized: false,
      secureOptions: stateful ? SSL_OP_NO_TICKET : 0,
      sessionIdContext: 'test',
    },
    client: { postHandshakeAuth: true, minVersion: 'TLSv1.3' },
  });

/** The server asks for the client's certificate, and gets none. */
function authenticate(pair: Pair): void {
  pair.server.requestCertificate();
  exchange(pair);
}

for (const [name, stateful] of [
  ['test_stateful_tickets', true],
  ['test_stateless_tickets', false],
] as const) {
  describe.each([0, 1, 2])(`1.1 ${name} %i`, (tickets) => {
    const fact = (what: string) => `1.1 ${name} ${tickets}: ${what}`;

    test(fact(`a full handshake makes ${tickets} sessions`), () => {
      using both = contexts(tickets, stateful);
      using counter = new SessionCounter(both.client);
      both.connect()[Symbol.dispose]();
      expect(counter.new).toBe(tickets);
    });

    test(fact(`authentication after the handshake makes ${tickets} more`), () => {
      using both = contexts(tickets, stateful);
      using counter = new SessionCounter(both.client);
      using pair = both.connect();
      expect(counter.new).toBe(tickets);
      authenticate(pair);
      expect(counter.new).toBe(2 * tickets);
    });

    // Without tickets there is nothing to offer.
    if (tickets === 0) return;

    test(fact(`a new pair of contexts resumes none, and makes ${tickets} each time`), () => {
      using before = contexts(tickets, stateful);
      using first = new SessionCounter(before.client, { keep: true });
      before.connect()[Symbol.dispose]();
      expect(first.kept.length).toBe(tickets);
      using both = contexts(tickets, stateful);
      using counter = new SessionCounter(both.client);
      for (const session of first.kept) {
        counter.reset();
        using pair = both.connect({ session });
        expect(pair.reused).toBe(false);
        expect(counter.new).toBe(tickets);
      }
    });

    test(
      fact(`each of the ${2 * tickets} resumes once, and makes 1; authentication 1 more`),
      () => {
        using both = contexts(tickets, stateful);
        using made = new SessionCounter(both.client, { keep: true });
        const pair = both.connect();
        authenticate(pair);
        pair[Symbol.dispose]();
        const offered = made.kept.splice(0);
        expect(offered.length).toBe(2 * tickets);
        for (const session of offered) {
          made.reset();
          using again = both.connect({ session });
          expect(again.reused).toBe(true);
          expect(made.new).toBe(1);
          made.reset();
          authenticate(again);
          expect(made.new).toBe(1);
          session.free();
        }
      },
    );
  });
}
