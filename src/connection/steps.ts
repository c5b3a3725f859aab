// The steps of a connection: its state, the results of steps, and failures.

import type { EventEmitter } from 'node:events';
import { collect, throwFirst } from '../common/collect.js';
import { debugPause, debugStep } from '../common/debug.js';
import { type LibsslError, libsslError, withOwn } from '../common/errors.js';
import { deliver } from '../common/events.js';
import { type ProtocolVersion, versionName } from '../common/protocol-version.js';
import type { Reference } from '../common/reference.js';
import { outOfRange } from '../common/validate.js';
import type { SslContext } from '../context/context.js';
import { stateError } from '../context/options.js';
import {
  SSL_ERROR_NONE,
  SSL_ERROR_SSL,
  SSL_ERROR_SYSCALL,
  SSL_ERROR_WANT_CLIENT_HELLO_CB,
  SSL_RECEIVED_SHUTDOWN,
  SSL_SENT_SHUTDOWN,
} from '../libssl/constants.js';
import * as C from '../libssl/functions.js';
import { on, result } from '../native/call.js';
import { EventKind } from '../native/event-kind.js';
import { native } from '../native/load.js';
import type { Native, NativeEvent, Outcome } from '../native/signatures.js';
import { step } from '../native/step.js';
import type { Handle } from '../native/types.js';
import { dataMtu, defaultMtu, timeLeft } from './datagrams.js';
import type { SslConnectionEvents } from './events.js';
import type { SslConnectionState } from './info.js';
import { Lookup, wantedIds } from './lookup.js';
import { Output } from './output.js';
import { stepError } from './step-error.js';

const nothing = Buffer.alloc(0);
// The most data in one record.
const maxRead = 16_384;

export class Steps {
  readonly owner: EventEmitter<SslConnectionEvents>;
  /** The first handle, which events have. */
  readonly id: Handle;
  readonly context: SslContext;
  readonly server: boolean;
  readonly datagrams: boolean;
  readonly output: Output;
  readonly lookup = new Lookup();
  /** Who decides at the ClientHello, if anybody does. `protocols`: what the client offers. */
  decide: ((protocols: Buffer, goOn: () => void) => void) | null = null;
  readonly #reference: Reference;
  began = false;
  /** The first handshake is over. */
  ready = false;
  /** The handshake waits: for the session store, or for who decides at the ClientHello. */
  paused = false;
  failure: LibsslError | null = null;
  /** Whether a call has thrown `failure`. */
  failureTold = false;
  /** A server asks for cookies, and does not know its peer's address. */
  needsAddress = false;
  /** A server reads early data before it continues the handshake. */
  readsEarlyData = false;
  earlyData: Buffer[] = [];
  /** How many bytes a datagram may have. */
  mtu = defaultMtu;
  /** The server name, or the host if there is none: Node binds sessions to this name. */
  name: string | null = null;
  /** A client offers a copy of each session. */
  reusesSession = false;
  /** A client has a session that it does not offer. */
  withholdsSession = false;
  // Data that libssl did not send, because it was in the middle of a handshake message of the peer.
  #unsent: Uint8Array[] = [];

  constructor(
    owner: EventEmitter<SslConnectionEvents>,
    context: SslContext,
    handle: Handle,
    reference: Reference,
  ) {
    this.owner = owner;
    this.id = handle;
    this.context = context;
    this.server = context.role === 'server';
    this.datagrams = context.protocol === 'dtls';
    this.output = new Output(handle, this.datagrams);
    this.#reference = reference;
  }

  free(): void {
    this.lookup.end();
    this.#unsent = [];
    this.output.clear();
    this.earlyData = [];
    try {
      this.#reference.free();
    } finally {
      this.lookup.wake();
    }
  }

  // ---- The state.

  get freed(): boolean {
    return this.#reference.freed;
  }

  get handle(): Handle {
    return this.#reference.handle;
  }

  get state(): SslConnectionState {
    if (this.freed) return 'freed';
    if (this.failure !== null) return 'failed';
    if (this.paused) return 'paused';
    if (!this.ready && !this.began) return 'new';
    if (this.handshaking) return 'handshake';
    const shutdown = this.shutdown;
    if (shutdown === 0) return 'open';
    return shutdown === SSL_SENT_SHUTDOWN + SSL_RECEIVED_SHUTDOWN ? 'closed' : 'closing';
  }

  get shutdown(): number {
    return C.SSL_get_shutdown(this.handle);
  }

  /** Whether a handshake is not over; later also, whether a message has arrived only in part. */
  get handshaking(): boolean {
    return !this.ready || C.SSL_is_init_finished(this.handle) !== 1;
  }

  get protocol(): ProtocolVersion | null {
    const version = C.SSL_version(this.handle);
    return this.ready ? versionName(version) : null;
  }

  /** The handle; throws if the connection has failed or is freed. */
  usable(action: string): Handle {
    const { handle } = this;
    if (this.failure !== null) {
      if (!this.failureTold) {
        this.failureTold = true;
        throw this.failure;
      }
      const error = stateError(`cannot ${action}: the connection failed (${this.failure.message})`);
      throw withOwn(error, { cause: this.failure });
    }
    return handle;
  }

