// Random scripts: what script.mjs and oracle.c both run.

import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { SslSession } from 'libssl-session';
import { fixture } from '../support/fixture.js';
import { pem, type SessionFields, sessionDer } from './der.js';
import { type Operation, operations } from './script.mjs';

export const mostOperations = 60;

/** Real sessions: each encoding of test/fixtures that this libssl decodes. */
export const realSessions = readdirSync(new URL('../fixtures', import.meta.url))
  .filter((name) => name.endsWith('.der'))
  .sort()
  .map((name) => ({ name, der: fixture(name) }))
  .filter(({ der }) => decodes(der));

function decodes(der: Buffer): boolean {
  try {
    SslSession.fromDer(der).free();
    return true;
  } catch {
    return false;
  }
}

/** Their certificates. */
export const peers = realSessions.flatMap(({ der }) => {
  using session = SslSession.fromDer(der);
  return session.peerCertificate?.raw ?? [];
});

export const hex = (bytes: Uint8Array | string) =>
  `x${Buffer.from(bytes as string, 'latin1').toString('hex')}`;

// ---- Values: those at the edges, more often than others.

/** One of some, by weight; a failure is made smaller towards the first. */
function oneOf<T>(...some: Weighted<T>[]): fc.Arbitrary<T> {
  return fc.oneof({ withCrossShrink: true }, ...some);
}
type Weighted<T> = { weight: number; arbitrary: fc.Arbitrary<T> };

const lengths = [0, 1, 2, 16, 31, 32, 33, 47, 48, 49, 64, 127, 128, 255, 256, 257, 300];

const texts = ['a', 'h2', 'http/1.1', 'session.example', '\xe9', 'a\0b', '%s\n"\\'];
const someBytes: fc.Arbitrary<Uint8Array> = oneOf<Uint8Array>(
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...lengths), fc.constantFrom(0x61, 0, 0xff, 0x0a))
      .map(([length, byte]) => new Uint8Array(length).fill(byte)),
  },
  { weight: 1, arbitrary: fc.constantFrom(...texts).map((text) => Buffer.from(text, 'latin1')) },
);

const edges64 = [0, 7, 8, 15, 16, 31, 32, 53, 62, 63]
  .map((bits) => 2n ** BigInt(bits))
  .flatMap((power) => [power - 1n, power, power + 1n, -power - 1n, -power, 1n - power]);
const inRange = (min: bigint, max: bigint) => (value: bigint) => value >= min && value <= max;

function integers(min: bigint, max: bigint): fc.Arbitrary<bigint> {
  return oneOf(
    { weight: 3, arbitrary: fc.constantFrom(...edges64.filter(inRange(min, max))) },
    { weight: 1, arbitrary: fc.bigInt({ min, max }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(0n, 1n, 3n, 304n, 7200n, 1_700_000_000n).filter(inRange(min, max)),
    },
  );
}

const longs = integers(-(2n ** 63n), 2n ** 63n - 1n);
const anyIntegers = integers(-(2n ** 65n), 2n ** 65n);
const protocols = [
  0, 2, 0x0002, 0x0100, 0x0300, 0x0301, 0x0302, 0x0303, 0x0304, 0x0305, 0xfeff, 0xfefd, 0x7f1c,
];
const ints = oneOf(
  { weight: 2, arbitrary: fc.constantFrom(...protocols).map(BigInt) },
  { weight: 1, arbitrary: integers(-(2n ** 31n), 2n ** 31n - 1n) },
);
const uint32s = integers(0n, 2n ** 32n - 1n);
const ciphers = [0x1301, 0x1302, 0x1303, 0x1304, 0xc02f, 0xc030, 0x002f, 0x0001, 0xcca8];
const cipherIds = oneOf(
  { weight: 4, arbitrary: fc.constantFrom(...ciphers) },
  { weight: 1, arbitrary: fc.constantFrom(0, 0x00ff, 0x5600, 0x0a0a, 0xffff) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }) },
);
const hex4 = (id: number) => id.toString(16).padStart(4, '0');

// ---- Encodings.

const usually = <A, B>(right: fc.Arbitrary<A>, odd: fc.Arbitrary<B>) =>
  oneOf<A | B>({ weight: 60, arbitrary: right }, { weight: 1, arbitrary: odd });
const upTo = (most: number) => someBytes.map((bytes) => bytes.subarray(0, most));
const uint64s = integers(0n, 2n ** 64n - 1n);

