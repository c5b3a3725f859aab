#include "core/rules.h"

#include <cstring>
#include <ctime>
#include <set>
#include <vector>

#include "core/fragments.h"
#include "core/session.h"

namespace libssl_session {
namespace {

bool HasId(const Libssl& libssl, const SSL_SESSION* session) {
  unsigned int size = 0;
  libssl.SSL_SESSION_get_id(session, &size);
  return size > 0;
}

bool HasKey(const Libssl& libssl, const SSL_SESSION* session) {
  return libssl.SSL_SESSION_get_master_key(session, nullptr, 0) > 0;
}

bool HasTls13Cipher(const Libssl& libssl, const SSL_SESSION* session) {
  const SSL_CIPHER* cipher = libssl.SSL_SESSION_get0_cipher(session);
  return cipher != nullptr && IsTls13Cipher(libssl, cipher);
}

bool IsTls13(const Libssl& libssl, const SSL_SESSION* session) {
  return libssl.SSL_SESSION_get_protocol_version(session) == kTls13;
}

bool TicketIsOffered(const Libssl& libssl, const SSL_SESSION* session) {
  const time_t now = std::time(nullptr);  // the next second may begin before libssl looks
  return libssl.SSL_SESSION_has_ticket(session) == 1 && TicketIsYoung(libssl, session, now) &&
         TicketIsYoung(libssl, session, now + 1);
}

long Control(const ConnectionState& state, int command) {
  return state.context.libssl.SSL_ctrl(state.ssl, command, 0, nullptr);
}

// Whether the ClientHello will have a suite that `wanted` accepts. This asks libssl, because
// security levels exclude suites, and so does an option: without TLS 1.2, but with TLS 1.1, libssl
// does not offer TLS 1.3 either.
template <typename Wanted>
bool Offers(const ConnectionState& state, Wanted wanted) {
  const Libssl& libssl = state.context.libssl;
  auto* ciphers = reinterpret_cast<OPENSSL_STACK*>(libssl.SSL_get1_supported_ciphers(state.ssl));
  bool found = false;
  const int count = ciphers == nullptr ? 0 : libssl.OPENSSL_sk_num(ciphers);
  for (int i = 0; i < count && !found; ++i) {
    found = wanted(static_cast<SSL_CIPHER*>(libssl.OPENSSL_sk_value(ciphers, i)));
  }
  libssl.OPENSSL_sk_free(ciphers);
  return found;
}

bool OffersTls13(const ConnectionState& state) {
  const auto is_tls13 = [&](const SSL_CIPHER* cipher) {
    return IsTls13Cipher(state.context.libssl, cipher);
  };
  return Offers(state, is_tls13);
}

bool In(const ConnectionState& state, const char* handshake_state) {
  return std::strcmp(state.context.libssl.SSL_state_string(state.ssl), handshake_state) == 0;
}

// A client sends its first early data with the ClientHello. `session` is what encrypts that data:
// the session or the PSK; nullptr if a rule forbids it, or if libssl refuses it itself.
struct FirstEarlyData {
  Rule rule;
  const SSL_SESSION* session;
};

// libssl itself also sends early data if the ClientHello has no PSK, or has one that libssl does
// not take the keys from.
FirstEarlyData FirstEarlyDataOf(const ConnectionState& state) {
  constexpr FirstEarlyData kRefused = {Rule::kEarlyDataWithoutPsk, nullptr};
  const Libssl& libssl = state.context.libssl;
  const SSL_SESSION* session = libssl.SSL_get_session(state.ssl);
  const bool allows = session != nullptr && libssl.SSL_SESSION_get_max_early_data(session) > 0;
  if (!allows && !state.asks_for_psk) return {Rule::kNone, nullptr};  // libssl refuses itself
  const auto* answer = state.asks_for_psk ? FirstAnswer(state, &Answers::psk_use) : nullptr;
  const SSL_SESSION* psk = answer == nullptr ? nullptr : answer->second.get();
  if (!OffersTls13(state)) return kRefused;
  if (psk != nullptr && PskRule(libssl, psk) != Rule::kNone) psk = nullptr;
  // The handshake fails then, before anything is sent.
  if (psk != nullptr && !IsTls13(libssl, psk)) return {Rule::kNone, nullptr};
  if (session != nullptr && libssl.SSL_SESSION_is_resumable(session) == 1) {
    if (!IsTls13(libssl, session)) {
      // libssl offers it instead of a PSK, unless its version is disabled.
      const long lowest = Control(state, kCtrlGetMinProtoVersion);
      if (allows || lowest < kTls13) return kRefused;
    } else if (allows) {
      const bool offered = TicketIsOffered(libssl, session) && HasTls13Cipher(libssl, session) &&
                           HasKey(libssl, session);
      return offered ? FirstEarlyData{Rule::kNone, session} : kRefused;
    }
  }
  const bool psk_allows = psk != nullptr && libssl.SSL_SESSION_get_max_early_data(psk) > 0;
  return psk_allows ? FirstEarlyData{Rule::kNone, psk} : kRefused;
}

// Whether the protocol is in the list, where each protocol follows its length.
bool IsOneOf(const std::string& protocols, const std::string& protocol) {
  size_t at = 0;
  while (at < protocols.size()) {
    const auto size = static_cast<unsigned char>(protocols[at]);
    if (protocols.compare(at + 1, size, protocol) == 0) return true;
    at += 1 + size;
  }
  return false;
}

// Whether server names lead from `from` to `to`.
bool Reaches(const Libssl& libssl, const SSL_CTX* from, const SSL_CTX* to) {
  std::set<const SSL_CTX*> seen = {from};
  for (std::vector<const SSL_CTX*> left = {from}; !left.empty();) {
    const SSL_CTX* context = left.back();
    left.pop_back();
    if (context == to) return true;
    for (const auto& [name, next] : ContextState::Of(libssl, context)->server_names) {
      if (seen.insert(next).second) left.push_back(next);
    }
  }
  return false;
}

}  // namespace

bool IsTls13Cipher(const Libssl& libssl, const SSL_CIPHER* cipher) {
  return std::strcmp(libssl.SSL_CIPHER_get_version(cipher), "TLSv1.3") == 0;
}

bool HasCipherAndKey(const Libssl& libssl, const SSL_SESSION* session) {
  return libssl.SSL_SESSION_get0_cipher(session) != nullptr && HasKey(libssl, session);
}

Rule WriteEarlyDataRule(const ConnectionState& state) {
  const Libssl& libssl = state.context.libssl;
  if (libssl.SSL_is_server(state.ssl) == 1) {
    // After a HelloRetryRequest libssl says that it has read all early data, but it has no keys
    // yet. It has them once it has sent its Finished.
    char finished;
    const bool has_keys = libssl.SSL_get_finished(state.ssl, &finished, 1) > 0;
    return state.early_data_read && !has_keys ? Rule::kEarlyDataWithoutKeys : Rule::kNone;
  }
  if (libssl.SSL_in_before(state.ssl) == 1) return FirstEarlyDataOf(state).rule;
  if (!state.early_data) return Rule::kNone;  // libssl refuses itself
  // Once the server has answered, the keys exist only if it accepts: a HelloRetryRequest takes them
  // away.
  const bool accepted = libssl.SSL_get_early_data_status(state.ssl) == kEarlyDataAccepted;
  if (In(state, "TED") || (In(state, "TPEDE") && accepted)) return Rule::kNone;
  // If the handshake is over or has failed, libssl refuses itself.
  const bool over = libssl.SSL_is_init_finished(state.ssl) == 1 || In(state, "SSLERR");
  return over ? Rule::kNone : Rule::kEarlyDataWithoutKeys;
}

Rule EarlyDataFitsRule(const ConnectionState& state) {
  const Libssl& libssl = state.context.libssl;
  const bool first = libssl.SSL_is_server(state.ssl) != 1 && libssl.SSL_in_before(state.ssl) == 1;
  const SSL_SESSION* session = first ? FirstEarlyDataOf(state).session : nullptr;
  if (session == nullptr) return Rule::kNone;
  const char* name = libssl.SSL_SESSION_get0_hostname(session);
  if (name != nullptr && state.servername != name) return Rule::kEarlyDataForOtherName;
  const unsigned char* alpn = nullptr;
  size_t size = 0;
  libssl.SSL_SESSION_get0_alpn_selected(session, &alpn, &size);
  if (alpn == nullptr) return Rule::kNone;
  const std::string protocol(reinterpret_cast<const char*>(alpn), size);
  return IsOneOf(state.offered_alpn, protocol) ? Rule::kNone : Rule::kEarlyDataForOtherProtocol;
}

size_t EarlyDataRoom(const ConnectionState& state) {
  const Libssl& libssl = state.context.libssl;
  if (libssl.SSL_is_server(state.ssl) == 1) return kNoLimit;
  if (libssl.SSL_in_before(state.ssl) != 1) return state.early_data_room;
  const SSL_SESSION* session = FirstEarlyDataOf(state).session;
  return session == nullptr ? kNoLimit : libssl.SSL_SESSION_get_max_early_data(session);
}

Rule EarlyMaterialRule(const ConnectionState& state) {
  const Libssl& libssl = state.context.libssl;
  if (libssl.SSL_get_early_data_status(state.ssl) == kEarlyDataNotSent) return Rule::kNone;
  const SSL_SESSION* session = libssl.SSL_get_session(state.ssl);
  if (session == nullptr) return Rule::kEarlyMaterial;
  const bool asks_psk = libssl.SSL_is_server(state.ssl) != 1 &&
                        libssl.SSL_get_max_early_data(state.ssl) > 0 &&
                        libssl.SSL_SESSION_get_max_early_data(session) == 0;
  // libssl surely has the PSK until the server answers.
  if (asks_psk && In(state, "TED")) return Rule::kNone;
  const bool has_cipher = !asks_psk && libssl.SSL_SESSION_get0_cipher(session) != nullptr;
  return has_cipher ? Rule::kNone : Rule::kEarlyMaterial;
}

Rule ClearRule(const ConnectionState& state) {
  const Libssl& libssl = state.context.libssl;
  if (state.unusable != Rule::kNone) return state.unusable;
  if (state.paused) return Rule::kPaused;
  if (state.early_data || libssl.SSL_get_early_data_status(state.ssl) != kEarlyDataNotSent) {
    return Rule::kEarlyData;
  }
  if (libssl.SSL_renegotiate_pending(state.ssl) == 1) return Rule::kRenegotiating;
  return LoseMethodRule(state);
}

Rule SetTicketExtensionRule(const ConnectionState& state) {
  if (state.context.libssl.SSL_is_dtls(state.ssl) == 1) return Rule::kDtlsTicketExtension;
  return ChooseSideRule(state);
}

Rule LoseMethodRule(const ConnectionState& state) {
  const bool begun = state.context.libssl.SSL_in_before(state.ssl) != 1;
  return begun && state.has_ticket_extension ? Rule::kTicketExtension : Rule::kNone;
}

Rule RenegotiateRule(const ConnectionState& state) {
  return state.context.libssl.SSL_in_before(state.ssl) == 1 ? Rule::kNotStarted : Rule::kNone;
}

Rule CredentialRule(const ConnectionState& state) {
  const Libssl& libssl = state.context.libssl;
  // A handshake that waits for certificates has used none yet.
  const bool under_way = libssl.SSL_in_init(state.ssl) == 1 &&
                         libssl.SSL_in_before(state.ssl) != 1 &&
                         libssl.SSL_want(state.ssl) != kWantCertificate;
  return under_way ? Rule::kCredential : Rule::kNone;
}

Rule ModeRule(unsigned long modes) {
  return (modes & kModeAsync) != 0 ? Rule::kAsync : Rule::kNone;
}

Rule ChooseSideRule(const ConnectionState& state) {
  return state.context.libssl.SSL_in_before(state.ssl) == 1 ? Rule::kNone : Rule::kStarted;
}

Rule BeginRule(const ConnectionState& state) {
  const Libssl& libssl = state.context.libssl;
  const SSL_SESSION* session = libssl.SSL_get_session(state.ssl);
  if (session == nullptr || libssl.SSL_SESSION_is_resumable(session) != 1) return Rule::kNone;
  if (!HasKey(libssl, session)) return Rule::kKeyless;
  return HasId(libssl, session) ? Rule::kNone : Rule::kNoId;
}

Rule JoinRule(const ConnectionState& client, const ConnectionState& server) {
  return &client == &server ? Rule::kItself : Rule::kNone;
}

Rule DtlsRule(const ConnectionState& state) {
  return state.context.libssl.SSL_is_dtls(state.ssl) == 1 ? Rule::kNone : Rule::kNotDtls;
}

Rule ListenRule(const ConnectionState& state) {
  const Rule dtls = DtlsRule(state);
  if (dtls != Rule::kNone) return dtls;
  const bool client = state.side == ConnectionState::Side::kClient;
  const bool begun = state.context.libssl.SSL_in_before(state.ssl) != 1;
  return client || begun ? Rule::kCannotListen : Rule::kNone;
}

Rule StatelessRule(const ConnectionState& state) {
  const bool client = state.side == ConnectionState::Side::kClient;
  if (client || DtlsRule(state) == Rule::kNone) return Rule::kCannotBeStateless;
  return ClearRule(state);
}

bool CanGoWith(const ConnectionState& state, const SSL_SESSION* session, bool made_here) {
  const Libssl& libssl = state.context.libssl;
  const int length = libssl.SSL_SESSION_get_max_fragment_length(session);
  const int code = IsFragmentCode(length) ? length : 0;
  // If it has none, its server may have ignored what this context's client asked for.
  if (code != state.fragment_code && !(code == 0 && made_here)) return false;
  const SSL_CIPHER* cipher = libssl.SSL_SESSION_get0_cipher(session);
  if (cipher == nullptr || IsTls13(libssl, session)) return true;
  return Offers(state, [&](const SSL_CIPHER* each) { return each == cipher; });
}

bool NeedsCopy(const ConnectionState& state, const SSL_SESSION* session, uint32_t origin) {
  const ContextState& context = state.context;
  const bool came_from_other = origin != 0 && origin != Origin(context.id);
  return came_from_other || context.registry.CachedElsewhere(session, &context);
}

Rule ChangeVersionRule(const Registry& registry, const SSL_SESSION* session) {
  return registry.Cached(session) ? Rule::kCached : Rule::kNone;
}

Rule ChangeIdRule(const Registry& registry, const SSL_SESSION* session, size_t size) {
  if (registry.Cached(session)) return Rule::kCached;
  return size == 0 && registry.InUse(session) ? Rule::kIdInUse : Rule::kNone;
}

Rule StripRule(const Registry& registry, const SSL_SESSION* session) {
  return registry.InUse(session) ? Rule::kInUse : Rule::kNone;
}

Rule AddToCacheRule(const ContextState& context, const SSL_SESSION* session) {
  const Libssl& libssl = context.libssl;
  if (!HasId(libssl, session)) return Rule::kEmptyId;
  // It has an id, so if it is not resumable, it is marked so.
  if (!context.client_only && libssl.SSL_SESSION_is_resumable(session) != 1)
    return Rule::kNotResumable;
  if (context.registry.CachedElsewhere(session, &context)) return Rule::kOtherCache;
  return context.registry.InHandshake(session) ? Rule::kInHandshake : Rule::kNone;
}

Rule RemoveFromCacheRule(const ContextState& context, const SSL_SESSION* session) {
  return context.registry.CachedElsewhere(session, &context) ? Rule::kOtherCacheHasIt : Rule::kNone;
}

Rule ServerNameRule(const ContextState& context, const SSL_CTX* other) {
  const bool cycle = other != context.context && Reaches(context.libssl, other, context.context);
  return cycle ? Rule::kCycle : Rule::kNone;
}

Rule PskRule(const Libssl& libssl, const SSL_SESSION* session) {
  return HasTls13Cipher(libssl, session) && HasKey(libssl, session) ? Rule::kNone : Rule::kBarePsk;
}

Rule ResumeRule(const Libssl& libssl, const SSL_SESSION* session) {
  return HasCipherAndKey(libssl, session) ? Rule::kNone : Rule::kBare;
}

}  // namespace libssl_session
