// `libssl-session trace`: a handshake and its resumption, message by message.

import { write } from './output.js';
import { terminal, toJson } from './terminal.js';
import { renderTrace } from './trace-report.js';
import { type ConnectionOptions, makeTrace } from './trace-run.js';

export interface TraceOptions extends ConnectionOptions {
  json?: true;
  /** Also what each message says. */
  verbose?: true;
}

/** Gives the exit code: 1 if the session was not resumed. */
export async function trace(target: string, options: TraceOptions): Promise<0 | 1> {
  const report = await makeTrace(target, options);
  const out = terminal(process.stdout);
  await write(options.json ? toJson(report) : renderTrace(out, report, options.verbose === true));
  return report.connections.at(-1)?.resumed === true ? 0 : 1;
}
