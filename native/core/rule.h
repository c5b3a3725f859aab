// The names of the rules in rules.def. The functions in rules.h return them.

#ifndef LIBSSL_SESSION_NATIVE_CORE_RULE_H_
#define LIBSSL_SESSION_NATIVE_CORE_RULE_H_

#include <cstddef>
#include <cstdint>

namespace libssl_session {

// Why a call is refused; kNone if it is allowed.
enum class Rule : uint8_t {
  kNone,
#define RULE(name, number_or_code, message) k##name,
#include "rules.def"
};

// The same name as in src/common/rules.ts.
inline const char* NameOf(Rule rule) {
  constexpr const char* kNames[] = {
      "None",
#define RULE(name, number_or_code, message) #name,
#include "rules.def"
  };
  return kNames[static_cast<size_t>(rule)];
}

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_RULE_H_
