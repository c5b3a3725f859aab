// A server that decides at the ClientHello, outside of libssl's work: the handshake pauses until it
// has an answer.

import type { SslContext } from '../context/context.js';
import { checkFits } from '../context/server-names.js';
import { on, result } from '../native/call.js';
import { type SslConnection, stepsOf } from './connection.js';

/** What a client asks for. */
export interface ClientHello {
  /** The server name (SNI). */
  readonly servername: string | null;
  /** The protocols of ALPN that it offers, as latin1. */
  readonly protocols: readonly string[];
}

/** What a server makes of it. */
export interface HelloAnswer {
  /** Switches to this context; without it the names of `addContext()` decide. */
  readonly context?: SslContext;
  /** The protocol that ALPN chooses; null for none of them, which ends the handshake. */
  readonly protocol?: string | null;
}

/**
 * From now on `decide` is called at each ClientHello; also at that of another handshake. It calls
 * `answer` once, at once or later. `answer` throws for a context that does not fit
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

// Each protocol is after its length.
function protocolsOf(list: Buffer): string[] {
  const protocols: string[] = [];
  for (let at = 0; at < list.length; ) {
    const end = at + 1 + list.readUInt8(at);
    protocols.push(list.toString('latin1', at + 1, end));
    at = end;
  }
  return protocols;
}

// libssl ends the handshake where a server has protocols, but none of the client's.
function notOneOf(protocols: readonly string[]): string {
  let name = '-';
  while (protocols.includes(name)) name += '-';
  return name;
}

/** How many ClientHellos have come to a server: up to TLS 1.2 each begins a handshake. */
export function clientHellos(connection: SslConnection): number {
  on(stepsOf(connection).handle).clientHellos();
  return result();
}
