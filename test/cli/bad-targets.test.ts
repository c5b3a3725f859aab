// The commands that connect, at what is no good server of TLS: one line, and exit code 2, in time.

import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import * as bad from '../probe/bad-targets.js';
import { type Listening, serve } from '../probe/servers.js';
import { fixtures, runBeside } from '../support/cli.js';

let server: Listening | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe.each(['probe', 'trace', 'connect'])('%s', (command) => {
  test.each([
    ['nobody is there', bad.nobody, 'the connection was refused'],
    ['it does not speak TLS', bad.notTls, 'the server does not speak TLS'],
    ['it says nothing', bad.silent, 'the server did not answer in time'],
    ['it resets', bad.resets, 'the connection was reset'],
    ['it closes', bad.closes, 'the server closed the connection in the handshake'],
    ['it sends zeros without end', bad.endlessZeros, 'the server does not speak TLS'],
    ['it sends warnings without end', bad.endlessWarnings, 'too many warn alerts'],
    ['its certificates have 10 MB', bad.hugeCertificates, 'excessive message size'],
  ])('%s', async (_, start, text) => {
    server = await start();
    const target = `127.0.0.1:${server.port}`;
    const began = performance.now();
    const { code, stdout, stderr } = await runBeside([command, target]);
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: `libssl-session: ${target}: ${text}\n`,
    });
    expect(performance.now() - began).toBeLessThan(45_000);
  });

  test('the name has no address', async () => {
    const target = 'no-such-host.invalid';
    const { code, stdout, stderr } = await runBeside([command, target]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    // Without a network there may be no name server either.
    const line = `${target}: the name (has no address|server says EAI_AGAIN)`;
    expect(stderr).toMatch(new RegExp(`^libssl-session: ${line}\n$`));
  });
});

test('connect: a certificate for another name, and one that nobody trusts', async () => {
  server = await serve();
  const target = `127.0.0.1:${server.port}`;
  const ca = ['--ca', join(fixtures, 'tls-cert.pem')];
  const wrong = await runBeside(['connect', target, ...ca, '--sni', 'wrong.example']);
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(wrong.stderr).toMatch(/^libssl-session: [\d.:]+: Hostname\/IP does not match .*\n$/);
  const strange = await runBeside(['connect', target, '--sni', 'localhost']);
  const line = `${target}: the certificate does not verify: self signed certificate`;
  expect(strange).toMatchObject({ code: 2, stdout: '', stderr: `libssl-session: ${line}\n` });
});
