#include "core/session_answers.h"

#include <algorithm>
#include <cstring>

namespace libssl_session {
namespace {

// As libssl's own callback: so many attempts at an id that no other session has.
constexpr int kAttempts = 10;

int NextOfList(const SessionIds& ids, unsigned char* id, unsigned int* size) {
  if (ids.list.empty() || ids.list.front().size() > *size) return 0;
  const std::string& next = ids.list.front();
  std::copy(next.begin(), next.end(), id);
  *size = static_cast<unsigned int>(next.size());
  ids.list.pop_front();
  return 1;
}

int OnSessionId(SSL* ssl, unsigned char* id, unsigned int* size) {
  const Libssl& libssl = CallbackLibssl();
  const ConnectionState& state = *ConnectionState::Of(libssl, ssl);
  const SessionIds* ids = FirstAnswer(state, &Answers::session_ids);
  if (ids == nullptr) return libssl.RAND_bytes(id, static_cast<int>(*size));
  if (!ids->prefix.has_value()) return NextOfList(*ids, id, size);
  const size_t fixed = std::min<size_t>(ids->prefix->size(), *size);
  for (int i = 0; i < kAttempts; ++i) {
    if (libssl.RAND_bytes(id, static_cast<int>(*size)) != 1) return 0;
    std::copy_n(ids->prefix->begin(), fixed, id);
    if (libssl.SSL_has_matching_session_id(ssl, id, *size) == 0) return 1;
  }
  return 0;
}

int OnNotResumable(SSL* ssl, int forward_secure) {
  const ConnectionState& state = *ConnectionState::Of(CallbackLibssl(), ssl);
  const NotResumable* answer = FirstAnswer(state, &Answers::not_resumable);
  if (answer == nullptr) return 0;
  return forward_secure == 1 ? answer->forward_secure : answer->otherwise;
}

int OnSessionSecret(SSL* ssl, void* secret, int* size, stack_st_SSL_CIPHER*,
                    const SSL_CIPHER** cipher, void*) {
  const ConnectionState& state = *ConnectionState::Of(CallbackLibssl(), ssl);
  const std::optional<SessionSecret>& answer = state.answers.session_secret;
  if (!answer.has_value() || answer->key.size() > static_cast<size_t>(*size)) return 0;
  std::memcpy(secret, answer->key.data(), answer->key.size());
  *size = static_cast<int>(answer->key.size());
  if (answer->cipher != nullptr) *cipher = answer->cipher;
  return 1;
}

int OnTicketExtension(SSL* ssl, const unsigned char* data, int size, void*) {
  ConnectionState& state = *ConnectionState::Of(CallbackLibssl(), ssl);
  if (state.context.Observes(EventKind::kTicketExtension)) {
    state.Record(EventKind::kTicketExtension, nullptr, data, static_cast<size_t>(size), 0);
  }
  return state.answers.ticket_extension.value_or(1);
}

}  // namespace

void InstallSessionIds(ContextState* context, ConnectionState* connection) {
  const bool wanted = AnswersOf(context, connection).session_ids.has_value();
  SetCallback<&Libssl::SSL_set_generate_session_id, &Libssl::SSL_CTX_set_generate_session_id>(
      context, connection, wanted ? OnSessionId : nullptr);
}

void InstallNotResumable(ContextState* context, ConnectionState* connection) {
  const bool wanted = AnswersOf(context, connection).not_resumable.has_value();
  SetCallback<&Libssl::SSL_set_not_resumable_session_callback,
              &Libssl::SSL_CTX_set_not_resumable_session_callback>(
      context, connection, wanted ? OnNotResumable : nullptr);
}

void InstallSessionSecret(ConnectionState* connection) {
  const bool wanted = connection->answers.session_secret.has_value();
  connection->context.libssl.SSL_set_session_secret_cb(connection->ssl,
                                                       wanted ? OnSessionSecret : nullptr, nullptr);
}

void InstallTicketExtension(ConnectionState* connection) {
  const bool wanted = connection->answers.ticket_extension.has_value();
  connection->context.libssl.SSL_set_session_ticket_ext_cb(
      connection->ssl, wanted ? OnTicketExtension : nullptr, nullptr);
}

}  // namespace libssl_session
