// Prints which of our objects are in memory: after the import alone, then after the first use.

import { readFileSync } from 'node:fs';
import { SslSession } from 'libssl-session';
import * as libssl from 'libssl-session/libssl';

function mapped() {
  const files = /[^/\n]*(ssl_session\.node|libssl\.so[.\d]*|libcrypto\.so[.\d]*)$/gm;
  return [...new Set(readFileSync('/proc/self/maps', 'utf8').match(files))].sort();
}

const before = mapped();
new SslSession().free();
libssl.SSL_SESSION_free(0);
console.log(JSON.stringify({ before, after: mapped() }));
