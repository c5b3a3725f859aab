// Where a session of another cache enters a server's handshake. libssl's own get_session_cb wants
// its answer at once; so the handshake pauses before, at the ClientHello (SSL_CLIENT_HELLO_RETRY),
// while the session is looked for. get_session_cb then has the answer. To pause only where it would
// be called, this file reads in the ClientHello what libssl will read next.

#include "core/client_hello.h"

#include <algorithm>

#include "core/connection.h"
#include "core/server_name.h"

namespace libssl_session {
namespace {

constexpr size_t kIdSize = 32;  // the most that a session id has

// Whether this handshake will be TLS 1.3.
bool NegotiatesTls13(const Libssl& libssl, SSL* ssl) {
  View extension, versions, version;
  if (!Extension(libssl, ssl, kExtensionSupportedVersions, &extension)) return false;
  const long highest = libssl.SSL_ctrl(ssl, kCtrlGetMaxProtoVersion, 0, nullptr);
  if (highest != 0 && highest < kTls13) return false;
  if ((libssl.SSL_get_options(ssl) & kOpNoTls13) != 0) return false;
  if (!extension.TakePrefixed(1, &versions)) return false;
  while (versions.Take(2, &version)) {
    if ((version.data[0] << 8 | version.data[1]) == kTls13) return true;
  }
  return false;
}

// The session ids that libssl will look up.
std::vector<View> WantedIds(const Libssl& libssl, SSL* ssl) {
  std::vector<View> ids;
  const unsigned long options = libssl.SSL_get_options(ssl);
  if (NegotiatesTls13(libssl, ssl)) {
    // Stateful tickets hold an id. Against replay of early data all tickets are stateful.
    const bool stateful = (options & kOpNoTicket) != 0 || (libssl.SSL_get_max_early_data(ssl) > 0 &&
                                                           (options & kOpNoAntiReplay) == 0);
    View extension, identities, identity, age;
    if (!stateful || !Extension(libssl, ssl, kExtensionPsk, &extension)) return ids;
    if (!extension.TakePrefixed(2, &identities)) return ids;
    while (identities.TakePrefixed(2, &identity) && identities.Take(4, &age)) {
      if (identity.size == kIdSize) ids.push_back(identity);
    }
    return ids;
  }
  View ticket, id;
  const bool has_ticket = (options & kOpNoTicket) == 0 &&
                          Extension(libssl, ssl, kExtensionSessionTicket, &ticket) &&
                          ticket.size > 0;
  id.size = libssl.SSL_client_hello_get0_session_id(ssl, &id.data);
  if (!has_ticket && id.size > 0 && id.size <= kIdSize) ids.push_back(id);
  return ids;
}

// The server name that the client asks for; nullopt where there is none, or one that libssl refuses
// in a full handshake.
std::optional<std::string> ServerName(const Libssl& libssl, SSL* ssl) {
  View extension, names, type, name;
  const bool given = Extension(libssl, ssl, kExtensionServerName, &extension) &&
                     extension.TakePrefixed(2, &names) && names.Take(1, &type) &&
                     type.data[0] == kNameTypeHostName && names.TakePrefixed(2, &name);
  constexpr size_t kMax = 255;  // TLSEXT_MAXLEN_host_name
  if (!given || name.size > kMax || std::count(name.data, name.data + name.size, 0) > 0)
    return std::nullopt;
  return std::string(reinterpret_cast<const char*>(name.data), name.size);
}

// Takes the sessions of this id out of the cache that libssl must not find: it would dereference a
// cipher that is none, and share a key that is none with whoever knows the id. Whoever has a
// reference may have changed it since it was added.
void DropHarmful(const ContextState& state, const View& id) {
  while (SSL_SESSION* session = state.FindId(id.data, id.size, true)) {
    state.libssl.SSL_CTX_remove_session(state.context, session);
  }
}

// Whatever libssl might look up.
void GuardCache(const ContextState& state, SSL* ssl) {
  const Libssl& libssl = state.libssl;
  View id, extension, identities, identity, age;
  id.size = libssl.SSL_client_hello_get0_session_id(ssl, &id.data);
  DropHarmful(state, id);
  if (!Extension(libssl, ssl, kExtensionPsk, &extension)) return;
  if (!extension.TakePrefixed(2, &identities)) return;
  while (identities.TakePrefixed(2, &identity) && identities.Take(4, &age)) {
    if (identity.size <= kIdSize) DropHarmful(state, identity);
  }
}

// Whether the handshake goes on, or pauses for what it has asked for.
int PauseOrGoOn(ConnectionState& state) {
  const Libssl& libssl = state.context.libssl;
  SSL* const ssl = state.ssl;
  GuardCache(state.context, ssl);
  if (!state.context.looks_up) return kClientHelloSuccess;
  if (state.lookup == ConnectionState::Question::kAnswered) return kClientHelloSuccess;
  if (state.lookup == ConnectionState::Question::kAsked) return kClientHelloRetry;
  const long mode = libssl.SSL_CTX_ctrl(state.context.context, kCtrlGetSessCacheMode, 0, nullptr);
  try {
    for (const View& id : WantedIds(libssl, ssl)) {
      const bool internal = (mode & kCacheNoInternalLookup) == 0;
      if (internal && state.context.FindId(id.data, id.size) != nullptr) continue;
      state.Record(EventKind::kLookup, nullptr, id.data, id.size, 0);
      state.lookup = ConnectionState::Question::kAsked;
    }
  } catch (const std::bad_alloc&) {
    return kClientHelloSuccess;  // a full handshake
  }
  return state.lookup == ConnectionState::Question::kAsked ? kClientHelloRetry
                                                           : kClientHelloSuccess;
}

// Records what the application decides by; the server name is in the state. False when out of
// memory: nobody would decide.
bool AskAtHello(ConnectionState* state) {
  View extension, protocols;
  const Libssl& libssl = state->context.libssl;
  const bool given = Extension(libssl, state->ssl, kExtensionAlpn, &extension) &&
                     extension.TakePrefixed(2, &protocols);
  state->chosen.reset();
  if (!state->Record(EventKind::kClientHello, nullptr, given ? protocols.data : nullptr,
                     given ? protocols.size : 0, 0)) {
    return false;
  }
  state->hello = ConnectionState::Question::kAsked;
  return true;
}

}  // namespace

int OnClientHello(SSL* ssl, int*, void*) {
  ConnectionState& state = *ConnectionState::Of(CallbackLibssl(), ssl);
  if (!state.paused) ++state.hellos;
  try {
    state.servername = ServerName(CallbackLibssl(), ssl);
  } catch (const std::bad_alloc&) {
    return kClientHelloError;  // of a context that cannot be known
  }
  if (state.asks_at_hello && state.hello != ConnectionState::Question::kAnswered) {
    if (state.hello == ConnectionState::Question::kNone && !AskAtHello(&state))
      return kClientHelloError;
    state.paused = true;
    return kClientHelloRetry;
  }
  if (!SwitchContext(&state)) return kClientHelloError;
  const int result = PauseOrGoOn(state);
  state.paused = result == kClientHelloRetry;
  return result;
}

}  // namespace libssl_session
