// Contexts and connections of the C-named module, and two connections joined over memory.

import * as C from 'libssl-session/libssl';
import { afterEach, expect } from 'vitest';
import { fixture } from './fixture.js';

export const certificate = fixture('tls-cert.pem');
export const privateKey = fixture('tls-key.pem');

export const invalid = expect.objectContaining({
  name: 'LibsslError',
  code: 'ERR_LIBSSL_INVALID_HANDLE',
});
export const unsafe = expect.objectContaining({ name: 'LibsslError', code: 'ERR_LIBSSL_UNSAFE' });
export const wrongType = expect.objectContaining({
  name: 'TypeError',
  code: 'ERR_INVALID_ARG_TYPE',
});
export const outOfRange = expect.objectContaining({
  name: 'RangeError',
  code: 'ERR_OUT_OF_RANGE',
});

export interface Contexts {
  client: C.Handle;
  server: C.Handle;
}

/** A client's and a server's context for one version; for 0 any version. */
export function newContexts(version = 0, dtls = false): Contexts {
  const client = C.SSL_CTX_new(dtls ? C.DTLS_client_method() : C.TLS_client_method());
  const server = C.SSL_CTX_new(dtls ? C.DTLS_server_method() : C.TLS_server_method());
  for (const ctx of [client, server]) {
    expect(C.SSL_CTX_set_min_proto_version(ctx, version)).toBe(1);
    expect(C.SSL_CTX_set_max_proto_version(ctx, version)).toBe(1);
    C.SSL_CTX_set_security_level(ctx, 0); // for TLS 1.0
  }
  expect(C.SSL_CTX_use_certificate_chain(server, certificate)).toBe(1);
  expect(C.SSL_CTX_use_PrivateKey(server, privateKey)).toBe(1);
  C.SSL_CTX_set_session_cache_mode(
    client,
    C.SSL_SESS_CACHE_CLIENT | C.SSL_SESS_CACHE_NO_INTERNAL_STORE,
  );
  return { client, server };
}

export function freeContexts({ client, server }: Contexts): void {
  C.SSL_CTX_free(client);
  C.SSL_CTX_free(server);
}

export interface Pair {
  client: C.Handle;
  server: C.Handle;
}

/** Two connections that have not begun; the client offers `session`. */
export function newPair(contexts: Contexts, session: C.Handle | 0 = 0): Pair {
  const pair = { client: C.SSL_new(contexts.client), server: C.SSL_new(contexts.server) };
  C.SSL_set_connect_state(pair.client);
  C.SSL_set_accept_state(pair.server);
  if (session !== 0) expect(C.SSL_set_session(pair.client, session)).toBe(1);
  return pair;
}

/** Carries what one side has sent to the other. How many bytes. */
export function carry(from: C.Handle, to: C.Handle): number {
  const bytes = C.BIO_read(from);
  return bytes === null ? 0 : C.BIO_write(to, bytes);
}

/** Shakes hands, until neither side can go on; whether both are ready. */
export function shake({ client, server }: Pair): boolean {
  for (;;) {
    const one = C.SSL_do_handshake(client);
    if (one !== 1 && C.SSL_get_error(client, one) !== C.SSL_ERROR_WANT_READ) return false;
    const there = carry(client, server);
    const other = C.SSL_do_handshake(server);
    const back = carry(server, client);
    if (other !== 1 && C.SSL_get_error(server, other) !== C.SSL_ERROR_WANT_READ) return false;
    if (there === 0 && back === 0) return one === 1 && other === 1;
  }
}

/** A whole handshake, with the tickets of TLS 1.3 read. */
export function connect(contexts: Contexts, session: C.Handle | 0 = 0): Pair {
  const pair = newPair(contexts, session);
  expect(shake(pair), JSON.stringify(C.lastErrors())).toBe(true);
  expect(C.SSL_read(pair.client, 1)).toBe(null);
  return pair;
}

/** Closes and frees both; a session of theirs stays resumable. */
export function close({ client, server }: Pair): void {
  C.SSL_shutdown(client);
  carry(client, server);
  C.SSL_shutdown(server);
  C.SSL_free(client);
  C.SSL_free(server);
}

/** For the tests of a file: what is freed after each of them, the last first. */
export function freedAfterEach() {
  const freeing: (() => void)[] = [];
  afterEach(() => {
    for (const free of freeing.splice(0).reverse()) free();
  });
  return {
    freeing,
    contextsOf(version = 0): Contexts {
      const contexts = newContexts(version);
      freeing.push(() => freeContexts(contexts));
      return contexts;
    },
    freed(pair: Pair): Pair {
      freeing.push(() => close(pair));
      return pair;
    },
  };
}

/** A session that a client got, with its connections closed. */
export function newSession(contexts: Contexts): C.Handle {
  const pair = connect(contexts);
  const session = C.SSL_get1_session(pair.client);
  close(pair);
  return session;
}

/** An external PSK for TLS 1.3. */
export function newPsk(suite = 0x1302): C.Handle {
  const session = C.SSL_SESSION_new();
  C.SSL_SESSION_set1_master_key(session, Buffer.alloc(48, 7));
  C.SSL_SESSION_set_cipher(session, C.SSL_CIPHER_find(suite));
  C.SSL_SESSION_set_protocol_version(session, C.TLS1_3_VERSION);
  return session;
}

/** A handle whose context, connection or session was freed. */
export function stale(kind: 'context' | 'connection' | 'session'): C.Handle {
  const ctx = C.SSL_CTX_new(C.TLS_method());
  const made = { context: ctx, connection: C.SSL_new(ctx), session: C.SSL_SESSION_new() };
  C.SSL_free(made.connection);
  C.SSL_CTX_free(ctx);
  C.SSL_SESSION_free(made.session);
  return made[kind];
}
