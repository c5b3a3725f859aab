import { Console } from 'node:console';
import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { format, inspect } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { SslSession, sessionCounts, startCounting } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fixture } from '../support/fixture.js';
import { formsOfEach } from '../support/search.js';
import { sessionDer } from './der.js';

beforeAll(startCounting);
afterEach(() => {
  expect(sessionCounts().live, 'sessions left behind by the test').toBe(0);
});

/** Bytes that nothing else has, and the same ones in each run. */
function recognisable(name: string, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let i = 0; i * 32 < length; i++) {
    blocks.push(createHash('sha256').update(`${name} ${i}`).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}

const secrets = {
  'master key': recognisable('key', 48),
  ticket: recognisable('ticket', 187),
  'PSK identity': Buffer.from(recognisable('identity', 24).toString('base64url')),
  'PSK identity hint': Buffer.from(recognisable('hint', 24).toString('base64url')),
};

const secretDer = (version = 0x0303, cipher = 0xc02f) =>
  sessionDer({
    version,
    cipher,
    masterKey: secrets['master key'],
    ticket: secrets.ticket,
    pskIdentity: secrets['PSK identity'].toString(),
    pskIdentityHint: secrets['PSK identity hint'].toString(),
    hostname: 'example.org',
  });

/** Which secrets are in a text, and how they are written there. */
const leaks = (text: string) => formsOfEach(secrets, text);

/** Everything that can be read off a value. */
function everything(value: unknown): string {
  const ways = [
    (v: unknown) => inspect(v),
    (v: unknown) => inspect(v, { showHidden: true, depth: Infinity, getters: true }),
    // With getters too it would be asking for each property by name.
    (v: unknown) =>
      inspect(v, { customInspect: false, showHidden: true, depth: Infinity, showProxy: true }),
    (v: unknown) => JSON.stringify(v),
    (v: unknown) => String(v),
    (v: unknown) => `${v}`,
  ];
  const texts = ways.map((way) => {
    try {
      return way(value);
    } catch (error) {
      return inspect(error, { showHidden: true });
    }
  });
  if (value instanceof Error) {
    texts.push(value.message, value.stack ?? '', inspect({ ...value }), String(value.cause));
    texts.push(inspect(Object.getOwnPropertyDescriptors(value), { depth: Infinity }));
  }
  return texts.join('\n');
}

describe('the search', () => {
  const key = secrets['master key'];
  const written: Record<string, string> = {
    latin1: key.toString('latin1'),
    'utf-8, where it is text': key.toString('latin1').slice(0, 20),
    hex: `a${key.toString('hex')}`,
    'upper-case hex': key.toString('hex').toUpperCase(),
    'hex with separators': inspect(key),
    'hex in an array': [...key].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', '),
    'a dump': C.SSL_SESSION_print(0) ?? key.toString('hex').replace(/(.{16})/g, '$1-\n'),
    base64: key.toString('base64'),
    'base64 amid other bytes': Buffer.concat([Buffer.alloc(4), key]).toString('base64'),
    'base64 for URLs': key.toString('base64url'),
    'JSON of a Buffer': JSON.stringify(key),
    'a string in JSON': JSON.stringify(key.toString('latin1')),
    'a Uint8Array': inspect(new Uint8Array(key)),
    'part of it': key.toString('hex', 20, 30),
  };
  for (const [name, text] of Object.entries(written)) {
    test(`finds a key as ${name}`, () => {
      expect(leaks(`before ${text} after`)).toEqual({ 'master key': expect.any(Array) });
    });
  }

  test('finds nothing where nothing is', () => {
    expect(leaks(inspect(recognisable('something else', 10_000)))).toEqual({});
  });

  test('finds the secrets where they are meant to be', () => {
    using session = SslSession.fromDer(secretDer());
    const all = Object.keys(secrets);
    expect(Object.keys(leaks(session.toText({ secrets: true })))).toEqual(all);
    expect(Object.keys(leaks(session.toDer().toString('latin1')))).toEqual(all);
    expect(Object.keys(leaks(session.toPem()))).toEqual(all);
    expect(Object.keys(leaks(session.toNodeSession({ servername: 'a' }).toString('hex')))).toEqual(
      all,
    );
    expect(Object.keys(leaks(session.toKeylog()))).toEqual(['master key']);
    expect(session.masterKey).toEqual(secrets['master key']);
    expect(session.ticket).toEqual(secrets.ticket);
  });
});

