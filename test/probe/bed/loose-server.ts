// In front of a server: answers each ClientHello that lacks what the one before had, and offers a
// session, with a ServerHello that resumes.

import net from 'node:net';
import { extension, hello, messages } from '../../conformance/wire.js';

const record = (body: Buffer) =>
  Buffer.concat([Buffer.from([22, 3, 3, body.length >> 8, body.length & 0xff]), body]);

/** A ServerHello that takes the client's session id and first suite. */
function resuming(body: Buffer, sessionId: Buffer): Buffer {
  const suitesAt = 35 + sessionId.length;
  const its = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 1),
    Buffer.from([sessionId.length]),
    sessionId,
    body.subarray(suitesAt + 2, suitesAt + 4),
    Buffer.from([0]),
  ]);
  return record(Buffer.concat([Buffer.from([2, 0, its.length >> 8, its.length & 0xff]), its]));
}

/** How many suites libssl's client has in TLS 1.2. */
let suites = 0;

export function withoutPinning(socket: net.Socket, port: number, host: string): void {
  const behind = net.connect(port, host);
  behind.on('error', () => {});
  socket.once('data', (bytes) => {
    const [first] = messages(bytes);
    if (first?.type === 1) {
      const { sessionId, extensions } = hello(first.body, 'client');
      const count = first.body.readUInt16BE(35 + sessionId.length) / 2;
      suites = Math.max(suites, count);
      const changed = count < suites || !extensions.has(extension.extendedMasterSecret);
      if (sessionId.length > 0 && changed && first.body.readUInt16BE(0) === 0x0303) {
        socket.end(resuming(first.body, sessionId));
        behind.destroy();
        return;
      }
    }
    behind.write(bytes);
    socket.pipe(behind).pipe(socket);
  });
}
