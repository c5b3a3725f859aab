// A server switches to the context of the server name that its client asks for. It does so at the
// ClientHello, because libssl calls its callback for server names only after it has chosen the
// version and the session. SSL_set_SSL_CTX changes the certificates, the ciphers and the trusted
// certificates, but not the settings that SSL_new has copied; this file carries those over.

#ifndef LIBSSL_SESSION_NATIVE_CORE_SERVER_NAME_H_
#define LIBSSL_SESSION_NATIVE_CORE_SERVER_NAME_H_

#include "core/connection.h"

namespace libssl_session {

// For the client hello callback: switches the connection to the context that the application has
// chosen, or else to the one for the client's server name. False when out of memory.
bool SwitchContext(ConnectionState* state);

// Switches back to the first context, for another handshake.
void SwitchBack(ConnectionState* state);

// Sets libssl's callback for server names, or removes it. The callback tells the client that the
// server has looked at its name. libssl calls it once it knows whether the handshake resumes a
// session, so it also refuses a resumption that must not be (TakesResumption in verify.h).
void InstallServerNames(ContextState* state);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_SERVER_NAME_H_
