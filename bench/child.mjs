// A module of bench/ in a process of its own.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What it prints, as JSON. */
export function inChild(file, ...args) {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const output = execFileSync(process.execPath, ['--expose-gc', path, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output);
}
