// User code that throws, destroys or writes where it should not.

import { expect, test } from 'vitest';
import { uncaught } from '../../support/contexts.js';
import { Abused, closed, echo, leavesNothing, type Socket, turns, watch } from './harness.js';

leavesNothing();

const clientEvents = [
  'lookup',
  'connect',
  'ready',
  'keylog',
  'secureConnect',
  'session',
  'data',
  'readable',
  'drain',
  'finish',
  'end',
  'close',
] as const;
const serverEvents = ['keylog', 'data', 'readable', 'drain', 'finish', 'end', 'close'] as const;
const ofServer = ['connection', 'keylog', 'secureConnection'] as const;

/** Whatever the event is: it comes, because the client writes, reads and ends. */
function use(client: Socket): Promise<void> {
  let left = 500_000; // more than a stream of any Node.js buffers
  client.on('data', (data: Buffer) => {
    left -= data.length;
    if (left <= 0) client.end();
  });
  const gone = closed(client);
  client.write(Buffer.alloc(left));
  return gone;
}

const failure = new Error('of a listener');

/** The first event throws; then it is destroyed, as its owner would do. */
function throwIn(socket: Socket, event: string): void {
  let thrown = false;
  socket.on(event, () => {
    if (thrown) return;
    thrown = true;
    setImmediate(() => socket.destroy());
    throw failure;
  });
}

/** A readable listener reads, or nothing comes any more. */
const readIn = (socket: Socket, event: string) =>
  event === 'readable' ? () => socket.read() : () => {};

test.each(clientEvents)('what a listener of %s throws on a client is told once', async (event) => {
  const abused = await Abused.start();
  let told: ReturnType<typeof watch> | undefined;
  const errors = await uncaught(async () => {
    const client = abused.connect({ host: 'localhost', family: 4 });
    told = watch(client);
    const gone = use(client);
    throwIn(client, event);
    await gone;
    await turns(3);
  });
  expect(errors).toEqual([failure]);
  expect(told?.closes).toBe(1);
  expect(told?.errors).toEqual([]);
  await abused.serves();
  await abused.end();
});

test.each(serverEvents)(
  "what a listener of %s throws on a server's is told once",
  async (event) => {
    let armed = true;
    const abused = await Abused.start({}, (socket) => {
      if (armed && event !== 'keylog') throwIn(socket, event);
      armed = false;
      echo(socket);
    });
    if (event === 'keylog') {
      abused.server.once('keylog', (_line, socket) => {
        setImmediate(() => socket.destroy());
        throw failure;
      });
    }
    const errors = await uncaught(async () => {
      const client = abused.connect();
      client.on('error', () => {});
      await use(client);
      await turns(10);
    });
    expect(errors).toEqual([failure]);
    await abused.serves();
    await abused.end();
  },
);

test.each(ofServer)('what a listener of %s throws on a server is told once', async (event) => {
  const abused = await Abused.start();
  const errors = await uncaught(async () => {
    let socket: Socket | undefined;
    abused.server.once('secureConnection', (its) => {
      socket = its;
    });
    abused.server.once(event, () => {
      throw failure;
    });
    const client = abused.connect();
    client.on('error', () => {});
    const gone = closed(client);
    client.on('secureConnect', () => setImmediate(() => client.end()));
    client.resume();
    setTimeout(() => {
      client.destroy();
      socket?.destroy();
    }, 200);
    await gone;
    await turns(10);
  });
  expect(errors).toEqual([failure]);
  await abused.serves();
  await abused.end();
});

test('what a listener of tlsClientError throws is told once', async () => {
  const abused = await Abused.start();
  abused.server.once('tlsClientError', () => {
    throw failure;
  });
  const errors = await uncaught(async () => {
    const client = abused.connect({ maxVersion: 'TLSv1.2', ciphers: 'DHE-RSA-AES128-SHA' });
    client.on('error', () => {});
    await closed(client);
    await turns(10);
  });
  expect(errors).toEqual([failure]);
  await abused.serves();
  await abused.end();
});

test.each([...clientEvents, 'error'] as const)(
  'a client that is destroyed in each %s tells nothing any more but its close',
  async (event) => {
    const abused = await Abused.start();
    const client = abused.connect({
      host: 'localhost',
      family: 4,
      ...(event === 'error' ? { servername: 'elsewhere' } : {}),
    });
    const told = watch(client);
    const later: string[] = [];
    client.prependListener(event, () => {
      readIn(client, event)();
      client.destroy();
      for (const name of clientEvents) {
        // 'ready' is told with 'connect'.
        if (name !== 'close' && name !== 'ready') client.on(name, () => later.push(name));
      }
    });
    await use(client);
    await turns(3);
    // What was under way when it was destroyed: libssl's own events of the same step.
    expect(later.filter((name) => !['keylog', 'session'].includes(name))).toEqual([]);
    expect(told.closes).toBe(1);
    expect(told.errors.length).toBeLessThanOrEqual(event === 'error' ? 1 : 0);
    await abused.serves();
    await abused.end();
  },
);

test.each([...serverEvents, 'secureConnection'] as const)(
  "a server's socket that is destroyed in %s tells nothing any more but its close",
  async (event) => {
    let armed = true;
    const abused = await Abused.start({}, (socket) => {
      if (!armed) return echo(socket);
      armed = false;
      echo(socket);
      if (event === 'secureConnection') socket.destroy();
      else socket.prependListener(event, () => socket.destroy());
    });
    if (event === 'keylog') abused.server.once('keylog', (_line, socket) => socket.destroy());
    const client = abused.connect();
    client.on('error', () => {});
    await use(client);
    await abused.serves();
    await abused.end();
    for (const { errors } of abused.secured) expect(errors).toEqual([]);
  },
);

test('a write after the end is told once, to its callback and as an error', async () => {
  const abused = await Abused.start();
  const client = abused.connect();
  const told = watch(client);
  const gone = closed(client);
  client.end('the end');
  const failed = new Promise((resolve) => client.write('more', resolve));
  expect(await failed).toMatchObject({ code: 'ERR_STREAM_WRITE_AFTER_END' });
  await gone;
  expect(told.errors.map(({ code }) => code)).toEqual(['ERR_STREAM_WRITE_AFTER_END']);
  expect(told.closes).toBe(1);
  await abused.serves();
  await abused.end();
});

test('a write after destroy() is told to its callback only', async () => {
  const abused = await Abused.start();
  const client = abused.connect();
  const told = watch(client);
  client.on('secureConnect', () => client.destroy());
  await closed(client);
  const failed = new Promise((resolve) => client.write('more', resolve));
  expect(await failed).toMatchObject({ code: 'ERR_STREAM_DESTROYED' });
  await turns(3);
  expect(told).toEqual({ errors: [], ends: 0, closes: 1 });
  await abused.serves();
  await abused.end();
});
