// What a probe says of HAProxy, against its configuration.

import { afterEach, describe, expect, test } from 'vitest';
import { findingIds, host, type Listening, probeOf, resumption } from '../servers.js';
import { noHaproxy, serveHaproxy } from './haproxy-server.js';

let server: Listening | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe.skipIf(noHaproxy !== undefined)(`HAProxy ${noHaproxy ?? ''}`, () => {
  const keyOf = (byte: number) => Buffer.concat([Buffer.alloc(16, byte), Buffer.alloc(64, 'key')]);

  test('as it is: a cache, and tickets', async () => {
    server = await serveHaproxy(['']);
    const result = await probeOf(server, { replay: true });
    expect(resumption(result)).toEqual([
      'TLSv1.3 psk: 3/3, 3 given',
      'TLSv1.2 ticket: 3/3, 3 given',
      'TLSv1.2 id: 3/3, 3 given',
    ]);
    const { ticketKeys, earlyData, versions, clientCertificates } = result.observations;
    expect(ticketKeys).toMatchObject({ stateful: false, nameLength: 16 });
    expect(earlyData).toMatchObject({ limit: 0 });
    expect(versions.map(({ supported }) => supported)).toEqual([true, true, false, false]);
    expect(clientCertificates.map(({ requested }) => requested)).toEqual([false, false]);
  });

  test('no-tls-tickets: ids, and tickets that are only names', async () => {
    server = await serveHaproxy(['no-tls-tickets']);
    const result = await probeOf(server);
    expect(resumption(result)).toEqual([
      'TLSv1.3 psk: 3/3, 3 given',
      'TLSv1.2 ticket: 0/2, 0 given',
      'TLSv1.2 id: 3/3, 3 given',
    ]);
    expect(result.observations.ticketKeys).toMatchObject({ stateful: true });
  });

  // The last but one of the keys encrypts.
  test('two with the same tls-ticket-keys resume the sessions of each other', async () => {
    const option = 'tls-ticket-keys %/keys';
    server = await serveHaproxy([option, option], { keys: [keyOf(1), keyOf(2), keyOf(3)] });
    const { observations } = await probeOf(server, { addresses: [host, '127.0.0.2'] });
    expect(observations.otherAddresses).toMatchObject([
      { version: 'TLSv1.3', resumed: { yes: 2, of: 2 } },
      { version: 'TLSv1.2', resumed: { yes: 2, of: 2 } },
    ]);
    expect(observations.ticketKeys?.keys).toMatchObject([
      { name: '02'.repeat(16), addresses: [host, '127.0.0.2'] },
    ]);
  });

  test('two with separate keys do not', async () => {
    const files = {
      one: [1, 2, 3].map(keyOf),
      two: [4, 5, 6].map(keyOf),
    };
    const binds = ['one', 'two'].map((name) => `tls-ticket-keys %/${name}`);
    server = await serveHaproxy(binds, files);
    const { observations } = await probeOf(server, { addresses: [host, '127.0.0.2'] });
    expect(observations.otherAddresses).toMatchObject([
      { version: 'TLSv1.3', resumed: { yes: 0, of: 2 } },
      { version: 'TLSv1.2', resumed: { yes: 0, of: 2 } },
    ]);
    expect(observations.ticketKeys?.keys.map(({ name }) => name).sort()).toEqual([
      '02'.repeat(16),
      '05'.repeat(16),
    ]);
  });

  test('a key of zeros', async () => {
    const keys = [keyOf(1), Buffer.alloc(80), keyOf(3)];
    server = await serveHaproxy(['tls-ticket-keys %/keys'], { keys });
    expect(findingIds(await probeOf(server))).toContain('critical: weak-ticket-key');
  });

  test('allow-0rtt: accepted, and accepted again', async () => {
    server = await serveHaproxy(['allow-0rtt']);
    const { observations } = await probeOf(server, { replay: true });
    // Its buffer without what it keeps for headers.
    expect(observations.earlyData).toMatchObject({
      limit: 16_384 - 1024,
      accepted: { yes: 2, of: 2 },
      replayed: { yes: 2, of: 2 },
    });
  });
});
