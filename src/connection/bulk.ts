// The short way of application data, for streams: one native call each for what comes and for what
// goes, with memory that is used again.

import { raise } from '../common/collect.js';
import { debugStep } from '../common/debug.js';
import { SSL_ERROR_WANT_CLIENT_HELLO_CB, SSL_RECEIVED_SHUTDOWN } from '../libssl/constants.js';
import { on } from '../native/call.js';
import type { Outcome } from '../native/signatures.js';
import { step } from '../native/step.js';
import { concatenated } from './output.js';
import { isFailure, type Steps } from './steps.js';

const nothing = Buffer.alloc(0);

// As much as a socket reads at once, and a record that was there in part.
const roomSize = 65_536 + 16_384;
let room = Buffer.allocUnsafeSlow(roomSize);

// Small data is copied out of the room, large data keeps the room, and there is a new one.
function takeData(size: number): Buffer {
  const data = room.subarray(0, size);
  if (size < roomSize / 2) return Buffer.from(data);
  room = Buffer.allocUnsafeSlow(roomSize);
  return data;
}

/** What a step has brought. */
export interface Received {
  readonly data: Buffer | null;
  /** There is more, or a failure behind the data: it comes with the next step. */
  readonly more: boolean;
  /** The peer has ended. */
  readonly ended: boolean;
}

/** `receive()` and `read()` in one. For a connection that has been open, and does not wait. */
export function receiveData(steps: Steps, bytes: Uint8Array = nothing): Received {
  const outcome = steps.begin(steps.usable('receive')).receiveInto(bytes, room);
  const { result: size, error, more, shutdown } = step;
  // Before listeners of events are called: they may come here again.
  const data = size > 0 ? takeData(size) : null;
  const waits = error === SSL_ERROR_WANT_CLIENT_HELLO_CB;
  try {
    finishOrShow(steps, 'SSL_read', outcome, error, data, waits);
  } catch (thrown) {
    // Of a listener, where there is data: that must not be lost.
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

/** `write()` and `take()` in one: the bytes for the peer, all there are. */
export function seal(steps: Steps, data: Uint8Array): Buffer {
  const { output } = steps;
  if (steps.ready && !steps.hasUnsent && !output.waits) {
    // What TLS adds to records of 16 KiB is less, and to shorter ones there may be a second part.
    const into = Buffer.allocUnsafe(data.length + (data.length >> 6) + 256);
    const outcome = on(steps.usable('write'), 0).writeInto(data, into);
    const { result, error, filled, more } = step;
    const first = into.subarray(0, filled);
    if (result <= 0 && filled > 0) {
      // Of a handshake that the write has begun. The data comes after it.
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

// A step that brought nothing but data has no more of an end than its line in NODE_DEBUG.
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
