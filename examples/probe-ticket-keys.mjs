// Fails a CI job when a server goes on encrypting tickets with the same key. The job runs, say, once a
// day, and keeps a file between its runs:
//
//   node probe-ticket-keys.mjs HOST[:PORT] FILE [HOURS]
// Exit code 1: a key is older than HOURS (48 by default), or there is no server. 2: no key is known.
// Without arguments it tries itself out on a server that changes its key on the first day only.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SslContext } from 'libssl-session';
import { probe } from 'libssl-session/probe';
import { createServer } from 'libssl-session/tls';

const hour = 3_600_000;
const fixtures = new URL('../test/fixtures/', import.meta.url).pathname;

/** Each key's name goes into the file, with the time when it was first seen. Gives the exit code. */
async function check(target, file, hours, now = Date.now()) {
  const keys = (await probe(target, { attempts: 2 })).observations.ticketKeys;
  if (keys?.nameLength == null) {
    console.log(keys?.stateful ? 'ok: tickets have no key' : 'unknown: no ticket names its key');
    return keys?.stateful ? 0 : 2;
  }
  const seen = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const ages = keys.keys.map(({ name }) => {
    seen[name] ??= new Date(now).toISOString();
    return (now - Date.parse(seen[name])) / hour;
  });
  writeFileSync(file, `${JSON.stringify(seen, null, 2)}\n`);
  const oldest = Math.max(...ages);
  console.log(
    `${oldest > hours ? 'too old' : 'ok'}: the key was first seen ${oldest.toFixed()} hours ago`,
  );
  return oldest > hours ? 1 : 0;
}

async function tryOut() {
  const file = join(mkdtempSync(join(tmpdir(), 'ticket-keys-')), 'keys.json');
  const [cert, key] = ['tls-cert.pem', 'tls-key.pem'].map((pem) => readFileSync(fixtures + pem));
  const secureContext = new SslContext({ role: 'server', cert, key });
  const server = createServer({ secureContext }, (socket) => socket.on('error', () => {}).resume());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  for (const day of [0, 1, 2, 3]) {
    const now = Date.now() + day * 24 * hour;
    await check(`127.0.0.1:${server.address().port}`, file, 36, now);
    if (day === 0) server.setTicketKeys(randomBytes(48));
  }
  await once(server.close(), 'close');
  secureContext.free();
  rmSync(dirname(file), { recursive: true });
}

const [target, file, hours = '48'] = process.argv.slice(2);
const usage = target !== undefined && (file === undefined || !(Number(hours) > 0));
if (usage) throw new Error('usage: probe-ticket-keys.mjs HOST[:PORT] FILE [HOURS]');
if (target === undefined) await tryOut();
else process.exitCode = await check(target, file, Number(hours));
