// Ticket keys that change by themselves: which tickets are made and taken when, by whom, and what is
// left of a key.

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SslContext, SslSession } from 'libssl-session';
import { type StoreBackend, TicketKeyRing } from 'libssl-session/store';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { testBackend } from '../support/backends.js';
import {
  failure,
  outOfRange,
  stackForTests,
  thrown,
  uncaught,
  wrongType,
  wrongValue,
} from '../support/contexts.js';

const stack = stackForTests();
const secret = randomBytes(32);
const hour = 3600;
const rings: TicketKeyRing[] = [];
const add = (ring: TicketKeyRing) => {
  rings.push(ring);
  return ring;
};
let directory: string;
let warnings: string[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout', 'performance'] });
  vi.setSystemTime(Math.ceil(Date.now() / (12 * hour * 1000)) * 12 * hour * 1000); // a slot begins
  directory = mkdtempSync(join(tmpdir(), 'libssl-session-ring-'));
  warnings = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((_, options) => {
    warnings.push((options as { code: string }).code);
  });
});
afterEach(() => {
  for (const ring of rings.splice(0)) ring.close();
  vi.restoreAllMocks();
  vi.useRealTimers();
  rmSync(directory, { recursive: true });
});

const file = (name: string, content: string | Buffer) => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};

/** Time goes on, and what is due happens. */
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);

const versions = ['TLSv1.2', 'TLSv1.3'] as const;
type Version = (typeof versions)[number];

function server(ring: TicketKeyRing, maxVersion: Version = 'TLSv1.2'): SslContext {
  const context = stack.server({ maxVersion });
  ring.attach(context);
  return context;
}

/** A session with a ticket, or null where the server gave none. */
function ticketOf(context: SslContext): SslSession | null {
  const [ours, theirs] = stack.joined(stack.client(), context);
  const session = stack.add(ours.session as SslSession);
  for (const each of [ours, theirs]) each.shutdown();
  return session.hasTicket ? session : null;
}

function resumes(context: SslContext, session: SslSession | null): boolean {
  const copy = stack.add((session as SslSession).dup());
  const [ours, theirs] = stack.joined(stack.client(), context, { session: copy });
  for (const each of [ours, theirs]) each.shutdown();
  return theirs.sessionReused;
}

const nameOf = (session: SslSession | null) => session?.ticket?.toString('hex', 0, 16);

describe.each(versions)('%s, keys that are made here', (version) => {
  test('a key encrypts for 12 hours, decrypts for 24 more, and is another then', async () => {
    const ring = add(new TicketKeyRing());
    const context = server(ring, version);
    const session = ticketOf(context);
    await pass(12 * hour - 1);
    expect(nameOf(ticketOf(context))).toBe(nameOf(session));
    await pass(2);
    expect(nameOf(ticketOf(context))).not.toBe(nameOf(session));
    await pass(24 * hour - 2);
    expect(resumes(context, session)).toBe(true);
    await pass(2);
    expect(resumes(context, session)).toBe(false);
    expect(warnings).toEqual([]);
  });

  test('all contexts of a ring resume with the tickets of each other, others do not', () => {
    const ring = add(new TicketKeyRing());
    const session = ticketOf(server(ring, version));
    expect(resumes(server(ring, version), session)).toBe(true);
    expect(resumes(server(add(new TicketKeyRing()), version), session)).toBe(false);
    expect(resumes(stack.server({ maxVersion: version }), session)).toBe(false);
  });

  test('without a key that may encrypt there are no tickets, but old ones are taken', async () => {
    const backend = testBackend();
    const minute = 60;
    const options = { secret, encryptFor: minute, decryptFor: 10 * minute };
    const ring = add(TicketKeyRing.fromBackend(backend, options));
    await ring.ready;
    const context = server(ring, version);
    const session = ticketOf(context);
    expect(session).not.toBeNull();
    backend.instead(() => {
      throw new Error('deliberate');
    });
    await pass(minute); // the key of the next slot is there already
    expect([ring.encrypts, warnings]).toEqual([true, []]);
    expect(ticketOf(context)).not.toBeNull();
    await pass(minute);
    expect([ring.encrypts, warnings]).toEqual([false, ['LIBSSL_NO_TICKET_KEY']]);
    expect(ticketOf(context)).toBeNull();
    expect(resumes(context, session)).toBe(true);
    const renewed = stack.joined(stack.client(), context, { session });
    expect(renewed[1].sessionReused).toBe(true);
    await pass(20 * minute);
    expect(resumes(context, session)).toBe(false);
    expect(ticketOf(context)).toBeNull();
    backend.instead(null);
    await pass(10);
    expect(ring.encrypts).toBe(true);
    expect(resumes(context, ticketOf(context))).toBe(true);
    expect(warnings).toHaveLength(1);
  });
});

