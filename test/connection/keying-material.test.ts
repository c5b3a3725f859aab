// How much keying material a connection gives.

import type { SslConnection, SslContextOptions } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { expect, test } from 'vitest';
import { outOfRange, stackForTests, thrown } from '../support/contexts.js';

const stack = stackForTests();

function pair(options: Partial<SslContextOptions>): [SslConnection, SslConnection] {
  return stack.joined(stack.client(options), stack.server(options));
}
const only = (version: 'TLSv1.1' | 'TLSv1.2') =>
  ({ minVersion: version, maxVersion: version, securityLevel: 0 }) as const;

test.each([
  ['TLS 1.1', only('TLSv1.1'), 65_535],
  ['TLS 1.2', only('TLSv1.2'), 65_535],
  ['TLS 1.3 with SHA-256', { ciphers: 'TLS_AES_128_GCM_SHA256' }, 255 * 32],
  ['TLS 1.3 with SHA-384', { ciphers: 'TLS_AES_256_GCM_SHA384' }, 255 * 48],
] as const)('%s gives so many bytes, and refuses one more', (_, options, most) => {
  const [ours, theirs] = pair(options);
  const material = ours.exportKeyingMaterial(most, 'EXPORTER-test');
  expect(material.length).toBe(most);
  expect(theirs.exportKeyingMaterial(most, 'EXPORTER-test')).toEqual(material);
  for (const size of [most + 1, 0x7fff_ffff, 0, -1, 1.5]) {
    expect(thrown(() => ours.exportKeyingMaterial(size, 'EXPORTER-test'))).toEqual(outOfRange);
  }
});

test.each([
  ['TLS 1.2', only('TLSv1.2'), undefined, 960],
  ['TLS 1.2 with a context', only('TLSv1.2'), Buffer.alloc(0), 958],
  ['TLS 1.2 with a long context', only('TLSv1.2'), Buffer.alloc(900), 58],
  ['TLS 1.3', {}, undefined, 249],
  ['TLS 1.3 with a long context', {}, Buffer.alloc(100_000), 249],
] as const)('a label of %s has a limit', (_, options, context, most) => {
  const [ours] = pair(options);
  expect(ours.exportKeyingMaterial(8, 'a'.repeat(most), context).length).toBe(8);
  const more = 'a'.repeat(most + 1);
  expect(thrown(() => ours.exportKeyingMaterial(8, more, context))).toEqual(outOfRange);
});

test('a context of TLS 1.2 has a limit, and is never cut', () => {
  const [ours] = pair(only('TLSv1.2'));
  for (const size of [959, 0x1_0000, 0x1_0001]) {
    expect(thrown(() => ours.exportKeyingMaterial(8, '', Buffer.alloc(size)))).toEqual(outOfRange);
  }
});

test('the C function refuses what would take libssl minutes', () => {
  const [ours] = pair(only('TLSv1.2'));
  const { handle } = ours;
  expect(C.SSL_export_keying_material(handle, 65_535, 'EXPORTER-test')?.length).toBe(65_535);
  expect(thrown(() => C.SSL_export_keying_material(handle, 65_536, 'a'))).toEqual(outOfRange);
});
