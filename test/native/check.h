// All there is of a test framework: the package registries have none that comes whole, without
// fetching more when it is built.

#ifndef LIBSSL_SESSION_TEST_NATIVE_CHECK_H_
#define LIBSSL_SESSION_TEST_NATIVE_CHECK_H_

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace libssl_session {

// What is being tried just now, for the message of a failure. Set by the main thread.
inline std::string current_test;
inline std::string current_step;

inline void Trying(const std::string& step) { current_step = step; }

// A test is named by a sentence, and runs at once.
template <typename Body>
void Test(const char* sentence, Body body) {
  current_test = sentence;
  current_step.clear();
  body();
  std::printf("ok: %s\n", sentence);
}

inline void Check(bool condition, const char* text, const char* file, int line) {
  if (condition) return;
  std::fflush(stdout);
  std::fprintf(stderr, "failed: %s\n  at: %s\n  %s:%d: %s\n", current_test.c_str(),
               current_step.c_str(), file, line, text);
  _exit(1);  // other threads may be running
}

// A macro for the text and the place of the condition.
#define CHECK(condition) ::libssl_session::Check((condition), #condition, __FILE__, __LINE__)

// ctest counts a program that prints this as skipped.
[[noreturn]] inline void Skip(const std::string& reason) {
  std::printf("skipped: %s\n", reason.c_str());
  std::exit(0);
}

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_TEST_NATIVE_CHECK_H_
