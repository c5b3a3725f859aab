// schemas/probe.schema.json: the JSON Schema of what probe() gives, out of src/probe/result.ts.
// Without options: prints it. --write: writes it. --check: compares.

import { join } from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';
import { bin, keepDocument, main, root, run } from './lib.mjs';

export const file = 'schemas/probe.schema.json';

/** The schema, as text. */
export function probeSchema() {
  const generator = createGenerator({
    path: join(root, 'src/probe/result.ts'),
    tsconfig: join(root, 'tsconfig.json'),
    type: 'ProbeResult',
    topRef: false,
    expose: 'export',
    skipTypeCheck: true, // tsc has checked it
  });
  const { $schema, ...schema } = generator.createSchema('ProbeResult');
  const whole = { $schema, title: 'What libssl-session/probe gives, version 1', ...schema };
  // As `npm run check` wants it.
  const format = ['format', `--stdin-file-path=${file}`];
  return run('biome', bin('biome'), format, { input: JSON.stringify(whole) });
}

await main(import.meta, () => keepDocument(file, probeSchema(), 'probe-schema.mjs'));
