// A probe as a whole: its form, its speed, and that it gives everything back. What it says of each
// kind of server is in bed/.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SSL_OP_NO_ANTI_REPLAY, sessionCounts, startCounting } from 'libssl-session';
import { type ProbeProgress, probe } from 'libssl-session/probe';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { formsOf } from '../support/search.js';
import { findingIds, host, type Listening, probeOf, resumption, serve } from './servers.js';

beforeAll(startCounting);

let server: Listening | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const few = { attempts: 2, pause: 0 };

test('a server of TLS 1.2 and 1.3 as libssl has it by default', async () => {
  server = await serve({ minVersion: 'TLSv1.2' });
  const result = await probeOf(server, few);
  expect(resumption(result)).toEqual([
    'TLSv1.3 psk: 2/2, 2 given',
    'TLSv1.2 ticket: 2/2, 2 given',
    'TLSv1.2 id: 2/2, 2 given',
  ]);
  expect(findingIds(result)).toEqual([
    'info: resumed-under-name-of-same-certificate',
    'info: resumed-under-name-of-same-certificate',
    'info: ticket-used-again',
  ]);
});

test('the worst findings come first: a key of zeros, early data that is replayed', async () => {
  server = await serve({
    ticketKeys: Buffer.alloc(80),
    maxEarlyData: 1024,
    secureOptions: SSL_OP_NO_ANTI_REPLAY,
  });
  const result = await probeOf(server, { ...few, replay: true, otherNames: [] });
  const ids = findingIds(result);
  expect(ids[0]).toBe('critical: weak-ticket-key');
  expect(ids).toContain('high: early-data-replayed');
  expect(ids.indexOf('high: early-data-replayed')).toBeLessThan(ids.length - 1);
});

test('a loopback server is probed in less than three seconds, with its pauses', async () => {
  server = await serve();
  const progress: ProbeProgress[] = [];
  const onProgress = (now: ProbeProgress) => progress.push(now);
  const pause = 10; // as it is by default
  const before = process.cpuUsage();
  const result = await probe({ host, port: server.port }, { servername: 'localhost', onProgress });
  // What it does, and what it waits: not what else the machine does.
  const { user, system } = process.cpuUsage(before);
  const waited = result.connections.length * pause;
  expect((user + system) / 1000 + waited).toBeLessThan(3000);
  expect(result.stopped).toBe(null);
  const fractions = progress.map(({ fraction }) => fraction);
  expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  expect(fractions.at(-1)).toBeLessThanOrEqual(1);
  expect(result.connections.map(({ number }) => number)).toEqual(
    Array.from(result.connections, (_, i) => i + 1),
  );
});

test('the result has no secret and no ticket', async () => {
  const ticketKeys = Buffer.concat([Buffer.alloc(16, 1), Buffer.alloc(64, 2)]);
  server = await serve({ ticketKeys });
  const text = JSON.stringify(await probeOf(server, few));
  // The name of the key is there; what is behind it in each ticket is not.
  expect(text).toContain(`"${ticketKeys.toString('hex', 0, 16)}"`);
  expect(text).not.toContain(`${ticketKeys.toString('hex', 0, 16)}0`);
  expect(text).not.toMatch(/masterKey|"ticket":"|"secret"/);
  expect(formsOf(ticketKeys.subarray(16), text)).toEqual([]);
});

test('the schema in the package is that of the types', () => {
  const script = fileURLToPath(new URL('../../scripts/probe-schema.mjs', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}, 180_000);

afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));
