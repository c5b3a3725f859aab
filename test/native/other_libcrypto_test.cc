// A libcrypto.so.1.1 that is in the process already. ld.so gives it, by its name, to every libssl
// that is opened later, whatever directory that one is in: two libraries that are not a pair,
// though each for itself is isolated.

#include <dlfcn.h>

#include "support.h"

namespace libssl_session {
namespace {

void Copy(const TemporaryDirectory& to, const std::string& libssl) {
  WriteFile(to / "libcrypto.so.1.1", ReadFile(LibsslDirectory() + "/libcrypto.so.1.1"));
  WriteFile(to / "libssl.so.1.1", libssl);
}

void ExpectMixRefused(const std::string& other_directory) {
  const LoadResult result = LoadLibssl(LibsslDirectory(), {});
  CHECK(result.libssl == nullptr);
  CHECK(result.attempts.size() == 1);
  Trying(result.attempts[0].reason);
  CHECK(result.attempts[0].refusal == Refusal::kNotIsolated);
  CHECK(Contains(result.attempts[0].reason, "is bound to " + other_directory));
}

void TestLoadedByOthers() {
  Test("a libssl that is bound to another directory's libcrypto is refused", [] {
    const TemporaryDirectory other;
    Copy(other, ReadFile(LibsslDirectory() + "/libssl.so.1.1"));
    CHECK(dlopen((other / "libcrypto.so.1.1").c_str(), RTLD_NOW | RTLD_LOCAL) != nullptr);
    ExpectMixRefused(other.path());
  });
}

void TestLibsslUnopenable() {
  Test("after a refusal that left a libcrypto behind, a mix with it is refused", [] {
    const TemporaryDirectory other;
    Copy(other, Patched(ReadFile(LibsslDirectory() + "/libssl.so.1.1"), "libc.so.6", "libx.so.6"));
    const LoadResult result = LoadLibssl(other.path(), {});
    CHECK(result.libssl == nullptr);
    Trying(result.attempts[0].reason);
    CHECK(result.attempts[0].refusal == Refusal::kNotFound);
    CHECK(Contains(result.attempts[0].reason, "libx.so.6"));
    ExpectMixRefused(other.path());
  });
}

void TestFunctionMissing() {
  Test("a library without one of the functions is refused before it is opened", [] {
    {
      const TemporaryDirectory other;
      Copy(other, Patched(ReadFile(LibsslDirectory() + "/libssl.so.1.1"), "SSL_SESSION_dup",
                          "SSL_SESSION_pud"));
      const LoadResult result = LoadLibssl(other.path(), {});
      CHECK(result.libssl == nullptr);
      Trying(result.attempts[0].reason);
      CHECK(result.attempts[0].refusal == Refusal::kVersion);
      CHECK(Contains(result.attempts[0].reason, "libssl.so.1.1 has no SSL_SESSION_dup"));
    }
    CHECK(!Contains(ReadFile("/proc/self/maps"), "libcrypto.so.1.1"));
    Load();
  });
}

}  // namespace
}  // namespace libssl_session

int main(int argc, char** argv) {
  const std::string scenario = argc > 1 ? argv[1] : "";
  if (scenario == "loaded-by-others") {
    libssl_session::TestLoadedByOthers();
  } else if (scenario == "libssl-unopenable") {
    libssl_session::TestLibsslUnopenable();
  } else if (scenario == "function-missing") {
    libssl_session::TestFunctionMissing();
  } else {
    std::fprintf(stderr, "which scenario?\n");
    return 2;
  }
}
