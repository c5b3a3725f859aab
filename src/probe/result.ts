// What a probe says. The schema of its JSON is written from this file: scripts/probe-schema.mjs.

import type { SslSessionInfo } from '../session/info.js';
import type { ProbeCompat } from './compat-names.js';
import type { StopReason } from './error.js';
import type { Starttls } from './starttls.js';

/** The versions that are probed. */
export type ProbeVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** How a session is recognised: by its id, by a ticket (up to TLS 1.2), by a PSK (TLS 1.3). */
export type ResumptionKind = 'id' | 'ticket' | 'psk';

/** How often something was so. */
export interface Tally {
  /** So many times it was. */
  yes: number;
  /** Of so many attempts, with those that failed. */
  of: number;
  /** Attempts in which the connection failed, and nothing was learnt. */
  failed: number;
  /** The numbers of the connections, as `connections` has them. */
  evidence: number[];
}

/** What a probe has found. */
export interface ProbeResult {
  /** The name and version of this form. A new version may take away or change what there is. */
  schema: 'libssl-session/probe/1';
  /** Who was probed. */
  target: ProbeTarget;
  /** What looked. */
  client: ProbeClient;
  /** ISO 8601. */
  startedAt: string;
  /** Milliseconds. */
  duration: number;
  /** Why not everything was looked at; null if it was. */
  stopped: StopReason | null;
  /** What is so. */
  observations: ProbeObservations;
  /** What follows from it, the worst first. */
  findings: ProbeFinding[];
  /** The same in the words of other programs. */
  compat: ProbeCompat;
  /** Every connection that was made, in order: `connections[0]` has the number 1. */
  connections: ProbeConnection[];
}

/** Who was probed. */
export interface ProbeTarget {
  /** As it was given. */
  host: string;
  /** The port. */
  port: number;
  /** The server name (SNI) that was asked for; null for none. */
  servername: string | null;
  /** What the host's name led to, or what was given. */
  addresses: string[];
  /** The one of them that was probed. */
  address: string;
  /** What was spoken before TLS. */
  starttls: Starttls | null;
}

/** What looked. */
export interface ProbeClient {
  /** `OpenSSL 1.1.1w  11 Sep 2023`. */
  library: string;
  /** Attempts for each question that is asked several times. */
  attempts: number;
  /** Whether accepted lifetimes were looked at, up to so many seconds; null if not. */
  lifetime: number | null;
  /** Whether early data was replayed. */
  replay: boolean;
  /** Whether there was a certificate of the client. */
  certificate: boolean;
}

/** One connection. */
export interface ProbeConnection {
  /** From 1 on. */
  number: number;
  /** Milliseconds since the beginning. */
  at: number;
  /** What it was for. */
  purpose: string;
  /** The address that was connected to. */
  address: string;
  /** The server name that was asked for; null for none. */
  servername: string | null;
  /** How the session that was offered would be recognised; null if none was offered. */
  offered: ResumptionKind | null;
  /** null if the handshake did not succeed. */
  protocol: string | null;
  /** OpenSSL's name. */
  cipher: string | null;
  /** Whether it resumed the session. */
  resumed: boolean;
  /** Milliseconds from the ClientHello to the end of the handshake; null if it did not succeed. */
  handshake: number | null;
  /** Milliseconds from the beginning of the connection to its end. */
  duration: number;
  /** Bytes of TLS that were sent. */
  bytesSent: number;
  /** Bytes of TLS that came. */
  bytesReceived: number;
  /** Sessions that came, without their secrets. */
  sessions: SslSessionInfo[];
  /** Why it failed; null if it did not. */
  error: string | null;
}

/** What is so. What was not looked at, or does not apply, is null or not in the list. */
export interface ProbeObservations {
  /** The certificate of the first handshake. */
  certificate: CertificateFacts | null;
  /** Of each version. */
  versions: VersionFacts[];
  /** Of each version and kind of session. */
  resumption: ResumptionFacts[];
  /** Of each version. */
  sessionIds: SessionIdFacts[];
  /** Of each version. */
  tickets: TicketFacts[];
  /** null if there is no ticket. */
  ticketKeys: TicketKeyFacts | null;
  /** Of each version. */
  ticketContents: TicketContentFacts[];
  /** Of sessions that were resumed. */
  renewal: RenewalFacts[];
  /** Of sessions that were resumed. */
  reuse: ReuseFacts[];
  /** Of sessions that were resumed. */
  pinning: PinningFacts[];
  /** null if TLS 1.3 resumes nothing. */
  pskModes: PskModeFacts | null;
  /** Of each name and kind of session. */
  otherNames: OtherNameFacts[];
  /** Of each address and kind of session. */
  otherAddresses: OtherAddressFacts[];
  /** Of TLS 1.2 and 1.3. */
  clientCertificates: ClientCertificateFacts[];
  /** null if TLS 1.3 gives no ticket. */
  earlyData: EarlyDataFacts | null;
  /** Only with the option `lifetime`. */
  lifetimes: LifetimeFacts[];
  /** Of sessions that were resumed. */
  timing: TimingFacts[];
}

