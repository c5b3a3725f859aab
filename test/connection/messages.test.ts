// The events message, alert and state, of connections and of contexts.

import {
  handshake,
  type SslAlert,
  type SslConnection,
  type SslContext,
  type SslMessage,
  type SslState,
} from 'libssl-session';
import { describe, expect, test } from 'vitest';
import { carry, stackForTests, thrown } from '../support/contexts.js';

const stack = stackForTests();

const ofHandshake = 22;
const ofAlert = 21;

/** The types of the handshake's messages that went this way. */
const types = (messages: readonly SslMessage[], direction: SslMessage['direction']) =>
  messages
    .filter((each) => each.contentType === ofHandshake && each.direction === direction)
    .map(({ bytes }) => bytes[0]);

function watched(client: SslContext, server: SslContext, options = {}) {
  const [ours, theirs] = stack.pair(client, server, options);
  const sides = { ours: [] as SslMessage[], theirs: [] as SslMessage[] };
  ours.on('message', (message) => sides.ours.push(message));
  theirs.on('message', (message) => sides.theirs.push(message));
  return { ours, theirs, messages: sides };
}

describe('message', () => {
  test.each([
    ['TLSv1.2', [1, 16, 20], [2, 11, 12, 14, 4, 20]],
    ['TLSv1.3', [1, 20], [2, 8, 11, 15, 20, 4, 4]],
  ] as const)('%s: what one side sends, the other receives', (version, sent, received) => {
    const only = { minVersion: version, maxVersion: version } as const;
    const { ours, theirs, messages } = watched(stack.client(only), stack.server(only));
    handshake(ours, theirs);
    expect(types(messages.ours, 'sent')).toEqual(sent);
    expect(types(messages.ours, 'received')).toEqual(received);
    for (const [one, other] of [
      [messages.ours, messages.theirs],
      [messages.theirs, messages.ours],
    ] as const) {
      // Over TLS libssl does not tell of a change of cipher that is received.
      const bytesOf = (messages: SslMessage[], way: SslMessage['direction']) =>
        messages
          .filter(({ direction, contentType }) => direction === way && contentType !== 20)
          .map(({ bytes }) => bytes.toString('hex'));
      expect(bytesOf(one, 'sent')).toEqual(bytesOf(other, 'received'));
    }
    const headers = messages.ours.filter(({ contentType }) => contentType === 256);
    expect(headers.length).toBeGreaterThan(5);
    for (const { version: number, bytes } of headers) {
      expect(number).toBe(0);
      expect(bytes).toHaveLength(5);
    }
    const finished = messages.ours.find(({ bytes, contentType }) => {
      return contentType === ofHandshake && bytes[0] === 20;
    });
    expect(finished?.version).toBe(version === 'TLSv1.2' ? 0x0303 : 0x0304);
    const hidden = messages.ours.filter(({ contentType }) => contentType === 257);
    expect(hidden.length > 0).toBe(version === 'TLSv1.3');
  });

  test('over DTLS', () => {
    const dtls = { protocol: 'dtls' } as const;
    const { ours, theirs, messages } = watched(stack.client(dtls), stack.server(dtls));
    handshake(ours, theirs);
    expect(types(messages.ours, 'sent')).toEqual([1, 16, 20]);
    expect(types(messages.theirs, 'received')).toEqual([1, 16, 20]);
    expect(types(messages.theirs, 'sent')).toEqual([2, 11, 12, 14, 4, 20]);
    const [header] = messages.ours.filter(({ contentType }) => contentType === 256);
    expect(header?.bytes).toHaveLength(13);
  });

  test('tells of the headers of data, and not of data', () => {
    const { ours, theirs, messages } = watched(stack.client(), stack.server());
    handshake(ours, theirs);
    messages.theirs.length = 0;
    ours.write(Buffer.from('secret words'));
    carry(ours, theirs);
    expect(theirs.read()?.toString()).toBe('secret words');
    expect(messages.theirs.map(({ contentType }) => contentType)).toEqual([256, 257]);
    expect(messages.theirs[1]?.bytes).toEqual(Buffer.from([23]));
  });

  test('comes to nobody any more who has gone', () => {
    const { ours, theirs, messages } = watched(stack.client(), stack.server());
    const other: SslMessage[] = [];
    ours.once('message', (message) => other.push(message));
    theirs.removeAllListeners('message');
    handshake(ours, theirs);
    expect(messages.theirs).toEqual([]);
    expect(other).toHaveLength(1);
    expect(messages.ours.length).toBeGreaterThan(10);
  });

  test('a listener that throws keeps no other from its messages', () => {
    const { ours, messages } = watched(stack.client(), stack.server());
    ours.prependListener('message', () => {
      throw new Error('of the listener');
    });
    expect(thrown(() => ours.handshake())).toEqual(
      expect.objectContaining({ message: 'of the listener' }),
    );
    expect(types(messages.ours, 'sent')).toEqual([1]);
  });

  test('a listener may free the connection, which has none after that', () => {
    const { ours, messages } = watched(stack.client(), stack.server());
    ours.on('message', () => ours.free());
    expect(ours.handshake()).toBe('freed');
    expect(messages.ours).toHaveLength(1);
  });

  test('begins in the middle of a handshake', () => {
    const [ours, theirs] = stack.pair(stack.client(), stack.server());
    ours.handshake();
    const messages: SslMessage[] = [];
    theirs.on('message', (message) => messages.push(message));
    carry(ours, theirs);
    carry(theirs, ours);
    expect(types(messages, 'received')).toEqual([1]);
    theirs.removeAllListeners('message');
    carry(ours, theirs);
    expect(types(messages, 'received')).toEqual([1]);
  });
});

