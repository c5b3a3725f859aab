// Facts of 70-test_tlsextms: a session is resumed only as it was made, with the extended master
// secret or without. libssl 1.1.1 always speaks it: the side without it is node:tls.

import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { SslConnection, SslSession, sessionCounts, startCounting } from 'libssl-session';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { join, loopback } from '../support/socket.js';
import { certificate, clientContext, Pair, serverContext } from './support.js';
import { extension, hello, messages } from './wire.js';

beforeAll(startCounting);
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

const name = '1.2 70-test_tlsextms';
const SSL_OP_NO_EXTENDED_MASTER_SECRET = 1; // OpenSSL 3's

const hasExtension = (bytes: Buffer | undefined, kind: 'client' | 'server') => {
  const [first] = messages(bytes ?? Buffer.alloc(0));
  if (first === undefined) throw new Error('no hello');
  return hello(first.body, kind).extensions.has(extension.extendedMasterSecret);
};

// The flag is the last field of a session: [13] INTEGER 1. The outer length has two bytes.
const flagField = Buffer.from('ad03020101', 'hex');

function resized(der: Buffer): Buffer {
  der.writeUInt16BE(der.length - 4, 2);
  return der;
}

const withFlag = (der: Buffer) => resized(Buffer.concat([der, flagField]));

function withoutFlag(der: Buffer): Buffer {
  if (!der.subarray(-flagField.length).equals(flagField)) throw new Error('there is no flag');
  return resized(Buffer.from(der.subarray(0, -flagField.length)));
}

interface Result {
  reused: boolean;
  /** Whether the server's hello had the extension. */
  answered: boolean;
  session: SslSession;
}

/** A handshake of libssl's own client, with the extension. */
function withSecret(
  server: ReturnType<typeof serverContext>,
  session: SslSession | null = null,
  maxVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.2',
): Result {
  using client = clientContext({ maxVersion });
  using pair = new Pair(client, server, { session });
  pair.byWire();
  expect(hasExtension(pair.toServer[0], 'client')).toBe(true);
  const made = pair.client.session;
  if (made === null) throw new Error('no session');
  return { reused: pair.reused, answered: hasExtension(pair.toClient[0], 'server'), session: made };
}

/** A handshake of node:tls, without it. */
async function withoutSecret(
  context: ReturnType<typeof serverContext>,
  session: SslSession | null = null,
): Promise<Result> {
  const [near, far] = await loopback();
  using server = new SslConnection(context);
  try {
    const asked = once(far, 'data') as Promise<[Buffer]>;
    const answers: Buffer[] = [];
    const take = server.take.bind(server) as () => Buffer;
    server.take = (() => {
      const bytes = take();
      if (bytes.length > 0) answers.push(bytes);
      return bytes;
    }) as typeof server.take;
    const client = tls.connect({
      socket: near,
      maxVersion: 'TLSv1.2',
      rejectUnauthorized: false,
      secureOptions: SSL_OP_NO_EXTENDED_MASTER_SECRET,
      ...(session !== null && { session: session.toNodeSession({ servername: 'localhost' }) }),
      servername: 'localhost',
    });
    const ready = once(client, 'secureConnect');
    await Promise.all([join(server, far), ready]);
    expect(hasExtension((await asked)[0], 'client')).toBe(false);
    expect(client.isSessionReused()).toBe(server.sessionReused);
    server.shutdown();
    const made = SslSession.fromNodeSession(client.getSession() ?? Buffer.alloc(0));
    const answered = hasExtension(answers[0], 'server');
    return { reused: server.sessionReused, answered, session: made };
  } finally {
    far.destroy();
    near.destroy();
  }
}

describe.each([false, true])('noTicket: %s', (noTicket) => {
  const numbers = noTicket ? [3, 4] : [1, 2];
  const how = noTicket ? 'without tickets' : 'with tickets';

  test(`${name}, ${numbers[0]}: by default both sides send the extension, ${how}`, () => {
    using server = serverContext({ noTicket });
    const { answered, session } = withSecret(server);
    session.free();
    expect(answered).toBe(true);
  });

  test(`${name}, ${numbers[1]}: a server does not send what the client has not, ${how}`, async () => {
    using server = serverContext({ noTicket });
    const { answered, session } = await withoutSecret(server);
    const text = session.toText();
    session.free();
    expect(text).toContain('Extended master secret: no');
    expect(answered).toBe(false);
  });
});

