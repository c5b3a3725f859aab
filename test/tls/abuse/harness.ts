// A server that is abused, and what it and its clients tell of it.
// TLS_MODULE=node:tls runs the tests on node:tls, as far as they are about what both promise.

import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import type net from 'node:net';
import type { AddressInfo } from 'node:net';
import type * as NodeTls from 'node:tls';
import { sessionCounts, startCounting } from 'libssl-session';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { certificate } from '../../support/contexts.js';
import { gc } from '../../support/gc.mjs';

const name = process.env.TLS_MODULE ?? 'libssl-session/tls';
/** Both modules have these types, as far as the tests go. */
export const tls = (await import(name)) as typeof NodeTls;
export const ours = name !== 'node:tls';

export type Socket = NodeTls.TLSSocket;
export type Version = NodeTls.SecureVersion;
export type ConnectOptions = NodeTls.ConnectionOptions & Record<string, unknown>;
export type ServerOptions = NodeTls.TlsOptions & Record<string, unknown>;

export const versions: readonly Version[] = ['TLSv1.2', 'TLSv1.3'];

/** What a socket has told. */
export interface Told {
  errors: NodeJS.ErrnoException[];
  ends: number;
  closes: number;
}

export function watch(socket: net.Socket): Told {
  const told: Told = { errors: [], ends: 0, closes: 0 };
  socket.on('error', (error) => told.errors.push(error));
  socket.on('end', () => {
    told.ends++;
  });
  socket.on('close', () => {
    told.closes++;
  });
  return told;
}

/** A server, and all that it has told. */
export class Abused {
  readonly server: NodeTls.Server;
  /** Connections of TCP. */
  connections = 0;
  readonly secured: Told[] = [];
  readonly sockets: Socket[] = [];
  readonly refused: NodeJS.ErrnoException[] = [];

  private constructor(options: ServerOptions, use: (socket: Socket) => void) {
    this.server = tls.createServer({ ...certificate, sessionIdContext: 'abuse', ...options });
    this.server.on('connection', () => {
      this.connections++;
    });
    this.server.on('tlsClientError', (error) => this.refused.push(error));
    this.server.on('secureConnection', (socket) => {
      this.secured.push(watch(socket));
      this.sockets.push(socket);
      use(socket);
    });
  }

  /** By default it sends back what it gets. */
  static async start(
    options: ServerOptions = {},
    use: (socket: Socket) => void = echo,
  ): Promise<Abused> {
    const abused = new Abused(options, use);
    abused.server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
    await once(abused.server, 'listening');
    return abused;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  connect(options: ConnectOptions = {}): Socket {
    const { port } = this;
    const name = { host: '127.0.0.1', servername: 'localhost' };
    return tls.connect({ port, ...name, ca: certificate.cert, ...options });
  }

  /** A client that behaves gets served. */
  async serves(options: ConnectOptions = {}): Promise<void> {
    const client = this.connect(options);
    const told = watch(client);
    const bytes = Buffer.alloc(40_000, 'served');
    const got: Buffer[] = [];
    client.on('data', (data: Buffer) => got.push(data));
    client.on('secureConnect', () => client.end(bytes));
    await once(client, 'close');
    expect(told).toEqual({ errors: [], ends: 1, closes: 1 });
    expect(Buffer.concat(got).equals(bytes), 'the bytes came back').toBe(true);
  }

  /** Ends it, once all its connections have ended, and looks at what was told of each. */
  async end(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
    await turns(5);
    // One of them for each, and nothing of any twice.
    expect(this.secured.length + this.refused.length, 'told of connections').toBe(this.connections);
    for (const { errors, closes } of this.secured) {
      expect(closes, 'close of a connection').toBe(1);
      expect(errors.length, 'errors of a connection').toBeLessThanOrEqual(1);
    }
    this.sockets.length = 0;
  }
}

/** Reads to the end, also where it cannot send any more: a pipe would not. */
export function echo(socket: Socket): void {
  socket.on('data', (data: Buffer) => {
    if (socket.writable) socket.write(data);
  });
}

/** The event loop has turned so many times. */
export async function turns(n: number): Promise<void> {
  for (let i = 0; i < n; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Resolves once all have closed, which they must not have yet. */
export async function closed(...sockets: net.Socket[]): Promise<void> {
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.on('close', resolve))));
}

// ---- What must not be left behind.

interface Resources {
  files: number;
  handles: number;
  sessions: number;
}

function resources(): Resources {
  return {
    files: readdirSync('/proc/self/fd').length,
    // Timers, too: a test has few of its own, and what is left of a thousand sockets are a thousand.
    handles: process.getActiveResourcesInfo().filter((name) => /TCP|TLS|Timeout/.test(name)).length,
    sessions: sessionCounts().live,
  };
}

/** After each test of the file: no socket, timer, file or session is left of it. */
export function leavesNothing(): void {
  let before: Resources;
  beforeAll(startCounting);
  beforeEach(() => {
    before = resources();
  });
  afterEach(async () => {
    const most = { ...before, handles: before.handles + 3 };
    const isMore = (now: Resources) =>
      Object.entries(most).some(([key, value]) => now[key as keyof Resources] > value);
    // What is forgotten is the collector's, which takes its time.
    for (let i = 0; i < 200 && isMore(resources()); i++) {
      gc();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(isMore(resources()), JSON.stringify({ before, after: resources() })).toBe(false);
  });
}

/** Numbers from 0 to below 1, always the same ones for a seed. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
