import { type LibsslError, SslSession, sessionCounts, startCounting } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fixture } from '../support/fixture.js';

beforeAll(startCounting);
afterEach(() => {
  expect(sessionCounts().live, 'sessions left behind by the test').toBe(0);
});

const invalid = expect.objectContaining({ name: 'LibsslError', code: 'ERR_LIBSSL_INVALID_HANDLE' });
const unsafe = expect.objectContaining({ name: 'LibsslError', code: 'ERR_LIBSSL_UNSAFE' });

// Each function of a session, with arguments that are right but for the handle.
const bytes = Buffer.from('abc');
const functions: Record<string, (handle: C.Handle) => unknown> = {
  SSL_SESSION_dup: (h) => C.SSL_SESSION_dup(h),
  SSL_SESSION_up_ref: (h) => C.SSL_SESSION_up_ref(h),
  SSL_SESSION_free: (h) => C.SSL_SESSION_free(h),
  i2d_SSL_SESSION: (h) => C.i2d_SSL_SESSION(h),
  PEM_write_bio_SSL_SESSION: (h) => C.PEM_write_bio_SSL_SESSION(h),
  SSL_SESSION_get_id: (h) => C.SSL_SESSION_get_id(h),
  SSL_SESSION_set1_id: (h) => C.SSL_SESSION_set1_id(h, bytes),
  SSL_SESSION_print: (h) => C.SSL_SESSION_print(h),
  SSL_SESSION_print_keylog: (h) => C.SSL_SESSION_print_keylog(h),
  SSL_SESSION_get0_id_context: (h) => C.SSL_SESSION_get0_id_context(h),
  SSL_SESSION_set1_id_context: (h) => C.SSL_SESSION_set1_id_context(h, bytes),
  SSL_SESSION_set_cipher: (h) => C.SSL_SESSION_set_cipher(h, null),
  SSL_SESSION_get_master_key: (h) => C.SSL_SESSION_get_master_key(h),
  SSL_SESSION_set1_master_key: (h) => C.SSL_SESSION_set1_master_key(h, bytes),
  SSL_SESSION_get0_ticket: (h) => C.SSL_SESSION_get0_ticket(h),
  SSL_SESSION_get0_ticket_appdata: (h) => C.SSL_SESSION_get0_ticket_appdata(h),
  SSL_SESSION_set1_ticket_appdata: (h) => C.SSL_SESSION_set1_ticket_appdata(h, bytes),
  SSL_SESSION_get_max_early_data: (h) => C.SSL_SESSION_get_max_early_data(h),
  SSL_SESSION_set_max_early_data: (h) => C.SSL_SESSION_set_max_early_data(h, 1),
  SSL_SESSION_get_max_fragment_length: (h) => C.SSL_SESSION_get_max_fragment_length(h),
  SSL_SESSION_get_compress_id: (h) => C.SSL_SESSION_get_compress_id(h),
  SSL_SESSION_get0_peer: (h) => C.SSL_SESSION_get0_peer(h),
  SSL_SESSION_get_time: (h) => C.SSL_SESSION_get_time(h),
  SSL_SESSION_set_time: (h) => C.SSL_SESSION_set_time(h, 1),
  SSL_SESSION_get_timeout: (h) => C.SSL_SESSION_get_timeout(h),
  SSL_SESSION_set_timeout: (h) => C.SSL_SESSION_set_timeout(h, 1),
  SSL_SESSION_get_protocol_version: (h) => C.SSL_SESSION_get_protocol_version(h),
  SSL_SESSION_set_protocol_version: (h) => C.SSL_SESSION_set_protocol_version(h, 1),
  SSL_SESSION_get0_cipher: (h) => C.SSL_SESSION_get0_cipher(h),
  SSL_SESSION_get0_hostname: (h) => C.SSL_SESSION_get0_hostname(h),
  SSL_SESSION_set1_hostname: (h) => C.SSL_SESSION_set1_hostname(h, 'x'),
  SSL_SESSION_get0_alpn_selected: (h) => C.SSL_SESSION_get0_alpn_selected(h),
  SSL_SESSION_set1_alpn_selected: (h) => C.SSL_SESSION_set1_alpn_selected(h, bytes),
  SSL_SESSION_has_ticket: (h) => C.SSL_SESSION_has_ticket(h),
  SSL_SESSION_get_ticket_lifetime_hint: (h) => C.SSL_SESSION_get_ticket_lifetime_hint(h),
  SSL_SESSION_is_resumable: (h) => C.SSL_SESSION_is_resumable(h),
};

