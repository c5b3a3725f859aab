import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { LibsslError, SslSession, sessionCounts, startCounting } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { thrown } from '../support/contexts.js';
import { fixture } from '../support/fixture.js';
import { gc } from '../support/gc.mjs';

const tls12 = () => SslSession.fromPem(fixture('openssl-1.1.1-tls12.pem'));
const tls13 = () => SslSession.fromPem(fixture('openssl-1.1.1-tls13.pem'));

beforeAll(startCounting);
afterEach(async () => {
  await collected();
  expect(sessionCounts().live, 'sessions left behind by the test').toBe(0);
});

/** Lets the collector find what the tests forgot. */
async function collected(): Promise<void> {
  for (let turn = 0; turn < 20 && sessionCounts().live > 0; turn++) {
    await new Promise(setImmediate);
    gc();
  }
}

describe('life cycle', () => {
  test('a new session is as libssl makes it', () => {
    using session = new SslSession();
    const now = Date.now() / 1000;
    expect(Math.abs(session.time - now)).toBeLessThan(5);
    expect(session.toJSON()).toEqual({
      id: '',
      idContext: '',
      time: session.time,
      timeout: 304,
      protocolVersion: null,
      protocolVersionNumber: 0,
      cipher: null,
      hostname: null,
      alpnProtocol: null,
      hasTicket: false,
      ticketLifetimeHint: 0,
      ticketAppData: null,
      maxEarlyData: 0,
      maxFragmentLength: null,
      compressionId: 0,
      peerCertificate: null,
      isResumable: false,
    });
  });

  test('dup makes an independent copy', () => {
    using session = tls12();
    using copy = session.dup();
    expect(copy.isSameSession(session)).toBe(false);
    expect(copy.toDer()).toEqual(session.toDer());
    copy.time = 1;
    expect(session.time).not.toBe(1);
  });

  test('upRef makes a second owner of the same session', () => {
    const first = new SslSession();
    const second = first.upRef();
    expect(second).not.toBe(first);
    expect(second.isSameSession(first)).toBe(true);
    expect(sessionCounts().live).toBe(1);
    second.time = 77;
    expect(first.time).toBe(77);
    first.free();
    expect(sessionCounts().live).toBe(1);
    expect(second.time).toBe(77);
    second.free();
    expect(sessionCounts().live).toBe(0);
  });

  test('free gives the reference back once, however often it is called', () => {
    const session = new SslSession();
    using owner = session.upRef();
    expect(session.freed).toBe(false);
    for (let i = 0; i < 3; i++) session.free();
    expect(session.freed).toBe(true);
    expect(owner.timeout).toBe(304);
    expect(sessionCounts().live).toBe(1);
  });

  test('using frees at the end of the block', () => {
    let outside: SslSession;
    {
      using session = new SslSession();
      outside = session;
    }
    expect(outside.freed).toBe(true);
  });

  test('a forgotten session is freed by the garbage collector', async () => {
    (() => {
      for (let i = 0; i < 3000; i++) new SslSession().dup().upRef();
    })();
    expect(sessionCounts().live).toBe(6000);
    await collected();
    expect(sessionCounts().live).toBe(0);
  });

  test('a forgotten owner does not take the session from another', async () => {
    using session = new SslSession();
    (() => {
      for (let i = 0; i < 100; i++) session.upRef();
    })();
    await new Promise(setImmediate);
    gc();
    await new Promise(setImmediate);
    expect(session.timeout).toBe(304);
    expect(sessionCounts().live).toBe(1);
  });

  test('sessions made and freed in any order leave nothing behind', () => {
    const owners: SslSession[] = [new SslSession()];
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return seed % below;
    };
    for (let step = 0; step < 20_000; step++) {
      const owner = owners[random(owners.length)] ?? new SslSession();
      const action = random(4);
      if (action === 0) owners.push(owner.freed ? new SslSession() : owner.dup());
      else if (action === 1 && !owner.freed) owners.push(owner.upRef());
      else if (action === 2) owner.free();
      else owners.push(new SslSession());
    }
    expect(sessionCounts().live).toBeGreaterThan(0);
    for (const owner of owners) owner.free();
    expect(sessionCounts().live).toBe(0);
  });
});

