// The table at its limits, the long way.

#include "check.h"
#include "core/handle_table.h"

namespace libssl_session {
namespace {

using Table = HandleTable<int>;

void TestAll() {
  int object = 0;

  Test("a slot lives through all its generations, each another handle, and then retires", [&] {
    Table table(HandleKind::kSession, 5);
    constexpr Handle kIndex = Table::kMaxSlots - 1;
    const Handle first = table.Insert(&object, 0);
    table.Remove(table.Find(first));
    uint64_t lives = 1;
    for (;; ++lives) {
      const Handle handle = table.Insert(&object, 0);
      if ((handle & kIndex) != (first & kIndex)) break;
      CHECK(handle != first);
      table.Remove(table.Find(handle));
    }
    CHECK(lives == uint64_t{1} << Table::kGenerationBits);
    CHECK(table.Find(first) == nullptr);
  });

  Test("a full table refuses, and takes again after a removal", [&] {
    Table table(HandleKind::kSession, 5);
    Handle last = kNullHandle;
    for (uint32_t i = 0; i < Table::kMaxSlots; ++i) {
      last = table.Insert(&object, 0);
      CHECK(last != kNullHandle);
    }
    CHECK(table.Insert(&object, 0) == kNullHandle);
    CHECK(table.Find(last) != nullptr);
    table.Remove(table.Find(last));
    CHECK(table.Insert(&object, 0) != kNullHandle);
    CHECK(table.Insert(&object, 0) == kNullHandle);
  });
}

}  // namespace
}  // namespace libssl_session

int main() { libssl_session::TestAll(); }