describe.each([
  ['TLS 1.2', secretDer()],
  ['TLS 1.3', secretDer(0x0304, 0x1301)],
  ['a ticket in the place of a real one', withTicket('openssl-1.1.1-tls13.der')],
])('of a session (%s) no secret is in', (_name, der) => {
  const ways: Record<string, (session: SslSession) => unknown> = {
    inspect: (s) => s,
    'inspect, nested': (s) => ({ a: [{ b: new Map([[s, new Set([s])]]) }] }),
    'inspect of an error that has it': (s) => new Error('x', { cause: s }),
    'inspect of an error that has it as a property': (s) => Object.assign(new Error('x'), { s }),
    'inspect of an AggregateError': (s) => new AggregateError([s], 'x'),
    'a Proxy': (s) => new Proxy(s, {}),
    'an object that inherits from it': (s) => Object.create(s),
    'its prototype': (s) => Object.getPrototypeOf(s),
    'its class': () => SslSession,
    toJSON: (s) => s.toJSON(),
    'JSON, indented': (s) => JSON.stringify({ s }, null, 2),
    'a template literal': (s) => `${s}`,
    'string concatenation': (s) => `${String(s)}${[s]}`,
    'format, each directive': (s) => format('%s %o %O %j %d %i %f', s, s, s, s, s, s, s),
    'toText without secrets': (s) => s.toText(),
    'toText({ secrets: false })': (s) => s.toText({ secrets: false }),
    'toText({ secrets: "yes" })': (s) => s.toText({ secrets: 'yes' as never }),
    'own names': (s) => Reflect.ownKeys(s),
    entries: (s) => [Object.entries(s), Object.values(s), { ...s }, Object.assign({}, s)],
    'for … in': (s) => {
      const found: unknown[] = [];
      for (const name in s) found.push(name, (s as never)[name]);
      return found;
    },
    structuredClone: (s) => attempt(() => structuredClone(s)),
    'structuredClone of what holds it': (s) => attempt(() => structuredClone({ s: [s] })),
    'v8.serialize': (s) => attempt(() => serialize(s).toString('latin1')),
    'v8.serialize and back': (s) => attempt(() => deserialize(serialize({ s }))),
    'its handle': (s) => [s.handle, inspect(s.handle)],
    'the C-named module': () => [C, C.lastErrors()],
    'the object after free()': (s) => {
      const copy = s.dup();
      copy.free();
      return copy;
    },
    'the error of a freed object': (s) => {
      const copy = s.dup();
      copy.free();
      return Object.keys(C).map(() => attempt(() => copy.masterKey));
    },
  };
  for (const [name, way] of Object.entries(ways)) {
    test(name, () => {
      using session = SslSession.fromDer(der);
      expect(leaks(everything(way(session)))).toEqual({});
    });
  }

  test('what a console prints', () => {
    using session = SslSession.fromDer(der);
    const output = new PassThrough();
    const console = new Console(output, output);
    for (const method of ['log', 'error', 'warn', 'info', 'debug', 'trace'] as const) {
      console[method](session, { list: [session] });
      console[method]('%s %o %O %j', session, session, session, session);
    }
    console.dir({ list: [session] }, { depth: Infinity, showHidden: true });
    console.table([session]);
    console.assert(false, '%o', session);
    const text = output.read().toString();
    expect(text).toContain('SslSession');
    expect(leaks(text)).toEqual({});
  });
});

/** A real session with a ticket of the same length that the tests know. */
function withTicket(name: string): Buffer {
  const der = fixture(name);
  const before = SslSession.fromDer(der);
  const ticket = before.ticket;
  before.free();
  if (ticket === null) throw new Error(`${name} has no ticket`);
  const at = der.indexOf(ticket);
  secrets.ticket.copy(der, at, 0, Math.min(ticket.length, secrets.ticket.length));
  return der;
}

