// A server and its clients over loopback, for the tests of libssl-session/tls.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { sessionCounts, startCounting } from 'libssl-session';
import * as tls from 'libssl-session/tls';
import { afterEach, beforeAll, expect } from 'vitest';
import { certificate, Stack } from './contexts.js';

export const { cert, key } = certificate;

/** Servers that end with each test of the file, which must leave no session behind. */
export function serversForTests() {
  const stack = new Stack();
  const servers: tls.SslServer[] = [];
  const sockets = new Set<tls.SslSocket>();
  let over = false;
  beforeAll(startCounting);
  afterEach(async () => {
    over = true;
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    for (const server of servers.splice(0)) {
      server.close();
      await once(server, 'close');
      server.secureContext.free();
    }
    stack[Symbol.dispose]();
    over = false;
    await expect.poll(() => sessionCounts().live, { message: 'sessions left behind' }).toBe(0);
  });
  const track = (socket: tls.SslSocket) => {
    sockets.add(socket);
    if (over) socket.destroy();
    return socket;
  };
  return {
    /** Listens, and gives the options of a client for it. */
    async serve(
      options: tls.SslServerOptions = {},
      listener: (socket: tls.SslSocket) => void = (socket) => socket.resume(),
    ) {
      const server = tls.createServer({ cert, key, ...options }, (socket) => {
        socket.on('error', () => {});
        listener(track(socket));
      });
      servers.push(server);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const client = { host: '127.0.0.1', port, servername: 'localhost', ca: cert };
      return { server, client };
    },
    /** Freed before the sessions are counted. */
    stack,
    connect: (options: tls.SslConnectOptions) => track(tls.connect(options)),
  };
}

/** The next event's first value; an `error` rejects. */
export async function next<T>(socket: NodeJS.EventEmitter, event: string): Promise<T> {
  const [value] = await once(socket, event);
  return value as T;
}

/** All text that comes until the end. */
export async function textOf(socket: tls.SslSocket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8');
  for await (const part of socket) text += part;
  return text;
}