describe('keys in a backend', () => {
  const open = async (backend: StoreBackend, more: object = {}) => {
    const ring = add(TicketKeyRing.fromBackend(backend, { secret, ...more }));
    await ring.ready;
    return ring;
  };

  test('are one for each slot, however many processes begin at once', async () => {
    const backend = testBackend(true);
    const all = Array.from({ length: 8 }, () =>
      add(TicketKeyRing.fromBackend(backend, { secret })),
    );
    await Promise.all(all.map(({ ready }) => ready));
    for (let slot = 0; slot < 4; slot++) {
      const names = all.map((ring) => nameOf(ticketOf(server(ring))));
      expect(new Set(names).size).toBe(1);
      await pass(12 * hour);
    }
    expect(warnings).toEqual([]);
  });

  test('are there before they encrypt: a process that is behind takes the ticket', async () => {
    const backend = testBackend();
    const behind = await open(backend);
    const context = server(behind);
    await pass(12 * hour - 10);
    const ahead = await open(backend);
    const now = Date.now();
    vi.setSystemTime(now + 20_000); // the clock of another machine
    const other = await open(backend);
    const session = ticketOf(server(other));
    vi.setSystemTime(now);
    expect(nameOf(session)).not.toBe(nameOf(ticketOf(server(ahead))));
    expect(resumes(context, session)).toBe(true);
  });

  test('that a backend has lost are put back, and who comes then has them', async () => {
    const backend = testBackend();
    const session = ticketOf(server(await open(backend)));
    for (const key of [...backend.records.keys()]) backend.delete(key);
    await pass(301);
    expect(nameOf(ticketOf(server(await open(backend))))).toBe(nameOf(session));
  });

  test('of two that a backend was given, while it had lost the first, both decrypt', async () => {
    const backend = testBackend();
    const one = await open(backend);
    const session = ticketOf(server(one));
    for (const key of [...backend.records.keys()]) backend.delete(key);
    const other = await open(backend); // began before the first put its key back
    const theirs = ticketOf(server(other));
    expect(nameOf(theirs)).not.toBe(nameOf(session));
    await pass(301);
    const context = server(one);
    expect(resumes(context, session)).toBe(true);
    expect(resumes(context, theirs)).toBe(true);
    expect(nameOf(ticketOf(context))).toBe(nameOf(theirs));
  });

  test('of another process are read soon after a ticket of an unknown key', async () => {
    const kept = testBackend();
    const backend = testBackend();
    const one = await open(backend);
    const context = server(one);
    // A split: the other process has written to a server that takes over now.
    const other = await open(kept);
    const session = ticketOf(server(other));
    backend.instead((name, key, really) => (name === 'get' ? kept.get(key) : really()));
    expect(resumes(context, session)).toBe(false);
    await pass(6);
    expect(resumes(context, session)).toBe(true);
    expect(nameOf(ticketOf(context))).toBe(nameOf(session));
  });

  test('are not read more often than every 5 seconds, whatever tickets come', async () => {
    const backend = testBackend();
    const ring = await open(backend);
    const context = server(ring);
    const foreign = ticketOf(server(add(new TicketKeyRing())));
    const before = backend.calls.length;
    for (let i = 0; i < 50; i++) {
      resumes(context, foreign);
      await pass(0.1);
    }
    await pass(1);
    // At most two reads of the four slots that count.
    expect(backend.calls.length - before).toBeLessThanOrEqual(8);
    expect(backend.calls.length - before).toBeGreaterThan(0);
  });

  test('are encrypted, and readable with an older secret as well', async () => {
    const backend = testBackend();
    const session = ticketOf(server(await open(backend)));
    const newer = randomBytes(32);
    const rotated = await open(backend, { secret: [newer, secret] });
    const context = server(rotated);
    expect(resumes(context, session)).toBe(true);
    // It was put there for those who know only the new secret.
    expect(resumes(server(await open(backend, { secret: newer })), session)).toBe(true);
    expect(resumes(server(await open(backend, { secret: randomBytes(32) })), session)).toBe(false);
    for (const bytes of backend.records.values()) {
      expect(bytes.length).toBe(109);
      expect(Buffer.from(bytes).includes(Buffer.from(nameOf(session) ?? '', 'hex'))).toBe(false);
    }
  });

  test('that were changed there are an error, and not a key', async () => {
    const backend = testBackend();
    const errors: unknown[] = [];
    backend.instead((name, _key, really) => (name === 'get' ? randomBytes(109) : really()));
    const ring = add(TicketKeyRing.fromBackend(backend, { secret }));
    ring.on('storeError', (error) => errors.push(error));
    await ring.ready;
    expect(errors).toContainEqual(failure('ERR_LIBSSL_STORE_RECORD'));
    backend.instead((name, _key, really) =>
      name === 'add' ? false : name === 'get' ? randomBytes(109) : really(),
    );
    expect(ring.encrypts).toBe(true); // its own, which it could write
  });
});

