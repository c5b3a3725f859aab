// Uses libssl 1.1.1 once; or, given files, only opens them plainly, as ld.so does for an addon that
// is linked with them.

import koffi from 'koffi';
import { SslSession } from 'libssl-session';

const files = process.argv.slice(2);
for (const file of files) koffi.load(file);
if (files.length === 0) new SslSession().free();
