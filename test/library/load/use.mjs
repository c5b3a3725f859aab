// Asks for the library and prints what came, and which files of it are then in memory. Each argument is a value for LIBSSL_SESSION_DIR ('' for
// none), tried one after the other in the same process.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { libraryInfo, SslSession } from 'libssl-session';

const directories = process.argv.slice(2);
const attempts = directories.length === 0 ? [process.env.LIBSSL_SESSION_DIR] : directories;
for (const directory of attempts) {
  if (directory) process.env.LIBSSL_SESSION_DIR = directory;
  else delete process.env.LIBSSL_SESSION_DIR;
  try {
    new SslSession().free();
    const maps = readFileSync('/proc/self/maps', 'utf8');
    const mapped = new Set(maps.match(/\/.*\/lib(ssl|crypto)\.so\.1\.1$/gm));
    console.log(JSON.stringify({ code: 'none', ...libraryInfo(), mapped: [...mapped].sort() }));
  } catch (error) {
    const { name, code, message } = error;
    console.log(JSON.stringify({ name, code, message }));
  }
  createHash('sha256').update('Node’s own still works').digest();
}