/** The server's certificate. */
export interface CertificateFacts {
  /** The subject, as one line. */
  subject: string;
  /** SHA-256, hexadecimal. */
  fingerprint256: string;
  /** DNS names that it is for. */
  names: string[];
}

/** Whether a version is spoken. */
export interface VersionFacts {
  /** Of this version. */
  version: ProbeVersion;
  /** Whether a handshake succeeded. */
  supported: boolean;
  /** Why not. */
  error: string | null;
  /** OpenSSL's name of the suite that the server chose. */
  cipher: string | null;
  /** Whether the session is bound to its handshake (RFC 7627), as TLS 1.3's are. */
  extendedMasterSecret: boolean | null;
  /** Whether a ticket came in the first handshake. */
  ticket: boolean | null;
}

/** Whether sessions are resumed: each attempt is a full handshake, then a connection that offers its session. */
export interface ResumptionFacts extends Tally {
  /** Of this version. */
  version: ProbeVersion;
  /** Of sessions that are recognised in this way. */
  by: ResumptionKind;
  /** In so many of the full handshakes the server gave a session of this kind. */
  given: number;
}

/** The ids that the server gives in full handshakes. */
export interface SessionIdFacts {
  /** Of this version. */
  version: ProbeVersion;
  /** Bytes, without a ticket; 0: the server gives none. */
  length: number;
  /** Bytes where there is a ticket, too; null if there is none. In TLS 1.3: of the client's that came back. */
  lengthWithTicket: number | null;
  /** Whether the ids differ from each other; null if there are fewer than two. */
  distinct: boolean | null;
  /** The numbers of the connections, as `connections` has them. */
  evidence: number[];
}

/** The tickets of full handshakes. */
export interface TicketFacts {
  /** Of this version. */
  version: ProbeVersion;
  /** How many came in a handshake: the fewest and the most. */
  number: { least: number; most: number };
  /** Whether they come by themselves, only after the client has sent data, or not at all. */
  when: 'handshake' | 'data' | 'never';
  /** Milliseconds from the end of the handshake to the first ticket; null up to TLS 1.2. */
  delay: number | null;
  /** Bytes: the smallest and the largest. */
  size: { least: number; most: number };
  /** Seconds that the server says they are good for: the least and the most. */
  lifetimeHint: { least: number; most: number };
  /** Bytes of TLS 1.3's nonce; null up to TLS 1.2. */
  nonceLength: number | null;
  /** Whether nonces differ within each connection; null if none has two tickets. */
  noncesDistinct: boolean | null;
  /** Whether what hides a ticket's age differs from ticket to ticket; null up to TLS 1.2. */
  ageAddsDistinct: boolean | null;
  /** Bytes of early data that they allow; null up to TLS 1.2. */
  maxEarlyData: number | null;
  /** The numbers of the connections, as `connections` has them. */
  evidence: number[];
}

/** What tickets say of the keys that encrypt them. */
export interface TicketKeyFacts {
  /** How many tickets were compared. */
  tickets: number;
  /** Whether tickets are too short to hold a session: then they are only the name of one. */
  stateful: boolean;
  /** Bytes that name the key; null if nothing in the tickets does. */
  nameLength: number | null;
  /** Each key that was seen. */
  keys: TicketKey[];
  /** The numbers of the connections, as `connections` has them. */
  evidence: number[];
}

/** One key. */
export interface TicketKey {
  /** Hexadecimal, as it is sent in clear. */
  name: string;
  /** How many of the tickets have it. */
  tickets: number;
  /** In tickets of these versions. */
  versions: ProbeVersion[];
  /** Where it was seen. */
  addresses: string[];
  /** With which server names it was seen. */
  servernames: (string | null)[];
}

/** What tickets give away, with the master secret of their sessions to look for. */
export interface TicketContentFacts {
  /** Of this version. */
  version: ProbeVersion;
  /** How many tickets were looked at. */
  tickets: number;
  /** Whether a ticket has its secret in clear. */
  secretInClear: boolean;
  /** The key, if it is one that nobody should have; null if it is none of them. */
  weakKey: { layout: string; cipher: string; key: string } | null;
  /** Whether two tickets are encrypted with the same key stream; null if there are not two. */
  keystreamReused: boolean | null;
  /** The numbers of the connections, as `connections` has them. */
  evidence: number[];
}

/** What a resumption gives. */
export interface RenewalFacts {
  /** Of this version. */
  version: ProbeVersion;
  /** Of sessions that are recognised in this way. */
  by: ResumptionKind;
  /** In how many resumptions a new ticket came. */
  renewed: Tally;
  /** How many tickets came in a resumption: the fewest and the most. */
  number: { least: number; most: number };
  /** How many generations could be resumed, each with what the one before was given. */
  generations: Tally;
  /** Seconds; of the first handshake's ticket, and of the last generation's. */
  lifetimeHint: { first: number; last: number } | null;
}

