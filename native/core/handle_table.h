// Handles: what JavaScript holds in place of a pointer.
//
// A handle is an integer below 2^53, so that a JavaScript number holds it exactly:
//   3 bits kind | 26 bits generation | 24 bits slot index
// A slot gets the next generation when it is freed, so a stale handle is recognised and never
// dereferenced. A slot that has had all generations is not used again.

#ifndef LIBSSL_SESSION_NATIVE_CORE_HANDLE_TABLE_H_
#define LIBSSL_SESSION_NATIVE_CORE_HANDLE_TABLE_H_

#include <cstdint>
#include <random>
#include <vector>

namespace libssl_session {

using Handle = uint64_t;
inline constexpr Handle kNullHandle = 0;

enum class HandleKind : uint8_t { kSession = 1, kContext = 2, kConnection = 3, kConfiguration = 4 };

// The objects of one kind that one environment holds. Not thread-safe: an environment is a thread.
// A slot owns `references` references to its object. The table only counts them: its callers take
// them and give them back.
template <typename T>
class HandleTable {
 public:
  struct Slot {
    T* object;
    uint32_t generation;
    uint32_t references;
    uint32_t bytes;      // what was reported to V8 for this slot
    uint32_t next_free;  // index of the next free slot
    uint32_t origin;     // where a session came from (Origin in context.h); 0: not known
    bool lent;           // one of the references belongs to a JavaScript object
  };

  static constexpr int kIndexBits = 24;
  static constexpr int kGenerationBits = 26;
  static constexpr uint32_t kMaxSlots = 1u << kIndexBits;

  // `seed` makes the generations of two tables differ, so that a handle of one is refused by the
  // other.
  explicit HandleTable(HandleKind kind, uint32_t seed = std::random_device{}())
      : kind_(static_cast<uint64_t>(kind)), seed_(seed) {}

  HandleTable(const HandleTable&) = delete;
  HandleTable& operator=(const HandleTable&) = delete;

  // A handle that owns one reference to `object`; kNullHandle when the table is full.
  Handle Insert(T* object, uint32_t bytes, uint32_t origin = 0) {
    uint32_t index = first_free_;
    if (index != kNone) {
      first_free_ = slots_[index].next_free;
    } else {
      if (slots_.size() >= kMaxSlots) return kNullHandle;
      index = static_cast<uint32_t>(slots_.size());
      slots_.push_back({nullptr, FirstGeneration(index), 0, 0, kNone, 0, false});
    }
    Slot& slot = slots_[index];
    slot.object = object;
    slot.references = 1;
    slot.bytes = bytes;
    slot.origin = origin;
    slot.lent = false;
    return kind_ << (kGenerationBits + kIndexBits) |
           static_cast<uint64_t>(slot.generation) << kIndexBits | index;
  }

  // The slot of a valid handle, else nullptr. The pointer is good until the next Insert.
  Slot* Find(Handle handle) {
    const uint32_t index = handle & (kMaxSlots - 1);
    if (index >= slots_.size()) return nullptr;
    Slot& slot = slots_[index];
    const bool valid = slot.object != nullptr &&
                       (handle >> kIndexBits & kGenerationMask) == slot.generation &&
                       handle >> (kGenerationBits + kIndexBits) == kind_;
    return valid ? &slot : nullptr;
  }

  // The object of the next slot, which was most often the next to be inserted; nullptr if there is
  // none.
  const T* Next(const Slot* slot) const {
    return slot == &slots_.back() ? nullptr : slot[1].object;
  }

  // Ends the handle of a slot that Find returned.
  void Remove(Slot* slot) {
    const uint32_t index = static_cast<uint32_t>(slot - slots_.data());
    slot->object = nullptr;
    slot->references = 0;
    slot->generation = (slot->generation + 1) & kGenerationMask;
    if (slot->generation == FirstGeneration(index)) return;  // an old handle would be valid again
    slot->next_free = first_free_;
    first_free_ = index;
  }

  // Calls visit(object, references) for each live slot, and empties the table.
  template <typename Visit>
  void Clear(Visit visit) {
    for (const Slot& slot : slots_) {
      if (slot.object != nullptr) visit(slot.object, slot.references);
    }
    slots_.clear();
    first_free_ = kNone;
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr uint32_t kGenerationMask = (1u << kGenerationBits) - 1;

  // Differs from slot to slot and from table to table (the finalizer of MurmurHash3).
  uint32_t FirstGeneration(uint32_t index) const {
    uint32_t hash = seed_ ^ index * 0x9e3779b9u;
    hash = (hash ^ hash >> 16) * 0x85ebca6bu;
    hash = (hash ^ hash >> 13) * 0xc2b2ae35u;
    return (hash ^ hash >> 16) & kGenerationMask;
  }

  const uint64_t kind_;
  const uint32_t seed_;
  std::vector<Slot> slots_;
  uint32_t first_free_ = kNone;
};

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_HANDLE_TABLE_H_