describe('a freed session', () => {
  const members = Object.getOwnPropertyDescriptors(SslSession.prototype) as Record<
    string,
    PropertyDescriptor
  >;
  const open = ['constructor', 'free', 'freed'];

  for (const [name, descriptor] of Object.entries(members)) {
    if (open.includes(name)) continue;
    test(`refuses ${name}`, () => {
      const session = new SslSession();
      using other = new SslSession();
      session.free();
      const refusal = expect.objectContaining({ name: 'LibsslError', code: 'ERR_LIBSSL_FREED' });
      if (descriptor.get) expect(() => descriptor.get?.call(session)).toThrow(refusal);
      if (descriptor.set) expect(() => descriptor.set?.call(session, null)).toThrow(refusal);
      if (descriptor.value) expect(() => descriptor.value.call(session, other)).toThrow(refusal);
    });
  }

  test('lets free, [Symbol.dispose], freed and inspect', () => {
    const session = new SslSession();
    session.free();
    session.free();
    session[Symbol.dispose]();
    expect(session.freed).toBe(true);
    expect(inspect(session)).toBe('SslSession <freed>');
  });

  test('is refused as an argument', () => {
    using session = new SslSession();
    const freed = new SslSession();
    freed.free();
    expect(() => session.isSameSession(freed)).toThrow(
      expect.objectContaining({ code: 'ERR_LIBSSL_FREED' }),
    );
  });
});

describe('what only looks like a session', () => {
  const names = Object.getOwnPropertyNames(SslSession.prototype).filter((n) => n !== 'constructor');
  const impostors = {
    'Object.create(SslSession.prototype)': () => Object.create(SslSession.prototype),
    'a Proxy': () => new Proxy(new SslSession(), {}),
    'a plain object': () => ({}),
  };
  for (const [kind, make] of Object.entries(impostors)) {
    test(`${kind} is refused by every member`, () => {
      const impostor = make();
      for (const name of names) {
        const descriptor = Object.getOwnPropertyDescriptor(SslSession.prototype, name);
        const call = descriptor?.get ?? descriptor?.value;
        expect(() => call.call(impostor), name).toThrow(TypeError);
      }
      using session = new SslSession();
      expect(() => session.isSameSession(impostor)).toThrow(TypeError);
      if (kind !== 'a plain object') expect(inspect(impostor)).toBe('SslSession <not a session>');
    });
  }

  test('isSameSession takes sessions only', () => {
    using session = new SslSession();
    for (const value of [undefined, null, 1, 'x', {}, []]) {
      expect(() => session.isSameSession(value as never)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
      );
    }
  });
});

