// test_servername: which server name both sides report, of a first and of a resumed connection.

import { sessionCounts, startCounting } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contexts, sessionOf } from './sslapitest.js';
import type { Pair } from './support.js';

beforeAll(startCounting);
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

interface Case {
  what: string;
  /** What the client asks for; null: nothing. */
  asked: readonly [first: string | null, resumed: string | null];
  /** Whether the server has a callback, which takes any name. */
  known: boolean;
  /** What the client and the server report. TLS 1.2 keeps what the first handshake had. */
  first: Reported;
  resumed: Record<'TLSv1.2' | 'TLSv1.3', Reported>;
}
type Reported = readonly [client: string | null, server: string | null];

const both = (name: string | null): Reported => [name, name];

const cases: readonly Case[] = [
  {
    what: 'goodhost, again',
    asked: ['goodhost', 'goodhost'],
    known: true,
    first: both('goodhost'),
    resumed: { 'TLSv1.2': both('goodhost'), 'TLSv1.3': both('goodhost') },
  },
  {
    what: 'a name that the server does not acknowledge, again',
    asked: ['badhost', 'badhost'],
    known: false,
    first: both('badhost'),
    resumed: { 'TLSv1.2': ['badhost', null], 'TLSv1.3': both('badhost') },
  },
  {
    what: 'goodhost, then altgoodhost',
    asked: ['goodhost', 'altgoodhost'],
    known: true,
    first: both('goodhost'),
    resumed: { 'TLSv1.2': both('goodhost'), 'TLSv1.3': both('altgoodhost') },
  },
  {
    what: 'none, then goodhost',
    asked: [null, 'goodhost'],
    known: true,
    first: both(null),
    resumed: { 'TLSv1.2': ['goodhost', null], 'TLSv1.3': both('goodhost') },
  },
  {
    what: 'goodhost, then none',
    asked: ['goodhost', null],
    known: true,
    first: both('goodhost'),
    resumed: { 'TLSv1.2': both('goodhost'), 'TLSv1.3': both(null) },
  },
];

const reported = ({ client, server }: Pair): Reported => [
  C.SSL_get_servername(client.handle),
  C.SSL_get_servername(server.handle),
];

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('1.1 test_servername, %s', (version) => {
  for (const [row, { what, asked, known, first, resumed }] of cases.entries()) {
    const index = row + (version === 'TLSv1.3' ? 5 : 0);
    const names = resumed[version].map((name) => name ?? 'none').join(' and ');
    test(`1.1 test_servername ${index} (${version}, ${what}): reused = 1, then ${names}`, () => {
      using contexts = new Contexts({ server: { maxVersion: version } });
      if (known) contexts.server.addContext('goodhost', contexts.server);
      const [one, two] = asked.map((name) => (name === null ? {} : { servername: name }));
      using pair = contexts.connect(one);
      expect(reported(pair)).toEqual(first);
      pair.shutdown();
      using session = sessionOf(pair.client);
      expect(C.SSL_SESSION_is_resumable(session.handle)).toBe(1);
      using again = contexts.connect({ ...two, session });
      expect(again.reused).toBe(true);
      expect(reported(again)).toEqual(resumed[version]);
    });
  }
});
