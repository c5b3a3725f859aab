// The client hello callback: what a server does before libssl processes the ClientHello. It notes
// the server name, asks the application for a decision, and switches to the context of that name.
// Then it drops unusable sessions from libssl's cache, and looks for a session outside it.
// get_session_cb must answer at once, so the handshake pauses here (SSL_CLIENT_HELLO_RETRY) while
// others search, and get_session_cb finds the answer ready. To pause only if libssl will call
// get_session_cb, this file reads the parts of the ClientHello that decide it.

#include "core/client_hello.h"

#include <algorithm>
#include <iterator>

#include "core/connection.h"
#include "core/server_name.h"

namespace libssl_session {
namespace {

constexpr size_t kIdSize = 32;  // the longest session id

// A version, and the option that switches it off.
struct Version {
  int number;
  unsigned long off;
};
constexpr Version kTlsVersions[] = {{kTls13, kOpNoTls13},
                                    {0x303, kOpNoTls12},
                                    {0x302, kOpNoTls11},
                                    {0x301, kOpNoTls1},
                                    {0x300, kOpNoSsl3}};
constexpr Version kDtlsVersions[] = {{0xfefd, kOpNoTls12}, {0xfeff, kOpNoTls1}};

// Whether the client speaks this version.
bool Offers(const Libssl& libssl, SSL* ssl, int number) {
  const int legacy = static_cast<int>(libssl.SSL_client_hello_get0_legacy_version(ssl));
  if (libssl.SSL_is_dtls(ssl) == 1) return number >= legacy;  // they count downwards
  View extension, versions, version;
  if (!Extension(libssl, ssl, kExtensionSupportedVersions, &extension)) {
    return number <= legacy && number != kTls13;
  }
  if (!extension.TakePrefixed(1, &versions)) return false;
  while (versions.Take(2, &version)) {
    if ((version.data[0] << 8 | version.data[1]) == number) return true;
  }
  return false;
}

// The version that libssl will choose (ssl_choose_server_version); 0 if it will refuse the client.
int ChosenVersion(const Libssl& libssl, SSL* ssl) {
  const bool datagrams = libssl.SSL_is_dtls(ssl) == 1;
  const unsigned long options = libssl.SSL_get_options(ssl);
  const long lowest = libssl.SSL_ctrl(ssl, kCtrlGetMinProtoVersion, 0, nullptr);
  const long highest = libssl.SSL_ctrl(ssl, kCtrlGetMaxProtoVersion, 0, nullptr);
  const auto fits = [&](const Version& version) {
    const int order = datagrams ? -1 : 1;
    return (options & version.off) == 0 &&
           (lowest == 0 || order * version.number >= order * lowest) &&
           (highest == 0 || order * version.number <= order * highest) &&
           Offers(libssl, ssl, version.number);
  };
  const Version* const begin = datagrams ? std::begin(kDtlsVersions) : std::begin(kTlsVersions);
  const Version* const end = datagrams ? std::end(kDtlsVersions) : std::end(kTlsVersions);
  const Version* const found = std::find_if(begin, end, fits);
  return found == end ? 0 : found->number;
}

// Whether a ticket of TLS 1.3 is a session id: with the protection against replay of early data,
// every one is.
bool KeepsTickets(const Libssl& libssl, SSL* ssl) {
  const unsigned long options = libssl.SSL_get_options(ssl);
  return (options & kOpNoTicket) != 0 ||
         (libssl.SSL_get_max_early_data(ssl) > 0 && (options & kOpNoAntiReplay) == 0);
}

// The session ids that libssl will look up, if the handshake has this version.
std::vector<View> WantedIds(const Libssl& libssl, SSL* ssl, int version) {
  std::vector<View> ids;
  const unsigned long options = libssl.SSL_get_options(ssl);
  if (version == kTls13) {
    View extension, identities, identity, age;
    if (!KeepsTickets(libssl, ssl) || !Extension(libssl, ssl, kExtensionPsk, &extension))
      return ids;
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

// The server name that the client asks for; nullopt if there is none, or if libssl would refuse it
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

// Removes from the cache the sessions with this id that lack a cipher or a key. libssl would
// dereference the missing cipher; without a key, whoever knows the id could resume the session.
// They had both when they were added, but anybody with a reference may have changed them since.
void DropHarmful(const ContextState& state, const View& id) {
  while (SSL_SESSION* session = state.FindId(id.data, id.size, true)) {
    state.libssl.SSL_CTX_remove_session(state.context, session);
  }
}

// The same for every id that libssl might look up.
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

// What the client offers, and the session of it that libssl's own cache has.
void NoteOffered(ConnectionState* state, int version) {
  const Libssl& libssl = state->context.libssl;
  SSL* const ssl = state->ssl;
  if (state->lookup == ConnectionState::Question::kNone) {
    NoteOffer(state, version, KeepsTickets(libssl, ssl));
  }
  const long mode = libssl.SSL_CTX_ctrl(state->context.context, kCtrlGetSessCacheMode, 0, nullptr);
  if ((mode & kCacheNoInternalLookup) != 0) return;
  try {
    for (const View& id : WantedIds(libssl, ssl, version)) {
      SSL_SESSION* session = state->context.FindId(id.data, id.size);
      if (session != nullptr) NoteCandidate(state, session);
    }
  } catch (const std::bad_alloc&) {
    // then the reason is not known
  }
}

// Records the ids that somebody else must look up. The handshake goes on if there are none, or if
// they were answered; otherwise it pauses.
int PauseOrGoOn(ConnectionState& state) {
  const Libssl& libssl = state.context.libssl;
  SSL* const ssl = state.ssl;
  GuardCache(state.context, ssl);
  const int version = ChosenVersion(libssl, ssl);
  NoteOffered(&state, version);
  if (!state.context.looks_up) return kClientHelloSuccess;
  if (state.lookup == ConnectionState::Question::kAnswered) return kClientHelloSuccess;
  if (state.lookup == ConnectionState::Question::kAsked) return kClientHelloRetry;
  const long mode = libssl.SSL_CTX_ctrl(state.context.context, kCtrlGetSessCacheMode, 0, nullptr);
  try {
    for (const View& id : WantedIds(libssl, ssl, version)) {
      const bool internal = (mode & kCacheNoInternalLookup) == 0;
      if (internal && state.context.FindId(id.data, id.size) != nullptr) continue;
      state.Record(EventKind::kLookup, nullptr, id.data, id.size, version);
      state.lookup = ConnectionState::Question::kAsked;
    }
  } catch (const std::bad_alloc&) {
    return kClientHelloSuccess;  // without the search: a full handshake
  }
  return state.lookup == ConnectionState::Question::kAsked ? kClientHelloRetry
                                                           : kClientHelloSuccess;
}

// Asks the application to decide, by an event with the offered protocols; the server name is in the
// state. False when out of memory: then nobody would ever decide.
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
    return kClientHelloError;  // nobody could tell which context it is for
  }
  if (state.asks_at_hello && state.hello != ConnectionState::Question::kAnswered) {
    if (state.hello == ConnectionState::Question::kNone && !AskAtHello(&state))
      return kClientHelloError;
    state.paused = true;
    return kClientHelloRetry;
  }
  if (!SwitchContext(&state)) return kClientHelloError;
  // Those of older versions are made empty: OnTicketKey.
  if (!state.context.makes_tickets) CallbackLibssl().SSL_set_num_tickets(ssl, 0);
  const int result = PauseOrGoOn(state);
  state.paused = result == kClientHelloRetry;
  return result;
}

}  // namespace libssl_session
