// The memory that data is sealed into is used again, but only when nobody has its bytes any more.

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { forgetsBytes, Sealed } from '../../src/tls/sealed-memory.js';
import { serversForTests } from '../support/tls.js';

const { serve, connect } = serversForTests();
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s', (version) => {
  const only = { minVersion: version, maxVersion: version };

  test('many sockets at once write all sizes, and each gets its own back', async () => {
    const { client } = await serve(only, (socket) => socket.pipe(socket));
    const sizes = [1, 8_000, 8_192, 16_384, 16_385, 65_536, 69_000, 200_000];
    const all = sizes.map(async (size, i) => {
      const socket = connect({ ...client, ...only });
      const sent: Buffer[] = [];
      for (let n = 0; n < 20; n++) {
        sent.push(randomBytes(size), randomBytes(sizes.at(i - n) ?? 1));
      }
      const whole = Buffer.concat(sent);
      for (const [n, bytes] of sent.entries()) {
        // Some of them together, so that they are collected.
        if (!socket.write(bytes) && n % 3 === 0) await once(socket, 'drain');
      }
      socket.end();
      const received: Buffer[] = [];
      for await (const bytes of socket) received.push(bytes as Buffer);
      expect(digest(Buffer.concat(received))).toBe(digest(whole));
    });
    await Promise.all(all);
  });

  test('what a stream or a wrapped write() was given never changes', async () => {
    const kept: { bytes: Buffer; was: string }[] = [];
    const keep = (bytes: Buffer) => kept.push({ bytes, was: digest(bytes) });
    const { client } = await serve(only, (socket) => socket.resume());

    const wrapped = net.connect(client.port, '127.0.0.1');
    const write = wrapped.write.bind(wrapped);
    wrapped.write = (bytes: Buffer, ...rest: never[]) => {
      keep(bytes);
      return write(bytes, ...rest);
    };
    const inner = net.connect(client.port, '127.0.0.1');
    const stream = new Duplex({
      read() {},
      write(bytes: Buffer, _, done) {
        keep(bytes);
        inner.write(bytes, done);
      },
      final: (done) => void inner.end(done),
    });
    inner.on('data', (bytes) => stream.push(bytes)).on('end', () => stream.push(null));

    for (const transport of [wrapped, stream]) {
      const socket = connect({ ...client, ...only, socket: transport });
      await once(socket, 'secureConnect');
      for (let n = 0; n < 8; n++) {
        if (!socket.write(randomBytes(60_000))) await once(socket, 'drain');
      }
      socket.end();
      await once(socket.resume(), 'close');
    }
    expect(kept.filter(({ bytes }) => bytes.length > 60_000).length).toBe(16);
    for (const { bytes, was } of kept) expect(digest(bytes)).toBe(was);
  });
});

test('the write() of sockets that somebody has wrapped for all of them may keep the bytes', () => {
  const socket = new net.Socket();
  expect(forgetsBytes(socket)).toBe(true);
  for (const name of ['write', '_write'] as const) {
    const spy = vi.spyOn(net.Socket.prototype, name);
    expect(forgetsBytes(socket)).toBe(false);
    spy.mockRestore();
  }
  expect(forgetsBytes(socket)).toBe(true);
});

describe('sealed blocks', () => {
  test('are one piece where each begins at the end of the one before', () => {
    const memory = Buffer.from('abcdef');
    const sealed = new Sealed(memory);
    sealed.add(sealed.room.subarray(0, 2));
    sealed.add(sealed.room.subarray(0, 3));
    expect(sealed.bytes.toString()).toBe('abcde');
    expect(sealed.bytes.buffer).toBe(memory.buffer);
  });

  test('keep their order when one did not fit', () => {
    const sealed = new Sealed(Buffer.from('abcdef'));
    sealed.add(sealed.room.subarray(0, 2));
    sealed.add(Buffer.from('elsewhere'));
    expect(sealed.room.length).toBe(0);
    sealed.add(Buffer.from('too'));
    expect(sealed.bytes.toString()).toBe('abelsewheretoo');
  });

  test('that follow a full memory by chance are not taken for its own', () => {
    const pool = Buffer.from('abcdXYZ');
    const sealed = new Sealed(pool.subarray(0, 4));
    sealed.add(sealed.room);
    sealed.add(pool.subarray(4));
    expect(sealed.bytes.toString()).toBe('abcdXYZ');
  });
});
