// The functions that the addon only forwards: the rows of openssl.def that say `plain` or
// `may_fail`.

#include "addon/forward.h"

namespace libssl_session {

std::vector<Function> ForwardedFunctions() {
  return {
#define ROW_core(name, ...)
#define ROW_own(name, ...)
#define ROW_body(name, ...)
#define ROW_plain(name, ...) {name, Entry<__VA_ARGS__, Errors::kNever>},
#define ROW_may_fail(name, ...) {name, Entry<__VA_ARGS__, Errors::kPossible>},
#define FUNCTION(library, result, name, parameters, reach) \
  ROW_##reach(#name, Forward<&Libssl::name, TakesNull(#parameters)>)
#define CONTROL(result, name, parameters, command, value, reach) \
  ROW_##reach(#name, Macro<value, result(*) parameters>::Forward)
#include "openssl.def"
  };
}

}  // namespace libssl_session
