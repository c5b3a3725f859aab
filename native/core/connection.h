// Our state of an SSL, and the steps of a connection over memory.

#ifndef LIBSSL_SESSION_NATIVE_CORE_CONNECTION_H_
#define LIBSSL_SESSION_NATIVE_CORE_CONNECTION_H_

#include <sys/time.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/answers.h"
#include "core/context.h"
#include "core/events.h"
#include "core/resumption.h"
#include "core/rule.h"
#include "loader/libssl.h"

namespace libssl_session {

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

  // The context that the connection was made from. Its sessions belong to this context, even after
  // the server has switched to another one by SNI. The SSL owns a reference to it.
  ContextState& context;
  SSL* const ssl;
  Handle id = kNullHandle;  // the first handle
  uint32_t observed = 0;    // of kOwnKinds, by its own wish
  Answers answers;

  // The server name (SNI) that a client asks for, or that a server's client asked for. When a
  // TLS 1.2 session is resumed, libssl itself returns the name in the session instead.
  std::optional<std::string> servername;
  // For a client: the session that it offers, or the last one that the application was told of. It
  // is a reference, so that no new session can get the same address.
  std::optional<SessionReference> offered;

  // libssl has no way to ask a connection for these two: the protocols that a client offers, in the
  // form of ALPN, and the code of the maximum fragment length that it asks for.
  std::string offered_alpn;
  int fragment_code = 0;
  size_t early_data_room = SIZE_MAX;  // what a client that has begun may still send

  // Whether a paused handshake has asked for sessions (kLookup), and the sessions that were found.
  enum class Question : uint8_t { kNone, kAsked, kAnswered };
  Question lookup = Question::kNone;
  bool paused = false;  // at the ClientHello, which SSL_clear would leak then
  std::vector<SessionReference> found;

  Resumption resumption;            // of the current or the last handshake
  bool renegotiates_fully = false;  // the next handshake, without offering the session

  // For a server whose application decides at the ClientHello: the handshake pauses (kClientHello)
  // until `hello` is kAnswered. `chosen` is the context to switch to; without it the server names
  // decide.
  bool asks_at_hello = false;
  uint32_t hellos = 0;  // how many ClientHellos have arrived
  Question hello = Question::kNone;
  std::optional<ContextReference> chosen;

  // The name or address that the peer's certificate must be for, as given to SSL_set1_host or
  // X509_VERIFY_PARAM_set1_ip_asc. libssl has no way to ask for it.
  std::string expected_name;
  std::vector<std::string> further_names;  // SSL_add1_host: one of them is enough
  bool expects_address = false;
  // What verify.cc found wrong with the certificate that arrived last.
  int chain_error = 0;
  int name_error = 0;
  // The certificates that a peer sent, its own first, if they did not verify.
  std::vector<CertificateReference> refused_certificates;
  // Whether verify.cc has judged the resumption in the current or the last handshake.
  enum class Judged : uint8_t { kNot, kUnderWay, kDone };
  Judged judged = Judged::kNot;

  // The settings that were made on the connection itself. They stay when its context is switched.
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

  // Over DTLS: the sessions that libssl will read when it retransmits. libssl has no references to
  // them, and a handshake replaces its session before it is over.
  std::vector<SessionReference> sent_with;
  long mtu = 0;                    // the largest datagram, in bytes; 0: libssl has not asked yet
  unsigned int first_timeout = 0;  // microseconds before the first retransmission; 0: libssl's own
  std::string peer_address;        // what a cookie is bound to
  // Where libssl keeps the time of its next retransmission: it tells its BIO when it starts or
  // stops the timer.
  timeval* timer = nullptr;

  // The neighbours in the registry's list.
  ConnectionState* previous = nullptr;
  ConnectionState* next;

  Rule unusable = Rule::kNone;        // why it can only be freed
  bool has_ticket_extension = false;  // SSL_set_session_ticket_ext has set one
  bool has_srp_verifier = false;      // SSL_set_srp_server_param has set one
  enum class Side : uint8_t { kUnknown, kClient, kServer };
  Side side = Side::kUnknown;     // the one that was chosen
  bool short_records = false;     // until the handshake is over (fragments.h)
  bool asks_for_psk = false;      // it has our psk_use_session_cb
  bool early_data = false;        // sending or reading early data has begun
  bool early_data_read = false;   // libssl said that it has read all of it
  bool releases_buffers = false;  // it has SSL_MODE_RELEASE_BUFFERS
  int last_error = 0;             // SSL_get_error after the last step
};

// A new connection that reads from memory and writes to memory: bytes, or datagrams for DTLS.
// nullptr when out of memory.
SSL* NewConnection(ContextState* context);

// The result of libssl's last call on a connection, and SSL_get_error for it.
struct Step {
  int result;
  int error;
};

// The error of a step, for somebody who did not see why the connection failed. When libssl has told
// of a peer's fatal alert once, it gives SSL_ERROR_ZERO_RETURN, as after the peer's close_notify.
int LastingError(const ConnectionState& state, const Step& step);

// Ends a step whose libssl call returned `result`.
Step EndStep(ConnectionState* state, int result);

// Prepares a step, which may be the one that begins the handshake. Returns the rule that forbids
// it.
Rule BeforeStep(ConnectionState* state);

// Adds bytes from the peer, for the steps to read. False when out of memory.
bool Feed(const Libssl& libssl, SSL* ssl, const uint8_t* data, size_t size);

