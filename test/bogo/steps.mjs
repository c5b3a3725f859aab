// Steps of one connection over its wire: what libssl writes is sent, and what it waits for is fed to
// it; of an async test byte by byte. Over DTLS both are packets.

import * as C from 'libssl-session/libssl';
import { Failure } from './contexts.mjs';
import { errorLine } from './errors.mjs';
import { Timer } from './timer.mjs';
import { PacketWire } from './wire.mjs';

// libssl sends each record again in a datagram of its own, and the runner wants a ChangeCipherSpec in that
// of another message. So what one step has written is sent in as few datagrams as it fits in.
function joined(records, datagramSize) {
  const datagrams = [];
  for (const bytes of records) {
    const both = Buffer.concat([...datagrams.slice(-1), bytes]);
    if (both.length <= datagramSize) datagrams.splice(-1, 1, both);
    else datagrams.push(bytes);
  }
  return datagrams;
}

export class Steps {
  /** Whether the peer's end of the wire was reached. */
  ended = false;
  #wire;
  #room;
  #timer;
  #datagramSize;
  // What libssl has left in its queue, which a step after it does not always clear.
  #reasons = [];

  constructor(ssl, wire, { async, dtls, mtu = 1400 }) {
    this.ssl = ssl;
    this.#datagramSize = mtu;
    this.#timer = dtls ? new Timer(ssl) : null;
    this.#wire = dtls ? new PacketWire(wire, (microseconds) => this.#pass(microseconds)) : wire;
    this.#room = async ? 1 : 65_536;
  }

  /** Sends what libssl has written. */
  flush() {
    const written = [];
    for (let bytes = C.BIO_read(this.ssl); bytes !== null; bytes = C.BIO_read(this.ssl)) {
      written.push(bytes);
    }
    const parts = this.#timer === null ? written : joined(written, this.#datagramSize);
    for (const bytes of parts) this.#wire.send(bytes);
  }

  // Time has passed.
  #pass(microseconds) {
    this.#timer.pass(microseconds);
    const result = C.DTLSv1_handle_timeout(this.ssl);
    const reasons = result < 0 ? C.lastErrors() : [];
    this.#timer.stop();
    this.flush();
    if (result < 0) throw new Failure('DTLSv1_handle_timeout failed', ...reasons.map(errorLine));
  }

  /**
   * Takes a step until it gives a result above 0, or bytes. null: the peer has ended, with an alert or
   * without. A failure is thrown, with libssl's reasons, after its alert was sent.
   */
  async take(name, call, isDone = (result) => result instanceof Buffer || result > 0) {
    for (;;) {
      this.#timer?.goOn();
      const result = call(this.ssl);
      const done = isDone(result);
      const left = C.lastErrors();
      if (left.length > 0) this.#reasons = left;
      const error = done ? C.SSL_ERROR_NONE : C.SSL_get_error(this.ssl, -1);
      this.#timer?.stop();
      this.flush();
      if (done) return result;
      if (error === C.SSL_ERROR_ZERO_RETURN) return null;
      if (error !== C.SSL_ERROR_WANT_READ) {
        throw new Failure(`${name}: SSL_get_error gives ${error}`, ...this.#reasons.map(errorLine));
      }
      if (!(await this.#feed())) return null;
    }
  }

  async #feed() {
    const bytes = await this.#wire.receive(this.#room);
    if (bytes === null) this.ended = true;
    else C.BIO_write(this.ssl, bytes);
    return bytes !== null;
  }

  /** The first handshake, and each later one that the peer has begun. */
  async handshake() {
    const done = await this.take('SSL_do_handshake', C.SSL_do_handshake);
    if (done === null) throw new Failure('the peer has ended before the handshake was over');
  }

  async write(bytes) {
    for (let at = 0; at < bytes.length; ) {
      const rest = bytes.subarray(at, at + 16_384);
      const sent = await this.take('SSL_write', (ssl) => C.SSL_write(ssl, rest));
      if (sent === null) throw new Failure('the peer has ended before all was written');
      at += sent;
    }
  }

  /** At most `size` bytes; null after the peer's end. */
  read(size) {
    return this.take('SSL_read', (ssl) => C.SSL_read(ssl, size));
  }

  peek(size) {
    return this.take('SSL_peek', (ssl) => C.SSL_peek(ssl, size));
  }

  /** What SSL_shutdown gives: 0 if the peer's end has not come, -1 if it cannot come any more. */
  async shutdown() {
    const result = await this.take('SSL_shutdown', C.SSL_shutdown, (value) => value >= 0);
    return result ?? -1;
  }

  /**
   * Above 0 once the peer's end has come, too. It reads a KeyUpdate by its first part, and refuses to go
   * on before the rest was read.
   */
  async awaitEnd() {
    const goOn = (ssl) => {
      if (!C.SSL_in_init(ssl)) return C.SSL_shutdown(ssl);
      const result = C.SSL_do_handshake(ssl);
      return result > 0 ? C.SSL_shutdown(ssl) : result;
    };
    return (await this.take('SSL_shutdown', goOn)) ?? -1;
  }
}
