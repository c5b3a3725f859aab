// Servers of node:tls of each Node.js that is supported. `npm run test:probe` fetches them.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { client, findingIds, type Listening, probeOf, resumption } from '../servers.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const files = ['tls-cert.pem', 'tls-key.pem'].map((name) => path(`../../fixtures/${name}`));

const binaryOf = (major: number) =>
  path(`../../../.runtimes/node-js-${major}/node_modules/node-linux-${process.arch}/bin/node`);

async function serveWith(binary: string, options: object): Promise<Listening> {
  const args = [path('node-server.mjs'), JSON.stringify(options), ...files];
  const child = spawn(binary, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const close = async () => {
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'exit');
  };
  return { port: Number(line.toString()), close };
}

let server: Listening | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

for (const major of [20, 22, 24, 26]) {
  const binary = binaryOf(major);
  const missing = existsSync(binary) ? undefined : 'it is not in .runtimes';

  describe.skipIf(missing !== undefined)(`node:tls of Node.js ${major} ${missing ?? ''}`, () => {
    test('as it is: tickets with a key that has a name, and ids that nobody keeps', async () => {
      server = await serveWith(binary, {});
      const result = await probeOf(server);
      expect(resumption(result)).toEqual([
        'TLSv1.3 psk: 3/3, 3 given',
        'TLSv1.2 ticket: 3/3, 3 given',
        'TLSv1.2 id: 0/3, 3 given',
      ]);
      const { tickets, ticketKeys, earlyData, versions, clientCertificates } = result.observations;
      expect(tickets[0]).toMatchObject({ number: { least: 2, most: 2 }, when: 'handshake' });
      expect(ticketKeys).toMatchObject({ stateful: false, nameLength: 16 });
      expect(ticketKeys?.keys).toHaveLength(1);
      expect(earlyData).toMatchObject({ limit: 0 });
      expect(versions.map(({ supported }) => supported)).toEqual([true, true, false, false]);
      expect(clientCertificates.map(({ requested }) => requested)).toEqual([false, false]);
    });

    test('ticketKeys and sessionTimeout', async () => {
      const ticketKeys = '03'.repeat(48);
      server = await serveWith(binary, { ticketKeys, sessionTimeout: 123 });
      const result = await probeOf(server);
      const { tickets, ticketKeys: facts } = result.observations;
      expect(tickets[0]?.lifetimeHint).toEqual({ least: 123, most: 123 });
      expect(facts?.keys).toMatchObject([{ name: '03'.repeat(16) }]);
      expect(findingIds(result)).toContain('critical: weak-ticket-key');
    });

    test('requestCert', async () => {
      const options = { requestCert: true, rejectUnauthorized: false, sessionIdContext: 'x' };
      server = await serveWith(binary, options);
      const { observations } = await probeOf(server, client);
      expect(observations.clientCertificates).toMatchObject([
        { requested: true, required: false, requestedOnResumption: false },
        { requested: true, required: false, requestedOnResumption: false },
      ]);
    });
  });
}
