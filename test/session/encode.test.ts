// i2d_SSL_SESSION writes into a pool whose address native code knows. Whoever has one of its Buffers
// may take the memory away; native code must never write to where it was.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MessageChannel } from 'node:worker_threads';
import { SslSession } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import { fixture } from '../support/fixture.js';
import { gc } from '../support/gc.mjs';

const fixtureDer = fixture('openssl-1.1.1-tls13.der');
const poolSize = 64 * 1024;

/** What the C-named function gives must be what `toDer()` gives, in memory of its own. */
function encode(session: SslSession): Buffer {
  const der = C.i2d_SSL_SESSION(session.handle);
  if (der === null) throw new Error('there is no encoding');
  expect(der.equals(session.toDer())).toBe(true);
  return der;
}

/** A session whose encoding is of about this size. */
function sized(size: number): SslSession {
  const session = SslSession.fromDer(fixtureDer);
  session.ticketAppData = Buffer.alloc(Math.max(0, size - fixtureDer.length), 'x');
  return session;
}

// Node 20 has it behind a flag, which only a new realm sees.
setFlagsFromString('--harmony-rab-gsab-transfer');
const transfer = runInNewContext('ArrayBuffer.prototype.transfer') as (
  this: ArrayBufferLike,
) => ArrayBuffer;

describe('encodings in the pool', () => {
  test('are Buffers, and neighbours', () => {
    using session = SslSession.fromDer(fixtureDer);
    const ders = [encode(session), encode(session), encode(session)];
    for (const der of ders) {
      expect(Buffer.isBuffer(der)).toBe(true);
      expect(Object.getPrototypeOf(der)).toBe(Buffer.prototype);
    }
    expect(new Set(ders.map((der) => der.buffer)).size).toBeLessThan(3);
  });

  test('do not overlap, also where one pool ends and the next begins', () => {
    const kept: { der: Buffer; time: number }[] = [];
    using session = SslSession.fromDer(fixtureDer);
    for (let time = 1; time <= 500; time++) {
      session.time = time;
      kept.push({ der: encode(session), time });
    }
    expect(new Set(kept.map(({ der }) => der.buffer)).size).toBeGreaterThan(1);
    for (const { der, time } of kept) {
      using decoded = SslSession.fromDer(der);
      expect(decoded.time).toBe(time);
    }
  });

  test('may be of any size, also larger than the pool', () => {
    using small = SslSession.fromDer(fixtureDer);
    const sizes = [poolSize - 1, poolSize, poolSize + 1, 3 * poolSize, 1_000_000];
    for (const size of [...sizes, ...sizes.reverse()]) {
      using session = sized(size);
      const der = encode(session);
      encode(small);
      expect(der.equals(session.toDer())).toBe(true);
    }
  });

  test('may fill the pool to the last byte', () => {
    for (let size = poolSize - 40; size <= poolSize + 4; size++) {
      using session = sized(size);
      encode(session);
      encode(session);
    }
  });

  test('are none for a session without a cipher, and take no place', () => {
    using session = SslSession.fromDer(fixtureDer);
    using empty = new SslSession();
    const before = encode(session);
    expect(C.i2d_SSL_SESSION(empty.handle)).toBe(null);
    expect(C.i2d_SSL_SESSION(0)).toBe(null);
    const after = encode(session);
    if (after.buffer === before.buffer) {
      expect(after.byteOffset).toBe(before.byteOffset + before.length);
    }
  });
});

describe('the memory of the pool', () => {
  // Node 20 leaves out of the transfer what may not be transferred; later ones throw.
  const refusals = ['DataCloneError', ...('deno' in process.versions ? ['TypeError'] : [])];
  const attempt = (call: () => unknown) => {
    try {
      call();
    } catch (error) {
      expect(refusals).toContain((error as Error).name);
    }
  };

  test.each<[string, (buffer: ArrayBuffer) => unknown]>([
    ['structuredClone', (buffer) => structuredClone(buffer, { transfer: [buffer] })],
    [
      'postMessage',
      (buffer) => {
        const { port1, port2 } = new MessageChannel();
        try {
          port1.postMessage(buffer, [buffer]);
        } finally {
          port2.close();
        }
      },
    ],
  ])('is not transferred by %s', (_name, move) => {
    using session = SslSession.fromDer(fixtureDer);
    const neighbour = encode(session);
    const der = encode(session);
    attempt(() => move(der.buffer as ArrayBuffer));
    for (const each of [neighbour, der, encode(session)]) {
      expect(each.equals(session.toDer())).toBe(true);
    }
  });

  test('is not written to after ArrayBuffer.prototype.transfer has taken it', () => {
    using session = SslSession.fromDer(fixtureDer);
    for (let round = 0; round < 20; round++) {
      const der = encode(session);
      let moved: ArrayBuffer;
      try {
        moved = transfer.call(der.buffer);
      } catch {
        expect(der.length).toBeGreaterThan(0); // a Node whose V8 knows what may not be transferred
        continue;
      }
      expect(der.length).toBe(0);
      const before = Buffer.from(moved.slice(0));
      const again = encode(session);
      expect(again.buffer).not.toBe(moved);
      expect(before.equals(new Uint8Array(moved))).toBe(true);
    }
  });

  test('is not written to after it was taken and collected', () => {
    using session = SslSession.fromDer(fixtureDer);
    for (let round = 0; round < 50; round++) {
      try {
        transfer.call(encode(session).buffer);
      } catch {
        return;
      }
      gc();
      encode(session);
    }
  });
});
