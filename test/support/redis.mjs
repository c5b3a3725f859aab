// Real servers of Redis, which set-up fetches: on loopback, without root, each in a directory of its
// own and ended by its process id. And a proxy before one, which makes it slow.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const directory = fileURLToPath(new URL('../../.libssl/redis', import.meta.url));
const program = join(directory, 'redis-server');
const env = { ...process.env, LD_LIBRARY_PATH: directory };

export const noRedis = whyNoRedis();

function whyNoRedis() {
  if (!existsSync(program)) return 'set-up could not fetch a Redis';
  const { stdout, stderr } = spawnSync(program, ['--version'], { env, encoding: 'utf8' });
  const [, major = 0, minor = 0] = /v=(\d+)\.(\d+)/.exec(stdout ?? '') ?? [];
  if (Number(major) === 0) return `this Redis does not start: ${stderr}`;
  const known = Number(major) > 6 || (Number(major) === 6 && Number(minor) >= 2);
  return known ? undefined : `this Redis, ${major}.${minor}, has no GETDEL`;
}

export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A server that is listening. `settings` are those of redis.conf. */
export async function startRedis(settings = {}) {
  const work = mkdtempSync(join(tmpdir(), 'libssl-session-redis-'));
  const port = settings.port ?? (await freePort());
  const all = {
    ...{ port, bind: '127.0.0.1', dir: work, save: '', appendonly: 'no', 'protected-mode': 'no' },
    ...settings,
  };
  const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, String(value)]);
  let child = null;
  const start = async () => {
    child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const text of child.stdout) {
      if (String(text).includes('Ready to accept connections')) break;
    }
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
    child.stdout.resume();
  };
  const kill = async () => {
    if (child === null) return;
    const ended = once(child, 'exit');
    process.kill(child.pid, 'SIGCONT');
    process.kill(child.pid, 'SIGKILL');
    await ended;
    child = null;
  };
  await start();
  return {
    port,
    start,
    kill,
    pause: () => process.kill(child.pid, 'SIGSTOP'),
    resume: () => process.kill(child.pid, 'SIGCONT'),
    async close() {
      await kill();
      rmSync(work, { recursive: true });
    },
  };
}

/** Takes connections for a port, and passes each piece of the answers on after `delay` ms. */
export async function startSlowProxy(port) {
  const sockets = new Set();
  const proxy = { port: 0, delay: 0, close };
  const server = net.createServer((socket) => {
    const upstream = net.connect(port, '127.0.0.1');
    for (const each of [socket, upstream]) {
      sockets.add(each);
      each.on('error', () => {});
      each.on('close', () => {
        sockets.delete(each);
        socket.destroy();
        upstream.destroy();
      });
    }
    socket.pipe(upstream);
    upstream.on('data', (bytes) => {
      // Timers of the same delay fire in order; one that shrinks could overtake.
      setTimeout(() => socket.write(bytes), proxy.delay).unref();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy.port = server.address().port;
  async function close() {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  }
  return proxy;
}
