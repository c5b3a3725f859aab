// What libssl asks about a session that it makes, answered in advance: its id, whether it can be
// resumed, and, for EAP-FAST, its key.

#ifndef LIBSSL_SESSION_NATIVE_CORE_SESSION_ANSWERS_H_
#define LIBSSL_SESSION_NATIVE_CORE_SESSION_ANSWERS_H_

#include "core/connection.h"

namespace libssl_session {

// Each sets libssl's callback where the connection, or without one the context, has an answer, and
// takes it away where it has none.
void InstallSessionIds(ContextState* context, ConnectionState* connection);
void InstallNotResumable(ContextState* context, ConnectionState* connection);
void InstallSessionSecret(ConnectionState* connection);
void InstallTicketExtension(ConnectionState* connection);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_SESSION_ANSWERS_H_
