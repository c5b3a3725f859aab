// What OpenSSL's sslapitest.c has around its tests: callbacks that count, a PSK, connections whose
// contexts are one pair.

import {
  type SslConnection,
  type SslConnectionOptions,
  SslContext,
  type SslContextOptions,
  SslSession,
} from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { clientContext, connect, Pair, serverContext } from './support.js';

type ContextOptions = Partial<SslContextOptions>;
type PairOptions = SslConnectionOptions & { server?: SslConnectionOptions };

/** The versions of which most tests are made once each. */
export const versions = ['TLSv1.3', 'TLSv1.2'] as const;

/** A server's and a client's context. */
export class Contexts implements Disposable {
  readonly server: SslContext;
  readonly client: SslContext;

  /** `anonymous`: the server has no certificate. */
  constructor(
    options: { server?: ContextOptions; client?: ContextOptions; anonymous?: boolean } = {},
  ) {
    this.server = options.anonymous
      ? new SslContext({ role: 'server', ...options.server })
      : serverContext(options.server);
    this.client = clientContext(options.client);
  }

  /** Two connections that have said nothing yet. */
  pair(options?: PairOptions): Pair {
    return new Pair(this.client, this.server, options);
  }

  /** Two connections that have shaken hands. */
  connect(options?: PairOptions): Pair {
    return connect(this.client, this.server, options);
  }

  [Symbol.dispose](): void {
    this.client.free();
    this.server.free();
  }
}

/** Frees what it was given, the last first. */
export class Keeper implements Disposable {
  #things: Disposable[] = [];

  keep<T extends Disposable>(thing: T): T {
    this.#things.push(thing);
    return thing;
  }

  [Symbol.dispose](): void {
    for (const thing of this.#things.splice(0).reverse()) thing[Symbol.dispose]();
  }
}

/** Carries what either side has for the other, until neither has anything. */
export function exchange({ client, server }: Pair): void {
  for (;;) {
    const there = client.take();
    if (there.length > 0) server.receive(there);
    const back = server.take();
    if (back.length > 0) client.receive(back);
    if (there.length === 0 && back.length === 0) return;
  }
}

// ---- The same by the steps' C names. The objects then only free.

/** Carries what `from` has for `to`; whether there was anything. */
export function carry(from: C.Handle, to: C.Handle): boolean {
  const bytes = C.BIO_read(from);
  if (bytes !== null) C.BIO_write(to, bytes);
  return bytes !== null;
}

/** SSL_connect and SSL_accept until neither can go on; whether both return 1, and tickets are read. */
export function finish(client: C.Handle, server: C.Handle): boolean {
  for (;;) {
    const connected = C.SSL_connect(client);
    const there = carry(client, server);
    const accepted = C.SSL_accept(server);
    const back = carry(server, client);
    if (connected === 1 && accepted === 1) {
      C.SSL_peek(client, 1);
      return true;
    }
    if (!there && !back) return false;
  }
}

/** Both sides' ends. */
export function shutdown(client: C.Handle, server: C.Handle): void {
  C.SSL_shutdown(client);
  carry(client, server);
  C.SSL_shutdown(server);
  carry(server, client);
}

/** The session of a connection, yours. */
export function sessionOf({ session }: SslConnection): SslSession {
  if (session === null) throw new Error('there is no session');
  return session;
}

/** The session of a first connection, which is shut down. */
export function firstSession(contexts: Contexts, options?: PairOptions): SslSession {
  using first = contexts.connect(options);
  return sessionOf(first.client);
}

/** Counts a context's new sessions. `keep`: they are freed with it, else at once. */
export class SessionCounter implements Disposable {
  new = 0;
  readonly kept: SslSession[] = [];
  readonly #context: SslContext;
  readonly #onNew: (session: SslSession) => void;

  constructor(context: SslContext, options: { keep?: boolean } = {}) {
    this.#context = context;
    this.#onNew = (session) => {
      this.new += 1;
      if (options.keep === true) this.kept.push(session);
      else session.free();
    };
    context.on('newSession', this.#onNew);
  }

  reset(): void {
    this.new = 0;
  }

  [Symbol.dispose](): void {
    if (!this.#context.freed) this.#context.off('newSession', this.#onNew);
    for (const session of this.kept.splice(0)) session.free();
  }
}

export const pskIdentity = 'Identity';

/** create_a_psk: what an external PSK for TLS 1.3 is. */
export function createPsk(suite = 'TLS_AES_256_GCM_SHA384'): SslSession {
  const session = new SslSession();
  session.masterKey = Buffer.from(Array.from({ length: 48 }, (_, i) => i));
  session.cipher = suite;
  session.protocolVersion = 'TLSv1.3';
  return session;
}
