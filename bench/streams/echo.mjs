// Many connections, each of which sends 1 KiB, waits until it has come back, and does so again.

import { ready } from './ends.mjs';
import { now } from './settings.mjs';

const size = 1024;

export const answer = () => (socket) => socket.on('data', (data) => socket.write(data));

export async function prepare(open, { connections }) {
  const sockets = [];
  while (sockets.length < connections) sockets.push(await ready(open()));
  const message = Buffer.alloc(size);
  /** The nanoseconds that 99 of 100 echoes took at most. */
  return (n) =>
    new Promise((resolve) => {
      const times = [];
      let left = n;
      let under = 0;
      const go = (socket) => {
        if (left-- <= 0) return;
        under++;
        const start = now();
        let missing = size;
        const onData = (data) => {
          missing -= data.length;
          if (missing > 0) return;
          socket.off('data', onData);
          times.push(now() - start);
          under--;
          go(socket);
          if (under === 0) resolve(times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)]);
        };
        socket.on('data', onData);
        socket.write(message);
      };
      for (const socket of sockets) go(socket);
    });
}
