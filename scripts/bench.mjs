// `npm run bench [-- streams] [-- --quick] [-- --json] [-- --only DER-in]`: set-up, what only the
// benchmarks need (the C programs and the ObjectWrap addon, into build/bench/), and bench/run.mjs,
// bench/handshakes.mjs and bench/streams.mjs, or that one alone whose name comes first.

import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bin, Failure, libsslDir, main, once, root, run, show, step } from './lib.mjs';
import { askLibrary, nodeDirectory, setUp } from './setup.mjs';

// Not build/Release: there node-gyp-build would find it.
const build = join(root, 'build', 'bench');

function buildProgram(name, { libssl, libcrypto }) {
  const include = join(libsslDir, 'include');
  if (!existsSync(include)) {
    throw new Failure(
      'The C programs need the headers of libssl 1.1.1, which set-up did not find.',
    );
  }
  // The old kind of rpath goes before LD_LIBRARY_PATH, and holds for libssl's own needs too.
  const rpath = `-Wl,--disable-new-dtags,-rpath,${dirname(libssl)}`;
  const files = [join(root, 'bench', 'c', `${name}.c`), libssl, libcrypto];
  const args = ['-O2', '-Wall', '-Wextra', `-I${include}`, ...files, rpath, '-ldl'];
  run(`cc ${name}.c`, process.env.CC ?? 'cc', [...args, '-o', join(build, name)]);
}

function buildObjectWrap() {
  const directory = join(build, 'objectwrap');
  cpSync(join(root, 'bench', 'objectwrap'), directory, { recursive: true });
  const nodedir = nodeDirectory();
  const args = nodedir === undefined ? [] : [`--nodedir=${nodedir}`];
  run('node-gyp rebuild', bin('node-gyp'), ['rebuild', '-C', directory, ...args]);
}

/**
 * The command before a benchmark whose contenders take turns in two processes: both on one processor,
 * since on a shared machine one of them can be half as fast as another for minutes.
 */
function onOneProcessor() {
  const status = readFileSync('/proc/self/status', 'utf8');
  const last = /^Cpus_allowed_list:.*?(\d+)$/m.exec(status)?.[1];
  if (last === undefined) throw new Failure('/proc/self/status names no processor');
  return ['taskset', '-c', last];
}

await main(import.meta, () => {
  setUp({ forTests: true });
  const { info } = askLibrary();
  once(
    'build/bench/.set-up',
    ['bench/c', 'bench/objectwrap', 'package-lock.json'],
    () => {
      step('building the C programs and the ObjectWrap addon');
      mkdirSync(build, { recursive: true });
      for (const name of ['bench', 'handshakes']) buildProgram(name, info);
      buildObjectWrap();
    },
    info.libssl,
  );
  const all = ['run', 'handshakes', 'streams'];
  const [first, ...rest] = process.argv.slice(2);
  const one = first !== undefined && all.includes(first);
  const codes = (one ? [first] : all).map((name) => {
    const script = join(root, 'bench', `${name}.mjs`);
    const args = one ? rest : process.argv.slice(2);
    // Streams use two processes at once.
    const before = name === 'streams' ? [] : onOneProcessor();
    const [command, ...words] = [...before, process.execPath, '--expose-gc', script, ...args];
    return show(command, words);
  });
  return Math.max(...codes);
});
