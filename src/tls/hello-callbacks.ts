// SNICallback and ALPNCallback of node:tls, asked while the handshake pauses at the ClientHello.

import type { Duplex } from 'node:stream';
import { invalidType } from '../common/validate.js';
import type { ClientHello, HelloAnswer } from '../connection/client-hello.js';
import { SslContext } from '../context/context.js';
import * as errors from './errors.js';
import type { Given } from './options.js';

/** Finds the context for a server name; without one, the server's own stays. */
export type SniCallback = (
  servername: string,
  callback: (error: Error | null, context?: SslContext | null) => void,
) => void;

/** Chooses one of the protocols that a client offers; undefined refuses all of them. */
export type AlpnCallback = (offered: {
  servername: string | false;
  protocols: string[];
}) => string | undefined;

type Decide = (
  socket: Duplex,
  hello: ClientHello,
  answer: (answer: HelloAnswer) => void,
  fail: (error: unknown) => void,
) => void;

/** What the callbacks among the options come to; null if there are none. */
export function decisionOf({ SNICallback, ALPNCallback, secureContext }: Given): Decide | null {
  checkCallback('SNICallback', SNICallback);
  checkCallback('ALPNCallback', ALPNCallback);
  if (SNICallback == null && ALPNCallback == null) return null;
  return (socket, hello, answer, fail) => {
    const withProtocol = (context?: SslContext) => {
      const chosen = context === undefined ? {} : { context };
      if (ALPNCallback == null || hello.protocols.length === 0) {
        answer(chosen);
        return;
      }
      let protocol: string | null;
      try {
        protocol = choose(socket, ALPNCallback as AlpnCallback, hello);
      } catch (error) {
        fail(error);
        return;
      }
      answer({ ...chosen, protocol });
    };
    if (SNICallback == null || hello.servername === null) {
      withProtocol();
      return;
    }
    let answered = false;
    const callback = (error: unknown, context?: unknown) => {
      if (answered) {
        fail(errors.calledTwice());
        return;
      }
      answered = true;
      if (error != null) fail(error);
      else if (socket.destroyed) return;
      else if (context == null) withProtocol(secureContext as SslContext | undefined);
      else if (SslContext.is(context)) withProtocol(context);
      else fail(invalidType("SNICallback's context", 'an SslContext', context));
    };
    try {
      Reflect.apply(SNICallback as SniCallback, socket, [hello.servername, callback]);
    } catch (error) {
      fail(error);
    }
  };
}

function choose(socket: Duplex, callback: AlpnCallback, hello: ClientHello): string | null {
  const protocols = [...hello.protocols];
  const servername = hello.servername ?? false;
  const chosen: unknown = Reflect.apply(callback, socket, [{ servername, protocols }]);
  if (chosen === undefined) return null;
  if (typeof chosen === 'string' && hello.protocols.includes(chosen)) return chosen;
  throw errors.notOffered(chosen, hello.protocols);
}

function checkCallback(name: string, value: unknown): void {
  if (value != null && typeof value !== 'function') {
    throw invalidType(`options.${name}`, 'of type function', value);
  }
}
