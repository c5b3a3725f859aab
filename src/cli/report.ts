// What `inspect` knows of a session: its fields, and what follows from them now.

import type { X509Certificate } from 'node:crypto';
import { LibsslError } from '../common/errors.js';
import type { SslSessionInfo } from '../session/info.js';
import { type Offer, offer } from '../session/offer.js';
import type { SslSession } from '../session/session.js';
import type { Input, Source } from './input.js';
import { duration } from './terminal.js';

/** What `inspect --json` writes: `toJSON()`, and this. */
export interface Report extends SslSessionInfo {
  source: Source;
  /** ISO 8601; null for what a Date cannot hold. */
  madeAt: string | null;
  expiresAt: string | null;
  /** Seconds; negative when it was made in the future. null for what a number cannot hold. */
  age: number | null;
  /** Seconds; negative when it has expired. null for what a number cannot hold. */
  timeLeft: number | null;
  /** Bytes; 0 without a ticket. */
  ticketLength: number;
  /** Bytes. */
  masterKeyLength: number;
  /** null where libssl cannot print the session. */
  extendedMasterSecret: boolean | null;
  /** Of the peer's certificate, as the session was made; null where libssl cannot print that. */
  verifyResult: { code: number; text: string } | null;
  peer: Peer | null;
  resumption: Offer;
  /** Hexadecimal; only with --secrets. */
  masterKey?: string;
  /** Hexadecimal; only with --secrets. */
  ticket?: string | null;
}

export interface Peer {
  subject: string;
  issuer: string;
  /** ISO 8601; null for what is no date. */
  validFrom: string | null;
  validTo: string | null;
  expired: boolean;
  notYetValid: boolean;
  fingerprint256: string;
}

export function makeReport({ source, session }: Input, options: { secrets: boolean }): Report {
  const now = Date.now();
  const info = session.toJSON();
  const { time, timeout } = info;
  const age = typeof time === 'number' ? Math.floor(now / 1000) - time : null;
  const timeLeft = age === null || typeof timeout !== 'number' ? null : timeout - age;
  const { masterKey, ticket } = session;
  const lengths = { ticketLength: ticket?.length ?? 0, masterKeyLength: masterKey.length };
  const secrets = options.secrets
    ? { masterKey: masterKey.toString('hex'), ticket: ticket?.toString('hex') ?? null }
    : {};
  masterKey.fill(0);
  ticket?.fill(0);
  return {
    ...info,
    source,
    madeAt: isoDate(time),
    expiresAt:
      typeof time === 'number' && typeof timeout === 'number' ? isoDate(time + timeout) : null,
    age,
    timeLeft,
    ...lengths,
    ...readText(session),
    peer: readPeer(session, now),
    resumption: offer(info, age, lengths.masterKeyLength, duration),
    ...secrets,
  };
}

function isoDate(seconds: number | string): string | null {
  const date = new Date(Number(seconds) * 1000);
  return typeof seconds === 'string' || Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** What libssl tells in its text only. */
function readText(session: SslSession): Pick<Report, 'verifyResult' | 'extendedMasterSecret'> {
  let text: string;
  try {
    text = session.toText();
  } catch (error) {
    // An empty PSK identity, hint or SRP name: libssl takes the nothing it wrote for a failure.
    if (!(error instanceof LibsslError)) throw error;
    return { extendedMasterSecret: null, verifyResult: null };
  }
  // The last of these lines: a PSK's identity, which may hold anything, stands before them.
  const last = (name: string) =>
    [...text.matchAll(new RegExp(`^ {4}${name}: (.*)$`, 'gm'))].at(-1)?.[1] ?? '';
  const [, code = '0', words = ''] = /^(-?\d+) \((.*)\)$/.exec(last('Verify return code')) ?? [];
  return {
    extendedMasterSecret: last('Extended master secret') === 'yes',
    verifyResult: { code: Number(code), text: words },
  };
}

function readPeer(session: SslSession, now: number): Peer | null {
  let certificate: X509Certificate | null;
  try {
    certificate = session.peerCertificate;
  } catch {
    return null; // Node's OpenSSL 3 refuses what 1.1.1 took; its subject is in toJSON().
  }
  if (certificate === null) return null;
  const { subject, issuer, validFrom, validTo, fingerprint256 } = certificate;
  const oneLine = (name: string | undefined) => (name ?? '').trim().replaceAll('\n', ', ');
  return {
    subject: oneLine(subject),
    issuer: oneLine(issuer),
    validFrom: isoDate(Date.parse(validFrom) / 1000),
    validTo: isoDate(Date.parse(validTo) / 1000),
    expired: now > Date.parse(validTo),
    notYetValid: now < Date.parse(validFrom),
    fingerprint256,
  };
}
