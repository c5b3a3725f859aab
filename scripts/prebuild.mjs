// `npm run prebuild`: the addon for each platform, into prebuilds/, where node-gyp-build finds it.

import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Failure, main, once, root, run } from './lib.mjs';
import { buildWithCmakeJs } from './native.mjs';
import { nativeSources, setUp } from './setup.mjs';
import { compilerFor, targets } from './toolchain.mjs';

/** Where the binary of a platform is, relative to the root; its tags are node-gyp-build's. */
export const prebuilt = (arch) => `prebuilds/linux-${arch}/ssl_session.glibc.node`;

/** Where it was built: LIBSSL_SESSION_PREBUILD is set to this to run it. */
export const buildDirectory = (arch) => join(root, 'build', `prebuild-${arch}`);

/** The oldest system with libssl 1.1.1 is RHEL 8: its C and C++ libraries are these. */
export const limits = { GLIBC: '2.28', GLIBCXX: '3.4.25', CXXABI: '1.3.11', GCC: '7.0.0' };
export const largestSize = 560_000;

const opensslName =
  /^(SSL|TLS|DTLS|OPENSSL|OpenSSL|CRYPTO|ERR|BIO|PEM|X509|EVP|ASN1|OBJ|[di]2[id])_/;

/**
 * What is said of a binary in its own headers; `versions` has the highest asked of each library.
 * @param {string} file
 * @returns {{ machine: string | undefined, size: number, versions: { [library: string]: string },
 *   undefinedSymbols: string[], libraries: string[], stripped: boolean }}
 */
export function describe(file) {
  const readelf = (...args) => run('readelf', 'readelf', ['--wide', ...args, file]);
  const versions = {};
  for (const [, library, version] of readelf('-V').matchAll(/\bName: ([A-Z]+)_([\d.]+)\b/g)) {
    if (newer(version, versions[library] ?? '0')) versions[library] = version;
  }
  const symbols = readelf('--dyn-syms').matchAll(/ UND (\S+?)(?:@\S+)?(?: \(\d+\))?$/gm);
  return {
    machine: /Machine: +(.*)/.exec(readelf('-h'))?.[1],
    size: statSync(file).size,
    versions,
    undefinedSymbols: [...symbols].map(([, name]) => name),
    libraries: [...readelf('-d').matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name),
    stripped: !/ \.(symtab|debug_\w+) /.test(readelf('-S')),
  };
}

/** @param {string} version @param {string} than */
export function newer(version, than) {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number));
  const at = a.findIndex((number, i) => number !== (b[i] ?? 0));
  return at !== -1 && a[at] > (b[at] ?? 0);
}

/** What of a binary would not do on the systems that it is for. */
export function faults({ size, versions, undefinedSymbols, stripped }) {
  const openssl = undefinedSymbols.filter((name) => opensslName.test(name));
  return [
    ...Object.entries(versions)
      .filter(([library, version]) => newer(version, limits[library] ?? '0'))
      .map(([library, version]) => `it needs ${library}_${version}`),
    ...openssl.map((name) => `it would be bound to Node's ${name}`),
    ...(stripped ? [] : ['it is not stripped']),
    ...(size < largestSize ? [] : [`it has ${size} bytes`]),
  ];
}

/** Builds what was not built yet; throws where a binary would not do. */
export function prebuild() {
  const scripts = ['prebuild', 'toolchain', 'native'].map((name) => `scripts/${name}.mjs`);
  const inputs = ['CMakeLists.txt', 'package-lock.json', ...scripts, ...nativeSources()];
  for (const target of targets) {
    const file = prebuilt(target.arch);
    // Beside what was built: node-gyp removes all of build/ where it builds anew.
    const stamp = join(relative(root, buildDirectory(target.arch)), '.set-up');
    once(stamp, inputs, () => build(target));
    mkdirSync(dirname(join(root, file)), { recursive: true });
    copyFileSync(
      join(buildDirectory(target.arch), 'build/Release/ssl_session.node'),
      join(root, file),
    );
    const description = describe(join(root, file));
    const wrong = faults(description);
    if (wrong.length > 0) throw new Failure(`${file} will not do: ${wrong.join(', ')}`);
  }
}

function build(target) {
  buildWithCmakeJs(buildDirectory(target.arch), {
    CMAKE_SYSTEM_NAME: 'Linux',
    CMAKE_SYSTEM_PROCESSOR: target.processor,
    CMAKE_CXX_COMPILER: compilerFor(target),
    CMAKE_MODULE_LINKER_FLAGS: '-s',
  });
}

await main(import.meta, () => {
  setUp();
  prebuild();
  const hash = (file) =>
    createHash('sha256')
      .update(readFileSync(join(root, file)))
      .digest('hex');
  for (const { arch } of targets) {
    const { size, versions } = describe(join(root, prebuilt(arch)));
    const highest = Object.entries(versions).map(([library, version]) => `${library}_${version}`);
    console.log(`${prebuilt(arch)}: ${size} bytes, needs ${highest.join(', ')}`);
    console.log(`  sha256 ${hash(prebuilt(arch))}`);
  }
});