// Measured on 1.1.1w: these return for NULL, all others crash.
const takeNull: Record<string, unknown> = {
  SSL_SESSION_free: undefined,
  i2d_SSL_SESSION: null,
  SSL_SESSION_get_time: 0,
  SSL_SESSION_set_time: 0,
  SSL_SESSION_get_timeout: 0,
  SSL_SESSION_set_timeout: 0,
  SSL_SESSION_print: null,
  SSL_SESSION_print_keylog: null,
};

test('every exported function of a session is in the list of this test', () => {
  const others = [
    'SSL_SESSION_new',
    'd2i_SSL_SESSION',
    'PEM_read_bio_SSL_SESSION',
    'SSL_CIPHER_find',
    'lastErrors',
  ];
  // Those of contexts and connections have tests of their own.
  const elsewhere = /^(?:D?TLS|BIO|X509|OPENSSL|ERR|SSL_(?!SESSION_))/;
  const exported = Object.entries(C)
    .filter(([name, value]) => typeof value === 'function' && !others.includes(name))
    .map(([name]) => name)
    .filter((name) => !elsewhere.test(name));
  expect(Object.keys(functions).sort()).toEqual(exported.sort());
});

describe('references', () => {
  test('n up_refs need n + 1 frees', () => {
    const session = C.SSL_SESSION_new();
    for (let i = 0; i < 1000; i++) expect(C.SSL_SESSION_up_ref(session)).toBe(1);
    for (let i = 0; i < 1000; i++) {
      C.SSL_SESSION_free(session);
      expect(sessionCounts().live).toBe(1);
    }
    expect(C.SSL_SESSION_get_timeout(session)).toBe(304);
    C.SSL_SESSION_free(session);
    expect(sessionCounts().live).toBe(0);
  });

  test('one free too many is an exception', () => {
    const session = C.SSL_SESSION_new();
    C.SSL_SESSION_free(session);
    expect(() => C.SSL_SESSION_free(session)).toThrow(invalid);
  });

  test('a million sessions at once each have a handle of their own', () => {
    const handles = new Set<C.Handle>();
    for (let i = 0; i < 1_000_000; i++) handles.add(C.SSL_SESSION_new());
    expect(handles.size).toBe(1_000_000);
    expect(sessionCounts().live).toBe(1_000_000);
    for (const handle of handles) C.SSL_SESSION_free(handle);
  });

  test('a handle is not given out again when its slot is', () => {
    const seen = new Set<C.Handle>();
    for (let i = 0; i < 100_000; i++) {
      const session = C.SSL_SESSION_new();
      seen.add(session);
      C.SSL_SESSION_free(session);
    }
    expect(seen.size).toBe(100_000);
  });
});

describe.each(Object.entries(functions))('%s', (name, call) => {
  test('refuses a freed handle', () => {
    const session = C.SSL_SESSION_new();
    C.SSL_SESSION_free(session);
    expect(() => call(session)).toThrow(invalid);
    expect(() => call(session)).toThrow(expect.objectContaining({ function: name }));
  });

  test('refuses a forged handle', () => {
    const session = C.SSL_SESSION_new();
    const forged = [
      1,
      -1,
      0.5,
      session + 1,
      session + 2 ** 24,
      session - 2 ** 24,
      session + 2 ** 50,
      -session,
      session + 0.5,
      2 ** 53,
      2 ** 63,
      2 ** 64,
      1e300,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ];
    for (const handle of forged)
      expect(() => call(handle as C.Handle), `${handle}`).toThrow(invalid);
    C.SSL_SESSION_free(session);
  });

  test('refuses what is no number', () => {
    for (const value of [undefined, null, '5', 5n, {}, [], true, Symbol('x'), () => 0]) {
      expect(() => call(value as never)).toThrow(
        expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' }),
      );
    }
  });

  test(Object.hasOwn(takeNull, name) ? 'takes NULL' : 'refuses NULL, which crashes in C', () => {
    if (Object.hasOwn(takeNull, name)) expect(call(0 as C.Handle)).toBe(takeNull[name]);
    else expect(() => call(0 as C.Handle)).toThrow(unsafe);
  });
});

