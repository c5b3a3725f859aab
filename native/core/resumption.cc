#include "core/resumption.h"

#include <algorithm>
#include <ctime>

#include "core/client_hello.h"
#include "core/connection.h"
#include "core/session.h"

namespace libssl_session {
namespace {

bool HasTicket(const Libssl& libssl, SSL* ssl) {
  View ticket;
  return Extension(libssl, ssl, kExtensionSessionTicket, &ticket) && ticket.size > 0;
}

bool HasPsk(const Libssl& libssl, SSL* ssl) {
  View psk;
  return Extension(libssl, ssl, kExtensionPsk, &psk);
}

// Whether the client lets a PSK be used with a key exchange of its own, as libssl wants it.
bool ExchangesKeys(const Libssl& libssl, SSL* ssl) {
  View extension, modes, mode;
  if (!Extension(libssl, ssl, kExtensionPskKexModes, &extension)) return false;
  if (!extension.TakePrefixed(1, &modes)) return false;
  const bool any = (libssl.SSL_get_options(ssl) & kOpAllowNoDheKex) != 0;
  while (modes.Take(1, &mode)) {
    if (mode.data[0] == 1 || (any && mode.data[0] == 0)) return true;
  }
  return false;
}

bool SameBytes(const unsigned char* a, unsigned int a_size, const unsigned char* b,
               unsigned int b_size) {
  return a_size == b_size && std::equal(a, a + a_size, b);
}

bool SameIdContext(const Libssl& libssl, const SSL_SESSION* a, const SSL_SESSION* b) {
  unsigned int a_size = 0, b_size = 0;
  const unsigned char* a_bytes = libssl.SSL_SESSION_get0_id_context(a, &a_size);
  const unsigned char* b_bytes = libssl.SSL_SESSION_get0_id_context(b, &b_size);
  return SameBytes(a_bytes, a_size, b_bytes, b_size);
}

// Of a handshake that begins.
Resumption Again(const Resumption& last) {
  Resumption noted;
  noted.again = last.known || last.again;
  return noted;
}

// What differs between the session that was found and the one that was made instead, in libssl's
// order (tls_parse_ctos_psk, ssl_get_prev_session).
NotResumed Difference(const ConnectionState& state, const SSL_SESSION* found,
                      const SSL_SESSION* made) {
  const Libssl& libssl = state.context.libssl;
  const bool tls13 = libssl.SSL_version(state.ssl) == kTls13;
  if (libssl.SSL_SESSION_get_protocol_version(found) !=
      libssl.SSL_SESSION_get_protocol_version(made)) {
    return NotResumed::kVersion;
  }
  if (tls13 && HashOf(libssl, found) != HashOf(libssl, made)) return NotResumed::kHash;
  if (!SameIdContext(libssl, found, made)) {
    const char* name = libssl.SSL_SESSION_get0_hostname(found);
    const std::string before = name == nullptr ? std::string() : std::string(name);
    return before == state.servername.value_or(std::string()) ? NotResumed::kIdContext
                                                              : NotResumed::kServerName;
  }
  const long age = libssl.SSL_SESSION_get_time(made) - libssl.SSL_SESSION_get_time(found);
  if (libssl.SSL_SESSION_get_timeout(found) < age) return NotResumed::kExpired;
  const bool protects = tls13 && libssl.SSL_get_max_early_data(state.ssl) > 0 &&
                        (libssl.SSL_get_options(state.ssl) & kOpNoAntiReplay) == 0;
  if (protects) return NotResumed::kReplay;
  if (tls13 || !state.resumption.has_extended_secret) return NotResumed::kNoReason;
  const bool refuses = state.resumption.again &&
                       (libssl.SSL_get_options(state.ssl) & kOpNoResumptionOnRenegotiation) != 0;
  return refuses ? NotResumed::kNoReason : NotResumed::kExtendedMasterSecret;
}

// A client begins a handshake, with this session if it has one.
void NoteStart(ConnectionState* state) {
  const Libssl& libssl = state->context.libssl;
  Resumption& noted = state->resumption;
  noted = Again(noted);
  // libssl answers a HelloRequest with an abbreviated handshake, but not over DTLS.
  const bool full = state->renegotiates_fully || libssl.SSL_is_dtls(state->ssl) == 1;
  state->renegotiates_fully = false;
  if (!(noted.again && full)) noted.had = libssl.SSL_get_session(state->ssl);
}

// What it offers the session by, as libssl does (tls_construct_client_hello,
// tls_construct_ctos_psk).
OfferedBy OfferOf(const ConnectionState& state, const SSL_SESSION* session) {
  const Libssl& libssl = state.context.libssl;
  const bool ticket = libssl.SSL_SESSION_has_ticket(session) == 1;
  if (libssl.SSL_SESSION_get_protocol_version(session) == kTls13) {
    return ticket && TicketIsYoung(libssl, session, std::time(nullptr)) ? OfferedBy::kTicket
                                                                        : OfferedBy::kNothing;
  }
  if (ticket && (libssl.SSL_get_options(state.ssl) & kOpNoTicket) == 0) return OfferedBy::kTicket;
  unsigned int size = 0;
  libssl.SSL_SESSION_get_id(session, &size);
  return size > 0 ? OfferedBy::kId : OfferedBy::kNothing;
}

// A client's first ClientHello was made. If libssl does not offer the session that it had, it has
// replaced it, or leaves it out.
void NoteClientHello(ConnectionState* state) {
  const Libssl& libssl = state->context.libssl;
  Resumption& noted = state->resumption;
  noted.noted = true;
  const SSL_SESSION* session = libssl.SSL_get_session(state->ssl);
  if (noted.had != nullptr && noted.had == session) noted.offered = OfferOf(*state, session);
  if (noted.offered != OfferedBy::kNothing) {
    noted.version = libssl.SSL_SESSION_get_protocol_version(session);
    noted.hash = HashOf(libssl, session);
  } else if (noted.psk_hash != nullptr) {
    noted.offered = OfferedBy::kExternalPsk;
    noted.version = kTls13;
    noted.hash = noted.psk_hash;
  } else if (noted.had != nullptr) {
    noted.reason = NotResumed::kNotOffered;
  }
}

// What a client sees of why a server did not resume.
NotResumed Refusal(const ConnectionState& state, const SSL_SESSION* made) {
  const Libssl& libssl = state.context.libssl;
  const Resumption& noted = state.resumption;
  if (noted.version != libssl.SSL_version(state.ssl)) return NotResumed::kVersion;
  const bool other = noted.version == kTls13 && noted.hash != HashOf(libssl, made);
  return other ? NotResumed::kHash : NotResumed::kNoReason;
}

void NoteEnd(ConnectionState* state) {
  const Libssl& libssl = state->context.libssl;
  Resumption& noted = state->resumption;
  const SSL_SESSION* made = libssl.SSL_get_session(state->ssl);
  const bool server = libssl.SSL_is_server(state->ssl) == 1;
  const bool first = !noted.known;
  noted.known = true;
  noted.resumed = libssl.SSL_session_reused(state->ssl) == 1;
  if (noted.resumed) {
    noted.reason = NotResumed::kNoReason;
    // The server has chosen between a ticket and a PSK.
    if (first && !server && noted.psk_hash != nullptr && noted.had != made) {
      noted.offered = OfferedBy::kExternalPsk;
    }
  } else if (first && made != nullptr && noted.reason == NotResumed::kNoReason) {
    if (!server && noted.offered != OfferedBy::kNothing) {
      noted.reason = Refusal(*state, made);
    } else if (noted.candidate.has_value()) {
      noted.reason = Difference(*state, noted.candidate->get(), made);
    } else if (noted.psk_hash != nullptr && noted.psk_hash != HashOf(libssl, made)) {
      noted.reason = NotResumed::kHash;
    }
  }
  noted.candidate.reset();
}

}  // namespace

const EVP_MD* HashOf(const Libssl& libssl, const SSL_SESSION* session) {
  const SSL_CIPHER* cipher = libssl.SSL_SESSION_get0_cipher(session);
  return cipher == nullptr ? nullptr : libssl.SSL_CIPHER_get_handshake_digest(cipher);
}

void NoteOffer(ConnectionState* state, int version, bool stateful) {
  const Libssl& libssl = state->context.libssl;
  SSL* const ssl = state->ssl;
  Resumption& noted = state->resumption;
  noted = Again(noted);
  const bool psk = HasPsk(libssl, ssl);
  const bool ticket = HasTicket(libssl, ssl);
  View id, empty;
  noted.has_extended_secret = Extension(libssl, ssl, kExtensionExtendedMasterSecret, &empty);
  id.size = libssl.SSL_client_hello_get0_session_id(ssl, &id.data);
  if (version == kTls13) {
    if (psk) {
      noted.offered = stateful ? OfferedBy::kId : OfferedBy::kTicket;
      if (stateful) noted.reason = NotResumed::kUnknownId;
      if (!ExchangesKeys(libssl, ssl)) noted.reason = NotResumed::kKeyExchangeMode;
    } else if (ticket) {
      // Of an older version. An id alone says nothing: every client of TLS 1.3 sends one.
      noted.offered = OfferedBy::kTicket;
      noted.reason = NotResumed::kVersion;
    }
    return;
  }
  const bool takes_tickets = (libssl.SSL_get_options(ssl) & kOpNoTicket) == 0;
  if (psk) {
    noted.offered = OfferedBy::kTicket;
    noted.reason = NotResumed::kVersion;
  } else if (ticket && takes_tickets) {
    noted.offered = OfferedBy::kTicket;
  } else if (id.size > 0) {
    noted.offered = OfferedBy::kId;
    noted.reason = NotResumed::kUnknownId;
  }
}

void NoteCandidate(ConnectionState* state, SSL_SESSION* session) {
  Resumption& noted = state->resumption;
  if (noted.candidate.has_value()) return;  // the first that was offered
  noted.candidate.emplace(state->context.libssl, session);
  if (noted.reason == NotResumed::kUnknownId) noted.reason = NotResumed::kNoReason;
}

void NotePskOffer(ConnectionState* state, const EVP_MD* hash) { state->resumption.psk_hash = hash; }

void NoteResumption(ConnectionState* state, int where) {
  const Libssl& libssl = state->context.libssl;
  if (libssl.SSL_is_server(state->ssl) != 1) {
    if ((where & kCbHandshakeStart) != 0) NoteStart(state);
    if (!state->resumption.noted && libssl.SSL_get_state(state->ssl) == kSentClientHello) {
      NoteClientHello(state);
    }
  }
  if ((where & kCbHandshakeDone) != 0) NoteEnd(state);
}

}  // namespace libssl_session
