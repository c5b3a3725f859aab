// A probe while it runs: makes its connections one after the other, within its limits, and keeps
// what they brought until it ends.

import { setTimeout as sleep } from 'node:timers/promises';
import type { SslMessage } from '../common/messages.js';
import { SslContext } from '../context/context.js';
import type { SslContextOptions } from '../context/options.js';
import type { SslSession } from '../session/session.js';
import { Malformed } from '../trace/reader.js';
import { emptyOutcome, type Outcome, Prepared, runPlan } from './connect.js';
import { Stopped, Unanswered } from './error.js';
import { type Answer, readAnswer } from './messages.js';
import type { Settings } from './options.js';
import type {
  ProbeConnection,
  ProbeTarget,
  ProbeVersion,
  ResumptionKind,
  Tally,
} from './result.js';
import { startTls } from './starttls.js';
import { Wire } from './wire.js';

/** How one connection differs from the others. */
export interface Wish {
  /** What it is for. */
  purpose: string;
  version?: ProbeVersion | undefined;
  /** Without tickets, sessions have ids. */
  noTicket?: boolean;
  ciphers?: string;
  secureOptions?: number;
  session?: SslSession | undefined;
  servername?: string | null;
  address?: string;
  /** Whether the client's certificate is there, if there is one. By default true. */
  withCertificate?: boolean;
  earlyData?: Buffer;
  request?: Buffer;
  onMessage?: ((message: SslMessage) => void) | undefined;
  /** A client that has begun already; its session and early data are then those of `prepare()`. */
  prepared?: Prepared | undefined;
}

/** A connection that was made. */
export interface Made extends Outcome {
  number: number;
  servername: string | null;
  address: string;
  bytesSent: number;
  bytesReceived: number;
}

// So many connections in a row that the network has failed: nobody is there any more.
const enoughFailures = 4;
// How long the server's end is waited for: as long as nobody knows what it does, and if it does not
// end.
const longLinger = 500;
const shortLinger = 50;

export class Run implements Disposable {
  readonly settings: Settings;
  readonly target: ProbeTarget;
  readonly connections: ProbeConnection[] = [];
  readonly began = performance.now();
  readonly #held: Disposable[] = [];
  readonly #ends: number;
  #failures = 0;
  #last = 0;
  #linger = longLinger;
  /** What is sent where there has to be data; null for nothing. */
  readonly request: Buffer | null;
  /** The same where tickets come only then. */
  requestForTickets: Buffer | null = null;
  /** What it looks at. */
  doing = '';
  /** From 0 to 1. */
  fraction = 0;

  constructor(target: ProbeTarget, settings: Settings) {
    this.target = target;
    this.settings = settings;
    this.request = settings.request === undefined ? defaultRequest(target) : settings.request;
    this.#ends = this.began + settings.timeout + (settings.lifetime ?? 0) * 1000;
  }

  /** Milliseconds since the beginning. */
  get elapsed(): number {
    return performance.now() - this.began;
  }

  /** Frees it when the probe ends. */
  hold<T extends Disposable>(object: T): T {
    this.#held.push(object);
    return object;
  }

