// Secrets in native memory after everything was freed. libssl is given an allocator that wipes
// (native/core/wiped_memory.h): without it, decoding and SSL_SESSION_free leave copies behind.

import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { canReadMemory, type Finding, leftBehind } from './memory.js';

const secrets = () => ({
  key: randomBytes(48),
  ticket: randomBytes(187),
  psk: Buffer.from(randomBytes(24).toString('hex')),
});

/** V8 keeps a string until it needs its memory for another: only native memory counts there. */
const native = ({ mapping }: Finding) => mapping !== 'anonymous';

const readable = await canReadMemory();
const why = readable ? '' : ' (this process may not read the memory of its children)';

describe.skipIf(!readable)(`the memory of a process${why}`, () => {
  test('shows the secrets of a session that was not freed', async () => {
    const found = await leftBehind('no free()', secrets());
    for (const secret of ['key', 'ticket', 'psk']) {
      expect(found).toContainEqual({ secret, form: 'bytes', mapping: '[heap]' });
      expect(found).toContainEqual({ secret, form: 'base64', mapping: 'anonymous' });
    }
    expect(found).toContainEqual({ secret: 'key', form: 'hex', mapping: 'anonymous' });
    expect(found).toContainEqual({ secret: 'ticket', form: 'dump', mapping: 'anonymous' });
  });

  const withBuffers = [
    'nothing',
    'masterKey =',
    'masterKey',
    'a key that is too long',
    'dup()',
    'toDer()',
    'toJSON()',
    'fromDer()',
    'fromDer(), refused',
    'fromDer(), bytes after it',
    'fromNodeSession()',
    'fromPem()',
    'fromPem(), refused',
    'the C-named functions',
  ];
  for (const path of withBuffers) {
    test(`has no secret in it after: ${path}`, async () => {
      expect(await leftBehind(path, secrets())).toEqual([]);
    });
  }

  const withStrings = [
    'toPem()',
    'toText()',
    'toKeylog()',
    'all of a decoded session',
    'a short passphrase',
  ];
  for (const path of withStrings) {
    test(`has no secret in it but in JavaScript’s strings after: ${path}`, async () => {
      expect((await leftBehind(path, secrets())).filter(native)).toEqual([]);
    });
  }
});
