// For how long sessions are accepted, of servers that say how long that is.

import { afterEach, expect, test } from 'vitest';
import { findingIds, type Listening, probeOf, serve } from '../servers.js';

let server: Listening | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const lifetime = 6;
const quick = { attempts: 1, otherNames: [], lifetime };

test('sessions are accepted until their time is over, and renewed tickets live on', async () => {
  server = await serve({ sessionTimeout: 3 });
  const result = await probeOf(server, quick);
  const [tls13, tls12] = result.observations.lifetimes;
  for (const facts of [tls13, tls12]) {
    expect(facts?.hint).toBe(3);
    expect(facts?.acceptedAt).toBeGreaterThan(1.5);
    expect(facts?.acceptedAt).toBeLessThan(4.1);
    expect(facts?.refusedAt).toBeGreaterThan(3);
    expect(facts?.refusedAt).toBeLessThan(4.8);
  }
  // libssl gives new tickets in TLS 1.3 only.
  expect(tls13?.prolonged).toBe(true);
  expect(tls12?.prolonged).toBe(false);
  expect(findingIds(result)).toContain('low: lifetime-prolonged');
});

test('a server that accepts them for longer than was looked', async () => {
  server = await serve({ sessionTimeout: 100, noTicket: true });
  const result = await probeOf(server, quick);
  expect(result.observations.lifetimes).toMatchObject([
    { version: 'TLSv1.3', by: 'psk', refusedAt: null, prolonged: null },
    { version: 'TLSv1.2', by: 'id', refusedAt: null, prolonged: null },
  ]);
  for (const { acceptedAt } of result.observations.lifetimes) {
    expect(acceptedAt).toBeGreaterThanOrEqual(lifetime);
  }
});
