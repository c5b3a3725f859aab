// The reader of messages with bytes from anywhere: it never throws, and what is well formed comes back.

import fc from 'fast-check';
import {
  handshake,
  renderMessage,
  type SslMessage,
  type TracedMessage,
  TraceReader,
} from 'libssl-session';
import { describe, expect, test } from 'vitest';
import { certificate, stackForTests } from '../support/contexts.js';

const stack = stackForTests();

const versions = [0x0300, 0x0301, 0x0303, 0x0304, 0xfefd, 0xfeff, 0x0100];

const message = (bytes: Uint8Array, version = 0x0303, contentType = 22): SslMessage => ({
  direction: 'received',
  version,
  contentType,
  bytes: Buffer.from(bytes),
});

/** What must hold of every message, whatever its bytes. */
function expectSound(each: SslMessage, traced: TracedMessage | null): void {
  if (traced === null) return;
  const text = renderMessage(traced);
  expect(text).toMatch(/^(client|server): [\w -]+, \d+ bytes/);
  // One line of plain characters.
  expect(text).toMatch(/^[ -~]*$/);
  if (each.contentType < 256) expect(traced.length).toBe(each.bytes.length);
  for (const { length } of traced.extensions) expect(length).toBeLessThanOrEqual(traced.length);
}

/** All messages of handshakes of each version, full and resumed. */
function realMessages(): SslMessage[] {
  const messages: SslMessage[] = [];
  const only = (version: 'TLSv1.2' | 'TLSv1.3') => ({ minVersion: version, maxVersion: version });
  for (const options of [only('TLSv1.2'), only('TLSv1.3'), { protocol: 'dtls' } as const]) {
    const common = { ALPNProtocols: ['h2'], ...options };
    const client = stack.client({
      ...{ ...common, ...certificate, ecdhCurve: 'X25519:P-384:P-256' },
    });
    // In TLS 1.3 with a HelloRetryRequest; the certificate has a key of P-256.
    const server = stack.server({
      ...{ ...common, ecdhCurve: 'P-384:P-256', requestCert: true, rejectUnauthorized: false },
    });
    const sessions = [null, stack.session(client, server)];
    for (const session of sessions) {
      const [ours, theirs] = stack.pair(client, server, { session, servername: 'localhost' });
      ours.on('message', (each) => messages.push(each));
      handshake(ours, theirs);
    }
  }
  return messages;
}

const anyMessage = fc.record({
  direction: fc.constantFrom<SslMessage['direction']>('sent', 'received'),
  version: fc.oneof(fc.constantFrom(...versions), fc.integer()),
  contentType: fc.oneof(fc.constantFrom(0, 20, 21, 22, 23, 256, 257), fc.nat(0xffff)),
  bytes: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});

/** A handshake's message whose head is right. */
const framed = fc
  .tuple(fc.nat(255), fc.constantFrom(...versions), fc.uint8Array({ maxLength: 200 }))
  .map(([type, version, body]) => {
    const dtls = version >> 8 === 0xfe || version === 0x0100;
    const head = Buffer.alloc(dtls ? 12 : 4);
    head[0] = type;
    head.writeUIntBE(body.length, 1, 3);
    if (dtls) head.writeUIntBE(body.length, 9, 3);
    return message(Buffer.concat([head, body]), version);
  });

