import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { SslSession } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

interface Declaration {
  name: string;
  kind: 'function' | 'macro';
  text: string;
}
interface Member {
  name: string;
  text: string;
  wraps: string[];
}
interface Row {
  name: string;
  cNamed: boolean;
  members: string[];
  reason?: string;
  missing: boolean;
  exported: boolean;
}
interface Script {
  file: string;
  hasHeaders: boolean;
  parseHeader(header: string): Declaration[];
  declared(): Declaration[];
  declarations(): Declaration[];
  classMembers(source: string, className: string): Member[];
  wrapped(comment: string): string[];
  coverage(): Promise<{ rows: Row[]; problems: string[] }>;
  markdown(rows: Row[]): string;
}
// A script has no types of its own.
const script: Script = await import(new URL('scripts/coverage.mjs', root).href);

const source = read('src/session/session.ts');
const members = script.classMembers(source, 'SslSession');
const helpers = read('src/session/fields.ts') + read('src/session/decode.ts');

// What is not one C function: the words on the right say what it is.
const wrapNothing: Readonly<Record<string, string>> = {
  'SslSession.adopt': 'ownership of a handle',
  handle: 'ownership of a handle',
  '[Symbol.dispose]': 'free(), for `using`',
  freed: 'state of the object',
  isSameSession: 'pointer equality',
  expiresAt: 'time + timeout',
  isOfferable: 'isResumable, with what a client needs, and the time',
  boundTo: 'what node:tls wrote beside the session',
  toJSON: 'all getters at once',
};

