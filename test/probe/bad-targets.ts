// Targets that are no servers of TLS, or bad ones.

import net from 'node:net';
import { records } from '../conformance/wire.js';
import { host, type Listening, serve, serveTcp } from './servers.js';

const record = (type: number, body: Buffer) => {
  const header = Buffer.from([type, 3, 3, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([header, body]);
};

function endless(socket: net.Socket, chunk: Buffer): void {
  const write = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', write);
  write();
}

/** A port where nobody listens. */
export async function nobody(): Promise<Listening> {
  const gone = await serveTcp(() => {});
  await gone.close();
  return { port: gone.port, close: async () => {} };
}

export const silent = () => serveTcp(() => {});
export const notTls = () => serveTcp((socket) => socket.end('HTTP/1.0 400 Bad Request\r\n\r\n'));
export const resets = () =>
  serveTcp((socket) => socket.once('data', () => socket.resetAndDestroy()));
export const closes = () => serveTcp((socket) => socket.once('data', () => socket.end()));
export const endlessZeros = () => serveTcp((socket) => endless(socket, Buffer.alloc(1 << 16)));

/** Records that libssl reads, and that say nothing. */
export function endlessWarnings(): Promise<Listening> {
  const warnings = Buffer.concat(Array(1000).fill(record(21, Buffer.from([1, 90]))));
  return serveTcp((socket) => endless(socket, warnings));
}

/** Its ServerHello is real; its certificates have 10 MB. */
export async function hugeCertificates(): Promise<Listening> {
  const real = await serve({ maxVersion: 'TLSv1.2' });
  const between = await serveTcp((socket) => {
    const behind = net.connect(real.port, host);
    behind.on('error', () => {});
    socket.on('data', (bytes) => behind.write(bytes));
    behind.once('data', (bytes) => {
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
  return { port: between.port, close: () => between.close().finally(() => real.close()) };
}
