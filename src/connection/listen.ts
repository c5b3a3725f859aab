// A DTLS server's first step, when it cannot know yet whether its peer is at the address it claims.

import { debugStep } from '../common/debug.js';
import { deliver } from '../common/events.js';
import { checkBytes } from '../common/validate.js';
import { stateError } from '../context/options.js';
import { on, result } from '../native/call.js';
import { step } from '../native/step.js';
import { asksForCookie, checkPeerAddress, setPeerAddress } from './datagrams.js';
import { stepError } from './step-error.js';
import { feed, type Steps } from './steps.js';

/** Whether the datagram had the cookie for this address; if so, the handshake has continued. */
export function listen(
  steps: Steps,
  datagram: Uint8Array,
  peerAddress: string | Uint8Array,
): boolean {
  const data = checkBytes('datagram', datagram);
  const address = checkPeerAddress('peerAddress', peerAddress);
  const handle = steps.usable('listen');
  if (steps.began) throw steps.wrongState('listen');
  if (!steps.server || !steps.datagrams || !asksForCookie(handle)) {
    throw stateError('cannot listen: only a DTLS server whose context has a cookieKey can');
  }
  setPeerAddress(handle, address);
  feed(handle, data);
  steps.output.left = true;
  const outcome = on(handle).DTLSv1_listen();
  const answer = result<number>();
  debugStep(handle, 'DTLSv1_listen', answer, step.error, outcome);
  if (answer < 0) throw stepError('DTLSv1_listen', handle);
  if (outcome !== undefined) deliver(outcome[2]);
  if (answer === 0) return false;
  steps.needsAddress = false;
  steps.goOn();
  return true;
}