  /** The handle; also throws during a handshake. */
  idle(action: string): Handle {
    const handle = this.usable(action);
    if (this.handshaking) throw this.wrongState(action);
    return handle;
  }

  wrongState(action: string): LibsslError {
    return stateError(`cannot ${action}: the connection is in state '${this.state}'`);
  }

  // ---- One step.

  /**
   * Begins a step. With `takesOutput` the step returns the bytes for the peer. Without it they stay
   * in the BIO until they are taken: for output that is large, or often never taken. Datagrams
   * always stay there, which keeps them apart.
   */
  begin(handle: Handle, takesOutput = true): Native {
    this.checkAddress();
    this.began = true;
    const takes = takesOutput && !this.datagrams;
    if (!takes) this.output.left = true;
    return on(handle, takes ? 1 : 0);
  }

  checkAddress(): void {
    if (this.needsAddress) {
      throw stateError(
        "a server with cookieKey needs the peer's address: give peerAddress, or call listen()",
      );
    }
  }

  /**
   * After a native step: keeps its output, and throws if it failed. `must`: 1 is the only success,
   * and a failure does no harm to the connection.
   */
  finish(
    functionName: string,
    outcome: Outcome,
    must = false,
    error = step.error,
    data = outcome?.[0] ?? null,
  ): Buffer | null {
    const failed = isFailure(error) || (must && step.result !== 1);
    if (step.ready) this.ready = true;
    debugStep(this.handle, functionName, step.result, error, outcome, data);
    if (outcome === undefined && !failed && error !== SSL_ERROR_WANT_CLIENT_HELLO_CB) return null;
    const failure = failed ? stepError(functionName, this.handle) : null;
    if (outcome !== undefined && outcome[1] !== null) this.output.add(outcome[1]);
    // A request that libssl refused does no harm to the connection.
    if (!must) this.failure = failure;
    // Data that arrived before the failure is returned first, and the next call throws.
    this.failureTold = data === null;
    this.settle(outcome, error === SSL_ERROR_WANT_CLIENT_HELLO_CB, data === null ? failure : null);
    return data;
  }

  /** Ends a step. Listeners are called last: they may do anything, even free the connection. */
  settle(
    outcome: Outcome,
    waits: boolean,
    failure: LibsslError | null,
    callers: readonly Steps[] = [this],
  ): void {
    const events = outcome?.[2] ?? null;
    const pauses = waits && !this.paused;
    if (pauses) this.paused = true;
    const errors: unknown[] = failure === null ? [] : [failure];
    collect(errors, () => deliver(events, callers));
    if (pauses && !this.freed) collect(errors, () => this.#pause(events, errors));
    throwFirst(errors);
  }

  #pause(events: readonly NativeEvent[] | null, errors: unknown[]): void {
    let atOnce = true;
    const goOn = () => {
      debugPause(this.id, 'goes on');
      this.paused = false;
      if (atOnce) {
        this.goOn();
        return;
      }
      try {
        this.resume();
      } finally {
        this.lookup.wake();
        this.#tellProgress();
      }
    };
    const hello = events?.find(({ kind }) => kind === EventKind.clientHello);
    debugPause(this.id, `waits for ${hello === undefined ? 'the session store' : 'a decision'}`);
    if (hello !== undefined && this.decide !== null) this.decide(hello.data, goOn);
    else this.lookup.ask(this.context, this.handle, wantedIds(events), errors, goOn);
    atOnce = false;
  }