const fields: fc.Arbitrary<SessionFields> = fc.record(
  {
    version: usually(fc.constant(1n), anyIntegers),
    protocol: usually(fc.constantFrom(...protocols.filter((n) => n >> 8 === 3)), ints),
    cipher: usually(
      fc.constantFrom(...ciphers).map((id) => Buffer.from(hex4(id), 'hex')),
      oneOf<Uint8Array>(
        { weight: 1, arbitrary: someBytes },
        { weight: 1, arbitrary: cipherIds.map((id) => Buffer.from(hex4(id), 'hex')) },
      ),
    ),
    id: usually(upTo(32), someBytes),
    masterKey: usually(upTo(256), someBytes),
    keyArg: someBytes,
    time: usually(longs, anyIntegers),
    timeout: usually(longs, anyIntegers),
    peer: usually(fc.constantFrom(...peers), someBytes),
    idContext: usually(upTo(32), someBytes),
    verifyResult: ints,
    hostname: someBytes,
    pskIdentityHint: someBytes,
    pskIdentity: someBytes,
    ticketLifetimeHint: usually(uint64s, anyIntegers),
    ticket: someBytes,
    compressionId: usually(fc.constantFrom(Buffer.of(0), Buffer.of(1)), someBytes),
    srpUsername: someBytes,
    flags: usually(uint64s, anyIntegers),
    ticketAgeAdd: usually(uint32s, longs),
    maxEarlyData: usually(uint32s, longs),
    alpn: someBytes,
    maxFragmentLength: usually(fc.bigInt(0n, 5n), longs),
    ticketAppData: someBytes,
  },
  { requiredKeys: ['version', 'protocol', 'cipher', 'id', 'masterKey'] },
);

const whole: fc.Arbitrary<Uint8Array> = oneOf<Uint8Array>(
  { weight: 1, arbitrary: fields.map(sessionDer) },
  { weight: 1, arbitrary: fc.constantFrom(...realSessions.map(({ der }) => der)) },
);

interface Edit {
  /** From 0, the beginning, to 1, the end. */
  where: number;
  remove: number;
  insert: Uint8Array;
  flip: number;
}

// A byte changed, a bit flipped, bytes put in or left out, all from here on left out.
const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({
    where: oneOf(
      { weight: 4, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
      { weight: 1, arbitrary: fc.constant(1) },
    ),
    remove: fc.constantFrom(1, 1, 1, 0, 0, 2, 8, 1_000_000),
    insert: fc.uint8Array({ maxLength: 4 }),
    flip: fc.constantFrom(0, 0, 1, 2, 4, 8, 16, 32, 64, 128),
  }),
  { minLength: 1, maxLength: 3 },
);

function apply(bytes: Uint8Array, { where, remove, insert, flip }: Edit): Uint8Array {
  const index = Math.floor(bytes.length * where);
  const byte = bytes[index];
  const put = flip === 0 || byte === undefined ? insert : Buffer.of(byte ^ flip);
  const rest = bytes.subarray(index + (flip === 0 ? remove : 1));
  return Buffer.concat([bytes.subarray(0, index), put, rest]);
}

function edited(encodings: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const broken = fc.tuple(encodings, edits).map(([bytes, list]) => list.reduce(apply, bytes));
  return oneOf({ weight: 3, arbitrary: encodings }, { weight: 1, arbitrary: broken });
}

const often = (text: string) => Array.from({ length: 16 }, () => text);
const encodedDer = edited(whole);
const encodedPem = edited(
  fc
    .record({
      der: encodedDer,
      label: fc.constantFrom(
        ...often('SSL SESSION PARAMETERS'),
        'CERTIFICATE',
        'SSL SESSION PARAMETER',
        '',
      ),
      headers: fc.constantFrom(
        ...often(''),
        'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n',
        'Comment: text\n\n',
      ),
      before: fc.constantFrom('', '', '', 'text before\n', `${pem(Buffer.from('other'), 'X')}`),
    })
    .map(({ der, label, headers, before }) => Buffer.from(before + pem(der, label, headers))),
);

// ---- Operations.

/** Of which session a call is: the nth last that is not freed, any (freed or not), or NULL. */
const which = fc.constantFrom(
  ...[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 4, 5],
  ...['any', 'NULL'],
);

interface Call {
  operation: Operation;
  which: number | string;
  argument: string;
}

const orNull = (words: fc.Arbitrary<string>) =>
  oneOf({ weight: 5, arbitrary: words }, { weight: 1, arbitrary: fc.constant('NULL') });
