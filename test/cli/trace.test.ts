// `libssl-session trace`: what it shows of handshakes of each kind.

import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { SslContext } from 'libssl-session';
import * as tls from 'libssl-session/tls';
import { afterEach, describe, expect, test } from 'vitest';
import { cert, key, type Listening, serve, serveNode, serveTcp } from '../probe/servers.js';
import { run, runBeside } from '../support/cli.js';

let server: Listening | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const trace = (...options: string[]) =>
  runBeside(['trace', `127.0.0.1:${server?.port}`, '--sni', 'localhost', ...options]);

interface Connection {
  offered: string | null;
  resumed: boolean;
  protocol: string;
  handshake: number;
  bytesReceived: number;
  messages: { at: number; from: string; name: string; length: number }[];
}
const connectionsOf = ({ stdout }: { stdout: string }): Connection[] =>
  JSON.parse(stdout).connections;
const flights = ({ messages }: Connection) =>
  messages
    .filter(({ name }) => !['ChangeCipherSpec', 'Alert'].includes(name))
    .map(({ from, name }) => `${from}: ${name}`);

test('a ladder: time, direction, name, size', async () => {
  server = await serve();
  const { code, stdout, stderr } = await trace();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [full = '', resumed = ''] = stdout.split('\n\n');
  expect(full).toMatch(/^ Full handshake\n TLSv1\.3, TLS_AES_256_GCM_SHA384 · [\d.]+ ms · /);
  expect(full).toMatch(/^ +0\.0 ms {2}────▶ {2}ClientHello +\d+$/m);
  expect(full).toMatch(/^ +[\d.]+ ms {2}◀──── {2}NewSessionTicket +\d+$/m);
  expect(resumed).toMatch(/^ Resumption by PSK\n/);
  expect(resumed).not.toContain('Certificate');
  // What a message says is not there.
  expect(stdout).not.toContain('cipher_suite');
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('--verbose says what is in them, without keys and tickets', async () => {
  server = await serve({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
  const { code, stdout } = await trace('--verbose');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ {20}cipher_suite TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384$/m);
  expect(stdout).toMatch(/^ {20}ticket \d+ bytes$/m);
  expect(stdout).not.toMatch(/[\da-f]{32}/i);
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

describe('--json has the messages of', () => {
  test('TLS 1.3', async () => {
    server = await serveNode();
    const result = await trace('--json');
    expect(result.code).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({
      schema: 'libssl-session/trace/1',
      target: { host: '127.0.0.1', servername: 'localhost', port: server.port },
    });
    const [full, resumed] = connectionsOf(result) as [Connection, Connection];
    expect(full).toMatchObject({ offered: null, resumed: false, protocol: 'TLSv1.3' });
    expect(flights(full)).toEqual([
      'client: ClientHello',
      'server: ServerHello',
      'server: EncryptedExtensions',
      'server: Certificate',
      'server: CertificateVerify',
      'server: Finished',
      'client: Finished',
      'server: NewSessionTicket',
      'server: NewSessionTicket',
    ]);
    expect(resumed).toMatchObject({ offered: 'psk', resumed: true, protocol: 'TLSv1.3' });
    expect(flights(resumed).slice(0, 5)).toEqual([
      'client: ClientHello',
      'server: ServerHello',
      'server: EncryptedExtensions',
      'server: Finished',
      'client: Finished',
    ]);
    expect(resumed.bytesReceived).toBeLessThan(full.bytesReceived);
    for (const { messages, handshake } of [full, resumed]) {
      const times = messages.map(({ at }) => at);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times[0]).toBe(0);
      const last = messages.findLast(({ from, name }) => from === 'client' && name === 'Finished');
      // It is made just before the handshake is over.
      expect(last?.at).toBeLessThanOrEqual(handshake);
    }
  });

  test.each([
    ['1.2', 'ticket', {}],
    ['1.2', 'id', { noTicket: true }],
    ['1.0', 'ticket', {}],
  ])('TLS %s, by %s', async (version, by, options) => {
    server = await serve(options);
    const result = await trace('--tls', version, '--json');
    expect(result.code).toBe(0);
    const [full, resumed] = connectionsOf(result) as [Connection, Connection];
    const protocol = version === '1.0' ? 'TLSv1' : `TLSv${version}`;
    expect(full).toMatchObject({ offered: null, resumed: false, protocol });
    expect(flights(full)).toEqual([
      'client: ClientHello',
      'server: ServerHello',
      'server: Certificate',
      'server: ServerKeyExchange',
      'server: ServerHelloDone',
      'client: ClientKeyExchange',
      'client: Finished',
      ...(by === 'ticket' ? ['server: NewSessionTicket'] : []),
      'server: Finished',
    ]);
    expect(resumed).toMatchObject({ offered: by, resumed: true, protocol });
    expect(flights(resumed)).toEqual([
      'client: ClientHello',
      'server: ServerHello',
      'server: Finished',
      'client: Finished',
    ]);
  });
});

test('the exit code is 1 where no session comes, and where it is not resumed', async () => {
  server = await serve({ numTickets: 0 });
  const none = await trace();
  expect(none).toMatchObject({ code: 1, stderr: '' });
  expect(none.stdout).toMatch(/\n ! the server gave no session\n$/);
  await server.close();
  // Two that share no keys, in turn.
  const two = [await serve(), await serve()];
  let count = 0;
  server = await serveTcp((socket) => {
    const behind = net.connect(two[count++ % 2]?.port ?? 0, '127.0.0.1');
    behind.on('error', () => {});
    socket.pipe(behind).pipe(socket);
  });
  const refused = await trace();
  expect(refused).toMatchObject({ code: 1, stderr: '' });
  expect(refused.stdout).toContain('\n A session offered by PSK, and not resumed\n');
  for (const each of two) await each.close();
});

test('a request is sent where no ticket comes without it', async () => {
  using context = new SslContext({ role: 'server', cert, key, numTickets: 0 });
  const requests: string[] = [];
  const silent = tls.createServer({ secureContext: context }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (data: Buffer) => {
      requests.push(data.toString());
      socket.end('HTTP/1.0 200 OK\r\n\r\n');
    });
  });
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  server = { port, close: () => new Promise((resolve) => silent.close(() => resolve())) };
  expect((await trace()).code).toBe(1);
  expect(requests).toEqual([expect.stringMatching(/^HEAD \/ HTTP\/1\.0\r\nHost: localhost\r\n/)]);
  await server.close();
  server = undefined;
});

test('nobody to talk to is exit code 2, and one line', async () => {
  server = await serveTcp((socket) => socket.end('SSH-2.0-x\r\n'));
  const line = `libssl-session: 127.0.0.1:${server.port}: the server does not speak TLS\n`;
  expect(await trace()).toMatchObject({ code: 2, stdout: '', stderr: line });
  for (const args of [['trace'], ['trace', 'x', '--tls', '1.4'], ['trace', 'http://x/']]) {
    const { code, stdout, stderr } = run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trim().split('\n')).toHaveLength(1);
  }
});
