// Other people's servers, with each option that a probe should see: openssl s_server of 1.1.1 and 3, and
// node:tls of the Node.js that runs this.

import { afterEach, describe, expect, test } from 'vitest';
import {
  findingIds,
  host,
  type Listening,
  openssl3,
  openssl111,
  probeOf,
  resumption,
  serveNode,
  serveOpenssl,
  serveTcp,
} from '../servers.js';
import { withoutPinning } from './loose-server.js';

const servers: Listening[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
async function started(starting: Promise<Listening>): Promise<Listening> {
  const server = await starting;
  servers.push(server);
  return server;
}

for (const openssl of [openssl111, openssl3])
  describe.skipIf(openssl.missing !== undefined)(
    `s_server of ${openssl.name} ${openssl.missing ?? ''}`,
    () => {
      const probed = async (...options: string[]) => {
        // Without -www it does not answer, and only so it takes early data.
        const www = options.includes('-early_data') ? [] : ['-www'];
        const server = await started(serveOpenssl(openssl, ...www, ...options));
        return probeOf(server, { replay: true });
      };

      test('as it is', async () => {
        const result = await probed();
        expect(resumption(result).slice(0, 3)).toEqual([
          'TLSv1.3 psk: 3/3, 3 given',
          'TLSv1.2 ticket: 3/3, 3 given',
          'TLSv1.2 id: 3/3, 3 given',
        ]);
        expect(result.observations.tickets[0]).toMatchObject({
          number: { least: 2, most: 2 },
          when: 'handshake',
          lifetimeHint: { least: 7200, most: 7200 },
        });
        expect(result.observations.ticketKeys).toMatchObject({ stateful: false, nameLength: 16 });
        expect(result.observations.earlyData).toMatchObject({ limit: 0, accepted: null });
      });

      test('-no_ticket', async () => {
        const result = await probed('-no_ticket');
        expect(resumption(result).slice(0, 3)).toEqual([
          'TLSv1.3 psk: 3/3, 3 given',
          'TLSv1.2 ticket: 0/2, 0 given',
          'TLSv1.2 id: 3/3, 3 given',
        ]);
        expect(result.observations.ticketKeys?.stateful).toBe(true);
      });

      test('-no_cache', async () => {
        expect(resumption(await probed('-no_cache')).slice(0, 3)).toEqual([
          'TLSv1.3 psk: 3/3, 3 given',
          'TLSv1.2 ticket: 3/3, 3 given',
          'TLSv1.2 id: 0/2, 0 given',
        ]);
      });

      test('-num_tickets 5', async () => {
        const { observations } = await probed('-num_tickets', '5');
        expect(observations.tickets[0]?.number).toEqual({ least: 5, most: 5 });
      });

      test('-num_tickets 0', async () => {
        const { observations } = await probed('-num_tickets', '0');
        expect(observations.tickets[0]).toMatchObject({
          number: { least: 0, most: 0 },
          when: 'never',
        });
      });

      test('-early_data: accepted once', async () => {
        const { observations } = await probed('-early_data', '-max_early_data', '3000');
        expect(observations.earlyData).toMatchObject({
          limit: 3000,
          accepted: { yes: 2, of: 2 },
          replayed: { yes: 0, of: 2 },
        });
      });

      test('-early_data -no_anti_replay: accepted again', async () => {
        const result = await probed('-early_data', '-no_anti_replay');
        expect(result.observations.earlyData).toMatchObject({
          limit: 16_384,
          replayed: { yes: 2, of: 2 },
        });
        expect(findingIds(result)).toContain('high: early-data-replayed');
      });

      test('-allow_no_dhe_kex', async () => {
        const { observations } = await probed('-allow_no_dhe_kex');
        expect(observations.pskModes).toMatchObject({ pskKe: { yes: 2, of: 2 } });
      });

      test('-verify: certificates are asked for, and not in a resumption', async () => {
        const { observations } = await probed('-verify', '1');
        expect(observations.clientCertificates).toMatchObject([
          { version: 'TLSv1.3', requested: true, required: false, requestedOnResumption: false },
          { version: 'TLSv1.2', requested: true, required: false, requestedOnResumption: false },
        ]);
      });

      test('-tls1_2', async () => {
        const { observations } = await probed('-tls1_2');
        expect(observations.versions.map(({ supported }) => supported)).toEqual([
          false,
          true,
          false,
          false,
        ]);
      });
    },
  );

describe('node:tls', () => {
  test('as it is', async () => {
    const result = await probeOf(await started(serveNode()));
    expect(resumption(result)).toEqual([
      'TLSv1.3 psk: 3/3, 3 given',
      'TLSv1.2 ticket: 3/3, 3 given',
      // Node gives ids, and has no cache: its users listen to newSession and resumeSession.
      'TLSv1.2 id: 0/3, 3 given',
    ]);
    expect(result.observations.ticketKeys?.nameLength).toBe(16);
  });

  test('ticketKeys and sessionTimeout', async () => {
    const ticketKeys = Buffer.alloc(48, 3);
    const server = serveNode({ ticketKeys, sessionTimeout: 123, sessionIdContext: 'x' });
    const result = await probeOf(await started(server));
    expect(result.observations.tickets[0]?.lifetimeHint).toEqual({ least: 123, most: 123 });
    expect(result.observations.ticketKeys?.keys[0]?.name).toBe('03'.repeat(16));
    expect(findingIds(result)).toContain('critical: weak-ticket-key');
  });

  test('without the extended master secret', async () => {
    const server = serveNode({ maxVersion: 'TLSv1.2', secureOptions: 1 });
    const result = await probeOf(await started(server));
    expect(result.observations.versions[1]).toMatchObject({ extendedMasterSecret: false });
    expect(result.observations.pinning).toMatchObject([
      { cipher: true, extendedMasterSecret: null },
    ]);
    expect(findingIds(result)).toContain('low: no-extended-master-secret');
  });

  test('a server that answers every offer with a resumption is not pinned', async () => {
    const { port } = await started(serveNode({ maxVersion: 'TLSv1.2' }));
    const server = await started(serveTcp((socket) => withoutPinning(socket, port, host)));
    const result = await probeOf(server);
    expect(result.observations.pinning).toMatchObject([
      { version: 'TLSv1.2', cipher: false, extendedMasterSecret: false },
    ]);
    expect(findingIds(result)).toContain('medium: resumption-not-pinned');
  });
});
