// `npm run check`: format, lint and types, of both languages.

import { bin, filesBelow, main, show } from './lib.mjs';
import { setUp } from './setup.mjs';

await main(import.meta, () => {
  setUp();
  const cxx = filesBelow('native', 'test/native', 'test/oracle', 'bench').filter((file) =>
    /\.(cc|h|c)$/.test(file),
  );
  // Not what is generated.
  const long = /\/(functions|rules)\.ts$/;
  const limited = filesBelow('native', 'src').filter(
    (file) => /\.(cc|h|ts|mjs)$/.test(file) && !long.test(file),
  );
  const checks = {
    'biome (format, lint)': [bin('biome'), ['check', '--error-on-warnings']],
    'at most 450 lines': [
      'awk',
      ['FNR == 451 { print FILENAME; failed = 1 } END { exit failed }', ...limited],
    ],
    'clang-format': [bin('clang-format'), ['--dry-run', '-Werror', ...cxx]],
    'c++ -Werror': [
      process.env.CXX ?? 'c++',
      [
        ...['-std=c++17', '-fsyntax-only', '-Werror', '-Wall', '-Wextra', '-Wshadow'],
        ...['-Wconversion', '-Wnon-virtual-dtor', '-DNAPI_VERSION=8', '-DNAPI_CPP_EXCEPTIONS'],
        '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
        '-Inative',
        ...['-isystem', 'node_modules/node-addon-api'],
        ...['-isystem', 'node_modules/node-api-headers/include'],
        ...filesBelow('native').filter((file) => file.endsWith('.cc')),
      ],
    ],
    'tsc, src': [bin('tsc'), ['--noEmit']],
    'tsc, tests and scripts': [bin('tsc'), ['-p', 'tsconfig.test.json']],
  };
  const failed = Object.entries(checks).filter(([name, [command, args]]) => {
    const code = show(command, args);
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name}`);
    return code !== 0;
  });
  return failed.length === 0 ? 0 : 1;
});
