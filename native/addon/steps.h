// The connection that a call is about, and how a step of it ends.

#ifndef LIBSSL_SESSION_NATIVE_ADDON_STEPS_H_
#define LIBSSL_SESSION_NATIVE_ADDON_STEPS_H_

#include "addon/outcome.h"
#include "core/connection.h"

namespace libssl_session {

inline ConnectionState* StateOf(const Call& call, size_t i) {
  return ConnectionState::Of(call.libssl(), call.Object<SSL>(i));
}

// For what goes on with a connection.
inline ConnectionState* Usable(const Call& call, size_t i) {
  ConnectionState* state = StateOf(call, i);
  Obey(state->unusable);
  return state;
}

// For a step, which may be the one that begins the handshake.
inline ConnectionState* Stepping(const Call& call, size_t i) {
  ConnectionState* state = StateOf(call, i);
  Obey(BeforeStep(state));
  return state;
}

// Of a step on a connection: the result and SSL_get_error in registers 0 and 1, whether the
// handshake is over in 2. The output is taken where register 1 was not 0 before.
napi_value FinishStep(const Call& call, const Step& step, ConnectionState* state,
                      napi_value data = nullptr);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_ADDON_STEPS_H_
