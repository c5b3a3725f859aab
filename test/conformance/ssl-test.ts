// What OpenSSL's ssl_test.c does with the sections of a configuration: a handshake, and another one
// that offers its session, between contexts of their own that share ticket keys.

import type { SslContextOptions, SslSession } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { clientContext, Pair, serverContext } from './support.js';

type Options = Partial<SslContextOptions>;

export interface Configuration {
  client?: Options;
  server?: Options;
  /** Of the second handshake; as those of the first where not given. */
  resumeClient?: Options;
  resumeServer?: Options;
  servername?: string;
  /** What is looked at before anything is freed. */
  afterFirst?: (pair: Pair) => void;
  afterSecond?: (pair: Pair) => void;
}

/** One key for all contexts of a test, as ssl_test has it. */
export const sharedTicketKey = Buffer.alloc(80);

/** Whether the second handshake resumed the session of the first. */
export function resumes(configuration: Configuration): boolean {
  const { client, server, servername, afterFirst, afterSecond } = configuration;
  const connection = servername === undefined ? {} : { servername };
  let clients: SslSession | null;
  let servers: SslSession;
  {
    using clientSide = clientContext(client);
    using serverSide = serverContext({ ticketKeys: sharedTicketKey, ...server });
    using first = new Pair(clientSide, serverSide, connection).byWire();
    if (first.reused) throw new Error('the first handshake had nothing to resume');
    afterFirst?.(first);
    clients = first.client.session;
    using own = first.server.session;
    if (clients === null || own === null) throw new Error('a handshake without a session');
    // A copy is in no cache of the first context.
    servers = own.dup();
  }
  try {
    using clientSide = clientContext(configuration.resumeClient ?? client);
    using serverSide = serverContext({
      ticketKeys: sharedTicketKey,
      ...(configuration.resumeServer ?? server),
    });
    if (servers.id.length > 0 && !serverSide.addSession(servers)) {
      throw new Error('the second context did not take the session');
    }
    using second = new Pair(clientSide, serverSide, connection);
    // As C: the class keeps back what a server of libssl would fail of
    // (test/session/offer.test.ts).
    C.SSL_set_session(second.client.handle, clients.handle);
    second.byWire();
    afterSecond?.(second);
    return second.reused;
  } finally {
    clients.free();
    servers.free();
  }
}

/** Which side a handshake failed on, and why. */
export function failure(handshake: () => unknown): { function?: string; reason?: string } {
  try {
    handshake();
  } catch (error) {
    return error as { function?: string; reason?: string };
  }
  throw new Error('the handshake did not fail');
}
