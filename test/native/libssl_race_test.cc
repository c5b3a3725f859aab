// The very first load of a process, from eight threads at once.

#include "support.h"

namespace libssl_session {
namespace {

void TestAll() {
  const std::string directory = LibsslDirectory();

  Test("eight threads that race for the first load all get one library that works", [&] {
    const Libssl* libraries[8] = {};
    InThreads(8, [&](int i) {
      const LoadResult result = LoadLibssl(directory, {});
      CHECK(result.libssl != nullptr);
      CHECK(result.attempts.empty());
      libraries[i] = result.libssl;
      SSL_SESSION* session = result.libssl->SSL_SESSION_new();
      CHECK(session != nullptr);
      result.libssl->SSL_SESSION_free(session);
    });
    for (const Libssl* library : libraries) CHECK(library == libraries[0]);
  });
}

}  // namespace
}  // namespace libssl_session

int main() { libssl_session::TestAll(); }
