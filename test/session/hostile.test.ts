import { inspect } from 'node:util';
import koffi from 'koffi';
import { LibsslError, libraryInfo, SslSession, sessionCounts, startCounting } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { beforeAll, expect, test } from 'vitest';
import { fixture } from '../support/fixture.js';
import { mutate, randomNumbers } from './hostile/mutate.js';

// Sessions of real handshakes of every protocol version.
const seeds = ['tls10', 'tls11', 'tls12', 'tls13', 'dtls10', 'dtls12'].map((version) =>
  fixture(`openssl-1.1.1-${version}.der`),
);

const seed = Number(process.env.HOSTILE_SEED ?? Date.now() % 2 ** 31);
const runs = Number(process.env.HOSTILE_RUNS ?? 100_000);

// The queue itself, past the binding: koffi calls the very library that is loaded already.
let peekError: () => number | bigint;

beforeAll(() => {
  startCounting();
  const libcrypto = koffi.load(libraryInfo().libcrypto, { deep: true });
  peekError = libcrypto.func('unsigned long ERR_peek_error()');
  const give = libcrypto.func('void ERR_put_error(int, int, int, const char *, int)');
  give(13, 1, 1, 'shown', 1);
  expect(peekError()).not.toBe(0);
  C.d2i_SSL_SESSION(Buffer.alloc(0)); // clears before, drains after
  expect(BigInt(peekError())).toBe(0n);
});

/** Everything that reads a session; what d2i lets in must be safe to use. */
function useAll(handle: C.Handle): void {
  C.SSL_SESSION_print(handle);
  C.SSL_SESSION_print_keylog(handle);
  C.PEM_write_bio_SSL_SESSION(handle);
  C.SSL_SESSION_get0_peer(handle);
  C.SSL_SESSION_get0_ticket(handle);
  C.SSL_SESSION_get0_ticket_appdata(handle);
  C.SSL_SESSION_get0_alpn_selected(handle);
  C.SSL_SESSION_get0_hostname(handle);
  C.SSL_SESSION_get_master_key(handle);
  C.SSL_SESSION_free(C.SSL_SESSION_dup(handle));
}

test(`${runs} mutated encodings: decoded or refused, nothing left behind (HOSTILE_SEED=${seed})`, () => {
  const random = randomNumbers(seed);
  const { live } = sessionCounts();
  let decoded = 0;
  for (let run = 0; run < runs; run++) {
    const der = mutate(seeds, random);
    const context = () => `HOSTILE_SEED=${seed} run ${run}: ${der.toString('hex')}`;
    const handle = C.d2i_SSL_SESSION(der);
    if (handle !== 0) {
      decoded++;
      useAll(handle);
      // What libssl lets in, it can encode, and read again to the same bytes.
      const encoded = C.i2d_SSL_SESSION(handle);
      if (encoded !== null) {
        const again = C.d2i_SSL_SESSION(encoded);
        if (again === 0) expect.fail(`does not decode what it encoded. ${context()}`);
        if (!C.i2d_SSL_SESSION(again)?.equals(encoded)) expect.fail(`changes. ${context()}`);
        C.SSL_SESSION_free(again);
      }
      const session = SslSession.adopt(handle);
      inspect(session);
      session.free();
    }
    if (BigInt(peekError()) !== 0n) expect.fail(`errors are left. ${context()}`);
    if (sessionCounts().live !== live) expect.fail(`sessions are left. ${context()}`);
  }
  // Both sides of the decision were tried.
  expect(decoded).toBeGreaterThan(runs / 100);
  expect(decoded).toBeLessThan(runs);
});

test('the class refuses them with a LibsslError, and nothing else', () => {
  const random = randomNumbers(seed);
  const { live } = sessionCounts();
  for (let run = 0; run < runs / 10; run++) {
    const der = mutate(seeds, random);
    for (const from of [SslSession.fromDer, SslSession.fromNodeSession]) {
      try {
        from(der).free();
      } catch (error) {
        if (!(error instanceof LibsslError)) throw error;
      }
    }
    const pem = `-----BEGIN SSL SESSION PARAMETERS-----\n${der.toString('base64')}\n-----END SSL SESSION PARAMETERS-----\n`;
    try {
      SslSession.fromPem(pem).free();
    } catch (error) {
      if (!(error instanceof LibsslError)) throw error;
    }
  }
  expect(sessionCounts().live).toBe(live);
});
