// The only place that reads OpenSSL's error queue.

#ifndef LIBSSL_SESSION_NATIVE_CORE_ERROR_QUEUE_H_
#define LIBSSL_SESSION_NATIVE_CORE_ERROR_QUEUE_H_

#include <string>
#include <vector>

#include "loader/libssl.h"

namespace libssl_session {

struct OpensslError {
  unsigned long code;  // the packed number: library << 24 | function << 12 | reason
  std::string library;
  std::string function;
  std::string reason;
  std::string data;
};

// Whether the calling thread has errors.
inline bool ErrorsPending(const Libssl& libssl) { return libssl.ERR_peek_error() != 0; }

// Whether the calling thread's newest error is this one.
inline bool LastErrorIs(const Libssl& libssl, unsigned long library, unsigned long reason) {
  const unsigned long code = libssl.ERR_peek_last_error();
  return code >> 24 == library && (code & 0xfff) == reason;
}

// Moves the calling thread's errors, oldest first, to the end of `errors`.
void TakeErrors(const Libssl& libssl, std::vector<OpensslError>* errors);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_ERROR_QUEUE_H_
