// The compilers that the prebuilt binaries are made with: those of the last release of the
// distribution that has libssl 1.1.1, so that what they link against is no newer than where the
// binaries are to run, and so that one commit gives the same bytes on every machine. Fetched with
// apt into .toolchain/; nothing is installed.

import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { canFetch, fetchPackages } from '../src/system/apt.mjs';
import { Failure, root, step } from './lib.mjs';

const directory = join(root, '.toolchain');
const system = join(directory, 'root');

/** What a prebuilt binary is made for: Node's name, and the names of Debian, GNU and CMake. */
export const targets = [
  { arch: 'x64', triple: 'x86_64-linux-gnu', cross: 'x86-64-linux-gnu', processor: 'x86_64' },
  { arch: 'arm64', triple: 'aarch64-linux-gnu', cross: 'aarch64-linux-gnu', processor: 'aarch64' },
];

/** Why there can be no toolchain here; undefined where there can. */
export function noToolchainReason() {
  if (!targets.some(({ arch }) => arch === process.arch)) return `no compilers for ${process.arch}`;
  return canFetch() ? undefined : 'no apt here, which fetches the compilers of an older release';
}

// Libraries of the compilers themselves. Of all others, libc first of all, they take the machine's.
const ownLibraries = /^lib(bfd|ctf|gmp|isl|mpc|mpfr|opcodes|z|zstd)\b.*\.so/;

/** Path of the C++ compiler for a target; fetches all of them at the first use. */
export function compilerFor(target) {
  const path = join(directory, 'bin', `${target.triple}-g++`);
  if (!existsSync(path)) fetchToolchain();
  return path;
}

function fetchToolchain() {
  const reason = noToolchainReason();
  if (reason !== undefined) throw new Failure(`Prebuilt binaries cannot be made: ${reason}`);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(system, { recursive: true });
  const others = targets.filter(({ arch }) => arch !== process.arch);
  fetchPackages(['g++', ...others.map(({ cross }) => `g++-${cross}`)], {
    work: join(directory, 'apt'),
    into: system,
    dependencies: true,
    say: step,
  });
  // The linker refuses what leads out of the root, as absolute links do.
  for (const link of readdirSync(system, { recursive: true, withFileTypes: true })) {
    if (!link.isSymbolicLink()) continue;
    const path = join(link.parentPath, link.name);
    const target = readlinkSync(path);
    if (!isAbsolute(target)) continue;
    rmSync(path);
    symlinkSync(relative(link.parentPath, join(system, target)), path);
  }
  const here = targets.find(({ arch }) => arch === process.arch);
  for (const parent of ['lib', 'usr/lib']) {
    const libraries = join(system, parent, here.triple);
    for (const name of readdirSync(libraries).filter((file) => ownLibraries.test(file))) {
      cpSync(join(libraries, name), join(directory, 'lib', name), { dereference: true });
    }
  }
  const programs = readdirSync(join(system, 'usr/bin'));
  mkdirSync(join(directory, 'bin.half'));
  for (const { arch, triple } of targets) {
    const compiler = programs.find((name) => new RegExp(`^${triple}-g\\+\\+-\\d+$`).test(name));
    if (compiler === undefined) throw new Failure(`the packages have no ${triple}-g++`);
    // A compiler that is no cross-compiler would take the machine's own assembler and linker.
    const tools = arch === process.arch ? 'usr/bin' : `usr/${triple}/bin`;
    const wrapper = join(directory, 'bin.half', `${triple}-g++`);
    writeFileSync(
      wrapper,
      `#!/bin/sh
base=$(dirname "$0")/..
LD_LIBRARY_PATH=$base/lib exec "$base/root/usr/bin/${compiler}" \\
  --sysroot="$base/root" -B"$base/root/${tools}" "$@"
`,
    );
    chmodSync(wrapper, 0o755);
  }
  // Last, because compilerFor() takes them for a sign that all is there.
  renameSync(join(directory, 'bin.half'), join(directory, 'bin'));
}
