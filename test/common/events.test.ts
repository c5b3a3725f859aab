// Events: of whom, to whom, and what a listener may do.

import {
  handshake,
  SslConnection,
  SslContext,
  type SslContextOptions,
  type SslSession,
  sessionCounts,
} from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import {
  carry,
  failure,
  freed,
  outOfRange,
  stackForTests,
  thrown,
  uncaught,
  wrongState,
  wrongType,
} from '../support/contexts.js';

const stack = stackForTests();

const noInternalCache = 0x302;
const byId = { maxVersion: 'TLSv1.2', noTicket: true } as const;

type Answer = SslSession | null | Promise<SslSession | null>;

/** A server's connection that has a ClientHello with an id that its store answers so. */
function asking(get: (theirs: SslConnection) => Answer, more: Partial<SslContextOptions> = {}) {
  const kept: SslSession[] = [];
  let theirs: SslConnection | null = null;
  const server = stack.server({
    ...{ ...byId, sessionCacheMode: noInternalCache, ...more },
    sessionStore: {
      get: () => (theirs === null ? null : get(theirs)),
      set: (_, own) => kept.push(stack.add(own)),
      delete: () => {},
    },
  });
  const client = stack.client();
  const session = stack.session(client, server);
  const [ours, other] = stack.pair(client, server, { session });
  theirs = other;
  const events: string[] = [];
  theirs.on('progress', () => {
    events.push(`progress, ${other.state}`);
    other.take();
  });
  ours.handshake();
  const receive = () => other.receive(ours.take());
  return { server, client, ours, theirs: other, kept, events, receive };
}

describe('a connection that is freed while its store is asked', () => {
  test('has no event any more, and free() throws nothing', async () => {
    const gives: ((session: SslSession | null) => void)[] = [];
    const { theirs, events, receive, kept } = asking(
      () => new Promise((resolve) => gives.push(resolve)),
    );
    expect(receive()).toBe('paused');
    theirs.free();
    const errors = await uncaught(async () => {
      for (const give of gives) give(kept[0] ?? null);
      await new Promise((resolve) => setImmediate(resolve));
    });
    expect(errors).toEqual([]);
    expect(events).toEqual([]);
  });

  test.each([
    ['at once', false],
    ['later', true],
  ])('may be freed by the store itself, which answers %s', async (_, later) => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout');
    const before = timers().length;
    const { theirs, events, receive } = asking((connection) => {
      connection.free();
      return later ? new Promise(() => {}) : null;
    });
    expect(receive()).toBe('freed');
    expect(theirs.state).toBe('freed');
    expect(timers()).toHaveLength(before);
    expect(await uncaught(() => {})).toEqual([]);
    expect(events).toEqual([]);
  });

  test("may be freed by the listener of the store's failure", async () => {
    for (const later of [false, true]) {
      const { server, theirs, events, receive } = asking(() => {
        if (later) return Promise.reject(new Error('deliberate'));
        throw new Error('deliberate');
      });
      server.on('sessionStoreError', () => theirs.free());
      const errors = await uncaught(receive);
      expect(errors).toEqual([]);
      expect(theirs.state).toBe('freed');
      expect(events).toEqual([]);
    }
  });

  test.each(['server', 'client'])('ends the wait of handshake(): the %s', async (side) => {
    const { ours, theirs, events } = asking(() => new Promise(() => {}), {
      sessionStoreTimeout: 0x7fff_ffff,
    });
    const done = handshake(ours, theirs);
    (side === 'server' ? theirs : ours).free();
    await expect(done).rejects.toEqual(freed);
    theirs.free();
    expect(events).toEqual([]);
  });
});

describe('what a listener throws where nobody called', () => {
  test("is an uncaught exception, as in any listener's: of 'progress'", async () => {
    const { theirs, receive, kept } = asking(() => Promise.resolve(kept[0] ?? null));
    theirs.on('progress', () => {
      throw new Error('deliberate');
    });
    const errors = await uncaught(receive);
    expect(errors).toEqual([expect.objectContaining({ message: 'deliberate' })]);
    expect(theirs.state).toBe('handshake');
  });

  test('of a store that fails to keep or to forget', async () => {
    const server = stack.server({
      sessionStore: {
        get: () => null,
        set: (_, own) => {
          own.free();
          return Promise.reject(new Error('set'));
        },
        delete: () => {},
      },
    });
    server.on('sessionStoreError', (error) => {
      throw error;
    });
    const errors = await uncaught(() => {
      stack.joined(stack.client(), server, {}, { numTickets: 1 });
    });
    expect(errors).toEqual([expect.objectContaining({ message: 'set' })]);
  });

  test('does not keep a second id from being looked for', () => {
    // A session with a stateful ticket, and a PSK whose identity looks like one.
    let gets = 0;
    const server = stack.server({
      noTicket: true,
      sessionCacheMode: noInternalCache,
      sessionStore: {
        get: () => {
          gets += 1;
          throw new Error('the store');
        },
        set: (_, own) => own.free(),
        delete: () => {},
      },
    });
    const client = stack.client();
    const session = stack.session(client, server);
    const psk = stack.session(client, stack.server({ minVersion: 'TLSv1.3' }));
    server.on('sessionStoreError', () => {
      throw new Error('the listener');
    });
    const pskSession = { identity: Buffer.alloc(32, 7), session: psk };
    const [ours, theirs] = stack.pair(client, server, { session, pskSession });
    ours.handshake();
    expect(thrown(() => carry(ours, theirs))).toMatchObject({ message: 'the listener' });
    expect(gets).toBe(2);
    expect(theirs.state).toBe('handshake');
    handshake(ours, theirs);
    expect(ours.state).toBe('open');
  });
});

