// `libssl-session probe`

import { readFile } from 'node:fs/promises';
import { ProbeError } from '../probe/error.js';
import { severities } from '../probe/findings.js';
import type { ProbeOptions } from '../probe/options.js';
import { probe as probeTarget } from '../probe/probe.js';
import type { ProbeResult, Severity } from '../probe/result.js';
import type { Starttls } from '../probe/starttls.js';
import { Failure, systemReason } from './failure.js';
import { write } from './output.js';
import { renderProbe } from './probe-report.js';
import { progressOn } from './progress.js';
import { printable, terminal, toJson } from './terminal.js';

/** The options as Commander gives them. */
export interface ProbeCommandOptions {
  json?: true;
  starttls?: Starttls;
  /** false: --no-sni. */
  sni?: string | boolean;
  resolve?: string[];
  attempts?: number;
  lifetime?: number;
  replay?: true;
  cert?: string;
  key?: string;
  otherName?: string[];
  timeout?: number;
  failOn?: Severity;
}

/** Gives the exit code: 1 where a finding is as bad as --fail-on says. */
export async function probe(target: string, options: ProbeCommandOptions): Promise<0 | 1> {
  const result = await run(target, await optionsOf(options));
  await write(options.json ? toJson(result) : renderProbe(terminal(process.stdout), result));
  return options.failOn !== undefined && isAsBad(result, options.failOn) ? 1 : 0;
}

function isAsBad({ findings }: ProbeResult, limit: Severity): boolean {
  const worst = Math.min(...findings.map(({ severity }) => severities.indexOf(severity)));
  return worst <= severities.indexOf(limit);
}

async function optionsOf(options: ProbeCommandOptions): Promise<ProbeOptions> {
  const { starttls, sni, resolve, attempts, lifetime, replay, timeout, otherName } = options;
  const { cert, key } = options;
  if ((cert === undefined) !== (key === undefined)) {
    throw new Failure('--cert and --key need each other', 2);
  }
  return {
    ...(starttls !== undefined && { starttls }),
    ...(sni === false && { servername: null }),
    ...(typeof sni === 'string' && { servername: sni }),
    ...(resolve !== undefined && { addresses: resolve }),
    ...(attempts !== undefined && { attempts }),
    ...(lifetime !== undefined && { lifetime }),
    ...(replay !== undefined && { replay }),
    ...(timeout !== undefined && { timeout: timeout * 1000 }),
    ...(otherName !== undefined && { otherNames: otherName }),
    ...(cert !== undefined && { cert: await readPem(cert) }),
    ...(key !== undefined && { key: await readPem(key) }),
  };
}

async function readPem(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new Failure(`${printable(file)}: ${systemReason(error)}`, 2);
  }
}

async function run(target: string, options: ProbeOptions): Promise<ProbeResult> {
  const progress = progressOn(process.stderr);
  try {
    return await probeTarget(target, {
      ...options,
      onProgress: ({ fraction, doing }) => progress.show(fraction, doing),
    });
  } catch (error) {
    throw asFailure(target, error);
  } finally {
    progress.end();
  }
}

/** Options that the library refuses are wrong usage; and so is a target that is no server of TLS. */
function asFailure(target: string, error: unknown): unknown {
  const { code = '', message } = error as { code?: string; message: string };
  if (error instanceof ProbeError) return new Failure(`${printable(target)}: ${message}`, 2);
  const isWrongUsage = /^ERR_(INVALID_ARG|OUT_OF_RANGE)/.test(code);
  const isCredential = /^options\.(cert|key)\b/.test(message);
  return isWrongUsage || isCredential ? new Failure(message, 2) : error;
}
