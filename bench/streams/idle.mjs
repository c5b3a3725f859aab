// Connections that have carried one large record each way, and wait.

import { ready } from './ends.mjs';
import { lanes } from './settings.mjs';

export const answer = () => (socket) => socket.on('data', (data) => socket.write(data));

export function prepare(open, { bytes }) {
  const record = Buffer.alloc(bytes);
  const sockets = [];
  const exchange = async () => {
    const socket = await ready(open());
    sockets.push(socket);
    socket.on('error', () => {});
    await new Promise((resolve) => {
      let left = bytes;
      socket.on('data', (data) => {
        left -= data.length;
        if (left === 0) resolve();
      });
      socket.write(record);
    });
  };
  /** n more of them; 0: the end of all. */
  return async (n) => {
    let left = n;
    const lane = async () => {
      while (left-- > 0) await exchange();
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    if (n > 0) return;
    await Promise.all(
      sockets.splice(0).map((socket) => {
        socket.destroy();
        return new Promise((resolve) => socket.on('close', resolve));
      }),
    );
  };
}