const bytesOrLast = oneOf(
  { weight: 6, arbitrary: someBytes.map(hex) },
  { weight: 1, arbitrary: fc.constant('LAST') },
);
const strings = someBytes.map((bytes) => hex(bytes.filter((byte) => byte !== 0)));
const encoding = (words: fc.Arbitrary<Uint8Array>) =>
  oneOf({ weight: 3, arbitrary: words.map(hex) }, { weight: 1, arbitrary: fc.constant('LAST') });

const argumentsOf: Record<string, fc.Arbitrary<string>> = {
  NOTHING: fc.constant(''),
  BYTES: bytesOrLast,
  BYTES_OR_NULL: orNull(bytesOrLast),
  STRING_OR_NULL: orNull(strings),
  LONG: longs.map(String),
  INT: ints.map(String),
  UINT32: uint32s.map(String),
  CIPHER_ID: cipherIds.map(hex4),
  CIPHER_OR_NULL: orNull(cipherIds.map(hex4)),
  d2i_SSL_SESSION: encoding(encodedDer),
  PEM_read_bio_SSL_SESSION: encoding(encodedPem),
};

const weights: Record<string, number> = {
  SSL_SESSION_free: 6,
  SSL_SESSION_dup: 4,
  SSL_SESSION_up_ref: 4,
  d2i_SSL_SESSION: 4,
  PEM_read_bio_SSL_SESSION: 3,
  i2d_SSL_SESSION: 4,
  SSL_SESSION_print: 3,
  SSL_SESSION_set_cipher: 3,
};

const calls = (some: (operation: Operation) => boolean): fc.Arbitrary<Call> =>
  oneOf(
    ...operations.filter(some).map((operation) => {
      const words = argumentsOf[operation.name] ?? argumentsOf[operation.second];
      if (words === undefined) throw new Error(`no values for ${operation.second}`);
      const arbitrary = fc.record({ operation: fc.constant(operation), which, argument: words });
      return { weight: weights[operation.name] ?? 2, arbitrary };
    }),
  );

/** Up to 60 operations, as lines. The first makes a session. */
export const scripts: fc.Arbitrary<string[]> = fc
  .tuple(
    calls(({ first, result }) => first === 'NOTHING' && result === 'NEW_SESSION'),
    fc.array(
      calls(() => true),
      { maxLength: mostOperations - 1, size: 'max' },
    ),
  )
  .map(([first, others]) => write([first, ...others]));

/** What gives the encoding that is decoded as LAST. */
const encoders: Record<string, string> = {
  d2i_SSL_SESSION: 'i2d_SSL_SESSION',
  PEM_read_bio_SSL_SESSION: 'PEM_write_bio_SSL_SESSION',
};

const certain = new Set(['', ...realSessions.map(({ der }) => hex(der))]);

/**
 * Gives names. Libssl may not make a session of what was damaged, or a dup of such a one: those
 * are used only until the next is made.
 */
function write(calls: Call[]): string[] {
  const made: { references: number; certain: boolean }[] = [];
  const lines: string[] = [];
  const choose = (which: number | string) => {
    const all = [...made.keys()];
    if (which === 'NULL' || all.length === 0) return -1;
    if (typeof which === 'string') return lines.length % all.length;
    const good = all.filter((index) => {
      const session = made[index];
      const usable = session?.certain === true || index === made.length - 1;
      return usable && session !== undefined && session.references > 0;
    });
    return good.at(-1 - (which % (good.length || 1))) ?? -1;
  };
  const name = (index: number) => (index < 0 ? 'NULL' : `s${index}`);

  for (const { operation, which, argument } of calls) {
    const words: string[] = [operation.name];
    const encoder = argument === 'LAST' ? encoders[operation.name] : undefined;
    if (encoder !== undefined) lines.push(`${encoder} ${name(choose(which))}`);
    const index = operation.first === 'NOTHING' ? -1 : choose(which);
    const session = made[index];
    if (operation.first !== 'NOTHING') words.push(name(index));
    if (argument !== '') words.push(argument);
    if (session !== undefined && session.references > 0) {
      if (operation.name === 'SSL_SESSION_up_ref') session.references += 1;
      if (operation.name === 'SSL_SESSION_free') session.references -= 1;
    }
    if (operation.result === 'NEW_SESSION') {
      words.unshift(name(made.length), '=');
      const source = operation.first === 'NOTHING' || session?.certain === true;
      made.push({ references: 1, certain: source && certain.has(argument) });
    }
    lines.push(words.join(' '));
  }
  return lines.slice(0, mostOperations);
}
