// Facts of 09-alpn about resumption: the protocol is the new handshake's, not the session's.

import { sessionCounts, startCounting } from 'libssl-session';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Configuration, failure, resumes } from './ssl-test.js';

beforeAll(startCounting);
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

interface Case {
  name: string;
  client: string[];
  server: string[];
  first: string;
  resumeClient?: string[];
  resumeServer?: string[];
  /** What the second handshake agrees on. */
  expected: string | null;
}

const cases: Case[] = [
  {
    name: 'alpn-simple-resumption',
    client: ['foo'],
    server: ['foo'],
    first: 'foo',
    expected: 'foo',
  },
  {
    name: 'alpn-server-switch-resumption',
    client: ['foo', 'bar', 'baz'],
    server: ['bar'],
    first: 'bar',
    resumeServer: ['baz'],
    expected: 'baz',
  },
  {
    name: 'alpn-client-switch-resumption',
    client: ['foo', 'baz'],
    server: ['foo', 'bar', 'baz'],
    first: 'foo',
    resumeClient: ['bar', 'baz'],
    expected: 'bar',
  },
  {
    name: 'alpn-no-server-support-resumption',
    client: ['foo'],
    server: ['foo'],
    first: 'foo',
    resumeServer: [],
    expected: null,
  },
  {
    name: 'alpn-no-client-support-resumption',
    client: ['foo'],
    server: ['foo'],
    first: 'foo',
    resumeClient: [],
    expected: null,
  },
];

const alpn = (protocols: string[]) => (protocols.length === 0 ? {} : { ALPNProtocols: protocols });

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('in %s', (maxVersion) => {
  const configuration = (each: Omit<Case, 'expected' | 'name' | 'first'>): Configuration => ({
    client: { maxVersion, ...alpn(each.client) },
    server: { maxVersion, ...alpn(each.server) },
    resumeClient: { maxVersion, ...alpn(each.resumeClient ?? each.client) },
    resumeServer: { maxVersion, ...alpn(each.resumeServer ?? each.server) },
  });

  for (const { name, expected, first, ...lists } of cases) {
    const said = expected === null ? 'no protocol' : expected;
    test(`1.2 09-alpn, ${name}, ${maxVersion}: the session is resumed, with ${said}`, () => {
      const agreed: unknown[] = [];
      const reused = resumes({
        ...configuration(lists),
        afterFirst: ({ client, server }) => agreed.push(client.alpnProtocol, server.alpnProtocol),
        afterSecond: ({ client, server }) => agreed.push(client.alpnProtocol, server.alpnProtocol),
      });
      expect(reused).toBe(true);
      expect(agreed).toEqual([first, first, expected, expected]);
    });
  }

  test(`1.2 09-alpn, alpn-alert-on-mismatch-resumption, ${maxVersion}: the server fails the handshake`, () => {
    const mismatch = configuration({ client: ['foo'], server: ['foo'], resumeServer: ['baz'] });
    expect(failure(() => resumes(mismatch))).toMatchObject({
      code: 'ERR_SSL_NO_APPLICATION_PROTOCOL',
    });
  });
});
