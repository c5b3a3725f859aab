// Facts of 70-test_sslsessiontick: tickets of TLS 1.2, and sessions saved as PEM, on the wire.

import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { SslConnection, SslSession, sessionCounts, startCounting } from 'libssl-session';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { join } from '../support/socket.js';
import { certificate, clientContext, Pair, serverContext } from './support.js';
import { extension, hello, messages, records } from './wire.js';

beforeAll(startCounting);
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

const name = '1.2 70-test_sslsessiontick';

/** What the recipe looks at. */
interface Seen {
  clientExtension: boolean;
  serverExtension: boolean;
  newTicket: boolean;
  full: boolean;
}

function seen({ toServer: [asked], toClient }: Pair): Seen {
  const answered = messages(toClient[0] ?? Buffer.alloc(0));
  // The ticket of a full handshake is in the server's last flight.
  const all = toClient.flatMap((flight) => messages(flight));
  const helloOf = (list: typeof all, type: number, kind: 'client' | 'server') => {
    const found = list.find((message) => message.type === type);
    if (found === undefined) throw new Error('no hello');
    return hello(found.body, kind).extensions.has(extension.sessionTicket);
  };
  return {
    clientExtension: helloOf(messages(asked ?? Buffer.alloc(0)), 1, 'client'),
    serverExtension: helloOf(answered, 2, 'server'),
    newTicket: all.some(({ type }) => type === 4),
    full: all.some(({ type }) => type === 11),
  };
}

/** A handshake of TLS 1.2, offering what was saved; what was seen, and the client's session saved. */
function run(
  server: ReturnType<typeof serverContext>,
  options: { noTicket?: boolean; saved?: string } = {},
): Seen & { saved: string } {
  using client = clientContext({ maxVersion: 'TLSv1.2', noTicket: options.noTicket ?? false });
  using offered = options.saved === undefined ? null : SslSession.fromPem(options.saved);
  using pair = new Pair(client, server, { session: offered }).byWire();
  using session = pair.client.session;
  if (session === null) throw new Error('no session');
  const facts = seen(pair);
  expect(pair.reused).toBe(!facts.full);
  return { ...facts, saved: session.toPem() };
}

const tls12 = () => serverContext({ maxVersion: 'TLSv1.2' });

test(`${name}, 1: by default a ticket is asked for, promised and sent`, () => {
  using server = tls12();
  expect(run(server)).toMatchObject({
    clientExtension: true,
    serverExtension: true,
    newTicket: true,
    full: true,
  });
});

test(`${name}, 2: a server with -no_ticket neither promises nor sends one`, () => {
  using server = serverContext({ maxVersion: 'TLSv1.2', noTicket: true });
  expect(run(server)).toMatchObject({
    clientExtension: true,
    serverExtension: false,
    newTicket: false,
    full: true,
  });
});

test(`${name}, 3: a client with -no_ticket does not ask for one`, () => {
  using server = tls12();
  expect(run(server, { noTicket: true })).toMatchObject({
    clientExtension: false,
    serverExtension: false,
    newTicket: false,
    full: true,
  });
});

test(`${name}, 4: a saved session with a ticket is resumed, without a new ticket`, () => {
  using server = tls12();
  const { saved } = run(server);
  expect(run(server, { saved })).toMatchObject({
    clientExtension: true,
    serverExtension: false,
    newTicket: false,
    full: false,
  });
});

test(`${name}, 5: a saved session without a ticket is resumed by its id, and gets a ticket`, () => {
  using server = tls12();
  const { saved } = run(server, { noTicket: true });
  using before = SslSession.fromPem(saved);
  expect(before.hasTicket).toBe(false);
  const resumed = run(server, { saved });
  expect(resumed).toMatchObject({
    clientExtension: true,
    serverExtension: true,
    newTicket: true,
    full: false,
  });
  using after = SslSession.fromPem(resumed.saved);
  expect(after.hasTicket).toBe(true);
});

