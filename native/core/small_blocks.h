// Small blocks that a thread keeps for its next allocations.

#ifndef LIBSSL_SESSION_NATIVE_CORE_SMALL_BLOCKS_H_
#define LIBSSL_SESSION_NATIVE_CORE_SMALL_BLOCKS_H_

#include <cstddef>
#include <cstdlib>

namespace libssl_session {

// Owns blocks from malloc, a few of each size. malloc itself keeps only seven of each size for a
// thread. Beyond them it needs atomic operations and a lock, because Node always has several
// threads. A certificate is a hundred blocks of two or three words.
class SmallBlocks {
 public:
  SmallBlocks() = default;
  ~SmallBlocks() { FreeAll(); }
  SmallBlocks(const SmallBlocks&) = delete;
  SmallBlocks& operator=(const SmallBlocks&) = delete;

  // A block of at least `size` bytes, which the caller owns from now on; nullptr if there is none.
  void* Take(size_t size) {
    const size_t i = size <= kSmallest ? 0 : (size - kSmallest + kStep - 1) / kStep;
    if (i >= kLists || lists_[i].count == 0) return nullptr;
    return lists_[i].blocks[--lists_[i].count];
  }

  // Keeps a block of `size` usable bytes. False if it is too small or too large, or if there are
  // enough of its size: then the caller still owns it.
  bool Keep(void* block, size_t size) {
    if (size < kSmallest) return false;
    const size_t i = (size - kSmallest) / kStep;
    if (i >= kLists || lists_[i].count == kMax) return false;
    lists_[i].blocks[lists_[i].count++] = block;
    return true;
  }

  void FreeAll() {
    for (List& list : lists_) {
      while (list.count > 0) std::free(list.blocks[--list.count]);
    }
  }

  // The usable sizes of glibc's malloc: 24, 40, 56 and 72. Any other size counts as the next
  // smaller.
  static constexpr size_t kSmallest = 24;
  static constexpr size_t kStep = 16;
  static constexpr size_t kLists = 4;
  static constexpr size_t kMax = 40;  // of each size: at most 9 KB in all

 private:
  struct List {
    size_t count = 0;
    void* blocks[kMax] = {};
  };
  List lists_[kLists];
};

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_SMALL_BLOCKS_H_
