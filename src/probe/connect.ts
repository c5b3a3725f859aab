// One connection: in clear, the handshake, what comes behind it, and the end.

import { LibsslError } from '../common/errors.js';
import type { SslMessage } from '../common/messages.js';
import { SslConnection } from '../connection/connection.js';
import type { SslContext } from '../context/context.js';
import type { CipherInfo } from '../native/types.js';
import type { SslSession } from '../session/session.js';
import { Malformed } from '../trace/reader.js';
import { Unanswered } from './error.js';
import {
  extensionType,
  handshakeType,
  type NewTicket,
  readNewTicket,
  readServerHello,
  type ServerHello,
} from './messages.js';
import type { Wire } from './wire.js';

/** What a client begins with. */
export interface Beginning {
  context: SslContext;
  servername: string | null;
  /** Offered as a copy: it can be offered again. */
  session?: SslSession | undefined;
  /** Sent before the handshake, if the session allows it. */
  earlyData?: Buffer | undefined;
  /** Is told each message when it is sent or received. */
  onMessage?: ((message: SslMessage) => void) | undefined;
}

/** What a connection does behind its first flight. */
export interface Plan {
  /** Sent once the handshake is over. */
  request?: Buffer | undefined;
  /** How long the end of the server is waited for, in milliseconds. */
  linger: number;
}

/** What came of it. */
export interface Outcome {
  /** Why it failed; null if it did not. */
  error: Error | null;
  protocol: string | null;
  cipher: CipherInfo | null;
  resumed: boolean;
  /** Up to TLS 1.2: whether the extended master secret was agreed on. */
  extendedMasterSecret: boolean;
  /** The first of two where it was asked to say hello again. */
  hello: ServerHello | null;
  /** Whether it had to say hello again. */
  retried: boolean;
  /** With their times in milliseconds after the handshake. */
  tickets: (NewTicket & { after: number })[];
  /** The sessions that came, which are the caller's. */
  sessions: SslSession[];
  certificateRequested: boolean;
  earlyDataAccepted: boolean;
  certificate: { subject: string; fingerprint256: string; names: string[] } | null;
  /** Milliseconds; null if it did not succeed. */
  handshake: number | null;
  /** Whether the server has ended the connection once the client had. */
  serverEnds: boolean;
}

/** Of a connection that has not begun, or that failed before its handshake. */
export const emptyOutcome = (error: Error | null = null): Outcome => ({
  error,
  protocol: null,
  cipher: null,
  resumed: false,
  extendedMasterSecret: false,
  hello: null,
  retried: false,
  tickets: [],
  sessions: [],
  certificateRequested: false,
  earlyDataAccepted: false,
  certificate: null,
  handshake: null,
  serverEnds: false,
});

/** A client that has made its first flight, and sent nothing. */
export class Prepared implements Disposable {
  readonly connection: SslConnection;
  readonly flight: Buffer;
  readonly outcome = emptyOutcome();
  /** When its first flight was sent, and when the handshake was over, as `performance.now()` has it. */
  began: number | null = null;
  over: number | null = null;

  constructor({ context, servername, session, earlyData, onMessage }: Beginning) {
    this.connection = new SslConnection(context, {
      host: null,
      reuseSession: true,
      ...(servername !== null && { servername }),
      ...(session !== undefined && { session }),
    });
    this.connection.on('message', (message) => {
      const after = this.over === null ? 0 : performance.now() - this.over;
      readMessage(message, this.outcome, after);
      onMessage?.(message);
    });
    this.connection.on('session', (its) => this.outcome.sessions.push(its));
    if (earlyData !== undefined) this.connection.writeEarlyData(earlyData);
    this.connection.handshake();
    this.flight = this.connection.take();
  }

  [Symbol.dispose](): void {
    this.connection.free();
  }
}

/** Does what the plan says, and ends. The outcome says what went wrong. */
export async function runPlan(wire: Wire, prepared: Prepared, plan: Plan): Promise<Outcome> {
  const { outcome } = prepared;
  try {
    await run(wire, prepared, plan);
  } catch (error) {
    outcome.error = asUnanswered(error, outcome);
  } finally {
    wire.destroy();
  }
  return outcome;
}

async function run(wire: Wire, prepared: Prepared, plan: Plan): Promise<void> {
  const { connection, flight, outcome } = prepared;
  const began = performance.now();
  prepared.began = began;
  wire.write(flight);
  while (connection.state !== 'open') {
    const bytes = await wire.read();
    if (bytes === null) {
      throw new Unanswered('ERR_PROBE_NO_TLS', 'the server closed the connection in the handshake');
    }
    receive(wire, connection, bytes);
  }
  prepared.over = performance.now();
  outcome.handshake = prepared.over - began;
  describe(connection, outcome);
  if (plan.request !== undefined) await ask(wire, connection, plan.request);
  await end(wire, connection, plan.linger, outcome);
}

