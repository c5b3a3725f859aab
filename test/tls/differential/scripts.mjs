// Every script by its name, in the order in which they are run.

import { readdirSync } from 'node:fs';

const directory = new URL('scripts/', import.meta.url);

/** name → { group, run, only: the versions it is for }. */
export async function loadScripts() {
  const scripts = new Map();
  for (const file of readdirSync(directory).sort()) {
    const { only = {}, ...groups } = await import(new URL(file, directory).href);
    for (const [name, run] of Object.entries(groups.scripts)) {
      if (scripts.has(name)) throw new Error(`two scripts are called: ${name}`);
      scripts.set(name, { group: file.replace('.mjs', ''), run, only: only[name] });
    }
  }
  return scripts;
}
