// What the commands that connect have in common.

import { closeSync, openSync, writeSync } from 'node:fs';
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

/** Options of a context that speaks one version; of the old ones libssl refuses the signatures. */
export function versionOptions(tls: TlsVersion | undefined) {
  if (tls === undefined) return {};
  const version = protocolOf(tls);
  const old = tls === '1.0' || tls === '1.1';
  return { minVersion: version, maxVersion: version, ...(old && { securityLevel: 0 }) };
}

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

/** Appends the keys of connections to a file that nobody else may read. */
export class KeyLog implements Disposable {
  readonly #file: string;
  readonly #descriptor: number;
  #error: unknown = null;

  constructor(file: string) {
    this.#file = file;
    try {
      this.#descriptor = openSync(file, 'a', 0o600);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** `line` may end with a line feed. Does not throw: connections go on. */
  append(line: Uint8Array): void {
    try {
      writeSync(this.#descriptor, `${Buffer.from(line).toString('latin1').trimEnd()}\n`);
    } catch (error) {
      this.#error ??= error;
    }
  }

  /** Throws if not all could be written. */
  check(): void {
    if (this.#error !== null) throw this.#failure(this.#error);
  }

  #failure(error: unknown): Failure {
    return new Failure(`${printable(this.#file)}: ${systemReason(error)}`);
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}
