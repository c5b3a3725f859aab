// Contexts and connections over memory, for the tests of both.

import {
  handshake,
  SslConnection,
  type SslConnectionOptions,
  SslContext,
  type SslContextOptions,
  type SslSession,
  sessionCounts,
  startCounting,
} from 'libssl-session';
import { afterEach, beforeAll, expect } from 'vitest';
import { fixture } from './fixture.js';

export const certificate = { cert: fixture('tls-cert.pem'), key: fixture('tls-key.pem') };

export const failure = (code: string, message: string | RegExp = '') =>
  expect.objectContaining({
    code,
    message:
      typeof message === 'string'
        ? expect.stringContaining(message)
        : expect.stringMatching(message),
  });
export const unsafe = (message: string | RegExp) => failure('ERR_LIBSSL_UNSAFE', message);
export const freed = failure('ERR_LIBSSL_FREED');
export const wrongType = failure('ERR_INVALID_ARG_TYPE');
export const wrongValue = failure('ERR_INVALID_ARG_VALUE');
export const outOfRange = failure('ERR_OUT_OF_RANGE');
export const wrongState = (message: string | RegExp = '') => failure('ERR_LIBSSL_STATE', message);

/** What the call throws. */
export function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** A stack that is emptied after each test of the file, which must leave no session behind. */
export function stackForTests(): Stack {
  const stack = new Stack();
  beforeAll(startCounting);
  afterEach(() => {
    stack[Symbol.dispose]();
    expect(sessionCounts().live, 'sessions left behind by the test').toBe(0);
  });
  return stack;
}

/** Frees what it was given, the last first. */
export class Stack implements Disposable {
  readonly all: Disposable[] = [];

  add<T extends Disposable>(object: T): T {
    this.all.push(object);
    return object;
  }
  server(options: Partial<SslContextOptions> = {}): SslContext {
    return this.add(
      new SslContext({ role: 'server', sessionIdContext: 'test', ...certificate, ...options }),
    );
  }
  client(options: Partial<SslContextOptions> = {}): SslContext {
    return this.add(new SslContext({ role: 'client', rejectUnauthorized: false, ...options }));
  }
  connection(context: SslContext, options: SslConnectionOptions = {}): SslConnection {
    return this.add(new SslConnection(context, options));
  }
  /** A client and a server, not joined yet. */
  pair(
    client: SslContext,
    server: SslContext,
    options: SslConnectionOptions = {},
    serverOptions: SslConnectionOptions = {},
  ): [SslConnection, SslConnection] {
    return [this.connection(client, options), this.connection(server, serverOptions)];
  }
  /** The same after their handshake, which needs no promise. */
  joined(
    client: SslContext,
    server: SslContext,
    options: SslConnectionOptions = {},
    serverOptions: SslConnectionOptions = {},
  ): [SslConnection, SslConnection] {
    const pair = this.pair(client, server, options, serverOptions);
    const waiting = handshake(...pair);
    if (waiting !== undefined) throw new Error('the handshake waits for a store');
    return pair;
  }
  /** A session that a client got from a server, and that it may resume. */
  session(client: SslContext, server: SslContext): SslSession {
    const [ours, theirs] = this.joined(client, server);
    const { session } = ours;
    ours.shutdown();
    theirs.shutdown();
    ours.free();
    theirs.free();
    if (session === null) throw new Error('no session');
    return this.add(session);
  }
  [Symbol.dispose](): void {
    while (this.all.length > 0) this.all.pop()?.[Symbol.dispose]();
  }
}

/** Carries what one side has sent to the other, once. */
export function carry(from: SslConnection, to: SslConnection): void {
  const bytes = from.take();
  if (bytes.length > 0) to.receive(bytes);
}

/** What is thrown where nobody called, while the work is done and right after it. */
export async function uncaught(work: () => unknown): Promise<unknown[]> {
  const others = process.listeners('uncaughtException');
  const errors: unknown[] = [];
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => errors.push(error));
  try {
    await work();
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const each of others) process.on('uncaughtException', each);
  }
  return errors;
}
