// What becomes of the session that a connection has: offered again, and left by the collector.

import { handshake, SslConnection, type SslSession } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import { freed, stackForTests, thrown, wrongType, wrongValue } from '../support/contexts.js';

const stack = stackForTests();

const versions = ['TLSv1.2', 'TLSv1.3'] as const;

describe('with reuseSession', () => {
  test.each(versions)('a session can be offered as often as one likes (%s)', (version) => {
    const server = stack.server({ minVersion: version, maxVersion: version });
    const client = stack.client();
    const session = stack.session(client, server);
    for (let i = 0; i < 3; ++i) {
      const [ours, theirs] = stack.joined(client, server, { session, reuseSession: true });
      expect(ours.sessionReused).toBe(true);
      if (i === 1) ours.shutdown(); // the others end as if they had failed
      ours.free();
      theirs.free();
      expect(session.isResumable).toBe(true);
    }
  });

  test('two connections at once have it, as FTPS wants', () => {
    const server = stack.server();
    const client = stack.client();
    const session = stack.session(client, server);
    const options = { session, reuseSession: true };
    const [one] = stack.joined(client, server, options);
    const [two] = stack.joined(client, server, options);
    expect([one.sessionReused, two.sessionReused]).toEqual([true, true]);
  });

  test('setSession() offers a copy too, and takes null', () => {
    const server = stack.server();
    const client = stack.client();
    const session = stack.session(client, server);
    const [ours, theirs] = stack.pair(client, server, { reuseSession: true });
    ours.setSession(session);
    expect(stack.add(ours.session as SslSession).isSameSession(session)).toBe(false);
    ours.setSession(null);
    expect(ours.session).toBe(null);
    ours.setSession(session);
    handshake(ours, theirs);
    expect(ours.sessionReused).toBe(true);
    expect(session.isResumable).toBe(true);
    session.free();
    const other = stack.connection(client, { reuseSession: true });
    expect(thrown(() => other.setSession(session))).toEqual(freed);
  });

  test('without it a session of TLS 1.3 is good once', () => {
    const server = stack.server();
    const client = stack.client();
    for (const options of [{}, { reuseSession: false }]) {
      const session = stack.session(client, server);
      stack.joined(client, server, { session, ...options });
      expect(session.isResumable).toBe(false);
      const [again] = stack.joined(client, server, { session, ...options });
      expect(again.sessionReused).toBe(false);
    }
  });

  test('it is a boolean, and a client’s', () => {
    const client = stack.client();
    const bad = { reuseSession: 1 } as never;
    expect(thrown(() => new SslConnection(client, bad))).toEqual(wrongType);
    const options = { reuseSession: true };
    expect(thrown(() => new SslConnection(stack.server(), options))).toEqual(wrongValue);
  });
});

/** Until the collector has freed the connections of these handles, which nobody has any more. */
async function collected(handles: C.Handle[]): Promise<void> {
  const live = () => handles.filter((handle) => !isStale(handle));
  while (live().length > 0) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function isStale(handle: C.Handle): boolean {
  try {
    C.SSL_version(handle);
    return false;
  } catch {
    return true;
  }
}

describe('a connection that was dropped', () => {
  test.each(versions)('leaves its session as it is, on both sides (%s)', async (version) => {
    const server = stack.server({ minVersion: version, maxVersion: version, noTicket: true });
    const client = stack.client();
    let removed = 0;
    server.on('removeSession', (session) => {
      session.free();
      removed += 1;
    });
    const drop = () => {
      const pair = [new SslConnection(client), new SslConnection(server)] as const;
      handshake(...pair);
      const session = stack.add(pair[0].session as SslSession);
      return { session, handles: pair.map(({ handle }) => handle) };
    };
    const { session, handles } = drop();
    const cached = server.sessionStats.number;
    expect(cached).toBeGreaterThan(0);
    await collected(handles);
    expect(session.isResumable).toBe(true);
    expect(removed).toBe(0);
    expect(server.sessionStats.number).toBe(cached);
    server.removeAllListeners('removeSession');
    const [again] = stack.joined(client, server, { session });
    expect(again.sessionReused).toBe(true);
    for (const each of server.cachedSessions()) each.free();
  });

  test('but free() does as C does: without shutdown() the session is marked', () => {
    const [ours, theirs] = stack.joined(stack.client(), stack.server());
    const session = stack.add(ours.session as SslSession);
    ours.free();
    theirs.free();
    expect(session.isResumable).toBe(false);
  });

  test('and one that others own a reference to lives on', async () => {
    const client = stack.client();
    const server = stack.server();
    const drop = () => {
      const ours = new SslConnection(client);
      const other = new SslConnection(client); // which goes in the same turn
      const theirs = stack.connection(server);
      handshake(ours, theirs);
      C.SSL_up_ref(ours.handle);
      return { handle: ours.handle, theirs, other: other.handle };
    };
    const { handle, theirs, other } = drop();
    await collected([other]);
    expect(C.SSL_get_shutdown(handle)).toBe(0);
    expect(C.SSL_write(handle, Buffer.from('still here'))).toBe(10);
    theirs.receive(C.BIO_read(handle) as Buffer);
    expect(theirs.read()?.toString()).toBe('still here');
    C.SSL_free(handle);
    expect(isStale(handle)).toBe(true);
  });
});
