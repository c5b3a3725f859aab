// A process that ends while other threads are inside libssl: some runtimes do not stop their
// Workers first, and OPENSSL_cleanup would take the library's locks and tables away from them.

#include <sys/wait.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "tls.h"

namespace libssl_session {
namespace {

// Each thread has contexts of its own, which outlive it.
void ShakeHandsForEver(const Libssl& libssl, std::atomic<int>& begun) {
  auto* world = new World(libssl, false);
  const auto* client = new Context(*world, Side::kClient);
  const auto* server = new Context(*world, Side::kServer);
  for (bool first = true;; first = false) {
    Pair(*client, *server).Connect();
    if (first) ++begun;
    world->ForgetEvents();
  }
}

[[noreturn]] void EndBesideBusyThreads(int code) {
  constexpr int kThreads = 3;
  const Libssl& libssl = Load();
  std::atomic<int> begun{0};
  for (int i = 0; i < kThreads; ++i) {
    std::thread([&] { ShakeHandsForEver(libssl, begun); }).detach();
  }
  while (begun < kThreads) std::this_thread::yield();
  std::exit(code);
}

void TestAll(int processes) {
  LibsslDirectory();  // skips where there is none

  Test("a process ends as it wants to, whatever its other threads do in libssl", [&] {
    constexpr int kCode = 7;
    for (int i = 0; i < processes; ++i) {
      Trying(std::to_string(i));
      std::fflush(nullptr);
      const pid_t child = fork();
      CHECK(child != -1);
      if (child == 0) EndBesideBusyThreads(kCode);
      int status = 0;
      CHECK(waitpid(child, &status, 0) == child);
      CHECK(WIFEXITED(status));
      CHECK(WEXITSTATUS(status) == kCode);
    }
  });
}

}  // namespace
}  // namespace libssl_session

int main(int argc, char** argv) { libssl_session::TestAll(argc > 1 ? std::atoi(argv[1]) : 1); }