describe('of a context', () => {
  test('come those of all its connections, each with its connection', () => {
    const [client, server] = [stack.client(), stack.server()];
    const [before, its] = stack.pair(client, server);
    const told: [SslMessage, SslConnection | null][] = [];
    const listener = (...event: [SslMessage, SslConnection | null]) => told.push(event);
    server.on('message', listener);
    const [after, others] = stack.pair(client, server);
    handshake(before, its);
    handshake(after, others);
    for (const each of [its, others]) {
      const own = told.filter(([, connection]) => connection === each).map(([message]) => message);
      expect(types(own, 'received')).toEqual([1, 20]);
    }
    const count = told.length;
    server.off('message', listener);
    stack.joined(client, server);
    expect(told).toHaveLength(count);
  });

  test('that a server switches to come those from then on, and of its first context all', () => {
    const first = stack.server({ maxVersion: 'TLSv1.2' });
    const other = stack.server({ maxVersion: 'TLSv1.2' });
    first.addContext('other.example', other);
    const [ours, theirs] = stack.pair(stack.client(), first, { servername: 'other.example' });
    const told = { first: [] as SslMessage[], other: [] as SslMessage[] };
    const states = { first: [] as SslState[], other: [] as SslState[] };
    first.on('message', (message, connection) => {
      expect(connection).toBe(theirs);
      told.first.push(message);
    });
    other.on('message', (message, connection) => {
      expect(connection).toBe(theirs);
      told.other.push(message);
    });
    first.on('state', (state) => states.first.push(state));
    other.on('state', (state) => states.other.push(state));
    handshake(ours, theirs);
    expect(types(told.first, 'received')).toEqual([1, 16, 20]);
    expect(types(told.other, 'received')).toEqual([16, 20]);
    expect(types(told.other, 'sent')).toEqual(types(told.first, 'sent'));
    expect(states.first[0]?.event).toBe('start');
    expect(states.first.slice(-states.other.length)).toEqual(states.other);
    expect(states.other.length).toBeGreaterThan(3);
  });
});

describe('alert', () => {
  test('of both sides of a failure, with level and description', () => {
    const client = stack.client({ minVersion: 'TLSv1.3' });
    const [ours, theirs] = stack.pair(client, stack.server({ maxVersion: 'TLSv1.2' }));
    const alerts: [string, SslAlert][] = [];
    ours.on('alert', (event) => alerts.push(['client', event]));
    theirs.on('alert', (event) => alerts.push(['server', event]));
    ours.handshake();
    thrown(() => carry(ours, theirs));
    thrown(() => carry(theirs, ours));
    const event = { level: 'fatal', description: 'protocol_version', code: 70 };
    expect(alerts).toEqual([
      ['server', { ...event, direction: 'sent' }],
      ['client', { ...event, direction: 'received' }],
    ]);
  });

  test('of the end of a connection, which is a message as well', () => {
    const { ours, theirs, messages } = watched(stack.client(), stack.server());
    const alerts: SslAlert[] = [];
    theirs.on('alert', (event) => alerts.push(event));
    handshake(ours, theirs);
    ours.shutdown();
    carry(ours, theirs);
    theirs.read();
    expect(alerts).toEqual([
      { direction: 'received', level: 'warning', description: 'close_notify', code: 0 },
    ]);
    expect(messages.theirs.at(-1)).toMatchObject({ contentType: ofAlert, direction: 'received' });
    expect(messages.theirs.at(-1)?.bytes).toEqual(Buffer.from([1, 0]));
  });
});

test('state: in words, from the start of a handshake to its end', () => {
  const [ours, theirs] = stack.pair(stack.client(), stack.server());
  const states: SslState[] = [];
  ours.on('state', (state) => states.push(state));
  handshake(ours, theirs);
  expect(states[0]).toEqual({ state: 'before SSL initialization', event: 'start', result: 1 });
  expect(states).toContainEqual({
    ...{ state: 'SSLv3/TLS read server hello', event: 'step', result: 1 },
  });
  expect(states).toContainEqual(expect.objectContaining({ event: 'exit', result: -1 }));
  expect(states).toContainEqual({
    ...{ state: 'SSL negotiation finished successfully', event: 'done', result: 1 },
  });
});
