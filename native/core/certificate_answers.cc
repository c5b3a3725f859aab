#include "core/certificate_answers.h"

#include <cstring>
#include <new>

#include "core/session.h"
#include "core/verify.h"

namespace libssl_session {
namespace {

// ---- The peer's.

void RecordCertificate(ConnectionState& state, X509* certificate, int error, int depth) {
  if (!state.context.Observes(EventKind::kVerify)) return;
  const Libssl& libssl = state.context.libssl;
  if (certificate == nullptr) {
    state.context.Record(EventKind::kVerify, state.id, nullptr, nullptr, 0, error, depth);
    return;
  }
  const Encoding der(libssl, libssl.i2d_X509, certificate);
  state.context.Record(EventKind::kVerify, state.id, nullptr, der.data(), der.size(), error, depth);
}

int OnVerify(int ok, X509_STORE_CTX* store) {
  return JudgeCertificate(ConnectionOf(store), ok, store);
}

// The certificates that the peer has sent, one behind the other.
void RecordChain(ConnectionState& state, X509_STORE_CTX* store) {
  if (!state.context.Observes(EventKind::kChain)) return;
  const Libssl& libssl = state.context.libssl;
  const auto* chain =
      reinterpret_cast<const OPENSSL_STACK*>(libssl.X509_STORE_CTX_get0_untrusted(store));
  try {
    std::vector<uint8_t> all;
    for (int i = 0; i < libssl.OPENSSL_sk_num(chain); ++i) {
      const Encoding der(libssl, libssl.i2d_X509,
                         static_cast<X509*>(libssl.OPENSSL_sk_value(chain, i)));
      all.insert(all.end(), der.data(), der.data() + der.size());
    }
    state.Record(EventKind::kChain, nullptr, all.data(), all.size(), 0);
  } catch (const std::bad_alloc&) {
  }
}

int OnVerifyChain(X509_STORE_CTX* store, void*) {
  ConnectionState& state = ConnectionOf(store);
  RecordChain(state, store);
  const int* answer = FirstAnswer(state, &Answers::verify);
  const int error = answer == nullptr ? kVerifyUnspecified : *answer;
  state.context.libssl.X509_STORE_CTX_set_error(store, error);
  return error == kVerifyOk ? 1 : 0;
}

// ---- This side's.

int OnCertificate(SSL* ssl, void*) {
  ConnectionState& state = *ConnectionState::Of(CallbackLibssl(), ssl);
  if (state.context.Observes(EventKind::kCertificate)) {
    state.Record(EventKind::kCertificate, nullptr, nullptr, 0, 0);
  }
  const int* answer = FirstAnswer(state, &Answers::certificate);
  return answer == nullptr ? 1 : *answer;
}

// Whether the server names its issuer, or names none.
bool IsWanted(const Libssl& libssl, const stack_st_X509_NAME* names, X509* certificate) {
  const auto* stack = reinterpret_cast<const OPENSSL_STACK*>(names);
  const int count = names == nullptr ? 0 : libssl.OPENSSL_sk_num(stack);
  const X509_NAME* issuer = libssl.X509_get_issuer_name(certificate);
  for (int i = 0; i < count; ++i) {
    const auto* name = static_cast<X509_NAME*>(libssl.OPENSSL_sk_value(stack, i));
    if (libssl.X509_NAME_cmp(issuer, name) == 0) return true;
  }
  return count <= 0;
}

int OnClientCertificate(SSL* ssl, X509** certificate, EVP_PKEY** key) {
  const Libssl& libssl = CallbackLibssl();
  ConnectionState& state = *ConnectionState::Of(libssl, ssl);
  if (state.context.Observes(EventKind::kClientCertificate)) {
    state.Record(EventKind::kClientCertificate, nullptr, nullptr, 0, 0);
  }
  const ClientCertificates* answer = FirstAnswer(state, &Answers::client_certificates);
  if (answer == nullptr) return 0;
  const stack_st_X509_NAME* names = libssl.SSL_get_client_CA_list(ssl);
  for (const auto& [own, own_key] : answer->all) {
    if (!IsWanted(libssl, names, own.get())) continue;
    libssl.X509_up_ref(own.get());
    libssl.EVP_PKEY_up_ref(own_key.get());
    *certificate = own.get();
    *key = own_key.get();
    return 1;
  }
  return answer->otherwise;
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

ConnectionState& ConnectionOf(X509_STORE_CTX* store) {
  const Libssl& libssl = CallbackLibssl();
  void* ssl = libssl.X509_STORE_CTX_get_ex_data(store, libssl.SSL_get_ex_data_X509_STORE_CTX_idx());
  return *ConnectionState::Of(libssl, static_cast<SSL*>(ssl));
}

int JudgeCertificate(ConnectionState& state, int ok, X509_STORE_CTX* store) {
  const Libssl& libssl = state.context.libssl;
  // What libssl has ignored before is still there.
  const int error = ok == 1 ? kVerifyOk : libssl.X509_STORE_CTX_get_error(store);
  const int depth = libssl.X509_STORE_CTX_get_error_depth(store);
  RecordCertificate(state, libssl.X509_STORE_CTX_get_current_cert(store), error, depth);
  const std::vector<VerifyRule>* rules = FirstAnswer(state, &Answers::verify_rules);
  if (rules == nullptr) return ok;
  for (const VerifyRule& rule : *rules) {
    if (rule.error.value_or(error) != error || rule.depth.value_or(depth) != depth) continue;
    if (rule.as.has_value()) libssl.X509_STORE_CTX_set_error(store, *rule.as);
    return rule.result;
  }
  return ok;
}

void SetVerify(ContextState* context, ConnectionState* connection, int mode) {
  const Libssl& libssl = context->libssl;
  const bool wanted = AnswersOf(context, connection).verify_rules.has_value();
  const auto callback = wanted ? OnVerify : nullptr;
  if (connection != nullptr) {
    libssl.SSL_set_verify(connection->ssl, mode, callback);
  } else {
    libssl.SSL_CTX_set_verify(context->context, mode, callback);
  }
}

void InstallVerify(ContextState* context) {
  if (!context->answers.verify.has_value() && context->verification.has_value()) {
    Judge(context, Verification(*context->verification));
    return;
  }
  context->libssl.SSL_CTX_set_cert_verify_callback(
      context->context, context->answers.verify.has_value() ? OnVerifyChain : nullptr, nullptr);
}

void InstallStatus(ContextState* context) {
  const bool wanted = context->answers.certificate_status.has_value();
  context->libssl.SSL_CTX_callback_ctrl(
      context->context, kCtrlStatusCallback,
      wanted ? reinterpret_cast<SSL_callback*>(OnStatus) : nullptr);
}

void InstallClientCertificate(ContextState* context) {
  const bool wanted = context->answers.client_certificates.has_value();
  context->libssl.SSL_CTX_set_client_cert_cb(context->context,
                                             wanted ? OnClientCertificate : nullptr);
}

void InstallCertificate(ContextState* context, ConnectionState* connection) {
  const bool wanted = AnswersOf(context, connection).certificate.has_value();
  SetCallback<&Libssl::SSL_set_cert_cb, &Libssl::SSL_CTX_set_cert_cb>(
      context, connection, wanted ? OnCertificate : nullptr, nullptr);
}

}  // namespace libssl_session
