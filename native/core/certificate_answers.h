// What libssl asks about certificates, answered in advance: whether the peer's are accepted, which
// of this side's is used, and the OCSP response that goes with it.

#ifndef LIBSSL_SESSION_NATIVE_CORE_CERTIFICATE_ANSWERS_H_
#define LIBSSL_SESSION_NATIVE_CORE_CERTIFICATE_ANSWERS_H_

#include "core/connection.h"

namespace libssl_session {

// SSL_CTX_set_verify or SSL_set_verify: on the connection if there is one. The callback answers
// from the rules, if there are any.
void SetVerify(ContextState* context, ConnectionState* connection, int mode);

// Whose peer is being verified.
ConnectionState& ConnectionOf(X509_STORE_CTX* store);

// What the callback of SSL_set_verify says at one certificate of a chain; `ok` is what libssl says.
// The callback of our own verification (verify.cc) asks it, too.
int JudgeCertificate(ConnectionState& state, int ok, X509_STORE_CTX* store);

// Each sets libssl's callback where the context (or, for InstallCertificate, the connection, if
// there is one) has an answer, and takes it away where it has none.
void InstallVerify(ContextState* context);
void InstallStatus(ContextState* context);
void InstallClientCertificate(ContextState* context);
void InstallCertificate(ContextState* context, ConnectionState* connection);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_CERTIFICATE_ANSWERS_H_
