// Sessions of node:tls: into libssl 1.1.1, and out again to be resumed by node:tls.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { LibsslError, SslSession, sessionCounts, startCounting } from 'libssl-session';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fixture } from '../support/fixture.js';

beforeAll(startCounting);
afterEach(() => expect(sessionCounts().live, 'sessions left behind by the test').toBe(0));

const prefix = Buffer.from('\0nodejs:tls:session:1\0', 'latin1');
const isWrapped = (buffer: Buffer) => buffer.subarray(0, prefix.length).equals(prefix);
const ca = fixture('tls-cert.pem');

interface Connection {
  session: Buffer;
  ticket: Buffer | undefined;
  reused: boolean;
  protocol: string | null;
  cipher: string;
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a session of %s', (version) => {
  let server: tls.Server;

  beforeAll(async () => {
    server = tls.createServer(
      { cert: ca, key: fixture('tls-key.pem'), minVersion: version, maxVersion: version },
      (socket) => socket.end('.'),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => server.close());

  /** A handshake with the certificate and its name checked, and the first session that it gives. */
  async function connect(options: tls.ConnectionOptions = {}, to = server): Promise<Connection> {
    const socket = tls.connect({
      port: (to.address() as AddressInfo).port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca,
      rejectUnauthorized: true,
      minVersion: version,
      maxVersion: version,
      ...options,
    });
    const given: { session: Buffer; ticket: Buffer | undefined }[] = [];
    socket.on('session', (session) => given.push({ session, ticket: socket.getTLSTicket() }));
    await once(socket, 'secureConnect');
    expect(socket.authorized).toBe(true);
    const facts = {
      reused: socket.isSessionReused(),
      protocol: socket.getProtocol(),
      cipher: socket.getCipher().standardName,
    };
    socket.resume();
    await once(socket, 'close');
    // A resumed connection need not give a new one.
    return { ...facts, ...(given[0] ?? { session: Buffer.alloc(0), ticket: undefined }) };
  }

  const resumes = async (options: tls.ConnectionOptions) => (await connect(options)).reused;

  test('holds in libssl what node:tls said of it', async () => {
    const { session: buffer, ticket, reused, protocol, cipher } = await connect();
    expect(reused).toBe(false);
    if (ticket === undefined) throw new Error('node:tls had no ticket');
    using session = SslSession.fromNodeSession(buffer);
    expect(session.protocolVersion).toBe(version);
    expect(session.protocolVersion).toBe(protocol);
    expect(session.cipher?.standardName).toBe(cipher);
    // It holds the name when the server confirms it, as that of Node.js 22.23 and 24.22 does.
    const confirmed = buffer.includes(Buffer.from('\xa6\x0b\x04\x09localhost', 'latin1')); // [6]
    expect(session.hostname).toBe(confirmed ? 'localhost' : null);
    expect(session.isResumable).toBe(true);
    expect(session.hasTicket).toBe(true);
    expect(session.ticketLifetimeHint).toBe(7200);
    expect(session.toDer().includes(ticket)).toBe(true);
    // A client names a session with a ticket by the ticket's hash.
    expect(session.id).toEqual(createHash('sha256').update(ticket).digest());
    expect(Math.abs(session.time - Date.now() / 1000)).toBeLessThan(60);
    expect(session.expiresAt.getTime()).toBeGreaterThan(Date.now());
  });

  test('holds the id that the server gave, where there are no tickets', async ({ skip }) => {
    skip(version === 'TLSv1.3', 'TLS 1.3 has tickets only');
    const { SSL_OP_NO_TICKET } = await import('node:constants');
    const kept = new Map<string, Buffer>();
    const stateful = tls.createServer(
      {
        cert: ca,
        key: fixture('tls-key.pem'),
        maxVersion: version,
        secureOptions: SSL_OP_NO_TICKET,
      },
      (socket) => socket.end('.'),
    );
    stateful.on('newSession', (id, data, done) => {
      kept.set(id.toString('hex'), data);
      done();
    });
    stateful.on('resumeSession', (id, done) => done(null, kept.get(id.toString('hex')) ?? null));
    await once(stateful.listen(0, '127.0.0.1'), 'listening');
    try {
      const { session: buffer } = await connect({}, stateful);
      using session = SslSession.fromNodeSession(buffer);
      expect([...kept.keys()]).toEqual([session.id.toString('hex')]);
      expect(session.hasTicket).toBe(false);
      const bound = session.toNodeSession({ servername: 'localhost' });
      expect((await connect({ session: bound }, stateful)).reused).toBe(true);
      // What a server keeps is a session too.
      using servers = SslSession.fromNodeSession(kept.get(session.id.toString('hex')) as Buffer);
      expect(servers.id).toEqual(session.id);
      kept.set(session.id.toString('hex'), servers.toNodeSession());
      expect((await connect({ session: bound }, stateful)).reused).toBe(true);
    } finally {
      stateful.close();
    }
  });

  test('resumes as node:tls gave it, so that the server can', async () => {
    expect(await resumes({ session: (await connect()).session })).toBe(true);
  });

  describe('resumes in node:tls', () => {
    test('bound to its servername', async () => {
      const { session: buffer } = await connect();
      using session = SslSession.fromNodeSession(buffer);
      const bound = session.toNodeSession({ servername: 'localhost' });
      expect(isWrapped(bound)).toBe(isWrapped(buffer));
      expect(await resumes({ session: bound })).toBe(true);
    });

    test('bound to another name of the same certificate', async () => {
      const servername = 'other.localhost';
      using session = SslSession.fromNodeSession((await connect({ servername })).session);
      const bound = session.toNodeSession({ servername });
      expect(await resumes({ session: bound, servername })).toBe(true);
    });

    test('bound to the host where no servername is given', async () => {
      const options = {
        host: '127.0.0.1',
        servername: undefined,
        checkServerIdentity: () => undefined,
      };
      using session = SslSession.fromNodeSession((await connect(options)).session);
      const bound = session.toNodeSession({ servername: '127.0.0.1' });
      expect(await resumes({ ...options, session: bound })).toBe(true);
    });

    test('not for another servername than it is bound to, where this Node binds', async () => {
      const { session: buffer } = await connect();
      using session = SslSession.fromNodeSession(buffer);
      const bound = session.toNodeSession({ servername: 'other.localhost' });
      expect(await resumes({ session: bound })).toBe(!isWrapped(buffer));
    });

    test('bare; where this Node binds, only without certificate checks', async () => {
      const { session: buffer } = await connect();
      using session = SslSession.fromNodeSession(buffer);
      const bare = session.toNodeSession();
      expect(isWrapped(bare)).toBe(false);
      expect(await resumes({ session: bare, rejectUnauthorized: false })).toBe(true);
      expect(await resumes({ session: bare })).toBe(!isWrapped(buffer));
    });

    test('after dup, PEM and DER', async () => {
      using session = SslSession.fromNodeSession((await connect()).session);
      using copy = session.dup();
      using fromPem = SslSession.fromPem(session.toPem());
      using fromDer = SslSession.fromDer(session.toDer());
      for (const each of [copy, fromPem, fromDer]) {
        const bound = each.toNodeSession({ servername: 'localhost' });
        expect(await resumes({ session: bound })).toBe(true);
        const bare = each.toNodeSession();
        expect(await resumes({ session: bare, rejectUnauthorized: false })).toBe(true);
      }
    });

    test('but not with another ticket, so that resuming can fail', async () => {
      const { session: buffer, ticket = Buffer.alloc(0) } = await connect();
      using session = SslSession.fromNodeSession(buffer);
      const der = session.toDer();
      const at = der.indexOf(ticket) + ticket.length - 1;
      der.writeUInt8(der.readUInt8(at) ^ 1, at);
      using changed = SslSession.fromDer(der);
      const bound = changed.toNodeSession({ servername: 'localhost' });
      expect(await resumes({ session: bound })).toBe(false);
    });
  });
});

const facts: Record<string, { protocol: string; cipher: string; alpn: string; ticket: string }> =
  JSON.parse(readFileSync(new URL('../fixtures/node-sessions.json', import.meta.url), 'utf8'));

/** The code of what `fromNodeSession` throws; undefined when it throws nothing. */
function refusal(bytes: Uint8Array): string | undefined {
  try {
    SslSession.fromNodeSession(bytes).free();
    return undefined;
  } catch (error) {
    if (!(error instanceof LibsslError)) throw error;
    return error.code;
  }
}

test('the fixtures are of Node 20, 22, 24 and 26, with and without the wrapping', () => {
  const made = ['20', '22', '24', '26'].flatMap((major) =>
    ['tls12', 'tls13'].map((version) => `node-${major}-${version}.bin`),
  );
  expect(Object.keys(facts)).toEqual(made);
  expect(made.map((name) => isWrapped(fixture(name)))).toEqual([
    ...[false, false],
    ...Array(6).fill(true),
  ]);
});

describe.each(Object.keys(facts))('the buffer %s', (name) => {
  const buffer = fixture(name);
  const { protocol, cipher, alpn, ticket } = facts[name] as (typeof facts)[string];
  const nameAt = prefix.length + 2;
  const der = isWrapped(buffer)
    ? buffer.subarray(nameAt + buffer.readUInt16BE(prefix.length))
    : buffer;

  test('is decoded to what the Node that made it said', () => {
    using session = SslSession.fromNodeSession(buffer);
    expect(session.toJSON()).toMatchObject({
      id: createHash('sha256').update(ticket, 'hex').digest('hex'),
      protocolVersion: protocol,
      hostname: null,
      alpnProtocol: alpn,
      hasTicket: true,
      isResumable: true,
    });
    expect(session.cipher?.standardName).toBe(cipher);
    expect(session.toDer().includes(Buffer.from(ticket, 'hex'))).toBe(true);
  });

  test('keeps every field that libssl 1.1.1 knows, and comes back the same', () => {
    using session = SslSession.fromNodeSession(buffer);
    const encoded = session.toDer();
    // All but the outer length and the fields of OpenSSL 3 at its end.
    expect(der.subarray(4, encoded.length)).toEqual(encoded.subarray(4));
    expect(der.length - encoded.length).toBeGreaterThan(0);
    using again = SslSession.fromNodeSession(encoded);
    expect(again.toDer()).toEqual(encoded);
    using bare = SslSession.fromNodeSession(der);
    expect(bare.toDer()).toEqual(encoded);
  });

  test('is not what fromDer takes: OpenSSL 1.1.1 refuses the fields that are not its own', () => {
    expect(() => SslSession.fromDer(der)).toThrow(/wrong tag/);
  });

  test('is taken from any view of its bytes', () => {
    const around = Buffer.concat([Buffer.from('before'), buffer, Buffer.from('after')]);
    const view = new Uint8Array(around.buffer, around.byteOffset + 6, buffer.length);
    using session = SslSession.fromNodeSession(view);
    expect(session.protocolVersion).toBe(protocol);
  });

  test('is left as it was', () => {
    const copy = Buffer.from(buffer);
    SslSession.fromNodeSession(copy).free();
    expect(copy).toEqual(buffer);
  });

  test('is refused when it is cut short, wherever', () => {
    for (let length = 0; length < buffer.length; length++) {
      expect(refusal(buffer.subarray(0, length)), `its first ${length} bytes`).toMatch(/^ERR_/);
    }
  });

  test('is refused with bytes after it', () => {
    for (const more of ['\0', '0', '\0\0', '\x30\0']) {
      const bytes = Buffer.concat([buffer, Buffer.from(more, 'latin1')]);
      expect(refusal(bytes), JSON.stringify(more)).toMatch(/^ERR_/);
    }
  });

  test('is refused, or decoded to something, with any one byte changed', () => {
    let refused = 0;
    for (let at = 0; at < buffer.length; at++) {
      for (const change of [0x01, 0x80, 0xff]) {
        const bytes = Buffer.from(buffer);
        bytes.writeUInt8(bytes.readUInt8(at) ^ change, at);
        if (refusal(bytes) !== undefined) refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });

  test('is refused with a wrong length of the name in its wrapping', ({ skip }) => {
    skip(!isWrapped(buffer), 'Node 20 did not wrap it');
    const right = buffer.readUInt16BE(prefix.length);
    expect(buffer.toString('latin1', nameAt, nameAt + right)).toBe('localhost');
    for (const wrong of [0, 1, right - 1, right + 1, der.length, buffer.length, 0x7fff, 0xffff]) {
      const bytes = Buffer.from(buffer);
      bytes.writeUInt16BE(wrong, prefix.length);
      expect(refusal(bytes), `${wrong} instead of ${right}`).toMatch(/^ERR_/);
    }
  });

  test('is refused when it is wrapped twice', () => {
    const length = Buffer.from([0, 0]);
    expect(refusal(Buffer.concat([prefix, length, der]))).toBeUndefined();
    expect(refusal(Buffer.concat([prefix, length, prefix, length, der]))).toMatch(/^ERR_/);
  });
});

test('garbage is refused, and no session is left of it', () => {
  const sequence = (content: string) => Buffer.from(`30${content}`, 'hex');
  const garbage = [
    Buffer.alloc(0),
    Buffer.from([0]),
    Buffer.alloc(1000),
    Buffer.alloc(1000, 0xff),
    Buffer.from('not a session'),
    prefix,
    Buffer.concat([prefix, Buffer.from([0, 0])]),
    sequence(''), // no length
    sequence('00'),
    sequence('80'), // the indefinite length of BER
    sequence('800000'),
    sequence('84ffffffff'),
    sequence('85ffffffffff'),
    sequence('88ffffffffffffffff'),
    sequence('02b300'), // only a field that is left out
    sequence('03b38201'), // whose length ends outside
    sequence('04b3820000'),
  ];
  for (const bytes of garbage) {
    expect(refusal(bytes), bytes.toString('hex', 0, 20)).toMatch(/^ERR_/);
  }
});

test.each([undefined, null, 'a string', 7, {}, [], new ArrayBuffer(8), new Uint16Array(8)])(
  'fromNodeSession takes bytes only: %o is a TypeError',
  (value) => {
    expect(() => SslSession.fromNodeSession(value as unknown as Uint8Array)).toThrow(
      expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' }),
    );
  },
);
