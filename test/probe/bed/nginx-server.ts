// A real nginx, which `npm run test:probe` fetches: on loopback, without root, in a directory of its
// own, and ended by its process id.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Listening, serveTcp } from '../servers.js';
import { untilListening } from './until-listening.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const directory = path('../../../.libssl/nginx');
const program = join(directory, 'nginx');
const env = { ...process.env, LD_LIBRARY_PATH: directory };

/** Why it is not here; undefined when it is. */
export const noNginx = whyNoNginx();

function whyNoNginx(): string | undefined {
  if (!existsSync(program)) return 'nginx is not in .libssl';
  const { status, stderr } = spawnSync(program, ['-v'], { env, encoding: 'utf8' });
  return status === 0 ? undefined : `this nginx does not start: ${stderr}`;
}

/** Each of `servers` is the directives of one server; the addresses are 127.0.0.1, 127.0.0.2, … */
export async function serveNginx(
  servers: string[],
  files: Record<string, Buffer> = {},
): Promise<Listening> {
  const work = mkdtempSync(join(tmpdir(), 'libssl-session-nginx-'));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(work, name), bytes);
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  mkdirSync(join(work, 'tmp'));
  const { port, close: free } = await serveTcp(() => {});
  await free();
  const config = `
daemon off; master_process off; pid ${work}/pid; error_log /dev/null;
events {}
http {
  access_log off;
  ${places.map((name) => `${name}_temp_path ${work}/tmp/${name};`).join(' ')}
  ssl_certificate ${path('../../fixtures/tls-cert.pem')};
  ssl_certificate_key ${path('../../fixtures/tls-key.pem')};
  ssl_protocols TLSv1.2 TLSv1.3;
  ${servers.map((own, i) => `server { listen 127.0.0.${i + 1}:${port} ssl; ${own} return 200; }`).join('\n  ')}
}
`;
  writeFileSync(join(work, 'nginx.conf'), config);
  const args = ['-p', `${work}/`, '-e', '/dev/null', '-c', 'nginx.conf'];
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const close = async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    rmSync(work, { recursive: true });
  };
  await untilListening(child, port, close);
  return { port, close };
}
