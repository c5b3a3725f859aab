// What a step gives back: its data, the output, the events.

#ifndef LIBSSL_SESSION_NATIVE_ADDON_OUTCOME_H_
#define LIBSSL_SESSION_NATIVE_ADDON_OUTCOME_H_

#include "addon/call.h"

namespace libssl_session {

// What a step came to: its result in register 0, SSL_get_error in register 1, and [data, output,
// events], each of them or null; undefined when there is none. `data` is the step's own result, or
// nullptr; the output is that of `ssl`, where it is not nullptr. Gives all recorded events away.
napi_value FinishCall(const Call& call, double result, int error, SSL* ssl = nullptr,
                      napi_value data = nullptr);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_ADDON_OUTCOME_H_