describe('once a connection is freed', () => {
  test.each(['session', 'keylog'] as const)("no listener of '%s' is called", (event) => {
    for (const by of ['connection', 'context'] as const) {
      const client = stack.client();
      const [ours, theirs] = stack.pair(client, stack.server());
      const states: string[] = [];
      const free = (...[value]: unknown[]) => {
        if (event === 'session') stack.add(value as SslSession);
        ours.free();
      };
      if (by === 'context') {
        if (event === 'session') client.on('newSession', free);
        else client.on('keylog', free);
      } else ours.on(event, free);
      ours.on(event, () => states.push(ours.state));
      expect(thrown(() => handshake(ours, theirs))).toEqual(freed);
      expect(ours.state).toBe('freed');
      expect(states).toEqual([]);
    }
  });

  test.each(['on', 'prependListener'] as const)(
    "no listener of 'progress' is called after the one that frees it (%s)",
    async (add) => {
      const { theirs, events, receive, kept } = asking(() => Promise.resolve(kept[0] ?? null));
      const calls: string[] = [];
      theirs[add]('progress', () => {
        calls.push(theirs.state);
        theirs.free();
      });
      theirs.on('progress', () => calls.push(theirs.state));
      expect(await uncaught(receive)).toEqual([]);
      expect(calls).toEqual(['handshake']);
      expect(events).toEqual(add === 'on' ? ['progress, handshake'] : []);
      expect(theirs.state).toBe('freed');
    },
  );

  test('what the listeners of its context throw comes out of free(), when all is freed', () => {
    const server = stack.server({ ...byId });
    const [ours, theirs] = stack.joined(stack.client(), server);
    ours.free();
    server.on('removeSession', (session) => {
      session.free();
      throw new Error('deliberate');
    });
    expect(thrown(() => theirs.free())).toMatchObject({ message: 'deliberate' });
    expect(theirs.state).toBe('freed');
    expect(server.sessionStats.number).toBe(0);
    server.removeAllListeners('removeSession');
  });
});