describe('DER', () => {
  for (const name of ['openssl-1.1.1-tls12', 'openssl-1.1.1-tls13']) {
    test(`${name} goes in and out unchanged`, () => {
      const der = fixture(`${name}.der`);
      using session = SslSession.fromDer(der);
      expect(session.toDer()).toEqual(der);
    });

    test(`every proper prefix of ${name} is refused`, () => {
      const der = fixture(`${name}.der`);
      for (let length = 0; length < der.length; length++) {
        expect(() => SslSession.fromDer(der.subarray(0, length))).toThrow(LibsslError);
      }
    });
  }

  test('bytes after the session are an error', () => {
    const der = fixture('openssl-1.1.1-tls12.der');
    expect(() => SslSession.fromDer(Buffer.concat([der, Buffer.alloc(5)]))).toThrow(
      expect.objectContaining({
        code: 'ERR_LIBSSL_FAILED',
        message: 'd2i_SSL_SESSION: 5 bytes after the end of the session',
      }),
    );
  });

  test('garbage gives OpenSSL’s own reason', () => {
    expect(() => SslSession.fromDer(Buffer.from('3003020109', 'hex'))).toThrow(
      expect.objectContaining({
        name: 'LibsslError',
        code: 'ERR_OSSL_ASN1_FIELD_MISSING',
        function: 'd2i_SSL_SESSION',
        library: 'asn1 encoding routines',
        reason: 'field missing',
        message:
          'error:0D078079:asn1 encoding routines:asn1_item_embed_d2i:field missing:' +
          'Field=ssl_version, Type=SSL_SESSION_ASN1',
      }),
    );
    expect(() => SslSession.fromDer(Buffer.from('308204ff', 'hex'))).toThrow(
      expect.objectContaining({
        code: 'ERR_OSSL_ASN1_HEADER_TOO_LONG',
        opensslErrorStack: [
          expect.stringContaining('nested asn1 error'),
          expect.stringContaining('bad object header'),
        ],
      }),
    );
  });

  test('what is cut off, anywhere, is an error that says so', () => {
    const der = fixture('openssl-1.1.1-tls13.der');
    const words = (size: number) => {
      if (size === 0) return 'all of the session is missing';
      if (size < 4) return 'its length is missing';
      const missing = der.length - size;
      return `${missing.toLocaleString('en-US')} byte${missing === 1 ? '' : 's'} of the session`;
    };
    expect(der.subarray(0, 2)).toEqual(Buffer.from('3082', 'hex'));
    for (let size = 0; size < der.length; size += 1) {
      expect(() => SslSession.fromDer(der.subarray(0, size))).toThrow(
        expect.objectContaining({
          code: expect.stringMatching(/^ERR_OSSL_ASN1_/),
          message: expect.stringContaining(`the encoding is cut off, ${words(size)}`),
        }),
      );
    }
    for (const [hex, cut] of [
      ['30', true],
      ['3084ffffff', true],
      ['3080', false],
      ['31', false],
      ['3003020101', false],
      ['308501ffffffff', false],
    ] as const) {
      const error = thrown(() => SslSession.fromDer(Buffer.from(hex, 'hex')));
      expect(String(error).includes('cut off'), hex).toBe(cut);
    }
  });

  test('100 MB of garbage are refused', () => {
    const zeros = Buffer.alloc(100e6);
    expect(() => SslSession.fromDer(zeros)).toThrow(LibsslError);
    zeros.set(Buffer.from('308405f5e0fa', 'hex'));
    expect(() => SslSession.fromDer(zeros)).toThrow(LibsslError);
    expect(() => SslSession.fromPem(zeros)).toThrow(LibsslError);
    expect(() => SslSession.fromNodeSession(zeros)).toThrow(LibsslError);
  });

  test('a session without a cipher has no encoding', () => {
    using session = new SslSession();
    expect(() => session.toDer()).toThrow(
      expect.objectContaining({ code: 'ERR_LIBSSL_FAILED', function: 'i2d_SSL_SESSION' }),
    );
    expect(() => session.toPem()).toThrow(
      expect.objectContaining({ code: 'ERR_OSSL_PEM_ASN1_LIB' }),
    );
  });

  test('what toDer returns is a copy', () => {
    using session = tls12();
    session.toDer().fill(0);
    expect(session.toDer()).toEqual(fixture('openssl-1.1.1-tls12.der'));
  });
});

describe('byte views', () => {
  const der = () => fixture('openssl-1.1.1-tls12.der');
  const decodes = (bytes: Uint8Array) => {
    for (const from of [SslSession.fromDer, SslSession.fromNodeSession]) {
      using session = from(bytes);
      expect(session.toDer()).toEqual(der());
    }
  };

  test('a view into a larger buffer gives its own bytes', () => {
    const large = Buffer.concat([Buffer.alloc(100, 0xff), der(), Buffer.alloc(100, 0xff)]);
    decodes(new Uint8Array(large.buffer, large.byteOffset + 100, der().length));
  });

  test('shared memory is read', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(der().length));
    shared.set(der());
    decodes(shared);
  });

  test('a view of a resizable buffer is read', () => {
    const Resizable = ArrayBuffer as unknown as new (n: number, o: object) => ArrayBuffer;
    const view = new Uint8Array(new Resizable(der().length, { maxByteLength: 1 << 20 }));
    view.set(der());
    decodes(view);
  });

  test('an empty view is no session', () => {
    for (const empty of [new Uint8Array(), Buffer.alloc(0)]) {
      expect(() => SslSession.fromDer(empty)).toThrow(LibsslError);
      expect(() => SslSession.fromPem(empty)).toThrow(LibsslError);
      expect(() => SslSession.fromNodeSession(empty)).toThrow(LibsslError);
    }
  });

  test('a view of a detached buffer is a TypeError', () => {
    const view = new Uint8Array(der());
    structuredClone(view.buffer, { transfer: [view.buffer] });
    for (const from of [SslSession.fromDer, SslSession.fromPem, SslSession.fromNodeSession]) {
      expect(() => from(view)).toThrow(
        expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' }),
      );
    }
  });

  test('what is no Uint8Array is a TypeError', () => {
    const values = [
      undefined,
      null,
      0,
      {},
      [1, 2],
      new Uint16Array(2),
      new DataView(new ArrayBuffer(9)),
    ];
    for (const value of [...values, der().buffer]) {
      for (const from of [SslSession.fromDer, SslSession.fromPem, SslSession.fromNodeSession]) {
        expect(() => from(value as never)).toThrow(
          expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' }),
        );
      }
    }
    expect(() => SslSession.fromDer('abc' as never)).toThrow(TypeError);
  });
});