test(`${name}, 5: a session with it is resumed with it`, () => {
  using server = serverContext();
  using session = withSecret(server).session;
  expect(session.toText()).toContain('Extended master secret: yes');
  const again = withSecret(server, session);
  again.session.free();
  expect(again).toMatchObject({ reused: true, answered: true });
});

test(`${name}, 5 (neither side has it): a session without it is resumed`, async () => {
  using server = serverContext();
  using session = (await withoutSecret(server)).session;
  const again = await withoutSecret(server, session);
  again.session.free();
  expect(again.reused).toBe(true);
});

test(`${name}, 6: a session without it, offered with it, is not resumed`, async () => {
  using server = serverContext();
  using session = (await withoutSecret(server)).session;
  const again = withSecret(server, session);
  expect(again.session.toText()).toContain('Extended master secret: yes');
  again.session.free();
  expect(again).toMatchObject({ reused: false, answered: true });
});

test(`${name}, 7: a session with it, offered without it, ends the handshake`, async () => {
  using server = serverContext();
  using session = withSecret(server).session;
  await expect(withoutSecret(server, session)).rejects.toMatchObject({
    code: 'ERR_SSL_INCONSISTENT_EXTMS',
  });
});

test(`${name}, 8: a client ends a resumption in which the server leaves it out`, async () => {
  // A server of node:tls makes and resumes sessions without it. The saved session says otherwise.
  const server = tls.createServer({
    ...certificate,
    maxVersion: 'TLSv1.2',
    secureOptions: SSL_OP_NO_EXTENDED_MASTER_SECRET,
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  async function run(session: SslSession | null): Promise<SslSession> {
    using context = clientContext({ maxVersion: 'TLSv1.2' });
    using connection = new SslConnection(context, { session });
    const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => socket.destroy());
    try {
      await once(socket, 'connect');
      await join(connection, socket);
      const made = connection.session;
      connection.shutdown();
      if (made === null) throw new Error('no session');
      return made;
    } finally {
      socket.destroy();
    }
  }
  try {
    using plain = await run(null);
    using again = await run(plain);
    expect(again.toText()).toContain('Extended master secret: no');
    using extended = SslSession.fromDer(withFlag(plain.toDer()));
    expect(extended.toText()).toContain('Extended master secret: yes');
    await expect(run(extended)).rejects.toMatchObject({ code: 'ERR_SSL_INCONSISTENT_EXTMS' });
  } finally {
    server.close();
  }
});

test(`${name}, 9: a client ends a resumption that has it where the session has not`, () => {
  using server = serverContext();
  using extended = withSecret(server).session;
  using plain = SslSession.fromDer(withoutFlag(extended.toDer()));
  expect(plain.toText()).toContain('Extended master secret: no');
  expect(() => withSecret(server, plain)).toThrow(
    expect.objectContaining({ code: 'ERR_SSL_INCONSISTENT_EXTMS' }),
  );
});

test(`${name}, 10: in TLS 1.3 the server does not send it`, () => {
  using server = serverContext();
  const { answered, session } = withSecret(server, null, 'TLSv1.3');
  session.free();
  expect(answered).toBe(false);
});

test(`${name}, the flag: it travels in the saved session, as [13]`, async () => {
  using server = serverContext();
  using extended = withSecret(server).session;
  using plain = (await withoutSecret(server)).session;
  for (const [session, flag] of [
    [extended, true],
    [plain, false],
  ] as const) {
    using copy = SslSession.fromPem(session.toPem());
    expect(copy.toText()).toContain(`Extended master secret: ${flag ? 'yes' : 'no'}`);
    expect(copy.toDer().subarray(-flagField.length).equals(flagField)).toBe(flag);
  }
});
