// Lets a server decide at the ClientHello, when libssl has returned: the handshake pauses until
// there is an answer.

import type { SslContext } from '../context/context.js';
import { checkFits } from '../context/server-names.js';
import { on, result } from '../native/call.js';
import { type SslConnection, stepsOf } from './connection.js';

/** What a client asks for. */
export interface ClientHello {
  /** The server name (SNI). */
  readonly servername: string | null;
  /** The ALPN protocols that it offers, as latin1. */
  readonly protocols: readonly string[];
}

/** What a server decides. */
export interface HelloAnswer {
  /** The context to switch to; without it the names of `addContext()` decide. */
  readonly context?: SslContext;
  /** The protocol that ALPN chooses; null chooses none, and the handshake fails. */
  readonly protocol?: string | null;
}

/**
 * Calls `decide` at each ClientHello from now on, also at those of later handshakes. `decide` calls
 * `answer` once, immediately or later. `answer` throws for a context that does not fit
 * (`SslContext.addContext()`), and does nothing once the connection is freed.
 */
export function decideAtHello(
  connection: SslConnection,
  decide: (hello: ClientHello, answer: (answer: HelloAnswer) => void) => void,
): void {
  const steps = stepsOf(connection);
  on(steps.handle).askAtHello(true);
  steps.decide = (list, goOn) => {
    const hello = { servername: connection.servername, protocols: protocolsOf(list) };
    decide(hello, ({ context, protocol }) => {
      if (steps.freed) return;
      if (context !== undefined && context !== steps.context) checkFits(steps.context, context);
      if (protocol !== undefined) {
        connection.setAnswers({ ALPNProtocols: [protocol ?? notOneOf(hello.protocols)] });
      }
      const chosen = context?.nativeHandle ?? 0;
      on(steps.handle, chosen).answerHello();
      goOn();
    });
  };
}

// Each protocol follows its length.
function protocolsOf(list: Buffer): string[] {
  const protocols: string[] = [];
  for (let at = 0; at < list.length; ) {
    const end = at + 1 + list.readUInt8(at);
    protocols.push(list.toString('latin1', at + 1, end));
    at = end;
  }
  return protocols;
}

// A protocol that the client does not offer. If that is the server's only one, the handshake fails.
function notOneOf(protocols: readonly string[]): string {
  let name = '-';
  while (protocols.includes(name)) name += '-';
  return name;
}

/** How many ClientHellos a server has received. In TLS up to 1.2 each begins a handshake. */
export function clientHellos(connection: SslConnection): number {
  on(stepsOf(connection).handle).clientHellos();
  return result();
}