describe('keys in a file', () => {
  const key = (size: number, fill: number) => Buffer.alloc(size, fill);
  const haproxy = (...keys: Buffer[]) =>
    `${keys.map((each) => each.toString('base64')).join('\n')}\n`;

  test.each([48, 80])(
    "nginx's of %i bytes: the first encrypts, the others decrypt",
    async (size) => {
      const current = file('current', key(size, 1));
      const previous = file('previous', key(size, 2));
      const ring = add(TicketKeyRing.fromFile([current, previous]));
      const context = server(ring);
      const session = ticketOf(context);
      expect(nameOf(session)).toBe('01'.repeat(16));
      file('current', key(size, 3));
      file('previous', key(size, 1));
      await pass(11);
      expect(nameOf(ticketOf(context))).toBe('03'.repeat(16));
      expect(resumes(context, session)).toBe(true);
      file('previous', key(size, 3));
      await pass(11);
      expect(resumes(context, session)).toBe(false);
    },
  );

  test.each([48, 80])("HAProxy's of %i bytes: the last but one encrypts", async (size) => {
    const keys = [1, 2, 3].map((fill) => key(size, fill));
    const path = file('keys', haproxy(...keys));
    const ring = add(TicketKeyRing.fromFile(path));
    const context = server(ring);
    const session = ticketOf(context);
    expect(nameOf(session)).toBe('02'.repeat(16));
    file('keys', haproxy(...keys, key(size, 4)));
    await pass(11);
    expect(nameOf(ticketOf(context))).toBe('03'.repeat(16));
    expect(resumes(context, session)).toBe(true);
  });

  test('of 48 bytes have the AES key before the HMAC key, as in nginx and HAProxy', () => {
    const parts = [1, 2, 3].map((fill) => key(16, fill)) as [Buffer, Buffer, Buffer];
    const ring = add(TicketKeyRing.fromFile(file('nginx', Buffer.concat(parts))));
    const session = ticketOf(server(ring));
    const [name, aes, hmac] = parts;
    const same = stack.server({
      maxVersion: 'TLSv1.2',
      ticketKeys: Buffer.concat([name, hmac, aes]),
    });
    expect(resumes(same, session)).toBe(true);
  });

  test.each([
    ['is missing', null],
    ['is empty', ''],
    ['has two lines', haproxy(key(48, 1), key(48, 2))],
    ['has a line that is no base64', `${haproxy(key(48, 1), key(48, 2), key(48, 3))}???\n`],
    ['has keys of both sizes', haproxy(key(48, 1), key(80, 2), key(48, 3))],
    ['has a key of another size', haproxy(key(64, 1), key(64, 2), key(64, 3))],
  ])(
    'a file that %s is an error at first, and later leaves the keys as they are',
    async (_, text) => {
      const path = join(directory, 'bad');
      if (text !== null) writeFileSync(path, text);
      const error = text === null ? failure('ENOENT') : failure('ERR_LIBSSL_TICKET_KEYS');
      expect(thrown(() => TicketKeyRing.fromFile(path))).toEqual(error);

      const good = file('good', key(48, 1));
      const ring = add(TicketKeyRing.fromFile(good));
      const errors: unknown[] = [];
      ring.on('storeError', (it) => errors.push(it));
      const context = server(ring);
      const session = ticketOf(context);
      if (text === null) rmSync(good);
      else writeFileSync(good, text);
      await pass(11);
      expect(errors).toEqual([error]);
      expect(resumes(context, session)).toBe(true);
      expect(nameOf(ticketOf(context))).toBe(nameOf(session));
    },
  );
});

