// What the commands that connect have in common.

import { readFile } from 'node:fs/promises';
import type { ProtocolVersion } from '../common/protocol-version.js';
import { ProbeError, Unanswered } from '../probe/error.js';
import { Failure, systemReason } from './failure.js';
import { printable } from './terminal.js';

/** The values of --tls. */
export const tlsVersions = ['1.0', '1.1', '1.2', '1.3'] as const;
export type TlsVersion = (typeof tlsVersions)[number];

export const protocolOf = (tls: TlsVersion): ProtocolVersion =>
  tls === '1.0' ? 'TLSv1' : `TLSv${tls}`;

/** A file that the options name: that it cannot be read is wrong usage. */
export async function readOptionFile(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new Failure(`${printable(file)}: ${systemReason(error)}`, 2);
  }
}

export function needEachOther({ cert, key }: { cert?: string; key?: string }): void {
  if ((cert === undefined) !== (key === undefined)) {
    throw new Failure('--cert and --key need each other', 2);
  }
}

/**
 * What went wrong, as a line about the target. Nothing to talk to, and options that the library
 * refuses, are exit code 2.
 */
export function asFailure(target: string, error: unknown): unknown {
  const { code = '', message } = error as { code?: string; message: string };
  if (error instanceof ProbeError || error instanceof Unanswered) {
    return new Failure(`${printable(target)}: ${message}`, 2);
  }
  const isWrongUsage = /^ERR_(INVALID_ARG|OUT_OF_RANGE)/.test(code);
  const isCredential = /^options\.(cert|key|ca)\b/.test(message);
  return isWrongUsage || isCredential ? new Failure(printable(message), 2) : error;
}
