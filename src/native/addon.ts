import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LibsslError } from '../common/errors.js';
import { missingBuildTools } from '../system/command.mjs';

/** Of the package, or of the checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The addon: the one that was built here, else the prebuilt one for this platform. */
export function loadAddon(): unknown {
  const nodeGypBuild = createRequire(import.meta.url)('node-gyp-build') as (
    root: string,
  ) => unknown;
  try {
    return nodeGypBuild(root);
  } catch (error) {
    throw explain(error as Error & { code?: string });
  }
}

function explain(error: Error & { code?: string }): LibsslError {
  const { os, cpu, libc } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    [field in 'os' | 'cpu' | 'libc']: string[];
  };
  const { platform, arch } = process;
  const running = runningLibc();
  const here = [platform, arch, running].join(' ').trim();
  const known = running === '' || libc.some((name) => running.startsWith(name));
  if (!os.includes(platform) || !cpu.includes(arch) || !known) {
    return new LibsslError(
      'ERR_LIBSSL_PLATFORM',
      `libssl-session runs on ${os.join(', ')} with ${libc.join(', ')}, on ${cpu.join(' and ')}; ` +
        `this is ${here}.`,
    );
  }
  const lines = [
    error.code === 'ERR_DLOPEN_FAILED'
      ? `The addon of libssl-session does not load on this machine (${here}): ${error.message}`
      : `The addon of libssl-session is not built for this machine (${here}).`,
    existsSync(join(root, 'scripts'))
      ? 'To build it: npm run setup'
      : 'To build it: npm explore libssl-session -- npm run build-addon',
  ];
  const missing = missingBuildTools();
  if (missing.length > 0) {
    lines.push(`Missing for the build: ${missing.join(', ')}`);
  }
  return new LibsslError('ERR_LIBSSL_NOT_BUILT', lines.join('\n'));
}

/** `glibc 2.36`, `musl`; empty where the runtime does not say. */
function runningLibc(): string {
  if (process.platform !== 'linux') return '';
  const report = process.report?.getReport() as
    | { header?: { glibcVersionRuntime?: string } }
    | undefined;
  if (report?.header === undefined) return '';
  const { glibcVersionRuntime } = report.header;
  return glibcVersionRuntime === undefined ? 'musl' : `glibc ${glibcVersionRuntime}`;
}
