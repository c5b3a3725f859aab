// Memory when free() is called: 1 million new+free in one synchronous loop. A process of its own:
// node loop.mjs functions | class. Prints the growth of its resident memory, in MB.

import { SslSession } from 'libssl-session';
import { SSL_SESSION_free, SSL_SESSION_new } from 'libssl-session/libssl';

const loops = {
  functions(n) {
    for (let i = 0; i < n; i++) SSL_SESSION_free(SSL_SESSION_new());
  },
  class(n) {
    for (let i = 0; i < n; i++) new SslSession().free();
  },
};

const run = loops[process.argv[2]];
run(10_000); // loads libssl, and lets V8 compile the loop
const start = process.memoryUsage.rss();
run(1_000_000);
console.log((process.memoryUsage.rss() - start) / 1e6);