describe('return values are C’s', () => {
  test('of the setters', () => {
    const session = C.SSL_SESSION_new();
    expect(C.SSL_SESSION_set_time(session, 0)).toBe(0);
    expect(C.SSL_SESSION_set_time(session, -5)).toBe(-5);
    expect(C.SSL_SESSION_set_timeout(session, -5)).toBe(1);
    expect(C.SSL_SESSION_set_protocol_version(session, -1)).toBe(1);
    expect(C.SSL_SESSION_set1_id(session, Buffer.alloc(33))).toBe(0);
    expect(C.SSL_SESSION_set1_id(session, Buffer.alloc(32))).toBe(1);
    expect(C.SSL_SESSION_set1_hostname(session, 'a')).toBe(1);
    expect(C.SSL_SESSION_set1_hostname(session, null)).toBe(1);
    expect(C.SSL_SESSION_set1_alpn_selected(session, bytes)).toBe(1);
    expect(C.SSL_SESSION_set1_alpn_selected(session, null)).toBe(1);
    expect(C.SSL_SESSION_set1_id_context(session, Buffer.alloc(33))).toBe(0);
    expect(C.SSL_SESSION_set1_id_context(session, Buffer.alloc(32))).toBe(1);
    expect(C.SSL_SESSION_set1_master_key(session, Buffer.alloc(257))).toBe(0);
    expect(C.lastErrors()).toEqual([]);
    expect(C.SSL_SESSION_set1_master_key(session, Buffer.alloc(256))).toBe(1);
    expect(C.SSL_SESSION_set_cipher(session, C.SSL_CIPHER_find(0x1301))).toBe(1);
    expect(C.SSL_SESSION_set1_ticket_appdata(session, bytes)).toBe(1);
    expect(C.SSL_SESSION_set1_ticket_appdata(session, null)).toBe(1);
    expect(C.SSL_SESSION_set_max_early_data(session, 2 ** 32 - 1)).toBe(1);
    C.SSL_SESSION_free(session);
  });

  test('64-bit times travel as bigints where a number would round them', () => {
    const session = C.SSL_SESSION_new();
    for (const value of [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n, -(2n ** 53n)]) {
      expect(C.SSL_SESSION_set_time(session, value)).toBe(value);
      expect(C.SSL_SESSION_get_time(session)).toBe(value);
      expect(C.SSL_SESSION_set_timeout(session, value)).toBe(1);
      expect(C.SSL_SESSION_get_timeout(session)).toBe(value);
    }
    expect(C.SSL_SESSION_set_time(session, 5n)).toBe(5);
    for (const value of [2n ** 63n, -(2n ** 63n) - 1n, 1.5, 2 ** 53]) {
      expect(() => C.SSL_SESSION_set_time(session, value)).toThrow(
        expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }),
      );
    }
    expect(C.SSL_SESSION_get_time(session)).toBe(5);
    C.SSL_SESSION_free(session);
  });

  test('d2i lets bytes after the session be, and gives 0 for garbage', () => {
    const der = fixture('openssl-1.1.1-tls12.der');
    const session = C.d2i_SSL_SESSION(Buffer.concat([der, bytes]));
    expect(C.i2d_SSL_SESSION(session)).toEqual(der);
    C.SSL_SESSION_free(session);
    expect(C.d2i_SSL_SESSION(bytes)).toBe(0);
    expect(C.d2i_SSL_SESSION(Buffer.alloc(0))).toBe(0);
  });

  test('i2d of a fresh session is null, with an empty queue', () => {
    const session = C.SSL_SESSION_new();
    expect(C.i2d_SSL_SESSION(session)).toBe(null);
    expect(C.lastErrors()).toEqual([]);
    expect(C.PEM_write_bio_SSL_SESSION(session)).toBe(null);
    expect(C.lastErrors()).not.toEqual([]);
    C.SSL_SESSION_free(session);
  });
});

