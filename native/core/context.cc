#include "core/context.h"

#include <algorithm>
#include <atomic>
#include <new>

#include "core/connection.h"
#include "core/fragments.h"
#include "core/messages.h"
#include "core/rules.h"

namespace libssl_session {
namespace {

std::atomic<const Libssl*> callback_libssl{nullptr};

// ---- Our state in libssl's objects.

void FreeState(void*, void* state, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<ContextState*>(state);
}

ExDataIndex state_index(kExIndexSslCtx, FreeState);

OPENSSL_LHASH* Cache(const ContextState& state) {
  return reinterpret_cast<OPENSSL_LHASH*>(state.libssl.SSL_CTX_sessions(state.context));
}

// ---- Callbacks.

int OnNewSession(SSL* ssl, SSL_SESSION* session) {
  ConnectionState& state = *ConnectionState::Of(CallbackLibssl(), ssl);
  state.Record(EventKind::kNewSession, session, nullptr, 0, 0);
  return 1;  // the event keeps the reference
}

void OnRemoveSession(SSL_CTX* context, SSL_SESSION* session) {
  const Libssl& libssl = CallbackLibssl();
  ContextState* state = ContextState::Of(libssl, context);
  if (state == nullptr) return;
  libssl.SSL_SESSION_up_ref(session);
  state->Record(EventKind::kRemoveSession, kNullHandle, session, nullptr, 0, 0);
}

// A new reference to the session that was found for the id. libssl adds the session to its own
// cache without any check. So a session that must not be there counts as not found, and one that is
// in another context's cache, or in an unfinished handshake, is copied.
SSL_SESSION* ReferenceToFound(const ConnectionState& state, const unsigned char* id,
                              size_t id_size) {
  const Libssl& libssl = state.context.libssl;
  for (const SessionReference& found : state.found) {
    SSL_SESSION* session = found.get();
    unsigned int size = 0;
    const unsigned char* own_id = libssl.SSL_SESSION_get_id(session, &size);
    const bool fits = size == id_size && std::equal(own_id, own_id + size, id) &&
                      libssl.SSL_SESSION_is_resumable(session) == 1 &&
                      HasCipherAndKey(libssl, session);
    if (!fits) continue;
    const Registry& registry = state.context.registry;
    if (registry.CachedElsewhere(session, &state.context) || registry.InHandshake(session)) {
      return libssl.SSL_SESSION_dup(session);
    }
    libssl.SSL_SESSION_up_ref(session);
    return session;
  }
  return nullptr;
}

// libssl's protection against replay takes the session out of the context's cache, and refuses one
// that is not there. Others have made sure that this session comes once only, so it is put there:
// as a copy, because taking it out marks it, and a HelloRetryRequest makes libssl ask again.
SSL_SESSION* LetTakeOut(const ConnectionState& state, SSL_SESSION* session) {
  const Libssl& libssl = state.context.libssl;
  SSL_SESSION* copy = libssl.SSL_SESSION_dup(session);
  libssl.SSL_SESSION_free(session);
  if (copy != nullptr) libssl.SSL_CTX_add_session(state.context.context, copy);
  return copy;
}

bool ProtectsFromReplay(const Libssl& libssl, SSL* ssl) {
  return libssl.SSL_version(ssl) == kTls13 && libssl.SSL_get_max_early_data(ssl) > 0 &&
         (libssl.SSL_get_options(ssl) & kOpNoAntiReplay) == 0;
}

SSL_SESSION* OnGetSession(SSL* ssl, const unsigned char* id, int size, int* copy) {
  ConnectionState& state = *ConnectionState::Of(CallbackLibssl(), ssl);
  SSL_SESSION* session = ReferenceToFound(state, id, static_cast<size_t>(size));
  if (session != nullptr) NoteCandidate(&state, session);
  *copy = 0;  // the reference is libssl's
  if (session == nullptr || !state.context.found_once ||
      !ProtectsFromReplay(state.context.libssl, ssl)) {
    return session;
  }
  return LetTakeOut(state, session);
}

void OnKeylog(const SSL* ssl, const char* line) {
  const Libssl& libssl = CallbackLibssl();
  ConnectionState* state = ConnectionState::Of(libssl, ssl);
  // Both may be observed: the context that a server has switched to, and its first one.
  ContextState* current = ContextState::Of(libssl, libssl.SSL_get_SSL_CTX(ssl));
  const size_t size = std::char_traits<char>::length(line);
  for (ContextState* context : {current, &state->context}) {
    if (!context->Observes(EventKind::kKeylog)) continue;
    context->Record(EventKind::kKeylog, state->id, nullptr, line, size, 0);
    if (current == &state->context) return;
  }
}

// Always set, for FitFragments.
void OnInfo(const SSL* ssl, int where, int value) {
  const Libssl& libssl = CallbackLibssl();
  ConnectionState* state = ConnectionState::Of(libssl, ssl);
  if (state == nullptr) return;
  FitFragments(*state, where);
  NoteResumption(state, where);
  RecordState(*state, where, value);
}

int OnAlpn(SSL* ssl, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
           unsigned int in_size, void*) {
  const Libssl& libssl = CallbackLibssl();
  const ConnectionState& state = *ConnectionState::Of(libssl, ssl);
  const ContextState* current = ContextState::Of(libssl, libssl.SSL_get_SSL_CTX(ssl));
  const std::string* mine = &state.answers.alpn;
  if (mine->empty() && current != nullptr) mine = &current->answers.alpn;
  if (mine->empty()) mine = &state.context.answers.alpn;
  if (mine->empty()) return kTlsextNoAck;
  unsigned char* selected = nullptr;
  const int result = libssl.SSL_select_next_proto(
      &selected, out_size, reinterpret_cast<const unsigned char*>(mine->data()),
      static_cast<unsigned int>(mine->size()), in, in_size);
  *out = selected;
  return result == kNpnNegotiated ? kTlsextOk : kTlsextAlertFatal;
}

}  // namespace

const Libssl& CallbackLibssl() { return *callback_libssl.load(std::memory_order_relaxed); }

// ---- Registry.

bool Registry::CachedElsewhere(const SSL_SESSION* session, const ContextState* own) const {
  for (const ContextState* state : contexts) {
    if (state != own && state->Has(session)) return true;
  }
  return false;
}

bool Registry::AnyInHandshake(const SSL_SESSION* session) const {
  for (const ConnectionState* state = connections; state != nullptr; state = state->next) {
    const Libssl& libssl = state->context.libssl;
    const SSL* ssl = state->ssl;
    if (libssl.SSL_get_session(ssl) == session && libssl.SSL_is_init_finished(ssl) != 1 &&
        libssl.SSL_in_before(ssl) != 1) {
      return true;
    }
  }
  return false;
}

bool Registry::InUse(const SSL_SESSION* session) const {
  for (const ConnectionState* state = connections; state != nullptr; state = state->next) {
    if (state->context.libssl.SSL_get_session(state->ssl) == session) return true;
  }
  return false;
}

// ---- ContextState.

ContextState::ContextState(const Libssl& libssl_in, Registry& group_in, SSL_CTX* context_in,
                           bool client_only_in)
    : libssl(libssl_in), registry(group_in), context(context_in), client_only(client_only_in) {
  callback_libssl.store(&libssl, std::memory_order_relaxed);  // the process has only one
  registry.contexts.push_back(this);
  const int index = state_index.Index(libssl);
  if (index < 0 || libssl.SSL_CTX_set_ex_data(context, index, this) != 1) {
    registry.contexts.pop_back();
    throw std::bad_alloc();
  }
  // Always: if a server switches to this context by SNI, libssl calls its callback for the second
  // ClientHello.
  libssl.SSL_CTX_set_client_hello_cb(context, OnClientHello, nullptr);
  libssl.SSL_CTX_set_info_callback(context, OnInfo);
  InstallTicketAppData(this, false);
}

ContextState::~ContextState() {
  registry.contexts.erase(std::find(registry.contexts.begin(), registry.contexts.end(), this));
  if (observed != 0) Record(EventKind::kContextGone, kNullHandle, nullptr, nullptr, 0, 0);
  // Only the outermost destructor frees them, in a loop. If each freed its own, a long chain of
  // contexts would overflow the stack.
  const bool first = registry.orphans.empty();
  for (const auto& [name, other] : server_names) {
    if (other != context) registry.orphans.push_back(other);
  }
  for (size_t i = 0; first && i < registry.orphans.size(); ++i)
    libssl.SSL_CTX_free(registry.orphans[i]);
  if (first) registry.orphans.clear();
}

ContextState* ContextState::Of(const Libssl& libssl, const SSL_CTX* context) {
  return static_cast<ContextState*>(libssl.SSL_CTX_get_ex_data(context, state_index.Index(libssl)));
}

void ContextState::Observe(uint32_t kinds) {
  const uint32_t changed = observed ^ kinds;
  observed = kinds;
  libssl.SSL_CTX_sess_set_new_cb(context,
                                 Observes(EventKind::kNewSession) ? OnNewSession : nullptr);
  libssl.SSL_CTX_sess_set_remove_cb(
      context, Observes(EventKind::kRemoveSession) ? OnRemoveSession : nullptr);
  looks_up = Observes(EventKind::kLookup);
  libssl.SSL_CTX_sess_set_get_cb(context, looks_up ? OnGetSession : nullptr);
  InstallKeylog(this, Observes(EventKind::kKeylog));
  if ((changed & kOwnKinds) != 0) {
    for (ConnectionState* each = registry.connections; each != nullptr; each = each->next) {
      InstallMessages(*each);
    }
  }
  if (Observes(EventKind::kTicketIssued) || Observes(EventKind::kTicketReceived)) {
    InstallTicketAppData(this);
  }
}

bool ContextState::Record(EventKind kind, Handle connection, SSL_SESSION* session, const void* data,
                          size_t size, int number, int value) {
  try {
    registry.events.push_back(
        {kind, id, connection, session,
         Secret(static_cast<const uint8_t*>(data), data == nullptr ? 0 : size), number, value});
    return true;
  } catch (const std::bad_alloc&) {
    libssl.SSL_SESSION_free(session);
    return false;
  }
}

bool ContextState::Has(const SSL_SESSION* session) const {
  OPENSSL_LHASH* cache = Cache(*this);
  return libssl.OPENSSL_LH_num_items(cache) > 0 &&
         libssl.OPENSSL_LH_retrieve(cache, session) == session;
}

SSL_SESSION* ContextState::FindId(const uint8_t* session_id, size_t size, bool harmful) const {
  OPENSSL_LHASH* cache = Cache(*this);
  if (libssl.OPENSSL_LH_num_items(cache) == 0) return nullptr;
  SSL_SESSION* probe = libssl.SSL_SESSION_new();
  if (probe == nullptr) return nullptr;
  SSL_SESSION* found = nullptr;
  if (libssl.SSL_SESSION_set1_id(probe, session_id, static_cast<unsigned int>(size)) == 1) {
    for (const int version : {0x304, 0x303, 0x302, 0x301, 0x300, 0xfefd, 0xfeff}) {
      libssl.SSL_SESSION_set_protocol_version(probe, version);
      auto* session = static_cast<SSL_SESSION*>(libssl.OPENSSL_LH_retrieve(cache, probe));
      if (session == nullptr) continue;
      if (!harmful || !HasCipherAndKey(libssl, session)) found = session;
    }
  }
  libssl.SSL_SESSION_free(probe);
  return found;
}

std::vector<SSL_SESSION*> ContextState::Cached() const {
  std::vector<SSL_SESSION*> sessions;
  OPENSSL_LHASH* cache = Cache(*this);
  sessions.reserve(libssl.OPENSSL_LH_num_items(cache));
  libssl.OPENSSL_LH_doall_arg(
      cache,
      [](void* session, void* list) {
        static_cast<std::vector<SSL_SESSION*>*>(list)->push_back(
            static_cast<SSL_SESSION*>(session));
      },
      &sessions);
  return sessions;
}

// ---- What a context can be told to do.

void InstallKeylog(ContextState* state, bool wanted) {
  state->libssl.SSL_CTX_set_keylog_callback(state->context, wanted ? OnKeylog : nullptr);
}

void InstallAlpn(ContextState* state) {
  state->libssl.SSL_CTX_set_alpn_select_cb(state->context, OnAlpn, nullptr);
}

}  // namespace libssl_session
