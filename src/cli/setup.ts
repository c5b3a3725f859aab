// `libssl-session setup`

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LibsslError } from '../common/errors.js';
import { cacheDirectory } from '../library/cache-directory.js';
import { installLine } from '../library/distribution.js';
import { libraryInfo } from '../library/library.js';
import type { LibraryInfo } from '../native/types.js';
import { canFetch, fetchPackages, libraryNames, multiarchDirectory } from '../system/apt.mjs';
import { Failure, systemReason } from './failure.js';
import { write } from './output.js';
import { printable, printableLines, terminal } from './terminal.js';

/**
 * Where the system has no libssl 1.1.1: puts the distribution's own signed package into the user's
 * cache directory. What is there already is fetched anew, so that its fixes come, too.
 */
export async function setup(): Promise<void> {
  const directory = cacheDirectory();
  if (directory === undefined) throw new Failure('no home directory: set XDG_CACHE_HOME');
  const found = find();
  if (found !== undefined && dirname(found.libssl) !== directory) {
    return await write(`libssl 1.1.1 is here already: ${printable(found.libssl)}\n`);
  }
  if (process.env.LIBSSL_SESSION_DIR) {
    throw new Failure(
      'LIBSSL_SESSION_DIR is set, so no other place would be searched: unset it first',
    );
  }
  if (!canFetch()) {
    throw new Failure(`this system has no apt, so setup cannot fetch anything. ${installLine()}`);
  }
  const say = (line: string) => process.stdout.write(`${printableLines(line)}\n`);
  try {
    fetchInto(directory, say);
  } catch (error) {
    if (error instanceof Failure) {
      process.stderr.write(`${printableLines(error.message)}\n`);
      throw new Failure(`nothing was changed. ${installLine()}`);
    }
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new Failure(`${printable(directory)}: ${systemReason(error)}`);
  }
  const library = check();
  const { paint } = terminal(process.stdout);
  await write(`${paint('green', '✓')} ${library.version}, in ${printable(directory)}\n`);
}

/** The library in use, if there is one. */
function find(): LibraryInfo | undefined {
  try {
    return libraryInfo();
  } catch (error) {
    // An addon that does not load is not a missing libssl.
    if (error instanceof LibsslError && error.attempts !== undefined) return undefined;
    throw error;
  }
}

function fetchInto(directory: string, say: (line: string) => void): void {
  mkdirSync(dirname(directory), { recursive: true, mode: 0o700 });
  const work = mkdtempSync(join(dirname(directory), 'setup-'));
  try {
    const into = join(work, 'root');
    const fetched = fetchPackages(['libssl1.1'], { work: join(work, 'apt'), into, say });
    for (const { file, uri } of fetched) say(`${decodeURIComponent(file)}\n  from ${uri}`);
    say('  signature and hashes verified by apt');
    const libraries = multiarchDirectory(join(into, 'usr', 'lib'));
    const fresh = join(work, 'fresh');
    mkdirSync(fresh);
    for (const name of libraryNames) {
      cpSync(join(libraries, name), join(fresh, name), { dereference: true });
    }
    rmSync(directory, { recursive: true, force: true });
    renameSync(fresh, directory); // both at once, and whole
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** In a process of its own: this one may have loaded what was there before. */
function check(): LibraryInfo {
  const main = fileURLToPath(new URL('main.js', import.meta.url));
  const { stdout } = spawnSync(process.execPath, [main, 'doctor', '--json'], { encoding: 'utf8' });
  const { library, ok } = JSON.parse(stdout) as { library: LibraryInfo | null; ok: boolean };
  if (!ok || library === null) {
    throw new Failure('libssl was fetched, but does not work. See: libssl-session doctor');
  }
  return library;
}
