// A read of a freed session: valgrind must find it.

import koffi from 'koffi';
import { libraryInfo } from 'libssl-session';

const libssl = koffi.load(libraryInfo().libssl, { deep: true });
const session = libssl.func('void *SSL_SESSION_new(void)')();
libssl.func('void SSL_SESSION_free(void *)')(session);
libssl.func('long SSL_SESSION_get_time(void *)')(session);
