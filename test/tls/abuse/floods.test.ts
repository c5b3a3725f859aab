// Peers that send what must be kept, or answered, and never stop.

import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';
import * as tls from 'libssl-session/tls';
import { expect, test } from 'vitest';
import { certificate, Stack } from '../../support/contexts.js';
import { closed, leavesNothing, turns } from './harness.js';

leavesNothing();

/** Most that is kept, and what a socket reads at once. */
const bound = 262_144 + 2 * 65_536;

test('what a client sends while SNICallback thinks is read up to a bound, and the end told', async () => {
  using stack = new Stack();
  let answer: (() => void) | undefined;
  const server = tls.createServer({
    ...certificate,
    SNICallback: (_, callback) => {
      answer = () => callback(null);
    },
  });
  const refused: Error[] = [];
  server.on('tlsClientError', (error) => refused.push(error));
  let transport: net.Socket | undefined;
  server.on('connection', (socket: net.Socket) => {
    transport = socket;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = stack.connection(stack.client(), { servername: 'localhost' });
  client.handshake();
  const raw = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
  raw.on('error', () => {});
  raw.write(client.take());
  const sent = 32 << 20;
  for (let i = 0; i < 32; i++) raw.write(Buffer.alloc(sent / 32, 'x'));
  await expect.poll(() => transport?.bytesRead ?? 0).toBeGreaterThan(262_144);
  await new Promise((resolve) => setTimeout(resolve, 50)); // it would read all of it by then
  expect(transport?.bytesRead).toBeLessThan(bound);
  expect(refused).toEqual([]);
  answer?.();
  await closed(raw);
  expect(refused).toHaveLength(1);
  server.close();
  await once(server, 'close');
  server.secureContext.free();
});

test('who asks for new keys and reads no answers is not read on', async () => {
  using stack = new Stack();
  const ours = stack.connection(stack.client({ minVersion: 'TLSv1.3' }));
  let stalled = false;
  const unsent: (() => void)[] = [];
  const transport = new Duplex({
    read() {},
    write(bytes: Buffer, _, done) {
      const send = () => {
        ours.receive(bytes);
        done();
      };
      if (stalled) unsent.push(send);
      else send();
    },
  });
  const socket = new tls.SslSocket(transport, { ...certificate, isServer: true });
  socket.on('error', () => {});
  socket.resume();
  const secure = once(socket, 'secure');
  await turns(1);
  ours.handshake();
  transport.push(ours.take());
  await turns(2);
  transport.push(ours.take());
  await secure;
  stalled = true;
  const flood = () => {
    for (let i = 0; i < 500; i++) ours.keyUpdate(true);
    transport.push(ours.take());
  };
  for (let i = 0; i < 100 && !transport.isPaused(); i++) {
    flood();
    await turns(1);
  }
  expect(transport.isPaused()).toBe(true);
  expect(transport.writableLength).toBeLessThan(bound);
  flood();
  await turns(2);
  expect(transport.readableLength).toBeGreaterThan(0);
  // Once it reads, it is read.
  stalled = false;
  for (const send of unsent) send();
  await expect.poll(() => transport.readableLength).toBe(0);
  socket.destroy();
  await once(socket, 'close');
});
