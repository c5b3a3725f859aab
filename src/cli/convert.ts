// `libssl-session convert`

import { nodeWraps } from '../session/node-session.js';
import type { SslSession } from '../session/session.js';
import { Failure } from './failure.js';
import { readSession } from './input.js';
import { write, writePrivateFile } from './output.js';
import { toJson } from './terminal.js';

export const targets = ['der', 'pem', 'node', 'json'] as const;
type Target = (typeof targets)[number];

export interface ConvertOptions {
  to: Target;
  out?: string;
  servername?: string;
}

export async function convert(file: string, options: ConvertOptions): Promise<void> {
  const { to, out, servername } = options;
  if (servername !== undefined && to !== 'node') {
    throw new Failure('--servername is only for --to node', 2);
  }
  if (servername !== undefined && Buffer.byteLength(servername) > 0xffff) {
    throw new Failure('--servername is longer than 65,535 bytes', 2);
  }
  const binary = to === 'der' || to === 'node';
  if (binary && out === undefined && process.stdout.isTTY) {
    throw new Failure(
      `--to ${to} writes binary data, which is not for a terminal; use --out or a pipe`,
      2,
    );
  }
  using session = (await readSession(file)).session;
  const data = encode(session, to, servername);
  await (out === undefined ? write(data) : writePrivateFile(out, data));
  if (servername !== undefined && !nodeWraps()) {
    process.stderr.write(
      `libssl-session: Node ${process.versions.node} does not bind sessions to names; the output is plain DER\n`,
    );
  }
}

function encode(session: SslSession, to: Target, servername?: string): string | Uint8Array {
  switch (to) {
    case 'der':
      return session.toDer();
    case 'pem':
      return session.toPem();
    case 'node':
      return session.toNodeSession(servername === undefined ? {} : { servername });
    case 'json':
      return toJson(session);
  }
}
