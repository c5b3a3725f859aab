// A Worker that holds a handle of each kind, for the main thread to misuse.

import { parentPort } from 'node:worker_threads';
import * as C from 'libssl-session/libssl';

const ctx = C.SSL_CTX_new(C.TLS_method());
parentPort.postMessage({ session: C.SSL_SESSION_new(), ctx, ssl: C.SSL_new(ctx) });
// Until it is stopped.
parentPort.on('message', () => {});
