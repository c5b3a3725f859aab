// Keeps the records that libssl sends as short as the buffer that it makes them in.

#ifndef LIBSSL_SESSION_NATIVE_CORE_FRAGMENTS_H_
#define LIBSSL_SESSION_NATIVE_CORE_FRAGMENTS_H_

#include "loader/libssl.h"

namespace libssl_session {

struct ConnectionState;

// Whether a session's code is valid. For libssl any other code means that there is no maximum.
inline bool IsFragmentCode(int code) { return code >= 1 && code <= 4; }

// The most data in one record, according to the connection's session.
long MaxRecord(const Libssl& libssl, const SSL* ssl);

// At the start of a handshake libssl allocates a buffer for the records of the current session. If
// that session has a max_fragment_length, the buffer is short. If the handshake then brings a
// session without one, libssl makes records of full length in the same buffer: over DTLS it writes
// past the end, over TLS the connection fails. So this keeps records short until the handshake is
// over, and then has libssl allocate a long buffer. `where` is the argument of the info callback.
void FitFragments(ConnectionState& state, int where);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_FRAGMENTS_H_