  [Symbol.dispose](): void {
    for (const object of this.#held.splice(0)) object[Symbol.dispose]();
  }

  /** Waits, but not beyond the probe's time. */
  async wait(milliseconds: number): Promise<void> {
    const left = this.#ends - performance.now();
    const { signal } = this.settings;
    await sleep(
      Math.min(milliseconds, Math.max(left, 0)),
      undefined,
      signal === null ? {} : { signal },
    );
    if (milliseconds > left) throw new Stopped('time');
  }

  // Everything that makes it end, before each connection.
  async #mayConnect(): Promise<void> {
    const { signal, pause, maxConnections, onProgress } = this.settings;
    signal?.throwIfAborted();
    if (this.#failures >= enoughFailures) throw new Stopped('unreachable');
    if (this.connections.length >= maxConnections) throw new Stopped('connections');
    if (performance.now() >= this.#ends) throw new Stopped('time');
    onProgress({
      doing: this.doing,
      connections: this.connections.length,
      fraction: this.fraction,
    });
    const since = performance.now() - this.#last;
    if (since < pause) await this.wait(pause - since);
  }

  #open(address: string): Promise<Wire> {
    const { connectionTimeout, signal } = this.settings;
    const timeout = Math.min(connectionTimeout, Math.max(this.#ends - performance.now(), 1));
    return Wire.open({ address, port: this.target.port, timeout, signal });
  }

  async #ready(address: string): Promise<Wire> {
    const wire = await this.#open(address);
    const { starttls } = this.target;
    if (starttls === null) return wire;
    try {
      await startTls(starttls, wire);
      wire.resetCounters();
      return wire;
    } catch (error) {
      wire.destroy();
      throw error;
    }
  }

  #context(wish: Omit<Wish, 'purpose'>): SslContext {
    const { certificate } = this.settings;
    const { version, noTicket, ciphers, secureOptions, withCertificate = true } = wish;
    const options: SslContextOptions = {
      role: 'client',
      rejectUnauthorized: false,
      securityLevel: 0, // what it finds is told, however weak it is
      ...(version !== undefined && { minVersion: version, maxVersion: version }),
      ...(version === undefined && { minVersion: 'TLSv1' }),
      ...(noTicket === true && { noTicket }),
      ...(ciphers !== undefined && { ciphers }),
      ...(secureOptions !== undefined && { secureOptions }),
      ...(withCertificate && certificate !== null && certificate),
    };
    return new SslContext(options);
  }

  /** Makes a connection. Throws only if the probe ends. */
  async connect(wish: Wish): Promise<Made> {
    await this.#mayConnect();
    return this.#connect(wish);
  }

  /** Makes two at the same time. */
  async connectTwice(wish: Wish): Promise<[Made, Made]> {
    await this.#mayConnect();
    return Promise.all([this.#connect(wish), this.#connect(wish)]);
  }

  async #connect(wish: Wish): Promise<Made> {
    const { servername = this.target.servername, address = this.target.address } = wish;
    const entry = this.#entry(wish, servername, address);
    const began = performance.now();
    const made = await this.#attempt(wish, servername, address);
    this.#last = performance.now();
    entry.duration = rounded(this.#last - began);
    this.#describe(entry, made);
    for (const session of made.sessions) this.hold(session);
    this.#settings(made);
    return { ...made, number: entry.number, servername, address };
  }

  #entry(wish: Wish, servername: string | null, address: string): ProbeConnection {
    const entry: ProbeConnection = {
      number: this.connections.length + 1,
      at: rounded(this.elapsed),
      purpose: wish.purpose,
      address,
      servername,
      offered: wish.session === undefined ? null : kindOf(wish.session),
      protocol: null,
      cipher: null,
      resumed: false,
      handshake: null,
      duration: 0,
      bytesSent: 0,
      bytesReceived: 0,
      sessions: [],
      error: null,
    };
    this.connections.push(entry);
    return entry;
  }

  async #attempt(
    wish: Wish,
    servername: string | null,
    address: string,
  ): Promise<Outcome & { bytesSent: number; bytesReceived: number }> {
    // First: what is wrong with the options is no failure of the server.
    using prepared = wish.prepared ?? this.prepare({ ...wish, servername });
    let wire: Wire;
    try {
      wire = await this.#ready(address);
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      return { ...emptyOutcome(error), bytesSent: 0, bytesReceived: 0 };
    }
    const plan = { request: wish.request, linger: this.#linger };
    const outcome = await runPlan(wire, prepared, plan);
    return { ...outcome, bytesSent: wire.sent, bytesReceived: wire.received };
  }

  #describe(entry: ProbeConnection, made: Outcome & { bytesSent: number; bytesReceived: number }) {
    entry.protocol = made.protocol;
    entry.cipher = made.cipher?.name ?? null;
    entry.resumed = made.resumed;
    entry.handshake = made.handshake === null ? null : rounded(made.handshake);
    entry.bytesSent = made.bytesSent;
    entry.bytesReceived = made.bytesReceived;
    entry.sessions = made.sessions.map((session) => session.toJSON());
    entry.error = made.error?.message ?? null;
  }

  #settings({ error, handshake, serverEnds }: Outcome): void {
    const network = error instanceof Unanswered && error.network;
    this.#failures = network ? this.#failures + 1 : 0;
    if (handshake !== null) this.#linger = serverEnds ? longLinger : shortLinger;
  }

