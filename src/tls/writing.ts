// What is written to a socket: it waits for a handshake, or is on its way.

import type { Duplex } from 'node:stream';
import { roomToSeal, seal } from '../connection/bulk.js';
import { type SslConnection, stepsOf } from '../connection/connection.js';
import * as errors from './errors.js';
import type { NetDuplex } from './net-duplex.js';
import { blocksOf } from './records.js';
import { forgetsBytes, giveBack, Sealed, takeMemory } from './sealed-memory.js';

export type Done = (error?: Error | null) => void;

/** What it is written through. */
interface Through {
  readonly connection: SslConnection | null;
  /** The transport has ended. */
  readonly ended: boolean;
  readonly mustWait: boolean;
  try(step: () => void): boolean;
}

export class Writing {
  readonly #through: Through;
  readonly #socket: NetDuplex;
  readonly #transport: Duplex;
  #waiting: { chunks: Buffer[]; done: Done } | null = null;
  #unsent: Done | null = null;
  #ending: Done | null = null;

  constructor(through: Through, socket: NetDuplex, transport: Duplex) {
    this.#through = through;
    this.#socket = socket;
    this.#transport = transport;
  }

  /** The transport has not sent all of it. */
  get busy(): boolean {
    return this.#unsent !== null;
  }

  write(chunks: Buffer[], done: Done): void {
    if (this.#through.mustWait) {
      this.#waiting = { chunks, done };
      return;
    }
    const { connection } = this.#through;
    if (connection === null) return;
    const socket = this.#socket;
    socket.active();
    const blocks = blocksOf(chunks);
    let size = 0;
    for (const block of blocks) size += block.length;
    const transport = this.#transport;
    const reused = forgetsBytes(transport);
    const memory = takeMemory(roomToSeal(size) + blocks.length * roomToSeal(0), reused);
    let failure: unknown = null;
    const sealed = new Sealed(memory);
    try {
      for (const block of blocks) sealed.add(seal(stepsOf(connection), block, sealed.room));
    } catch (error) {
      failure = error;
      sealed.add(connection.take());
    }
    const { bytes } = sealed;
    if (!transport.writable) failure ??= errors.socketClosed();
    if (failure !== null || bytes.length === 0) {
      if (transport.writable && bytes.length > 0) transport.write(bytes); // an alert
      done(failure as Error | null);
      return;
    }
    // What is written meanwhile is collected, and goes into full records then.
    this.#unsent = done;
    transport.write(bytes, (error) => {
      if (reused && error == null) giveBack(memory);
      if (this.#unsent === null) return; // given up
      this.#unsent = null;
      socket.countWritten(size);
      done(error);
    });
  }

  end(done: Done): void {
    const { connection, ended } = this.#through;
    // Of TLS 1.3, too, a message may have come in part; but not of a peer that is gone.
    const partly = connection?.state === 'handshake';
    if (this.#through.mustWait || (partly && !ended)) {
      this.#ending = done;
      return;
    }
    if (connection === null) return;
    if (!partly && !this.#through.try(() => void connection.shutdown())) return;
    // Not when the transport has finished: that may wait for the peer to read our end.
    const transport = this.#transport;
    const bytes = connection.take();
    if (transport.writable && bytes.length > 0) transport.write(bytes, () => done());
    else done();
    transport.end();
  }

  /** After a handshake. */
  goOn(): void {
    if (this.#through.mustWait || this.#socket.destroyed) return;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null) this.write(waiting.chunks, waiting.done);
    const ending = this.#ending;
    this.#ending = null;
    if (ending !== null) this.end(ending);
  }

  /** Nothing of it will be written any more. */
  giveUp(reason: Error | null): void {
    const all = [this.#waiting?.done, this.#unsent, this.#ending];
    this.#unsent = null;
    for (const done of all) done?.(reason ?? errors.destroyed());
  }
}
