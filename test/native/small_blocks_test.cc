// Blocks kept for a thread; that none is lost or given twice. The leaks are for the sanitizer, or
// valgrind, to find.

#include "core/small_blocks.h"

#include <malloc.h>

#include <cstring>
#include <set>

#include "support.h"

namespace libssl_session {
namespace {

void TestAll() {
  Test("nothing is kept at first", [] {
    SmallBlocks blocks;
    for (size_t size = 1; size <= 200; ++size) CHECK(blocks.Take(size) == nullptr);
  });

  Test("a block that was kept is given once, and is never too small", [] {
    for (size_t kept = 1; kept <= 200; ++kept) {
      for (size_t wanted = 1; wanted <= 200; ++wanted) {
        SmallBlocks blocks;
        void* block = std::malloc(kept);
        const size_t size = malloc_usable_size(block);
        if (!blocks.Keep(block, size)) {
          std::free(block);
          break;
        }
        void* taken = blocks.Take(wanted);
        CHECK(taken == nullptr || (taken == block && wanted <= size));
        CHECK(blocks.Take(wanted) == nullptr);
        std::free(taken);
      }
    }
  });

  Test("sizes of another malloc than glibc's are kept no less safely", [] {
    for (size_t size = 0; size <= 200; ++size) {
      for (size_t wanted = 1; wanted <= 200; ++wanted) {
        SmallBlocks blocks;
        void* block = std::malloc(size + 1);
        if (!blocks.Keep(block, size)) {
          std::free(block);
          break;
        }
        void* taken = blocks.Take(wanted);
        CHECK(taken == nullptr || (taken == block && wanted <= size));
        std::free(taken);
      }
    }
  });

  Test("of each size so many are kept, all of them different, and what is left is freed", [] {
    SmallBlocks blocks;
    for (size_t i = 0; i < SmallBlocks::kLists; ++i) {
      const size_t size = SmallBlocks::kSmallest + i * SmallBlocks::kStep;
      for (size_t n = 0; n < SmallBlocks::kMax; ++n) CHECK(blocks.Keep(std::malloc(size), size));
      void* more = std::malloc(size);
      CHECK(!blocks.Keep(more, size));
      std::free(more);
    }
    std::set<void*> taken;
    for (size_t n = 0; n < SmallBlocks::kMax; ++n) {
      void* block = blocks.Take(SmallBlocks::kSmallest);
      CHECK(block != nullptr && taken.insert(block).second);
      std::free(block);
    }
    CHECK(blocks.Take(SmallBlocks::kSmallest) == nullptr);
  });

  const Libssl& libssl = Load();
  const std::string der = Fixture("openssl-1.1.1-tls12.der");
  Test("sessions cross from thread to thread, and threads end", [&] {
    for (int round = 0; round < 20; ++round) {
      SSL_SESSION* sessions[8][10] = {};
      InThreads(8, [&](int i) {
        for (SSL_SESSION*& session : sessions[i]) {
          const unsigned char* at = reinterpret_cast<const unsigned char*>(der.data());
          session = libssl.d2i_SSL_SESSION(nullptr, &at, static_cast<long>(der.size()));
          CHECK(session != nullptr);
        }
      });
      InThreads(8, [&](int i) {
        for (SSL_SESSION* session : sessions[(i + 1) % 8]) libssl.SSL_SESSION_free(session);
      });
    }
  });
}

}  // namespace
}  // namespace libssl_session

int main() { libssl_session::TestAll(); }
