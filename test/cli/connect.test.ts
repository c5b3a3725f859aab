// `libssl-session connect` and `serve`: sessions offered, saved and resumed; what is said of them.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SslSession } from 'libssl-session';
import { afterEach, describe, expect, test } from 'vitest';
import { type Listening, openssl111, serve, serveNode, serveOpenssl } from '../probe/servers.js';
import { environment, fixtures, root, run, runBeside, temporary } from '../support/cli.js';

let server: Listening | undefined;
let child: ChildProcess | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
  if (child?.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
  child = undefined;
});

const trusted = ['--ca', join(fixtures, 'tls-cert.pem'), '--sni', 'localhost'];
const connect = (options: string[] = [], input = '') =>
  runBeside(['connect', `127.0.0.1:${server?.port}`, ...trusted, ...options], { input });
/** `TLSv1.3 resumed`, of each line. */
const handshakes = (stderr: string) =>
  [...stderr.matchAll(/^libssl-session: ([\w.]+), [\w-]+, (.*), [\d.]+ ms$/gm)].map(
    ([, version, what]) => `${version} ${what}`,
  );

describe('--reconnect resumes each time', () => {
  const tls13 = ['TLSv1.3 full handshake', ...Array(3).fill('TLSv1.3 resumed')];
  const tls12 = ['TLSv1.2 full handshake', ...Array(3).fill('TLSv1.2 resumed')];
  const cases: [string, string[], () => Promise<Listening>, string[]][] = [
    ['TLS 1.3', [], () => serve(), tls13],
    ['TLS 1.3, tickets that are only names', [], () => serve({ noTicket: true }), tls13],
    ['TLS 1.3, one ticket', [], () => serve({ numTickets: 1 }), tls13],
    ['TLS 1.3 of Node', [], () => serveNode(), tls13],
    ['TLS 1.2', ['--tls', '1.2'], () => serve(), tls12],
    ['TLS 1.2, ids', ['--tls', '1.2'], () => serve({ noTicket: true }), tls12],
  ];
  test.each(cases)('%s', async (_, options, start, expected) => {
    server = await start();
    const { code, stdout, stderr } = await connect(['--reconnect', '3', ...options]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(handshakes(stderr)).toEqual(expected);
  });

  test.skipIf(openssl111.missing !== undefined)('TLS 1.3 of openssl s_server', async () => {
    server = await serveOpenssl(openssl111, '-num_tickets', '1', '-www');
    const { code, stderr } = await connect(['--reconnect', '3']);
    expect({ code, all: handshakes(stderr) }).toEqual({ code: 0, all: tls13 });
  });

  test('where there are none, each is a full handshake', async () => {
    server = await serve({ numTickets: 0 });
    const { code, stderr } = await connect(['--reconnect', '1']);
    expect(code).toBe(0);
    expect(handshakes(stderr)).toEqual(Array(2).fill('TLSv1.3 full handshake'));
  });
});

test('--save, and --session resumes it', async () => {
  server = await serve();
  const file = temporary('saved.pem');
  expect(await connect(['--save', file])).toMatchObject({ code: 0, stdout: '' });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  using session = SslSession.fromPem(readFileSync(file));
  expect(session.protocolVersion).toBe('TLSv1.3');
  const { code, stderr } = await connect(['--session', file]);
  expect({ code, all: handshakes(stderr) }).toEqual({ code: 0, all: ['TLSv1.3 resumed'] });
  // A session that another server made is not resumed: exit code 1.
  const strange = await connect(['--session', join(fixtures, 'openssl-1.1.1-tls13.pem')]);
  expect(strange.code).toBe(1);
  expect(handshakes(strange.stderr)).toEqual([
    'TLSv1.3 full handshake: the session was not resumed',
  ]);
});

test('a session is not resumed past a certificate that does not verify', async () => {
  server = await serve();
  const file = temporary('untrusted.pem');
  const target = `127.0.0.1:${server.port}`;
  const saved = await runBeside(['connect', target, '--insecure', '--save', file]);
  expect(saved.code).toBe(0);
  const { code, stderr } = await runBeside(['connect', target, '--session', file]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/does not verify: .*\n$/);
});

test('input goes to the server, and its answer comes out, whole', async () => {
  const big = 'x'.repeat(3_000_000);
  const { createServer } = await import('node:tls');
  const [cert, key] = ['tls-cert.pem', 'tls-key.pem'].map((name) =>
    readFileSync(join(fixtures, name)),
  );
  const echo = createServer({ cert, key, ALPNProtocols: ['echo'] }, (socket) => {
    let text = '';
    socket.on('data', (data) => {
      text += data;
      if (text.length === big.length) socket.end(text);
    });
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const { port } = echo.address() as { port: number };
  server = { port, close: () => new Promise((done) => echo.close(() => done())) };
  const { code, stdout } = await connect(['--alpn', 'other,echo'], big);
  expect(code).toBe(0);
  expect(stdout === big).toBe(true);
});

test('--keylog appends the keys, for nobody else', async () => {
  server = await serve();
  const file = temporary('keys.log');
  await connect(['--keylog', file]);
  await connect(['--keylog', file, '--tls', '1.2']);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => line.split(' ')[0])).toEqual(
    expect.arrayContaining(['CLIENT_TRAFFIC_SECRET_0', 'CLIENT_RANDOM']),
  );
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await connect(['--keylog', '/dev/full'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/\/dev\/full: no space left on device\n$/),
  });
});

