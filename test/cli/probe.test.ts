// `libssl-session probe`: its table, its JSON, its exit codes.

import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Listening, serve, serveTcp } from '../probe/servers.js';
import { environment, fixtures, root, run, runBeside, spawn } from '../support/cli.js';

let server: Listening | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const probe = (target: string, ...options: string[]) =>
  runBeside(['probe', target, '--attempts', '2', ...options]);

test('writes a table, and nothing to standard error where there is no terminal', async () => {
  server = await serve({ maxEarlyData: 512 });
  const { code, stdout, stderr } = await probe(`127.0.0.1:${server.port}`, '--sni', 'localhost');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = [
    `127.0.0.1:${server.port}`,
    'TLS 1.3      TLS_AES_256_GCM_SHA384',
    'by PSK: resumed 2 of 2;',
    'by ticket: resumed 2 of 2;',
    'by id: resumed 2 of 2;',
    'TLS 1.0      ECDHE-ECDSA-AES256-SHA',
    '✓ no ticket gave its secret away',
    'at most 512 bytes; accepted 2 of 2; a replay was not tried',
    'Early data is accepted',
  ];
  for (const line of lines) expect(stdout).toContain(line);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with it
  expect(stdout).not.toMatch(/\x1b/);
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('--json writes the result; --fail-on makes an exit code of findings', async () => {
  server = await serve({ ticketKeys: Buffer.alloc(48) });
  const target = `127.0.0.1:${server.port}`;
  const { code, stdout } = await probe(target, '--json', '--no-sni', '--fail-on', 'critical');
  expect(code).toBe(1);
  const result = JSON.parse(stdout);
  expect(result.schema).toBe('libssl-session/probe/1');
  expect(result.target).toMatchObject({ servername: null, port: server.port });
  expect(result.findings[0].id).toBe('weak-ticket-key');
});

test('a name that --resolve leads elsewhere; --fail-on of what was not found', async () => {
  server = await serve();
  const target = `no-such-host.invalid:${server.port}`;
  const options = ['--resolve', '127.0.0.1', '--fail-on', 'high', '--json'];
  const { code, stdout } = await probe(target, ...options);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).target).toMatchObject({
    host: 'no-such-host.invalid',
    servername: 'no-such-host.invalid',
    addresses: ['127.0.0.1'],
  });
});

test('--cert and --key', async () => {
  server = await serve({ requestCert: true, rejectUnauthorized: false });
  const files = { '--cert': 'options-good-cert.pem', '--key': 'options-good-key.pem' };
  const options = Object.entries(files).flatMap(([name, file]) => [name, join(fixtures, file)]);
  const { stdout } = await probe(`127.0.0.1:${server.port}`, ...options);
  expect(stdout).toMatch(/Client certs TLS 1\.3: asked for; not in resumptions;/);
});

const hasScript = spawn('sh', ['-c', 'script --version']).stdout.includes('util-linux');
test.skipIf(!hasScript)('shows on a terminal where it is, and takes that away', async () => {
  server = await serve();
  const main = join(root, 'dist/cli/main.js');
  const command = `${process.execPath} ${main} probe 127.0.0.1:${server.port} --attempts 1`;
  const { stdout } = await new Promise<{ stdout: string }>((resolve, reject) => {
    import('node:child_process').then(({ execFile }) =>
      execFile(
        'script',
        ['-qec', `${command} >/dev/null`, '/dev/null'],
        { env: environment() as NodeJS.ProcessEnv },
        (error, text) => (error === null ? resolve({ stdout: text }) : reject(error)),
      ),
    );
  });
  expect(stdout).toContain('the versions of TLS');
  expect(stdout).toMatch(/█+/);
  expect(stdout).toMatch(/\r +\r$/);
});

describe('one clear line, and exit code 2', () => {
  const quick = ['--timeout', '1'];
  const expectLine = (
    { code, stdout, stderr }: Awaited<ReturnType<typeof probe>>,
    line: string,
  ) => {
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: `libssl-session: ${line}\n`,
    });
  };

  test('nobody is there', async () => {
    const gone = await serveTcp(() => {});
    await gone.close();
    const target = `127.0.0.1:${gone.port}`;
    expectLine(await probe(target), `${target}: the connection was refused`);
  });

  test('it does not speak TLS', async () => {
    server = await serveTcp((socket) => socket.end('SSH-2.0-x\r\n'));
    const target = `127.0.0.1:${server.port}`;
    expectLine(await probe(target), `${target}: the server does not speak TLS`);
  });

  test('it does not answer', async () => {
    server = await serveTcp(() => {});
    const target = `127.0.0.1:${server.port}`;
    expectLine(await probe(target, ...quick), `${target}: the server did not answer in time`);
  });

  test('wrong usage', () => {
    const lines: [string[], RegExp][] = [
      [['probe'], /missing required argument 'host\[:port\]'/],
      [['probe', 'https://example.org/'], /target.* must be HOST, HOST:PORT or \[ADDRESS\]:PORT/],
      [['probe', 'x', '--attempts', 'many'], /must be a whole number/],
      [['probe', 'x', '--attempts', '0'], /options\.attempts.*out of range/],
      [['probe', 'x', '--starttls', 'nntp'], /Allowed choices are smtp, imap/],
      [['probe', 'x', '--fail-on', 'worst'], /Allowed choices are critical/],
      [['probe', 'x', '--cert', 'y'], /--cert and --key need each other/],
      [['probe', 'x', '--cert', '/no', '--key', '/no'], /\/no: no such file or directory/],
    ];
    for (const [args, text] of lines) {
      const { code, stdout, stderr } = run(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(text);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  });
});
