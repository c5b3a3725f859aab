// A ring over a backend in two processes of node:cluster, and in two Workers: each takes the tickets
// of the other. Without a ring it takes none, so the ring is what does it.

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runNode } from '../support/valgrind.mjs';

const program = fileURLToPath(new URL('ring/several.mjs', import.meta.url));

test.each([
  ['two processes of node:cluster', 'cluster'],
  ['two Workers', 'workers'],
])('%s take the tickets of each other if they have a ring, in TLS 1.2 and 1.3', async (_, kind) => {
  for (const [what, resumed] of [
    ['ring', true],
    ['none', false],
  ] as const) {
    const result = await runNode([program, kind, what]);
    expect(result, what).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(JSON.parse(result.stdout), what).toEqual([resumed, resumed]);
  }
});
