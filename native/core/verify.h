// Whether the peer is who it should be. libssl asks that of a certificate that comes in a
// handshake; of one that is in a resumed session it asks nothing. Here both have the same answer,
// for contexts that judge (those of SslContext).

#ifndef LIBSSL_SESSION_NATIVE_CORE_VERIFY_H_
#define LIBSSL_SESSION_NATIVE_CORE_VERIFY_H_

#include "core/connection.h"

namespace libssl_session {

// From now on the context judges.
void Judge(ContextState* context, const Verification& verification);

// Whether the context that the connection is of now, which is perhaps not its first, judges, and
// takes whatever certificate there is, or none.
bool AcceptsAny(const ConnectionState& state);

// SSL_set_session by a client that judges. A session that a strict client would not take, or that
// the handshake could fail of (rules.h), is not offered, so that there is a full handshake.
enum class Offered { kNo, kYes, kFailed };
Offered OfferSession(ConnectionState* state, SSL_SESSION* session, bool made_here);

// When it is known whether the handshake resumes: false, with an error in the queue and the alert
// for the peer, where a full handshake would not have let the session's peer pass.
bool TakesResumption(ConnectionState* state, int* alert);

// After each step: the same, once for each resumed session. Where it is false the peer has been
// told the end, and the connection is refused.
bool EndsWell(ConnectionState* state);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_VERIFY_H_