/** An alert of ours goes to the server, too. */
function receive(wire: Wire, connection: SslConnection, bytes: Buffer): void {
  try {
    connection.receive(bytes);
  } finally {
    wire.write(connection.take());
  }
}

function describe(connection: SslConnection, outcome: Outcome): void {
  outcome.protocol = connection.protocol;
  outcome.cipher = connection.cipher;
  outcome.resumed = connection.sessionReused;
  outcome.earlyDataAccepted = connection.earlyDataStatus === 'accepted';
  const { extensions } = outcome.hello ?? {};
  outcome.extendedMasterSecret = extensions?.has(extensionType.extendedMasterSecret) ?? false;
  outcome.certificate = certificateOf(connection);
}

function certificateOf(connection: SslConnection): Outcome['certificate'] {
  try {
    const { peerCertificate } = connection;
    if (peerCertificate === null) return null;
    const { subject, subjectAltName = '', fingerprint256 } = peerCertificate;
    const names = [...subjectAltName.matchAll(/DNS:("(?:[^"\\]|\\.)*"|[^,\s]+)/g)];
    return {
      subject: (subject ?? '').trim().replaceAll('\n', ', '),
      fingerprint256: fingerprint256.replaceAll(':', '').toLowerCase(),
      names: names.map(([, name = '']) => name.replace(/^"|"$/g, '')),
    };
  } catch {
    return null; // Node's OpenSSL 3 refuses what 1.1.1 took
  }
}

/** Sends a request, and waits for an answer. */
async function ask(wire: Wire, connection: SslConnection, request: Buffer): Promise<void> {
  connection.write(request);
  wire.write(connection.take());
  for (;;) {
    const bytes = await wire.read();
    if (bytes === null) return;
    receive(wire, connection, bytes);
    if (connection.read() !== null) return;
  }
}

/**
 * Says that this side ends, and reads on to the server's end. In TLS 1.3 its tickets come behind the
 * handshake, and before its end: so they are all there, without a time to wait for them.
 */
async function end(
  wire: Wire,
  connection: SslConnection,
  linger: number,
  outcome: Outcome,
): Promise<void> {
  const until = performance.now() + linger;
  connection.shutdown();
  wire.write(connection.take());
  try {
    for (;;) {
      const bytes = await wire.read(Math.max(until - performance.now(), 0));
      if (bytes === null) break;
      receive(wire, connection, bytes);
      while (connection.read() !== null);
      if (connection.state === 'closed') break;
    }
    outcome.serverEnds = true;
  } catch (error) {
    // A server of TLS 1.3 says here what it has against the client's certificate. That it does not
    // end, or ends rudely, is no failure of the handshake.
    if (error instanceof LibsslError && isRefusal(error)) throw error;
    outcome.serverEnds = error instanceof Unanswered && error.code !== 'ERR_PROBE_TIMEOUT';
  }
}

const isRefusal = ({ reason = '' }: LibsslError) => / alert /.test(` ${reason} `);

const tls13 = 0x0304;

/** Messages that cannot be read are libssl's to refuse. */
function readMessage(message: SslMessage, outcome: Outcome, after: number): void {
  if (message.direction !== 'received' || message.contentType !== 22) return;
  const type = message.bytes[0];
  const body = message.bytes.subarray(4);
  try {
    if (type === handshakeType.serverHello) {
      const hello = readServerHello(body);
      if (hello.isRetry) outcome.retried = true;
      else outcome.hello = hello;
    } else if (type === handshakeType.newSessionTicket) {
      const ticket = readNewTicket(body, message.version === tls13);
      if (ticket !== null) outcome.tickets.push({ ...ticket, after });
    } else if (type === handshakeType.certificateRequest) {
      outcome.certificateRequested = true;
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
  }
}

/** What an error says of the connection. */
export function asUnanswered(error: unknown, { certificateRequested } = emptyOutcome()): Error {
  if (error instanceof Unanswered) return error;
  if (!(error instanceof LibsslError)) throw error;
  const { reason } = error;
  if (
    reason === 'wrong version number' ||
    reason === 'http request' ||
    reason === 'https proxy request'
  )
    return new Unanswered('ERR_PROBE_NO_TLS', 'the server does not speak TLS', false);
  const words = reason ?? error.message;
  const alert = /^(?:sslv3|tlsv1|tlsv13) alert (.*)$/.exec(words)?.[1];
  const said = alert === undefined ? words : `the server refused: ${alert}`;
  const hint = certificateRequested ? ' (it asks for a certificate of the client)' : '';
  return new Unanswered('ERR_PROBE_HANDSHAKE', `${said}${hint}`, false);
}
