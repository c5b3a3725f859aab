// The functions that the addon only forwards: the rows of openssl.def that say `plain` or
// `may_fail`. And those that it only checks, which say `callback`.

#include "addon/forward.h"
#include "core/rules.h"

namespace libssl_session {
namespace {

template <typename Function>
struct Given;

template <typename Result, typename Object, typename... Others>
struct Given<Result (*)(Object*, Others...)> {
  // Refuses what is no handle of such an object, and, with true, a session in register 1 that no
  // handshake may have as a PSK.
  static napi_value Check(const Call& call) {
    call.Object<std::remove_const_t<Object>>(0);
    if (call.Bool(0)) Obey(PskRule(call.libssl(), call.Session(1)));
    return call.Undefined();
  }
};

}  // namespace

std::vector<Function> ForwardedFunctions() {
  return {
#define ROW_core(name, ...)
#define ROW_own(name, ...)
#define ROW_body(name, ...)
#define ROW_callback(name, ...) \
  {#name, Entry<Given<decltype(Libssl::name)>::Check, Errors::kNever>},
#define ROW_plain(name, entry, ...) {#name, entry<__VA_ARGS__, Errors::kNever>},
#define ROW_may_fail(name, entry, ...) {#name, entry<__VA_ARGS__, Errors::kPossible>},
#define FUNCTION(library, result, name, parameters, reach) \
  ROW_##reach(name, EntryOfMember, &Libssl::name, TakesNull(#parameters))
#define CONTROL(result, name, parameters, command, value, reach) \
  ROW_##reach(name, Macro<result(*) parameters>::Entry, value)
#include "openssl.def"
  };
}

}  // namespace libssl_session
