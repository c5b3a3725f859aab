// What an object shows of itself, and what cannot be made of it.

import { inspect } from 'node:util';
import * as threads from 'node:worker_threads';
import { SslConnection, SslContext, SslSession } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import { stackForTests } from '../support/contexts.js';

const stack = stackForTests();

describe('console.log of a context and a connection', () => {
  test('shows what they are, and nothing of an EventEmitter', () => {
    const [client, server] = [stack.client(), stack.server()];
    const [ours] = stack.joined(client, server, { servername: 'a.test' });
    expect(inspect(server)).toMatch(/^SslContext \{.*role: 'server'.*sessionStats: \{/s);
    expect(inspect(ours)).toMatch(/^SslConnection \{.*state: 'open'.*servername: 'a.test'/s);
    for (const each of [client, ours]) expect(inspect(each)).not.toMatch(/_events|domain|kCapture/);
    expect(inspect(ours, { colors: true })).toContain('\x1b[');
    expect(inspect({ a: { b: ours } }, { depth: 1 })).toContain('[SslConnection]');
  });

  test('JSON.stringify has the same, and so has what holds one', () => {
    const [client, server] = [stack.client({ ALPNProtocols: ['h2'] }), stack.server()];
    const [ours] = stack.joined(client, server, { servername: 'a.test' });
    expect(JSON.parse(JSON.stringify({ ours, context: [ours.context] }))).toEqual({
      ours: {
        role: 'client',
        state: 'open',
        protocol: 'TLSv1.3',
        cipher: 'TLS_AES_256_GCM_SHA384',
        servername: 'a.test',
        alpnProtocol: null,
        sessionReused: false,
      },
      context: [{ ...client.toJSON(), role: 'client' }],
    });
    expect(Object.keys(client.toJSON())).toEqual([
      'role',
      'minVersion',
      'maxVersion',
      'sessionCacheMode',
      'sessionTimeout',
      'sessionStats',
    ]);
  });

  test('never throws: new, failed, freed, a Proxy, what only inherits', () => {
    const [client, server] = [stack.client(), stack.server()];
    const [ours, theirs] = stack.pair(client, server);
    expect(inspect(ours)).toContain("state: 'new'");
    expect(() => theirs.receive(Buffer.from('no TLS at all'))).toThrow();
    expect(inspect(theirs)).toContain("state: 'failed'");
    for (const each of [ours, client]) {
      expect(inspect(new Proxy(each, {}), { showProxy: false })).toBeTypeOf('string');
      each.free();
    }
    expect([inspect(ours), inspect(client)]).toEqual([
      'SslConnection <freed>',
      'SslContext <freed>',
    ]);
    for (const { prototype } of [SslContext, SslConnection, SslSession]) {
      expect(inspect(Object.create(prototype))).toMatch(/<not/);
    }
  });
});

const canMark = 'markAsUncloneable' in threads;
test('what owns a reference is not cloned to another thread', (context) => {
  if (!canMark) context.skip('no markAsUncloneable here: Node.js has it from 22.10 on');
  const [ours] = stack.pair(stack.client(), stack.server());
  const { port1, port2 } = new MessageChannel();
  for (const each of [stack.add(new SslSession()), ours, ours.context]) {
    const refused = expect.objectContaining({ name: 'DataCloneError' });
    expect(() => structuredClone(each)).toThrow(refused);
    expect(() => structuredClone({ inside: [each] })).toThrow(refused);
    expect(() => port1.postMessage(each)).toThrow(refused);
  }
  for (const port of [port1, port2]) port.close();
});

describe('isOfferable', () => {
  const now = () => Math.floor(Date.now() / 1000);
  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'is for now, and isResumable for ever: %s',
    (version) => {
      const session = stack.session(stack.client(), stack.server({ maxVersion: version }));
      expect([session.isOfferable, session.isResumable]).toEqual([true, true]);
      const changes: [string, (session: SslSession) => void][] = [
        ['past its timeout', (each) => (each.time = now() - each.timeout - 5)],
        ['without a cipher', (each) => (each.cipher = null)],
        ['without a key', (each) => (each.masterKey = Buffer.alloc(0))],
      ];
      if (version === 'TLSv1.3') {
        changes.push([
          'past its hint',
          (each) => (each.time = now() - each.ticketLifetimeHint - 5),
        ]);
      }
      for (const [name, change] of changes) {
        const other = stack.add(session.dup());
        if (name === 'past its hint') other.timeout = 2 ** 31;
        change(other);
        expect([name, other.isOfferable, other.isResumable]).toEqual([name, false, true]);
      }
    },
  );

  test('is false for what is empty, marked, or of a time that no number holds', () => {
    expect(stack.add(new SslSession()).isOfferable).toBe(false);
    const idOnly = stack.add(new SslSession());
    idOnly.protocolVersion = 'TLSv1.3';
    idOnly.cipher = 'TLS_AES_128_GCM_SHA256';
    idOnly.masterKey = Buffer.alloc(32, 1);
    idOnly.id = Buffer.from('id');
    expect([idOnly.isResumable, idOnly.isOfferable]).toEqual([true, false]);
    const session = stack.session(stack.client(), stack.server());
    stack.client().removeSession(session);
    expect(session.isOfferable).toBe(false);
    const other = stack.session(stack.client(), stack.server());
    expect(other.isOfferable).toBe(true);
    C.SSL_SESSION_set_time(other.handle, 2n ** 60n);
    expect(other.isOfferable).toBe(false);
  });
});
