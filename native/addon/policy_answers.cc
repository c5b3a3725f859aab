// core/policy_answers.h, as JavaScript gives the answers: null takes one back.

#include "core/policy_answers.h"

#include "addon/entry.h"
#include "addon/objects.h"
#include "addon/place.h"
#include "addon/rule_rows.h"

namespace libssl_session {
namespace {

// Each rule in seven numbers.
napi_value SetSecurityRules(const Call& call) {
  const auto [context, connection, answers] = At(call);
  answers.security.reset();
  if (!call.IsNull(0)) {
    std::vector<SecurityRule> rules;
    for (RuleRows rows(call.ByteView(0)); !rows.AtEnd();) {
      const std::optional<int> operation = rows.NextOptional();
      const std::optional<int> nid = rows.NextOptional();
      const std::optional<int> below = rows.NextOptional();
      rules.push_back({operation, nid, below, rows.Next()});
    }
    answers.security = std::move(rules);
  }
  InstallSecurity(context, connection);
  return call.Undefined();
}

napi_value GetSecurityRules(const Call& call) {
  const std::vector<SecurityRule>* rules = Given(At(call), &Answers::security);
  if (rules == nullptr) return call.Null();
  RuleWriter rows;
  for (const SecurityRule& rule : *rules) {
    rows.AddOptional(rule.operation);
    rows.AddOptional(rule.nid);
    rows.AddOptional(rule.below);
    rows.Add(rule.result);
  }
  return rows.Value(call);
}

// Each rule in four numbers.
napi_value SetPaddingRules(const Call& call) {
  const auto [context, connection, answers] = At(call);
  answers.padding.reset();
  if (!call.IsNull(0)) {
    std::vector<PaddingRule> rules;
    for (RuleRows rows(call.ByteView(0)); !rows.AtEnd();) {
      const std::optional<int> type = rows.NextOptional();
      const int bytes = rows.Next();
      rules.push_back({type, bytes, rows.Next()});
    }
    answers.padding = std::move(rules);
  }
  InstallPadding(context, connection);
  return call.Undefined();
}

// DER of parameters. The result: whether it is.
napi_value SetDhAnswer(const Call& call) {
  const auto [context, connection, answers] = At(call);
  const Libssl& libssl = call.libssl();
  if (call.IsNull(0)) {
    answers.dh_parameters.reset();
  } else {
    const Decoded<DH> parameters(libssl.d2i_DHparams, libssl.DH_free, call.ByteView(0));
    if (parameters.get() == nullptr) return call.Number(0);
    answers.dh_parameters.emplace(libssl, parameters.get());
  }
  InstallDhParameters(context, connection);
  return call.Number(1);
}

napi_value SetPassphrase(const Call& call) {
  const auto [context, connection, answers] = At(call);
  answers.passphrase.reset();
  if (!call.IsNull(0)) {
    const Bytes passphrase = call.ByteView(0);
    answers.passphrase.emplace(passphrase.data, passphrase.size);
  }
  InstallPassphrase(context, connection);
  return call.Undefined();
}

napi_value GetPassphrase(const Call& call) {
  const Secret* passphrase = Given(At(call), &Answers::passphrase);
  return passphrase == nullptr ? call.Null()
                               : call.NewBuffer(passphrase->data(), passphrase->size());
}

}  // namespace

std::vector<Function> PolicyAnswerFunctions() {
  return {
      {"setSecurityRules", Entry<SetSecurityRules, Errors::kNever>,
       "SSL_CTX_set_security_callback"},
      {"securityRules", Entry<GetSecurityRules, Errors::kNever>, "SSL_CTX_get_security_callback"},
      {"setPaddingRules", Entry<SetPaddingRules, Errors::kNever>,
       "SSL_CTX_set_record_padding_callback"},
      {"setDhAnswer", Entry<SetDhAnswer, Errors::kPossible>, "SSL_CTX_set_tmp_dh_callback"},
      {"setPassphrase", Entry<SetPassphrase, Errors::kNever>, "SSL_CTX_set_default_passwd_cb"},
      {"passphrase", Entry<GetPassphrase, Errors::kNever>, "SSL_CTX_get_default_passwd_cb"},
  };
}

}  // namespace libssl_session
