// What is between an SslSocket and its transport: the connection over memory, and who waits for what.
// Users' code is called only here and in listeners of the socket, never inside a step of libssl.

import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { raise } from '../common/collect.js';
import { LibsslError } from '../common/errors.js';
import { type Received, receiveData } from '../connection/bulk.js';
import { type SslConnection, stepsOf } from '../connection/connection.js';
import { requestMode } from '../context/options.js';
import * as C from '../libssl.js';
import type { Handle } from '../native/types.js';
import type { SslSession } from '../session/session.js';
import { BoundedSource } from './bounded-source.js';
import { closeTransport, freeQuietly, isOver, verdictOf } from './endings.js';
import * as errors from './errors.js';
import { judgeClient, judgeServer, withNames } from './judge.js';
import {
  type Answering,
  newClient,
  newServer,
  peerName,
  recordWhileListening,
  tellSessions,
} from './new-connection.js';
import type { Given } from './options.js';
import type { Owner, Renegotiation } from './owner.js';
import { Renegotiations } from './renegotiations.js';
import { sessionFrom } from './session-from.js';
import { readFrom } from './source.js';
import { type Done, Writing } from './writing.js';

export class Link {
  readonly isServer: boolean;
  readonly peerName: string | null; // whose certificate a server must have; null on a server
  /** null once the socket is closed. */
  connection: SslConnection | null;
  readonly #socket: Owner;
  readonly #transport: Duplex;
  readonly #options: Given;
  /** The first handshake is over, and the peer is who it should be. */
  #secure = false;
  /** Another handshake is under way; in TLS 1.3 there is none. */
  #renegotiating = false;
  readonly renegotiations = new Renegotiations();
  /** A client whose certificate does not verify in another handshake. */
  #refuses = false;
  #tls13 = false;
  /** Whoever reads wants more. */
  #wanted = false;
  #allRead = false; // of what has come, and it has no end yet
  readonly #source = new BoundedSource();
  #waiting = 0; // bytes that came while the handshake waits
  #transportEnded = false;
  /** The reader was told data, perhaps in this turn. */
  #behindData = false;
  /** The reader was told the end. */
  #ended = false;
  readonly #writing: Writing;
  readonly #sessions: SslSession[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(socket: Owner, transport: Duplex, options: Given) {
    this.#socket = socket;
    this.#transport = transport;
    this.#writing = new Writing(this, socket, transport);
    this.#options = options;
    this.isServer = options.isServer === true;
    this.peerName = this.isServer ? null : peerName(options, transport);
    this.connection =
      this.peerName === null
        ? newServer(socket, options, this.#answering())
        : newClient(options, this.peerName);
    recordWhileListening(socket, this.connection, this.#sessions);
    this.#watchTransport();
    const { handshakeTimeout } = options;
    if (typeof handshakeTimeout === 'number' && handshakeTimeout > 0) {
      this.#timer = setTimeout(() => this.#fail(errors.handshakeTimeout()), handshakeTimeout);
      this.#timer.unref();
    }
  }

  // How callbacks at the ClientHello end their wait.
  #answering(): Answering {
    return {
      answer: (give) => void this.try(give),
      fail: (error) => this.#fail(error),
    };
  }

  /** The connection's handle; 0 once the socket is closed. */
  get handle(): Handle {
    return this.connection === null ? (0 as Handle) : stepsOf(this.connection).handle;
  }

