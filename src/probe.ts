/**
 * What a server does with sessions: `import { probe } from 'libssl-session/probe'`. The connections
 * are libssl 1.1.1's, and the sessions are real.
 *
 * @module
 */

export type { ProbeCompat, SslyzeResult } from './probe/compat-names.js';
export { ProbeError, type ProbeErrorCode, type StopReason } from './probe/error.js';
export type { ProbeOptions, ProbeProgress } from './probe/options.js';
export { probe } from './probe/probe.js';
export type {
  CertificateFacts,
  ClientCertificateFacts,
  EarlyDataFacts,
  LifetimeFacts,
  OtherAddressFacts,
  OtherNameFacts,
  PinningFacts,
  ProbeClient,
  ProbeConnection,
  ProbeFinding,
  ProbeObservations,
  ProbeResult,
  ProbeTarget,
  ProbeVersion,
  PskModeFacts,
  RenewalFacts,
  ResumptionFacts,
  ResumptionKind,
  ReuseFacts,
  SessionIdFacts,
  Severity,
  Tally,
  TicketContentFacts,
  TicketFacts,
  TicketKey,
  TicketKeyFacts,
  TimingFacts,
  VersionFacts,
} from './probe/result.js';
export type { Starttls } from './probe/starttls.js';
export type { ProbeHost } from './probe/target.js';
