// A program that exports functions under OpenSSL's names, as node does. They are wrong on purpose:
// what binds to them is not libssl 1.1.1 any more, and must be refused.

#include <dlfcn.h>

#include "support.h"

extern "C" {
unsigned long ERR_get_error() { std::abort(); }
void ERR_put_error(int, int, int, const char*, int) { std::abort(); }
void* CRYPTO_malloc(size_t, const char*, int) { std::abort(); }
void* CRYPTO_zalloc(size_t, const char*, int) { std::abort(); }
void CRYPTO_free(void*, const char*, int) { std::abort(); }
int SSL_SESSION_up_ref(void*) { std::abort(); }
}

namespace libssl_session {
namespace {

// Without RTLD_DEEPBIND, which the sanitizers' runtimes refuse, nothing loads isolated here.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kDeepBinding = false;
#else
constexpr bool kDeepBinding = true;
#endif

void ExpectRefusal(const std::string& directory) {
  const LoadResult result = LoadLibssl(directory, {});
  CHECK(result.libssl == nullptr);
  CHECK(result.attempts.size() == 1);
  CHECK(result.attempts[0].refusal == Refusal::kNotIsolated);
  const std::string& reason = result.attempts[0].reason;
  Trying(reason);
  bool named = false;
  for (const char* name : {"ERR_get_error", "ERR_put_error", "CRYPTO_malloc", "CRYPTO_zalloc",
                           "CRYPTO_free", "SSL_SESSION_up_ref"}) {
    named = named || Contains(reason, std::string(name) + " of " + directory);
  }
  CHECK(named);
  const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  CHECK(Contains(reason, "is bound to " + program));
}

void TestPlainLoading(const std::string& directory) {
  Test("libraries that were loaded plainly, and so bound to the program's functions, are refused",
       [&] {
         for (const char* name : kLibraryNames) {
           CHECK(dlopen((directory + "/" + name).c_str(), RTLD_NOW | RTLD_LOCAL) != nullptr);
         }
         ExpectRefusal(directory);
       });
  Test("and so again at the next call", [&] { ExpectRefusal(directory); });
}

void TestOwnLoading(const std::string& directory) {
  if (!kDeepBinding) {
    Test("without RTLD_DEEPBIND the program's functions get in, and that is refused",
         [&] { ExpectRefusal(directory); });
    return;
  }
  Test("libraries that LoadLibssl opens itself do not see the program's functions", [&] {
    const Libssl& libssl = Load();
    SSL_SESSION* session = libssl.SSL_SESSION_new();
    CHECK(libssl.SSL_SESSION_up_ref(session) == 1);
    libssl.SSL_SESSION_free(session);
    libssl.SSL_SESSION_free(session);
  });
}

}  // namespace
}  // namespace libssl_session

int main(int argc, char** argv) {
  const std::string directory =
      std::filesystem::canonical(libssl_session::LibsslDirectory()).string();
  const std::string scenario = argc > 1 ? argv[1] : "";
  if (scenario == "refuses-plain-loading") {
    libssl_session::TestPlainLoading(directory);
  } else if (scenario == "accepts-its-own-loading") {
    libssl_session::TestOwnLoading(directory);
  } else {
    std::fprintf(stderr, "which scenario?\n");
    return 2;
  }
}
