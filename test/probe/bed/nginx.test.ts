// What a probe says of nginx, against its directives.

import { afterEach, describe, expect, test } from 'vitest';
import { client, findingIds, host, type Listening, probeOf, resumption } from '../servers.js';
import { noNginx, serveNginx } from './nginx-server.js';

let server: Listening | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe.skipIf(noNginx !== undefined)(`nginx ${noNginx ?? ''}`, () => {
  const keyOf = (byte: number) => Buffer.concat([Buffer.alloc(16, byte), Buffer.alloc(64, 'key')]);

  test('as it is: tickets, and ids that nobody keeps', async () => {
    server = await serveNginx(['']);
    const result = await probeOf(server, { replay: true });
    expect(resumption(result).slice(0, 2)).toEqual([
      'TLSv1.3 psk: 3/3, 3 given',
      'TLSv1.2 ticket: 3/3, 3 given',
    ]);
    expect(result.observations.resumption[2]).toMatchObject({ by: 'id', yes: 0 });
    const { tickets, ticketKeys, earlyData, versions, clientCertificates } = result.observations;
    expect(tickets.map(({ lifetimeHint }) => lifetimeHint)).toEqual(
      Array(2).fill({ least: 300, most: 300 }),
    );
    expect(ticketKeys).toMatchObject({ stateful: false, nameLength: 16 });
    expect(earlyData).toMatchObject({ limit: 0 });
    expect(versions.map(({ supported }) => supported)).toEqual([true, true, false, false]);
    expect(clientCertificates.map(({ requested }) => requested)).toEqual([false, false]);
  });

  test('ssl_session_tickets off, with a cache: ids, and tickets that are only names', async () => {
    const cache = 'ssl_session_cache shared:probe:1m; ssl_session_timeout 1h;';
    server = await serveNginx([`ssl_session_tickets off; ${cache}`]);
    const result = await probeOf(server);
    expect(resumption(result)).toEqual([
      'TLSv1.3 psk: 3/3, 3 given',
      'TLSv1.2 ticket: 0/2, 0 given',
      'TLSv1.2 id: 3/3, 3 given',
    ]);
    expect(result.observations.ticketKeys).toMatchObject({ stateful: true });
    expect(result.observations.tickets[0]?.lifetimeHint).toEqual({ least: 3600, most: 3600 });
  });

  test('two servers with the same ssl_session_ticket_key resume the sessions of each other', async () => {
    const file = 'ssl_session_ticket_key one.key;';
    server = await serveNginx([file, file], { 'one.key': keyOf(1) });
    const { observations } = await probeOf(server, { addresses: [host, '127.0.0.2'] });
    expect(observations.otherAddresses).toMatchObject([
      { address: '127.0.0.2', version: 'TLSv1.3', resumed: { yes: 2, of: 2 } },
      { address: '127.0.0.2', version: 'TLSv1.2', resumed: { yes: 2, of: 2 } },
    ]);
    expect(observations.ticketKeys?.keys).toMatchObject([
      { name: '01'.repeat(16), addresses: [host, '127.0.0.2'] },
    ]);
  });

  test('two with separate keys do not', async () => {
    const files = { 'one.key': keyOf(1), 'two.key': keyOf(2) };
    const own = ['one', 'two'].map((name) => `ssl_session_ticket_key ${name}.key;`);
    server = await serveNginx(own, files);
    const { observations } = await probeOf(server, { addresses: [host, '127.0.0.2'] });
    expect(observations.otherAddresses).toMatchObject([
      { version: 'TLSv1.3', resumed: { yes: 0, of: 2 } },
      { version: 'TLSv1.2', resumed: { yes: 0, of: 2 } },
    ]);
    expect(observations.ticketKeys?.keys.map(({ name }) => name).sort()).toEqual([
      '01'.repeat(16),
      '02'.repeat(16),
    ]);
  });

  test('a key of zeros', async () => {
    server = await serveNginx(['ssl_session_ticket_key zero.key;'], {
      'zero.key': Buffer.alloc(80),
    });
    expect(findingIds(await probeOf(server))).toContain('critical: weak-ticket-key');
  });

  test('ssl_early_data on: accepted, and accepted again, as its documents warn', async () => {
    server = await serveNginx(['ssl_early_data on;']);
    const result = await probeOf(server, { replay: true });
    expect(result.observations.earlyData).toMatchObject({
      limit: 16_384,
      accepted: { yes: 2, of: 2 },
      replayed: { yes: 2, of: 2 },
    });
    expect(findingIds(result)).toContain('high: early-data-replayed');
  });

  test('ssl_verify_client: certificates are asked for, and not in a resumption', async () => {
    server = await serveNginx(['ssl_verify_client optional_no_ca;']);
    const { observations } = await probeOf(server, client);
    expect(observations.clientCertificates).toMatchObject([
      { requested: true, required: false, requestedOnResumption: false },
      { requested: true, required: false, requestedOnResumption: false },
    ]);
  });
});
