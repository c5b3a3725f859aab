// What libssl asks in key exchanges and extensions of their own, answered in advance: SRP, NPN, and
// certificate transparency.

#ifndef LIBSSL_SESSION_NATIVE_CORE_PROTOCOL_ANSWERS_H_
#define LIBSSL_SESSION_NATIVE_CORE_PROTOCOL_ANSWERS_H_

#include "core/connection.h"

namespace libssl_session {

// Each sets libssl's callback where the context has an answer, and takes it away where it has none.
// A build of libssl may be without them.
void InstallSrpUsers(ContextState* context, bool wanted = true);
void InstallSrpPassword(ContextState* context);
void InstallSrpParameters(ContextState* context);
void InstallNextProtocols(ContextState* context);
void InstallNextProtocolChoice(ContextState* context);

// The same on the connection, or without one the context. Returns what C returns.
int InstallTransparency(ContextState* context, ConnectionState* connection);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_PROTOCOL_ANSWERS_H_
