#include "core/wiped_memory.h"

#include <malloc.h>
#include <pthread.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#include "core/small_blocks.h"

namespace libssl_session {
namespace {

// This thread's. Without initial-exec each allocation would have to search for it.
__attribute__((tls_model("initial-exec"))) thread_local SmallBlocks* small_blocks = nullptr;

void EndSmallBlocks(void* blocks) {
  small_blocks = nullptr;
  delete static_cast<SmallBlocks*>(blocks);
}

// Ends small_blocks with its thread. A C++ destructor would run before libcrypto frees its data of
// the thread. That may begin small_blocks again, and POSIX then calls EndSmallBlocks once more.
struct SmallBlocksKey {
  pthread_key_t key = 0;
  bool made = pthread_key_create(&key, EndSmallBlocks) == 0;
};

SmallBlocks* BeginSmallBlocks() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return nullptr;  // the sanitizer must see each free
#endif
  static const SmallBlocksKey end;
  if (!end.made) return nullptr;
  auto* begun = new (std::nothrow) SmallBlocks;
  if (begun != nullptr && pthread_setspecific(end.key, begun) != 0) {
    delete begun;
    return nullptr;
  }
  return begun;
}

void* Allocate(size_t size, const char*, int) {
  if (size == 0) return nullptr;
  void* block = small_blocks == nullptr ? nullptr : small_blocks->Take(size);
  return block == nullptr ? std::malloc(size) : block;
}

typedef long long Lane __attribute__((vector_size(16), aligned(1), may_alias));

// Most of libssl's blocks are a few words long, so the call of memset would take most of the time.
void Wipe(void* memory, size_t size) {
  if (size < sizeof(Lane) || size > 256) return explicit_bzero(memory, size);
  char* at = static_cast<char*>(memory);
  char* const last = at + size - sizeof(Lane);
  for (; at < last; at += sizeof(Lane)) *reinterpret_cast<volatile Lane*>(at) = Lane{};
  *reinterpret_cast<volatile Lane*>(last) = Lane{};
}

void Free(void* memory, const char*, int) {
  if (memory == nullptr) return;
  const size_t size = malloc_usable_size(memory);
  Wipe(memory, size);
  if (small_blocks == nullptr) small_blocks = BeginSmallBlocks();
  if (small_blocks != nullptr && small_blocks->Keep(memory, size)) return;
  std::free(memory);
}

// realloc(3) would not wipe the old block.
void* Reallocate(void* memory, size_t size, const char* file, int line) {
  if (memory == nullptr) return Allocate(size, file, line);
  if (size == 0) {
    Free(memory, file, line);
    return nullptr;
  }
  const size_t old_size = malloc_usable_size(memory);
  if (size <= old_size && size >= old_size / 2) return memory;
  void* moved = Allocate(size, file, line);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, memory, std::min(size, old_size));
  Free(memory, file, line);
  return moved;
}

}  // namespace

void FreeSmallBlocks() {
  if (small_blocks != nullptr) small_blocks->FreeAll();
}

void WipeFreedMemory(const Libssl& libssl) {
  CRYPTO_malloc_fn* allocate = nullptr;
  libssl.CRYPTO_get_mem_functions(&allocate, nullptr, nullptr);
  if (allocate != libssl.CRYPTO_malloc) return;
  libssl.CRYPTO_set_mem_functions(Allocate, Reallocate, Free);
}

}  // namespace libssl_session
