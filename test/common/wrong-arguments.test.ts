// Each public member, given what it cannot take: whatever it throws has a code.

import { inspect } from 'node:util';
import * as main from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { expect, test } from 'vitest';
import { certificate, Stack } from '../support/contexts.js';

const { SslConnection, SslContext, SslSession } = main;
const types = { SslConnection, SslContext, SslSession };

test.each(Object.entries(types))('%s: each member refuses another `this`', (_, type) => {
  using stack = new Stack();
  const makers = {
    SslSession: () => stack.add(new SslSession()),
    SslContext: () => stack.server(),
    SslConnection: () => stack.connection(stack.client()),
  };
  const own = makers[type.name as keyof typeof makers]();
  const others = Object.entries(makers).filter(([name]) => name !== type.name);
  const wrong = [
    undefined,
    null,
    1,
    'x',
    {},
    type.prototype,
    Object.create(own),
    new Proxy(own, {}),
  ];
  for (const self of [...wrong, ...others.map(([, make]) => make())]) {
    for (const key of Reflect.ownKeys(type.prototype)) {
      if (key === 'constructor' || key === inspect.custom) continue;
      const parts = Object.getOwnPropertyDescriptor(type.prototype, key) ?? {};
      for (const member of [parts.get, parts.set, parts.value]) {
        if (member === undefined) continue;
        expect(() => Reflect.apply(member, self, []), String(key)).toThrow(
          expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_THIS' }),
        );
      }
    }
  }
});

test('what a view says of its own size is not believed', () => {
  using stack = new Stack();
  const [ours, theirs] = stack.joined(stack.client(), stack.server());
  const liar = (size: number) =>
    Object.defineProperties(Buffer.alloc(8, 'x'), {
      length: { value: size },
      byteLength: { value: size },
    });
  for (const size of [0, 2, 2 ** 40]) {
    ours.write(liar(size));
    theirs.receive(ours.take());
    expect(theirs.read()?.toString()).toBe('xxxxxxxx');
    ours.write(Buffer.alloc(100));
    for (const into of [() => ours.take(liar(size)), () => theirs.read(liar(size))]) {
      expect(into).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
    }
    theirs.receive(ours.take());
    theirs.read();
  }
});

test('whatever a public member throws has a code', () => {
  using stack = new Stack();
  const makers = {
    SslSession: () => stack.add(new SslSession()),
    SslContext: () => stack.server(),
    SslConnection: () => stack.connection(stack.client()),
  };
  const proxies = Object.values(makers).map((make) => new Proxy(make(), {}));
  const values: unknown[] = [
    undefined,
    null,
    true,
    0,
    1,
    -1,
    1.5,
    Number.NaN,
    1n,
    '',
    'x',
    '\0',
    '\u{1F600}',
    Symbol('s'),
    {},
    [],
    [null],
    [[]],
    [[null, null]],
    () => {},
    new Map([[1, 2]]),
    new Uint8Array(0),
    new DataView(new ArrayBuffer(1)),
    Object.create(null),
    ...proxies,
    { psk: 1 },
    { psk: {} },
    { pskKeys: [[]] },
    { pskSessions: 5 },
    { ticketRules: [null] },
    { ALPNProtocols: [Symbol('s')] },
    { session: proxies[0] },
    { secrets: Symbol('s') },
  ];
  const bad: string[] = [];
  const attempt = (what: string, call: () => unknown) => {
    try {
      const made = call();
      if (made instanceof SslSession || made instanceof SslContext) made.free();
    } catch (error) {
      if (typeof (error as { code?: unknown } | null)?.code === 'string') return;
      bad.push(`${what}: ${error}`);
    }
  };
  const each = (what: string, call: (...values: unknown[]) => unknown) => {
    attempt(`${what}()`, () => call());
    values.forEach((value, i) => {
      attempt(`${what}(values[${i}])`, () => call(value));
      attempt(`${what}(values[${i}], it)`, () => call(value, value));
    });
  };
  for (const [name, make] of Object.entries(makers)) {
    const type = types[name as keyof typeof makers];
    each(`new ${name}`, (...given) => Reflect.construct(type, given));
    for (const key of Object.getOwnPropertyNames(type)) {
      const member = (type as unknown as Record<string, unknown>)[key];
      if (typeof member === 'function') each(`${name}.${key}`, member.bind(type));
    }
    for (const key of Object.getOwnPropertyNames(type.prototype)) {
      const { value, set } = Object.getOwnPropertyDescriptor(type.prototype, key) ?? {};
      // Of EventEmitter.
      if (key === 'constructor' || /Listener|^on$|^emit/.test(key)) continue;
      // For other files of src/.
      if (key === 'want') continue;
      const member = set ?? value;
      if (typeof member !== 'function') continue;
      each(`${name}#${key}`, (...given) => Reflect.apply(member, make(), given));
    }
  }
  each('handshake', main.handshake as never);
  const server = stack.connection(stack.server());
  each('handshake, its client', (value) => main.handshake(value as never, server));
  const client = stack.connection(stack.client());
  each('handshake, its server', (value) => main.handshake(client, value as never));
  each('connection options', (value) => new SslConnection(stack.client(), value as never).free());
  const names = [
    'cert',
    'key',
    'pfx',
    'ca',
    'crl',
    'ticketKeys',
    'sessionStore',
    'ciphers',
    'sigalgs',
    'dhparam',
    'ecdhCurve',
    'minVersion',
    'maxFragmentLength',
    'sessionIdContext',
    'passphrase',
    'pskSession',
    'psk',
    'pskKeys',
    'pskSessions',
    'ticketRules',
    'ALPNProtocols',
    'numTickets',
  ];
  for (const role of ['client', 'server']) {
    for (const name of names) {
      each(`option ${name}`, (value) => new SslContext({ role, [name]: value } as never));
    }
  }
  const handle = stack.add(new SslContext({ role: 'server', ...certificate })).handle;
  for (const [name, call] of Object.entries(C)) {
    if (typeof call !== 'function' || /_(?:new|free|up_ref|dup)$/.test(name)) continue;
    each(name, call as never);
    each(`${name} of a context`, (value) => Reflect.apply(call, null, [handle, value, value]));
  }
  expect(bad).toEqual([]);
});
