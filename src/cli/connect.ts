// `libssl-session connect`: a client of TLS between standard input and output, with its session.

import { isIP } from 'node:net';
import { LibsslError } from '../common/errors.js';
import { asUnanswered } from '../probe/connect.js';
import { Unanswered } from '../probe/error.js';
import { type Starttls, startTls } from '../probe/starttls.js';
import { readTarget } from '../probe/target.js';
import { networkReason, Wire } from '../probe/wire.js';
import type { SslSession } from '../session/session.js';
import { connect as connectTls, type SslConnectOptions } from '../tls/connect.js';
import { beforeSecure } from '../tls/errors.js';
import type { SslSocket } from '../tls/socket.js';
import { Failure } from './failure.js';
import { readSession } from './input.js';
import {
  asFailure,
  KeyLog,
  needEachOther,
  readOptionFile,
  type TlsVersion,
  versionOptions,
} from './network.js';
import { writePrivateFile } from './output.js';
import { printable } from './terminal.js';

export interface ConnectOptions {
  session?: string;
  save?: string;
  reconnect?: number;
  keylog?: string;
  starttls?: Starttls;
  /** false: --no-sni. */
  sni?: string | boolean;
  ca?: string;
  insecure?: true;
  cert?: string;
  key?: string;
  alpn?: string[];
  tls?: TlsVersion;
  /** Seconds. */
  wait: number;
}

/** How long the connection and its handshake may take, in milliseconds. */
const patience = 10_000;
const closedEarly = 'the server closed the connection in the handshake';

/** How long the server's end is waited for, once this side has ended. */
const linger = 2000;

/** Gives the exit code: 1 if a session was offered and not resumed. */
export async function connect(target: string, options: ConnectOptions): Promise<0 | 1> {
  const { reconnect, save } = options;
  const place = placeOf(target, options);
  const tls = await tlsOptions(place.host, options);
  using keyLog = options.keylog === undefined ? null : new KeyLog(options.keylog);
  let session = options.session === undefined ? null : (await readSession(options.session)).session;
  let refused = false;
  try {
    for (let i = 0; i <= (reconnect ?? 0); i++) {
      const offered = session !== null;
      const way = { tls, session, keyLog, talks: reconnect === undefined, options };
      const made = await once(target, place, way);
      report(made, offered);
      refused ||= offered && !made.resumed;
      if (made.session !== null) {
        session?.free();
        session = made.session;
      }
      if (made.error !== null) throw made.error;
    }
    if (save !== undefined) {
      if (session === null) throw new Failure('the server gave no session to save');
      await writePrivateFile(save, session.toPem());
    }
    keyLog?.check();
  } finally {
    session?.free();
  }
  return refused ? 1 : 0;
}

interface Place {
  host: string;
  port: number;
}

function placeOf(target: string, { starttls }: ConnectOptions): Place {
  try {
    return readTarget(target, starttls ?? null);
  } catch (error) {
    throw asFailure(target, error);
  }
}

async function tlsOptions(host: string, options: ConnectOptions): Promise<SslConnectOptions> {
  const { sni, ca, insecure, cert, key, alpn, tls } = options;
  needEachOther(options);
  const byDefault = isIP(host) === 0 && sni !== false ? host : null;
  const name = typeof sni === 'string' ? sni : byDefault;
  return {
    host,
    reuseSession: true, // of a session that is saved again, and of the next connection
    ...versionOptions(tls),
    ...(name !== null && { servername: name }),
    ...(insecure === true && { rejectUnauthorized: false }),
    ...(ca !== undefined && { ca: await readOptionFile(ca) }),
    ...(cert !== undefined && { cert: await readOptionFile(cert) }),
    ...(key !== undefined && { key: await readOptionFile(key) }),
    ...(alpn !== undefined && { ALPNProtocols: alpn }),
  };
}

interface Made {
  protocol: string;
  cipher: string;
  resumed: boolean;
  milliseconds: number;
  /** The newest that came; it is the caller's. */
  session: SslSession | null;
  /** What went wrong behind the handshake. */
  error: Failure | null;
}

interface Way {
  tls: SslConnectOptions;
  /** To offer. */
  session: SslSession | null;
  keyLog: KeyLog | null;
  /** Whether standard input and output are joined to it. */
  talks: boolean;
  options: ConnectOptions;
}

