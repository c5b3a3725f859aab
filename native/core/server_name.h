// A server's contexts by server name. The switch is made at the ClientHello: libssl's own callback
// for server names comes when version and session have been chosen, and SSL_set_SSL_CTX carries
// over certificates, ciphers and trusted certificates, but nothing that SSL_new copies.

#ifndef LIBSSL_SESSION_NATIVE_CORE_SERVER_NAME_H_
#define LIBSSL_SESSION_NATIVE_CORE_SERVER_NAME_H_

#include "core/connection.h"

namespace libssl_session {

// In the client hello callback: makes the connection one of the context for the name that the
// client asks for. False when out of memory.
bool SwitchContext(ConnectionState* state);

// Makes it one of its first context again, for another handshake.
void SwitchBack(ConnectionState* state);

// Sets libssl's callback for server names, which tells the client that its name was looked at. It
// comes when it is known whether the handshake resumes a session, and refuses one.
void InstallServerNames(ContextState* state);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_SERVER_NAME_H_
