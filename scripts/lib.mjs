// What the scripts share. No dependency: set-up runs before the first install.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure, hasCommand, run as runAnywhere } from '../src/system/command.mjs';

export { Failure, hasCommand };

export const root = fileURLToPath(new URL('..', import.meta.url));
export const libsslDir = join(root, '.libssl');
export const bin = (name) => join(root, 'node_modules', '.bin', name);

/** Runs a command of the checkout; see command.mjs. */
export function run(what, command, args, options = {}) {
  return runAnywhere(what, command, args, { cwd: root, ...options });
}

/** Runs a command with its output passed on; gives its exit code. */
export function show(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) throw new Failure(`${command}: ${result.error.message}`);
  return result.status ?? 1;
}

/** Files below `paths` (relative to the root), sorted. */
export function filesBelow(...paths) {
  const files = [];
  const visit = (path) => {
    if (!existsSync(join(root, path))) return;
    if (statSync(join(root, path)).isDirectory()) {
      for (const name of readdirSync(join(root, path)).sort()) visit(join(path, name));
    } else {
      files.push(path);
    }
  };
  for (const path of paths) visit(path);
  return files;
}

/** Does `work` unless it was done already for the same contents of `inputs` and the same `extra`. */
export function once(stampFile, inputs, work, extra = '') {
  const hash = createHash('sha256').update(extra);
  for (const file of filesBelow(...inputs)) {
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  }
  const stamp = hash.digest('hex');
  const path = join(root, stampFile);
  if (existsSync(path) && readFileSync(path, 'utf8') === stamp) return false;
  work();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, stamp);
  return true;
}

export function step(text) {
  console.error(`• ${text}`);
}

/** A document that a script makes: prints it; --write writes the file, --check compares. */
export function keepDocument(file, text, script) {
  const path = join(root, file);
  if (process.argv.includes('--write')) {
    writeFileSync(path, text);
  } else if (!process.argv.includes('--check')) {
    process.stdout.write(text);
  } else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    throw new Failure(`${file} is not up to date: node scripts/${script} --write`);
  }
}

/** Rows of cells, the head first, as lines of Markdown: as Biome formats them. */
export function formatTable(rows) {
  const [head = []] = rows;
  const widths = head.map((_, i) => Math.max(...rows.map((cells) => cells[i].length)));
  const line = (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  return [head, rule, ...rows.slice(1)].map(line);
}

/**
 * Prints rows as a table in Markdown, and `below` it. With `write` both replace what docs/systems.md
 * has between the comments that name the npm script.
 */
export function writeTable(script, rows, write, below = '') {
  const names = Object.keys(rows[0] ?? {});
  const cells = [
    names,
    names.map(() => '---'),
    ...rows.map((row) => names.map((n) => row[n] ?? '')),
  ];
  const table = cells.map((row) => `| ${row.join(' | ')} |`).join('\n');
  const text = `${table}\n\n${below}`.trimEnd();
  console.log(text);
  if (!write) return;
  const file = join(root, 'docs/systems.md');
  const begin = `<!-- made by npm run ${script} -- --write -->`;
  const end = '<!-- end -->';
  const [before, rest] = readFileSync(file, 'utf8').split(begin);
  const after = rest?.split(end).slice(1).join(end);
  if (after === undefined) throw new Failure(`${file} has no place for the table of ${script}`);
  writeFileSync(file, `${before}${begin}\n\n${text}\n\n${end}${after}`);
  run('biome', bin('biome'), ['format', '--write', file]);
}

/** Runs a script's main function, and turns what it throws into an exit code. */
export async function main(meta, work) {
  if (process.argv[1] !== fileURLToPath(meta.url)) return;
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    console.error(error instanceof Failure ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