describe('a listener may call the connection again', () => {
  test('and reads early data in its order', () => {
    const server = stack.server({ maxEarlyData: 1000 });
    const client = stack.client();
    const session = stack.session(client, server);
    const [ours, theirs] = stack.pair(client, server, { session });
    ours.writeEarlyData(Buffer.from('first, '));
    ours.writeEarlyData(Buffer.from('second'));
    let again = true;
    theirs.on('keylog', () => {
      if (again) {
        again = false;
        theirs.receive(Buffer.alloc(0));
      }
    });
    carry(ours, theirs);
    expect(again).toBe(false);
    handshake(ours, theirs);
    expect(theirs.readEarlyData()?.toString()).toBe('first, second');
    expect([ours.state, theirs.state]).toEqual(['open', 'open']);
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('in every event of a handshake (%s)', (version) => {
    const server = stack.server({ maxVersion: version });
    const client = stack.client();
    const [ours, theirs] = stack.pair(client, server);
    for (const [one, other] of [
      [ours, theirs],
      [theirs, ours],
    ] as const) {
      one.on('keylog', () => {
        other.receive(one.take());
        one.handshake();
      });
      one.on('session', (session) => {
        stack.add(session);
        one.receive(other.take());
      });
    }
    ours.handshake();
    for (let i = 0; i < 4; ++i) {
      carry(ours, theirs);
      carry(theirs, ours);
    }
    expect([ours.state, theirs.state]).toEqual(['open', 'open']);
    ours.write(Buffer.from('text'));
    carry(ours, theirs);
    expect(theirs.read()?.toString()).toBe('text');
  });
});

describe("others' setters", () => {
  const trap = {
    configurable: true,
    set(): never {
      throw new Error('a setter of somebody else');
    },
  };

  /** With a setter that throws for this property of all objects, or of all arrays. */
  function trapping(prototype: object, name: string, work: () => void): void {
    Object.defineProperty(prototype, name, trap);
    try {
      work();
    } finally {
      Reflect.deleteProperty(prototype, name);
    }
  }

  const properties = ['kind', 'context', 'connection', 'session', 'data', 'number'];
  test.each(properties)('Object.prototype.%s takes nothing of an event', (name) => {
    const server = stack.server({ ...byId });
    const client = stack.client();
    const [ours, theirs] = stack.pair(client, server);
    const sessions: SslSession[] = [];
    ours.on('session', (session) => sessions.push(stack.add(session)));
    trapping(Object.prototype, name, () => {
      for (let i = 0; i < 2; ++i) {
        ours.handshake();
        theirs.receive(ours.take());
        ours.receive(theirs.take());
      }
    });
    expect(sessions).toHaveLength(1);
    expect(ours.state).toBe('open');
  });

  test('of a cipher, an error, the counts and the library', () => {
    const [ours] = stack.joined(stack.client(), stack.server());
    for (const name of ['name', 'standardName', 'id', 'version', 'bits']) {
      trapping(Object.prototype, name, () => expect(Object.hasOwn(ours.cipher ?? {}, name)));
    }
    for (const name of ['created', 'destroyed', 'live']) {
      trapping(Object.prototype, name, () => void sessionCounts()[name as 'live']);
    }
    for (const name of ['library', 'function', 'reason', 'data']) {
      const ctx = C.SSL_CTX_new(C.TLS_method());
      let errors: unknown[] = [];
      trapping(Object.prototype, name, () => {
        C.SSL_CTX_use_certificate_chain(ctx, Buffer.from('no certificate'));
        errors = C.lastErrors();
      });
      expect(Object.hasOwn(errors[0] as object, name), name).toBe(true);
      C.SSL_CTX_free(ctx);
    }
  });

  test.each(['function', 'library', 'reason', 'code', 'cause'])(
    'Object.prototype.%s takes nothing of an error, and no session of the step that failed',
    (name) => {
      const [ours, theirs] = stack.pair(stack.client(), stack.server());
      const sessions: SslSession[] = [];
      ours.on('session', (session) => sessions.push(stack.add(session)));
      ours.handshake();
      carry(ours, theirs);
      carry(theirs, ours);
      carry(ours, theirs);
      const tickets = theirs.take();
      const garbage = Buffer.from(`1703030020${'00'.repeat(32)}`, 'hex');
      const errors: unknown[] = [];
      trapping(Object.prototype, name, () => {
        errors.push(thrown(() => ours.receive(Buffer.concat([tickets, garbage]))));
        errors.push(thrown(() => ours.read()));
        errors.push(thrown(() => ours.write('text' as never)));
        errors.push(thrown(() => theirs.exportKeyingMaterial(0, 'label')));
        errors.push(thrown(() => Reflect.get(SslConnection.prototype, 'state')));
      });
      expect(sessions).toHaveLength(2);
      expect(ours.state).toBe('failed');
      expect(errors).toEqual([
        failure('ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'),
        wrongState('cannot read: the connection failed'),
        wrongType,
        outOfRange,
        failure('ERR_INVALID_THIS'),
      ]);
    },
  );

  test.each(['0', '1', '2'])('Array.prototype[%s] loses no session', (index) => {
    const ctx = C.SSL_CTX_new(C.TLS_client_method());
    C.SSL_CTX_set_session_cache_mode(ctx, C.SSL_SESS_CACHE_CLIENT);
    const added = [1, 2, 3].map((id) => {
      const session = C.SSL_SESSION_new();
      C.SSL_SESSION_set1_id(session, Buffer.alloc(32, id));
      C.SSL_CTX_add_session(ctx, session);
      return session;
    });
    const removed: C.Handle[] = [];
    C.SSL_CTX_sess_set_remove_cb(ctx, (_, session) => {
      removed[removed.length] = session; // in this test's own array
    });
    let cached: C.Handle[] = [];
    trapping(Array.prototype, index, () => {
      cached = C.SSL_CTX_sessions(ctx);
    });
    expect(cached).toHaveLength(3);
    for (const each of [...cached, ...added]) C.SSL_SESSION_free(each);
    C.SSL_CTX_free(ctx);
    expect(removed).toHaveLength(3);
  });
});

test('an event of a context that was freed is not lost for its connections', () => {
  const client = new SslContext({ role: 'client', rejectUnauthorized: false });
  const ours = stack.connection(client);
  client.free();
  const sessions: SslSession[] = [];
  ours.on('session', (session) => sessions.push(stack.add(session)));
  handshake(ours, stack.connection(stack.server()));
  expect(sessions).toHaveLength(2);
});
