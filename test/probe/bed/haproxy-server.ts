// A real HAProxy, which `npm run test:probe` fetches: on loopback, without root, in a directory of its
// own, and ended by its process id.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cert, key, type Listening, serveTcp } from '../servers.js';
import { untilListening } from './until-listening.js';

const directory = fileURLToPath(new URL('../../../.libssl/haproxy', import.meta.url));
const program = join(directory, 'haproxy');
const env = { ...process.env, LD_LIBRARY_PATH: directory };

/** Why it is not here; undefined when it is. */
export const noHaproxy = whyNoHaproxy();

function whyNoHaproxy(): string | undefined {
  if (!existsSync(program)) return 'HAProxy is not in .libssl';
  const { status, stderr } = spawnSync(program, ['-v'], { env, encoding: 'utf8' });
  return status === 0 ? undefined : `this HAProxy does not start: ${stderr}`;
}

/**
 * Each of `binds` is the options of one listener, on 127.0.0.1, 127.0.0.2, …. `%` in them stands for
 * the directory of `files`, whose lines are given.
 */
export async function serveHaproxy(
  binds: string[],
  files: Record<string, Buffer[]> = {},
): Promise<Listening> {
  const work = mkdtempSync(join(tmpdir(), 'libssl-session-haproxy-'));
  for (const [name, keys] of Object.entries(files)) {
    writeFileSync(join(work, name), keys.map((each) => `${each.toString('base64')}\n`).join(''));
  }
  writeFileSync(join(work, 'server.pem'), `${cert}\n${key}`);
  const { port, close: free } = await serveTcp(() => {});
  await free();
  const bind = (options: string, i: number) =>
    `  bind 127.0.0.${i + 1}:${port} ssl crt ${work}/server.pem ssl-min-ver TLSv1.2 ` +
    options.replaceAll('%', work);
  const config = `
global
  nbthread 1
defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend probed
${binds.map(bind).join('\n')}
  http-request return status 200
`;
  writeFileSync(join(work, 'haproxy.cfg'), config);
  const args = ['-db', '-q', '-f', join(work, 'haproxy.cfg')];
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const close = async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    rmSync(work, { recursive: true });
  };
  await untilListening(child, port, close);
  return { port, close };
}