describe('PEM', () => {
  test('goes in and out unchanged, as string and as bytes', () => {
    for (const name of ['openssl-1.1.1-tls12.pem', 'openssl-1.1.1-tls13.pem']) {
      const pem = fixture(name).toString();
      using fromString = SslSession.fromPem(pem);
      expect(fromString.toPem()).toBe(pem);
      using fromBytes = SslSession.fromPem(fixture(name));
      expect(fromBytes.toPem()).toBe(pem);
    }
  });

  test('the session is found between other blocks', () => {
    const pem = fixture('openssl-1.1.1-tls12.pem').toString();
    const other = '-----BEGIN OTHER-----\nAAAA\n-----END OTHER-----\n';
    using session = SslSession.fromPem(`text\n${other}${pem}${other}`);
    expect(session.toPem()).toBe(pem);
  });

  test('an encrypted one is refused without asking', () => {
    const lines = fixture('openssl-1.1.1-tls12.pem').toString().split('\n');
    lines.splice(1, 0, 'Proc-Type: 4,ENCRYPTED', `DEK-Info: AES-128-CBC,${'0'.repeat(32)}`, '');
    expect(() => SslSession.fromPem(lines.join('\n'))).toThrow(
      expect.objectContaining({ code: 'ERR_OSSL_PEM_BAD_PASSWORD_READ' }),
    );
  });

  test('no PEM, a cut one and a wrong one are refused', () => {
    const pem = fixture('openssl-1.1.1-tls12.pem').toString();
    expect(() => SslSession.fromPem('hello')).toThrow(
      expect.objectContaining({ code: 'ERR_OSSL_PEM_NO_START_LINE' }),
    );
    expect(() => SslSession.fromPem(pem.slice(0, -20))).toThrow(LibsslError);
    expect(() => SslSession.fromPem(pem.replace('A', '!'))).toThrow(LibsslError);
    expect(() => SslSession.fromPem('\u{1f600}')).toThrow(LibsslError);
  });
});

