// Why a session was resumed, or was not: what the client offered, what became of it, and, where
// libssl does not say, what differs between that session and the new one.

#ifndef LIBSSL_SESSION_NATIVE_CORE_RESUMPTION_H_
#define LIBSSL_SESSION_NATIVE_CORE_RESUMPTION_H_

#include <cstdint>
#include <optional>

#include "core/answers.h"
#include "loader/libssl.h"

namespace libssl_session {

struct ConnectionState;

// What a session is offered by. The numbers are those of src/connection/resumption.ts.
enum class OfferedBy : uint8_t { kNothing, kId, kTicket, kExternalPsk };

// Why it was not resumed, in the same file.
enum class NotResumed : uint8_t {
  kNoReason,  // libssl did not say, and nothing differs
  kUnknownId,
  kUnknownTicketKey,
  kDamagedTicket,
  kExpired,
  kVersion,
  kIdContext,
  kServerName,
  kHash,
  kKeyExchangeMode,
  kExtendedMasterSecret,
  kTicketRule,
  kReplay,
  kNotOffered,  // on a client
};

struct Resumption {
  bool known = false;  // the handshake is over
  bool again = false;  // an earlier handshake of the connection was over when this one began
  bool noted = false;  // a client's ClientHello was noted
  bool has_extended_secret = false;  // a client asks for the extended master secret
  const EVP_MD* psk_hash = nullptr;  // of an external PSK that a client offers, or a server knows
  bool resumed = false;
  OfferedBy offered = OfferedBy::kNothing;
  NotResumed reason = NotResumed::kNoReason;
  std::optional<SessionReference> candidate;  // what a server found, until the handshake is over
  // What a client has when it begins. The address is only compared: the session may be gone.
  const SSL_SESSION* had = nullptr;
  int version = 0;               // of the session or PSK that is offered
  const EVP_MD* hash = nullptr;  // and its hash; nullptr if it has none
};

// On a server at the first ClientHello of a handshake. `version`: the one that libssl will choose.
// `stateful`: tickets of TLS 1.3 are ids.
void NoteOffer(ConnectionState* state, int version, bool stateful);
// The session that was found for what was offered.
void NoteCandidate(ConnectionState* state, SSL_SESSION* session);
// A client offers an external PSK, or a server has one that libssl makes a session of.
void NotePskOffer(ConnectionState* state, const EVP_MD* hash);
// The hash of a session's cipher suite; nullptr if it has no suite.
const EVP_MD* HashOf(const Libssl& libssl, const SSL_SESSION* session);
// `where` is the argument of the info callback.
void NoteResumption(ConnectionState* state, int where);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_RESUMPTION_H_
