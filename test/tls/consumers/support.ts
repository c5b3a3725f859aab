// Both modules in one shape, so that each test of a consumer runs with either at each side; and
// what a test opens, ended after it.

import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import * as tls from 'node:tls';
import { SslContext, type SslSession } from 'libssl-session';
import * as ssl from 'libssl-session/tls';
import { afterEach } from 'vitest';
import { certificate } from '../../support/contexts.js';

/** What both modules give: the members that these tests and the consumers use. */
export type TlsSocket = Duplex &
  Pick<
    ssl.SslSocket,
    'alpnProtocol' | 'authorized' | 'encrypted' | 'getProtocol' | 'isSessionReused'
  >;

/** What a `session` event brings. */
export type Session = Buffer | SslSession;

export interface Tls {
  readonly name: string;
  connect(options: tls.ConnectionOptions, listener?: () => void): TlsSocket;
  createServer(options: tls.TlsOptions, listener?: (socket: TlsSocket) => void): net.Server;
  /** A server's side over a stream that something else was spoken on before. */
  accept(stream: Duplex): TlsSocket;
  /** Gives back what a `session` event brought. */
  free(session: Session | undefined): void;
}

export const nodeTls: Tls = {
  name: 'node:tls',
  connect: tls.connect,
  createServer: tls.createServer,
  accept: (stream) =>
    new tls.TLSSocket(stream, {
      isServer: true,
      secureContext: tls.createSecureContext(certificate),
    }),
  free: () => {},
};

export const sslTls: Tls = {
  name: 'libssl-session/tls',
  connect: (options, listener) => ssl.connect(options as object, listener),
  createServer: (options, listener) => ssl.createServer(options as object, listener),
  accept(stream) {
    const secureContext = new SslContext({ role: 'server', ...certificate });
    const socket = new ssl.SslSocket(stream, { isServer: true, secureContext });
    secureContext.free(); // the socket has its own reference
    return socket;
  },
  free: (session) => (session as SslSession | undefined)?.free(),
};

/** node:tls is here to show what the consumers need; a test that fails with it is wrong. */
export const tlss: readonly Tls[] = [nodeTls, sslTls];

interface Sides {
  client: Tls;
  server: Tls;
  version: tls.SecureVersion;
}

/** Who talks to whom, and how. */
export const sides: readonly Sides[] = (['TLSv1.2', 'TLSv1.3'] as const).flatMap((version) =>
  tlss.flatMap((client) => tlss.map((server) => ({ client, server, version }))),
);

/** The name of a `describe.each` over the sides. */
export const between = '$client.name to $server.name, $version:';

/** What a server needs. */
export function serverOptions(version: tls.SecureVersion) {
  return { ...certificate, minVersion: version, maxVersion: version };
}

/** What a client needs to know of such a server. */
export function clientOptions(version: tls.SecureVersion) {
  const name = { host: '127.0.0.1', servername: 'localhost', ca: certificate.cert };
  return { ...name, minVersion: version, maxVersion: version };
}

const opened: { close: () => unknown }[] = [];

/** Calls `close` after the test, what was given last first. */
export function afterTest(close: () => unknown): void {
  opened.push({ close });
}

afterEach(async () => {
  while (opened.length > 0) await opened.pop()?.close();
});

/** Listens, and is ended after the test with its connections. The port. */
export async function listening(server: net.Server): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterTest(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

/** Over TCP, ended after the test. */
export async function connected(port: number): Promise<net.Socket> {
  const socket = net.connect(port, '127.0.0.1');
  afterTest(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** All that a stream gives, as text. */
export async function textOf(stream: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}
