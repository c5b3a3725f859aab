// Our state of an SSL_CTX, and the callbacks that we install on it: who may have its sessions, what
// its callbacks answer and record. It lives as long as the SSL_CTX, which connections may keep
// beyond its last handle.

#ifndef LIBSSL_SESSION_NATIVE_CORE_CONTEXT_H_
#define LIBSSL_SESSION_NATIVE_CORE_CONTEXT_H_

#include <atomic>
#include <map>
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
  // A certificate that does not verify is only noted: SSL_get_verify_result says why.
  bool accepts_any;
  // Its trusted certificates are the system's.
  bool trusts_system;
};

inline constexpr size_t kTicketKeyName = 16;

// The ex_data index of our state in libssl's objects of a kind. For the whole process.
class ExDataIndex {
 public:
  constexpr ExDataIndex(int kind, CRYPTO_EX_free* free) : kind_(kind), free_(free) {}

  // Its index; -1 when out of memory, and the next call tries again.
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
  std::vector<ContextState*> contexts;     // those that are alive, with a handle or without
  ConnectionState* connections = nullptr;  // the first; each knows the next
  // Contexts that a context has owned which is just being freed.
  std::vector<SSL_CTX*> orphans;

  // Whether the session sits in the cache of a context; of one that is not `own`.
  bool Cached(const SSL_SESSION* session) const { return CachedElsewhere(session, nullptr); }
  bool CachedElsewhere(const SSL_SESSION* session, const ContextState* own) const;
  // Whether a handshake that is under way has the session: libssl may yet give it another id, put
  // it into its own cache, and look at its cipher.
  bool InHandshake(const SSL_SESSION* session) const {
    return connections != nullptr && AnyInHandshake(session);
  }
  // Whether any connection has the session.
  bool InUse(const SSL_SESSION* session) const;

 private:
  bool AnyInHandshake(const SSL_SESSION* session) const;
};

struct ContextState {
  // Takes its place in `context`. `client_only`: its method has no server side.
  ContextState(const Libssl& libssl, Registry& registry, SSL_CTX* context, bool client_only);
  ~ContextState();
  ContextState(const ContextState&) = delete;
  ContextState& operator=(const ContextState&) = delete;

  static ContextState* Of(const Libssl& libssl, const SSL_CTX* context);

  // Sets the callbacks whose events are asked for. Some change what libssl does (a remove callback
  // makes a TLS 1.3 server cache its sessions), so a callback is there only when it is wanted.
  void Observe(uint32_t kinds);
  // Writes an event down, with the reference to `session`; where there is no memory for it the
  // reference is given back, and the event lost.
  bool Record(EventKind kind, Handle connection, SSL_SESSION* session, const void* data,
              size_t size, int number, int value = 0);
  bool Observes(EventKind kind) const { return (observed >> static_cast<int>(kind) & 1) != 0; }

  // Whether the session sits in this context's cache.
  bool Has(const SSL_SESSION* session) const;
  // The session of the cache that has this id, of any protocol version; nullptr when there is none.
  // With `harmful` only of those that must not be resumed: without cipher or key.
  SSL_SESSION* FindId(const uint8_t* id, size_t size, bool harmful = false) const;
  // Each session of the cache.
  std::vector<SSL_SESSION*> Cached() const;

  const Libssl& libssl;
  Registry& registry;
  SSL_CTX* const context;
  const bool client_only;
  Handle id = kNullHandle;  // the first handle
  uint32_t observed = 0;
  Answers answers;
  // The name and the two keys of tickets; the first encrypts, the others decrypt and renew. In the
  // order of node:tls's ticketKeys (48 bytes, AES-128) or of SSL_CTX_set_tlsext_ticket_keys (80
  // bytes, AES-256): name, HMAC, AES.
  std::vector<Secret> ticket_keys;
  // Of the cookies of DTLS: the key that makes them, and those that may have made one that comes.
  std::vector<Secret> cookie_key;
  std::vector<Secret> cookie_keys;
  std::map<std::string, SSL_CTX*> server_names;  // each owns a reference, but to itself
  bool asks_for_psk = false;       // whether connections made from now on have psk_use_session_cb
  bool limits_early_data = false;  // takes none with a ticket that allows more than it does now
  // libssl has no way to ask a context for these.
  std::string id_context;
  std::string groups;                        // empty: libssl's own
  std::string offered_alpn;                  // by clients, as ALPN has it
  int fragment_code = 0;                     // the maximum fragment length that clients ask for
  std::optional<Verification> verification;  // none: libssl's own, as in C
  bool looks_up = false;  // whether a server's handshake pauses to look for a session elsewhere
};

// What callbacks call libssl through, once there was a context.
const Libssl& CallbackLibssl();

// The context that a session came from, in the slot of its handle: by it a session of another is
// copied. A copy came from none, which is 0. (Two contexts have the same one when the slot of the
// first was used again 256 times over; what sits in a cache is found there.)
inline uint32_t Origin(Handle context) { return static_cast<uint32_t>(context); }

// Sets libssl's callback. Callbacks find the state of their context and connection in ex_data.
void InstallTicketKeys(ContextState* state);
void InstallAlpn(ContextState* state);
void InstallKeylog(ContextState* state, bool wanted = true);
void InstallTicketAppData(ContextState* state, bool wanted = true);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_CONTEXT_H_
