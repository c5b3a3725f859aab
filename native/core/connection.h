// Our state of an SSL, and the steps of a connection over memory.

#ifndef LIBSSL_SESSION_NATIVE_CORE_CONNECTION_H_
#define LIBSSL_SESSION_NATIVE_CORE_CONNECTION_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/answers.h"
#include "core/context.h"
#include "core/events.h"
#include "core/rule.h"
#include "loader/libssl.h"

namespace libssl_session {

// Owns one reference to a certificate.
class CertificateReference {
 public:
  // Takes a reference of its own.
  CertificateReference(const Libssl& libssl, X509* certificate)
      : libssl_(&libssl), certificate_(certificate) {
    libssl.X509_up_ref(certificate);
  }
  CertificateReference(CertificateReference&& other) noexcept
      : libssl_(other.libssl_), certificate_(std::exchange(other.certificate_, nullptr)) {}
  ~CertificateReference() { libssl_->X509_free(certificate_); }

  X509* get() const { return certificate_; }

 private:
  const Libssl* libssl_;
  X509* certificate_;
};

// Owns one reference to a context.
class ContextReference {
 public:
  // Takes a reference of its own.
  ContextReference(const Libssl& libssl, SSL_CTX* context) : libssl_(&libssl), context_(context) {
    libssl.SSL_CTX_up_ref(context);
  }
  ~ContextReference() { libssl_->SSL_CTX_free(context_); }
  ContextReference(const ContextReference&) = delete;
  ContextReference& operator=(const ContextReference&) = delete;

  SSL_CTX* get() const { return context_; }

 private:
  const Libssl* libssl_;
  SSL_CTX* const context_;
};

struct ConnectionState {
  ConnectionState(ContextState& context, SSL* ssl);
  ~ConnectionState();
  ConnectionState(const ConnectionState&) = delete;
  ConnectionState& operator=(const ConnectionState&) = delete;

  static ConnectionState* Of(const Libssl& libssl, const SSL* ssl);

  bool Record(EventKind kind, SSL_SESSION* session, const void* data, size_t size, int number) {
    return context.Record(kind, id, session, data, size, number);
  }

  // The context that the connection was made of. Sessions stay its, also after the server has
  // switched to another by SNI. The SSL owns a reference to it.
  ContextState& context;
  SSL* const ssl;
  Handle id = kNullHandle;  // the first handle
  Answers answers;

  // What the client of a server asked for (SNI), or what a client asks for. libssl gives the name
  // of the session instead where one of TLS 1.2 is resumed.
  std::optional<std::string> servername;
  // A client's: the session that it offers, or the last that the application knows of. A reference,
  // so that no other session has its address.
  std::optional<SessionReference> offered;

  // The protocols that a client offers, as ALPN has them: libssl cannot be asked.
  std::string offered_alpn;
  int fragment_code = 0;  // the maximum fragment length that a client asks for: nor for this
  size_t early_data_room = SIZE_MAX;  // what a client may still send, once it has begun to

  // What a paused handshake asked for (kLookup), and what was found.
  enum class Question : uint8_t { kNone, kAsked, kAnswered };
  Question lookup = Question::kNone;
  bool paused = false;  // at the ClientHello, which libssl has read: SSL_clear would leak it
  std::vector<SessionReference> found;

  // A server that decides at the ClientHello: it pauses (kClientHello) until `chosen` is set, which
  // is the context to switch to; nullopt: what the server names say.
  bool asks_at_hello = false;
  uint32_t hellos = 0;  // ClientHellos that have come
  Question hello = Question::kNone;
  std::optional<ContextReference> chosen;

  // What the peer's certificate must be for, as SSL_set1_host or X509_VERIFY_PARAM_set1_ip_asc has
  // it: libssl cannot be asked.
  std::string expected_name;
  bool expects_address = false;
  // What verify.cc found wrong with the certificate that came last.
  int chain_error = 0;
  int name_error = 0;
  // What a peer sent whose certificate did not verify, its own first.
  std::vector<CertificateReference> refused_certificates;
  // Whether verify.cc has judged the handshake that is under way, or the last that is done.
  enum class Judged : uint8_t { kNot, kUnderWay, kDone };
  Judged judged = Judged::kNot;

  // What was set for the connection alone, and stays when its context is switched.
  struct Own {
    bool id_context = false;
    bool groups = false;
    bool verify_mode = false;
    bool min_version = false;
    bool max_version = false;
    bool num_tickets = false;
    bool max_early_data = false;
  };
  Own own;

  // Over DTLS: the sessions that libssl will look at when it sends again what it has sent. It does
  // not keep them itself, and a handshake replaces its session under way.
  std::vector<SessionReference> sent_with;
  long mtu = 0;                    // the most bytes of a datagram; 0: libssl has not asked yet
  unsigned int first_timeout = 0;  // microseconds: how long it waits before it first sends again
  std::string peer_address;        // what a cookie is bound to

  // The others of the registry.
  ConnectionState* previous = nullptr;
  ConnectionState* next;

