// What the two hellos have of random bytes.

import { SslConnection } from 'libssl-session';
import { expect, test } from 'vitest';
import { stackForTests } from '../support/contexts.js';

const stack = stackForTests();
const zeros = Buffer.alloc(32);

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  '%s: both sides have those of both hellos',
  (version) => {
    const versions = { minVersion: version, maxVersion: version };
    const lines: string[] = [];
    const client = stack.client(versions);
    client.on('keylog', (line) => lines.push(line.toString()));
    const [ours, theirs] = stack.joined(client, stack.server(versions));
    expect(ours.clientRandom).toHaveLength(32);
    expect(ours.clientRandom).not.toEqual(zeros);
    expect(ours.serverRandom).not.toEqual(zeros);
    expect(ours.serverRandom).not.toEqual(ours.clientRandom);
    expect(theirs.clientRandom).toEqual(ours.clientRandom);
    expect(theirs.serverRandom).toEqual(ours.serverRandom);
    // A line of a key log begins with its label and the client's.
    expect(lines[0]?.split(' ')[1]).toBe(ours.clientRandom.toString('hex'));
  },
);

test('before a hello they are zeros', () => {
  const connection = new SslConnection(stack.client());
  expect([connection.clientRandom, connection.serverRandom]).toEqual([zeros, zeros]);
  connection.free();
});