describe('a context', () => {
  test('that gets keys of its own, or of another ring, is left alone', async () => {
    const ring = add(new TicketKeyRing());
    const [own, moved, left] = [server(ring), server(ring), server(ring)];
    own.setTicketKeys(Buffer.alloc(48, 9));
    add(TicketKeyRing.fromFile(file('keys', Buffer.alloc(80, 8)))).attach(moved);
    ring.detach(left);
    const session = ticketOf(left);
    await pass(12 * hour + 1);
    expect(nameOf(ticketOf(own))).toBe('09'.repeat(16));
    expect(nameOf(ticketOf(moved))).toBe('08'.repeat(16));
    expect(nameOf(ticketOf(left))).toBe(nameOf(session));
  });

  test('that is freed is forgotten', async () => {
    const ring = add(new TicketKeyRing());
    const [one, two] = [server(ring), server(ring)];
    const before = nameOf(ticketOf(two));
    one.free();
    await pass(12 * hour + 1);
    expect(nameOf(ticketOf(two))).not.toBe(before);
  });

  test('of a client, of nothing, or one whose first context has others is refused', () => {
    const ring = add(new TicketKeyRing());
    expect(thrown(() => ring.attach(stack.client()))).toEqual(wrongValue);
    expect(thrown(() => ring.attach({} as never))).toEqual(wrongType);
    const [first, second] = [stack.server(), stack.server()];
    first.addContext('a.example', second);
    expect(thrown(() => ring.attach(second))).toEqual(wrongValue);
    ring.attach(first);
    ring.attach(second);
  });
});

