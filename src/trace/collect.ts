// Collects the messages of connections, to be looked at or printed.

import type { SslMessage } from '../common/messages.js';
import { invalidType } from '../common/validate.js';
import { SslConnection } from '../connection/connection.js';
import { handshake } from '../connection/handshake.js';
import { renderMessage, type TracedMessage, TraceReader } from './message.js';

/** The messages of a handshake, or of a connection so far. */
export interface Trace {
  /** In the order in which they were sent or received. */
  readonly messages: readonly TracedMessage[];
  /** The messages, a line for each. */
  toString(): string;
}

/** The trace of a connection. */
export interface ConnectionTrace extends Trace, Disposable {
  /** From now on nothing is added. `[Symbol.dispose]()` does the same. */
  stop(): void;
}

/** The trace of a handshake. */
export interface HandshakeTrace extends Trace {
  /** Why the handshake failed, as `handshake()` throws it; null if it succeeded. */
  readonly error: unknown;
}

const text = (messages: readonly TracedMessage[]) => messages.map(renderMessage).join('\n');

/**
 * Collects the messages that a connection sends and receives from now on, until `stop()`. Alerts and
 * changes of the cipher are messages, too. libssl decrypts what is encrypted on the wire; keys,
 * tickets and cookies are left out.
 */
export function traceConnection(connection: SslConnection): ConnectionTrace {
  if (!SslConnection.is(connection)) {
    throw invalidType('connection', 'an SslConnection', connection);
  }
  const messages: TracedMessage[] = [];
  const reader = new TraceReader();
  const { role } = connection.context;
  const peer = role === 'client' ? 'server' : 'client';
  const listener = (message: SslMessage) => {
    const traced = reader.read(message, message.direction === 'sent' ? role : peer);
    if (traced !== null) messages.push(traced);
  };
  connection.on('message', listener);
  const stop = () => {
    connection.off('message', listener);
  };
  return { messages, stop, [Symbol.dispose]: stop, toString: () => text(messages) };
}

/**
 * Makes the handshake of a client and a server in memory, as `handshake()` does, and returns what
 * each of them sent. If it fails after its first message, the trace says why. Returns a promise only
 * if the server waits for an asynchronous session store.
 */
export function traceHandshake(
  client: SslConnection,
  server: SslConnection,
): HandshakeTrace | Promise<HandshakeTrace> {
  for (const [name, side] of Object.entries({ client, server })) {
    if (!SslConnection.is(side)) throw invalidType(name, 'an SslConnection', side);
  }
  const messages: TracedMessage[] = [];
  const reader = new TraceReader();
  const collecting = (from: 'client' | 'server') => (message: SslMessage) => {
    const traced = message.direction === 'sent' ? reader.read(message, from) : null;
    if (traced !== null) messages.push(traced);
  };
  const listeners = { client: collecting('client'), server: collecting('server') };
  client.on('message', listeners.client);
  server.on('message', listeners.server);
  const finish = (): HandshakeTrace => {
    client.off('message', listeners.client);
    server.off('message', listeners.server);
    return { messages, error: null, toString: () => text(messages) };
  };
  const fail = (error: unknown): HandshakeTrace => {
    const trace = finish();
    if (messages.length === 0) throw error;
    return { ...trace, error };
  };
  try {
    const waiting = handshake(client, server);
    return waiting === undefined ? finish() : waiting.then(finish, fail);
  } catch (error) {
    return fail(error);
  }
}
