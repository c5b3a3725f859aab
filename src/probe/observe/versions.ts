// Which versions are spoken, and the certificate.

import { ProbeError, Unanswered } from '../error.js';
import type { ProbeObservations, ProbeVersion } from '../result.js';
import type { Made, Run } from '../run.js';

/** The newest first: that is where a server that has nothing else is found at once. */
export const probedVersions: readonly ProbeVersion[] = ['TLSv1.3', 'TLSv1.2', 'TLSv1.1', 'TLSv1'];

/** The first handshake with each version that the server speaks. */
export type FirstHandshakes = ReadonlyMap<ProbeVersion, Made>;

/** Throws a `ProbeError` if no handshake succeeds. */
export async function observeVersions(
  run: Run,
  observations: ProbeObservations,
): Promise<FirstHandshakes> {
  run.doing = 'the versions of TLS';
  const first = new Map<ProbeVersion, Made>();
  let failure: Error | null = null;
  for (const version of probedVersions) {
    const made = await run.connect({ purpose: `${version}: a first handshake`, version });
    const { error } = made;
    failure = moreTelling(failure, error);
    // There is no server, or none of TLS: that does not depend on the version.
    if (error instanceof Unanswered && first.size === 0 && isHopeless(error)) break;
    if (error === null) first.set(version, made);
    observations.versions.push({
      version,
      supported: error === null,
      error: error?.message ?? null,
      cipher: made.cipher?.name ?? null,
      extendedMasterSecret: error === null ? bindsSession(version, made) : null,
      ticket: error === null ? made.tickets.length > 0 : null,
    });
    observations.certificate ??= made.certificate;
  }
  if (first.size === 0) throw probeError(failure);
  return first;
}

const bindsSession = (version: ProbeVersion, made: Made) =>
  version === 'TLSv1.3' || made.extendedMasterSecret;

// Reset and closed connections are how some refuse a version.
const isHopeless = ({ code, message }: Unanswered) =>
  code === 'ERR_PROBE_STARTTLS' ||
  code === 'ERR_PROBE_TIMEOUT' ||
  (code === 'ERR_PROBE_UNREACHABLE' && message !== 'the connection was reset') ||
  (code === 'ERR_PROBE_NO_TLS' && message !== closedInHandshake);

const closedInHandshake = 'the server closed the connection in the handshake';

/** Of several failures, the one that says more: that a version is not spoken says little. */
function moreTelling(one: Error | null, other: Error | null): Error | null {
  if (one === null || other === null) return one ?? other;
  return /protocol version|unsupported protocol/.test(one.message) ? other : one;
}

function probeError(error: Error | null): ProbeError {
  const code = error instanceof Unanswered ? error.code : 'ERR_PROBE_HANDSHAKE';
  return new ProbeError(code, error?.message ?? 'no handshake succeeded', { cause: error });
}