test('keys are wiped when they no longer decrypt, and when the ring is closed', async () => {
  const made: Buffer[] = [];
  const fill = Buffer.prototype.fill;
  const wiped = new Set<Buffer>();
  vi.spyOn(Buffer.prototype, 'fill').mockImplementation(function (this: Buffer, ...args) {
    if (args[0] === 0 && this.length === 80) wiped.add(this);
    return fill.apply(this, args as Parameters<typeof fill>);
  });
  const ring = new TicketKeyRing({ encryptFor: hour, decryptFor: hour });
  const context = server(ring);
  for (let i = 0; i < 4; i++) {
    made.push(Buffer.from(nameOf(ticketOf(context)) ?? '', 'hex'));
    await pass(hour);
  }
  expect(new Set(made.map((name) => name.toString('hex'))).size).toBe(4);
  const zero = [...wiped].filter((bytes) => bytes.every((byte) => byte === 0));
  expect(zero.length).toBeGreaterThanOrEqual(2);
  ring.close();
  expect(ring.encrypts).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

test('a ring that is closed takes no context, and wipes what it was reading', async () => {
  const ring = new TicketKeyRing();
  const context = stack.server();
  ring.attach(context);
  ring.close();
  expect(thrown(() => ring.attach(context))).toEqual(failure('ERR_LIBSSL_FREED'));
  expect(thrown(() => ring.attach(stack.server()))).toEqual(failure('ERR_LIBSSL_FREED'));
  expect(ticketOf(context)).not.toBeNull();

  const wiped = new Set<Buffer>();
  const fill = Buffer.prototype.fill;
  vi.spyOn(Buffer.prototype, 'fill').mockImplementation(function (this: Buffer, ...args) {
    if (args[0] === 0 && this.length === 80) wiped.add(this);
    return fill.apply(this, args as Parameters<typeof fill>);
  });
  const read = TicketKeyRing.fromBackend(testBackend(true), { secret });
  read.close();
  await read.ready;
  expect([...wiped].length).toBeGreaterThanOrEqual(2); // of this slot and the next
  expect([vi.getTimerCount(), warnings]).toEqual([0, []]);
});

test('files that are read again leave no copy of the keys', async () => {
  const path = file('key', Buffer.alloc(80, 7));
  const ring = add(TicketKeyRing.fromFile(path));
  const wiped: Buffer[] = [];
  const fill = Buffer.prototype.fill;
  vi.spyOn(Buffer.prototype, 'fill').mockImplementation(function (this: Buffer, ...args) {
    if (args[0] === 0 && this.length === 80) wiped.push(this);
    return fill.apply(this, args as Parameters<typeof fill>);
  });
  await pass(11);
  expect(new Set(wiped).size).toBe(2); // what was read, and the key that was known
  expect(nameOf(ticketOf(server(ring)))).toBe('07'.repeat(16));
});

test('listeners that throw are uncaught exceptions, and the keys change all the same', async () => {
  const path = file('key', Buffer.alloc(80, 1));
  const ring = add(TicketKeyRing.fromFile(path));
  const context = server(ring);
  for (const event of ['keys', 'storeError'] as const) {
    ring.on(event, () => {
      throw new Error(event);
    });
  }
  const errors = await uncaught(async () => {
    file('key', 'nothing of the kind');
    await pass(11);
    file('key', Buffer.alloc(80, 2));
    await pass(11);
  });
  expect(errors.map((error) => (error as Error).message)).toEqual(['storeError', 'keys']);
  expect(nameOf(ticketOf(context))).toBe('02'.repeat(16));
});

test('a backend whose add() does not say whether it wrote is an error', async () => {
  const errors: unknown[] = [];
  const backend = { ...testBackend(), add: () => 'OK' as never };
  const ring = add(TicketKeyRing.fromBackend(backend, { secret }));
  ring.on('storeError', (...error) => errors.push(error));
  await ring.ready;
  expect(errors).toContainEqual([failure('ERR_LIBSSL_STORE_ANSWER', 'a boolean'), 'add']);
  expect([ring.encrypts, warnings]).toEqual([false, ['LIBSSL_NO_TICKET_KEY']]);
});

describe('a clock that is set', () => {
  test('forward changes the key within a minute, whatever timers count', async () => {
    const ring = add(new TicketKeyRing());
    const context = server(ring);
    const before = nameOf(ticketOf(context));
    vi.setSystemTime(Date.now() + 12 * hour * 1000);
    await pass(60);
    expect(nameOf(ticketOf(context))).not.toBe(before);
  });

  test('back does not keep a ring from reading soon after a ticket of an unknown key', async () => {
    const backend = testBackend();
    const ring = add(TicketKeyRing.fromBackend(backend, { secret }));
    await ring.ready;
    const foreign = ticketOf(server(add(new TicketKeyRing())));
    vi.setSystemTime(Date.now() - 3 * hour * 1000);
    await pass(6);
    const before = backend.calls.length;
    resumes(server(ring), foreign);
    await pass(6);
    expect(backend.calls.length).toBeGreaterThan(before);
  });

  test('and set right again leaves a context that was attached between with the keys of others', async () => {
    const ring = add(new TicketKeyRing());
    const now = Date.now();
    vi.setSystemTime(now + 13 * hour * 1000); // no key of this time yet
    const context = server(ring);
    expect(ticketOf(context)).toBeNull();
    vi.setSystemTime(now);
    await pass(60);
    expect(nameOf(ticketOf(context))).toBe(nameOf(ticketOf(server(ring))));
  });
});

test('times that are not possible are refused', () => {
  for (const options of [
    { encryptFor: 0 },
    { encryptFor: 1, decryptFor: 101 },
    { decryptFor: -1 },
  ]) {
    expect(thrown(() => new TicketKeyRing(options))).toEqual(outOfRange);
  }
  expect(thrown(() => TicketKeyRing.fromFile([]))).toEqual(outOfRange);
  expect(thrown(() => new TicketKeyRing({ encrypt: 1 } as never))).toEqual(wrongValue);
  const { add: _, ...without } = testBackend();
  expect(thrown(() => TicketKeyRing.fromBackend(without, { secret }))).toEqual(wrongType);
});
