// The trace of a handshake beside what openssl 1.1.1 prints of the same: each message with its
// direction, name, length and bytes, each extension with its number and size.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ConnectionTrace,
  SslContext,
  type SslContextOptions,
  type SslMessage,
  type SslSession,
  type TracedMessage,
  traceConnection,
} from 'libssl-session';
import { describe, expect, test } from 'vitest';
import { fixture } from '../support/fixture.js';
import {
  missing,
  type Printed,
  printedByClient,
  readExtensions,
  readMessages,
  Server,
} from './openssl.js';

/** What was seen of a connection on this side. */
class Seen {
  readonly messages: SslMessage[] = [];
  #trace: ConnectionTrace | null = null;

  readonly watch = (connection: Parameters<typeof traceConnection>[0]) => {
    connection.on('message', (message) => this.messages.push(message));
    this.#trace = traceConnection(connection);
  };

  get traced(): readonly TracedMessage[] {
    return this.#trace?.messages ?? [];
  }
}

// What a trace calls otherwise than openssl does.
const nameOf = (name: string) => (name === 'HelloRetryRequest' ? 'ServerHello' : name);

const sentBy = (traced: readonly TracedMessage[], from: 'client' | 'server') =>
  traced.filter((each) => each.from === from);

function expectSame(seen: Seen, printed: string, openssl: 'client' | 'server') {
  const theirs = readMessages(printed);
  const ours = openssl === 'server' ? 'client' : 'server';
  for (const [direction, from] of [
    ['sent', openssl],
    ['received', ours],
  ] as const) {
    const other = direction === 'sent' ? 'received' : 'sent';
    const they = theirs.filter((each) => each.direction === direction);
    // Byte for byte, with the headers of records. Over TLS libssl tells of a change of cipher only the
    // side that sends it.
    const we = seen.messages.filter((each) => each.direction === other && each.contentType !== 20);
    const raw = they
      .filter(({ content }) => content !== 'ChangeCipherSpec')
      .map(({ length, hex }) => ({ length, hex }));
    const ourRaw = we.map(({ bytes }) => ({ length: bytes.length, hex: bytes.toString('hex') }));
    // The peer's end may come when nobody reads any more.
    expect(raw.slice(0, ourRaw.length)).toEqual(ourRaw);
    expect(raw.length - ourRaw.length).toBeLessThanOrEqual(3);
    const named = they.filter(({ name }) => isHandshake(name)).map(plain);
    const traced = sentBy(seen.traced, from).filter(({ name }) => isHandshake(nameOf(name)));
    expect(traced.length).toBeGreaterThan(1);
    expect(traced.map(({ name, length }) => ({ name: nameOf(name), length }))).toEqual(named);
  }
  const extensions = sentBy(seen.traced, ours).flatMap((each) =>
    each.extensions.map(({ type, length }) => ({ from: ours, type, length })),
  );
  expect(extensions.length).toBeGreaterThan(1);
  // -tlsextdebug prints a Certificate's and a ticket's extensions as well.
  expect(readExtensions(printed)).toEqual(extensions);
  expect(seen.traced.filter(({ malformed }) => malformed !== null)).toEqual([]);
  const wrong = seen.traced.flatMap((each) => each.extensions).filter(({ malformed }) => malformed);
  expect(wrong).toEqual([]);
}

const isHandshake = (name: string) =>
  /Hello|Certificate|Key|Finished|Ticket|EncryptedExtensions|Request/.test(name);
const plain = ({ name, length }: Printed) => ({ name, length });

const versions = {
  'TLSv1.2': { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' },
  'TLSv1.3': { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' },
} as const;
type Version = keyof typeof versions;
const flag = { 'TLSv1.2': '-tls1_2', 'TLSv1.3': '-tls1_3' } as const;

const namesOf = (traced: readonly TracedMessage[]) =>
  traced.map(({ from, name }) => `${from} ${name}`).filter((name) => !/Alert|Change/.test(name));

describe.skipIf(missing !== undefined)('beside s_server', () => {
  const context = (options: Partial<SslContextOptions>) =>
    new SslContext({ role: 'client', ca: fixture('tls-cert.pem'), ...options });

  test.each(Object.keys(versions) as Version[])('%s, full and resumed', async (version) => {
    await using server = new Server(flag[version]);
    using client = context({ ...versions[version], ALPNProtocols: ['h2', 'http/1.1'] });
    let session: SslSession | null = null;
    for (const resumes of [false, true]) {
      const seen = new Seen();
      const served = await server.serve(client, session, seen.watch);
      session?.free();
      session = served.session;
      expect(served.reused).toBe(resumes);
      expectSame(seen, served.printed, 'server');
      expect(namesOf(seen.traced).includes('server Certificate')).toBe(!resumes);
      const [hello] = seen.traced;
      const offered = version === 'TLSv1.2' ? 'session_ticket' : 'pre_shared_key';
      const length = hello?.extensions.find(({ name }) => name === offered)?.length ?? 0;
      expect(length > 100).toBe(resumes);
    }
    session?.free();
  });

  test('TLSv1.3 with a HelloRetryRequest', async () => {
    await using server = new Server('-tls1_3', '-groups', 'P-384');
    using client = context({ ...versions['TLSv1.3'] });
    const seen = new Seen();
    const served = await server.serve(client, null, seen.watch);
    served.session?.free();
    expectSame(seen, served.printed, 'server');
    expect(namesOf(seen.traced).slice(0, 4)).toEqual([
      'client ClientHello',
      'server HelloRetryRequest',
      'client ClientHello',
      'server ServerHello',
    ]);
  });
});

describe.skipIf(missing !== undefined)('beside s_client', () => {
  test.each(Object.keys(versions) as Version[])('%s, full and resumed', async (version) => {
    using server = new SslContext({
      ...{ role: 'server', cert: fixture('tls-cert.pem'), key: fixture('tls-key.pem') },
      ...versions[version],
    });
    const directory = mkdtempSync(join(tmpdir(), 'libssl-session-trace-'));
    const saved = join(directory, 'session.pem');
    try {
      for (const resumes of [false, true]) {
        const seen = new Seen();
        const { printed, reused } = await printedByClient(
          ...([server, seen.watch, flag[version]] as const),
          ...['-sess_out', saved, ...(resumes ? ['-sess_in', saved] : [])],
        );
        expect(reused).toBe(resumes);
        expectSame(seen, printed, 'client');
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('TLSv1.3 with a HelloRetryRequest', async () => {
    using server = new SslContext({
      ...{ role: 'server', cert: fixture('tls-cert.pem'), key: fixture('tls-key.pem') },
      ...{ ...versions['TLSv1.3'], ecdhCurve: 'P-384' },
    });
    const seen = new Seen();
    const { printed } = await printedByClient(server, seen.watch, '-groups', 'P-256:P-384');
    expectSame(seen, printed, 'client');
    expect(namesOf(seen.traced)).toContain('server HelloRetryRequest');
  });
});