describe('handles that an SslSession owns', () => {
  test('adopt takes over all references, and leaves the object with one', () => {
    const handle = C.SSL_SESSION_new();
    C.SSL_SESSION_up_ref(handle);
    C.SSL_SESSION_up_ref(handle);
    const session = SslSession.adopt(handle);
    expect(session.handle).toBe(handle);
    session.free();
    expect(sessionCounts().live).toBe(0);
    expect(() => C.SSL_SESSION_free(handle)).toThrow(invalid);
  });

  test('adopt refuses a handle that has an owner, and what is no handle', () => {
    using session = new SslSession();
    const handle = C.SSL_SESSION_new();
    using adopted = SslSession.adopt(handle);
    expect(() => SslSession.adopt(handle)).toThrow(unsafe);
    expect(() => SslSession.adopt(session.handle)).toThrow(unsafe);
    expect(() => SslSession.adopt(0 as C.Handle)).toThrow(unsafe);
    expect(() => SslSession.adopt((handle + 1) as C.Handle)).toThrow(invalid);
    expect(() => SslSession.adopt('1' as never)).toThrow(TypeError);
    expect(adopted.isSameSession(session)).toBe(false);
  });

  test('a lent handle serves every C-named function, and cannot be freed away', () => {
    using session = new SslSession();
    const { handle } = session;
    expect(C.SSL_SESSION_set_time(handle, 5)).toBe(5);
    expect(session.time).toBe(5);
    expect(() => C.SSL_SESSION_free(handle)).toThrow(unsafe);
    expect(C.SSL_SESSION_up_ref(handle)).toBe(1);
    C.SSL_SESSION_free(handle);
    expect(() => C.SSL_SESSION_free(handle)).toThrow(unsafe);
    expect(session.time).toBe(5);
  });

  test('a reference taken through the lent handle outlives the object', () => {
    const session = new SslSession();
    const { handle } = session;
    C.SSL_SESSION_up_ref(handle);
    session.free();
    expect(C.SSL_SESSION_get_timeout(handle)).toBe(304);
    C.SSL_SESSION_free(handle);
    expect(() => C.SSL_SESSION_get_timeout(handle)).toThrow(invalid);
  });

  test('a lent handle ends with its object', () => {
    const session = new SslSession();
    const { handle } = session;
    session.free();
    expect(() => C.SSL_SESSION_get_time(handle)).toThrow(invalid);
  });
});

describe('SSL_CIPHER_find', () => {
  test('finds by number, by OpenSSL’s name and by the RFC’s', () => {
    const info = {
      name: 'ECDHE-RSA-AES128-GCM-SHA256',
      standardName: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
      id: 0xc02f,
      version: 'TLSv1.2',
      bits: 128,
    };
    for (const key of [info.id, info.name, info.standardName]) {
      expect(C.SSL_CIPHER_find(key)).toEqual(info);
    }
    expect(C.SSL_CIPHER_find(0x0001)?.name).toBe('NULL-MD5');
    expect(C.SSL_CIPHER_find(0xffff)).toBe(null);
    expect(C.SSL_CIPHER_find('')).toBe(null);
    expect(C.SSL_CIPHER_find('no such')).toBe(null);
    for (const key of [-1, 65536, 1.5, Number.NaN]) {
      expect(() => C.SSL_CIPHER_find(key)).toThrow(RangeError);
    }
    expect(() => C.SSL_CIPHER_find(null as never)).toThrow(TypeError);
  });

  test('a cipher that it did not give is refused by set_cipher', () => {
    const session = C.SSL_SESSION_new();
    for (const cipher of [{ id: 0xffff }, {}, 5, 'AES128-SHA', undefined, { id: 'x' }]) {
      expect(() => C.SSL_SESSION_set_cipher(session, cipher as never)).toThrow(TypeError);
    }
    C.SSL_SESSION_free(session);
  });
});

describe('lastErrors', () => {
  test('gives what the last call left, oldest first, as OpenSSL has it', () => {
    expect(C.d2i_SSL_SESSION(Buffer.from('308204ff', 'hex'))).toBe(0);
    expect(C.lastErrors()).toEqual([
      {
        code: 0x0d07207b,
        library: 'asn1 encoding routines',
        function: 'ASN1_get_object',
        reason: 'header too long',
        data: '',
      },
      expect.objectContaining({ function: 'asn1_check_tlen', reason: 'bad object header' }),
      expect.objectContaining({ reason: 'nested asn1 error' }),
    ]);
    expect(C.lastErrors()).toHaveLength(3);
  });

  test('a later call starts with none', () => {
    for (const call of [
      () => C.SSL_SESSION_free(0),
      () => C.SSL_SESSION_get_time(0),
      () => C.i2d_SSL_SESSION(0),
      () => C.SSL_SESSION_free(C.SSL_SESSION_new()),
    ]) {
      C.d2i_SSL_SESSION(bytes);
      expect(C.lastErrors()).not.toEqual([]);
      call();
      expect(C.lastErrors()).toEqual([]);
    }
  });

  test('a failure of the class does not show in the next one', () => {
    const stacks = [1, 2, 3].map(() => {
      try {
        SslSession.fromDer(bytes);
        return 'decoded';
      } catch (error) {
        return (error as LibsslError).opensslErrorStack;
      }
    });
    expect(stacks[0]).toHaveLength(2);
    expect(stacks).toEqual([stacks[0], stacks[0], stacks[0]]);
  });
});
