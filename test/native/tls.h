// Contexts and connections over memory, for the tests of them.

#ifndef LIBSSL_SESSION_TEST_NATIVE_TLS_H_
#define LIBSSL_SESSION_TEST_NATIVE_TLS_H_

#include <memory>

#include "core/connection.h"
#include "core/context.h"
#include "core/session.h"
#include "core/session_counts.h"
#include "support.h"

namespace libssl_session {

inline constexpr int kAnyTls = 0;
inline constexpr int kTls10 = 0x301;
inline constexpr int kTls11 = 0x302;
inline constexpr int kTls12 = 0x303;
inline constexpr int kDtls10 = 0xfeff;
inline constexpr int kDtls12 = 0xfefd;

// What only tests use of libssl.
inline constexpr int kCtrlSetReadAhead = 41;
inline constexpr int kCtrlSetSessCacheMode = 44;
inline constexpr int kCacheOff = 0;
inline constexpr int kCacheBoth = 3;

enum class Side { kClient, kServer };

inline int UseCertificate(const Libssl& libssl, SSL_CTX* context, const std::string& pem) {
  const MemoryBio bio(libssl, Bytes(pem), pem.size());
  if (bio.get() == nullptr) return 0;
  X509* certificate = libssl.PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr);
  if (certificate == nullptr) return 0;
  const int result = libssl.SSL_CTX_use_certificate(context, certificate);
  libssl.X509_free(certificate);
  return result;
}

inline int UsePrivateKey(const Libssl& libssl, SSL_CTX* context, const std::string& pem) {
  const MemoryBio bio(libssl, Bytes(pem), pem.size());
  if (bio.get() == nullptr) return 0;
  EVP_PKEY* key = libssl.PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr);
  if (key == nullptr) return 0;
  const int result = libssl.SSL_CTX_use_PrivateKey(context, key);
  libssl.EVP_PKEY_free(key);
  return result;
}

// A context that speaks `version` only, or any of TLS. A server has the certificate, and caches; a
// client caches too. nullptr when out of memory.
inline SSL_CTX* NewContext(const Libssl& libssl, Registry& registry, Side side, int version) {
  static const std::string certificate = Fixture("tls-cert.pem");
  static const std::string key = Fixture("tls-key.pem");
  const bool datagrams = version >> 8 == 0xfe;
  SSL_CTX* context = libssl.SSL_CTX_new(datagrams ? libssl.DTLS_method() : libssl.TLS_method());
  if (context == nullptr) return nullptr;
  try {
    new ContextState(libssl, registry, context, false);
  } catch (const std::bad_alloc&) {
    libssl.SSL_CTX_free(context);
    return nullptr;
  }
  libssl.SSL_CTX_set_security_level(context, 0);  // or there is no TLS 1.0
  libssl.SSL_CTX_ctrl(context, kCtrlSetMinProtoVersion, version, nullptr);
  libssl.SSL_CTX_ctrl(context, kCtrlSetMaxProtoVersion, version, nullptr);
  libssl.SSL_CTX_ctrl(context, kCtrlSetSessCacheMode, kCacheBoth, nullptr);
  if (side == Side::kServer && (UseCertificate(libssl, context, certificate) != 1 ||
                                UsePrivateKey(libssl, context, key) != 1)) {
    libssl.SSL_CTX_free(context);
    return nullptr;
  }
  return context;
}

inline std::string Text(const Event& event) {
  return {reinterpret_cast<const char*>(event.data.data()), event.data.size()};
}

