// `libssl-session probe`

import { severities } from '../probe/findings.js';
import type { ProbeOptions } from '../probe/options.js';
import { probe as probeTarget } from '../probe/probe.js';
import type { ProbeResult, Severity } from '../probe/result.js';
import type { Starttls } from '../probe/starttls.js';
import { asFailure, needEachOther, readOptionFile } from './network.js';
import { write } from './output.js';
import { renderProbe } from './probe-report.js';
import { progressOn } from './progress.js';
import { terminal, toJson } from './terminal.js';

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
  needEachOther(options);
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
    ...(cert !== undefined && { cert: await readOptionFile(cert) }),
    ...(key !== undefined && { key: await readOptionFile(key) }),
  };
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
