// OpenSSL's own functions under their own names: what does libssl 1.1.1 really do? Here with the
// numbers of the manual page SSL_SESSION_set_time(3), and with what it leaves open.

import * as C from 'libssl-session/libssl';

let failed = 0;
function check(what, got, want) {
  const ok = Object.is(got, want);
  if (!ok) failed += 1;
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${what}: ${got}`);
}

const session = C.SSL_SESSION_new();
check('a new session is good for 304 seconds', C.SSL_SESSION_get_timeout(session), 304);
check('set_timeout returns 1', C.SSL_SESSION_set_timeout(session, 60), 1);
check('get_timeout gives it back', C.SSL_SESSION_get_timeout(session), 60);
check('set_time returns the time', C.SSL_SESSION_set_time(session, 1_000), 1_000);
check('set_time to 0 returns 0, as a failure does', C.SSL_SESSION_set_time(session, 0), 0);
check('get_time of NULL is 0', C.SSL_SESSION_get_time(C.NULL), 0);

check('an id of 32 bytes is taken', C.SSL_SESSION_set1_id(session, Buffer.alloc(32, 1)), 1);
check('one of 33 bytes is not', C.SSL_SESSION_set1_id(session, Buffer.alloc(33, 2)), 0);
check('and OpenSSL says why', C.lastErrors()[0]?.reason, 'ssl session id too long');
check('the old id is still there', C.SSL_SESSION_get_id(session)[0], 1);

check('up_ref returns 1', C.SSL_SESSION_up_ref(session), 1);
C.SSL_SESSION_free(session);
check('after one free of two it is alive', C.SSL_SESSION_get_timeout(session), 60);
C.SSL_SESSION_free(session);
let code;
try {
  C.SSL_SESSION_free(session); // in C: undefined behaviour
} catch (error) {
  code = error.code;
}
check('one free too many is an exception', code, 'ERR_LIBSSL_INVALID_HANDLE');
process.exitCode = failed === 0 ? 0 : 1;
