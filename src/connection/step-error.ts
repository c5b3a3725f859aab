// The error of a step of a connection that failed.

import { type LibsslError, libsslError } from '../common/errors.js';
import { withVerifyError } from '../context/verification.js';
import { on } from '../native/call.js';
import { native } from '../native/load.js';
import type { Handle } from '../native/types.js';

/** Takes what the step left in OpenSSL's error queue. */
export function stepError(functionName: string, connection: Handle): LibsslError {
  const errors = native().lastErrors();
  const silent = errors.length === 0 ? silence(functionName, connection) : undefined;
  return withVerifyError(libsslError(functionName, errors, silent), connection);
}

// Why libssl says nothing: it gives its reason once, to the call in which a connection fails. That
// may be a C-named one, of which the class does not know.
function silence(functionName: string, connection: Handle): string {
  return on(connection).SSL_state_string_long() === 'error'
    ? `${functionName} failed, because an earlier call failed; that one had libssl's reason`
    : `${functionName} failed, and libssl gave no reason`;
}
