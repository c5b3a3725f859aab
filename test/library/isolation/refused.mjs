// Opens the given files through koffi, then asks for a session, and says what came.
// node refused.mjs <plain | deep> <file…>

import { createHash } from 'node:crypto';
import koffi from 'koffi';
import { SslSession } from 'libssl-session';

const [how, ...files] = process.argv.slice(2);
for (const file of files) koffi.load(file, { deep: how === 'deep' });
let outcome;
try {
  new SslSession().free();
  outcome = { code: 'none' };
} catch (error) {
  outcome = { code: error.code, message: error.message };
}
// Node's own is as it was.
const sha256 = createHash('sha256').update('').digest('hex');
console.log(JSON.stringify({ ...outcome, sha256 }));
