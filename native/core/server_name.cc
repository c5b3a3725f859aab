#include "core/server_name.h"

#include <new>

#include "core/datagrams.h"
#include "core/messages.h"
#include "core/verify.h"

namespace libssl_session {
namespace {

// libssl's groups if no list was given (tls1_get_supported_groups).
constexpr const char* kDefaultGroups = "X25519:P-256:X448:P-521:P-384";

std::string LowerCase(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

using Names = std::map<std::string, SSL_CTX*>;

// The entry for this name, or else the entry with `*` in place of its first label.
Names::const_iterator FindName(const Names& names, const std::string& name) {
  const auto found = names.find(name);
  const size_t dot = name.find('.');
  if (found != names.end() || dot == std::string::npos) return found;
  return names.find("*" + name.substr(dot));
}

// The options that a context gives to this connection. The keys of tickets and cookies are those of
// the first context. So there are no tickets if the first context has none, and the first context
// alone decides whether the server asks for a cookie.
unsigned long OptionsOf(const ConnectionState& state, const ContextState& context) {
  const Libssl& libssl = context.libssl;
  const unsigned long first = libssl.SSL_CTX_get_options(state.context.context);
  return (libssl.SSL_CTX_get_options(context.context) & ~kOpCookieExchange) |
         (first & (kOpNoTicket | kOpCookieExchange));
}

void CarryOptions(const ConnectionState& state, const ContextState& from, const ContextState& to) {
  const Libssl& libssl = to.libssl;
  const unsigned long now = libssl.SSL_get_options(state.ssl);
  const unsigned long own = now ^ OptionsOf(state, from);
  const unsigned long wanted = OptionsOf(state, to) ^ own;
  libssl.SSL_clear_options(state.ssl, now & ~wanted);
  libssl.SSL_set_options(state.ssl, wanted);
}

// The settings that SSL_new copies, and that are one number each.
void CarryValues(const ConnectionState& state, const ContextState& to) {
  const Libssl& libssl = to.libssl;
  const ConnectionState::Own& own = state.own;
  SSL* const ssl = state.ssl;
  if (!own.verify_mode) {
    libssl.SSL_set_verify(ssl, libssl.SSL_CTX_get_verify_mode(to.context), nullptr);
  }
  const auto carry_control = [&](int get, int set) {
    libssl.SSL_ctrl(ssl, set, libssl.SSL_CTX_ctrl(to.context, get, 0, nullptr), nullptr);
  };
  if (!own.min_version) carry_control(kCtrlGetMinProtoVersion, kCtrlSetMinProtoVersion);
  if (!own.max_version) carry_control(kCtrlGetMaxProtoVersion, kCtrlSetMaxProtoVersion);
  if (!own.num_tickets) {
    libssl.SSL_set_num_tickets(ssl, libssl.SSL_CTX_get_num_tickets(to.context));
  }
  // recv_max_early_data stays as it is: tickets that clients still have may allow more.
  if (!own.max_early_data) {
    libssl.SSL_set_max_early_data(ssl, libssl.SSL_CTX_get_max_early_data(to.context));
  }
}

void CarryGroups(const ConnectionState& state, const ContextState& from, const ContextState& to) {
  if (state.own.groups || from.groups == to.groups) return;
  std::string groups = to.groups.empty() ? kDefaultGroups : to.groups;
  to.libssl.SSL_ctrl(state.ssl, kCtrlSetGroupsList, 0, groups.data());
}

// Binds sessions to one server name, because under another name the client would see another
// certificate, and may have to show another. A context of the C-named functions does this only if
// it asks for the client's certificate.
void CarryIdContext(const ConnectionState& state, const ContextState& to, const std::string& name) {
  if (state.own.id_context) return;
  const Libssl& libssl = to.libssl;
  const bool asks = (libssl.SSL_CTX_get_verify_mode(to.context) & kVerifyPeer) != 0;
  std::string context = to.id_context;
  if (!name.empty() && (asks || to.verification.has_value())) {
    unsigned char digest[kSha256Size];
    context.append(1, '\0').append(name);
    libssl.SHA256(reinterpret_cast<const unsigned char*>(context.data()), context.size(), digest);
    context.assign(reinterpret_cast<const char*>(digest), sizeof digest);
  }
  libssl.SSL_set_session_id_context(state.ssl,
                                    reinterpret_cast<const unsigned char*>(context.data()),
                                    static_cast<unsigned int>(context.size()));
}

// Callbacks that libssl looks for in the current context, while the answers may be those of the
// connection or its first context.
void CarryFirst(const ConnectionState& state, ContextState* to) {
  if (!state.answers.alpn.empty() || !state.context.answers.alpn.empty()) InstallAlpn(to);
  if (state.context.Observes(EventKind::kKeylog)) InstallKeylog(to);
  CarryCookies(state.context, to);
}

// The callbacks that answer from the context's Answers. SSL_new copies them to the connection,
// except those for tickets, which libssl looks for in the first context.
void CarryAnswers(ConnectionState* state, ContextState* to) {
  const Answers& answers = to->answers;
  if (!answers.psk_find.empty()) InstallPskFind(to, state);
  if (!answers.psk_server.empty()) InstallPskServer(to, state);
  if (answers.allow_early_data.has_value()) InstallAllowEarlyData(to, state);
  if (answers.ticket_app_data.has_value() || !answers.ticket_rules.empty()) {
    InstallTicketAppData(&state->context);
  }
}

bool Switch(ConnectionState* state, const ContextState& from, ContextState* to,
            const std::string& name) {
  const Libssl& libssl = to->libssl;
  SSL* const ssl = state->ssl;
  // If nobody else has a reference, SSL_set_SSL_CTX frees the previous context.
  const ContextReference before(libssl, from.context);
  if (libssl.SSL_set_SSL_CTX(ssl, to->context) == nullptr) return false;
  CarryValues(*state, *to);
  CarryOptions(*state, from, *to);
  CarryGroups(*state, from, *to);
  CarryIdContext(*state, *to, name);
  CarryAnswers(state, to);
  CarryFirst(*state, to);
  InstallMessages(*state);
  return true;
}

int OnServerName(SSL* ssl, int* alert, void*) {
  const Libssl& libssl = CallbackLibssl();
  if (libssl.SSL_is_server(ssl) != 1) return kTlsextNoAck;
  ConnectionState* state = ConnectionState::Of(libssl, ssl);
  if (!TakesResumption(state, alert)) return kTlsextAlertFatal;
  const bool answers = (!state->context.server_names.empty() || state->chosen.has_value()) &&
                       libssl.SSL_get_servername(ssl, kNameTypeHostName) != nullptr;
  return answers ? kTlsextOk : kTlsextNoAck;
}

}  // namespace

bool SwitchContext(ConnectionState* state) {
  const Libssl& libssl = state->context.libssl;
  SSL_CTX* const now = libssl.SSL_get_SSL_CTX(state->ssl);
  const Names& names = state->context.server_names;
  if (names.empty() && !state->chosen.has_value() && now == state->context.context) return true;
  try {
    const std::string asked = LowerCase(state->servername.value_or(std::string()));
    SSL_CTX* next = state->context.context;
    std::string name;  // what the sessions of this handshake are bound to
    if (state->chosen.has_value()) {
      next = state->chosen->get();
      name = asked;
    } else if (const auto found = FindName(names, asked); found != names.end()) {
      next = found->second;
      name = found->first;
    }
    if (next == now) return true;
    return Switch(state, *ContextState::Of(libssl, now), ContextState::Of(libssl, next),
                  next == state->context.context ? std::string() : name);
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void SwitchBack(ConnectionState* state) {
  const Libssl& libssl = state->context.libssl;
  SSL_CTX* const now = libssl.SSL_get_SSL_CTX(state->ssl);
  if (now == state->context.context) return;
  Switch(state, *ContextState::Of(libssl, now), &state->context, std::string());
}

void InstallServerNames(ContextState* state) {
  // Not always: if this callback is set, libssl assumes that there is a certificate for TLS 1.3
  // without checking.
  const int mode = state->libssl.SSL_CTX_get_verify_mode(state->context);
  const bool judges = state->verification.has_value() && (mode & kVerifyPeer) != 0;
  const bool wanted = judges || !state->server_names.empty();
  state->libssl.SSL_CTX_callback_ctrl(
      state->context, kCtrlServernameCallback,
      wanted ? reinterpret_cast<SSL_callback*>(OnServerName) : nullptr);
}

}  // namespace libssl_session