  Rule unusable = Rule::kNone;  // why it can only be freed
  enum class Side : uint8_t { kUnknown, kClient, kServer };
  Side side = Side::kUnknown;     // the one that was chosen
  bool short_records = false;     // fragments.h: until the handshake is over
  bool asks_for_psk = false;      // libssl has its psk_use_session_cb
  bool early_data = false;        // sending or reading early data has begun
  bool early_data_read = false;   // libssl said that it has read it all
  bool releases_buffers = false;  // it has SSL_MODE_RELEASE_BUFFERS
  int last_error = 0;             // SSL_get_error after the last step
};

// A new connection over memory: two streams of bytes, or of datagrams. nullptr when out of memory.
SSL* NewConnection(ContextState* context);

// What the last of libssl's calls on a connection gave, and SSL_get_error for it.
struct Step {
  int result;
  int error;
};

// The end of a step: what the call that gave `result` came to.
Step EndStep(ConnectionState* state, int result);

// Before a step, which may be the one that begins the handshake: the rule that forbids it.
Rule BeforeStep(ConnectionState* state);

// Bytes from the peer, for the steps to read. Whether there was memory for them.
bool Feed(const Libssl& libssl, SSL* ssl, const uint8_t* data, size_t size);

// SSL_do_handshake; or SSL_connect, SSL_accept: `function`.
Step Handshake(ConnectionState* state, int (*function)(SSL*));
inline Step Handshake(ConnectionState* state) {
  return Handshake(state, state->context.libssl.SSL_do_handshake);
}

// Goes on with what came from the peer: with the handshake, and after it with tickets, key updates
// and alerts; application data stays where it is.
Step Proceed(ConnectionState* state);

// Reads application data, at most `room` bytes, at most a record.
Step ReadSome(ConnectionState* state, void* data, size_t room);

// Application data that was read: most often one record's.
struct ReadData {
  static constexpr size_t kRecord = 16384;  // the most that a record holds
  char first[kRecord];
  size_t size = 0;      // of `first`
  std::string further;  // what did not fit
};

// Reads all application data there is, and with it what lies behind: tickets, key updates, the
// peer's end.
Step ReadAll(ConnectionState* state, ReadData* data);

// Bytes from the peer, and the application data that is in them, as much as there is room for.
struct Received {
  Step step;
  size_t size;  // of the data
  bool more;    // there is no room for what there is
};
Received Receive(ConnectionState* state, const uint8_t* bytes, size_t size, uint8_t* room,
                 size_t room_size);

// Data for the peer, of which the bytes to send go into `room`, as far as they fit. The result is
// 0, and nothing was done, where a handshake or an end is under way.
struct Sent {
  Step step;
  size_t filled;  // of the room
};
Sent Send(ConnectionState* state, const uint8_t* data, size_t size, uint8_t* room,
          size_t room_size);

// Early data: the result is SSL_write_early_data's.
Step WriteEarlyData(ConnectionState* state, const void* data, size_t size);
// At most `room` bytes, whose number goes to `size`; the result is SSL_READ_EARLY_DATA_….
Step ReadEarlyData(ConnectionState* state, void* data, size_t room, size_t* size);

// SSL_set_session: the session that a client offers, or nullptr. A connection that has begun loses
// its keys of it, and can only be freed.
int Offer(ConnectionState* state, SSL_SESSION* session);

// Before its last reference is given back: libssl marks the session of a connection without an end
// as one that must not be resumed, and takes it out of the cache. Not of one that was merely
// forgotten.
void LeaveSession(ConnectionState* state);

// SSL_clear. Where libssl gives up half-way, the connection can only be freed.
Step Clear(ConnectionState* state);

// The side is chosen, before the handshake begins.
void ChooseSide(ConnectionState* state, ConnectionState::Side side);

// Carries bytes between two connections, step after step, until both are ready or neither can go
// on.
struct Joined {
  Step client;
  Step server;
  bool moved;  // whether either had anything for the other
  bool lost;   // there was no memory for it: whom it was for can only be freed
};
Joined Join(ConnectionState* client, ConnectionState* server);

// Bytes for the peer that wait to be taken.
size_t Pending(const Libssl& libssl, SSL* ssl);

// The client hello callback: pauses the handshake of a server that looks sessions up elsewhere.
int OnClientHello(SSL* ssl, int* alert, void* argument);

// Sets a callback of libssl that answers from a context's or a connection's Answers: on the
// connection when there is one, else on the context; or takes it away. In psk.cc.
void InstallPskUse(ContextState* context, ConnectionState* connection, bool wanted = true);
void InstallPskFind(ContextState* context, ConnectionState* connection, bool wanted = true);
void InstallPskClient(ContextState* context, ConnectionState* connection, bool wanted = true);
void InstallPskServer(ContextState* context, ConnectionState* connection, bool wanted = true);
void InstallAllowEarlyData(ContextState* context, ConnectionState* connection, bool wanted = true);

// Those of the connection, of the context that a server has switched to, and of its first.
inline std::array<const Answers*, 3> AllAnswers(const ConnectionState& state) {
  const Libssl& libssl = state.context.libssl;
  const ContextState* current = ContextState::Of(libssl, libssl.SSL_get_SSL_CTX(state.ssl));
  return {&state.answers, &current->answers, &state.context.answers};
}

// The first answer that there is.
template <typename T>
const T* FirstAnswer(const ConnectionState& state, const std::optional<T> Answers::* member) {
  for (const Answers* answers : AllAnswers(state)) {
    if ((answers->*member).has_value()) return &*(answers->*member);
  }
  return nullptr;
}
template <typename T>
const T* FirstAnswer(const ConnectionState& state, const std::map<std::string, T> Answers::* member,
                     const std::string& key) {
  for (const Answers* answers : AllAnswers(state)) {
    const auto found = (answers->*member).find(key);
    if (found != (answers->*member).end()) return &found->second;
  }
  return nullptr;
}

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_CONNECTION_H_
