// What errors say was called: C's functions, and the class that the object is of.

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LibsslError, SslConnection, SslContext, SslSession } from '../../src/index.js';
import * as C from '../../src/libssl.js';

const native = new URL('../../native/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, native), 'utf8');

// They take no handle: nothing to misuse.
const withoutHandle =
  /^(libraryInfo|clearErrors|startCounting|sessionCounts|setDerPool|allCiphers)$/;

test('each function of the addon has a name of C for its errors', () => {
  const rows = readdirSync(new URL('addon', native))
    .filter((name) => /\.cc$/.test(name))
    .flatMap((name) => [
      ...read(`addon/${name}`).matchAll(/\{"(\w+)",\s+Entry<[^{}"]*>(?:,\s+"(\w+)")?\}/g),
    ])
    .map(([, name = '', cName]) => cName ?? name);
  expect(rows.length).toBeGreaterThan(100);
  const listed = read('openssl.def');
  const known = (name: string) => name in C || new RegExp(`\\b${name}\\b`).test(listed);
  const unknown = rows.filter((name) => !withoutHandle.test(name) && !known(name));
  expect(unknown).toEqual([]);
});

function errorOf(call: () => unknown): LibsslError {
  try {
    call();
  } catch (error) {
    if (error instanceof LibsslError) return error;
    throw error;
  }
  throw new Error('did not throw');
}

test('what the classes refuse is named by the C function and the class of the object', () => {
  using context = new SslContext({ role: 'client' });
  using connection = new SslConnection(context, { host: null });
  using session = new SslSession();
  using server = new SslContext({ role: 'server' });
  using other = new SslContext({ role: 'server' });
  server.addContext('a.example', other);
  const cycle = errorOf(() => other.addContext('b.example', server));
  expect(cycle.function).toBe('SSL_CTX_set_tlsext_servername_callback');
  const cases = [
    ['SSL_free', 'SslConnection', () => C.SSL_free(connection.handle)],
    ['SSL_CTX_free', 'SslContext', () => C.SSL_CTX_free(context.handle)],
    ['SSL_SESSION_free', 'SslSession', () => C.SSL_SESSION_free(session.handle)],
    ['SSL_SESSION_up_ref', 'SslSession', () => SslSession.adopt(session.handle)],
  ] as const;
  for (const [name, className, call] of cases) {
    const error = errorOf(call);
    expect(error.function).toBe(name);
    expect(error.message).toContain(`${name}: `);
    expect(error.message).toContain(`an ${className}`);
  }
});

test('every function of the C-named module says its own name, given a handle that is none', () => {
  const forged = 12345 as C.Handle;
  for (const [name, value] of Object.entries(C)) {
    if (typeof value !== 'function' || !/^(SSL|BIO|PEM|i2d)_/.test(name)) continue;
    let error: unknown;
    try {
      (value as (...given: unknown[]) => unknown)(forged);
    } catch (thrown) {
      error = thrown;
    }
    if (!(error instanceof LibsslError)) continue;
    expect(error.function, name).toBe(name);
    expect(error.message, name).toContain(name);
  }
});
