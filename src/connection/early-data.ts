// Early data: a client sends it together with its first message, before the handshake is over.

import { LibsslError } from '../common/errors.js';
import { outOfRange } from '../common/validate.js';
import { stateError } from '../context/options.js';
import { on, result } from '../native/call.js';
import { native } from '../native/load.js';
import type { Handle } from '../native/types.js';
import { concatenated } from './output.js';
import type { Steps } from './steps.js';

/** Whether the client sent early data, and whether the server accepted it. */
export type EarlyDataStatus = 'notSent' | 'rejected' | 'accepted';

export function writeEarlyData(steps: Steps, data: Uint8Array): void {
  const handle = steps.usable('write early data');
  if (steps.ready || steps.paused) throw steps.wrongState('write early data');
  const max = earlyDataRoom(handle);
  if (max === null) throw noEarlyData(steps);
  if (data.length > max) throw outOfRange('bytes.byteLength', `<= ${max}`, data.length);
  const { began } = steps;
  const outcome = steps.begin(handle).SSL_write_early_data(data);
  if (native().lastErrors()[0]?.reason === 'called a function you should not call') {
    steps.began = began;
    throw noEarlyData(steps);
  }
  steps.finish('SSL_write_early_data', outcome);
}

export function readEarlyData(steps: Steps): Buffer | null {
  steps.usable('read early data');
  if (steps.earlyData.length === 0) return null;
  const data = concatenated(steps.earlyData);
  steps.earlyData = [];
  return data;
}

// null if a rule forbids early data.
function earlyDataRoom(handle: Handle): number | null {
  try {
    on(handle).earlyDataRoom();
  } catch (error) {
    if (error instanceof LibsslError && error.code === 'ERR_LIBSSL_UNSAFE') return null;
    throw error;
  }
  return result<number>();
}

function noEarlyData({ state }: Steps): LibsslError {
  return stateError(
    `cannot write early data in state '${state}': a client needs a session or PSK that it offers and that allows it; a server needs early data from its client`,
  );
}
