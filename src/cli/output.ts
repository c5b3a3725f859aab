// Where bytes go: standard output, or a file that nobody else may read.

import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure, systemReason } from './failure.js';
import { printable } from './terminal.js';

/** Resolves once standard output has taken it, or has not: main.ts sees every failure of it. */
export function write(data: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(data, () => resolve());
  });
}

/** Writes a file with mode 0600, whole or not at all; an older one is replaced. */
export async function writePrivateFile(file: string, data: string | Uint8Array): Promise<void> {
  try {
    const old = await stat(file).catch(() => null);
    if (old?.isDirectory()) throw new Error('is a directory');
    // A device, a pipe: nothing to replace. By its own name: /dev/stdout leads to no path, and Bun
    // makes one of it.
    if (old !== null && !old.isFile()) return await writeFile(file, data);
    await replace(await realpath(file).catch(() => file), data);
  } catch (error) {
    throw new Failure(`${printable(file)}: ${systemReason(error)}`);
  }
}

async function replace(target: string, data: string | Uint8Array): Promise<void> {
  const fresh = join(dirname(target), `.libssl-session-${randomBytes(6).toString('hex')}`);
  const handle = await open(fresh, 'wx', 0o600);
  try {
    try {
      await handle.writeFile(data);
    } finally {
      await handle.close();
    }
    await rename(fresh, target);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
