// How long the records are that libssl sends, beside the memory that it makes them in.

#ifndef LIBSSL_SESSION_NATIVE_CORE_FRAGMENTS_H_
#define LIBSSL_SESSION_NATIVE_CORE_FRAGMENTS_H_

#include "loader/libssl.h"

namespace libssl_session {

struct ConnectionState;

// Of the codes of sessions: anything but 1 to 4 libssl takes for none.
inline bool IsFragmentCode(int code) { return code >= 1 && code <= 4; }

// The most data of a record, by the session at hand.
long MaxRecord(const Libssl& libssl, const SSL* ssl);

// At the start of a handshake libssl takes memory for the records that the session at hand allows,
// which may have agreed on short ones (max_fragment_length). When the handshake brings a session
// without that, libssl makes records of full length in the same memory: over DTLS it writes behind
// its end, over TLS the connection fails. So records stay short until the handshake is over, and
// then there is memory for long ones.
// `where`: of the info callback.
void FitFragments(ConnectionState& state, int where);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_FRAGMENTS_H_
