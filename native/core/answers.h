// What libssl's callbacks answer. The answers are given in advance, because no JavaScript runs
// inside a libssl call.

#ifndef LIBSSL_SESSION_NATIVE_CORE_ANSWERS_H_
#define LIBSSL_SESSION_NATIVE_CORE_ANSWERS_H_

#include <string.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "loader/libssl.h"

namespace libssl_session {

// Owns one reference to a session.
class SessionReference {
 public:
  // Takes a reference of its own.
  SessionReference(const Libssl& libssl, SSL_SESSION* session)
      : libssl_(&libssl), session_(session) {
    libssl.SSL_SESSION_up_ref(session);
  }
  SessionReference(SessionReference&& other) noexcept
      : libssl_(other.libssl_), session_(std::exchange(other.session_, nullptr)) {}
  SessionReference& operator=(SessionReference&& other) noexcept {
    std::swap(libssl_, other.libssl_);
    std::swap(session_, other.session_);
    return *this;
  }
  ~SessionReference() { libssl_->SSL_SESSION_free(session_); }

  SSL_SESSION* get() const { return session_; }

 private:
  const Libssl* libssl_;
  SSL_SESSION* session_;
};

// Bytes that the destructor wipes.
class Secret {
 public:
  Secret(const uint8_t* data, size_t size) : bytes_(data, data + size) {}
  explicit Secret(size_t size) : bytes_(size) {}  // zeros, to be written to
  Secret(Secret&& other) noexcept = default;
  Secret& operator=(Secret&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Secret() {
    if (!bytes_.empty()) explicit_bzero(bytes_.data(), bytes_.size());
  }

  static constexpr size_t kLeast = 512;

  // Makes room for `more` bytes behind its own, without leaving a copy of them in freed memory.
  uint8_t* Grow(size_t more) {
    const size_t size = bytes_.size();
    if (size + more > bytes_.capacity()) {
      Secret larger(bytes_.data(), size, std::max({size + more, 2 * size, kLeast}));
      std::swap(bytes_, larger.bytes_);
    }
    bytes_.resize(size + more);
    return bytes_.data() + size;
  }

  const uint8_t* data() const { return bytes_.data(); }
  uint8_t* data() { return bytes_.data(); }
  size_t size() const { return bytes_.size(); }

 private:
  Secret(const uint8_t* data, size_t size, size_t room) {
    bytes_.reserve(room);
    bytes_.assign(data, data + size);
  }

  std::vector<uint8_t> bytes_;
};

// What a server does with a ticket that it can decrypt. The rule fits if the application data in
// the ticket is `app_data`; without `app_data` it fits every ticket.
struct TicketRule {
  std::optional<std::string> app_data;
  SSL_TICKET_RETURN action;
};

// What a callback says of an OCSP response: one of SSL_TLSEXT_ERR_… of a server, which staples
// `response` unless it is empty; of a client whether the handshake goes on.
struct StatusAnswer {
  int result;
  std::string response;
};

// A connection and its contexts each have some; AllAnswers() in connection.h has the order.
struct Answers {
  std::optional<std::pair<std::string, SessionReference>> psk_use;  // TLS 1.3, a client's
  std::map<std::string, SessionReference> psk_find;                 // TLS 1.3, a server's
  std::optional<std::pair<std::string, Secret>> psk_client;         // TLS 1.2, a client's
  std::map<std::string, Secret> psk_server;                         // TLS 1.2, a server's
  std::optional<std::string> ticket_app_data;                       // stored in each new ticket
  std::vector<TicketRule> ticket_rules;                             // the first that fits
  std::optional<bool> allow_early_data;
  std::optional<int> verify;        // of any chain of the peer: X509_V_OK, or what is wrong
  std::optional<bool> certificate;  // whether the handshake goes on where this side needs one
  std::optional<StatusAnswer> certificate_status;
  std::string alpn;  // a server's list, each protocol after its length
};

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_ANSWERS_H_
