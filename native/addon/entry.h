// How a function of the addon becomes one of JavaScript: what it throws, what it leaves in
// OpenSSL's error queue; and the tables of all of them.

#ifndef LIBSSL_SESSION_NATIVE_ADDON_ENTRY_H_
#define LIBSSL_SESSION_NATIVE_ADDON_ENTRY_H_

#include <napi.h>

#include <vector>

#include "addon/call.h"

namespace libssl_session {

// Whether a function can leave something in OpenSSL's error queue: never, only when it gives no
// object or bytes (it looks then itself), or at any time.
enum class Errors { kNever, kWithoutObject, kPossible };

using Body = napi_value (*)(const Call&);

// Makes the JavaScript exception of what was thrown in a function of the addon: of a Misuse the one
// that src/common/errors.ts makes. Once for all of them: in each it was a third of the binary.
napi_value Rethrow(napi_env env, napi_callback_info info);

// What each function of the addon does around what it is about.
template <Errors errors, typename Do>
napi_value Enter(napi_env env, napi_callback_info info, Do body) {
  try {
    const Call call(env, info);
    Environment& environment = call.environment();
    if (!environment.last_errors.empty()) environment.ForgetErrors();
    if constexpr (errors != Errors::kPossible) return body(call);
    // To look costs 10 ns, to clear and to drain 60 (measured).
    if (ErrorsPending(call.libssl())) call.libssl().ERR_clear_error();
    const napi_value result = body(call);
    if (ErrorsPending(call.libssl())) call.KeepErrors();
    return result;
  } catch (...) {
    return Rethrow(env, info);
  }
}

// Once for all bodies: in each it was a third of the binary. The call costs a nanosecond.
template <Errors errors>
[[gnu::noinline]] napi_value EnterBody(napi_env env, napi_callback_info info, Body body) {
  return Enter<errors>(env, info, body);
}

template <Body body, Errors errors>
napi_value Entry(napi_env env, napi_callback_info info) {
  return EnterBody<errors>(env, info, body);
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
std::vector<Function> ConfigurationFunctions();
std::vector<Function> ConnectionFunctions();
std::vector<Function> StepFunctions();
std::vector<Function> AnswerFunctions();
std::vector<Function> CertificateAnswerFunctions();
std::vector<Function> SessionAnswerFunctions();
std::vector<Function> PolicyAnswerFunctions();
std::vector<Function> ProtocolAnswerFunctions();
std::vector<Function> DatagramFunctions();
std::vector<Function> NegotiatedFunctions();
std::vector<Function> OwnSettingFunctions();

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_ADDON_ENTRY_H_