describe('never throws', () => {
  test('whatever the messages of a connection are', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(anyMessage, framed), { maxLength: 8 }), (messages) => {
        const reader = new TraceReader();
        for (const each of messages) expectSound(each, reader.read(each, 'client'));
      }),
      { numRuns: 2000 },
    );
  });

  test('where real messages are cut, mutated, or longer', () => {
    const real = realMessages().filter(({ contentType }) => contentType === 22);
    expect(real.length).toBeGreaterThan(40);
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
    const more = fc.uint8Array({ maxLength: 4 });
    fc.assert(
      fc.property(fc.nat(real.length - 1), fc.nat(), changes, more, (index, cut, mutated, rest) => {
        const reader = new TraceReader();
        for (const [i, each] of real.slice(0, index + 1).entries()) {
          const bytes = Buffer.from(each.bytes);
          if (i === index) {
            for (const [at, value] of mutated) bytes[at % bytes.length] = value;
          }
          const end = i === index && cut % 2 === 0 ? (cut / 2) % bytes.length : bytes.length;
          const changed = { ...each, bytes: Buffer.concat([bytes.subarray(0, end), rest]) };
          expectSound(changed, reader.read(changed, 'server'));
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('each real message is well formed, and no beginning of it', () => {
    const reader = new TraceReader();
    for (const each of realMessages()) {
      const traced = reader.read(each, 'client');
      if (traced === null) continue;
      expect(traced.malformed, traced.name).toBe(null);
      expect(traced.extensions.filter(({ malformed }) => malformed !== null)).toEqual([]);
      if (each.contentType !== 22) continue;
      for (let end = 1; end < each.bytes.length; end++) {
        const cut = { ...each, bytes: each.bytes.subarray(0, end) };
        expect(reader.read(cut, 'client')?.malformed, `${traced.name}, ${end}`).not.toBe(null);
      }
      // What a cut ServerHello has left behind.
      reader.read(each, 'client');
    }
  });

  test('in little time, also for the longest lists', () => {
    const list = Buffer.alloc(65_532);
    for (let at = 0; at < list.length; at += 4) list.writeUInt16BE(0x2a2a, at);
    const head = Buffer.from('080000000000', 'hex');
    head.writeUIntBE(list.length + 2, 1, 3);
    head.writeUInt16BE(list.length, 4);
    const traced = new TraceReader().read(message(Buffer.concat([head, list]), 0x0304), 'server');
    expect(traced?.malformed).toBe(null);
    expect(traced?.extensions).toHaveLength(list.length / 4);
  });
});

// ---- What is written comes back.

const vector = (size: number, bytes: Uint8Array) => {
  const length = Buffer.alloc(size);
  length.writeUIntBE(bytes.length, 0, size);
  return Buffer.concat([length, bytes]);
};
const numbers = (values: readonly number[]) =>
  Buffer.concat(values.map((value) => Buffer.from([value >> 8, value & 255])));
const anExtension = fc.record({
  type: fc.nat(0xffff),
  bytes: fc.uint8Array({ maxLength: 40 }),
});

test('a ClientHello round-trips: its suites, sizes and extensions', () => {
  const hello = fc.record({
    id: fc.uint8Array({ maxLength: 32 }),
    suites: fc.array(fc.nat(0xffff), { minLength: 1, maxLength: 20 }),
    extensions: fc.option(fc.array(anExtension, { maxLength: 8 }), { nil: null }),
  });
  fc.assert(
    fc.property(hello, ({ id, suites, extensions }) => {
      const parts = [Buffer.from('0303', 'hex'), Buffer.alloc(32, 9), vector(1, id)];
      parts.push(vector(2, numbers(suites)), vector(1, Buffer.from([0])));
      if (extensions !== null) {
        const all = extensions.map(({ type, bytes }) => [numbers([type]), vector(2, bytes)]);
        parts.push(vector(2, Buffer.concat(all.flat())));
      }
      const bytes = Buffer.concat([Buffer.from([1]), vector(3, Buffer.concat(parts))]);
      const traced = new TraceReader().read(message(bytes), 'client');
      expect(traced).toMatchObject({ name: 'ClientHello', length: bytes.length, malformed: null });
      const fields = new Map(traced?.fields.map(({ name, value }) => [name, value]));
      expect(fields.get('session_id')).toBe(`${id.length} bytes`);
      expect(fields.get('cipher_suites')?.split(', ')).toHaveLength(suites.length);
      const read = traced?.extensions.map(({ type, length }) => ({ type, length }));
      expect(read).toEqual(
        (extensions ?? []).map(({ type, bytes }) => ({ type, length: bytes.length })),
      );
    }),
    { numRuns: 500 },
  );
});

test('ALPN names round-trip where they are plain text, and cannot break the line', () => {
  const name = fc.uint8Array({ minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), (list) => {
      const alpn = vector(2, Buffer.concat(list.map((each) => vector(1, each))));
      const extensions = vector(2, Buffer.concat([numbers([16]), vector(2, alpn)]));
      const bytes = Buffer.concat([Buffer.from([8]), vector(3, extensions)]);
      const traced = new TraceReader().read(message(bytes, 0x0304), 'server');
      const [extension] = traced?.extensions ?? [];
      expect(extension?.malformed).toBe(null);
      const value = extension?.value ?? '';
      expect(value).toMatch(/^[ -~]*$/);
      const unescaped = value.replace(/\\x(..)/g, (_, hex) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
      expect(unescaped).toBe(list.map((each) => Buffer.from(each).toString('latin1')).join(', '));
    }),
  );
});
