// Lists of rules, which come from JavaScript and go back as numbers, one after the other: what may
// be missing as two, the first of which says whether the second counts (src/libssl/rule-rows.ts).

#ifndef LIBSSL_SESSION_NATIVE_ADDON_RULE_ROWS_H_
#define LIBSSL_SESSION_NATIVE_ADDON_RULE_ROWS_H_

#include <cstring>
#include <optional>
#include <vector>

#include "addon/call.h"

namespace libssl_session {

class RuleRows {
 public:
  explicit RuleRows(const Bytes& bytes) : bytes_(bytes) {}

  bool AtEnd() const { return at_ + sizeof(int) > bytes_.size; }
  int Next() {
    int number = 0;
    if (!AtEnd()) std::memcpy(&number, bytes_.data + at_, sizeof number);
    at_ += sizeof number;
    return number;
  }
  std::optional<int> NextOptional() {
    const bool given = Next() != 0;
    const int number = Next();
    return given ? std::optional<int>(number) : std::nullopt;
  }

 private:
  Bytes bytes_;
  size_t at_ = 0;
};

class RuleWriter {
 public:
  void Add(int number) { numbers_.push_back(number); }
  void AddOptional(std::optional<int> number) {
    Add(number.has_value() ? 1 : 0);
    Add(number.value_or(0));
  }
  napi_value Value(const Call& call) const {
    return call.NewBuffer(numbers_.data(), numbers_.size() * sizeof(int));
  }

 private:
  std::vector<int> numbers_;
};

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_ADDON_RULE_ROWS_H_
