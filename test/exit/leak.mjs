// Sessions that nothing points to at the end: valgrind must find them.

import koffi from 'koffi';
import { libraryInfo } from 'libssl-session';

// Opened as the addon opens it, so that it is the same one.
const libssl = koffi.load(libraryInfo().libssl, { deep: true });
const SSL_SESSION_new = libssl.func('void *SSL_SESSION_new(void)');
for (let i = 0; i < 20; i++) SSL_SESSION_new();
