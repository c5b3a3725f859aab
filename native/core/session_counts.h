// Native SSL_SESSION objects as libssl itself counts them, whoever made or freed them.

#ifndef LIBSSL_SESSION_NATIVE_CORE_SESSION_COUNTS_H_
#define LIBSSL_SESSION_NATIVE_CORE_SESSION_COUNTS_H_

#include <cstdint>

#include "loader/libssl.h"

namespace libssl_session {

struct SessionCounts {
  uint64_t created;
  uint64_t destroyed;
};

// From now on sessions are counted, in every thread of the process. Again: nothing. False when
// libssl gives no ex_data index. A session that was made before is never counted.
bool StartCountingSessions(const Libssl& libssl);

SessionCounts CountedSessions();

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_SESSION_COUNTS_H_
