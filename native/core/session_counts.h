// Counts the native SSL_SESSION objects of the process, whoever made or freed them.

#ifndef LIBSSL_SESSION_NATIVE_CORE_SESSION_COUNTS_H_
#define LIBSSL_SESSION_NATIVE_CORE_SESSION_COUNTS_H_

#include <cstdint>

#include "loader/libssl.h"

namespace libssl_session {

struct SessionCounts {
  uint64_t created;
  uint64_t destroyed;
};

// Counts all sessions that are made from now on, in every thread of the process. Calling it again
// does nothing. False if libssl has no ex_data index left.
bool StartCountingSessions(const Libssl& libssl);

SessionCounts CountedSessions();

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_SESSION_COUNTS_H_
