// The TCP connection to the runner, which listens whichever side of TLS it plays.

import { connect } from 'node:net';

function open(host, port) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

/** A stream of bytes, as TLS has it. */
export class Wire {
  #socket;
  #received = [];
  #ended = false;
  #wake = () => {};

  static async open(port) {
    return new Wire(await open('::1', port).catch(() => open('127.0.0.1', port)));
  }

  constructor(socket) {
    this.#socket = socket;
    const end = () => {
      this.#ended = true;
      this.#wake();
    };
    socket.on('data', (bytes) => {
      this.#received.push(bytes);
      this.#wake();
    });
    // The runner may close while there is something to send: that is for the test to judge.
    for (const event of ['end', 'error', 'close']) socket.on(event, end);
  }

  #more() {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** What has come, at most `size` bytes; null after the end. */
  async receive(size) {
    while (this.#received.length === 0 && !this.#ended) await this.#more();
    const bytes = this.#received.shift();
    if (bytes === undefined) return null;
    if (bytes.length > size) this.#received.unshift(bytes.subarray(size));
    return bytes.subarray(0, size);
  }

  send(bytes) {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  /** Half closes, and waits for the runner's end: what it still sends must not fail. */
  async close() {
    this.#socket.end();
    while (!this.#ended) {
      this.#received = [];
      await this.#more();
    }
    this.#socket.destroy();
  }
}

// What a frame of DTLS begins with.
const packet = 'P'.charCodeAt(0);
const passedTime = 'T'.charCodeAt(0);
const acknowledgement = Buffer.from('t');

/** A stream of frames: packets of DTLS, and from the runner also how much time has passed. */
export class PacketWire {
  #wire;
  #onTime;

  /** `onTime`: is told of microseconds that have passed, after what was sent before. */
  constructor(wire, onTime) {
    this.#wire = wire;
    this.#onTime = onTime;
  }

  async #take(size) {
    const parts = [];
    for (let left = size; left > 0; left -= parts.at(-1).length) {
      const bytes = await this.#wire.receive(left);
      if (bytes === null) return null;
      parts.push(bytes);
    }
    return Buffer.concat(parts);
  }

  /** The next packet; null after the end. */
  async receive() {
    for (;;) {
      const opcode = (await this.#take(1))?.[0];
      if (opcode === undefined) return null;
      if (opcode === packet) {
        const length = await this.#take(4);
        return length === null ? null : this.#take(length.readUInt32BE());
      }
      if (opcode !== passedTime) throw new Error(`the runner's opcode is ${opcode}`);
      const time = await this.#take(8);
      if (time === null) return null;
      this.#wire.send(acknowledgement);
      this.#onTime(Number(time.readBigUInt64BE() / 1000n));
    }
  }

  send(bytes) {
    const head = Buffer.alloc(5, packet);
    head.writeUInt32BE(bytes.length, 1);
    this.#wire.send(Buffer.concat([head, bytes]));
  }

  close() {
    return this.#wire.close();
  }
}
