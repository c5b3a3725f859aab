// How a function of the addon becomes one of JavaScript: what it throws, what it leaves in
// OpenSSL's error queue; and the tables of all of them.

#ifndef LIBSSL_SESSION_NATIVE_ADDON_ENTRY_H_
#define LIBSSL_SESSION_NATIVE_ADDON_ENTRY_H_

#include <napi.h>

#include <new>
#include <vector>

#include "addon/call.h"

namespace libssl_session {

// Whether a function can leave something in OpenSSL's error queue: never, only when it gives no
// object or bytes (it looks then itself), or at any time.
enum class Errors { kNever, kWithoutObject, kPossible };

using Body = napi_value (*)(const Call&);

// Turns a Misuse into the JavaScript exception that src/common/errors.ts makes of it.
void Throw(const Call& call, const Misuse& misuse);

template <Body body, Errors errors>
napi_value Entry(napi_env env, napi_callback_info info) {
  try {
    const Call call(env, info);
    Environment& environment = call.environment();
    if (!environment.last_errors.empty()) environment.last_errors.clear();
    try {
      if constexpr (errors != Errors::kPossible) return body(call);
      // To look costs 10 ns, to clear and to drain 60 (measured).
      if (ErrorsPending(call.libssl())) call.libssl().ERR_clear_error();
      const napi_value result = body(call);
      if (ErrorsPending(call.libssl())) call.KeepErrors();
      return result;
    } catch (const Misuse& misuse) {
      Throw(call, misuse);
    }
  } catch (const Napi::Error& error) {
    error.ThrowAsJavaScriptException();
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, "ERR_MEMORY_ALLOCATION_FAILED", "out of memory");
  }
  return nullptr;
}

struct Function {
  const char* name;
  napi_callback entry;
  // What errors say was called, where `name` is no function of C's.
  const char* c_name = nullptr;
};

std::vector<Function> ForwardedFunctions();
std::vector<Function> SessionFunctions();
std::vector<Function> ContextFunctions();
std::vector<Function> CredentialFunctions();
std::vector<Function> ConnectionFunctions();
std::vector<Function> StepFunctions();
std::vector<Function> AnswerFunctions();
std::vector<Function> DatagramFunctions();

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_ADDON_ENTRY_H_
