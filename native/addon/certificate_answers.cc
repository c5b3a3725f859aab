// core/certificate_answers.h, as JavaScript gives the answers: null takes one back.

#include "core/certificate_answers.h"

#include "addon/entry.h"
#include "addon/objects.h"
#include "addon/place.h"
#include "addon/rule_rows.h"

namespace libssl_session {
namespace {

// setVerify(mode, rules): each rule in seven numbers.
napi_value SetVerifyRules(const Call& call) {
  const auto [context, connection, answers] = At(call);
  if (!call.IsNull(1)) {
    std::vector<VerifyRule> rules;
    for (RuleRows rows(call.ByteView(1)); !rows.AtEnd();) {
      const std::optional<int> error = rows.NextOptional();
      const std::optional<int> depth = rows.NextOptional();
      const int result = rows.Next();
      rules.push_back({error, depth, result, rows.NextOptional()});
    }
    answers.verify_rules = std::move(rules);
  } else if (connection == nullptr) {
    answers.verify_rules.reset();  // as C: only of a context does NULL take the callback away
  }
  SetVerify(context, connection, call.Int(0));
  if (connection != nullptr) connection->own.verify_mode = true;
  return call.Undefined();
}

// As setVerify takes them; null where there are none. A connection has those of its context.
napi_value GetVerifyRules(const Call& call) {
  const std::vector<VerifyRule>* rules = Given(At(call), &Answers::verify_rules);
  if (rules == nullptr) return call.Null();
  RuleWriter rows;
  for (const VerifyRule& rule : *rules) {
    rows.AddOptional(rule.error);
    rows.AddOptional(rule.depth);
    rows.Add(rule.result);
    rows.AddOptional(rule.as);
  }
  return rows.Value(call);
}

napi_value SetVerifyAnswer(const Call& call) {
  const Place place = At(call);
  place.answers.verify.reset();
  if (!call.IsNull(0)) place.answers.verify = call.Int(0);
  InstallVerify(place.context);
  return call.Undefined();
}

// The callback's result, and a server's response.
napi_value SetStatusAnswer(const Call& call) {
  auto* state = ContextState::Of(call.libssl(), call.Object<SSL_CTX>(0));
  state->answers.certificate_status.reset();
  if (!call.IsNull(0)) state->answers.certificate_status = {call.Int(0), Text(call.ByteView(1))};
  InstallStatus(state);
  return call.Undefined();
}

// What setStatusAnswer was given; null where that was null.
napi_value GetStatusAnswer(const Call& call) {
  const auto* state = ContextState::Of(call.libssl(), call.Object<SSL_CTX>(0));
  const std::optional<StatusAnswer>& answer = state->answers.certificate_status;
  if (!answer.has_value()) return call.Null();
  call.environment().registers[0] = answer->result;
  return call.NewBuffer(answer->response.data(), answer->response.size());
}

napi_value SetCertificateAnswer(const Call& call) {
  const auto [context, connection, answers] = At(call);
  answers.certificate.reset();
  if (!call.IsNull(0)) answers.certificate = call.Int(0);
  InstallCertificate(context, connection);
  return call.Undefined();
}

// Without certificates yet; null takes all back.
napi_value SetClientCertificates(const Call& call) {
  auto* state = ContextState::Of(call.libssl(), call.Object<SSL_CTX>(0));
  state->answers.client_certificates.reset();
  if (!call.IsNull(0)) state->answers.client_certificates = {call.Int(0), {}};
  InstallClientCertificate(state);
  return call.Undefined();
}

// One more, behind the others: DER of the certificate and of its key. The result: whether both are.
napi_value AddClientCertificate(const Call& call) {
  const Libssl& libssl = call.libssl();
  auto* state = ContextState::Of(libssl, call.Object<SSL_CTX>(0));
  const Decoded<X509> certificate = CertificateOf(call, call.ByteView(0));
  const Decoded<EVP_PKEY> key(libssl.d2i_AutoPrivateKey, libssl.EVP_PKEY_free, call.ByteView(1));
  const bool decoded = certificate.get() != nullptr && key.get() != nullptr;
  if (decoded && state->answers.client_certificates.has_value()) {
    state->answers.client_certificates->all.emplace_back(
        CertificateReference(libssl, certificate.get()), KeyReference(libssl, key.get()));
  }
  return call.Number(decoded);
}

// What setClientCertificates was given, in register 0, and DER of each certificate; null where that
// was null.
napi_value GetClientCertificates(const Call& call) {
  const auto* state = ContextState::Of(call.libssl(), call.Object<SSL_CTX>(0));
  const std::optional<ClientCertificates>& answer = state->answers.client_certificates;
  if (!answer.has_value()) return call.Null();
  std::vector<napi_value> values;
  for (const auto& [certificate, key] : answer->all) {
    values.push_back(ToValue(call, certificate.get()));
    values.push_back(ToValue(call, key.get()));
  }
  call.environment().registers[0] = answer->otherwise;
  return call.NewArray(values);
}

}  // namespace

std::vector<Function> CertificateAnswerFunctions() {
  return {
      {"setVerify", Entry<SetVerifyRules, Errors::kNever>, "SSL_CTX_set_verify"},
      {"verifyRules", Entry<GetVerifyRules, Errors::kNever>, "SSL_CTX_get_verify_callback"},
      {"setVerifyAnswer", Entry<SetVerifyAnswer, Errors::kNever>,
       "SSL_CTX_set_cert_verify_callback"},
      {"setStatusAnswer", Entry<SetStatusAnswer, Errors::kNever>, "SSL_CTX_set_tlsext_status_cb"},
      {"SSL_CTX_get_tlsext_status_cb", Entry<GetStatusAnswer, Errors::kNever>},
      {"setCertificateAnswer", Entry<SetCertificateAnswer, Errors::kNever>, "SSL_CTX_set_cert_cb"},
      {"setClientCertificates", Entry<SetClientCertificates, Errors::kNever>,
       "SSL_CTX_set_client_cert_cb"},
      {"addClientCertificate", Entry<AddClientCertificate, Errors::kPossible>,
       "SSL_CTX_set_client_cert_cb"},
      {"SSL_CTX_get_client_cert_cb", Entry<GetClientCertificates, Errors::kPossible>},
  };
}

}  // namespace libssl_session
