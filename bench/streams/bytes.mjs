// One connection, all of whose bytes go one way. The client says how many writes are to come; it
// has the time from then until the server has said that it has read them all, or until it has.

import { ready } from './ends.mjs';
import { now } from './settings.mjs';

/** Writes the chunk n times, as fast as the stream takes it. */
function write(socket, chunk, n) {
  let left = n;
  const go = () => {
    while (left > 0) {
      left--;
      if (!socket.write(chunk) && left > 0) return socket.once('drain', go);
    }
  };
  go();
}

/** Counts what comes; resolves at so many bytes. */
function read(socket, bytes) {
  return new Promise((resolve) => {
    let left = bytes;
    const onData = (data) => {
      left -= data.length;
      if (left > 0) return;
      socket.off('data', onData);
      resolve();
    };
    socket.on('data', onData);
  });
}

function numberAsBytes(n) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(n);
  return bytes;
}

export function answer({ direction, writeSize }) {
  const chunk = Buffer.alloc(writeSize);
  return (socket) => {
    let left = 0;
    socket.on('data', (data) => {
      if (left === 0) {
        const n = data.readUInt32LE();
        if (direction === 'down') return write(socket, chunk, n);
        left = n * writeSize + 4;
      }
      left -= data.length;
      if (left === 0) socket.write('.');
    });
  };
}

export async function prepare(open, { direction, writeSize }) {
  const socket = await ready(open());
  const chunk = Buffer.alloc(writeSize);
  return async (n) => {
    const start = now();
    const done = read(socket, direction === 'down' ? n * writeSize : 1);
    socket.write(numberAsBytes(n));
    if (direction === 'up') write(socket, chunk, n);
    await done;
    return (now() - start) / n;
  };
}
