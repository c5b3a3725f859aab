import { type ProtocolVersion, versionName } from '../common/protocol-version.js';
import { SSL_CIPHER_find } from '../libssl.js';
import { on, resultAt } from '../native/call.js';
import type { CipherInfo, Handle } from '../native/types.js';

/** What `toJSON()` returns: all fields except the secret ones, as plain values. */
export interface SslSessionInfo {
  /** Hexadecimal. */
  id: string;
  /** Hexadecimal. */
  idContext: string;
  /** Seconds since the epoch; a decimal string if a number cannot hold it. */
  time: number | string;
  /** Seconds; a decimal string if a number cannot hold it. */
  timeout: number | string;
  protocolVersion: ProtocolVersion | null;
  protocolVersionNumber: number;
  cipher: CipherInfo | null;
  hostname: string | null;
  alpnProtocol: string | null;
  hasTicket: boolean;
  /** Seconds; a decimal string if a number cannot hold it. */
  ticketLifetimeHint: number | string;
  /** Hexadecimal. */
  ticketAppData: string | null;
  /** Bytes. */
  maxEarlyData: number;
  /** Bytes. */
  maxFragmentLength: 512 | 1024 | 2048 | 4096 | null;
  compressionId: number;
  /** The subject of the peer's certificate, as X509_NAME_oneline(3) writes it: `/CN=localhost`. */
  peerCertificate: string | null;
  isResumable: boolean;
}

/** Reads all fields in one native call. */
export function readSessionInfo(handle: Handle): SslSessionInfo {
  const texts = on(handle).sessionInfo();
  let next = 0;
  let nextText = 0;
  const number = () => resultAt(next++);
  const text = () => {
    const length = number();
    if (length < 0) return null;
    nextText += length;
    return texts.slice(nextText - length, nextText);
  };
  const long = () => {
    const value = number();
    return Number.isNaN(value) ? (text() ?? '') : value;
  };
  // In the order in which Info of addon/sessions.cc writes them.
  const id = text() ?? '';
  const idContext = text() ?? '';
  const time = long();
  const timeout = long();
  const protocolVersionNumber = number();
  const cipher = number();
  return {
    id,
    idContext,
    time,
    timeout,
    protocolVersion: versionName(protocolVersionNumber),
    protocolVersionNumber,
    cipher: cipher < 0 ? null : SSL_CIPHER_find(cipher),
    hostname: text(),
    alpnProtocol: text(),
    hasTicket: number() === 1,
    ticketLifetimeHint: long(),
    ticketAppData: text(),
    maxEarlyData: number(),
    maxFragmentLength: fragmentLength(number()),
    compressionId: number(),
    peerCertificate: text(),
    isResumable: number() === 1,
  };
}

/** The bytes that a code of RFC 6066 means; null if it means none. */
export function fragmentLength(code: number): 512 | 1024 | 2048 | 4096 | null {
  return ([512, 1024, 2048, 4096] as const)[code - 1] ?? null;
}
