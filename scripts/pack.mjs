// The package as it is published, and what linters of packages say of it.

import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './lib.mjs';

// Bytes. Prebuilt binaries, and maps with the sources in them, are more than half of it.
export const largestPackage = 1_400_000;

/**
 * Packs what was built: into build/package/, or `destination`.
 * @param {string} [destination]
 * @returns {{ path: string, size: number, files: string[] }}
 */
export function pack(destination = join(root, 'build', 'package')) {
  rmSync(destination, { recursive: true, force: true });
  mkdirSync(destination, { recursive: true });
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination];
  const [packed] = JSON.parse(run('npm pack', 'npm', args));
  return {
    path: join(destination, packed.filename),
    size: packed.size,
    files: packed.files.map((file) => file.path),
  };
}

/**
 * What publint and are-the-types-wrong find.
 * @param {string} tarball
 * @returns {Promise<string[]>}
 */
export async function lintPackage(tarball) {
  // Imported here, because set-up installs them.
  const { publint } = await import('publint');
  const { formatMessage } = await import('publint/utils');
  const types = await import('@arethetypeswrong/core');
  const bytes = readFileSync(tarball);

  const { messages, pkg } = await publint({
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) },
  });
  const { problems } = await types.checkPackage(types.createPackageFromTarballData(bytes));
  return [
    ...messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`),
    // As arethetypeswrong's own profile "esm-only" has it: no entry points for the resolution of
    // Node 10, and CommonJS gets ES modules, with require() on every Node that we support.
    ...problems
      .filter((problem) => !('resolutionKind' in problem && problem.resolutionKind === 'node10'))
      .filter((problem) => problem.kind !== 'CJSResolvesToESM')
      .map((problem) => `are-the-types-wrong: ${JSON.stringify(problem)}`),
  ];
}
