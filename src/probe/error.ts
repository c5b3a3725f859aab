/** Why a probe found nothing out. */
export type ProbeErrorCode =
  | 'ERR_PROBE_UNREACHABLE'
  | 'ERR_PROBE_STARTTLS'
  | 'ERR_PROBE_NO_TLS'
  | 'ERR_PROBE_HANDSHAKE'
  | 'ERR_PROBE_TIMEOUT';

/**
 * There is nothing to probe: no address, no connection, no TLS, or no handshake that succeeds. What
 * goes wrong after the first handshake is part of the result instead.
 */
export class ProbeError extends Error {
  /** What went wrong. */
  readonly code: ProbeErrorCode;

  /** @internal */
  constructor(code: ProbeErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
Object.defineProperty(ProbeError.prototype, 'name', { value: 'ProbeError', writable: true });

/** A connection has not come to its end. It says nothing about the server's sessions. */
export class Unanswered extends Error {
  /** Whether the network is the reason, and not what the server has said. */
  readonly network: boolean;
  readonly code: ProbeErrorCode;

  constructor(code: ProbeErrorCode, message: string, network = true) {
    super(message);
    this.code = code;
    this.network = network;
  }
}

/** The probe ends here, with what it knows. */
export class Stopped extends Error {
  readonly reason: StopReason;

  constructor(reason: StopReason) {
    super(`stopped: ${reason}`);
    this.reason = reason;
  }
}

/**
 * Why a probe ended before everything was looked at: its time is over, it has made as many
 * connections as it may, or the server does not answer any more.
 */
export type StopReason = 'time' | 'connections' | 'unreachable';
