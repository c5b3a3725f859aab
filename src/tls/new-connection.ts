// The connection of a socket, as its options say.

import type { EventEmitter } from 'node:events';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { raise } from '../common/collect.js';
import { decideAtHello } from '../connection/client-hello.js';
import { SslConnection } from '../connection/connection.js';
import type { SslSession } from '../session/session.js';
import { clientContext, serverContext } from './contexts.js';
import { decisionOf } from './hello-callbacks.js';
import { answersOf, type Given } from './options.js';
import { sessionFrom } from './session-from.js';

/** How callbacks at the ClientHello end their wait. */
export interface Answering {
  answer(give: () => void): void;
  fail(error: unknown): void;
}

export function newServer(socket: Duplex, options: Given, { answer, fail }: Answering) {
  const { ALPNProtocols, secureContext } = options;
  const decide = decisionOf(options);
  const own = ALPNProtocols == null || secureContext == null ? {} : { ALPNProtocols };
  const context = serverContext(options);
  let connection: SslConnection;
  try {
    connection = new SslConnection(context, own as object);
  } catch (error) {
    if (context !== secureContext) context.free();
    throw error;
  }
  if (decide === null) return connection;
  decideAtHello(connection, (hello, give) => {
    decide(socket, hello, (its) => answer(() => give(its)), fail);
  });
  return connection;
}

/** A client of a server that must be `name`. */
export function newClient(options: Given, name: string): SslConnection {
  const { servername, checkServerIdentity, session } = options;
  const given = session == null ? null : sessionFrom(session);
  try {
    return new SslConnection(clientContext(options), {
      ...answersOf(options),
      ...(isName(servername) && { servername }),
      // Who checks the name himself does so once the handshake is over.
      host: typeof checkServerIdentity === 'function' ? null : name,
      session: given,
    });
  } finally {
    given?.free();
  }
}

// Of addresses there is no SNI.
const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && isIP(value) === 0;

/** Whose certificate a server must have. */
export function peerName({ servername, host }: Given, transport: Duplex): string {
  for (const name of [servername, host, (transport as { _host?: unknown })._host]) {
    if (typeof name === 'string' && name !== '') return name;
  }
  return 'localhost';
}

/** libssl's callbacks are there for what somebody listens to. Sessions come into the array. */
export function recordWhileListening(
  socket: EventEmitter,
  connection: SslConnection,
  sessions: SslSession[],
): void {
  const client = connection.context.role === 'client';
  const wanted = new Set<string | symbol>(client ? ['keylog', 'session'] : ['keylog']);
  const watch = (event: string | symbol) => {
    if (connection.freed || !wanted.delete(event)) return;
    if (wanted.size === 0) socket.removeListener('newListener', watch);
    if (event === 'session') {
      connection.on('session', (session) => sessions.push(session));
      return;
    }
    connection.on('keylog', (line) => {
      socket.emit('keylog', Buffer.concat([line, Buffer.from('\n')]));
    });
  };
  socket.on('newListener', watch);
}

/** Each listener gets an object of its own. */
export function tellSessions(socket: EventEmitter, sessions: readonly SslSession[]): void {
  for (const session of sessions) {
    for (const listener of socket.rawListeners('session')) {
      try {
        Reflect.apply(listener, socket, [session.upRef()]);
      } catch (error) {
        raise(error); // the others get theirs
      }
    }
    session.free();
  }
}