  #watchTransport(): void {
    const transport = this.#transport;
    transport.on('error', (error) => this.#onError(error));
    transport.on('close', () => this.#onClose());
    this.connection?.on('progress', () => this.#advance());
    if (transport instanceof Socket && transport.pending) {
      this.#socket.tellConnecting(this.#options.socket === undefined);
      transport.once('connect', () => this.#start());
    } else {
      // The caller has time to listen.
      process.nextTick(() => this.#start());
    }
  }

  #start(): void {
    if (this.#socket.destroyed) return;
    const take = (bytes: Buffer | string) => this.#receive(bytes);
    this.#source.start(readFrom(this.#transport, take, () => this.#onEnd()));
    // What comes is read up to the high water mark, though nobody reads it yet.
    this.#socket.read(0);
    if (!this.isServer) this.#step((connection) => connection.handshake());
  }

  // ---- Steps.

  /** Whether it went well: a failure ends the socket, and what a listener throws ends nothing. */
  try(step: () => void): boolean {
    try {
      step();
      return true;
    } catch (error) {
      return this.#goesOn(error);
    }
  }

  #goesOn(error: unknown): boolean {
    if (this.connection === null || this.connection.freed) return false;
    if (
      this.connection.state === 'failed' ||
      error instanceof LibsslError ||
      errors.isArgument(error)
    ) {
      this.#fail(error);
      return false;
    }
    raise(error);
    return true;
  }

  #step(step: (connection: SslConnection) => void): void {
    const { connection } = this;
    if (connection === null || this.#socket.destroyed) return;
    this.#allRead = false;
    if (this.try(() => step(connection))) this.#advance();
  }

  #receive(bytes: Buffer | string): void {
    if (typeof bytes === 'string' || !ArrayBuffer.isView(bytes)) {
      this.#socket.destroy(errors.notBytes());
      return;
    }
    if (this.#ended) return; // the peer has said that nothing comes
    this.#socket.active();
    if (this.#secure && this.#wanted && !this.#renegotiating) this.#pump(bytes);
    else this.#step((connection) => connection.receive(bytes));
    if (this.connection === null || !stepsOf(this.connection).paused) return;
    this.#waiting += bytes.length;
    this.#source.keep(bytes.length);
  }

  /** After a step: sends what there is, tells what has come, and goes on with what has waited. */
  #advance(): void {
    const { connection } = this;
    if (connection === null || this.#socket.destroyed) return;
    this.#flush();
    if (this.#waiting > 0 && !stepsOf(connection).paused) {
      this.#source.drop(this.#waiting);
      this.#waiting = 0;
    }
    try {
      // Another one may have begun in the same step.
      if (!this.#secure && stepsOf(connection).ready) this.#finish(connection);
      this.#lookAtHandshake();
    } finally {
      // Also where a listener has thrown.
      this.#writing.goOn();
      this.#tellSessions();
      this.#pump();
    }
  }

  // Sends what libssl has for the peer.
  #flush(): void {
    if (this.connection === null || !stepsOf(this.connection).output.waits) return;
    const bytes = this.connection.take();
    const { length } = bytes;
    if (length === 0 || !this.#transport.writable) return;
    this.#source.keep(length);
    this.#transport.write(bytes, () => this.#source.drop(length));
  }

  #lookAtHandshake(): void {
    const { connection } = this;
    if (connection === null || !this.#secure || this.#tls13) return;
    const refusal = this.isServer ? this.renegotiations.refusal(connection) : null;
    if (refusal !== null) {
      this.#fail(refusal);
      return;
    }
    const renegotiating = !isOver(connection);
    if (renegotiating === this.#renegotiating) return;
    this.#renegotiating = renegotiating;
    if (!renegotiating) this.#finishAgain(connection);
  }

  // The peer may have another certificate now, or one.
  #finishAgain(connection: SslConnection): void {
    if (this.#isAccepted(connection)) this.#socket.emit('secure');
  }

  renegotiate({ requestCert, rejectUnauthorized }: Renegotiation): void {
    const { connection, handle } = this;
    if (connection === null) return;
    stepsOf(connection).idle('renegotiate');
    if (this.isServer && requestCert !== undefined) {
      this.#refuses = rejectUnauthorized ?? connection.context.rejectUnauthorized;
      C.SSL_set_verify(handle, requestCert ? requestMode(this.#refuses) : C.SSL_VERIFY_NONE);
      // Who resumes is not asked for a certificate.
      C.SSL_set_options(handle, C.SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION);
    }
    connection.renegotiate();
    this.#advance();
  }

  offer(session: unknown): void {
    const { connection } = this;
    if (connection === null) return;
    const given = sessionFrom(session);
    try {
      connection.setSession(given);
    } finally {
      given.free();
    }
  }

  // ---- The end of the handshake.

  // Says of the peer what it is, and ends the socket of one that must not be.
  #isAccepted(connection: SslConnection): boolean {
    const certificate = () => this.#socket.getPeerCertificate(true);
    const { authorized, code, refused } =
      this.peerName === null
        ? judgeClient(connection)
        : judgeServer(connection, this.#options, this.peerName, certificate);
    this.#socket.authorized = authorized;
    this.#socket.authorizationError = code;
    const unfit = this.#refuses && code !== null ? errors.refused(code) : refused;
    if (unfit !== null) this.#socket.destroy(unfit);
    return unfit === null;
  }

  #finish(connection: SslConnection): void {
    const socket = this.#socket;
    this.#tls13 = connection.protocol === 'TLSv1.3';
    socket.alpnProtocol = connection.alpnProtocol ?? false;
    socket.servername = connection.servername ?? false;
    if (!this.#isAccepted(connection)) return;
    this.#secure = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    socket.secureConnecting = false;
    // First: whoever begins another handshake in a listener of the others waits for the next one.
    socket.emit('secure');
    if (socket.destroyed) return;
    const { server } = socket;
    if (server !== undefined) server.emit('secureConnection', socket);
    else if (!this.isServer) socket.emit('secureConnect');
  }

  // ---- Sessions: after the peer was verified.

  #tellSessions(): void {
    if (!this.#secure) return;
    tellSessions(this.#socket, this.#sessions.splice(0));
  }

  // ---- Reading.

  read(): void {
    this.#wanted = true;
    if (!this.#allRead) this.#pump();
    else this.#source.resume();
  }

  /** Decrypts as long as somebody wants it: first these bytes, and then what is left. */
  #pump(bytes?: Buffer): void {
    const { connection } = this;
    const socket = this.#socket;
    if (!this.#secure || this.#ended || connection === null) return;
    this.#allRead = false;
    for (let next = bytes; this.#wanted && !socket.destroyed; next = undefined) {
      let received: Received;
      try {
        received = receiveData(stepsOf(connection), next);
      } catch (error) {
        if (!this.#goesOn(error)) return;
        continue;
      }
      this.#flush();
      this.#tellSessions(); // tickets may be behind data, and another handshake
      this.#lookAtHandshake();
      if (socket.destroyed) return;
      const { data, more, ended } = received;
      if (data !== null) {
        socket.bytesRead += data.length;
        this.#behindData = true;
        this.#wanted = socket.push(data);
      }
      if (more || !this.#wanted) continue;
      this.#source.resume();
      this.#lookForEnd(ended);
      return;
    }
    if (!socket.destroyed && !this.#ended) this.#source.pause();
  }

  // All was read. Who awaits the data has a turn before the end, to pause or to put it back.
  #lookForEnd(closed: boolean): void {
    this.#allRead = !closed && !this.#transportEnded;
    if (this.#allRead) return;
    if (this.#behindData) {
      setImmediate(() => {
        this.#behindData = false;
        this.#pump();
      });
      return;
    }
    this.#ended = true;
    const socket = this.#socket;
    socket.truncated = !closed;
    if (!closed && this.#options.requireCloseNotify === true) {
      socket.destroy(errors.truncated());
      return;
    }
    socket.push(null);
    socket.read(0); // 'end' comes although nobody reads
  }

  // ---- Writing.

  write(chunks: Buffer[], done: Done): void {
    this.#writing.write(chunks, done);
  }

  end(done: Done): void {
    this.#writing.end(done);
  }

  get ended(): boolean {
    return this.#transportEnded;
  }

  /** For a handshake: of a peer that is gone there is nothing to wait for. */
  get mustWait(): boolean {
    return !this.#secure || (this.#renegotiating && !this.#transportEnded);
  }

  // ---- Ends.

  #fail(error: unknown): void {
    this.#flush(); // the alert
    this.#socket.authorizationError ??= verdictOf(error);
    const { connection } = this;
    this.#socket.destroy(
      connection === null || this.peerName === null
        ? (error as Error)
        : withNames(error as Error, connection, this.peerName),
    );
  }

  #onEnd(): void {
    if (this.#transportEnded) return;
    this.#transportEnded = true;
    if (!this.#secure) {
      this.#hangUp();
      return;
    }
    this.#pump();
    this.#writing.goOn();
  }

  #onClose(): void {
    const socket = this.#socket;
    if (socket.destroyed) return;
    if (!this.#secure) {
      this.#hangUp();
    } else if (this.#transportEnded && !this.#writing.busy && !socket.readableEnded) {
      // What has come may still be read.
      socket.once('end', () => socket.destroy());
      this.#pump();
    } else {
      socket.truncated = !this.#ended;
      const strict = socket.truncated && this.#options.requireCloseNotify === true;
      socket.destroy(strict ? errors.truncated() : undefined);
    }
  }

  // Before the handshake is over.
  #hangUp(): void {
    const { path, host, port, localAddress } = this.#options;
    this.#socket.destroy(
      this.isServer
        ? undefined
        : errors.reset(errors.beforeSecure, { path, host, port, localAddress }),
    );
  }

  #onError(error: Error): void {
    // Tickets that a server has sent to a client which had gone before.
    const busy = this.#socket.writableLength > 0;
    this.#socket.destroy(this.#ended && !busy ? undefined : error);
  }

  destroy(error: Error | null, done: Done): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const server = this.#secure ? undefined : this.#socket.server;
    if (server === undefined) {
      this.#close(error, done);
      return;
    }
    process.nextTick(() => {
      try {
        server.emit('tlsClientError', error ?? errors.reset('socket hang up'), this.#socket);
      } finally {
        this.#close(null, done);
      }
    });
  }

  #close(error: Error | null, done: Done): void {
    const { connection } = this;
    this.connection = null;
    const own = this.isServer && this.#options.secureContext == null;
    if (connection !== null) freeQuietly(connection, this.#secure, own);
    for (const session of this.#sessions.splice(0)) session.free();
    this.#writing.giveUp(error);
    const transport = this.#transport;
    const end = () => {
      done(error);
      process.nextTick(() => this.#socket.emit('close', error !== null));
    };
    if (transport instanceof Socket && !transport.closed) transport.once('close', end);
    else end();
    closeTransport(transport, error === null && this.#ended && this.#socket.writableFinished);
  }
}
