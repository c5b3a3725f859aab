// libssl 1.1.1 and Node's own OpenSSL in one process: each bound to itself.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { libraryInfo } from 'libssl-session';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runNode } from '../support/valgrind.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const script = (name: string) => join(root, 'test/library/isolation', name);
const addon = join(root, 'build/Release/ssl_session.node');
const { libssl, libcrypto } = libraryInfo();

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'libssl-session-isolation-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** By file that it goes to: how many references of the two libraries ld.so bound there. */
async function bindings(...files: string[]): Promise<Map<string, number>> {
  const output = join(directory, `bindings-${files.length}`);
  const env = { LD_DEBUG: 'bindings', LD_DEBUG_OUTPUT: output };
  const { code, stderr } = await runNode([script('use.mjs'), ...files], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const counts = new Map<string, number>();
  for (const name of readdirSync(directory)) {
    if (!name.startsWith(`${basename(output)}.`)) continue;
    const lines = readFileSync(join(directory, name), 'utf8');
    const rows = lines.matchAll(/binding file (\S+) \[\d+\] to (\S+) \[\d+\]: /g);
    for (const [, from = '', to = ''] of rows) {
      if (from !== libssl && from !== libcrypto) continue;
      counts.set(to, (counts.get(to) ?? 0) + 1);
    }
  }
  return counts;
}

const isForeign = (file: string) =>
  basename(file) === basename(process.execPath) ||
  /^(libnode\.so|lib(ssl|crypto)\.so\.(?!1\.1$))/.test(basename(file));

function foreignBindings(counts: Map<string, number>): number {
  return [...counts].reduce((sum, [file, count]) => sum + (isForeign(file) ? count : 0), 0);
}

describe('where the references of libssl and libcrypto 1.1 go', () => {
  test('none goes to node or to another OpenSSL', async () => {
    const counts = await bindings();
    expect(foreignBindings(counts)).toBe(0);
    // Beside their own they use the C library, and nothing else.
    const others = [...counts.keys()].filter((file) => file !== libssl && file !== libcrypto);
    for (const file of others) {
      expect(basename(file)).toMatch(/^(libc|libdl|libpthread|ld-linux-[\w-]+)\.so\.\d+$/);
    }
    expect(counts.get(libcrypto)).toBeGreaterThan(1000);
    expect(counts.get(libssl)).toBeGreaterThan(100);
  });

  test('a plain dlopen binds thousands to node, so that the count can be wrong', async () => {
    expect(foreignBindings(await bindings(libcrypto, libssl))).toBeGreaterThan(1000);
  });
});

describe('what was opened into the process earlier', () => {
  /** What `new SslSession()` says after koffi opened `files`. */
  async function outcome(how: 'plain' | 'deep', files: string[], env = {}) {
    const { code, signal, stdout, stderr } = await runNode([script('refused.mjs'), how, ...files], {
      env,
    });
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    const { sha256, ...said } = JSON.parse(stdout);
    expect(sha256).toMatch(/^e3b0c44298fc1c14/);
    return said as { code: string; message: string };
  }

  /** The same libraries, as other files. */
  function copies(): string {
    const copy = mkdtempSync(join(directory, 'copy-'));
    for (const file of [libssl, libcrypto]) cpSync(file, join(copy, basename(file)));
    return copy;
  }

  test('both libraries, plainly: refused, and the message names what is bound where', async () => {
    const { code, message } = await outcome('plain', [libcrypto, libssl]);
    expect(code).toBe('ERR_LIBSSL_NOT_ISOLATED');
    const rule =
      /([1-9]\d*) of ([1-9]\d*) references of the libraries are bound outside them; for instance (\w+) of (\S+) is bound to (\S+)\./;
    expect(message).toMatch(rule);
    const [, astray, checked, , from, to] = rule.exec(message) ?? [];
    expect(Number(astray)).toBeGreaterThan(1000);
    expect(Number(checked)).toBeGreaterThan(Number(astray));
    expect([libcrypto, libssl]).toContain(from);
    expect(isForeign(to ?? '')).toBe(true);
  });

  test('libcrypto alone, plainly: refused', async () => {
    expect(await outcome('plain', [libcrypto])).toMatchObject({ code: 'ERR_LIBSSL_NOT_ISOLATED' });
  });

  test('both libraries, apart from Node: used', async () => {
    expect(await outcome('deep', [libcrypto, libssl])).toEqual({ code: 'none' });
  });

  // What a library needs ld.so finds by its name among those that are open: libssl of one place
  // would use libcrypto of another.
  test('a plain libcrypto of another place: refused', async () => {
    const said = await outcome('plain', [libcrypto], { LIBSSL_SESSION_DIR: copies() });
    expect(said.code).toBe('ERR_LIBSSL_NOT_ISOLATED');
    expect(said.message).toContain(`is bound to ${libcrypto}`);
  });

  test('a libcrypto of another place, apart from Node: refused', async () => {
    const said = await outcome('deep', [libcrypto], { LIBSSL_SESSION_DIR: copies() });
    expect(said.code).toBe('ERR_LIBSSL_NOT_ISOLATED');
    expect(said.message).toContain(`is bound to ${libcrypto}`);
  });
});

describe('the addon itself', () => {
  function tool(name: string, ...args: string[]): string {
    const { status, stdout, stderr } = spawnSync(name, args, { encoding: 'utf8' });
    expect({ name, status, stderr }).toEqual({ name, status: 0, stderr: '' });
    return stdout;
  }

  const listed = [
    ...readFileSync(join(root, 'native/openssl.def'), 'utf8').matchAll(
      /^FUNCTION\((?:crypto|ssl), [^,]+, (\w+),/gm,
    ),
  ].map(([, name]) => name);
  const opensslName =
    /^(?:SHA256|HMAC|(SSL|TLS|TLSv1|DTLSv1|DTLS|OPENSSL|OpenSSL|CRYPTO|PKCS8|PKCS12|DH|RSA|BN|ERR|BIO|PEM|X509|EVP|EC|EC_KEY|EC_GROUP|HMAC|OBJ|RAND|ASN1|SCT|UI|[di]2[di]|i2o)_\w+)$/;

  test('the list of functions is found, and their names are known as OpenSSL’s', () => {
    expect(listed.length).toBeGreaterThan(40);
    expect(listed).toContain('SSL_SESSION_new');
    for (const name of listed) expect(name).toMatch(opensslName);
  });

  test.for([
    { which: 'undefined', another: 'dlopen' },
    { which: 'defined', another: 'napi_register_module_v1' },
  ])('has no $which symbol of OpenSSL', ({ which, another }) => {
    const symbols = tool('nm', '-D', `--${which}-only`, addon)
      .trim()
      .split('\n')
      .map((line) => line.split(' ').at(-1)?.replace(/@.*$/, '') ?? '');
    expect(symbols).toContain(another);
    expect(symbols.filter((name) => listed.includes(name) || opensslName.test(name))).toEqual([]);
  });

  test('needs neither library, and is never unloaded', () => {
    const dynamic = tool('readelf', '--dynamic', '--wide', addon);
    const needed = [...dynamic.matchAll(/\(NEEDED\)\s+Shared library: \[(.*)\]/g)];
    expect(needed.map(([, name]) => name)).toContain('libc.so.6');
    expect(needed.filter(([, name]) => /ssl|crypto/.test(name ?? ''))).toEqual([]);
    expect(dynamic).toMatch(/\(FLAGS_1\).*\bNODELETE\b/);
  });
});

test('Node’s own OpenSSL and libssl 1.1.1 work side by side, each with its own errors', async () => {
  const { code, stdout, stderr } = await runNode([script('side-by-side.mjs')]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const said = JSON.parse(stdout);
  expect(said.node).toMatch(/^3\./);
  expect(said.library).toMatch(/^OpenSSL 1\.1\.1/);
  expect(said.alone.ours).toMatchObject({ ours: true, function: 'd2i_SSL_SESSION' });
  expect(said.alone.theirs).toMatchObject({ ours: false });
  expect(said.alone.theirs.code).toMatch(/^ERR_OSSL_/);
  expect(said.together).toEqual([said.alone, said.alone, said.alone]);
  expect(said.queued).toEqual([]);
  expect(said.sha256).toMatch(/^e3b0c44298fc1c14/);
  expect(said).toMatchObject({ protocol: 'TLSv1.3', text: 'hi' });
});