function attempt(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

describe('no secret is in the error', () => {
  // The same error is made thousands of times: each text is searched once.
  const texts = new Set<string>();
  const failed = (call: () => unknown) => {
    try {
      return call();
    } catch (error) {
      // The stack differs from call to call only in what the test itself does.
      texts.add(everything(error));
    }
    texts.add(everything(C.lastErrors()));
    return undefined;
  };
  const expectNoLeak = (atLeast: number) => {
    expect(texts.size).toBeGreaterThanOrEqual(atLeast);
    expect(leaks([...texts].join('\n'))).toEqual({});
    texts.clear();
  };

  // Wrong for most, and too long for what takes bytes.
  const valuesOf = (secret: Buffer): unknown[] => [
    secret,
    secret.toString('latin1'),
    secret.toString('hex'),
    secret.toString('base64'),
    `${secret.toString('latin1')}\0`,
    `${secret.toString('latin1')}\u{1f600}`,
    [...secret],
    [secret],
    { secret },
    { id: secret },
    { id: secret.toString('hex') },
    new Map([[secret, secret]]),
    new DataView(new Uint8Array(secret).buffer),
    new Uint8Array(secret).buffer,
    new Uint8ClampedArray(secret),
    new Error(secret.toString('hex')),
    Object.assign(() => 0, { secret }),
    Symbol(secret.toString('hex')),
    Buffer.concat([secret, Buffer.alloc(300), secret]),
    Buffer.concat([Buffer.from([0x30, 0x82]), secret]),
    new Uint8Array(secret),
    Number(`0x${secret.toString('hex', 0, 8)}`),
    { toString: () => secret.toString('hex'), [Symbol.toPrimitive]: () => secret.toString('hex') },
  ];
  const values = Object.values(secrets).flatMap(valuesOf);

  test('of a setter that is given one', () => {
    const setters = Object.entries(Object.getOwnPropertyDescriptors(SslSession.prototype)).filter(
      ([, { set }]) => set !== undefined,
    );
    expect(setters.length).toBeGreaterThan(10);
    for (const [, { set }] of setters) {
      for (const value of values) {
        using session = SslSession.fromDer(secretDer());
        failed(() => set?.call(session, value));
      }
    }
    expectNoLeak(20);
  });

  test('of a method that is given one', () => {
    using session = SslSession.fromDer(secretDer());
    for (const value of values) {
      failed(() => SslSession.fromDer(value as never).free());
      failed(() => SslSession.fromPem(value as never).free());
      failed(() => SslSession.fromNodeSession(value as never).free());
      failed(() => SslSession.adopt(value as never).free());
      failed(() => session.isSameSession(value as never));
      failed(() => session.toNodeSession({ servername: value as never }));
      failed(() => session.toText(value as never));
      failed(() => Reflect.construct(SslSession, [value]).free());
      for (const { get, set, value: method } of Object.values(
        Object.getOwnPropertyDescriptors(SslSession.prototype),
      ) as PropertyDescriptor[]) {
        failed(() => (get ?? set ?? method).call(value));
      }
    }
    expectNoLeak(20);
  });

  test('of a C-named function that is given one', () => {
    for (const [name, call] of Object.entries(C) as [string, (...args: unknown[]) => unknown][]) {
      if (typeof call !== 'function' || name === 'SSL_SESSION_new') continue;
      // Of these a right handle would make something that is to be freed.
      const makes = ['SSL_SESSION_dup', 'SSL_SESSION_up_ref'].includes(name);
      // There are hundreds of functions: a short secret and a long one.
      for (const value of [secrets['master key'], secrets.ticket].flatMap(valuesOf)) {
        using session = SslSession.fromDer(secretDer());
        const made = failed(() => call(value, value));
        if (/^(?:d2i|PEM_read)/.test(name) && made) C.SSL_SESSION_free(made as C.Handle);
        failed(() => call(0, value));
        if (!makes) failed(() => call(session.handle, value));
      }
    }
    expectNoLeak(50);
  }, 300_000);

  test('of an encoding that was cut or changed', () => {
    for (const der of [secretDer(), secretDer(0x0304, 0x1301)]) {
      for (let length = 0; length < der.length; length++) {
        failed(() => SslSession.fromDer(der.subarray(0, length)).free());
        failed(() => SslSession.fromNodeSession(der.subarray(length)).free());
      }
      for (let at = 0; at < der.length; at++) {
        for (const flip of [0x01, 0x20, 0x80, 0xff]) {
          const changed = Buffer.from(der);
          changed.writeUInt8((changed[at] ?? 0) ^ flip, at);
          failed(() => SslSession.fromDer(changed).free());
        }
      }
      failed(() => SslSession.fromDer(Buffer.concat([der, secrets.ticket])).free());
      using session = SslSession.fromDer(der);
      const pem = session.toPem();
      for (let length = 0; length < pem.length; length += 7) {
        failed(() => SslSession.fromPem(pem.slice(0, length)).free());
        failed(() => SslSession.fromPem(`${pem.slice(0, length)}!${pem.slice(length)}`).free());
        failed(() => SslSession.fromPem(pem.slice(0, length) + pem.slice(length + 9)).free());
      }
    }
    expectNoLeak(50);
  });

  test('of a call on a freed session, or one that cannot be encoded', () => {
    using session = new SslSession();
    session.masterKey = secrets['master key'];
    failed(() => session.toDer());
    failed(() => session.toPem());
    failed(() => session.toKeylog());
    const freed = SslSession.fromDer(secretDer());
    freed.free();
    for (const { get, set, value } of Object.values(
      Object.getOwnPropertyDescriptors(SslSession.prototype),
    ) as PropertyDescriptor[]) {
      failed(() => (get ?? value).call(freed));
      failed(() => set?.call(freed, secrets.ticket));
    }
    expectNoLeak(5);
  });
});

describe('toText blanks secrets', () => {
  const redacted = (fields: Parameters<typeof sessionDer>[0]) => {
    using session = SslSession.fromDer(sessionDer(fields));
    return session.toText();
  };
  const secret = secrets['PSK identity'].toString();

  test('and leaves every other line as libssl writes it', () => {
    using session = SslSession.fromDer(secretDer());
    const all = session.toText({ secrets: true }).split('\n');
    const shown = session.toText().split('\n');
    const blanked = shown.filter((line) => line.includes('(not shown)'));
    expect(blanked).toEqual([
      '    Master-Key: (not shown)',
      '    PSK identity: (not shown)',
      '    PSK identity hint: (not shown)',
      '    (not shown)',
    ]);
    const dump = Math.ceil(secrets.ticket.length / 16);
    expect(shown).toHaveLength(all.length - dump + 1);
    expect(shown.filter((line) => !line.includes('(not shown)'))).toEqual(
      all.filter(
        (line) => !/^ {4}(?:Master-Key|PSK identity|PSK identity hint): |^ {4}0\w{3} - /.test(line),
      ),
    );
  });

  test('of a ticket of every length', () => {
    for (let length = 1; length <= 200; length++) {
      const text = redacted({ ticket: recognisable('ticket', 200).subarray(0, length) });
      expect(text, `${length}`).toContain('    TLS session ticket:\n    (not shown)\n');
      expect(text, `${length}`).not.toMatch(/^ {4}[0-9a-f]{4,} - /m);
    }
  });

  test('of tickets of spaces, of zeros, of line feeds, and of the words of the text', () => {
    const words = '\n    Compression: 1 (zlib)\n    TLS session ticket:\n    0000 - 00\n';
    for (const fill of [' ', '\0', '\n', words]) {
      const text = redacted({ ticket: Buffer.alloc(333, fill) });
      expect(text).toContain('    TLS session ticket:\n    (not shown)\n');
      expect(text).not.toMatch(/^ {4}[0-9a-f]{4,} - /m);
    }
  });

  test('of a ticket whose offsets have five digits', () => {
    const text = redacted({ ticket: recognisable('ticket', 70_000) });
    expect(text).not.toMatch(/^ {4}[0-9a-f]{4,} - /m);
    expect(text.split('\n').length).toBeLessThan(30);
  });

  // A PSK's identity comes from the peer, and libssl writes it as it is.
  const forged = {
    'a line feed': `a\n${secret}`,
    'a carriage return': `a\r${secret}`,
    'what stands for none': `None\n${secret}`,
    'a key': `a\n    Master-Key: 00\n${secret}`,
    'a TLS 1.3 key': `a\n    Resumption PSK: 00\n${secret}`,
    'the line after it': `a\n    PSK identity hint: None\n${secret}`,
    'the lines after it': `None\n    PSK identity hint: None\n    SRP username: None\n${secret}`,
    'the line itself': `None\n    PSK identity: None\n${secret}`,
    'a ticket': `None\n    TLS session ticket:\n    0000 - 00\n${secret}`,
    'an empty ticket': `a\n    TLS session ticket:\n\n    Start Time: 0 (sec)\n${secret}`,
  };
  for (const [name, identity] of Object.entries(forged)) {
    test(`of a PSK identity that forges ${name}`, () => {
      const ticket = secrets.ticket;
      expect(leaks(redacted({ pskIdentity: identity, ticket }))).toEqual({});
      expect(leaks(redacted({ pskIdentityHint: identity, ticket }))).toEqual({});
      expect(leaks(redacted({ pskIdentity: identity, pskIdentityHint: identity, ticket }))).toEqual(
        {},
      );
    });
    test(`of the other fields, when an SRP user name forges ${name}`, () => {
      // The name itself is no secret.
      const srpUsername = identity.replace(secret, 'name');
      for (const pskIdentityHint of [undefined, secret]) {
        const fields = { masterKey: secrets['master key'], ticket: secrets.ticket, srpUsername };
        expect(
          leaks(
            redacted({
              ...fields,
              pskIdentity: secret,
              ...(pskIdentityHint !== undefined && { pskIdentityHint }),
            }),
          ),
        ).toEqual({});
        expect(
          leaks(redacted({ ...fields, ...(pskIdentityHint !== undefined && { pskIdentityHint }) })),
        ).toEqual({});
      }
    });
  }

  test('of any fields made of the lines of the text', () => {
    const line = fc.constantFrom(
      'None',
      '',
      'a',
      '    PSK identity: ',
      '    PSK identity hint: ',
      '    SRP username: ',
      '    Master-Key: ',
      '    Resumption PSK: ',
      '    TLS session ticket:',
      '    TLS session ticket lifetime hint: 5 (seconds)',
      '    0000 - 00 11 22   ...',
      '    PSK identity: None',
      '    PSK identity hint: None',
      '    SRP username: None',
      '    Compression: 1 (zlib compression)',
    );
    const lines = fc
      .array(fc.tuple(line, fc.constantFrom('\n', '\n', '', '\r', '\r\n')), { maxLength: 8 })
      // libssl prints nothing at all where one of them is empty.
      .map((parts) => parts.flat().join('') || 'a');
    const hidden = fc.tuple(lines, lines).map(([before, after]) => before + secret + after);
    fc.assert(
      fc.property(
        fc.option(hidden, { nil: undefined }),
        fc.option(hidden, { nil: undefined }),
        fc.option(lines, { nil: undefined }),
        fc.boolean(),
        (pskIdentity, pskIdentityHint, srpUsername, hasTicket) => {
          const text = redacted({
            masterKey: secrets['master key'],
            ...(pskIdentity !== undefined && { pskIdentity }),
            ...(pskIdentityHint !== undefined && { pskIdentityHint }),
            ...(srpUsername !== undefined && { srpUsername }),
            ...(hasTicket && { ticket: secrets.ticket }),
          });
          expect(leaks(text)).toEqual({});
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('when the host name has line feeds in it', () => {
    const hostname = 'a\n    PSK identity: None\n    TLS session ticket:\n    0000 - 00\n';
    const fields = { hostname, ticket: secrets.ticket, pskIdentity: secret };
    expect(leaks(redacted(fields))).toEqual({});
    using session = SslSession.fromDer(sessionDer(fields));
    expect(inspect(session)).not.toContain('\n    PSK identity');
  });
});
