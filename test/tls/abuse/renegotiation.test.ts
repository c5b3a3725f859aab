// A client that renegotiates again and again.

import net from 'node:net';
import { expect, test } from 'vitest';
import { Stack } from '../../support/contexts.js';
import { join } from '../../support/socket.js';
import { Abused, closed, leavesNothing } from './harness.js';

leavesNothing();

test('a client that renegotiates in a loop is told off once, and the server goes on', async () => {
  using stack = new Stack();
  const abused = await Abused.start({ maxVersion: 'TLSv1.2' });
  const raw = net.connect(abused.port, '127.0.0.1');
  raw.on('error', () => {});
  const client = stack.connection(stack.client());
  await join(client, raw);
  let begun = 0;
  const again = () => {
    if (client.state !== 'open') return;
    begun++;
    client.renegotiate();
    raw.write(client.take());
  };
  raw.on('data', again); // after the listener that passes the data on
  again();
  await closed(raw);
  expect(begun).toBeGreaterThan(2);
  expect(begun).toBeLessThan(10);
  await abused.serves();
  const [first] = abused.secured;
  expect(first?.errors.map(({ code }) => code)).toEqual(['ERR_TLS_SESSION_ATTACK']);
  await abused.end();
});

test('many clients that renegotiate as often as they may do no harm', async () => {
  using stack = new Stack();
  const abused = await Abused.start({ maxVersion: 'TLSv1.2' });
  const context = stack.client();
  const one = async () => {
    const raw = net.connect(abused.port, '127.0.0.1');
    raw.on('error', () => {}); // what is written after the end
    const client = stack.connection(context);
    await join(client, raw);
    for (let i = 0; i < 2; i++) {
      const done = new Promise<void>((resolve) => {
        raw.on('data', function look() {
          if (client.state !== 'open') return;
          raw.off('data', look);
          resolve();
        });
      });
      client.renegotiate();
      raw.write(client.take());
      await done;
    }
    client.shutdown();
    raw.end(client.take());
    await closed(raw);
  };
  await Promise.all(Array.from({ length: 50 }, one));
  await abused.serves();
  await abused.end();
  for (const { errors } of abused.secured) expect(errors).toEqual([]);
});
