// libssl's callbacks for pre-shared keys, and for early data: they answer from Answers.

#include <algorithm>
#include <ctime>

#include "core/connection.h"
#include "core/rules.h"

namespace libssl_session {
namespace {

// libssl gets a copy of the session with every answer, because it reads the cipher again in a later
// step, and by then the owner may have changed it. The time of the copy is now, since an external
// PSK does not age, and libssl would count the timeout from when the session was made. A session
// with a ticket keeps its time.
//
// `hash` is the hash that a HelloRetryRequest has fixed, or nullptr. libssl fails if the PSK has
// another hash then, while without that request the server would just decline the PSK.
SSL_SESSION* CopyForPsk(const Libssl& libssl, const SessionReference& session, const EVP_MD* hash) {
  if (PskRule(libssl, session.get()) != Rule::kNone) return nullptr;
  const SSL_CIPHER* cipher = libssl.SSL_SESSION_get0_cipher(session.get());
  if (hash != nullptr && libssl.SSL_CIPHER_get_handshake_digest(cipher) != hash) return nullptr;
  SSL_SESSION* copy = libssl.SSL_SESSION_dup(session.get());
  if (copy != nullptr && libssl.SSL_SESSION_has_ticket(copy) == 0) {
    libssl.SSL_SESSION_set_time(copy, std::time(nullptr));
    // With less it has expired at once. With 0, which DER leaves out, libssl fails to make a
    // ticket.
    if (libssl.SSL_SESSION_get_timeout(copy) < 1) libssl.SSL_SESSION_set_timeout(copy, 1);
  }
  return copy;
}

// Whether a TLS 1.2 PSK can be offered in TLS 1.3, where libssl uses it with SHA-256: a
// HelloRetryRequest may have fixed a suite with another hash.
bool TakesSha256(const Libssl& libssl, const SSL* ssl) {
  const SSL_CIPHER* fixed = libssl.SSL_get_pending_cipher(ssl);
  return fixed == nullptr || !IsTls13Cipher(libssl, fixed) ||
         libssl.SSL_CIPHER_get_handshake_digest(fixed) == libssl.EVP_sha256();
}

int OnPskUse(SSL* ssl, const EVP_MD* hash, const unsigned char** identity, size_t* size,
             SSL_SESSION** session) {
  const Libssl& libssl = CallbackLibssl();
  ConnectionState& state = *ConnectionState::Of(libssl, ssl);
  *session = nullptr;
  if (const auto* answer = FirstAnswer(state, &Answers::psk_use)) {
    *session = CopyForPsk(libssl, answer->second, hash);
    *identity = reinterpret_cast<const unsigned char*>(answer->first.data());
    *size = answer->first.size();
    if (*session != nullptr) NotePskOffer(&state, HashOf(libssl, *session));
  }
  if (state.context.Observes(EventKind::kPskUse)) {
    state.Record(EventKind::kPskUse, nullptr, nullptr, 0, hash != nullptr);
  }
  return 1;
}

int OnPskFind(SSL* ssl, const unsigned char* identity, size_t size, SSL_SESSION** session) {
  const Libssl& libssl = CallbackLibssl();
  ConnectionState& state = *ConnectionState::Of(libssl, ssl);
  *session = nullptr;
  try {
    const std::string key(reinterpret_cast<const char*>(identity), size);
    if (const auto* answer = FirstAnswer(state, &Answers::psk_find, key)) {
      *session = CopyForPsk(libssl, *answer, nullptr);
    }
  } catch (const std::bad_alloc&) {
    return 0;
  }
  if (*session != nullptr) {
    state.resumption.offered = OfferedBy::kExternalPsk;
    NoteCandidate(&state, *session);
  }
  if (state.context.Observes(EventKind::kPskFind)) {
    state.Record(EventKind::kPskFind, nullptr, identity, size, *session != nullptr);
  }
  return 1;
}

// Copies the key, and returns its size; 0 if there is no key, or if it does not fit.
unsigned int CopyKey(const Secret* key, unsigned char* to, unsigned int room) {
  if (key == nullptr || key->size() > room) return 0;
  std::copy_n(key->data(), key->size(), to);
  return static_cast<unsigned int>(key->size());
}

unsigned int OnPskClient(SSL* ssl, const char* hint, char* identity, unsigned int identity_room,
                         unsigned char* psk, unsigned int room) {
  const Libssl& libssl = CallbackLibssl();
  ConnectionState& state = *ConnectionState::Of(libssl, ssl);
  unsigned int size = 0;
  const auto* answer = FirstAnswer(state, &Answers::psk_client);
  if (answer != nullptr && answer->first.size() < identity_room && TakesSha256(libssl, ssl)) {
    *std::copy(answer->first.begin(), answer->first.end(), identity) = '\0';
    size = CopyKey(&answer->second, psk, room);
  }
  // In the ClientHello for TLS 1.3, later for older versions.
  if (size > 0 && libssl.SSL_get_state(ssl) == kSentClientHello) {
    NotePskOffer(&state, libssl.EVP_sha256());
  }
  if (state.context.Observes(EventKind::kPskClient)) {
    const size_t hint_size = hint == nullptr ? 0 : std::char_traits<char>::length(hint);
    state.Record(EventKind::kPskClient, nullptr, hint, hint_size, size > 0);
  }
  return size;
}

unsigned int OnPskServer(SSL* ssl, const char* identity, unsigned char* psk, unsigned int room) {
  ConnectionState& state = *ConnectionState::Of(CallbackLibssl(), ssl);
  unsigned int size = 0;
  if (identity == nullptr) return 0;
  const size_t identity_size = std::char_traits<char>::length(identity);
  try {
    size = CopyKey(FirstAnswer(state, &Answers::psk_server, std::string(identity, identity_size)),
                   psk, room);
  } catch (const std::bad_alloc&) {
    return 0;
  }
  if (size > 0 && CallbackLibssl().SSL_version(ssl) == kTls13) {
    state.resumption.offered = OfferedBy::kExternalPsk;
    NotePskOffer(&state, CallbackLibssl().EVP_sha256());
  }
  if (state.context.Observes(EventKind::kPskServer)) {
    state.Record(EventKind::kPskServer, nullptr, identity, identity_size, size > 0);
  }
  return size;
}

int OnAllowEarlyData(SSL* ssl, void*) {
  const Libssl& libssl = CallbackLibssl();
  ConnectionState& state = *ConnectionState::Of(libssl, ssl);
  const bool* answer = FirstAnswer(state, &Answers::allow_early_data);
  const bool fits = !state.context.limits_early_data ||
                    libssl.SSL_SESSION_get_max_early_data(libssl.SSL_get_session(ssl)) <=
                        libssl.SSL_get_max_early_data(ssl);
  const int allowed = fits && (answer == nullptr || *answer) ? 1 : 0;
  if (state.context.Observes(EventKind::kEarlyData)) {
    state.Record(EventKind::kEarlyData, nullptr, nullptr, 0, allowed);
  }
  return allowed;
}

}  // namespace

void InstallPskUse(ContextState* context, ConnectionState* connection, bool wanted) {
  (connection != nullptr ? connection->asks_for_psk : context->asks_for_psk) = wanted;
  SetCallback<&Libssl::SSL_set_psk_use_session_callback,
              &Libssl::SSL_CTX_set_psk_use_session_callback>(context, connection,
                                                             wanted ? OnPskUse : nullptr);
}

void InstallPskFind(ContextState* context, ConnectionState* connection, bool wanted) {
  SetCallback<&Libssl::SSL_set_psk_find_session_callback,
              &Libssl::SSL_CTX_set_psk_find_session_callback>(context, connection,
                                                              wanted ? OnPskFind : nullptr);
}

void InstallPskClient(ContextState* context, ConnectionState* connection, bool wanted) {
  SetCallback<&Libssl::SSL_set_psk_client_callback, &Libssl::SSL_CTX_set_psk_client_callback>(
      context, connection, wanted ? OnPskClient : nullptr);
}

void InstallPskServer(ContextState* context, ConnectionState* connection, bool wanted) {
  SetCallback<&Libssl::SSL_set_psk_server_callback, &Libssl::SSL_CTX_set_psk_server_callback>(
      context, connection, wanted ? OnPskServer : nullptr);
}

void InstallAllowEarlyData(ContextState* context, ConnectionState* connection, bool wanted) {
  const auto callback = wanted || context->limits_early_data ? OnAllowEarlyData : nullptr;
  SetCallback<&Libssl::SSL_set_allow_early_data_cb, &Libssl::SSL_CTX_set_allow_early_data_cb>(
      context, connection, callback, nullptr);
}

}  // namespace libssl_session
