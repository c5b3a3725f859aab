// What libssl asks about certificates, answered in advance: whether the peer's is accepted, whether
// this side's may be used, and the OCSP response that goes with it.

#ifndef LIBSSL_SESSION_NATIVE_CORE_CERTIFICATE_ANSWERS_H_
#define LIBSSL_SESSION_NATIVE_CORE_CERTIFICATE_ANSWERS_H_

#include "core/connection.h"

namespace libssl_session {

// Each sets libssl's callback where the context (or, for InstallCertificate, the connection, if
// there is one) has an answer, and takes it away where it has none.
void InstallVerify(ContextState* context);
void InstallStatus(ContextState* context);
void InstallCertificate(ContextState* context, ConnectionState* connection);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_CERTIFICATE_ANSWERS_H_