/** Whether a session is resumed more than once. */
export interface ReuseFacts {
  /** Of this version. */
  version: ProbeVersion;
  /** Of sessions that are recognised in this way. */
  by: ResumptionKind;
  /** One after the other. */
  again: Tally;
  /** Two at the same time. */
  atOnce: Tally;
}

/** What has to be in a resumption as it was in the first handshake. `true`: the server insists. */
export interface PinningFacts {
  /** Of this version. */
  version: ProbeVersion;
  /** Of sessions that are recognised in this way. */
  by: ResumptionKind;
  /** The cipher suite; in TLS 1.3 the suite beside its hash. null if the server has no other. */
  cipher: boolean | null;
  /** The version of the protocol. null if the server has no lower one. */
  protocol: boolean | null;
  /** The extended master secret. null if there is none, and in TLS 1.3. */
  extendedMasterSecret: boolean | null;
  /** The numbers of the connections, as `connections` has them. */
  evidence: number[];
}

/** How TLS 1.3 resumes. */
export interface PskModeFacts {
  /** With a new key exchange. */
  pskDheKe: Tally;
  /** Without one, if the client offers nothing else: there is no forward secrecy then. */
  pskKe: Tally;
}

/** A session offered under another server name. */
export interface OtherNameFacts {
  /** null for no server name. */
  servername: string | null;
  /** Of this version. */
  version: ProbeVersion;
  /** Of sessions that are recognised in this way. */
  by: ResumptionKind;
  /** Whether a full handshake under that name has the same certificate; null if it fails. */
  sameCertificate: boolean | null;
  /** Whether the session was resumed. */
  resumed: Tally;
  /** Whether the session was made with a certificate of the client, and offered without. */
  withoutClientCertificate: boolean;
}

/** A session offered at another address of the host. */
export interface OtherAddressFacts {
  /** The other address. */
  address: string;
  /** Of this version. */
  version: ProbeVersion;
  /** Of sessions that are recognised in this way. */
  by: ResumptionKind;
  /** null if it is not reached. */
  sameCertificate: boolean | null;
  /** Whether the session was resumed. */
  resumed: Tally;
}

/** What the server makes of certificates of clients. */
export interface ClientCertificateFacts {
  /** Of this version. */
  version: ProbeVersion;
  /** Whether it asks for one in a full handshake. */
  requested: boolean;
  /** Whether it fails without one; null if it was not asked for, or none is there to compare with. */
  required: boolean | null;
  /** Whether it asks again in a resumption. */
  requestedOnResumption: boolean | null;
  /** Sessions made with a certificate, offered by a client that has it. */
  resumedWith: Tally | null;
  /** Sessions made with a certificate, offered by a client that has none. */
  resumedWithout: Tally | null;
}

/** Early data of TLS 1.3. */
export interface EarlyDataFacts {
  /** Bytes that tickets allow. */
  limit: number;
  /** What was sent; null if it was not tried. */
  accepted: Tally | null;
  /** The same first flight once more, byte for byte; null if it was not tried. */
  replayed: Tally | null;
}

/** For how long sessions are accepted. Only if it was asked for. */
export interface LifetimeFacts {
  /** Of this version. */
  version: ProbeVersion;
  /** Of sessions that are recognised in this way. */
  by: ResumptionKind;
  /** Seconds that the server says; null without a ticket. */
  hint: number | null;
  /** The oldest session that was resumed, in seconds; null if none was. */
  acceptedAt: number | null;
  /** The youngest session that was refused, in seconds; null if none was. */
  refusedAt: number | null;
  /** Whether renewed tickets were accepted for longer than the first; null if that cannot be told. */
  prolonged: boolean | null;
  /** The numbers of the connections, as `connections` has them. */
  evidence: number[];
}

/** What resumption saves. Medians. */
export interface TimingFacts {
  /** Of this version. */
  version: ProbeVersion;
  /** Of sessions that are recognised in this way. */
  by: ResumptionKind;
  /** Of full handshakes. */
  full: { milliseconds: number; bytesSent: number; bytesReceived: number };
  /** Of resumptions. */
  resumed: { milliseconds: number; bytesSent: number; bytesReceived: number };
}

/** From the worst to the least. */
export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info';

/** What follows from observations. */
export interface ProbeFinding {
  /** It stays the same from version to version: `weak-ticket-key`. */
  id: string;
  /** How bad it is. */
  severity: Severity;
  /** In one line. */
  title: string;
  /** What was seen. */
  detail: string;
  /** What to do. */
  remedy: string;
  /** The numbers of the connections, as `connections` has them. */
  evidence: number[];
}
