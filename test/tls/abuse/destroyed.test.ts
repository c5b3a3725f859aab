// Sockets that are destroyed at any moment, on either side.

import { expect, test } from 'vitest';
import {
  Abused,
  closed,
  echo,
  leavesNothing,
  randomOf,
  type Socket,
  type Told,
  turns,
  versions,
  watch,
} from './harness.js';

leavesNothing();

const own = () => new Error('my own');

const ends: ((socket: Socket) => void)[] = [
  (socket) => socket.destroy(),
  (socket) => socket.destroy(own()),
  (socket) => socket.end(),
  (socket) => {
    socket.end();
    socket.destroy();
  },
  (socket) => {
    socket.write('more');
    socket.destroy();
  },
  (socket) => {
    socket.destroy();
    socket.destroy(own()); // too late to be told
  },
];

/** When: what is called does it then, or never, where the moment never comes. */
const moments: ((socket: Socket, act: () => void) => void)[] = [
  (_, act) => act(),
  (_, act) => process.nextTick(act),
  (_, act) => void turns(1).then(act),
  (_, act) => void turns(3).then(act),
  (_, act) => void turns(10).then(act),
  (_, act) => void setTimeout(act, 5),
  (socket, act) => socket.once('connect', act),
  (socket, act) => socket.once('connect', () => void turns(1).then(act)),
  (socket, act) => socket.once('secureConnect', act),
  (socket, act) => socket.once('secureConnect', () => void turns(1).then(act)),
  (socket, act) => socket.once('session', act),
  (socket, act) => socket.once('keylog', act),
  (socket, act) => socket.once('data', act),
  (socket, act) => socket.once('readable', act),
  (socket, act) => socket.once('drain', act),
  (socket, act) => void socket.write('to be written', act),
];
const atItsEnd: typeof moments = [
  (socket, act) => socket.once('finish', act),
  (socket, act) => socket.once('end', act),
];

function pick<T>(random: () => number, from: readonly T[]): T {
  const picked = from[Math.floor(random() * from.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}

/** One that ends at some moment; at the latest when all has come back. */
async function live(abused: Abused, random: () => number): Promise<Told> {
  const client = abused.connect({ maxVersion: pick(random, versions) });
  const told = watch(client);
  const end = pick(random, ends);
  const size = pick(random, [1, 1000, 100_000]);
  const gone = closed(client);
  pick(random, [...moments, ...atItsEnd])(client, () => end(client));
  // Whatever the moment was, it writes, reads and ends.
  let left = size;
  client.on('data', (data: Buffer) => {
    left -= data.length;
    if (left <= 0) client.end();
  });
  if (!client.destroyed) client.write(Buffer.alloc(size));
  await gone;
  return told;
}

test.each([1, 2])(
  '1,000 clients are destroyed at random moments, and the server goes on (seed %i)',
  async (seed) => {
    const random = randomOf(seed);
    let behaves = false;
    const abused = await Abused.start({}, (socket) => {
      // A part of them ends on this side.
      if (!behaves && random() < 0.3) {
        const end = pick(random, ends);
        pick(random, moments)(socket, () => end(socket));
      }
      if (!socket.destroyed) echo(socket);
    });
    let left = 1000;
    const lane = async () => {
      while (left-- > 0) {
        const { errors, closes } = await live(abused, random);
        expect(closes).toBe(1);
        expect(errors.length).toBeLessThanOrEqual(1);
        for (const error of errors) expect(error.message).not.toBe('');
      }
    };
    await Promise.all(Array.from({ length: 50 }, lane));
    expect(abused.secured.length).toBeGreaterThan(100);
    behaves = true;
    await abused.serves();
    await abused.end();
  },
);

test('a socket tells the error that it is destroyed with, once, at each moment', async () => {
  const abused = await Abused.start();
  for (const [i, moment] of [...moments, ...atItsEnd].entries()) {
    const client = abused.connect();
    const told = watch(client);
    const gone = closed(client);
    let acted = false;
    moment(client, () => {
      acted = true;
      client.destroy(own());
    });
    client.on('data', () => {
      if (atItsEnd.includes(moment)) client.end();
    });
    if (!client.destroyed) client.write(Buffer.alloc(100_000));
    await gone;
    expect(acted, `moment ${i}`).toBe(true);
    expect(told.closes, `moment ${i}`).toBe(1);
    // After the end of both sides there is nothing left to be destroyed.
    if (told.ends === 0) expect(told.errors, `moment ${i}`).toEqual([own()]);
    await abused.serves();
  }
  await abused.end();
});
