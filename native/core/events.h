// What libssl's callbacks record. No JavaScript runs inside a libssl call, so a callback only
// records what happened. Once libssl has returned, the addon hands the events on to JavaScript.

#ifndef LIBSSL_SESSION_NATIVE_CORE_EVENTS_H_
#define LIBSSL_SESSION_NATIVE_CORE_EVENTS_H_

#include <cstdint>

#include "core/answers.h"
#include "core/handle_table.h"
#include "loader/libssl.h"

namespace libssl_session {

enum class EventKind : uint8_t {
#define EVENT(name, number, has) k##name = number,
#include "events.def"
};

// The bit of a kind, where several are asked for.
constexpr uint32_t Bit(EventKind kind) { return 1U << static_cast<int>(kind); }

// What can be asked of one connection as well as of all those of a context.
inline constexpr uint32_t kOwnKinds = Bit(EventKind::kMessages) | Bit(EventKind::kExtension) |
                                      Bit(EventKind::kState) | Bit(EventKind::kInfo);

struct Event {
  EventKind kind;
  Handle context;        // its first handle, which may have been freed
  Handle connection;     // kNullHandle where there is none
  SSL_SESSION* session;  // a reference that the event owns, or nullptr
  Secret data;           // a Secret, because it may be a line of the key log
  int number;
  int value;
};

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_EVENTS_H_
