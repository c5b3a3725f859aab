// A connection over a socket.

import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import type { SslConnection, SslConnectionState } from 'libssl-session';

/** Joins a connection to a socket, for as long as that lives; resolves once the handshake is over. */
export function join(connection: SslConnection, socket: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    const go = (step: () => SslConnectionState) => {
      try {
        if (step() === 'open') resolve();
      } catch (error) {
        reject(error);
      }
      socket.write(connection.take());
    };
    socket.on('data', (bytes) => go(() => connection.receive(bytes)));
    connection.on('progress', () => go(() => connection.state));
    socket.on('close', () => reject(new Error('the peer has ended the connection')));
    go(() => connection.handshake());
  });
}

/** Resolves once `condition` holds, which is looked at whenever the stream has brought something. */
export function until(stream: Readable, condition: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (condition()) resolve();
    };
    stream.on('data', look);
    stream.on('close', () => reject(new Error('the stream has ended')));
    look();
  });
}

/** Both ends of a loopback connection. */
export async function loopback(): Promise<[net.Socket, net.Socket]> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [net.Socket];
  server.close();
  return [near, far];
}
