// Peers that are slow, stop, or leave in the middle of something.

import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { Stack } from '../../support/contexts.js';
import { join } from '../../support/socket.js';
import {
  Abused,
  type ConnectOptions,
  closed,
  leavesNothing,
  ours,
  type Socket,
  turns,
  versions,
  watch,
} from './harness.js';

leavesNothing();

type Forward = (bytes: Buffer, to: net.Socket) => Promise<void> | void;

/** What stands between a client and a server, and passes on what it wants. */
class Between {
  readonly server: net.Server;
  near: net.Socket | undefined;
  far: net.Socket | undefined;

  private constructor(port: number, toServer: Forward, toClient: Forward) {
    this.server = net.createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
      this.near = near;
      const far = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      this.far = far;
      pass(near, far, toServer);
      pass(far, near, toClient);
    });
  }

  static async start(abused: Abused, toServer: Forward, toClient = toServer): Promise<Between> {
    const between = new Between(abused.port, toServer, toClient);
    between.server.listen(0, '127.0.0.1');
    await once(between.server, 'listening');
    return between;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async end(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function pass(from: net.Socket, to: net.Socket, forward: Forward): Promise<void> {
  from.on('close', () => to.destroy());
  try {
    // By itself it would end the other direction, too.
    const all = from.iterator({ destroyOnReturn: false });
    for await (const bytes of all) await forward(bytes, to);
    to.end();
  } catch {
    to.destroy();
  }
}

describe.each(versions)('%s', (version) => {
  const options: ConnectOptions = { minVersion: version, maxVersion: version };

  test('a connection works whose bytes come one at a time', async () => {
    const abused = await Abused.start();
    const between = await Between.start(abused, async (bytes, to) => {
      for (const byte of bytes) {
        to.write(Buffer.of(byte));
        await turns(1);
      }
    });
    const client = abused.connect({ ...options, port: between.port });
    const told = watch(client);
    const got: Buffer[] = [];
    client.on('data', (data: Buffer) => got.push(data));
    client.write('one byte ');
    client.once('data', () => client.end('at a time'));
    await closed(client);
    expect(Buffer.concat(got).toString()).toBe('one byte at a time');
    expect(told).toEqual({ errors: [], ends: 1, closes: 1 });
    await between.end();
    expect(abused.secured).toEqual([{ errors: [], ends: 1, closes: 1 }]);
    await abused.end();
  });

  test('a client that does not read stops the server, and gets all of it later', async () => {
    const size = 16 << 20;
    const chunk = Buffer.alloc(64 << 10, 'x');
    let written = 0;
    const abused = await Abused.start({}, (socket) => {
      const write = () => {
        while (written < size) {
          written += chunk.length;
          if (!socket.write(chunk)) return void socket.once('drain', write);
        }
        socket.end();
      };
      write();
    });
    const client = abused.connect(options);
    await once(client, 'secureConnect');
    client.pause();
    // What the kernel holds is some megabytes; it has it soon.
    let before = -1;
    while (before < written) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(written).toBeLessThan(size);
    expect(client.readableLength).toBeLessThan(1 << 20);
    expect(abused.sockets[0]?.writableLength).toBeLessThan(1 << 20);
    let got = 0;
    client.on('data', (data: Buffer) => {
      got += data.length;
    });
    client.resume();
    await closed(client);
    expect(got).toBe(size);
    await abused.end();
  });

  test('a peer that never reads can be left', async () => {
    using stack = new Stack();
    const abused = await Abused.start({}, (socket) => {
      const chunk = Buffer.alloc(1 << 20);
      while (socket.write(chunk));
      for (let i = 0; i < 32; i++) socket.write(chunk);
    });
    const raw = net.connect(abused.port, '127.0.0.1');
    raw.on('error', () => {});
    await join(stack.connection(stack.client({ maxVersion: version })), raw);
    raw.pause();
    await turns(20);
    const [socket] = abused.sockets;
    expect(socket?.writableLength).toBeGreaterThan(1 << 20);
    const written = new Promise((resolve) => socket?.write('more', resolve));
    socket?.destroy();
    expect(await written).toBeInstanceOf(Error);
    raw.resume();
    await closed(raw);
    expect(abused.secured).toEqual([{ errors: [], ends: 0, closes: 1 }]);
    await abused.end();
  });

  // Bytes of a record that come before the end: of its header, its body, all but one.
  test.each([1, 4, 5, 6, 100, -1])('a FIN after %i bytes of a record is an end', async (many) => {
    const abused = await Abused.start();
    let cut = false;
    const between = await Between.start(
      abused,
      (bytes, to) => void to.write(bytes),
      (bytes, to) => {
        if (!cut) return void to.write(bytes);
        to.end(bytes.subarray(0, many < 0 ? bytes.length + many : many));
        throw new Error('that was all');
      },
    );
    const client = abused.connect({ ...options, port: between.port });
    const told = watch(client);
    // Both tickets have come before: the next record is data.
    client.write('first');
    await once(client, 'data');
    await turns(5);
    cut = true;
    const got: Buffer[] = [];
    client.on('data', (data: Buffer) => got.push(data));
    client.write(Buffer.alloc(1000));
    await closed(client);
    expect(Buffer.concat(got)).toHaveLength(0);
    expect(told.closes).toBe(1);
    expect(told.ends + told.errors.length, 'an end or an error').toBe(1);
    if (ours) expect((client as Socket & { truncated: boolean }).truncated).toBe(true);
    await between.end();
    await abused.serves(options);
    await abused.end();
  });

  test.each([1, 3, 5, 20, 200])(
    'a FIN after %i bytes of the answer to the hello is told once, on both sides',
    async (many) => {
      const abused = await Abused.start();
      const between = await Between.start(
        abused,
        (bytes, to) => void to.write(bytes),
        (bytes, to) => {
          to.end(bytes.subarray(0, many));
          throw new Error('that was all');
        },
      );
      const client = abused.connect({ ...options, port: between.port });
      const told = watch(client);
      await closed(client);
      expect(told.errors.map(({ code }) => code)).toEqual(['ECONNRESET']);
      expect(told.closes).toBe(1);
      await between.end();
      await abused.serves(options);
      expect(abused.refused).toHaveLength(1);
      await abused.end();
    },
  );

  test('a reset in the middle of data is told once, on both sides', async () => {
    const abused = await Abused.start();
    const between = await Between.start(abused, (bytes, to) => void to.write(bytes));
    const client = abused.connect({ ...options, port: between.port });
    const told = watch(client);
    client.write('first');
    await once(client, 'data');
    between.near?.resetAndDestroy();
    between.far?.resetAndDestroy();
    await closed(client);
    expect(told.errors.map(({ code }) => code)).toEqual(['ECONNRESET']);
    await between.end();
    await abused.serves(options);
    await abused.end();
    expect(abused.secured[0]?.errors.map(({ code }) => code)).toEqual(['ECONNRESET']);
  });

  test('2,000 connections at once are all served', async () => {
    const abused = await Abused.start();
    const clients = Array.from({ length: 2000 }, () => abused.connect(options));
    const told = clients.map(watch);
    let open = 0;
    await Promise.all(
      clients.map(async (client) => {
        await once(client, 'secureConnect');
        open++;
      }),
    );
    expect(open).toBe(2000);
    const answers = clients.map(async (client, i) => {
      client.write(`I am ${i}`);
      const [answer] = await once(client, 'data');
      expect(String(answer)).toBe(`I am ${i}`);
      client.end();
      await closed(client);
    });
    await Promise.all(answers);
    for (const each of told) expect(each).toEqual({ errors: [], ends: 1, closes: 1 });
    await abused.end();
    expect(abused.secured).toHaveLength(2000);
  });
});
