// What libssl's callbacks record. No JavaScript runs inside a libssl call, so a callback only
// writes down what happened; the call that libssl was in hands the list on when libssl is off the
// stack.

#ifndef LIBSSL_SESSION_NATIVE_CORE_EVENTS_H_
#define LIBSSL_SESSION_NATIVE_CORE_EVENTS_H_

#include <cstdint>

#include "core/answers.h"
#include "core/handle_table.h"
#include "loader/libssl.h"

namespace libssl_session {

// src/native/native.ts has the same numbers. A context records a kind when its bit, 1 << kind, is
// asked for.
enum class EventKind : uint8_t {
  kNewSession = 1,       // session
  kRemoveSession = 2,    // session
  kLookup = 4,           // data: an id that the handshake waits for; always recorded
  kKeylog = 5,           // data: the line
  kPskUse = 6,           // number: whether the hash was fixed already (after a HelloRetryRequest)
  kPskFind = 7,          // data: the identity; number: whether there was an answer
  kTicketIssued = 8,     // nothing
  kTicketReceived = 9,   // data: the application data; number: SSL_TICKET_STATUS
  kEarlyData = 10,       // whether to allow it was asked; number: the answer
  kPskClient = 11,       // data: the hint; number: whether there was an answer
  kPskServer = 12,       // data: the identity; number: whether there was an answer
  kContextGone = 13,     // nothing of this context will be recorded any more
  kRenewedSession = 14,  // session: a client's, which libssl has put in place of the one offered
};

struct Event {
  EventKind kind;
  Handle context;        // its first handle, which may have ended
  Handle connection;     // kNullHandle where there is none
  SSL_SESSION* session;  // a reference that the event owns, or nullptr
  Secret data;           // a line of the key log is one: wiped, delivered or not
  int number;
};

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_EVENTS_H_
