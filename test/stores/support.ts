// Servers that share a store in a real Redis, and clients that come back to any of them.

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis as IoRedis } from 'ioredis';
import {
  handshake,
  type SslConnection,
  type SslContext,
  type SslContextOptions,
  type SslSession,
} from 'libssl-session';
import { createSessionStore, redisBackend, type SharedOptions } from 'libssl-session/store';
import { expect } from 'vitest';
import type { Stack } from '../support/contexts.js';
import { noRedis } from '../support/redis.mjs';

export const secret = randomBytes(32);
export const tls12 = { maxVersion: 'TLSv1.2', noTicket: true } as const;
/** For titles: why a test is left out. */
export const without = noRedis === undefined ? '' : ` (${noRedis})`;
/** More of everything: npm run test:stores. */
export const long = process.env.STORES_LONG === '1';
// A busy machine is late without being in trouble.
const notHere = noRedis ?? (long ? undefined : 'the limits of time, only in npm run test:stores');
/** What is about limits of time, and for titles why it is left out. */
export const timed = notHere === undefined ? '' : ` (${notHere})`;

/** A client that says what goes wrong only to those who ask, and gives up soon. */
export function ioredis(port: number): IoRedis {
  const client = new IoRedis({
    ...{ port, host: '127.0.0.1', maxRetriesPerRequest: 1, retryStrategy: () => 50 },
  });
  client.on('error', () => {});
  return client;
}

export interface Machine {
  readonly server: SslContext;
  readonly errors: string[];
  readonly states: string[];
  readonly client: IoRedis;
}

/** A server with a client of its own, as on another machine. */
export function machine(
  stack: Stack,
  port: number,
  options: Partial<SslContextOptions> = {},
  shared: Partial<SharedOptions> = {},
  replicas = 0,
): Machine {
  const client = ioredis(port);
  stack.add({ [Symbol.dispose]: () => client.disconnect() });
  const sessionStore = createSessionStore(redisBackend(client, { replicas }), {
    ...{ secret, breaker: { failures: 3, pause: 200 } },
    ...shared,
  });
  const errors: string[] = [];
  const states: string[] = [];
  sessionStore.on('storeError', (error, operation) => {
    const { code, message } = error as { code?: string; message: string };
    errors.push(`${operation}: ${code ?? message}`);
  });
  sessionStore.on('storeState', (state) => states.push(state));
  const server = stack.server({ noTicket: true, ...options, sessionStore });
  server.on('sessionStoreError', () => {});
  return { server, errors, states, client };
}

export interface Visit {
  readonly session: SslSession;
  readonly resumed: boolean;
  readonly ms: number;
}

/** A handshake to its end, with data in both directions. */
export async function visit(
  stack: Stack,
  client: SslContext,
  { server }: Pick<Machine, 'server'>,
  session: SslSession | null = null,
): Promise<Visit> {
  const began = performance.now();
  const [ours, theirs] = stack.pair(client, server, { session });
  await handshake(ours, theirs);
  const ms = performance.now() - began;
  ours.write(Buffer.from('over'));
  theirs.receive(ours.take());
  expect(theirs.read()?.toString()).toBe('over');
  const resumed = theirs.sessionReused;
  expect(ours.sessionReused).toBe(resumed);
  const next = stack.add(ours.session as SslSession);
  end(ours, theirs);
  return { session: next, resumed, ms };
}

export function end(...connections: SslConnection[]): void {
  for (const each of connections) {
    if (each.state === 'open' || each.state === 'closing') each.shutdown();
    each.free();
  }
}

/** Until what was stored is there. */
export async function stored(one: Machine, count: number): Promise<void> {
  await expect.poll(() => one.client.dbsize(), { timeout: 5000 }).toBeGreaterThanOrEqual(count);
}

export { sleep };
