// The context functions; src/libssl/contexts.ts documents them.

#include <algorithm>
#include <iterator>

#include "addon/entry.h"
#include "addon/forward.h"
#include "addon/lifetime.h"
#include "addon/outcome.h"
#include "core/policy_answers.h"
#include "core/rules.h"
#include "core/server_name.h"
#include "core/session.h"
#include "core/verify.h"

namespace libssl_session {
namespace {

ContextState& State(const Call& call, size_t i) {
  return *ContextState::Of(call.libssl(), call.Object<SSL_CTX>(i));
}

// ---- Life cycle.

// In the order of methods in src/libssl/contexts.ts: for either side, for clients, for servers.
using L = Libssl;
const SSL_METHOD* (*L::* const kMethods[])() = {
    &L::TLS_method,      &L::TLS_client_method,      &L::TLS_server_method,
    &L::DTLS_method,     &L::DTLS_client_method,     &L::DTLS_server_method,
    &L::TLSv1_method,    &L::TLSv1_client_method,    &L::TLSv1_server_method,
    &L::TLSv1_1_method,  &L::TLSv1_1_client_method,  &L::TLSv1_1_server_method,
    &L::TLSv1_2_method,  &L::TLSv1_2_client_method,  &L::TLSv1_2_server_method,
    &L::DTLSv1_method,   &L::DTLSv1_client_method,   &L::DTLSv1_server_method,
    &L::DTLSv1_2_method, &L::DTLSv1_2_client_method, &L::DTLSv1_2_server_method,
};

napi_value New(const Call& call) {
  const Libssl& libssl = call.libssl();
  const uint32_t method = call.Uint(0);
  const auto make = libssl.*kMethods[method];
  // What a build may leave out (openssl.def).
  if (make == nullptr) throw Misuse{Rule::kNotBuilt};
  SSL_CTX* context = libssl.SSL_CTX_new(make());
  if (context == nullptr) return call.Adopt(context, 0);
  ContextState* state = nullptr;
  try {
    const bool client_only = method % 3 == 1;
    state = new ContextState(libssl, call.environment().registry, context, client_only);
    // For encrypted files, libssl would ask on the terminal.
    InstallPassphrase(state, nullptr);
  } catch (...) {
    libssl.SSL_CTX_free(context);
    throw;
  }
  call.Adopt(context, kContextBytes);
  state->id = static_cast<Handle>(call.environment().registers[0]);
  return call.Undefined();
}

// The index of a connection's or a context's method; -1 for one that has no public function.
template <typename Object, auto get>
napi_value MethodOf(const Call& call) {
  const Libssl& libssl = call.libssl();
  const SSL_METHOD* method = (libssl.*get)(call.Object<Object>(0));
  for (size_t i = 0; i < std::size(kMethods); ++i) {
    const auto make = libssl.*kMethods[i];
    if (make != nullptr && make() == method) return call.Number(static_cast<double>(i));
  }
  return call.Number(-1);
}

// ---- The cache.

napi_value AddSession(const Call& call) {
  ContextState& state = State(call, 0);
  const auto* slot = call.Slot(1);
  SSL_SESSION* session = slot->object;
  // The next call is most likely about the session that was made next.
  const SSL_SESSION* next = call.environment().sessions.Next(slot);
  if (next != nullptr) Prefetch(next);
  Obey(AddToCacheRule(state, session));
  return FinishCall(call, call.libssl().SSL_CTX_add_session(state.context, session), 0);
}

napi_value RemoveSession(const Call& call) {
  const ContextState& state = State(call, 0);
  SSL_SESSION* session = call.SessionOrNull(1);
  if (session != nullptr) Obey(RemoveFromCacheRule(state, session));
  return FinishCall(call, call.libssl().SSL_CTX_remove_session(state.context, session), 0);
}

napi_value FlushSessions(const Call& call) {
  SSL_CTX* context = call.Object<SSL_CTX>(0);
  call.libssl().SSL_CTX_flush_sessions(context, call.Long(0));
  return FinishCall(call, 0, 0);
}

// Handles that own a reference each.
napi_value CachedSessions(const Call& call) {
  const ContextState& state = State(call, 0);
  std::vector<napi_value> handles;
  for (SSL_SESSION* session : state.Cached()) {
    call.CheckReferences();
    call.libssl().SSL_SESSION_up_ref(session);
    call.Adopt(session, kHandleBytes, Origin(state.id));
    handles.push_back(call.NewNumber(call.environment().registers[0]));
  }
  return call.NewArray(handles);
}

// The twelve counters, in the order of their commands, into the registers.
napi_value SessionStats(const Call& call) {
  SSL_CTX* context = call.Object<SSL_CTX>(0);
  constexpr int kCounters = 12;
  for (int i = 0; i < kCounters; ++i) {
    const int command = kCtrlSessNumber + i;
    call.environment().registers[i] =
        static_cast<double>(call.libssl().SSL_CTX_ctrl(context, command, 0, nullptr));
  }
  return call.Undefined();
}

// ---- Settings.

napi_value SetGroupsList(const Call& call) {
  SSL_CTX* context = call.Object<SSL_CTX>(0);
  std::string list = call.Latin1(0);
  const long result = call.libssl().SSL_CTX_ctrl(context, kCtrlSetGroupsList, 0, list.data());
  if (result == 1) State(call, 0).groups = list;
  return call.NewLong(result);
}

napi_value SetAlpnProtos(const Call& call) {
  ContextState& state = State(call, 0);
  const Bytes bytes = call.ByteView(0);
  const int result =
      call.libssl().SSL_CTX_set_alpn_protos(state.context, bytes.data, SizeOf(bytes));
  // 0 is success.
  if (result == 0) state.offered_alpn.assign(reinterpret_cast<const char*>(bytes.data), bytes.size);
  return call.Number(result);
}

napi_value SetFragmentLength(const Call& call) {
  ContextState& state = State(call, 0);
  const int code = NumberOf<uint8_t>(call);
  const int result = call.libssl().SSL_CTX_set_tlsext_max_fragment_length(
      state.context, static_cast<uint8_t>(code));
  if (result == 1) state.fragment_code = code;
  return call.Number(result);
}

napi_value SetIdContext(const Call& call) {
  ContextState& state = State(call, 0);
  const Bytes bytes = call.ByteView(0);
  const int result =
      call.libssl().SSL_CTX_set_session_id_context(state.context, bytes.data, SizeOf(bytes));
  if (result == 1) state.id_context.assign(reinterpret_cast<const char*>(bytes.data), bytes.size);
  return call.Number(result);
}

napi_value SetJudge(const Call& call) {
  Judge(&State(call, 0), {call.Bool(0), call.Bool(1)});
  return call.Undefined();
}

// From now on whoever looks sessions up gives one of TLS 1.3 once only; or no longer.
napi_value FindsOnce(const Call& call) {
  State(call, 0).found_once = call.Bool(0);
  return call.Undefined();
}

// Keys of `size` bytes each, one after the other: the first two arguments.
std::vector<Secret> TicketKeys(const Call& call) {
  const Bytes bytes = call.ByteView(0);
  const size_t size = call.Uint(1);
  std::vector<Secret> keys;
  for (size_t at = 0; at + size <= bytes.size; at += size) keys.emplace_back(bytes.data + at, size);
  return keys;
}

// ticketKeysFit(keys, size): whether there are none, or they are the context's; for null those of
// the second context.
napi_value TicketKeysFit(const Call& call) {
  const std::vector<Secret>& keys = State(call, 0).ticket_keys;
  const bool given = !call.IsNull(0);
  const std::vector<Secret> made = given ? TicketKeys(call) : std::vector<Secret>();
  const std::vector<Secret>& others = given ? made : State(call, 1).ticket_keys;
  const auto same = [](const Secret& a, const Secret& b) {
    return a.size() == b.size() && std::equal(a.data(), a.data() + a.size(), b.data());
  };
  return call.Number(others.empty() ||
                     std::equal(keys.begin(), keys.end(), others.begin(), others.end(), same));
}

// setTicketKeys(keys, size, makesTickets): with `false` none of them encrypts.
napi_value SetTicketKeys(const Call& call) {
  ContextState& state = State(call, 0);
  state.ticket_keys = TicketKeys(call);
  state.makes_tickets = call.Bool(2);
  InstallTicketKeys(&state);
  return call.Undefined();
}

// The context to switch to for clients that ask for a name; handle 0: none any more.
napi_value SetServerName(const Call& call) {
  ContextState& state = State(call, 0);
  auto* slot = call.SlotOrNull<SSL_CTX>(1);
  const std::string name = call.Latin1(0);
  SSL_CTX* other = slot == nullptr ? nullptr : slot->object;
  if (other != nullptr) Obey(ServerNameRule(state, other));
  SSL_CTX*& place = state.server_names[name];
  if (other != nullptr && other != state.context) call.libssl().SSL_CTX_up_ref(other);
  if (place != nullptr && place != state.context) call.libssl().SSL_CTX_free(place);
  place = other;
  if (other == nullptr) state.server_names.erase(name);
  InstallServerNames(&state);
  return FinishCall(call, 1, 0);
}

}  // namespace

std::vector<Function> ContextFunctions() {
  constexpr Errors kNever = Errors::kNever;
  constexpr Errors kPossible = Errors::kPossible;
  return {
      {"SSL_CTX_new", Entry<New, kPossible>},
      {"SSL_CTX_up_ref", Entry<UpRef<SSL_CTX>, kNever>},
      {"SSL_CTX_get_ssl_method", Entry<MethodOf<SSL_CTX, &L::SSL_CTX_get_ssl_method>, kNever>},
      {"SSL_get_ssl_method", Entry<MethodOf<SSL, &L::SSL_get_ssl_method>, kNever>},
      {"SSL_CTX_free", Entry<Free<SSL_CTX>, kPossible>},
      {"lendContext", Entry<Lend<SSL_CTX>, kNever>, "SSL_CTX_up_ref"},
      {"releaseContext", Entry<Release<SSL_CTX>, kPossible>, "SSL_CTX_free"},
      {"SSL_CTX_add_session", Entry<AddSession, kNever>},
      {"SSL_CTX_remove_session", Entry<RemoveSession, kNever>},
      {"SSL_CTX_flush_sessions", Entry<FlushSessions, kPossible>},
      {"cachedSessions", Entry<CachedSessions, kPossible>, "SSL_CTX_sessions"},
      {"sessionStats", Entry<SessionStats, kNever>, "SSL_CTX_sess_number"},
      {"SSL_CTX_set1_groups_list", Entry<SetGroupsList, kPossible>},
      {"judge", Entry<SetJudge, kNever>, "SSL_CTX_set_verify"},
      {"findsOnce", Entry<FindsOnce, kNever>, "SSL_CTX_sess_set_get_cb"},
      {"ticketKeysFit", Entry<TicketKeysFit, kNever>, "SSL_CTX_set_tlsext_ticket_keys"},
      {"SSL_CTX_set_session_id_context", Entry<SetIdContext, kPossible>},
      {"SSL_CTX_set_alpn_protos", Entry<SetAlpnProtos, kPossible>},
      {"SSL_CTX_set_tlsext_max_fragment_length", Entry<SetFragmentLength, kPossible>},
      {"setTicketKeys", Entry<SetTicketKeys, kNever>, "SSL_CTX_set_tlsext_ticket_keys"},
      {"setServerName", Entry<SetServerName, kPossible>, "SSL_CTX_set_tlsext_servername_callback"},
  };
}

}  // namespace libssl_session
