// Facts of 06-sni-ticket: who decides about a ticket when the server switches context by SNI.

import { sessionCounts, startCounting } from 'libssl-session';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientContext, connect, serverContext } from './support.js';

beforeAll(startCounting);
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

const keyOf = (byte: number) => Buffer.alloc(80, byte);
const word = (tickets: boolean) => (tickets ? 'tickets' : 'no tickets');

for (const client of [true, false]) {
  for (const server1 of [true, false]) {
    for (const server2 of [true, false]) {
      for (const servername of ['server1', 'server2']) {
        const fact =
          `1.2 06-sni-ticket, client ${word(client)}, server1 ${word(server1)}, ` +
          `server2 ${word(server2)}, asked for ${servername}`;
        const expected = client && server1 && (server2 || servername === 'server1');

        test(`${fact}: ${expected ? 'a ticket' : 'no ticket'} of server1, and an id`, () => {
          using first = serverContext({
            maxVersion: 'TLSv1.2',
            noTicket: !server1,
            ticketKeys: keyOf(1),
          });
          using second = serverContext({
            maxVersion: 'TLSv1.2',
            noTicket: !server2,
          });
          first.addContext('server2', second);
          using clients = clientContext({ noTicket: !client });
          using pair = connect(clients, first, { servername });
          expect(pair.server.servername).toBe(servername);
          using session = pair.client.session;
          expect(session?.hasTicket).toBe(expected);
          // A ticket begins with the name of its key.
          expect(session?.ticket?.subarray(0, 16) ?? null).toEqual(
            expected ? keyOf(1).subarray(0, 16) : null,
          );
          expect(session?.id.length).toBe(32);
        });
      }
    }
  }
}
