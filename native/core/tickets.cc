// The callbacks of tickets: the keys that make and open them, and what becomes of an opened one.

#include <algorithm>
#include <new>

#include "core/connection.h"
#include "core/context.h"

namespace libssl_session {
namespace {

// ---- Keys.

struct TicketKey {
  const uint8_t* name;
  const uint8_t* hmac;
  const uint8_t* aes;
  int size;  // of the HMAC key and the AES key
};

TicketKey PartsOf(const Secret& key) {
  const int size = static_cast<int>(key.size() - kTicketKeyName) / 2;
  const uint8_t* hmac = key.data() + kTicketKeyName;
  return {key.data(), hmac, hmac + size, size};
}

// Sets both contexts up with a key. `init_cipher`: EVP_EncryptInit_ex or EVP_DecryptInit_ex.
bool UseTicketKey(const Libssl& libssl, const TicketKey& key, const unsigned char* iv,
                  EVP_CIPHER_CTX* cipher, HMAC_CTX* hmac,
                  decltype(Libssl::EVP_EncryptInit_ex) init_cipher) {
  const EVP_CIPHER* aes = key.size == 16 ? libssl.EVP_aes_128_cbc() : libssl.EVP_aes_256_cbc();
  return libssl.HMAC_Init_ex(hmac, key.hmac, key.size, libssl.EVP_sha256(), nullptr) == 1 &&
         init_cipher(cipher, aes, nullptr, key.aes, iv) == 1;
}

int EncryptTicket(const Libssl& libssl, const Secret& secret, unsigned char* name,
                  unsigned char* iv, EVP_CIPHER_CTX* cipher, HMAC_CTX* hmac) {
  const TicketKey key = PartsOf(secret);
  constexpr int kIvSize = 16;
  std::copy_n(key.name, kTicketKeyName, name);
  const bool done = libssl.RAND_bytes(iv, kIvSize) == 1 &&
                    UseTicketKey(libssl, key, iv, cipher, hmac, libssl.EVP_EncryptInit_ex);
  return done ? 1 : -1;
}

// A key that is used once and forgotten: nobody can decrypt its ticket.
int EncryptForNobody(const Libssl& libssl, unsigned char* name, unsigned char* iv,
                     EVP_CIPHER_CTX* cipher, HMAC_CTX* hmac) {
  try {
    Secret key(80);
    if (libssl.RAND_bytes(key.data(), static_cast<int>(key.size())) != 1) return -1;
    return EncryptTicket(libssl, key, name, iv, cipher, hmac);
  } catch (const std::bad_alloc&) {
    return -1;
  }
}

int OnTicketKey(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                HMAC_CTX* hmac, int encrypt) {
  const Libssl& libssl = CallbackLibssl();
  ConnectionState& state = *ConnectionState::Of(libssl, ssl);
  const std::vector<Secret>& keys = state.context.ticket_keys;
  const bool tls13 = libssl.SSL_version(ssl) == kTls13;
  const bool makes_tickets = state.context.makes_tickets;
  if (encrypt == 1) {
    if (makes_tickets) return EncryptTicket(libssl, keys.front(), name, iv, cipher, hmac);
    // 0 makes an empty ticket, which TLS 1.3 does not have: libssl would send half a message. A
    // connection of TLS 1.3 sends no tickets then, unless the last key has gone since it began.
    return tls13 ? EncryptForNobody(libssl, name, iv, cipher, hmac) : 0;
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    const TicketKey key = PartsOf(keys[i]);
    if (!std::equal(key.name, key.name + kTicketKeyName, name)) continue;
    if (!UseTicketKey(libssl, key, iv, cipher, hmac, libssl.EVP_DecryptInit_ex)) return -1;
    // 2 also gives the client a new ticket: for an older key, and always in TLS 1.3, as libssl does
    // with its own keys, because there a ticket is for one connection only.
    return makes_tickets && (i > 0 || tls13) ? 2 : 1;
  }
  state.resumption.reason = NotResumed::kUnknownTicketKey;
  if (state.context.Observes(EventKind::kTicketKey)) {
    state.Record(EventKind::kTicketKey, nullptr, name, kTicketKeyName, 0);
  }
  return 0;
}

// ---- What is done with a ticket.

int OnTicketIssued(SSL* ssl, void*) {
  const Libssl& libssl = CallbackLibssl();
  ConnectionState& state = *ConnectionState::Of(libssl, ssl);
  if (state.context.Observes(EventKind::kTicketIssued)) {
    state.Record(EventKind::kTicketIssued, nullptr, nullptr, 0, 0);
  }
  const std::string* data = FirstAnswer(state, &Answers::ticket_app_data);
  if (data == nullptr) return 1;
  return libssl.SSL_SESSION_set1_ticket_appdata(libssl.SSL_get_session(ssl), data->data(),
                                                data->size());
}

// Whether a ticket was made with the key that libssl has made itself.
bool HasOwnKey(const ContextState& context, const unsigned char* name, size_t size) {
  Secret keys(80);  // the name comes first
  const long done = context.libssl.SSL_CTX_ctrl(context.context, kCtrlGetTicketKeys,
                                                static_cast<long>(keys.size()), keys.data());
  return done == 1 && size == kTicketKeyName && std::equal(name, name + size, keys.data());
}

// Why a ticket does not decrypt.
void NoteUndecrypted(ConnectionState* state, const unsigned char* name, size_t size) {
  NotResumed& reason = state->resumption.reason;
  if (reason == NotResumed::kUnknownTicketKey) return;
  const bool own = state->context.ticket_keys.empty() && state->context.makes_tickets;
  try {
    reason = own && size == kTicketKeyName && !HasOwnKey(state->context, name, size)
                 ? NotResumed::kUnknownTicketKey
                 : NotResumed::kDamagedTicket;
  } catch (const std::bad_alloc&) {
    reason = NotResumed::kNoReason;
  }
}

// Always set: notes what came of the ticket, and answers as libssl without a callback.
SSL_TICKET_RETURN OnTicketNoted(SSL* ssl, SSL_SESSION* session, const unsigned char* key_name,
                                size_t key_name_size, SSL_TICKET_STATUS status, void*) {
  ConnectionState& state = *ConnectionState::Of(CallbackLibssl(), ssl);
  if (status == kTicketNoDecrypt) NoteUndecrypted(&state, key_name, key_name_size);
  if (session != nullptr) NoteCandidate(&state, session);
  if (status == kTicketSuccess) return kTicketReturnUse;
  return status == kTicketSuccessRenew ? kTicketReturnUseRenew : kTicketReturnIgnoreRenew;
}

SSL_TICKET_RETURN OnTicketReceived(SSL* ssl, SSL_SESSION* session, const unsigned char* key_name,
                                   size_t key_name_size, SSL_TICKET_STATUS status, void*) {
  const Libssl& libssl = CallbackLibssl();
  ConnectionState& state = *ConnectionState::Of(libssl, ssl);
  void* data = nullptr;
  size_t size = 0;
  if (session != nullptr) libssl.SSL_SESSION_get0_ticket_appdata(session, &data, &size);
  if (state.context.Observes(EventKind::kTicketReceived)) {
    state.Record(EventKind::kTicketReceived, nullptr, data, size, status);
  }
  const int usual = OnTicketNoted(ssl, session, key_name, key_name_size, status, nullptr);
  if (status != kTicketSuccess && status != kTicketSuccessRenew) return usual;
  for (const Answers* answers : AllAnswers(state)) {
    for (const TicketRule& rule : answers->ticket_rules) {
      const bool fits =
          !rule.app_data.has_value() ||
          (rule.app_data->size() == size &&
           std::equal(rule.app_data->begin(), rule.app_data->end(), static_cast<char*>(data)));
      if (!fits) continue;
      const bool ignores =
          rule.action == kTicketReturnIgnore || rule.action == kTicketReturnIgnoreRenew;
      if (ignores) state.resumption.reason = NotResumed::kTicketRule;
      return rule.action;
    }
  }
  return usual;
}

}  // namespace

void InstallTicketKeys(ContextState* state) {
  const bool wanted = !state->ticket_keys.empty() || !state->makes_tickets;
  state->libssl.SSL_CTX_callback_ctrl(
      state->context, kCtrlTicketKeyCallback,
      wanted ? reinterpret_cast<SSL_callback*>(OnTicketKey) : nullptr);
}

void InstallTicketAppData(ContextState* state, bool wanted) {
  state->libssl.SSL_CTX_set_session_ticket_cb(state->context, wanted ? OnTicketIssued : nullptr,
                                              wanted ? OnTicketReceived : OnTicketNoted, nullptr);
}

}  // namespace libssl_session
