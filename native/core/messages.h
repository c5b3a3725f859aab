// What of a connection can be watched: its messages, the extensions that come, its states and
// alerts. A context may ask for that of all its connections, or a connection for its own.

#ifndef LIBSSL_SESSION_NATIVE_CORE_MESSAGES_H_
#define LIBSSL_SESSION_NATIVE_CORE_MESSAGES_H_

#include "core/connection.h"

namespace libssl_session {

// Messages that come one after the other are one event, since most of what an event costs is its
// object in JavaScript. Each is behind its head, in the byte order of the machine, as
// src/common/messages.ts reads it.
struct MessageHead {
  uint32_t size;
  int32_t version;
  uint16_t content_type;  // 256: the header of a record, 257: the content type that TLS 1.3 hides
  uint16_t sent;          // 1; 0: received
};

// The most that wait to be told, of all connections: a step with more loses the rest. It is more
// than 100 MB of records; but a peer can make records of one byte.
inline constexpr size_t kMostRecorded = 16384;

// From now on these of kOwnKinds are recorded for the connection, and the others no longer for its
// sake.
void Observe(ConnectionState* state, uint32_t kinds);

// Sets libssl's callbacks on a connection for what it or a context of it asks for now, or takes
// them away.
void InstallMessages(const ConnectionState& state);

// What the info callback says.
void RecordState(const ConnectionState& state, int where, int value);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_MESSAGES_H_
