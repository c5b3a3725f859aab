// Where the bytes of a transport come from.

import { Socket, type SocketConstructorOpts } from 'node:net';
import type { Duplex } from 'node:stream';

/** What comes can be held back, though what is on its way still comes. */
export interface Source {
  readonly paused: boolean;
  pause(): void;
  resume(): void;
}

type Take = (bytes: Buffer | string) => void;

// What has been read is in libssl's memory before the next is read.
const shared = Buffer.allocUnsafeSlow(65_536);

// The sockets of our own, and who takes what they read.
const own = new WeakMap<Duplex, Take | null>();

/** A socket for `connect()`. It needs no memory for what it reads. */
export function newSocket(): Socket {
  const onread = {
    buffer: shared,
    callback(size: number): boolean {
      own.get(socket)?.(shared.subarray(0, size));
      return true;
    },
  };
  const socket = new Socket({ allowHalfOpen: true, onread } as SocketConstructorOpts);
  own.set(socket, null);
  return socket;
}

/** From now on all bytes come to `take`, and those first that the transport has read already. */
export function readFrom(transport: Duplex, take: Take, end: () => void): Source {
  if (!own.has(transport) && transport instanceof Socket) return takeOver(transport, take, end);
  own.set(transport, take);
  return readEvents(transport, take, end);
}

function readEvents(transport: Duplex, take: Take, end: () => void): Source {
  transport.on('end', end);
  transport.on('data', take);
  transport.resume();
  if (transport.readableEnded) end();
  return {
    get paused() {
      return transport.isPaused();
    },
    pause: () => void transport.pause(),
    resume: () => void transport.resume(),
  };
}

// A socket on which a protocol in clear was spoken before: its listeners and its encoding are still
// there, and may not be taken off by anybody else. They must not get what is encrypted.
function takeOver(transport: Socket, take: Take, end: () => void): Source {
  let paused = false;
  const push = transport.push.bind(transport);
  transport.push = (bytes: Buffer | null) => {
    if (bytes === null) {
      push(null);
      end();
      return false;
    }
    take(bytes);
    return !paused;
  };
  const { readableEncoding } = transport;
  for (let bytes = transport.read(); bytes !== null; bytes = transport.read()) {
    take(typeof bytes === 'string' ? Buffer.from(bytes, readableEncoding ?? 'utf8') : bytes);
  }
  // Which may have come before.
  transport.once('end', end);
  if (transport.readableEnded) end();
  transport.resume();
  transport._read(0);
  return {
    get paused() {
      return paused;
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      transport._read(0);
    },
  };
}
