// `npm run bench [-- --quick] [-- --json] [-- --only DER-in]`: set-up, what only the benchmarks need
// (the C program and the ObjectWrap addon, into build/bench/), and bench/run.mjs.

import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bin, Failure, libsslDir, main, once, root, run, show, step } from './lib.mjs';
import { askLibrary, nodeDirectory, setUp } from './setup.mjs';

// Not build/Release: there node-gyp-build would find it.
const build = join(root, 'build', 'bench');

function buildProgram({ libssl, libcrypto }) {
  const include = join(libsslDir, 'include');
  if (!existsSync(include)) {
    throw new Failure(
      'The C program needs the headers of libssl 1.1.1, which set-up did not find.',
    );
  }
  // The old kind of rpath goes before LD_LIBRARY_PATH, and holds for libssl's own needs too.
  const rpath = `-Wl,--disable-new-dtags,-rpath,${dirname(libssl)}`;
  const files = [join(root, 'bench', 'c', 'bench.c'), libssl, libcrypto];
  const args = ['-O2', '-Wall', '-Wextra', `-I${include}`, ...files, rpath, '-ldl'];
  run('cc bench.c', process.env.CC ?? 'cc', [...args, '-o', join(build, 'bench')]);
}

function buildObjectWrap() {
  const directory = join(build, 'objectwrap');
  cpSync(join(root, 'bench', 'objectwrap'), directory, { recursive: true });
  const nodedir = nodeDirectory();
  const args = nodedir === undefined ? [] : [`--nodedir=${nodedir}`];
  run('node-gyp rebuild', bin('node-gyp'), ['rebuild', '-C', directory, ...args]);
}

await main(import.meta, () => {
  setUp({ forTests: true });
  const { info } = askLibrary();
  once(
    'build/bench/.set-up',
    ['bench/c', 'bench/objectwrap', 'package-lock.json'],
    () => {
      step('building the C program and the ObjectWrap addon');
      mkdirSync(build, { recursive: true });
      buildProgram(info);
      buildObjectWrap();
    },
    info.libssl,
  );
  const script = join(root, 'bench', 'run.mjs');
  return show(process.execPath, ['--expose-gc', script, ...process.argv.slice(2)]);
});