// `function` is SSL_do_handshake, SSL_connect or SSL_accept.
Step Handshake(ConnectionState* state, int (*function)(SSL*));
inline Step Handshake(ConnectionState* state) {
  return Handshake(state, state->context.libssl.SSL_do_handshake);
}

// Processes what the peer has sent: the handshake, and after it tickets, key updates and alerts.
// Application data stays unread.
Step Proceed(ConnectionState* state);

// Reads application data, at most `room` bytes, at most a record.
Step ReadSome(ConnectionState* state, void* data, size_t room);

// Application data that was read. Most often it is the data of one record, which fits in `first`.
struct ReadData {
  static constexpr size_t kRecord = 16384;  // the most data in one record
  char first[kRecord];
  size_t size = 0;      // of `first`
  std::string further;  // the data of the records after that
};

// Reads all application data, and processes the messages behind it: tickets, key updates, the
// peer's end.
Step ReadAll(ConnectionState* state, ReadData* data);

// Processes bytes from the peer, and reads the application data in them into `room`.
struct Received {
  Step step;
  size_t size;  // of the data
  bool more;    // the room is full, and there is more to read
};
Received Receive(ConnectionState* state, const uint8_t* bytes, size_t size, uint8_t* room,
                 size_t room_size);

// Encrypts data for the peer into `room`; what does not fit stays in the BIO. Does nothing, and the
// result is 0, during a handshake, after this side's end, and for no data.
struct Sent {
  Step step;
  size_t filled;  // how many bytes of the room
};
Sent Send(ConnectionState* state, const uint8_t* data, size_t size, uint8_t* room,
          size_t room_size);

// Sends early data. The result is that of SSL_write_early_data.
Step WriteEarlyData(ConnectionState* state, const void* data, size_t size);
// Reads early data, at most `room` bytes; `size` is how many. The result is SSL_READ_EARLY_DATA_….
Step ReadEarlyData(ConnectionState* state, void* data, size_t room, size_t* size);

// SSL_set_session: sets the session that a client offers; nullptr for none. If the handshake has
// begun, this takes the keys away with the old session, and the connection can only be freed.
int Offer(ConnectionState* state, SSL_SESSION* session);

// Call it before the last reference of a forgotten connection is given back. It makes libssl spare
// the session: if a connection is freed without SSL_shutdown, libssl marks its session as not
// resumable, and removes it from the cache.
void LeaveSession(ConnectionState* state);

// SSL_clear. If it fails, libssl has given up half-way, and the connection can only be freed.
Step Clear(ConnectionState* state);

// SSL_stateless, for a server that has not begun or was cleared. 1: the client has sent a
// ClientHello with our cookie, so it receives what we send to its address. 0: it has not, and has
// to answer a HelloRetryRequest first. -1: none of both.
Step Stateless(ConnectionState* state);

// SSL_renegotiate or, `abbreviated`, SSL_renegotiate_abbreviated.
Step Renegotiate(ConnectionState* state, bool abbreviated);

// Sets the side, before the handshake begins.
void ChooseSide(ConnectionState* state, ConnectionState::Side side);

// Carries bytes between two connections until both are ready, one has failed, or neither can
// continue.
struct Joined {
  Step client;
  Step server;
  bool moved;  // whether either side had bytes for the other
  bool lost;   // out of memory: the side that did not get its bytes can only be freed
};
Joined Join(ConnectionState* client, ConnectionState* server);

// How many bytes for the peer wait to be taken; over DTLS, the size of the next datagram.
size_t Pending(const Libssl& libssl, SSL* ssl);

// The client hello callback (client_hello.cc).
int OnClientHello(SSL* ssl, int* alert, void* argument);

// Sets a callback of libssl, or with nullptr removes it: on the connection if there is one,
// otherwise on the context. `rest`: what C takes behind the callback. Returns what C returns.
template <auto of_connection, auto of_context, typename Callback, typename... Rest>
auto SetCallback(ContextState* context, ConnectionState* connection, Callback callback,
                 Rest... rest) {
  const Libssl& libssl = context->libssl;
  return connection != nullptr ? (libssl.*of_connection)(connection->ssl, callback, rest...)
                               : (libssl.*of_context)(context->context, callback, rest...);
}

// Each sets a callback that answers from Answers, or removes it, as SetCallback. They are in
// psk.cc.
void InstallPskUse(ContextState* context, ConnectionState* connection, bool wanted = true);
void InstallPskFind(ContextState* context, ConnectionState* connection, bool wanted = true);
void InstallPskClient(ContextState* context, ConnectionState* connection, bool wanted = true);
void InstallPskServer(ContextState* context, ConnectionState* connection, bool wanted = true);
void InstallAllowEarlyData(ContextState* context, ConnectionState* connection, bool wanted = true);

// All answers, in their order: those of the connection, of the context that a server has switched
// to, and of the first context.
inline std::array<const Answers*, 3> AllAnswers(const ConnectionState& state) {
  const Libssl& libssl = state.context.libssl;
  const ContextState* current = ContextState::Of(libssl, libssl.SSL_get_SSL_CTX(state.ssl));
  return {&state.answers, &current->answers, &state.context.answers};
}

// Those of the connection if there is one, otherwise those of the context.
inline Answers& AnswersOf(ContextState* context, ConnectionState* connection) {
  return connection == nullptr ? context->answers : connection->answers;
}

// The first answer; nullptr if nobody gave one.
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
