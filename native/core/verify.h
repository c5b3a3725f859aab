// Whether the peer is who it should be. libssl checks a certificate that the peer sends, but not
// one in a resumed session. A context that judges, as each SslContext does, checks both the same
// way.

#ifndef LIBSSL_SESSION_NATIVE_CORE_VERIFY_H_
#define LIBSSL_SESSION_NATIVE_CORE_VERIFY_H_

#include "core/connection.h"

namespace libssl_session {

// From now on the context judges.
void Judge(ContextState* context, const Verification& verification);

// Whether the connection's current context judges, and accepts any certificate, or none.
bool AcceptsAny(const ConnectionState& state);

// SSL_set_session for a client that judges. It does not offer a session whose certificate would not
// pass now, or that could make the handshake fail (CanGoWith in rules.h): then there is a full
// handshake.
enum class Offered { kNo, kYes, kFailed };
Offered OfferSession(ConnectionState* state, SSL_SESSION* session, bool made_here);

// Call it once libssl knows whether the handshake resumes. False if a full handshake would not
// accept the session's peer: then there is an error in the queue, and `alert` is for the peer.
bool TakesResumption(ConnectionState* state, int* alert);

// After each step: the same at the end of a handshake, unless the handshake was judged already.
// False if the peer is refused: then it has been sent the alert of the end, and the connection can
// only be freed.
bool EndsWell(ConnectionState* state);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_VERIFY_H_