/** One connection, from its beginning to its end. */
async function once(target: string, { host, port }: Place, way: Way): Promise<Made> {
  const { tls, session, keyLog, talks, options } = way;
  try {
    const wire = await Wire.open({ address: host, port, timeout: patience, signal: null });
    try {
      if (options.starttls !== undefined) await startTls(options.starttls, wire);
      const socket = connectTls({
        ...tls,
        socket: wire.detach(),
        ...(session !== null && { session }),
      });
      if (keyLog !== null) socket.on('keylog', (line: Buffer) => keyLog.append(line));
      return await new Talk(target, socket, options.wait * 1000).run(talks);
    } finally {
      wire.destroy();
    }
  } catch (error) {
    const failure = asFailure(target, error);
    throw failure === error ? connectionFailure(target, error as Error, 2) : failure;
  }
}

function connectionFailure(target: string, error: Error, code: 1 | 2): Failure {
  return error instanceof Failure
    ? error
    : new Failure(`${printable(target)}: ${printable(reasonOf(error))}`, code);
}

function reasonOf(error: Error): string {
  if (error instanceof LibsslError) {
    const { verifyError } = error;
    if (verifyError !== undefined) return `the certificate does not verify: ${verifyError}`;
    return /^ERR_(SSL|LIBSSL)_/.test(error.code) ? asUnanswered(error).message : error.message;
  }
  if (error.message === beforeSecure) return closedEarly;
  const { code, message } = error as NodeJS.ErrnoException;
  return code?.startsWith('ERR_') === true ? message : networkReason(error);
}

/** A connection that talks, or ends at once. */
class Talk {
  readonly #target: string;
  readonly #socket: SslSocket;
  readonly #wait: number;
  readonly #began = performance.now();
  #made: Made | null = null;
  #session: SslSession | null = null;
  #sent = false;
  #ended = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(target: string, socket: SslSocket, wait: number) {
    this.#target = target;
    this.#socket = socket;
    this.#wait = wait;
  }

  run(talks: boolean): Promise<Made> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      this.#timer = setTimeout(() => {
        socket.destroy(new Unanswered('ERR_PROBE_TIMEOUT', 'the server did not answer in time'));
      }, patience);
      socket.on('session', (session: SslSession) => {
        this.#session?.free();
        this.#session = session;
      });
      socket.on('secureConnect', () => {
        clearTimeout(this.#timer);
        this.#made = this.#describe();
        if (talks) this.#talk();
        else {
          socket.resume();
          this.#end();
        }
      });
      socket.on('end', () => this.#end());
      socket.on('error', (error: Error) => {
        if (this.#made === null) reject(error);
        // Once this side has ended, a rude end is an end; but a server of TLS 1.3 says only here what
        // it has against the client's certificate.
        else if (!this.#ended || isAlert(error)) {
          this.#made.error = connectionFailure(this.#target, error, isAlert(error) ? 2 : 1);
        }
      });
      socket.on('close', () => {
        clearTimeout(this.#timer);
        if (talks) process.stdin.destroy();
        if (this.#made !== null) resolve({ ...this.#made, session: this.#session });
        else {
          this.#session?.free();
          reject(new Unanswered('ERR_PROBE_NO_TLS', closedEarly));
        }
      });
    });
  }

  #describe(): Made {
    const socket = this.#socket;
    return {
      protocol: socket.getProtocol() ?? '',
      cipher: socket.getCipher()?.name ?? '',
      resumed: socket.isSessionReused() === true,
      milliseconds: Math.round((performance.now() - this.#began) * 10) / 10,
      session: null,
      error: null,
    };
  }

  #talk(): void {
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => {
      if (!process.stdout.write(chunk)) socket.pause();
      this.#timer?.refresh();
    });
    process.stdout.on('drain', () => socket.resume());
    process.stdout.on('error', () => socket.destroy()); // who reads has read enough
    process.stdin.on('data', (chunk) => {
      this.#sent = true;
      if (!socket.write(chunk)) process.stdin.pause();
    });
    socket.on('drain', () => process.stdin.resume());
    process.stdin.on('error', () => this.#end());
    // Many servers do not answer any more where the client has ended.
    process.stdin.on('end', () => {
      if (this.#sent) this.#later(this.#wait, () => this.#end());
      else this.#end();
    });
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.end();
    this.#later(linger, () => this.#socket.destroy());
  }

  /** Once the server was silent for so long. Who reads its data may be slow. */
  #later(milliseconds: number, work: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (process.stdout.writableNeedDrain) this.#timer?.refresh();
      else work();
    }, milliseconds);
  }
}

const isAlert = (error: Error): boolean =>
  error instanceof LibsslError && / alert /.test(error.reason ?? '');

function report({ protocol, cipher, resumed, milliseconds }: Made, offered: boolean): void {
  const notResumed = offered ? 'full handshake: the session was not resumed' : 'full handshake';
  const what = resumed ? 'resumed' : notResumed;
  process.stderr.write(`libssl-session: ${protocol}, ${cipher}, ${what}, ${milliseconds} ms\n`);
}
