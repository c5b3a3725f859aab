// What several test programs need.

#ifndef LIBSSL_SESSION_TEST_NATIVE_SUPPORT_H_
#define LIBSSL_SESSION_TEST_NATIVE_SUPPORT_H_

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "core/session.h"
#include "loader/libssl.h"

namespace libssl_session {

inline constexpr const char* kLibraryNames[] = {"libcrypto.so.1.1", "libssl.so.1.1"};

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  CHECK(file.good());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void WriteFile(const std::string& path, const std::string& contents) {
  std::ofstream file(path, std::ios::binary);
  file << contents;
  file.close();
  CHECK(file.good());
}

inline std::string Fixture(const std::string& name) {
  return ReadFile(std::string(FIXTURES "/") + name);
}

inline const uint8_t* Bytes(const std::string& text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

// The directory of libssl 1.1.1. The program ends as skipped where there is none.
inline std::string LibsslDirectory() {
  const char* variable = std::getenv("LIBSSL_SESSION_DIR");
  const std::string directory =
      variable != nullptr && *variable != '\0' ? variable : DEFAULT_LIBSSL_DIR;
  for (const char* name : kLibraryNames) {
    if (!std::filesystem::exists(directory + "/" + name)) {
      Skip("no " + directory + "/" + name + " (node scripts/setup.mjs fetches it)");
    }
  }
  return directory;
}

inline const Libssl& Load() {
  const LoadResult result = LoadLibssl(LibsslDirectory(), {});
  Trying(result.attempts.empty() ? "" : result.attempts.back().reason);
  CHECK(result.libssl != nullptr);
  return *result.libssl;
}

// Owns a reference to a session, and gives it back.
class Owned {
 public:
  Owned(const Libssl& libssl, SSL_SESSION* session) : libssl_(libssl), session_(session) {
    CHECK(session != nullptr);
  }
  ~Owned() { libssl_.SSL_SESSION_free(session_); }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;

  SSL_SESSION* get() const { return session_; }

 private:
  const Libssl& libssl_;
  SSL_SESSION* session_;
};

inline SSL_SESSION* Decoded(const Libssl& libssl, const std::string& der) {
  size_t used = 0;
  SSL_SESSION* session = SessionFromDer(libssl, Bytes(der), der.size(), &used);
  CHECK(session != nullptr);
  CHECK(used == der.size());
  return session;
}

// Removed with all that is in it; below the build directory, since a failed CHECK leaves it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string path = SCRATCH "/scratch.XXXXXX";
    CHECK(mkdtemp(path.data()) != nullptr);
    path_ = path;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// Runs work(index) in `count` threads that start together, and waits for them.
template <typename Work>
void InThreads(int count, Work work) {
  std::atomic<int> waiting{count};
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      --waiting;
      while (waiting.load() != 0) std::this_thread::yield();
      work(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// `text` with every `from` replaced by `to`, which is as long; there must be one.
inline std::string Patched(std::string text, const std::string& from, const std::string& to) {
  CHECK(from.size() == to.size());
  size_t at = text.find(from);
  CHECK(at != text.npos);
  for (; at != text.npos; at = text.find(from, at)) text.replace(at, to.size(), to);
  return text;
}

inline bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_TEST_NATIVE_SUPPORT_H_
