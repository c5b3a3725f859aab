// The fast path for the application data of streams: one native call to receive, one to send. The
// memory to receive into is reused.

import { raise } from '../common/collect.js';
import { debugStep } from '../common/debug.js';
import { SSL_ERROR_WANT_CLIENT_HELLO_CB, SSL_RECEIVED_SHUTDOWN } from '../libssl/constants.js';
import { on } from '../native/call.js';
import type { Outcome } from '../native/signatures.js';
import { step } from '../native/step.js';
import { concatenated } from './output.js';
import { isFailure, type Steps } from './steps.js';

const nothing = Buffer.alloc(0);

// As much as a socket reads at once, and a record of which a part was there already.
const roomSize = 65_536 + 16_384;
let room = Buffer.allocUnsafeSlow(roomSize);

// Small data is copied out of the room. Large data keeps the room, and a new room is allocated.
function takeData(size: number): Buffer {
  const data = room.subarray(0, size);
  if (size < roomSize / 2) return Buffer.from(data);
  room = Buffer.allocUnsafeSlow(roomSize);
  return data;
}

/** The result of `receiveData()`. */
export interface Received {
  readonly data: Buffer | null;
  /** After the data there is more data or a failure, which the next step brings. */
  readonly more: boolean;
  /** The peer has sent its end. */
  readonly ended: boolean;
}

/** `receive()` and `read()` in one, for a connection that has been open and is not paused. */
export function receiveData(steps: Steps, bytes: Uint8Array = nothing): Received {
  const outcome = steps.begin(steps.usable('receive')).receiveInto(bytes, room);
  const { result: size, error, more, shutdown } = step;
  // Take it before listeners are called, because they may call this function.
  const data = size > 0 ? takeData(size) : null;
  const waits = error === SSL_ERROR_WANT_CLIENT_HELLO_CB;
  try {
    finishOrShow(steps, 'SSL_read', outcome, error, data, waits);
  } catch (thrown) {
    // With data this is the error of a listener. The data must not be lost.
    if (data === null) throw thrown;
    raise(thrown);
  }
  if (steps.hasUnsent && !steps.freed) steps.sendUnsent();
  return {
    data,
    more: more || steps.failure !== null,
    ended: (shutdown & SSL_RECEIVED_SHUTDOWN) !== 0,
  };
}

/** The bytes that data becomes in records of 16 KiB; in shorter records it becomes more. */
export function roomToSeal(size: number): number {
  return size + (size >> 6) + 256;
}

/** `write()` and `take()` in one: returns all bytes for the peer, in `into` if they fit. */
export function seal(
  steps: Steps,
  data: Uint8Array,
  into: Buffer = Buffer.allocUnsafe(roomToSeal(data.length)),
): Buffer {
  const { output } = steps;
  if (steps.ready && !steps.hasUnsent && !output.waits) {
    const outcome = on(steps.usable('write'), 0).writeInto(data, into);
    const { result, error, filled, more } = step;
    const first = into.subarray(0, filled);
    if (result <= 0 && filled > 0) {
      // The write has begun a handshake, and these are its bytes. The data comes after them.
      output.add(first);
      output.left = more;
    }
    finishOrShow(steps, 'SSL_write', outcome, error);
    if (result > 0) {
      if (!more || steps.freed) return first;
      output.left = true;
      return concatenated([first, output.take()]);
    }
  }
  steps.write(data);
  return output.take();
}

// A step that brought only data has nothing to finish; it only gets its line in NODE_DEBUG.
function finishOrShow(
  steps: Steps,
  functionName: string,
  outcome: Outcome,
  error: number,
  data: Buffer | null = null,
  waits = false,
): void {
  if (outcome !== undefined || isFailure(error) || waits) {
    steps.finish(functionName, outcome, false, error, data);
  } else {
    debugStep(steps.handle, functionName, step.result, error, outcome, data);
  }
}
