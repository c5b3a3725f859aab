#include "core/configuration.h"

#include <algorithm>
#include <cctype>
#include <mutex>

#include "core/rules.h"

namespace libssl_session {
namespace {

constexpr size_t kMaxTickets = 255;

// Some commands read PEM files, for whose passphrases libcrypto would ask on the terminal.
void AskNobody(const Libssl& libssl) {
  static std::once_flag once;
  std::call_once(once, [&] {
    UI_METHOD* method = libssl.UI_create_method("nobody");
    if (method == nullptr) return;
    libssl.UI_method_set_opener(method, [](UI*) { return 0; });
    libssl.UI_set_default_method(method);
  });
}

// What 1.0.2 had for the choice that is automatic now. libssl ignores it.
bool IsAutomatic(std::string value) {
  std::transform(value.begin(), value.end(), value.begin(), ::tolower);
  return value == "auto" || value == "automatic" || value == "+automatic";
}

// libssl has no way to ask for these later (context.h, connection.h).
void Remember(const Configured& configured, const std::string& name, const char* value) {
  if (name == "groups" || name == "curves" || name == "ecdhparameters" || name == "named_curve") {
    if ((name == "ecdhparameters" || name == "named_curve") && IsAutomatic(value)) return;
    if (configured.context != nullptr) configured.context->groups = value;
    if (configured.connection != nullptr) configured.connection->own.groups = true;
  }
  if (configured.connection == nullptr) return;
  ConnectionState::Own& own = configured.connection->own;
  if (name == "minprotocol" || name == "min_protocol") own.min_version = true;
  if (name == "maxprotocol" || name == "max_protocol") own.max_version = true;
  if (name == "verifymode") own.verify_mode = true;
  if (name == "numtickets" || name == "num_tickets") own.num_tickets = true;
}

}  // namespace

Configuration::Configuration(const Libssl& libssl)
    : libssl_(libssl), conf_(libssl.SSL_CONF_CTX_new()) {
  AskNobody(libssl);
}

int Configuration::SetPrefix(const std::optional<std::string>& prefix) {
  const int result =
      libssl_.SSL_CONF_CTX_set1_prefix(conf_, prefix.has_value() ? prefix->c_str() : nullptr);
  if (result == 1) prefix_ = prefix;
  return result;
}

void Configuration::Bind(const Configured& configured) {
  configured_ = configured;
  if (configured.context != nullptr) {
    libssl_.SSL_CONF_CTX_set_ssl_ctx(conf_, configured.context->context);
  } else {
    libssl_.SSL_CONF_CTX_set_ssl(
        conf_, configured.connection == nullptr ? nullptr : configured.connection->ssl);
  }
}

Rule Configuration::CommandRule(const std::string& command) const {
  const int type = libssl_.SSL_CONF_cmd_value_type(conf_, command.c_str());
  return type == kConfTypeFile || type == kConfTypeDir ? FinishRule() : Rule::kNone;
}

Rule Configuration::FinishRule() const {
  const ConnectionState* connection = configured_.connection;
  return connection == nullptr ? Rule::kNone : CredentialRule(*connection);
}

size_t Configuration::Tickets() const {
  if (configured_.context != nullptr) {
    return libssl_.SSL_CTX_get_num_tickets(configured_.context->context);
  }
  const ConnectionState* connection = configured_.connection;
  return connection == nullptr ? 0 : libssl_.SSL_get_num_tickets(connection->ssl);
}

std::string Configuration::NameOf(const std::string& command) const {
  const bool dash = (libssl_.SSL_CONF_CTX_set_flags(conf_, 0) & kConfFlagCmdline) != 0;
  const size_t begin = prefix_.has_value() ? prefix_->size() : (dash ? 1 : 0);
  std::string name = command.substr(std::min(begin, command.size()));
  std::transform(name.begin(), name.end(), name.begin(), ::tolower);
  return name;
}

int Configuration::Done(const std::string& command, const char* value, size_t tickets, int result) {
  if (result != 2 || value == nullptr) return result;
  if (Tickets() > kMaxTickets) {
    if (configured_.context != nullptr) {
      libssl_.SSL_CTX_set_num_tickets(configured_.context->context, tickets);
    } else {
      libssl_.SSL_set_num_tickets(configured_.connection->ssl, tickets);
    }
    return 0;
  }
  Remember(configured_, NameOf(command), value);
  return result;
}

int Configuration::Run(const std::string& command, const char* value) {
  const size_t tickets = Tickets();
  return Done(command, value, tickets, libssl_.SSL_CONF_cmd(conf_, command.c_str(), value));
}

int Configuration::RunArguments(char* argument, char* next) {
  char* arguments[] = {argument, next, nullptr};
  char** at = arguments;
  int left = argument == nullptr ? 0 : next == nullptr ? 1 : 2;
  const size_t tickets = Tickets();
  const int result = libssl_.SSL_CONF_cmd_argv(conf_, &left, &at);
  if (argument == nullptr) return result;
  // As libssl gives it for a value that is wrong.
  return Done(argument, next, tickets, result) == 0 && result == 2 ? -1 : result;
}

}  // namespace libssl_session
