// examples/probe-ticket-keys.mjs as a CI job runs it: its exit codes.

import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SSL_SESS_CACHE_OFF } from 'libssl-session';
import { afterEach, expect, test } from 'vitest';
import { type Listening, serve } from '../probe/servers.js';
import { temporary } from '../support/cli.js';
import { runNode } from '../support/valgrind.mjs';

const script = fileURLToPath(new URL('../../examples/probe-ticket-keys.mjs', import.meta.url));
const run = (...args: string[]) => runNode([script, ...args]);

let server: Listening | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});
const target = () => `127.0.0.1:${server?.port}`;

test('a key that was there two days ago fails the job, and another key does not', async () => {
  const ticketKeys = randomBytes(48);
  const file = temporary('keys.json');
  server = await serve({ ticketKeys });
  const first = await run(target(), file);
  expect(first).toMatchObject({ code: 0, stdout: 'ok: the key was first seen 0 hours ago\n' });
  const name = ticketKeys.toString('hex', 0, 16);
  const seen = JSON.parse(readFileSync(file, 'utf8'));
  expect(Object.keys(seen)).toEqual([name]);

  const aged = new Date(Date.parse(seen[name]) - 50 * 3_600_000).toISOString();
  writeFileSync(file, JSON.stringify({ [name]: aged }));
  const late = await run(target(), file);
  expect(late).toMatchObject({ code: 1, stdout: 'too old: the key was first seen 50 hours ago\n' });
  expect(await run(target(), file, '60')).toMatchObject({ code: 0 });

  await server.close();
  server = await serve({ ticketKeys: randomBytes(48) });
  expect(await run(target(), file)).toMatchObject({ code: 0 });
});

test('without tickets that name a key there is nothing to fail, or nothing known', async () => {
  const file = temporary('none.json');
  server = await serve({ noTicket: true });
  expect(await run(target(), file)).toMatchObject({ code: 0, stdout: 'ok: tickets have no key\n' });
  await server.close();
  server = await serve({ noTicket: true, numTickets: 0, sessionCacheMode: SSL_SESS_CACHE_OFF });
  expect(await run(target(), file)).toMatchObject({ code: 2 });
  for (const args of [[target()], [target(), file, 'many']]) {
    const { code, stderr } = await run(...args);
    expect(code).toBe(1);
    expect(stderr).toContain('usage: ');
  }
});
