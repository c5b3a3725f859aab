// Servers with one thing wrong: each is found, proved, and called by its name.

import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findingIds, type Listening, probeOf, serve } from '../servers.js';
import { buildWrongServer, noWrongServer, startWrongServer } from './wrong-server.js';

let server: Listening | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe.skipIf(noWrongServer !== undefined)(`wrong servers ${noWrongServer ?? ''}`, () => {
  beforeAll(buildWrongServer);

  test('tickets with the secret in clear', async () => {
    server = await startWrongServer('clear');
    const result = await probeOf(server);
    expect(result.observations.ticketContents.slice(0, 2)).toMatchObject([
      { version: 'TLSv1.3', secretInClear: true, weakKey: null },
      { version: 'TLSv1.2', secretInClear: true, weakKey: null },
    ]);
    expect(findingIds(result)).toContain('critical: secret-in-clear');
  });

  test('tickets with one key stream', async () => {
    server = await startWrongServer('keystream');
    const result = await probeOf(server);
    expect(result.observations.ticketContents.slice(0, 2)).toMatchObject([
      { version: 'TLSv1.3', secretInClear: false, weakKey: null, keystreamReused: true },
      { version: 'TLSv1.2', secretInClear: false, weakKey: null, keystreamReused: true },
    ]);
    expect(findingIds(result)).toContain('critical: keystream-reused');
  });

  test('a key of zeros, in counter mode', async () => {
    server = await startWrongServer('zero');
    const result = await probeOf(server);
    const weakKey = {
      layout: 'Go, with the name of the key',
      cipher: 'aes-128-ctr',
      key: 'all bytes are 0x00',
    };
    expect(result.observations.ticketContents.slice(0, 2)).toMatchObject([
      { version: 'TLSv1.3', weakKey, keystreamReused: false },
      { version: 'TLSv1.2', weakKey, keystreamReused: false },
    ]);
    expect(result.observations.ticketKeys).toMatchObject({
      nameLength: 16,
      keys: [{ name: Buffer.alloc(16, 'n').toString('hex') }],
    });
  });

  test('any name is resumed, also that of another certificate', async () => {
    server = await startWrongServer('names');
    const result = await probeOf(server);
    expect(result.observations.otherNames).toMatchObject([
      { servername: null, sameCertificate: true, resumed: { yes: 2, of: 2 } },
      { servername: null, sameCertificate: true, resumed: { yes: 2, of: 2 } },
      {
        servername: 'other.localhost',
        version: 'TLSv1.3',
        sameCertificate: false,
        resumed: { yes: 2, of: 2 },
      },
      { servername: 'other.localhost', version: 'TLSv1.2', sameCertificate: false },
    ]);
    expect(findingIds(result)).toContain('medium: resumed-under-other-name');
  });

  test('resumption without a key exchange', async () => {
    server = await startWrongServer('psk-ke');
    const result = await probeOf(server);
    expect(result.observations.pskModes).toMatchObject({
      pskDheKe: { yes: 3, of: 3 },
      pskKe: { yes: 2, of: 2 },
    });
    expect(findingIds(result)).toContain('medium: resumption-without-key-exchange');
  });
});

describe('a server of this library', () => {
  const weakKeys = [
    ['all bytes are 0x00', 'aes-128-cbc', Buffer.alloc(48)],
    ['all bytes are 0x00', 'aes-256-cbc', Buffer.alloc(80)],
    ['all bytes are 0x2a', 'aes-256-cbc', Buffer.alloc(80, 42)],
  ] as const;

  test.each(weakKeys)('with the ticket key %s, %s', async (name, cipher, ticketKeys) => {
    server = await serve({ ticketKeys });
    const result = await probeOf(server);
    const weakKey = { layout: expect.stringMatching(/^RFC 5077/), cipher, key: name };
    const [tls13, tls12] = result.observations.ticketContents;
    expect(tls13).toMatchObject({ version: 'TLSv1.3', weakKey });
    expect(tls12).toMatchObject({ version: 'TLSv1.2', weakKey });
    expect(findingIds(result)).toContain('critical: weak-ticket-key');
  });

  test('with a ticket key that is its own name', async () => {
    const name = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
    server = await serve({ ticketKeys: Buffer.concat([name, name, name]) });
    const result = await probeOf(server);
    expect(result.observations.ticketContents[0]?.weakKey?.key).toBe(
      'it is the name of the key, which is sent in clear',
    );
  });
});
