// Where an answer is given: on a context or on a connection, whichever the handle in register 0 is.

#ifndef LIBSSL_SESSION_NATIVE_ADDON_PLACE_H_
#define LIBSSL_SESSION_NATIVE_ADDON_PLACE_H_

#include <optional>
#include <string>

#include "addon/call.h"
#include "core/connection.h"

namespace libssl_session {

struct Place {
  ContextState* context;
  ConnectionState* connection;  // nullptr where it is the context's own
  Answers& answers;
};

inline Place At(const Call& call) {
  if (call.Find<SSL>(0) != nullptr) {
    auto* state = ConnectionState::Of(call.libssl(), call.Object<SSL>(0));
    return {&state->context, state, state->answers};
  }
  auto* state = ContextState::Of(call.libssl(), call.Object<SSL_CTX>(0));
  return {state, nullptr, state->answers};
}

// The answer of a connection, or of its contexts; of a context its own; nullptr without any.
template <typename T>
const T* Given(const Place& place, std::optional<T> Answers::* member) {
  if (place.connection != nullptr) return FirstAnswer(*place.connection, member);
  const std::optional<T>& own = place.answers.*member;
  return own.has_value() ? &*own : nullptr;
}

inline std::string Text(const Bytes& bytes) {
  return std::string(reinterpret_cast<const char*>(bytes.data), bytes.size);
}

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_ADDON_PLACE_H_