describe('a server that does not keep its word', () => {
  /** The server's flight with something put behind its ServerHello, which is its first record. */
  function changed(flight: Buffer, extension: Buffer, message: Buffer): Buffer {
    const [first] = records(flight);
    if (first?.body.readUInt8(0) !== 2) throw new Error('no ServerHello');
    const hello = Buffer.concat([first.body, extension, message]);
    hello.writeUIntBE(first.body.length - 4 + extension.length, 1, 3);
    // Behind the header, version and random bytes, the id, the suite and the compression method.
    const at = 4 + 34 + 1 + hello.readUInt8(4 + 34) + 3;
    hello.writeUInt16BE(hello.readUInt16BE(at) + extension.length, at);
    const header = Buffer.from(first.bytes.subarray(0, 5));
    header.writeUInt16BE(hello.length, 3);
    return Buffer.concat([header, hello, flight.subarray(first.bytes.length)]);
  }

  /** Resumes a session; the server's first flight is changed on its way. */
  function resume(change: (flight: Buffer) => Buffer): void {
    using server = tls12();
    const { saved } = run(server);
    using client = clientContext();
    using session = SslSession.fromPem(saved);
    using pair = new Pair(client, server, { session });
    pair.byWire((bytes, to) =>
      to === 'client' && pair.toClient.length === 1 ? change(bytes) : bytes,
    );
    expect(pair.reused).toBe(true);
  }

  const none = Buffer.alloc(0);
  const promise = Buffer.from([0, extension.sessionTicket, 0, 0]);
  // NewSessionTicket, 6 bytes: a lifetime and nothing.
  const emptyTicket = Buffer.from([4, 0, 0, 6, 0, 0, 0, 1, 0, 0]);
  const unexpected = expect.objectContaining({ code: 'ERR_SSL_UNEXPECTED_MESSAGE' });

  test('with nothing changed the session is resumed', () => {
    resume((flight) => changed(flight, none, none));
  });

  test(`${name}, 9: a ticket that is promised and does not come ends the handshake`, () => {
    expect(() => resume((flight) => changed(flight, promise, none))).toThrow(unexpected);
  });

  test(`${name}, 10: a ticket that comes and was not promised ends the handshake`, () => {
    expect(() => resume((flight) => changed(flight, none, emptyTicket))).toThrow(unexpected);
  });

  test('a ticket that is promised and comes is read: what fails then is the hash of it all', () => {
    expect(() => resume((flight) => changed(flight, promise, emptyTicket))).toThrow(
      expect.objectContaining({ code: 'ERR_SSL_DIGEST_CHECK_FAILED' }),
    );
  });
});

// A server sends an empty ticket when its key callback has no key. libssl's own client is all that is
// asked here: the server is node:tls, by a part of it that has no documentation.
describe('a server whose tickets are empty when it wants', () => {
  type KeyCallback = (name: Buffer, iv: Buffer, encrypt: boolean) => [number, ...Buffer[]];
  interface Credentials {
    enableTicketKeyCallback?: () => void;
    onticketkeycallback?: KeyCallback;
  }
  const server = tls.createServer({ ...certificate, maxVersion: 'TLSv1.2' });
  const { context } = (server as unknown as { _sharedCreds: { context: Credentials } })
    ._sharedCreds;
  let empty = false;

  beforeAll(async () => {
    const [hmacKey, aesKey, keyName, iv] = [1, 2, 3, 4].map((byte) => Buffer.alloc(16, byte));
    const parts = [hmacKey, aesKey, keyName, iv] as Buffer[];
    // 0: no key; 1: a key; 2: a key, and a new ticket is due.
    context.onticketkeycallback = (_name, _iv, encrypt) =>
      [encrypt ? (empty ? 0 : 1) : 2, ...parts] as [number, ...Buffer[]];
    context.enableTicketKeyCallback?.();
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => server.close());

  async function session(ticket: 'empty' | 'filled', offered: SslSession | null) {
    empty = ticket === 'empty';
    using client = clientContext({ maxVersion: 'TLSv1.2' });
    using connection = new SslConnection(client, { session: offered });
    const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      await join(connection, socket);
      const made = connection.session;
      if (made === null) throw new Error('no session');
      expect(connection.sessionReused).toBe(offered?.hasTicket ?? false);
      connection.shutdown();
      socket.write(connection.take());
      return made;
    } finally {
      socket.destroy();
    }
  }

  const noCallback = 'its `node:tls` has no callback for the keys of tickets';
  const skips = () => typeof context.enableTicketKeyCallback !== 'function';

  test(`${name}, 6: a client takes an empty ticket for none`, async ({ skip }) => {
    skip(skips(), noCallback);
    using made = await session('empty', null);
    expect(made.hasTicket).toBe(false);
    expect(made.isResumable).toBe(false);
  });

  test(`${name}, 7: a client keeps the ticket that it has when an empty one comes`, async ({
    skip,
  }) => {
    skip(skips(), noCallback);
    using made = await session('filled', null);
    using kept = await session('empty', made);
    expect(kept.ticket).toEqual(made.ticket);
    expect(kept.isResumable).toBe(true);
  });

  test(`${name}, 8: the ticket that was kept is good, and one that is not empty replaces it`, async ({
    skip,
  }) => {
    skip(skips(), noCallback);
    using made = await session('filled', null);
    using kept = await session('empty', made);
    using again = await session('filled', kept);
    expect(again.hasTicket).toBe(true);
    expect(again.ticket).not.toEqual(made.ticket);
  });
});
