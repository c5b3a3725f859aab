// Facts of 27-ticket-appdata: what a server stores in its tickets it has on resumption.

import { sessionCounts, startCounting } from 'libssl-session';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resumes } from './ssl-test.js';

beforeAll(startCounting);
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  for (const given of ['HelloWorld', null]) {
    const what = given === null ? 'no callback' : given;
    const came = given === null ? 'the resumed session has none' : 'it is read on resumption';

    test(`1.2 27-ticket-appdata, ${maxVersion}, ${what}: ${came}`, () => {
      let read: Buffer | null | undefined;
      const server = given === null ? {} : { ticketAppData: Buffer.from(given) };
      const reused = resumes({
        client: { maxVersion },
        server: { maxVersion, ...server },
        afterSecond: ({ server: connection }) => {
          using session = connection.session;
          read = session?.ticketAppData;
        },
      });
      expect(reused).toBe(true);
      expect(read?.toString() ?? null).toBe(given);
    });
  }
}