test('a server that wants a certificate of the client', async () => {
  const file = (name: string) => join(fixtures, name);
  const ca = readFileSync(file('options-ca.pem'));
  server = await serve({ requestCert: true, ca });
  const refused = await connect();
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toMatch(/: the server refused: .*\n$/);
  const own = ['--cert', file('options-good-cert.pem'), '--key', file('options-good-key.pem')];
  const { code, stderr } = await connect([...own, '--reconnect', '1']);
  expect({ code, all: handshakes(stderr) }).toEqual({
    code: 0,
    all: ['TLSv1.3 full handshake', 'TLSv1.3 resumed'],
  });
});

/** Starts `serve`, and gives its port, and all that it writes. */
async function startServe(...options: string[]) {
  const pair = ['--cert', join(fixtures, 'tls-cert.pem'), '--key', join(fixtures, 'tls-key.pem')];
  const args = [join(root, 'dist/cli/main.js'), 'serve', ...pair, ...options];
  const started = spawn(process.execPath, args, { env: environment() as NodeJS.ProcessEnv });
  child = started;
  const written = { stdout: '', stderr: '' };
  started.stderr.on('data', (text) => {
    written.stderr += text;
  });
  const port = await new Promise<number>((resolve, reject) => {
    started.stdout.on('data', (text) => {
      written.stdout += text;
      const found = /^listening on [\d.]+:(\d+)\n/.exec(written.stdout)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    started.on('exit', () => reject(new Error(`serve has ended: ${written.stderr}`)));
  });
  server = { port, close: async () => {} };
  const end = async (): Promise<number | null> => {
    if (started.exitCode === null) await once(started, 'close');
    return started.exitCode;
  };
  return { port, written, end, kill: (signal: NodeJS.Signals) => started.kill(signal) };
}

describe('serve', () => {
  test('says what it did with each session, and ends after --count', async () => {
    const file = temporary('served.pem');
    const { written, end } = await startServe('--count', '3', '--save', file);
    expect((await connect(['--reconnect', '1'])).code).toBe(0);
    const asked = await connect([], 'GET / HTTP/1.0\r\n\r\n');
    expect(asked.stdout).toMatch(
      /^HTTP\/1\.0 200 OK\r\n.*\r\n\r\n[\d.:]+, TLSv1\.3, \w+, full handshake, localhost\n$/s,
    );
    expect(await end()).toBe(0);
    const lines = written.stdout.split('\n').slice(1, -1);
    expect(lines.map((line) => line.split(', ').slice(1).join(', '))).toEqual([
      'TLSv1.3, TLS_AES_256_GCM_SHA384, full handshake, localhost',
      'TLSv1.3, TLS_AES_256_GCM_SHA384, resumed, localhost',
      'TLSv1.3, TLS_AES_256_GCM_SHA384, full handshake, localhost',
    ]);
    expect(written.stderr).toBe('');
    using session = SslSession.fromPem(readFileSync(file));
    expect(session.protocolVersion).toBe('TLSv1.3');
  });

  test('two with one --ticket-key resume the sessions of each other', async () => {
    const keys = temporary('ticket.key');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(keys, Buffer.from(Array.from({ length: 80 }, (_, i) => i * 3)), { mode: 0o600 });
    const file = temporary('shared.pem');
    const first = await startServe('--count', '1', '--ticket-key', keys);
    await connect(['--save', file]);
    await first.end();
    const second = await startServe('--count', '1', '--ticket-key', keys);
    const { stderr } = await connect(['--session', file]);
    expect(handshakes(stderr)).toEqual(['TLSv1.3 resumed']);
    expect(await second.end()).toBe(0);
  });

  test('--session is in its cache; --tls, --no-tickets, --lifetime', async () => {
    const file = temporary('cached.pem');
    const old = ['--tls', '1.2', '--no-tickets', '--lifetime', '1000', '--count', '1'];
    const first = await startServe(...old, '--save', file);
    await connect(['--save', temporary('client.pem')]);
    expect(await first.end()).toBe(0);
    using session = SslSession.fromPem(readFileSync(temporary('client.pem')));
    expect(session).toMatchObject({ protocolVersion: 'TLSv1.2', hasTicket: false });
    using kept = SslSession.fromPem(readFileSync(file));
    expect(kept.timeout).toBe(1000);
    const second = await startServe(...old, '--session', file);
    const { stderr } = await connect(['--session', temporary('client.pem')]);
    expect(handshakes(stderr)).toEqual(['TLSv1.2 resumed']);
    expect(await second.end()).toBe(0);
  });

  test('a client that is refused is a line, and one of --count', async () => {
    const { port, written, end } = await startServe('--count', '1');
    await runBeside(['connect', `127.0.0.1:${port}`]);
    expect(await end()).toBe(0);
    expect(written.stderr).toMatch(/^libssl-session: 127\.0\.0\.1: .*alert unknown ca\n$/);
  });

  test('a signal ends it, also while a client is there', async () => {
    const { port, kill, end } = await startServe('--tickets', '4', '--early-data', '100');
    const { connect: connectTcp } = await import('node:net');
    const idle = connectTcp(port, '127.0.0.1');
    idle.on('error', () => {});
    await once(idle, 'connect');
    kill('SIGTERM');
    expect(await end()).toBe(0);
    idle.destroy();
  });

  test('what cannot be served', () => {
    const pair = ['--cert', join(fixtures, 'tls-cert.pem'), '--key', join(fixtures, 'tls-key.pem')];
    const cases: [string[], number, RegExp][] = [
      [['serve'], 2, /required option '--cert <file>' not specified/],
      [['serve', '99999', ...pair], 2, /must be at most 65535/],
      [['serve', 'x', ...pair], 2, /must be a whole number/],
      [['serve', '--cert', '/no', '--key', '/no'], 2, /\/no: no such file or directory/],
      [['serve', '--cert', pair[1] ?? '', '--key', pair[1] ?? ''], 2, /key/],
      [['serve', ...pair, '--ticket-key', pair[1] ?? ''], 2, /ticketKeys/],
      [['serve', ...pair, '--host', '192.0.2.1'], 1, /192\.0\.2\.1: /],
      [['connect'], 2, /missing required argument/],
      [['connect', 'x', '--cert', 'y'], 2, /--cert and --key need each other/],
      [['connect', 'x', '--ca', '/no'], 2, /\/no: no such file or directory/],
      [['connect', 'x', '--wait', 'long'], 2, /must be a number/],
      [['connect', 'x', '--session', '/no'], 1, /\/no: no such file or directory/],
    ];
    for (const [args, expected, text] of cases) {
      const { code, stdout, stderr } = run(args);
      expect({ args, code, stdout }).toEqual({ args, code: expected, stdout: '' });
      expect(stderr).toMatch(text);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  });
});
