// Peers that send what is no TLS, at each stage of a connection.

import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { certificate, Stack } from '../../support/contexts.js';
import { join } from '../../support/socket.js';
import { Abused, closed, leavesNothing, ours, randomOf, tls, versions, watch } from './harness.js';

leavesNothing();

function randomBytes(size: number): Buffer {
  const random = randomOf(size);
  return Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)));
}

const record = (type: number, bytes: Buffer, length = bytes.length) =>
  Buffer.concat([Buffer.from([type, 3, 3, length >> 8, length & 255]), bytes]);

/** Each of them alone ends any handshake. */
const garbage: Record<string, Buffer> = {
  'random bytes': randomBytes(1000),
  'a request of HTTP': Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  'a record that is too long': record(22, randomBytes(100), 0xffff),
  'an alert': record(21, Buffer.from([2, 40])),
  'data before its time': record(23, randomBytes(100)),
  'a handshake message that is none': record(22, Buffer.from([99, 0, 0, 4, 1, 2, 3, 4])),
  'a record of an unknown kind': record(99, randomBytes(100)),
};

/** A ClientHello; and nothing of it lives on. */
function hello(stack: Stack): Buffer {
  const client = stack.connection(stack.client());
  client.handshake();
  return client.take();
}

describe('a server', () => {
  for (const [what, bytes] of Object.entries(garbage)) {
    test(`refuses ${what} for a hello, tells it once, and goes on`, async () => {
      const abused = await Abused.start();
      const raw = net.connect(abused.port, '127.0.0.1').resume();
      raw.on('error', () => {});
      raw.write(bytes);
      await closed(raw);
      expect(abused.refused).toHaveLength(1);
      expect(abused.refused[0]?.code).toMatch(/^ERR_|^E[A-Z]+$/);
      await abused.serves();
      await abused.end();
    });

    test(`refuses ${what} after a hello, tells it once, and goes on`, async () => {
      using stack = new Stack();
      const abused = await Abused.start();
      const raw = net.connect(abused.port, '127.0.0.1');
      raw.on('error', () => {});
      raw.write(hello(stack));
      await once(raw, 'data');
      raw.write(bytes);
      raw.resume();
      await closed(raw);
      expect(abused.refused).toHaveLength(1);
      await abused.serves();
      await abused.end();
    });

    test.each(versions)(
      `tells ${what} after a handshake of %s once, and goes on`,
      async (version) => {
        using stack = new Stack();
        const abused = await Abused.start();
        const raw = net.connect(abused.port, '127.0.0.1');
        raw.on('error', () => {});
        const context = stack.client({ maxVersion: version });
        await join(stack.connection(context), raw);
        raw.write(bytes);
        if (!ours) raw.end(); // node:tls waits for that
        await closed(raw);
        // With TLS 1.3 it may come before the server has seen the end of the handshake.
        const errors = [...abused.refused, ...abused.secured.flatMap((told) => told.errors)];
        expect(errors).toHaveLength(1);
        await abused.serves();
        await abused.end();
      },
    );
  }

  test('tells once of each who says nothing and leaves', async () => {
    using stack = new Stack();
    const abused = await Abused.start();
    const whole = hello(stack);
    for (const bytes of ['', whole.subarray(0, 1), whole.subarray(0, 50), whole]) {
      const raw = net.connect(abused.port, '127.0.0.1').resume();
      raw.on('error', () => {});
      raw.end(bytes);
      await closed(raw);
    }
    await abused.serves();
    expect(abused.refused).toHaveLength(4);
    for (const { code } of abused.refused) expect(code).toBe('ECONNRESET');
    await abused.end();
  });
});

/** A server that says something else than TLS to each of its clients. */
async function liar(use: (socket: net.Socket) => void): Promise<net.Server> {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    use(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const clientOf = (server: net.Server) =>
  tls.connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: certificate.cert,
  });

describe('a client', () => {
  for (const [what, bytes] of Object.entries(garbage)) {
    test(`tells ${what} for an answer once`, async () => {
      const server = await liar((socket) => socket.once('data', () => socket.write(bytes)));
      const client = clientOf(server);
      const told = watch(client);
      client.on('secureConnect', () => expect.unreachable());
      await closed(client);
      expect(told.errors).toHaveLength(1);
      expect(told.errors[0]?.code).toMatch(/^ERR_|^E[A-Z]+$/);
      expect(told.closes).toBe(1);
      await new Promise((resolve) => server.close(resolve));
    });

    test.each(versions)(`tells ${what} after a handshake of %s once`, async (version) => {
      using stack = new Stack();
      const context = stack.server({ maxVersion: version });
      const server = await liar((socket) => {
        void join(stack.connection(context), socket).then(
          () => {
            socket.write(bytes);
            if (!ours) socket.end();
          },
          () => {},
        );
      });
      const client = clientOf(server);
      const told = watch(client);
      client.resume();
      await closed(client);
      expect(told.errors).toHaveLength(1);
      expect(told.closes).toBe(1);
      await new Promise((resolve) => server.close(resolve));
    });
  }

  test.each(['end', 'resetAndDestroy'] as const)(
    'tells once of a server that leaves by %s after the hello',
    async (how) => {
      const server = await liar((socket) => socket.once('data', () => void socket[how]()));
      const client = clientOf(server);
      const told = watch(client);
      await closed(client);
      expect(told.errors.map(({ code }) => code)).toEqual(['ECONNRESET']);
      expect(told.closes).toBe(1);
      await new Promise((resolve) => server.close(resolve));
    },
  );
});
