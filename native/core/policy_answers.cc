#include "core/policy_answers.h"

#include <algorithm>
#include <atomic>

namespace libssl_session {
namespace {

// ---- Security.

// libssl's own, which answers where no rule does. All contexts begin with it.
std::atomic<SSL_security_cb*> own_security{nullptr};

// The rules of a connection, or of what has none yet, its context; nullptr without any.
const std::vector<SecurityRule>* SecurityRules(const SSL* ssl, const SSL_CTX* context) {
  const Libssl& libssl = CallbackLibssl();
  const ConnectionState* state = ssl == nullptr ? nullptr : ConnectionState::Of(libssl, ssl);
  if (state != nullptr) return FirstAnswer(*state, &Answers::security);
  const ContextState* its =
      ContextState::Of(libssl, ssl == nullptr ? context : libssl.SSL_get_SSL_CTX(ssl));
  return its != nullptr && its->answers.security.has_value() ? &*its->answers.security : nullptr;
}

int OnSecurity(const SSL* ssl, const SSL_CTX* context, int operation, int bits, int nid,
               void* other, void* argument) {
  const std::vector<SecurityRule>* rules = SecurityRules(ssl, context);
  if (rules != nullptr) {
    for (const SecurityRule& rule : *rules) {
      const bool fits = rule.operation.value_or(operation) == operation &&
                        rule.nid.value_or(nid) == nid &&
                        (!rule.below.has_value() || bits < *rule.below);
      if (fits) return rule.result;
    }
  }
  return own_security.load()(ssl, context, operation, bits, nid, other, argument);
}

// ---- Padding.

size_t OnPadding(SSL* ssl, int type, size_t size, void*) {
  const ConnectionState& state = *ConnectionState::Of(CallbackLibssl(), ssl);
  const std::vector<PaddingRule>* rules = FirstAnswer(state, &Answers::padding);
  if (rules == nullptr) return 0;
  for (const PaddingRule& rule : *rules) {
    if (rule.type.value_or(type) != type) continue;
    const size_t multiple = static_cast<size_t>(rule.multiple);
    const size_t rest = multiple == 0 ? 0 : size % multiple;
    // libssl takes no more than a record has room for.
    return static_cast<size_t>(rule.bytes) + (rest == 0 ? 0 : multiple - rest);
  }
  return 0;
}

// ---- Credentials.

DH* OnDhParameters(SSL* ssl, int, int) {
  const ConnectionState& state = *ConnectionState::Of(CallbackLibssl(), ssl);
  const DhReference* parameters = FirstAnswer(state, &Answers::dh_parameters);
  return parameters == nullptr ? nullptr : parameters->get();
}

int OnPassphrase(char* buffer, int size, int, void* answers) {
  const std::optional<Secret>& passphrase = static_cast<Answers*>(answers)->passphrase;
  if (!passphrase.has_value() || passphrase->size() > static_cast<size_t>(size)) return -1;
  std::copy_n(passphrase->data(), passphrase->size(), buffer);
  return static_cast<int>(passphrase->size());
}

}  // namespace

void InstallSecurity(ContextState* context, ConnectionState* connection) {
  const Libssl& libssl = context->libssl;
  SSL_security_cb* before = connection == nullptr
                                ? libssl.SSL_CTX_get_security_callback(context->context)
                                : libssl.SSL_get_security_callback(connection->ssl);
  if (before != OnSecurity) own_security = before;
  const bool wanted = AnswersOf(context, connection).security.has_value();
  SetCallback<&Libssl::SSL_set_security_callback, &Libssl::SSL_CTX_set_security_callback>(
      context, connection, wanted ? OnSecurity : own_security.load());
}

void InstallPadding(ContextState* context, ConnectionState* connection) {
  const bool wanted = AnswersOf(context, connection).padding.has_value();
  SetCallback<&Libssl::SSL_set_record_padding_callback,
              &Libssl::SSL_CTX_set_record_padding_callback>(context, connection,
                                                            wanted ? OnPadding : nullptr);
}

void InstallDhParameters(ContextState* context, ConnectionState* connection) {
  const bool wanted = AnswersOf(context, connection).dh_parameters.has_value();
  SetCallback<&Libssl::SSL_set_tmp_dh_callback, &Libssl::SSL_CTX_set_tmp_dh_callback>(
      context, connection, wanted ? OnDhParameters : nullptr);
}

// Never libssl's own, which asks on the terminal. A connection that was made before has the answers
// of its context, which lives as long.
void InstallPassphrase(ContextState* context, ConnectionState* connection) {
  const Libssl& libssl = context->libssl;
  if (connection != nullptr) {
    libssl.SSL_set_default_passwd_cb(connection->ssl, OnPassphrase);
    libssl.SSL_set_default_passwd_cb_userdata(connection->ssl, &connection->answers);
  } else {
    libssl.SSL_CTX_set_default_passwd_cb(context->context, OnPassphrase);
    libssl.SSL_CTX_set_default_passwd_cb_userdata(context->context, &context->answers);
  }
}

}  // namespace libssl_session
