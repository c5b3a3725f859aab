// A handshake and its resumption, message by message.

import type { SslMessage } from '../common/messages.js';
import { sessionOf } from '../probe/observe/samples.js';
import { readProbeOptions } from '../probe/options.js';
import type { ProbeTarget, ProbeVersion } from '../probe/result.js';
import { kindOf, type Made, Run, rounded, type Wish } from '../probe/run.js';
import type { Starttls } from '../probe/starttls.js';
import { findTarget, readTarget } from '../probe/target.js';
import type { SslSession } from '../session/session.js';
import { type TracedMessage, TraceReader } from '../trace/message.js';
import { asFailure, protocolOf, type TlsVersion } from './network.js';

export interface ConnectionOptions {
  starttls?: Starttls;
  /** false: --no-sni. */
  sni?: string | boolean;
  resolve?: string[];
  tls?: TlsVersion;
}

/** A message, with its time in milliseconds since the client sent the first. */
export interface TimedMessage extends TracedMessage {
  at: number;
}

/** What `trace --json` writes. */
export interface TraceReport {
  schema: 'libssl-session/trace/1';
  target: ProbeTarget;
  /** A full handshake, and the one that offers its session. */
  connections: TracedConnection[];
}

export interface TracedConnection {
  /** How its session would be recognised; null in a full handshake. */
  offered: 'id' | 'ticket' | 'psk' | null;
  resumed: boolean;
  protocol: string | null;
  cipher: string | null;
  /** Milliseconds; null if it did not succeed. */
  handshake: number | null;
  bytesSent: number;
  bytesReceived: number;
  error: string | null;
  messages: TimedMessage[];
}

/** Makes both connections. */
export async function makeTrace(target: string, options: ConnectionOptions): Promise<TraceReport> {
  const { starttls, sni, resolve, tls } = options;
  try {
    const settings = readProbeOptions({
      ...(starttls !== undefined && { starttls }),
      ...(sni === false && { servername: null }),
      ...(typeof sni === 'string' && { servername: sni }),
      ...(resolve !== undefined && { addresses: resolve }),
    });
    const found = await findTarget(readTarget(target, settings.starttls), settings);
    const version = tls === undefined ? undefined : (protocolOf(tls) as ProbeVersion);
    using run = new Run(found, settings);
    const connections = await traceBoth(run, version);
    return { schema: 'libssl-session/trace/1', target: found, connections };
  } catch (error) {
    throw asFailure(target, error);
  }
}

async function traceBoth(run: Run, version: ProbeVersion | undefined): Promise<TracedConnection[]> {
  let { connection: full, made } = await traceOne(run, { version });
  if (made.error === null && sessionIn(made) === null && run.request !== null) {
    // Some servers of TLS 1.3 want data before they give tickets.
    ({ connection: full, made } = await traceOne(run, { version, request: run.request }));
  }
  if (made.error !== null) throw made.error;
  const session = sessionIn(made);
  if (session === null) return [full];
  const wish = { version: made.protocol as ProbeVersion, session };
  return [full, (await traceOne(run, wish)).connection];
}

/** The best of the sessions that came. */
const sessionIn = (made: Made): SslSession | null =>
  sessionOf(made, 'psk') ?? sessionOf(made, 'ticket') ?? sessionOf(made, 'id');

async function traceOne(
  run: Run,
  wish: Omit<Wish, 'purpose'>,
): Promise<{ connection: TracedConnection; made: Made }> {
  const reader = new TraceReader();
  const messages: TimedMessage[] = [];
  const onMessage = (message: SslMessage) => {
    const traced = reader.read(message, message.direction === 'sent' ? 'client' : 'server');
    if (traced === null) return;
    messages.push({ at: performance.now(), ...traced });
  };
  const prepared = run.prepare({ ...wish, onMessage });
  const made = await run.connect({ ...wish, purpose: 'trace', prepared });
  // The first flight is made before there is a connection.
  const began = prepared.began ?? 0;
  for (const message of messages) message.at = rounded(Math.max(message.at - began, 0));
  const connection: TracedConnection = {
    offered: wish.session === undefined ? null : kindOf(wish.session),
    resumed: made.resumed,
    protocol: made.protocol,
    cipher: made.cipher?.name ?? null,
    handshake: made.handshake === null ? null : rounded(made.handshake),
    bytesSent: made.bytesSent,
    bytesReceived: made.bytesReceived,
    error: made.error?.message ?? null,
    messages,
  };
  return { connection, made };
}
