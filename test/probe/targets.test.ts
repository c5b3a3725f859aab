// Targets that are no servers of TLS: each is one clear error, in time.

import { setTimeout as sleep } from 'node:timers/promises';
import { probe } from 'libssl-session/probe';
import { afterEach, expect, test } from 'vitest';
import { records } from '../conformance/wire.js';
import { failure } from '../support/contexts.js';
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

const record = (type: number, body: Buffer) => {
  const header = Buffer.from([type, 3, 3, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([header, body]);
};

test('nobody is there', async () => {
  const gone = await serveTcp(() => {});
  await gone.close();
  expect(await errorOf(gone.port)).toEqual(
    failure('ERR_PROBE_UNREACHABLE', 'the connection was refused'),
  );
});

test('the name has no address', async () => {
  const error = await probe('does-not-exist.invalid', quick).catch((reason) => reason);
  expect(error).toEqual(failure('ERR_PROBE_UNREACHABLE', /^the name (has no address|server says)/));
  expect(error.name).toBe('ProbeError');
});

test('it speaks, but not TLS', async () => {
  server = await serveTcp((socket) => socket.end('HTTP/1.0 400 Bad Request\r\n\r\n'));
  expect(await errorOf(server.port)).toEqual(
    failure('ERR_PROBE_NO_TLS', 'the server does not speak TLS'),
  );
});

test('it says nothing', async () => {
  server = await serveTcp(() => {});
  expect(await errorOf(server.port)).toEqual(
    failure('ERR_PROBE_TIMEOUT', 'the server did not answer in time'),
  );
});

test('it resets every connection', async () => {
  server = await serveTcp((socket) => socket.once('data', () => socket.resetAndDestroy()));
  expect(await errorOf(server.port)).toEqual(
    failure('ERR_PROBE_UNREACHABLE', 'the connection was reset'),
  );
});

test('it closes every connection', async () => {
  server = await serveTcp((socket) => socket.once('data', () => socket.end()));
  expect(await errorOf(server.port)).toEqual(
    failure('ERR_PROBE_NO_TLS', 'the server closed the connection in the handshake'),
  );
});

test('it sends data without end', async () => {
  const endless = (socket: import('node:net').Socket, chunk: Buffer) => {
    const write = () => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', write);
    write();
  };
  server = await serveTcp((socket) => endless(socket, Buffer.alloc(1 << 16)));
  expect(await errorOf(server.port)).toEqual(failure('ERR_PROBE_NO_TLS'));
  await server.close();
  // Records that libssl reads, and that say nothing.
  const warnings = Buffer.concat(Array(1000).fill(record(21, Buffer.from([1, 90]))));
  server = await serveTcp((socket) => endless(socket, warnings));
  expect(await errorOf(server.port)).toEqual(failure('ERR_PROBE_HANDSHAKE'));
});

test('its certificates have 10 MB', async () => {
  const real = await serve({ maxVersion: 'TLSv1.2' });
  const { connect } = await import('node:net');
  server = await serveTcp((socket) => {
    const behind = connect(real.port, host);
    behind.on('error', () => {});
    socket.on('data', (bytes) => behind.write(bytes));
    behind.once('data', (bytes) => {
      // The ServerHello as it is, then a Certificate of 10 MB.
      const [first] = records(bytes);
      if (first?.type !== 22) {
        socket.end(bytes); // it does not speak this version
        return;
      }
      const hello = first.body.subarray(0, 4 + first.body.readUIntBE(1, 3));
      socket.write(record(22, hello));
      const size = 10_000_000;
      const head = Buffer.from([11, size >> 16, (size >> 8) & 0xff, size & 0xff]);
      socket.write(record(22, head));
      for (let i = 0; i < 20; i++) socket.write(record(22, Buffer.alloc(16_000)));
      behind.destroy();
    });
  });
  expect(await errorOf(server.port)).toEqual(
    failure('ERR_PROBE_HANDSHAKE', 'excessive message size'),
  );
  await real.close();
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