describe('what a review found', () => {
  test('user code that runs while DER is made cannot make it overflow', () => {
    const poolSize = Object.getOwnPropertyDescriptor(Buffer, 'poolSize');
    using session = tls12();
    const grow = () => {
      session.ticketAppData = Buffer.alloc(1_000_000);
      return 8192;
    };
    try {
      Object.defineProperty(Buffer, 'poolSize', { value: { valueOf: grow }, configurable: true });
      for (const encode of [() => session.toDer(), () => C.i2d_SSL_SESSION(session.handle)]) {
        expect(encode).not.toThrow(RangeError);
      }
    } finally {
      if (poolSize) Object.defineProperty(Buffer, 'poolSize', poolSize);
    }
  });

  test('DER has memory of its own', () => {
    using session = tls12();
    const der = session.toDer();
    expect(der.buffer.byteLength).toBe(der.length);
  });

  test('fake timers do not keep the collector waiting', async () => {
    vi.useFakeTimers({ toFake: ['queueMicrotask'] });
    (() => {
      for (let i = 0; i < 500; i++) new SslSession();
    })();
    vi.useRealTimers();
    await collected();
    expect(sessionCounts().live).toBe(0);
  });

  test('a subject of more than a kilobyte is whole, and one that libssl cannot print is null', () => {
    const name = (tag: number, text: Buffer) => {
      const value = element(tag, text);
      return element(0x30, element(0x31, element(0x30, Buffer.concat([commonName, value]))));
    };
    const commonName = Buffer.from('0603550403', 'hex');
    const element = (tag: number, content: Buffer) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(content.length);
      return Buffer.concat([Buffer.from([tag, 0x84]), length, content]);
    };
    const certificate = (subject: Buffer) => {
      const algorithm = Buffer.from('300d06092a864886f70d01010b0500', 'hex');
      const dates = Buffer.from(
        '301e170d3234303130313030303030305a170d3334303130313030303030305a',
        'hex',
      );
      const { publicKey } = generateKeyPairSync('ed25519');
      const key = publicKey.export({ type: 'spki', format: 'der' });
      const tbs = [Buffer.from('020101', 'hex'), algorithm, subject, dates, subject, key];
      const signature = Buffer.from('030200ff', 'hex');
      return element(
        0x30,
        Buffer.concat([element(0x30, Buffer.concat(tbs)), algorithm, signature]),
      );
    };
    const session = (subject: Buffer) => {
      const fields = Buffer.from('020101020203030402c02c040004020102', 'hex');
      const peer = element(0xa3, certificate(subject));
      return SslSession.fromDer(element(0x30, Buffer.concat([fields, peer])));
    };
    using long = session(name(0x0c, Buffer.alloc(5000, 'x')));
    expect(long.toJSON().peerCertificate).toBe(`/CN=${'x'.repeat(5000)}`);
    using unprintable = session(name(0x14, Buffer.alloc(300_000, 1)));
    expect(unprintable.toJSON().peerCertificate).toBe(null);
  });

  test('lastErrors is safe from setters on Object.prototype', () => {
    const { prototype } = Object;
    C.d2i_SSL_SESSION(Buffer.from('308204ff', 'hex'));
    try {
      Object.defineProperty(prototype, 'code', {
        configurable: true,
        set() {
          C.SSL_SESSION_free(0);
        },
      });
      expect(C.lastErrors()).toHaveLength(3);
    } finally {
      Reflect.deleteProperty(prototype, 'code');
    }
  });

  test('a second evaluation of the module has registers and handles of its own', async () => {
    const copy = mkdtempSync(fileURLToPath(new URL('../../build/dist-copy-', import.meta.url)));
    try {
      // Beside a package.json and a build of its own name, so that it is the same addon.
      cpSync(new URL('../../dist', import.meta.url), `${copy}/dist`, { recursive: true });
      cpSync(new URL('../../package.json', import.meta.url), `${copy}/package.json`);
      process.env.LIBSSL_SESSION_PREBUILD ??= fileURLToPath(new URL('../..', import.meta.url));
      const other = (await import(`${copy}/dist/index.js`)) as typeof import('libssl-session');
      expect(other.SslSession).not.toBe(SslSession);
      using a = new SslSession();
      const b = new other.SslSession();
      a.hostname = 'a';
      b.hostname = 'b';
      expect([a.hostname, b.hostname]).toEqual(['a', 'b']);
      const { handle } = b;
      expect(() => C.SSL_SESSION_get_time(handle)).toThrow(
        expect.objectContaining({ code: 'ERR_LIBSSL_INVALID_HANDLE' }),
      );
      b.free();
      expect(a.hostname).toBe('a');
      expect(sessionCounts().live).toBe(1);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });
});

