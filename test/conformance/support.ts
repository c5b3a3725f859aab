// What the conformance tests share: contexts with a certificate, and connections joined in memory.

import {
  handshake,
  SslConnection,
  type SslConnectionOptions,
  SslContext,
  type SslContextOptions,
} from 'libssl-session';
import { fixture } from '../support/fixture.js';

export const certificate = { cert: fixture('tls-cert.pem'), key: fixture('tls-key.pem') };

/** Options of a server that retries every TLS 1.3 hello: level 4 refuses the group that is offered. */
export const retryingServer = {
  securityLevel: 4,
  cert: fixture('conformance-p384-cert.pem'),
  key: fixture('conformance-p384-key.pem'),
} as const;

/** A server's, with a certificate, for every version: TLS 1.0 and 1.1 are below level 1. */
export function serverContext(options: Partial<SslContextOptions> = {}): SslContext {
  return new SslContext({ role: 'server', securityLevel: 0, ...certificate, ...options });
}

/** A client's, which takes any certificate. */
export function clientContext(options: Partial<SslContextOptions> = {}): SslContext {
  return new SslContext({
    role: 'client',
    securityLevel: 0,
    rejectUnauthorized: false,
    ...options,
  });
}

/** Two connections of one handshake; at the end both are shut down, so that sessions stay good. */
export class Pair implements Disposable {
  readonly client: SslConnection;
  readonly server: SslConnection;
  /** What byWire() has carried, flight by flight. */
  readonly toServer: Buffer[] = [];
  readonly toClient: Buffer[] = [];

  constructor(
    client: SslContext,
    server: SslContext,
    options: SslConnectionOptions & { server?: SslConnectionOptions } = {},
  ) {
    const { server: serverOptions = {}, ...clientOptions } = options;
    this.client = new SslConnection(client, clientOptions);
    try {
      this.server = new SslConnection(server, serverOptions);
    } catch (error) {
      this.client.free();
      throw error;
    }
  }

  /** Until both are ready. Throws what the side that failed first threw. */
  handshake(): this {
    handshake(this.client, this.server);
    return this;
  }

  /** The same over bytes, which stay to be looked at, or to be changed on their way. */
  byWire(change: (bytes: Buffer, to: 'client' | 'server') => Buffer = (bytes) => bytes): this {
    this.client.handshake();
    for (;;) {
      const toServer = this.client.take();
      if (toServer.length > 0) {
        this.toServer.push(toServer);
        this.server.receive(change(toServer, 'server'));
      }
      const toClient = this.server.take();
      if (toClient.length > 0) {
        this.toClient.push(toClient);
        this.client.receive(change(toClient, 'client'));
      }
      if (toServer.length === 0 && toClient.length === 0) return this;
    }
  }

  /** Whether each side says that the session was resumed; both must say the same. */
  get reused(): boolean {
    const { client, server } = this;
    if (client.sessionReused !== server.sessionReused) {
      throw new Error(`the client says ${client.sessionReused}, the server the contrary`);
    }
    return client.sessionReused;
  }

  /** Both send their end, and read the other's. */
  shutdown(): void {
    const sides = [this.client, this.server];
    for (const side of sides) if (side.state === 'open') side.shutdown();
    const [toServer, toClient] = sides.map((side) => side.take());
    for (const [side, bytes] of [
      [this.server, toServer],
      [this.client, toClient],
    ] as const) {
      if (side.state === 'closing' && bytes !== undefined) side.receive(bytes);
    }
  }

  [Symbol.dispose](): void {
    if (!this.client.freed && !this.server.freed) this.shutdown();
    this.client.free();
    this.server.free();
  }
}

/** A finished handshake between new connections of the two contexts. */
export function connect(...parameters: ConstructorParameters<typeof Pair>): Pair {
  const pair = new Pair(...parameters);
  try {
    return pair.handshake();
  } catch (error) {
    pair[Symbol.dispose]();
    throw error;
  }
}
