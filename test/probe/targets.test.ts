// Targets that are no servers of TLS: each is one clear error, in time.

import { setTimeout as sleep } from 'node:timers/promises';
import { probe } from 'libssl-session/probe';
import { afterEach, expect, test } from 'vitest';
import { failure } from '../support/contexts.js';
import * as bad from './bad-targets.js';
import { host, type Listening, serve, serveTcp } from './servers.js';

let server: Listening | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const quick = { connectionTimeout: 400, pause: 0, attempts: 2 };
const errorOf = async (port: number, options = {}) => {
  const began = performance.now();
  const result = probe({ host, port }, { ...quick, ...options });
  const error = await result.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(performance.now() - began).toBeLessThan(3000);
  return error;
};

test('nobody is there', async () => {
  const gone = await bad.nobody();
  expect(await errorOf(gone.port)).toEqual(
    failure('ERR_PROBE_UNREACHABLE', 'the connection was refused'),
  );
});

test('the name has no address', async () => {
  const error = await probe('does-not-exist.invalid', quick).catch((reason) => reason);
  expect(error).toEqual(failure('ERR_PROBE_UNREACHABLE', /^the name (has no address|server says)/));
  expect(error.name).toBe('ProbeError');
});

test.each([
  ['it speaks, but not TLS', bad.notTls, 'ERR_PROBE_NO_TLS', 'the server does not speak TLS'],
  ['it says nothing', bad.silent, 'ERR_PROBE_TIMEOUT', 'the server did not answer in time'],
  ['it resets', bad.resets, 'ERR_PROBE_UNREACHABLE', 'the connection was reset'],
  [
    'it closes',
    bad.closes,
    'ERR_PROBE_NO_TLS',
    'the server closed the connection in the handshake',
  ],
  ['it sends zeros without end', bad.endlessZeros, 'ERR_PROBE_NO_TLS', undefined],
  ['it sends warnings without end', bad.endlessWarnings, 'ERR_PROBE_HANDSHAKE', undefined],
  [
    'its certificates have 10 MB',
    bad.hugeCertificates,
    'ERR_PROBE_HANDSHAKE',
    'excessive message size',
  ],
])('%s', async (_, start, code, text) => {
  server = await start();
  expect(await errorOf(server.port)).toEqual(failure(code, text));
});

test('it wants a certificate of the client', async () => {
  server = await serve({ requestCert: true });
  expect(await errorOf(server.port)).toEqual(
    failure('ERR_PROBE_HANDSHAKE', /refused: .*\(it asks for a certificate of the client\)$/),
  );
});

test('it goes away in the middle: the result says so', async () => {
  const real = await serve();
  let connections = 0;
  const { connect } = await import('node:net');
  server = await serveTcp((socket) => {
    connections += 1;
    if (connections > 10) {
      socket.resetAndDestroy();
      return;
    }
    const behind = connect(real.port, host);
    behind.on('error', () => {});
    socket.pipe(behind).pipe(socket);
  });
  const result = await probe({ host, port: server.port }, quick);
  expect(result).toMatchObject({ stopped: 'unreachable' });
  expect(result.connections).toHaveLength(14);
  expect(result.observations.versions[0]).toMatchObject({ version: 'TLSv1.3', supported: true });
  await real.close();
});

test('time and connections end: the result says so', async () => {
  server = await serve();
  const { port } = server;
  const few = await probe({ host, port }, { ...quick, maxConnections: 7 });
  expect(few).toMatchObject({ stopped: 'connections' });
  expect(few.connections).toHaveLength(7);
  const short = await probe({ host, port }, { ...quick, pause: 100, timeout: 300 });
  expect(short).toMatchObject({ stopped: 'time' });
  expect(short.duration).toBeLessThan(1500);
});

test('a signal ends it', async () => {
  server = await serveTcp(() => {});
  const abort = new AbortController();
  const running = probe({ host, port: server.port }, { signal: abort.signal });
  await sleep(50); // it waits for an answer
  abort.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
});

test('wrong targets and options are refused before anything is sent', async () => {
  const wrong: [unknown, object, string][] = [
    ['', {}, 'ERR_INVALID_ARG_VALUE'],
    ['a b', {}, 'ERR_INVALID_ARG_VALUE'],
    ['https://example.org/', {}, 'ERR_INVALID_ARG_VALUE'],
    ['[127.0.0.1]:443', {}, 'ERR_INVALID_ARG_VALUE'],
    ['localhost:0', {}, 'ERR_OUT_OF_RANGE'],
    ['localhost:65536', {}, 'ERR_OUT_OF_RANGE'],
    [{ host: 7 }, {}, 'ERR_INVALID_ARG_TYPE'],
    [null, {}, 'ERR_INVALID_ARG_TYPE'],
    ['localhost', { attempts: 0 }, 'ERR_OUT_OF_RANGE'],
    ['localhost', { lifetime: 1 }, 'ERR_OUT_OF_RANGE'],
    ['localhost', { starttls: 'nntp' }, 'ERR_INVALID_ARG_VALUE'],
    ['localhost', { addresses: [] }, 'ERR_INVALID_ARG_VALUE'],
    ['localhost', { cert: 'x' }, 'ERR_INVALID_ARG_VALUE'],
    ['localhost', { atempts: 2 }, 'ERR_INVALID_ARG_VALUE'],
    ['localhost', { onProgress: 1 }, 'ERR_INVALID_ARG_TYPE'],
  ];
  for (const [target, options, code] of wrong) {
    const error = await probe(target as string, options).catch((reason) => reason);
    expect(error, JSON.stringify([target, options])).toMatchObject({ code });
  }
});
