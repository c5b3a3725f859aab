// What libssl's callbacks answer. The answers are given in advance, because no JavaScript runs
// inside a libssl call.

#ifndef LIBSSL_SESSION_NATIVE_CORE_ANSWERS_H_
#define LIBSSL_SESSION_NATIVE_CORE_ANSWERS_H_

#include <string.h>

#include <algorithm>
#include <deque>
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

// Owns one reference to an object of libcrypto.
template <typename T, int (*Libssl::*up_ref)(T*), void (*Libssl::*free)(T*)>
class Reference {
 public:
  // Takes a reference of its own.
  Reference(const Libssl& libssl, T* object) : libssl_(&libssl), object_(object) {
    (libssl.*up_ref)(object);
  }
  Reference(Reference&& other) noexcept
      : libssl_(other.libssl_), object_(std::exchange(other.object_, nullptr)) {}
  Reference& operator=(Reference&& other) noexcept {
    std::swap(libssl_, other.libssl_);
    std::swap(object_, other.object_);
    return *this;
  }
  ~Reference() { (libssl_->*free)(object_); }

  T* get() const { return object_; }

 private:
  const Libssl* libssl_;
  T* object_;
};

using CertificateReference = Reference<X509, &Libssl::X509_up_ref, &Libssl::X509_free>;
using DhReference = Reference<DH, &Libssl::DH_up_ref, &Libssl::DH_free>;
using KeyReference = Reference<EVP_PKEY, &Libssl::EVP_PKEY_up_ref, &Libssl::EVP_PKEY_free>;

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

// What the callback of SSL_CTX_set_verify says at a certificate with this error (X509_V_OK: with
// none) at this depth; without one of the two, at any. `as`: the error that it sets.
struct VerifyRule {
  std::optional<int> error;
  std::optional<int> depth;
  int result;
  std::optional<int> as;
};

// A client's certificates with their keys, the first of which fits; otherwise 0 for none, or -1:
// the handshake waits.
struct ClientCertificates {
  int otherwise;
  std::vector<std::pair<CertificateReference, KeyReference>> all;
};

// What a callback says of an OCSP response: one of SSL_TLSEXT_ERR_… of a server, which staples
// `response` unless it is empty; of a client whether the handshake goes on.
struct StatusAnswer {
  int result;
  std::string response;
};

// The ids of a server's new sessions: the beginning of each, and the rest is random; or the ids
// themselves, in their order.
struct SessionIds {
  std::optional<std::string> prefix;
  mutable std::deque<std::string> list;  // those that are left
};

// Whether a new session cannot be resumed: with an ephemeral key exchange, and otherwise.
struct NotResumable {
  bool forward_secure;
  bool otherwise;
};

// The key of a session, which both sides of EAP-FAST know, and its suite; nullptr: libssl chooses.
struct SessionSecret {
  Secret key;
  const SSL_CIPHER* cipher;
};

// An extension that libssl does not know.
struct CustomExtension {
  bool empty;                        // no callback: libssl sends it empty in the ClientHello
  std::optional<std::string> bytes;  // what is sent; without it, nothing
  std::optional<int> add_alert;      // ends the handshake where it would be sent
  std::optional<int> parse_alert;    // ends the handshake when it comes
};

// What the security callback says of an operation (SSL_SECOP_…) with a NID and fewer than so many
// bits; without one of them, of any.
struct SecurityRule {
  std::optional<int> operation;
  std::optional<int> nid;
  std::optional<int> below;
  int result;
};

// How many bytes of padding a record of TLS 1.3 gets: `bytes`, and up to the next multiple.
struct PaddingRule {
  std::optional<int> type;  // of its content; without it, any
  int bytes;
  int multiple;  // 0: of nothing
};

// A user of SRP, whom a server knows. The password has a NUL at its end.
struct SrpUser {
  Secret password;
  std::string group;  // its name: 1024, 1536, …
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
  std::optional<int> verify;  // of any chain of the peer: X509_V_OK, or what is wrong
  std::optional<std::vector<VerifyRule>> verify_rules;  // the first that fits
  std::optional<int> certificate;  // this side needs one: 1 goes on, 0 fails, -1 waits
  std::optional<ClientCertificates> client_certificates;
  std::optional<StatusAnswer> certificate_status;
  std::optional<std::vector<SecurityRule>> security;  // the first that fits
  std::optional<std::vector<PaddingRule>> padding;    // the first that fits
  std::optional<DhReference> dh_parameters;           // a server's
  std::optional<Secret> passphrase;                   // of files
  std::map<std::string, SrpUser> srp_users;           // a server's
  std::optional<Secret> srp_password;                 // a client's, with a NUL at its end
  std::optional<bool> srp_parameters;                 // a client's: whether it takes a group
  std::optional<std::string> next_protocols;          // NPN: a server's, each after its length
  std::optional<std::string> next_protocol_choice;    // NPN: a client's
  std::optional<bool> transparency;                   // whether what is known of SCTs is enough
  std::optional<SessionIds> session_ids;
  std::optional<NotResumable> not_resumable;
  std::optional<SessionSecret> session_secret;  // a connection's
  std::optional<int> ticket_extension;          // a connection's: 1 accepts it, 0 does not
  std::string alpn;                             // a server's list, each protocol after its length
};

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_ANSWERS_H_
