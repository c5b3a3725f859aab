// Joins a client and a server in memory.

import { debugStep } from '../common/debug.js';
import { invalidType, invalidValue } from '../common/validate.js';
import { stateError } from '../context/options.js';
import { SSL_ERROR_WANT_CLIENT_HELLO_CB } from '../libssl/constants.js';
import { on } from '../native/call.js';
import { joined } from '../native/step.js';
import { SslConnection, stepsOf } from './connection.js';
import { stepError } from './step-error.js';
import { feed, isFailure, type Steps } from './steps.js';

/**
 * Carries bytes between a client and a server in memory until both are ready and the client has
 * read its tickets. Returns a promise only if the server waits for an asynchronous session store.
 * Throws the error of the side that failed first.
 */
export function handshake(client: SslConnection, server: SslConnection): void | Promise<void> {
  for (const [name, side] of Object.entries({ client, server })) {
    if (!SslConnection.is(side)) throw invalidType(name, 'an SslConnection', side);
  }
  return goOn(stepsOf(client), stepsOf(server));
}

function goOn(client: Steps, server: Steps): void | Promise<void> {
  for (;;) {
    const came = join(client, server);
    if (came === 'ready') return;
    if (server.state === 'paused') {
      // If a side is freed meanwhile, the wait ends too, and goOn() throws.
      const moved = [server.lookup.moved(), client.lookup.moved()];
      return Promise.race(moved).then(() => goOn(client, server));
    }
    if (came === 'stuck') throw stateError('neither side can continue the handshake');
  }
}

// Continues as far as possible without waiting for anybody else.
function join(client: Steps, server: Steps): 'ready' | 'moved' | 'stuck' {
  if (client.server || !server.server) {
    throw invalidValue('client', "must be a client, and 'server' a server");
  }
  const clientHandle = client.usable('handshake');
  const serverHandle = server.usable('handshake');
  if (server.paused) return 'stuck';
  let moved = client.output.kept || server.output.kept;
  if (client.output.kept) feed(serverHandle, client.output.take());
  if (server.output.kept) feed(clientHandle, server.output.take());
  if (server.readsEarlyData) {
    client.handshake();
    const bytes = client.output.take();
    server.receive(bytes);
    return moved || bytes.length > 0 || server.output.kept ? 'moved' : 'stuck';
  }
  server.checkAddress();
  for (const side of [client, server]) {
    side.began = true;
    if (side.datagrams) side.output.left = true;
  }
  const outcome = on(clientHandle, serverHandle).join();
  const { clientError, serverError } = joined;
  debugStep(clientHandle, 'join', Number(joined.clientReady), clientError, undefined);
  debugStep(serverHandle, 'join', Number(joined.serverReady), serverError, outcome);
  moved ||= joined.moved;
  if (joined.clientReady) client.ready = true;
  if (joined.serverReady) server.ready = true;
  const waits = serverError === SSL_ERROR_WANT_CLIENT_HELLO_CB;
  const failed = isFailure(clientError) ? client : isFailure(serverError) ? server : null;
  if (outcome !== undefined || waits || failed !== null) {
    const failure = failed === null ? null : stepError('SSL_do_handshake', failed.handle);
    if (failed !== null) {
      failed.failure = failure;
      failed.failureTold = true;
    }
    try {
      server.settle(outcome, waits, failure, [client, server]);
    } catch (error) {
      // The other side now has the alert, and fails with an error of its own.
      if (failure !== null) for (const side of [client, server]) side.resume();
      throw error;
    }
    moved ||= waits && !server.paused;
  }
  client.sendUnsent();
  server.sendUnsent();
  if (client.freed || server.freed) return 'moved'; // by a listener: the next call throws
  if (server.paused) return 'stuck';
  if (!client.handshaking && !server.handshaking) return 'ready';
  return moved ? 'moved' : 'stuck';
}