describe('fields', () => {
  const longMax = 2 ** 53 - 1;

  test('idContext takes 0 to 32 bytes, and keeps the old one when refused', () => {
    using session = new SslSession();
    for (const length of [0, 1, 32]) {
      session.idContext = Buffer.alloc(length, length);
      expect(session.idContext).toEqual(Buffer.alloc(length, length));
    }
    expect(() => {
      session.idContext = Buffer.alloc(33);
    }).toThrow(
      expect.objectContaining({
        code: 'ERR_SSL_SSL_SESSION_ID_CONTEXT_TOO_LONG',
        function: 'SSL_SESSION_set1_id_context',
      }),
    );
    expect(session.idContext).toEqual(Buffer.alloc(32, 32));
    expect(() => {
      session.idContext = 'x' as never;
    }).toThrow(TypeError);
  });

  test('masterKey takes 0 to 256 bytes, and keeps the old one when refused', () => {
    using session = new SslSession();
    for (const length of [0, 1, 48, 256]) {
      session.masterKey = Buffer.alloc(length, length);
      expect(session.masterKey).toEqual(Buffer.alloc(length, length));
    }
    for (const length of [257, 70_000]) {
      expect(() => {
        session.masterKey = Buffer.alloc(length);
      }).toThrow(
        expect.objectContaining({
          code: 'ERR_LIBSSL_FAILED',
          function: 'SSL_SESSION_set1_master_key',
        }),
      );
    }
    expect(session.masterKey).toEqual(Buffer.alloc(256));
    expect(() => {
      session.masterKey = 'secret' as never;
    }).toThrow(expect.not.objectContaining({ message: expect.stringContaining('secret') }));
  });

  test('ticketAppData takes bytes, and null for none', () => {
    using session = new SslSession();
    session.ticketAppData = Buffer.from('Hello World');
    expect(session.ticketAppData.toString()).toBe('Hello World');
    session.ticketAppData = Buffer.alloc(0);
    expect(session.ticketAppData).toBe(null);
    session.ticketAppData = Buffer.alloc(100_000, 7);
    expect(session.ticketAppData).toEqual(Buffer.alloc(100_000, 7));
    session.ticketAppData = null;
    expect(session.ticketAppData).toBe(null);
    expect(() => {
      session.ticketAppData = 'x' as never;
    }).toThrow(TypeError);
  });

  test('maxEarlyData takes a uint32', () => {
    using session = new SslSession();
    for (const value of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
      session.maxEarlyData = value;
      expect(session.maxEarlyData).toBe(value);
    }
    for (const value of [-1, 2 ** 32, 0.5, Number.NaN]) {
      expect(() => {
        session.maxEarlyData = value;
      }).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
    }
    expect(() => {
      session.maxEarlyData = '5' as never;
    }).toThrow(TypeError);
    expect(session.maxEarlyData).toBe(2 ** 32 - 1);
  });

  test('cipher takes a name, the RFC’s name, a number, what it gave, and null', () => {
    using session = new SslSession();
    for (const key of ['AES128-SHA', 'TLS_RSA_WITH_AES_128_CBC_SHA', 0x2f]) {
      session.cipher = null;
      expect(session.cipher).toBe(null);
      session.cipher = key;
      expect(session.cipher).toEqual({
        name: 'AES128-SHA',
        standardName: 'TLS_RSA_WITH_AES_128_CBC_SHA',
        id: 0x2f,
        version: 'SSLv3',
        bits: 128,
      });
    }
    for (const [value, code] of [
      ['no such', 'ERR_INVALID_ARG_VALUE'],
      [0xffff, 'ERR_INVALID_ARG_VALUE'],
      [0x10000, 'ERR_OUT_OF_RANGE'],
      [-1, 'ERR_OUT_OF_RANGE'],
      [undefined, 'ERR_INVALID_ARG_TYPE'],
      [{}, 'ERR_INVALID_ARG_TYPE'],
      [true, 'ERR_INVALID_ARG_TYPE'],
    ] as const) {
      expect(() => {
        session.cipher = value as never;
      }).toThrow(expect.objectContaining({ code }));
    }
    expect(session.cipher?.name).toBe('AES128-SHA');
  });

  test('an external PSK session can be put together', () => {
    using session = new SslSession();
    session.masterKey = Buffer.alloc(48, 1);
    session.cipher = 'TLS_AES_256_GCM_SHA384';
    session.protocolVersion = 'TLSv1.3';
    using copy = SslSession.fromDer(session.toDer());
    expect(copy.masterKey).toEqual(session.masterKey);
    expect(copy.isResumable).toBe(false);
  });

  test('toKeylog gives a line, and an error without id or key', () => {
    using session = new SslSession();
    expect(() => session.toKeylog()).toThrow(
      expect.objectContaining({ code: 'ERR_LIBSSL_FAILED', function: 'SSL_SESSION_print_keylog' }),
    );
    session.id = Buffer.from('ab', 'hex');
    session.masterKey = Buffer.from('0123', 'hex');
    expect(session.toKeylog()).toBe('RSA Session-ID:AB Master-Key:0123\n');
  });

  test('id takes 0 to 32 bytes, and keeps the old one when refused', () => {
    using session = new SslSession();
    for (const length of [0, 1, 31, 32]) {
      session.id = Buffer.alloc(length, length);
      expect(session.id).toEqual(Buffer.alloc(length, length));
    }
    for (const length of [33, 256, 100_000]) {
      expect(() => {
        session.id = Buffer.alloc(length);
      }).toThrow(
        expect.objectContaining({
          code: 'ERR_SSL_SSL_SESSION_ID_TOO_LONG',
          function: 'SSL_SESSION_set1_id',
        }),
      );
    }
    expect(session.id).toEqual(Buffer.alloc(32, 32));
    for (const value of [null, 'abc', 5, [1]]) {
      expect(() => {
        session.id = value as never;
      }).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }));
    }
  });

  test('id gives and takes copies', () => {
    using session = new SslSession();
    const given = Buffer.from('abc');
    session.id = given;
    given.fill(0);
    session.id.fill(0);
    expect(session.id.toString()).toBe('abc');
  });

  for (const name of ['time', 'timeout'] as const) {
    test(`${name} takes every integer that a number holds exactly`, () => {
      using session = new SslSession();
      for (const value of [0, 1, -1, 2 ** 31, 2 ** 32, longMax, -longMax, -0]) {
        session[name] = value;
        expect(session[name]).toBe(value === 0 ? 0 : value);
      }
    });

    test(`${name} refuses what would be changed on the way`, () => {
      using session = new SslSession();
      session[name] = 5;
      for (const value of [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 53), 1e300]) {
        expect(() => {
          session[name] = value;
        }).toThrow(expect.objectContaining({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' }));
      }
      for (const value of ['5', null, undefined, 5n, {}, new Date()]) {
        expect(() => {
          session[name] = value as never;
        }).toThrow(expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' }));
      }
      expect(session[name]).toBe(5);
    });
  }

  test('what a property refuses is told by the name of the property', () => {
    const setters = Object.entries(Object.getOwnPropertyDescriptors(SslSession.prototype))
      .filter(([, { set }]) => set !== undefined)
      .map(([name]) => name);
    expect(setters).toContain('time');
    using session = new SslSession();
    for (const name of setters) {
      for (const value of [undefined, Number.NaN, 2 ** 53, Symbol('x'), true]) {
        const told = name === 'cipher' ? /cipher|suite/ : new RegExp(`["']${name}["']`);
        expect(() => Reflect.set(session, name, value), name).toThrow(told);
      }
    }
  });

  test('expiresAt is time + timeout', () => {
    using session = new SslSession();
    session.time = 1_700_000_000;
    session.timeout = 300;
    expect(session.expiresAt).toEqual(new Date(1_700_000_300_000));
    session.timeout = longMax;
    expect(() => session.expiresAt).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
  });

  test('protocolVersion takes the name or the number', () => {
    using session = new SslSession();
    const names = {
      SSLv3: 0x300,
      TLSv1: 0x301,
      'TLSv1.1': 0x302,
      'TLSv1.2': 0x303,
      'TLSv1.3': 0x304,
      DTLSv1: 0xfeff,
      'DTLSv1.2': 0xfefd,
    } as const;
    for (const [name, number] of Object.entries(names)) {
      session.protocolVersion = name as keyof typeof names;
      expect(session.protocolVersionNumber).toBe(number);
      session.protocolVersion = null;
      expect(session.protocolVersionNumber).toBe(0);
      session.protocolVersion = number;
      expect(session.protocolVersion).toBe(name);
    }
    for (const number of [-1, 0x1234, 2 ** 31 - 1, -(2 ** 31)]) {
      session.protocolVersion = number;
      expect(session.protocolVersionNumber).toBe(number);
      expect(session.protocolVersion).toBe('unknown');
    }
    for (const [value, code] of [
      [2 ** 31, 'ERR_OUT_OF_RANGE'],
      [1.5, 'ERR_OUT_OF_RANGE'],
      ['TLSv9', 'ERR_INVALID_ARG_VALUE'],
      ['toString', 'ERR_INVALID_ARG_VALUE'],
      [undefined, 'ERR_INVALID_ARG_TYPE'],
      [{}, 'ERR_INVALID_ARG_TYPE'],
    ] as const) {
      expect(() => {
        session.protocolVersion = value as never;
      }).toThrow(expect.objectContaining({ code }));
    }
  });

  test('hostname and alpnProtocol take latin1, and null for none', () => {
    using session = new SslSession();
    for (const name of ['hostname', 'alpnProtocol'] as const) {
      expect(session[name]).toBe(null);
      session[name] = 'ex\xe4mple';
      expect(session[name]).toBe('ex\xe4mple');
      expect(() => {
        session[name] = 'snow\u2603man';
      }).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
      for (const value of [5, undefined, {}, Buffer.from('x')]) {
        expect(() => {
          session[name] = value as never;
        }).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }));
      }
      expect(session[name]).toBe('ex\xe4mple');
      session[name] = null;
      expect(session[name]).toBe(null);
    }
    expect(() => {
      session.hostname = 'a\0b';
    }).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
    session.alpnProtocol = 'a\0b';
    expect(session.alpnProtocol).toBe('a\0b');
  });

  test('a setter given its own getter’s value changes nothing', () => {
    for (const make of [tls12, tls13, () => new SslSession()]) {
      using session = make();
      session.hostname = 'example.org';
      session.alpnProtocol = 'h2';
      const was = session.toJSON();
      const self = session as unknown as Record<string, unknown>;
      for (const [name, { set }] of Object.entries(
        Object.getOwnPropertyDescriptors(SslSession.prototype),
      )) {
        // biome-ignore lint/correctness/noSelfAssign: it is what is tested
        if (set) self[name] = self[name];
      }
      expect(session.toJSON()).toEqual(was);
      session.protocolVersion = 0x1234;
      // biome-ignore lint/correctness/noSelfAssign: it is what is tested
      session.protocolVersion = session.protocolVersion;
      expect(session.protocolVersionNumber).toBe(0x1234);
    }
  });

  test('a real TLS 1.2 session shows what the handshake put into it', () => {
    using session = tls12();
    expect(session.protocolVersion).toBe('TLSv1.2');
    expect(session.protocolVersionNumber).toBe(0x0303);
    expect(session.cipher).toEqual({
      name: 'ECDHE-ECDSA-AES256-GCM-SHA384',
      standardName: 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
      id: 0xc02c,
      version: 'TLSv1.2',
      bits: 256,
    });
    expect(session.id).toHaveLength(32);
    expect(session.hasTicket).toBe(true);
    expect(session.ticketLifetimeHint).toBe(7200);
    expect(session.ticket?.length).toBeGreaterThan(100);
    expect(session.masterKey).toHaveLength(48);
    expect(session.peerCertificate?.subject).toBe('CN=session.example');
    expect(session.peerCertificate?.publicKey.asymmetricKeyType).toBe('ec');
    expect(session.compressionId).toBe(0);
    expect(session.maxFragmentLength).toBe(null);
    expect(session.isResumable).toBe(true);
  });

  test('a real TLS 1.3 session shows what the handshake put into it', () => {
    using session = tls13();
    expect(session.protocolVersion).toBe('TLSv1.3');
    expect(session.cipher).toEqual({
      name: 'TLS_AES_256_GCM_SHA384',
      standardName: 'TLS_AES_256_GCM_SHA384',
      id: 0x1302,
      version: 'TLSv1.3',
      bits: 256,
    });
    expect(session.hasTicket).toBe(true);
    expect(session.isResumable).toBe(true);
  });

  test('inspect and JSON show the same values', () => {
    using session = tls13();
    expect(inspect(session)).toBe(`SslSession ${inspect(session.toJSON())}`);
    expect(JSON.parse(JSON.stringify(session))).toEqual(session.toJSON());
    expect(session.toJSON().id).toBe(session.id.toString('hex'));
  });
});
