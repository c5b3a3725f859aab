#include "wiped_memory.h"

#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace libssl_session {
namespace {

void* Allocate(size_t size, const char*, int) { return size == 0 ? nullptr : std::malloc(size); }

// Most of what libssl allocates is a few words long: calling memset would take most of the time.
void Wipe(void* memory) {
  const size_t size = malloc_usable_size(memory);
  if (size > 128) return explicit_bzero(memory, size);
  volatile uint64_t* word = static_cast<volatile uint64_t*>(memory);
  for (size_t i = 0; i < size / sizeof *word; ++i) word[i] = 0;
  explicit_bzero(static_cast<char*>(memory) + size / sizeof *word * sizeof *word,
                 size % sizeof *word);
}

void Free(void* memory, const char*, int) {
  if (memory == nullptr) return;
  Wipe(memory);
  std::free(memory);
}

// realloc(3) would leave the old place as it was.
void* Reallocate(void* memory, size_t size, const char* file, int line) {
  if (memory == nullptr) return Allocate(size, file, line);
  if (size == 0) {
    Free(memory, file, line);
    return nullptr;
  }
  const size_t old_size = malloc_usable_size(memory);
  if (size <= old_size && size >= old_size / 2) return memory;
  void* moved = std::malloc(size);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, memory, std::min(size, old_size));
  Free(memory, file, line);
  return moved;
}

}  // namespace

void WipeFreedMemory(const Libssl& libssl) {
  CRYPTO_malloc_fn* allocate = nullptr;
  libssl.CRYPTO_get_mem_functions(&allocate, nullptr, nullptr);
  if (allocate != libssl.CRYPTO_malloc) return;
  libssl.CRYPTO_set_mem_functions(Allocate, Reallocate, Free);
}

}  // namespace libssl_session