// What the contexts of a test record and own. In the end nothing of it is left.
class World {
 public:
  // `alone`: no other thread makes sessions meanwhile.
  explicit World(const Libssl& libssl_in, bool alone = true)
      : libssl(libssl_in), alone_(alone), before_(CountedSessions()) {}
  ~World() {
    ForgetEvents();
    CHECK(registry.contexts.empty());
    CHECK(registry.connections == nullptr);
    CHECK(registry.orphans.empty());
    libssl.ERR_clear_error();
    if (!alone_) return;
    const SessionCounts after = CountedSessions();
    CHECK(after.created - before_.created == after.destroyed - before_.destroyed);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void ForgetEvents() {
    for (const Event& event : registry.events) libssl.SSL_SESSION_free(event.session);
    registry.events.clear();
    registry.messages = 0;
  }
  // Those of one kind, in order.
  std::vector<const Event*> Events(EventKind kind) const {
    std::vector<const Event*> events;
    for (const Event& event : registry.events) {
      if (event.kind == kind) events.push_back(&event);
    }
    return events;
  }

  const Libssl& libssl;
  Registry registry;
  Handle next_id = 1;

 private:
  const bool alone_;
  const SessionCounts before_;
};

class Context {
 public:
  Context(World& world_in, Side side_in, int version = kAnyTls)
      : world(world_in),
        side(side_in),
        context_(NewContext(world.libssl, world.registry, side, version)) {
    CHECK(context_ != nullptr);
    state()->id = world.next_id++;
  }
  ~Context() { Free(); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  void Free() {
    world.libssl.SSL_CTX_free(context_);
    context_ = nullptr;
  }
  SSL_CTX* get() const { return context_; }
  ContextState* state() const { return ContextState::Of(world.libssl, context_); }
  ContextState* operator->() const { return state(); }

  World& world;
  const Side side;

 private:
  SSL_CTX* context_;
};

class Connection {
 public:
  explicit Connection(const Context& context)
      : world(context.world), ssl_(NewConnection(context.state())) {
    CHECK(ssl_ != nullptr);
    state()->id = world.next_id++;
    ChooseSide(state(), context.side == Side::kServer ? ConnectionState::Side::kServer
                                                      : ConnectionState::Side::kClient);
  }
  ~Connection() { Free(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Free() {
    world.libssl.SSL_free(ssl_);
    ssl_ = nullptr;
  }
  SSL* get() const { return ssl_; }
  ConnectionState* state() const { return ConnectionState::Of(world.libssl, ssl_); }
  ConnectionState* operator->() const { return state(); }

  bool Ready() const { return world.libssl.SSL_is_init_finished(ssl_) == 1; }
  bool Reused() const { return world.libssl.SSL_session_reused(ssl_) == 1; }
  SSL_SESSION* Session() const { return world.libssl.SSL_get_session(ssl_); }

  void Write(const std::string& text) const {
    CHECK(world.libssl.SSL_write(ssl_, text.data(), static_cast<int>(text.size())) ==
          static_cast<int>(text.size()));
  }
  // All that is for the peer; over DTLS the next datagram.
  std::string Take() const {
    std::string bytes(Pending(world.libssl, ssl_), '\0');
    if (bytes.empty()) return bytes;
    const int size = static_cast<int>(bytes.size());
    CHECK(world.libssl.BIO_read(world.libssl.SSL_get_wbio(ssl_), bytes.data(), size) == size);
    return bytes;
  }
  void Feed(const std::string& bytes) const {
    CHECK(libssl_session::Feed(world.libssl, ssl_, Bytes(bytes), bytes.size()));
  }
  // All datagrams, or all bytes, that are for the other.
  void Send(const Connection& to) const {
    for (std::string bytes = Take(); !bytes.empty(); bytes = Take()) to.Feed(bytes);
  }
  Step Proceed() const { return libssl_session::Proceed(state()); }
  // All application data, which is at least one byte.
  std::string Read(Step* step = nullptr) const {
    ReadData data;
    const auto last = ReadAll(state(), &data);
    if (step != nullptr) *step = last;
    return std::string(data.first, data.size) + data.further;
  }

  World& world;

 private:
  SSL* ssl_;
};

// A connection of a client and a server.
struct Pair {
  Pair(const Context& client_context, const Context& server_context, SSL_SESSION* offered = nullptr)
      : client(client_context), server(server_context) {
    if (offered != nullptr) {
      CHECK(client.world.libssl.SSL_set_session(client.get(), offered) == 1);
    }
  }

  Joined Join() { return libssl_session::Join(client.state(), server.state()); }
  bool Ready() const { return client.Ready() && server.Ready(); }
  bool Connect() {
    Join();
    return Ready();
  }
  // Ends it as it should be: without, libssl takes its session for a bad one.
  void Shutdown() {
    for (int i = 0; i < 2; ++i) {
      client.world.libssl.SSL_shutdown(client.get());
      client.world.libssl.SSL_shutdown(server.get());
    }
  }

  Connection client;
  Connection server;
};

// The client's session of a handshake that succeeded and was ended. The caller's.
inline SSL_SESSION* MakeSession(const Context& client, const Context& server) {
  Pair pair(client, server);
  CHECK(pair.Connect());
  SSL_SESSION* session = client.world.libssl.SSL_get1_session(pair.client.get());
  pair.Shutdown();
  return session;
}

inline std::string Id(const Libssl& libssl, const SSL_SESSION* session) {
  unsigned int size = 0;
  const unsigned char* id = libssl.SSL_SESSION_get_id(session, &size);
  return {reinterpret_cast<const char*>(id), size};
}

inline std::string Ticket(const Libssl& libssl, const SSL_SESSION* session) {
  const unsigned char* ticket = nullptr;
  size_t size = 0;
  libssl.SSL_SESSION_get0_ticket(session, &ticket, &size);
  return {reinterpret_cast<const char*>(ticket), size};
}

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_TEST_NATIVE_TLS_H_
