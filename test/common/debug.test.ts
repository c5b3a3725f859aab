// NODE_DEBUG=libssl-session: a line for each step, pause, event and refused call.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('./debug/resume.mjs', import.meta.url));

/** The lines on stderr, without the process's id, and the secrets that the program wrote. */
function run(nodeDebug?: string): { lines: string[]; secrets: string[] } {
  const { NODE_DEBUG: _, ...env } = process.env;
  if (nodeDebug !== undefined) env.NODE_DEBUG = nodeDebug;
  const ran = spawnSync(process.execPath, [program], { env, encoding: 'utf8' });
  expect(ran.status, ran.stderr).toBe(0);
  const lines = ran.stderr.split('\n').filter((line) => line !== '');
  return { lines, secrets: JSON.parse(ran.stdout) };
}

test('steps, pauses, events and refused calls are a line each', () => {
  const { lines } = run('libssl-session');
  const words = lines.map((line) => line.replace(/^LIBSSL-SESSION \d+: /, ''));
  expect(words).not.toEqual(lines);
  const some = (pattern: RegExp) => expect(words).toContainEqual(expect.stringMatching(pattern));
  some(/^step: connection \d+, SSL_do_handshake: -1, SSL_ERROR_WANT_READ, read 0, to send [1-9]/);
  some(/^step: connection \d+, SSL_write: 5, SSL_ERROR_NONE/);
  some(/^step: connection \d+, join: 1, SSL_ERROR_/);
  some(/^pause: connection \d+, waits for the session store$/);
  some(/^pause: connection \d+, goes on$/);
  some(/^event: newSession, context \d+, connection \d+, session \d+$/);
  some(/^event: keylog, /);
  some(/^refused: ERR_LIBSSL_STATE, cannot write: /);
  some(/^refused: ERR_LIBSSL_UNSAFE, SSL_renegotiate: U13: /);
  some(/^refused: ERR_LIBSSL_FREED, this SslConnection was freed$/);
});

test('the data of a stream is a line each way', () => {
  const words = run('libssl-session').lines.join('\n');
  expect(words).toMatch(/connection \d+, SSL_write: 6, SSL_ERROR_NONE/);
  expect(words).toMatch(/connection \d+, SSL_read: 6, SSL_ERROR_\w+, read 6, /);
});

test('no line has a secret, an id or data', () => {
  const { lines, secrets } = run('libssl-session');
  const text = lines.join('\n').toLowerCase();
  expect(secrets.length).toBeGreaterThan(4);
  for (const secret of secrets) expect(text).not.toContain(secret.toLowerCase());
});

test.each([undefined, 'tls,net'])('with NODE_DEBUG %s there are none', (nodeDebug) => {
  expect(run(nodeDebug).lines.filter((line) => /libssl/i.test(line))).toEqual([]);
});
