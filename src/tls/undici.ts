// How undici connects: new Agent({ connect: undiciConnector() }).

import { connect as connectPlain, isIP, type Socket, type TcpNetConnectOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import { withOwn } from '../common/errors.js';
import { connect, type SslConnectOptions } from './connect.js';
import { SslSessionCache } from './session-cache.js';
import type { SslSocket } from './socket.js';

/** The options of undici's own `buildConnector()`, and those of `connect()`. */
export interface UndiciConnectorOptions extends SslConnectOptions {
  /** Whether to offer HTTP/2 as well. By default false. */
  allowH2?: boolean;
  /** A Unix socket to connect to. */
  socketPath?: string;
  /** How many milliseconds the connection and its handshake may take; by default 10,000; 0: any. */
  timeout?: number;
}

/** What undici says of a connection that it wants. */
export interface UndiciRequest {
  /** The name or address of the URL. */
  hostname: string;
  /** Its Host header. */
  host?: string;
  /** `https:` or `http:`. */
  protocol: string;
  /** The port of the URL; empty for that of the protocol. */
  port: string;
  /** The server name, where undici was given one. */
  servername?: string | null;
  /** The address to connect from. */
  localAddress?: string | null;
  /** The connection to a proxy, which is to be encrypted. */
  httpSocket?: Duplex;
}

/** What is called with the connection. */
export type UndiciCallback = (...result: [null, Duplex] | [Error, null]) => void;

/** A function that connects for undici; its connections resume earlier ones' sessions. */
export function undiciConnector(
  options: UndiciConnectorOptions = {},
): (request: UndiciRequest, callback: UndiciCallback) => void {
  const { allowH2 = false, socketPath, timeout = 10_000, ...others } = options;
  const { sessionCache = new SslSessionCache() } = others;
  const protocols = allowH2 ? ['h2', 'http/1.1'] : ['http/1.1'];
  return (request, callback) => {
    const { hostname, protocol, port, localAddress, httpSocket } = request;
    const secure = protocol === 'https:';
    const place = {
      host: hostname,
      port: Number(port) || (secure ? 443 : 80),
      ...(socketPath !== undefined && { path: socketPath }),
      ...(localAddress != null && { localAddress }),
    };
    const name = request.servername || others.servername || nameOf(request.host) || hostname;
    let socket: SslSocket | Socket;
    try {
      socket = secure
        ? connect({
            ALPNProtocols: protocols,
            ...others,
            ...place,
            sessionCache,
            ...(isIP(name) === 0 && { servername: name }),
            ...(httpSocket !== undefined && { socket: httpSocket }),
          })
        : connectPlain({ ...others, ...place } as TcpNetConnectOpts);
    } catch (error) {
      process.nextTick(callback, error as Error, null);
      return;
    }
    whenConnected(socket, secure, timeout, place, callback);
  };
}

function whenConnected(
  socket: SslSocket | Socket,
  secure: boolean,
  timeout: number,
  { host, port }: { host: string; port: number },
  callback: UndiciCallback,
): void {
  const late = () => {
    const message = `Connect Timeout Error (attempted address: ${host}:${port}, timeout: ${timeout}ms)`;
    const error = withOwn(new Error(message), { code: 'UND_ERR_CONNECT_TIMEOUT' });
    error.name = 'ConnectTimeoutError';
    socket.destroy(error);
  };
  const timer = timeout > 0 ? setTimeout(late, timeout) : undefined;
  let open = true;
  const end = (...result: Parameters<UndiciCallback>) => {
    clearTimeout(timer);
    if (!open) return;
    open = false; // before: the callback may destroy the socket, or throw
    callback(...result);
  };
  socket
    .setNoDelay(true)
    .setKeepAlive(true, 60_000)
    .once(secure ? 'secureConnect' : 'connect', () => end(null, socket))
    .on('error', (error: Error) => end(error, null));
}

// Of a Host header.
function nameOf(host: string | undefined): string | undefined {
  if (host === undefined) return undefined;
  return host.startsWith('[') ? undefined : host.replace(/:\d+$/, '');
}