  // As with the other events, a listener that frees the connection is the last one.
  #tellProgress(): void {
    const errors: unknown[] = [];
    for (const listener of this.owner.rawListeners('progress')) {
      if (this.freed) break;
      collect(errors, () => Reflect.apply(listener, this.owner, []));
    }
    throwFirst(errors);
  }

  /** Continues when there is no caller to throw to: `state` and the next call show a failure. */
  resume(): void {
    if (this.freed || this.failure !== null) return;
    try {
      this.goOn();
    } catch (error) {
      this.tellLater(error);
    }
  }

  /** Leaves the connection's failure to the next call; throws any other error. */
  tellLater(error: unknown): void {
    if (error !== this.failure) throw error;
    this.failureTold = false;
  }

  // ---- The steps.

  /** Sends the message that the step has asked libssl for. */
  send(handle: Handle, functionName: string, outcome: Outcome): void {
    this.finish(functionName, outcome, true);
    this.finish('SSL_do_handshake', this.begin(handle).SSL_do_handshake());
  }

  handshake(): SslConnectionState {
    const handle = this.usable('handshake');
    if (this.paused) return 'paused';
    if (this.readsEarlyData) return this.#readEarly(handle);
    // In a later handshake data may arrive, and SSL_do_handshake cannot take it.
    if (this.ready && this.handshaking) return this.goOn();
    this.finish('SSL_do_handshake', this.begin(handle).SSL_do_handshake());
    this.sendUnsent();
    return this.state;
  }

  receive(data: Uint8Array): SslConnectionState {
    const handle = this.usable('receive');
    if (this.paused || this.readsEarlyData) {
      feed(handle, data);
      return this.paused ? 'paused' : this.#readEarly(handle);
    }
    this.finish(this.ready ? 'SSL_read' : 'SSL_do_handshake', this.begin(handle).receive(data));
    this.sendUnsent();
    return this.state;
  }

  /** Continues with what has arrived. */
  goOn(): SslConnectionState {
    return this.receive(nothing);
  }

  #readEarly(handle: Handle): SslConnectionState {
    for (;;) {
      const outcome = this.begin(handle).SSL_read_early_data(maxRead);
      const { result } = step;
      if (result === 2) this.readsEarlyData = false;
      // Keep it before listeners are called, because they may read on.
      const data = outcome?.[0] ?? null;
      if (data !== null) this.earlyData.push(data);
      this.finish('SSL_read_early_data', outcome);
      // 0: it waits for bytes or for the store. A listener may also have freed it, or have read
      // all.
      if (result === 0 || this.freed || (result === 1 && !this.readsEarlyData)) return this.state;
      if (result === 2) return this.goOn();
    }
  }

  /** In how many milliseconds the DTLS timer ends; null while it does not run. */
  get timeout(): number | null {
    const { handle } = this;
    return this.failure !== null || this.paused ? null : timeLeft(handle);
  }

  handleTimeout(): SslConnectionState {
    const handle = this.usable('handle a timeout');
    if (this.timeout === null) return this.state;
    this.finish('DTLSv1_handle_timeout', this.begin(handle).DTLSv1_handle_timeout());
    return this.state;
  }

  /** Sends this side's end, and returns whether the peer has sent its end, too. */
  shutDown(): boolean {
    const handle = this.idle('shutdown');
    if (!(this.shutdown & SSL_SENT_SHUTDOWN)) {
      const outcome = this.begin(handle, false).SSL_shutdown();
      // 0: sent, but the peer has not ended. SSL_get_error has no value for that.
      this.finish('SSL_shutdown', outcome, false, step.result >= 0 ? SSL_ERROR_NONE : step.error);
    }
    return !this.freed && (this.shutdown & SSL_RECEIVED_SHUTDOWN) !== 0;
  }

  write(data: Uint8Array): void {
    const handle = this.usable('write');
    if (!this.ready || this.shutdown & SSL_SENT_SHUTDOWN) throw this.wrongState('write');
    if (data.length === 0) return;
    // First continue a handshake. SSL_write would do it too, but fails if data waits to be read.
    if (this.handshaking) this.goOn();
    if (this.freed) return; // by a listener
    // Nobody knows yet how much data a datagram can take after the handshake.
    if (this.datagrams && this.handshaking) throw this.wrongState('write');
    const max = this.datagrams ? dataMtu(handle) : data.length;
    if (data.length > max) throw outOfRange('bytes.byteLength', `<= ${max}`, data.length);
    if (this.#unsent.length > 0 || this.handshaking || !this.#send(handle, data))
      this.#unsent.push(Uint8Array.from(data));
  }

  #send(handle: Handle, data: Uint8Array): boolean {
    const outcome = this.begin(handle, false).SSL_write(data);
    const sent = step.result > 0;
    this.finish('SSL_write', outcome);
    return sent;
  }

  get hasUnsent(): boolean {
    return this.#unsent.length > 0;
  }

  sendUnsent(): void {
    for (let data = this.#unsent[0]; data !== undefined; data = this.#unsent[0]) {
      if (this.freed || this.failure !== null || this.handshaking) return;
      this.#unsent.shift(); // first, because a listener may call this
      if (this.#send(this.handle, data)) continue;
      this.#unsent.unshift(data);
      return;
    }
  }

  read(): Buffer | null {
    const functions = this.#beginReading();
    const data = this.finish(
      'SSL_read',
      this.datagrams ? functions.SSL_read(maxRead) : functions.readAll(),
    );
    this.#sendAfterRead();
    return data;
  }

  readInto(into: Uint8Array): number {
    const outcome = this.#beginReading().readInto(into);
    const size = Math.max(result(), 0);
    this.finish('SSL_read', outcome);
    this.#sendAfterRead();
    return size;
  }

  #beginReading(): Native {
    const handle = this.usable('read');
    if (!this.ready) throw this.wrongState('read');
    return this.begin(handle);
  }

  /** The end of a handshake may have followed the data. The next call throws a failure. */
  #sendAfterRead(): void {
    try {
      this.sendUnsent();
    } catch (error) {
      this.tellLater(error);
    }
  }
}

export const isFailure = (error: number | undefined) =>
  error === SSL_ERROR_SSL || error === SSL_ERROR_SYSCALL;

export function feed(to: Handle, bytes: Uint8Array): void {
  on(to).BIO_write(bytes);
  if (result() < 0) throw libsslError('BIO_write', native().lastErrors());
}
