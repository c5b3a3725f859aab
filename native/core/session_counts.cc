#include "core/session_counts.h"

#include <atomic>
#include <mutex>

namespace libssl_session {
namespace {

std::atomic<uint64_t> created{0};
std::atomic<uint64_t> destroyed{0};

// The value of our ex_data index in a session that was counted when it was made.
char counted_mark;

const Libssl* counting_libssl = nullptr;  // for the callbacks

void OnNew(void*, void*, CRYPTO_EX_DATA* data, int index, long, void*) {
  // When out of memory the session gets no mark, so OnFree does not count it either.
  if (counting_libssl->CRYPTO_set_ex_data(data, index, &counted_mark) == 1) {
    created.fetch_add(1, std::memory_order_relaxed);
  }
}

// SSL_SESSION_dup runs OnNew on the copy. Then it would overwrite the copy's mark with the
// source's.
int OnDup(CRYPTO_EX_DATA* to, const CRYPTO_EX_DATA*, void* value, int index, long, void*) {
  *static_cast<void**>(value) = counting_libssl->CRYPTO_get_ex_data(to, index);
  return 1;
}

void OnFree(void*, void* value, CRYPTO_EX_DATA*, int, long, void*) {
  if (value == &counted_mark) destroyed.fetch_add(1, std::memory_order_release);
}

}  // namespace

bool StartCountingSessions(const Libssl& libssl) {
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  if (counting_libssl != nullptr) return true;
  counting_libssl = &libssl;
  if (libssl.CRYPTO_get_ex_new_index(kExIndexSslSession, 0, nullptr, OnNew, OnDup, OnFree) < 0) {
    counting_libssl = nullptr;
    return false;
  }
  return true;
}

SessionCounts CountedSessions() {
  // Read in this order, so that live = created - destroyed is never negative.
  const uint64_t ended = destroyed.load(std::memory_order_acquire);
  return {created.load(std::memory_order_acquire), ended};
}

}  // namespace libssl_session
