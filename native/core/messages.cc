#include "core/messages.h"

#include <cstring>
#include <new>

namespace libssl_session {
namespace {

ContextState* Current(const ConnectionState& state) {
  const Libssl& libssl = state.context.libssl;
  return ContextState::Of(libssl, libssl.SSL_get_SSL_CTX(state.ssl));
}

bool Observes(const ConnectionState& state, EventKind kind) {
  return (state.observed & Bit(kind)) != 0 || state.context.Observes(kind);
}

// Whose events of this kind are the connection's: its first context, which tells the connection's
// own listeners as well; and the one that a server has switched to.
template <typename Use>
void ForEachObserver(const ConnectionState& state, EventKind kind, Use use) {
  ContextState* current = Current(state);
  if (Observes(state, kind)) use(state.context);
  if (current != &state.context && current->Observes(kind)) use(*current);
}

// Behind the messages that the last event has, where that is the connection's.
void RecordMessage(ContextState& context, const ConnectionState& state, const MessageHead& head,
                   const void* bytes) {
  Registry& registry = context.registry;
  if (registry.messages >= kMostRecorded) return;
  const bool behind =
      !registry.events.empty() && registry.events.back().kind == EventKind::kMessages &&
      registry.events.back().context == context.id && registry.events.back().connection == state.id;
  if (!behind && !context.Record(EventKind::kMessages, state.id, nullptr, nullptr, 0, 0)) return;
  try {
    uint8_t* place = registry.events.back().data.Grow(sizeof head + head.size);
    std::memcpy(place, &head, sizeof head);
    if (head.size > 0) std::memcpy(place + sizeof head, bytes, head.size);
    ++registry.messages;
  } catch (const std::bad_alloc&) {
  }
}

void OnMessage(int sent, int version, int content_type, const void* bytes, size_t size, SSL* ssl,
               void*) {
  const ConnectionState* state = ConnectionState::Of(CallbackLibssl(), ssl);
  if (state == nullptr) return;
  const MessageHead head = {static_cast<uint32_t>(size), version,
                            static_cast<uint16_t>(content_type),
                            static_cast<uint16_t>(sent != 0 ? 1 : 0)};
  ForEachObserver(*state, EventKind::kMessages,
                  [&](ContextState& context) { RecordMessage(context, *state, head, bytes); });
}

// The context of C's callback is the connection alone.
void OnExtension(SSL* ssl, int from_server, int type, const unsigned char* bytes, int size, void*) {
  const ConnectionState* state = ConnectionState::Of(CallbackLibssl(), ssl);
  if (state == nullptr || state->context.registry.messages >= kMostRecorded) return;
  ++state->context.registry.messages;
  state->context.Record(EventKind::kExtension, state->id, nullptr, bytes, static_cast<size_t>(size),
                        type, from_server);
}

}  // namespace

void Observe(ConnectionState* state, uint32_t kinds) {
  state->observed = kinds & kOwnKinds;
  InstallMessages(*state);
}

void InstallMessages(const ConnectionState& state) {
  const Libssl& libssl = state.context.libssl;
  bool messages = false;
  ForEachObserver(state, EventKind::kMessages, [&](ContextState&) { messages = true; });
  libssl.SSL_set_msg_callback(state.ssl, messages ? OnMessage : nullptr);
  const bool extensions = (state.observed & Bit(EventKind::kExtension)) != 0;
  libssl.SSL_callback_ctrl(state.ssl, kCtrlTlsextDebugCallback,
                           extensions ? reinterpret_cast<SSL_callback*>(OnExtension) : nullptr);
}

void RecordState(const ConnectionState& state, int where, int value) {
  ContextState* current = Current(state);
  // As in C: the connection's own callback, or else that of the context that it has now.
  const bool own = (state.observed & Bit(EventKind::kInfo)) != 0;
  ContextState& told = own ? state.context : *current;
  if (own || told.Observes(EventKind::kInfo)) {
    told.Record(EventKind::kInfo, state.id, nullptr, nullptr, 0, where, value);
  }
  ForEachObserver(state, EventKind::kState, [&](ContextState& context) {
    if (context.registry.messages >= kMostRecorded) return;
    ++context.registry.messages;
    const char* words = context.libssl.SSL_state_string_long(state.ssl);
    context.Record(EventKind::kState, state.id, nullptr, words, std::strlen(words), where, value);
  });
}

}  // namespace libssl_session
