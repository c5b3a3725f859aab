// test_shutdown, test_ssl_clear: whether a session is resumable while its connection ends.

import { sessionCounts, startCounting } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contexts, exchange, finish, sessionOf, versions } from './sslapitest.js';
import type { Pair } from './support.js';

beforeAll(startCounting);
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

const resumable = (pair: Pair): 0 | 1 => {
  using session = sessionOf(pair.client);
  return C.SSL_SESSION_is_resumable(session.handle);
};

test('1.1 test_shutdown, TLSv1.3, tickets not yet read: is_resumable = 0', () => {
  using contexts = new Contexts();
  using pair = contexts.pair();
  const { client, server } = pair;
  client.handshake();
  server.receive(client.take());
  expect(client.receive(server.take())).toBe('open');
  expect(server.receive(client.take())).toBe('open');
  expect(resumable(pair)).toBe(0);
  client.shutdown();
  expect(resumable(pair)).toBe(0);
});

describe.each(versions)('1.1 test_shutdown, %s', (version) => {
  for (const [first, second] of [
    ['client', 'server'],
    ['server', 'client'],
  ] as const) {
    for (const data of [false, true]) {
      const what = `the ${first} first${data ? ', data under way' : ''}`;
      test(`1.1 test_shutdown, ${version}, ${what}: is_resumable = 1 before and after`, () => {
        using contexts = new Contexts({ server: { maxVersion: version } });
        using pair = contexts.connect();
        expect(resumable(pair)).toBe(1);
        if (data) pair[second].write(Buffer.from('data'));
        expect(pair[first].shutdown()).toBe(false);
        exchange(pair);
        if (data) expect(pair[first].read()).toEqual(Buffer.from('data'));
        expect(pair[second].shutdown()).toBe(true);
        exchange(pair);
        expect(pair[first].state).toBe('closed');
        expect(pair[second].state).toBe('closed');
        expect(resumable(pair)).toBe(1);
      });
    }
  }
});

test.each([...versions.entries()])(
  '1.1 test_ssl_clear %i (%s): after SSL_clear of the client the same SSL resumes: reused = 1',
  (_index, version) => {
    using contexts = new Contexts({ server: { maxVersion: version } });
    using first = contexts.connect();
    first.shutdown();
    const { handle } = first.client;
    expect(C.SSL_clear(handle)).toBe(1);
    using second = contexts.pair();
    const server = second.server.handle;
    expect(finish(handle, server)).toBe(true);
    expect(C.SSL_session_reused(handle)).toBe(1);
    expect(C.SSL_session_reused(server)).toBe(1);
  },
);
