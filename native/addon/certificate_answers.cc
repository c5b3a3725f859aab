// core/certificate_answers.h, as JavaScript gives the answers: null takes one back.

#include "core/certificate_answers.h"

#include "addon/entry.h"

namespace libssl_session {
namespace {

napi_value SetVerifyAnswer(const Call& call) {
  auto* state = ContextState::Of(call.libssl(), call.Object<SSL_CTX>(0));
  state->answers.verify.reset();
  if (!call.IsNull(0)) state->answers.verify = call.Int(0);
  InstallVerify(state);
  return call.Undefined();
}

// The callback's result, and a server's response.
napi_value SetStatusAnswer(const Call& call) {
  auto* state = ContextState::Of(call.libssl(), call.Object<SSL_CTX>(0));
  state->answers.certificate_status.reset();
  if (!call.IsNull(0)) {
    const Bytes response = call.ByteView(1);
    state->answers.certificate_status = {
        call.Int(0), std::string(reinterpret_cast<const char*>(response.data), response.size)};
  }
  InstallStatus(state);
  return call.Undefined();
}

// Of a context or a connection, whichever the handle is.
napi_value SetCertificateAnswer(const Call& call) {
  ConnectionState* connection = nullptr;
  if (call.Find<SSL>(0) != nullptr) {
    connection = ConnectionState::Of(call.libssl(), call.Object<SSL>(0));
  }
  ContextState* context = connection == nullptr
                              ? ContextState::Of(call.libssl(), call.Object<SSL_CTX>(0))
                              : &connection->context;
  Answers& answers = connection == nullptr ? context->answers : connection->answers;
  answers.certificate.reset();
  if (!call.IsNull(0)) answers.certificate = call.Bool(0);
  InstallCertificate(context, connection);
  return call.Undefined();
}

}  // namespace

std::vector<Function> CertificateAnswerFunctions() {
  return {
      {"setVerifyAnswer", Entry<SetVerifyAnswer, Errors::kNever>,
       "SSL_CTX_set_cert_verify_callback"},
      {"setStatusAnswer", Entry<SetStatusAnswer, Errors::kNever>, "SSL_CTX_set_tlsext_status_cb"},
      {"setCertificateAnswer", Entry<SetCertificateAnswer, Errors::kNever>, "SSL_CTX_set_cert_cb"},
  };
}

}  // namespace libssl_session