const without = script.hasHeaders ? '' : ' (no OpenSSL headers in .libssl/include: npm run setup)';
describe.skipIf(!script.hasHeaders)(`the functions of libssl’s headers${without}`, () => {
  test('docs/coverage.md is what scripts/coverage.mjs makes of them', async () => {
    const { rows, problems } = await script.coverage();
    expect(problems).toEqual([]);
    expect(read(script.file), 'run: node scripts/coverage.mjs --write').toBe(script.markdown(rows));
  });

  test('each is reachable, has a reason, or is missing', async () => {
    const { rows } = await script.coverage();
    const reachable = rows.filter(({ cNamed, members: { length } }) => cNamed || length > 0);
    for (const { name, reason, missing } of rows) {
      const here = reachable.some((row) => row.name === name);
      expect([here, reason !== undefined, missing].filter(Boolean), name).toHaveLength(1);
    }
    // No fewer than there were.
    expect(reachable.filter(({ exported }) => exported).length).toBeGreaterThanOrEqual(350);
  });

  test('what works on a session alone is here under its own name', async () => {
    const { rows } = await script.coverage();
    const missing = rows.filter(({ name, cNamed }) => /SSL_SESSION/.test(name) && !cNamed);
    expect(missing.map(({ name }) => name)).toEqual([
      // FILE*, BIO* and C pointers.
      'PEM_read_SSL_SESSION',
      'PEM_write_SSL_SESSION',
      'SSL_SESSION_get_app_data',
      'SSL_SESSION_get_ex_data',
      'SSL_SESSION_get_ex_new_index',
      'SSL_SESSION_print_fp',
      'SSL_SESSION_set_app_data',
      'SSL_SESSION_set_ex_data',
      'd2i_SSL_SESSION_bio',
      'i2d_SSL_SESSION_bio',
    ]);
  });

  test('what is about the cache, tickets, pre-shared keys and early data is here', async () => {
    const { rows } = await script.coverage();
    const about = /^SSL_CTX_(?:sess_|.*(?:sessions?|num_tickets|psk_|early_data|_timeout)$)/;
    const missing = rows.filter(({ name, reason }) => about.test(name) && reason !== undefined);
    expect(missing).toEqual([]);
  });

  test('what counts as exported is what libssl exports', async (context) => {
    let symbols: string;
    try {
      const library = new URL('.libssl/libssl.so.1.1', root).pathname;
      symbols = execFileSync('nm', ['-D', '--defined-only', library], { encoding: 'utf8' });
    } catch {
      return context.skip('no nm here, or no libssl.so.1.1 in .libssl');
    }
    const exported = [...symbols.matchAll(/ T (\w+)/g)].map(([, name]) => name as string);
    expect(exported.length).toBeGreaterThan(450);
    const { rows } = await script.coverage();
    const counted = rows.filter((row) => row.exported).map(({ name }) => name);
    expect(counted).toEqual(exported.sort());
  });

  test('the parser finds every name in the header that a session is in', () => {
    const header = read('.libssl/include/openssl/ssl.h')
      .replace(/\/\*[\s\S]*?\*\//g, ' ')
      .replace(/\\\n/g, ' ');
    // Each name right before a parenthesis.
    const called = [...header.matchAll(/\b(\w*sess\w*)\(/gi)].map(([, name]) => name);
    const types = /_fn$|_func$|^tls_session_secret_cb_fn$/;
    const callbacks = ['new_session_cb', 'remove_session_cb', 'get_session_cb'];
    const about = new Set(script.declarations().map(({ name }) => name));
    const missed = called.filter(
      (name = '') => !about.has(name) && !types.test(name) && !callbacks.includes(name),
    );
    expect(new Set(missed)).toEqual(new Set());
  });

  test('a “Wraps” names a function that a header declares', () => {
    const headers = ['ssl.h', 'tls1.h', 'pem.h', 'crypto.h', 'x509.h', 'bio.h'].flatMap((name) =>
      script.parseHeader(read(`.libssl/include/openssl/${name}`)),
    );
    const functions = headers.map(({ name }) => name);
    for (const file of readdirSync(new URL('src/', root), {
      recursive: true,
      encoding: 'utf8',
    }).filter((name) => name.endsWith('.ts'))) {
      for (const [, comment = ''] of read(`src/${file}`).matchAll(/\/\*\*([\s\S]*?)\*\//g)) {
        const text = comment.replace(/\n\s*\* ?/g, ' ').trim();
        if (!text.includes('Wraps')) continue;
        const names = script.wrapped(text);
        expect(names, `${file}: ${text}`).not.toEqual([]);
        for (const name of names) expect(functions, file).toContain(name);
      }
    }
  });
});

describe('the doc comments of SslSession', () => {
  test('are found for every public member', () => {
    const symbols: Record<symbol, string> = { [Symbol.dispose]: '[Symbol.dispose]' };
    const own = Reflect.ownKeys(SslSession.prototype).map((key) =>
      typeof key === 'symbol' ? symbols[key] : key === 'constructor' ? 'new SslSession' : key,
    );
    const statics = Object.getOwnPropertyNames(SslSession).filter(
      // is() is for other files of src/.
      (name) => !['length', 'name', 'prototype', 'is'].includes(name),
    );
    expect(members.map(({ name }) => name).sort()).toEqual(
      // inspect.custom is not public.
      [
        // nativeHandle is internal, like is().
        ...own.filter((name) => name !== undefined && name !== 'nativeHandle'),
        ...statics.map((n) => `SslSession.${n}`),
      ].sort(),
    );
  });

  test('each says what the member is, and which function it wraps', () => {
    for (const { name, text, wraps } of members) {
      expect(text, name).toMatch(/\w.*\./);
      if (Object.hasOwn(wrapNothing, name)) expect(wraps, name).toEqual([]);
      else expect(wraps, name).not.toEqual([]);
    }
  });

  test('what they wrap is called by the member', () => {
    // In native code alone, or through a helper that names it.
    const indirect = [
      'SSL_SESSION_free',
      'SSL_SESSION_up_ref',
      'd2i_SSL_SESSION',
      'i2d_SSL_SESSION',
    ];
    for (const { name, wraps } of members) {
      for (const wrapped of wraps) {
        expect(Object.hasOwn(C, wrapped), `${name}: ${wrapped}`).toBe(true);
        const calls = (source + helpers).split(`C.${wrapped}(`).length - 1;
        if (!indirect.includes(wrapped)) expect(calls, `${name}: ${wrapped}`).toBeGreaterThan(0);
      }
    }
  });
});

describe('the parser', () => {
  const names = (header: string) => script.parseHeader(header).map(({ name }) => name);

  test('knows every form of declaration', () => {
    expect(names('int f(void);\n__owur const char *g(int (*cb)(int), int n);')).toEqual(['f', 'g']);
    expect(names('void (*get_cb(SSL_CTX *ctx)) (SSL *s, SSL_SESSION *x);')).toEqual(['get_cb']);
    expect(names('LHASH_OF(SSL_SESSION) *h(SSL_CTX *ctx);')).toEqual(['h']);
    expect(names('DEPRECATEDIN_1_1_0(const SSL_METHOD *old(void)) /* why */\nint f(int);')).toEqual(
      ['old', 'f'],
    );
    expect(names('DECLARE_PEM_rw(X, X)')).toEqual([
      'PEM_read_X',
      'PEM_write_X',
      'PEM_read_bio_X',
      'PEM_write_bio_X',
    ]);
    expect(names('# define two(a) \\\n  one(a)\nint one(int);\n#define same one')).toEqual([
      'two',
      'one',
      'same',
    ]);
  });

  test('takes nothing else for one', () => {
    expect(names('typedef int (*session_cb)(SSL_SESSION *s);')).toEqual([]);
    expect(names('typedef struct a { int (*f)(int); } A;\nenum { B, C };')).toEqual([]);
    expect(names('/* int f(void); */\n# define SIZE 5\n#ifdef X\n#endif')).toEqual([]);
  });
});