  /** A client with its first flight, of which nothing is sent yet. It is the caller's. */
  prepare(wish: Omit<Wish, 'purpose'>): Prepared {
    const { servername = this.target.servername, session, earlyData, onMessage } = wish;
    using context = this.#context(wish);
    return new Prepared({ context, servername, session, earlyData, onMessage });
  }

  /** What a client would send first; nothing is sent. */
  firstFlight(wish: Omit<Wish, 'purpose'>): Buffer {
    using prepared = this.prepare(wish);
    return prepared.flight;
  }

  /**
   * Sends bytes, and reads the ServerHello or alert that answers them; null if there is no such
   * answer. Throws only if the probe ends.
   */
  async exchange(
    purpose: string,
    bytes: Buffer,
    servername = this.target.servername,
  ): Promise<{ answer: Answer | null; number: number }> {
    await this.#mayConnect();
    const { address } = this.target;
    const entry = this.#entry({ purpose }, servername, address);
    const began = performance.now();
    let answer: Answer | null = null;
    try {
      const wire = await this.#ready(address);
      try {
        wire.write(bytes);
        answer = await this.#answer(wire);
      } finally {
        entry.bytesSent = wire.sent;
        entry.bytesReceived = wire.received;
        wire.destroy();
      }
      this.#failures = 0;
    } catch (error) {
      if (!(error instanceof Unanswered || error instanceof Malformed)) throw error;
      entry.error = error.message;
      if (error instanceof Unanswered && error.network) this.#failures += 1;
    }
    this.#last = performance.now();
    entry.duration = rounded(this.#last - began);
    return { answer, number: entry.number };
  }

  async #answer(wire: Wire): Promise<Answer> {
    let received = Buffer.alloc(0);
    for (;;) {
      const bytes = await wire.read();
      if (bytes === null) return { kind: 'end' };
      received = Buffer.concat([received, bytes]);
      const answer = readAnswer(received);
      if (answer !== null) return answer;
    }
  }
}

// Ports of protocols that are not HTTP's, and where the server does not want a request of it.
const otherPorts = [
  ...[21, 25, 110, 143, 389, 465, 563, 587, 636, 853, 989, 990, 993, 994, 995],
  ...[3269, 3306, 5061, 5223, 5432, 5671, 6379, 6697, 8883],
];

function defaultRequest({ host, port, servername, starttls }: ProbeTarget): Buffer | null {
  if (starttls !== null || otherPorts.includes(port)) return null;
  const name = servername ?? (host.includes(':') ? `[${host}]` : host);
  const lines = ['HEAD / HTTP/1.0', `Host: ${name}`, 'User-Agent: libssl-session-probe', '', ''];
  return Buffer.from(lines.join('\r\n'), 'latin1');
}

/** How a server recognises a session. */
export function kindOf(session: SslSession): ResumptionKind {
  if (session.protocolVersion === 'TLSv1.3') return 'psk';
  return session.hasTicket ? 'ticket' : 'id';
}

/** Milliseconds, to a hundredth. */
export const rounded = (milliseconds: number): number => Math.round(milliseconds * 100) / 100;

/** Counts attempts. */
export class Counter implements Tally {
  yes = 0;
  of = 0;
  failed = 0;
  readonly evidence: number[] = [];

  /** `value` is null if the attempt failed. */
  add(value: boolean | null, ...connections: readonly number[]): void {
    this.of += 1;
    if (value === null) this.failed += 1;
    else if (value) this.yes += 1;
    this.evidence.push(...connections);
  }

  /** As plain values. */
  get tally(): Tally {
    const { yes, of, failed: its, evidence } = this;
    return { yes, of, failed: its, evidence };
  }
}

/** Whether it resumed; null if it failed. */
export const resumedOf = (made: Made): boolean | null =>
  made.error === null ? made.resumed : null;
