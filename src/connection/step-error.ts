// Makes the error of a failed step.

import { type LibsslError, libsslError } from '../common/errors.js';
import { withVerifyError } from '../context/verification.js';
import { on } from '../native/call.js';
import { native } from '../native/load.js';
import type { Handle } from '../native/types.js';

/** From what the step has left in OpenSSL's error queue. */
export function stepError(functionName: string, connection: Handle): LibsslError {
  const errors = native().lastErrors();
  const silent = errors.length === 0 ? silence(functionName, connection) : undefined;
  return withVerifyError(libsslError(functionName, errors, silent), connection);
}

// Why the queue is empty: libssl gives its reason only once, to the call in which the connection
// fails. That may have been a call of a C-named function, which the class does not see.
function silence(functionName: string, connection: Handle): string {
  return on(connection).SSL_state_string_long() === 'error'
    ? `${functionName} failed, because an earlier call failed; that one had libssl's reason`
    : `${functionName} failed, and libssl gave no reason`;
}
