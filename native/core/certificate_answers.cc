#include "core/certificate_answers.h"

#include <cstring>

#include "core/verify.h"

namespace libssl_session {
namespace {

int OnVerify(X509_STORE_CTX* store, void*) {
  const Libssl& libssl = CallbackLibssl();
  void* ssl = libssl.X509_STORE_CTX_get_ex_data(store, libssl.SSL_get_ex_data_X509_STORE_CTX_idx());
  const ConnectionState& state = *ConnectionState::Of(libssl, static_cast<SSL*>(ssl));
  const int* answer = FirstAnswer(state, &Answers::verify);
  const int error = answer == nullptr ? kVerifyUnspecified : *answer;
  libssl.X509_STORE_CTX_set_error(store, error);
  return error == kVerifyOk ? 1 : 0;
}

int OnCertificate(SSL* ssl, void*) {
  const ConnectionState& state = *ConnectionState::Of(CallbackLibssl(), ssl);
  const bool* answer = FirstAnswer(state, &Answers::certificate);
  return answer == nullptr || *answer ? 1 : 0;
}

// A server's response belongs to the connection, which frees it.
bool Staple(SSL* ssl, const std::string& response) {
  const Libssl& libssl = CallbackLibssl();
  void* copy = libssl.CRYPTO_malloc(response.size(), __FILE__, __LINE__);
  if (copy == nullptr) return false;
  std::memcpy(copy, response.data(), response.size());
  libssl.SSL_ctrl(ssl, kCtrlSetOcspResponse, static_cast<long>(response.size()), copy);
  return true;
}

int OnStatus(SSL* ssl, void*) {
  const Libssl& libssl = CallbackLibssl();
  const bool server = libssl.SSL_is_server(ssl) == 1;
  const StatusAnswer* answer =
      FirstAnswer(*ConnectionState::Of(libssl, ssl), &Answers::certificate_status);
  if (answer == nullptr) return server ? kTlsextNoAck : 1;
  if (server && !answer->response.empty() && !Staple(ssl, answer->response)) {
    return kTlsextAlertFatal;
  }
  return answer->result;
}

}  // namespace

void InstallVerify(ContextState* context) {
  if (!context->answers.verify.has_value() && context->verification.has_value()) {
    Judge(context, Verification(*context->verification));
    return;
  }
  context->libssl.SSL_CTX_set_cert_verify_callback(
      context->context, context->answers.verify.has_value() ? OnVerify : nullptr, nullptr);
}

void InstallStatus(ContextState* context) {
  const bool wanted = context->answers.certificate_status.has_value();
  context->libssl.SSL_CTX_callback_ctrl(
      context->context, kCtrlStatusCallback,
      wanted ? reinterpret_cast<SSL_callback*>(OnStatus) : nullptr);
}

void InstallCertificate(ContextState* context, ConnectionState* connection) {
  const Libssl& libssl = context->libssl;
  const Answers& answers = connection == nullptr ? context->answers : connection->answers;
  const auto callback = answers.certificate.has_value() ? OnCertificate : nullptr;
  if (connection != nullptr) {
    libssl.SSL_set_cert_cb(connection->ssl, callback, nullptr);
  } else {
    libssl.SSL_CTX_set_cert_cb(context->context, callback, nullptr);
  }
}

}  // namespace libssl_session
