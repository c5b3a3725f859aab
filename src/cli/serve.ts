// `libssl-session serve`: a server of TLS that says what it did with the client's session.

import type { AddressInfo, Socket } from 'node:net';
import type { LibsslError } from '../common/errors.js';
import { SslContext } from '../context/context.js';
import type { SslContextOptions } from '../context/options.js';
import type { SslSession } from '../session/session.js';
import { createServer, type SslServer } from '../tls/server.js';
import type { SslSocket } from '../tls/socket.js';
import { Failure, systemReason } from './failure.js';
import { readSession } from './input.js';
import { asFailure, KeyLog, readOptionFile, type TlsVersion, versionOptions } from './network.js';
import { write, writePrivateFile } from './output.js';
import { printable } from './terminal.js';

export interface ServeOptions {
  cert: string;
  key: string;
  host: string;
  session?: string;
  save?: string;
  keylog?: string;
  count?: number;
  /** false: --no-tickets. */
  tickets: number | boolean;
  ticketKey?: string;
  lifetime?: number;
  earlyData?: number;
  requestCert?: true;
  ca?: string;
  tls?: TlsVersion;
}

/** Serves until it is told to end, or has had --count connections. */
export async function serve(port: number, options: ServeOptions): Promise<void> {
  const { save } = options;
  using context = makeContext(await contextOptions(options));
  if (options.session !== undefined) {
    using session = (await readSession(options.session)).session;
    context.addSession(session);
  }
  using keyLog = options.keylog === undefined ? null : new KeyLog(options.keylog);
  let newest: SslSession | null = null;
  try {
    if (save !== undefined) {
      context.on('newSession', (session) => {
        newest?.free();
        newest = session;
      });
    }
    if (keyLog !== null) context.on('keylog', (line) => keyLog.append(line));
    const server = createServer({ secureContext: context });
    const connections = serveConnections(server, options.count ?? Number.POSITIVE_INFINITY);
    await listen(server, port, options.host);
    await connections;
    if (save !== undefined) await saveSession(save, newest);
    keyLog?.check();
  } finally {
    (newest as SslSession | null)?.free();
  }
}

async function contextOptions(options: ServeOptions): Promise<SslContextOptions> {
  const { cert, key, ca, tickets, ticketKey, lifetime, earlyData, requestCert, tls } = options;
  return {
    role: 'server',
    sessionIdContext: 'libssl-session serve',
    ...versionOptions(tls),
    cert: await readOptionFile(cert),
    key: await readOptionFile(key),
    ...(tickets === false && { noTicket: true }),
    ...(typeof tickets === 'number' && { numTickets: tickets }),
    ...(ticketKey !== undefined && { ticketKeys: await readOptionFile(ticketKey) }),
    ...(lifetime !== undefined && { sessionTimeout: lifetime }),
    ...(earlyData !== undefined && { maxEarlyData: earlyData }),
    ...(requestCert === true && { requestCert, rejectUnauthorized: ca !== undefined }),
    ...(ca !== undefined && { ca: await readOptionFile(ca) }),
  };
}

/** What the library has against the options is wrong usage. */
function makeContext(options: SslContextOptions): SslContext {
  try {
    return new SslContext(options);
  } catch (error) {
    const failure = asFailure('serve', error);
    throw failure === error ? new Failure(printable((error as Error).message), 2) : failure;
  }
}

async function listen(server: SslServer, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new Failure(`${printable(host)}: ${systemReason(error)}`)),
    );
    server.listen(port, host, resolve);
  });
  const { address, port: own, family } = server.address() as AddressInfo;
  await write(`listening on ${family === 'IPv6' ? `[${address}]` : address}:${own}\n`);
}

/** Answers each request with what is known of its connection. Resolves at the end. */
function serveConnections(server: SslServer, count: number): Promise<void> {
  return new Promise((resolve) => {
    const open = new Set<Socket>();
    let left = count;
    const end = () => server.close(() => resolve());
    const oneLess = () => {
      left -= 1;
      if (left === 0) end();
    };
    const stop = () => {
      end();
      for (const socket of open) socket.destroy();
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
    server.on('connection', (socket: Socket) => {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    });
    server.on('secureConnection', (socket: SslSocket) => {
      const text = describe(socket);
      void write(`${text}\n`);
      socket.on('error', (error: Error) => complain(socket.remoteAddress, error));
      socket.once('data', () => {
        socket.end(answer(text));
        socket.resume();
      });
      socket.once('close', oneLess);
    });
    server.on('tlsClientError', (error: Error, socket: SslSocket) => {
      complain(socket.remoteAddress, error);
      oneLess();
    });
  });
}

function complain(address: string | undefined, error: Error): void {
  const text = (error as LibsslError).reason ?? error.message;
  process.stderr.write(`libssl-session: ${address ?? 'a client'}: ${printable(text)}\n`);
}

/** `127.0.0.1:40814, TLSv1.3, TLS_AES_256_GCM_SHA384, resumed, example.org` */
function describe(socket: SslSocket): string {
  const { remoteAddress = '', remotePort, servername } = socket;
  const place = remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress;
  return [
    `${place}:${remotePort}`,
    socket.getProtocol() ?? '',
    socket.getCipher()?.name ?? '',
    socket.isSessionReused() ? 'resumed' : 'full handshake',
    ...(typeof servername === 'string' && servername !== '' ? [printable(servername)] : []),
  ].join(', ');
}

function answer(text: string): string {
  const body = `${text}\n`;
  const length = Buffer.byteLength(body);
  const head = ['HTTP/1.0 200 OK', 'Content-Type: text/plain', `Content-Length: ${length}`];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

async function saveSession(file: string, session: SslSession | null): Promise<void> {
  if (session === null) throw new Failure('there was no session to save');
  await writePrivateFile(file, session.toPem());
}
