// Our state of an SSL_CTX, and the callbacks that we install on it. The state lives as long as the
// SSL_CTX, and connections may keep that alive after its last handle was freed.

#ifndef LIBSSL_SESSION_NATIVE_CORE_CONTEXT_H_
#define LIBSSL_SESSION_NATIVE_CORE_CONTEXT_H_

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/answers.h"
#include "core/events.h"
#include "loader/libssl.h"

namespace libssl_session {

struct ConnectionState;
struct ContextState;

// How a context judges its peers (verify.h).
struct Verification {
  // Accepts a certificate that does not verify; SSL_get_verify_result says why it does not.
  bool accepts_any;
  // It trusts the system's certificates.
  bool trusts_system;
};

inline constexpr size_t kTicketKeyName = 16;

// The key that makes cookies, and all keys that a received cookie may be made with.
struct CookieKeys {
  std::vector<Secret> makes;
  std::vector<Secret> takes;
};

// The ex_data index of our state in one kind of libssl's objects. The process has one for each
// kind.
class ExDataIndex {
 public:
  constexpr ExDataIndex(int kind, CRYPTO_EX_free* free) : kind_(kind), free_(free) {}

  // -1 when out of memory; the next call tries again.
  int Index(const Libssl& libssl) {
    const int index = index_.load(std::memory_order_acquire);
    return index >= 0 ? index : Take(libssl);
  }

 private:
  int Take(const Libssl& libssl) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (index_ < 0) {
      index_ = libssl.CRYPTO_get_ex_new_index(kind_, 0, nullptr, nullptr, nullptr, free_);
    }
    return index_;
  }

  const int kind_;
  CRYPTO_EX_free* const free_;
  std::mutex mutex_;
  std::atomic<int> index_{-1};
};

// The contexts and connections of one environment. Not thread-safe: an environment is a thread.
struct Registry {
  std::vector<Event> events;
  size_t messages = 0;                     // of the events, those that messages.cc counts
  std::vector<ContextState*> contexts;     // all that are alive, even without a handle
  ConnectionState* connections = nullptr;  // the head of a list
  // While a context is being freed: the contexts that it owned.
  std::vector<SSL_CTX*> orphans;

  // Whether the session is in the cache of any context, or of any context except `own`.
  bool Cached(const SSL_SESSION* session) const { return CachedElsewhere(session, nullptr); }
  bool CachedElsewhere(const SSL_SESSION* session, const ContextState* own) const;
  // Whether an unfinished handshake uses the session. libssl may still give it another id, add it
  // to a cache, and read its cipher.
  bool InHandshake(const SSL_SESSION* session) const {
    return connections != nullptr && AnyInHandshake(session);
  }
  // Whether any connection has the session.
  bool InUse(const SSL_SESSION* session) const;

 private:
  bool AnyInHandshake(const SSL_SESSION* session) const;
};

struct ContextState {
  // `context` owns the new state from now on. `client_only`: its method has no server side.
  ContextState(const Libssl& libssl, Registry& registry, SSL_CTX* context, bool client_only);
  ~ContextState();
  ContextState(const ContextState&) = delete;
  ContextState& operator=(const ContextState&) = delete;

  static ContextState* Of(const Libssl& libssl, const SSL_CTX* context);

  // Sets the callbacks that record these kinds of events, and removes the others. A callback can
  // change what libssl does (with a remove callback a TLS 1.3 server caches its sessions), so each
  // is set only if somebody wants its events.
  void Observe(uint32_t kinds);
  // Records an event, which takes over the reference to `session`. False when out of memory: then
  // the reference is given back, and the event is lost.
  bool Record(EventKind kind, Handle connection, SSL_SESSION* session, const void* data,
              size_t size, int number, int value = 0);
  bool Observes(EventKind kind) const { return (observed >> static_cast<int>(kind) & 1) != 0; }

  // Whether the session is in this context's cache.
  bool Has(const SSL_SESSION* session) const;
  // The cached session with this id, of any protocol version; nullptr if there is none. `harmful`:
  // only sessions without a cipher or key, which must not be resumed.
  SSL_SESSION* FindId(const uint8_t* id, size_t size, bool harmful = false) const;
  // All cached sessions.
  std::vector<SSL_SESSION*> Cached() const;

  const Libssl& libssl;
  Registry& registry;
  SSL_CTX* const context;
  const bool client_only;
  Handle id = kNullHandle;  // the first handle
  uint32_t observed = 0;
  Answers answers;
  std::vector<std::unique_ptr<CustomExtension>> custom_extensions;  // libssl has pointers to them
  // Ticket keys. The first encrypts. The others only decrypt, and their tickets are renewed. Each
  // has a name, an HMAC key and an AES key, in this order: 48 bytes as in node:tls's ticketKeys
  // (AES-128), or 80 as in SSL_CTX_set_tlsext_ticket_keys (AES-256).
  std::vector<Secret> ticket_keys;
  bool makes_tickets = true;                     // false: no key may encrypt, not even libssl's own
  CookieKeys cookies;                            // of DTLS
  CookieKeys stateless_cookies;                  // of TLS 1.3
  std::map<std::string, SSL_CTX*> server_names;  // owns them, except itself
  bool asks_for_psk = false;                     // new connections have psk_use_session_cb
  bool limits_early_data = false;  // rejects it if the ticket allows more than we take
  // libssl has no way to ask a context for these.
  std::string id_context;
  std::string groups;                        // empty: libssl's default
  std::string offered_alpn;                  // what clients offer, in the form of ALPN
  int fragment_code = 0;                     // the maximum fragment length that clients ask for
  std::optional<Verification> verification;  // none: libssl verifies, as in C
  bool looks_up = false;    // a server's handshake pauses while others look for a session
  bool found_once = false;  // who looks gives a session of TLS 1.3 once only, to whoever asks first
};

// The libssl for callbacks, which get no argument of ours. Valid once a context was made.
const Libssl& CallbackLibssl();

// Identifies the context that a session came from. The slot of the session's handle keeps it, and a
// client that gets a session of another context offers a copy. 0 means no context, as for a copy.
// (A slot that is used 256 times more gives a new context the same origin. A session that is in a
// cache is recognised without it.)
inline uint32_t Origin(Handle context) { return static_cast<uint32_t>(context); }

// They set callbacks of libssl; `wanted` false removes one. The callbacks find our state in
// ex_data.
void InstallTicketKeys(ContextState* state);
void InstallAlpn(ContextState* state);
void InstallKeylog(ContextState* state, bool wanted = true);
void InstallTicketAppData(ContextState* state, bool wanted = true);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_CONTEXT_H_
