// What libssl asks about its settings, answered in advance: whether something is secure enough, how
// records are padded, the parameters of DHE, the passphrase of a file.

#ifndef LIBSSL_SESSION_NATIVE_CORE_POLICY_ANSWERS_H_
#define LIBSSL_SESSION_NATIVE_CORE_POLICY_ANSWERS_H_

#include "core/connection.h"

namespace libssl_session {

// Each sets libssl's callback where the connection, or without one the context, has an answer, and
// takes it away where it has none.
void InstallSecurity(ContextState* context, ConnectionState* connection);
void InstallPadding(ContextState* context, ConnectionState* connection);
void InstallDhParameters(ContextState* context, ConnectionState* connection);
void InstallPassphrase(ContextState* context, ConnectionState* connection);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_POLICY_ANSWERS_H_
