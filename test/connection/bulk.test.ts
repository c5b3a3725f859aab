// The short way of streams: `seal()` and `receiveData()`, beside the calls of SslConnection.

import * as C from 'libssl-session/libssl';
import { expect, test } from 'vitest';
import { receiveData, seal } from '../../dist/connection/bulk.js';
import { stepsOf } from '../../dist/connection/connection.js';
import { stackForTests } from '../support/contexts.js';

const stack = stackForTests();
const tls12 = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;

test('a handshake that a write makes libssl begin is sent, and the data after it', () => {
  const [ours, theirs] = stack.joined(stack.client(tls12), stack.server(tls12));
  C.SSL_renegotiate(ours.handle);
  const hello = seal(stepsOf(ours), Buffer.from('after'));
  expect(hello.length).toBeGreaterThan(100);
  const read: Buffer[] = [];
  for (let bytes: Uint8Array = hello; bytes.length > 0; ) {
    const { data } = receiveData(stepsOf(theirs), bytes);
    if (data !== null) read.push(data);
    const answer = theirs.take();
    if (answer.length > 0) receiveData(stepsOf(ours), answer);
    bytes = ours.take();
  }
  expect(Buffer.concat(read).toString()).toBe('after');
  expect(ours.state).toBe('open');
});

test('data of all sizes comes as it was', () => {
  const [ours, theirs] = stack.joined(stack.client(), stack.server());
  for (const size of [1, 100, 16_384, 16_385, 100_000, 300_000]) {
    const sent = Buffer.alloc(size, 'data ');
    const read: Buffer[] = [];
    let received = receiveData(stepsOf(theirs), seal(stepsOf(ours), sent));
    while (received.data !== null || received.more) {
      if (received.data !== null) read.push(received.data);
      received = receiveData(stepsOf(theirs));
    }
    expect(Buffer.concat(read).equals(sent), String(size)).toBe(true);
  }
});
