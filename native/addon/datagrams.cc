// The functions of DTLS; src/libssl/datagrams.ts documents them.

#include "core/datagrams.h"

#include "addon/entry.h"
#include "addon/steps.h"
#include "core/fragments.h"
#include "core/rules.h"

namespace libssl_session {
namespace {

ConnectionState* DtlsState(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  Obey(DtlsRule(*state));
  return state;
}

napi_value StepOutcome(const Call& call, const ConnectionState& state, const Step& step) {
  const napi_value outcome = FinishCall(call, step.result, step.error);
  call.environment().registers[2] = call.libssl().SSL_is_init_finished(state.ssl);
  return outcome;
}

// Register 0: whether the timer runs; 1 and 2: how long still, in seconds and microseconds.
napi_value GetTimeoutLeft(const Call& call) {
  timeval left = {};
  const bool runs = GetTimeout(*StateOf(call, 0), &left);
  call.environment().registers[1] = static_cast<double>(left.tv_sec);
  call.environment().registers[2] = static_cast<double>(left.tv_usec);
  return call.Number(runs);
}

napi_value SetTimeoutLeft(const Call& call) {
  return call.Number(SetTimeout(StateOf(call, 0), call.Uint(0)));
}

napi_value Timeout(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  Obey(state->unusable);
  return StepOutcome(call, *state, HandleTimeout(state));
}

napi_value ListenOnce(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  Obey(ListenRule(*state));
  using Side = ConnectionState::Side;
  if (state->side == Side::kUnknown) ChooseSide(state, Side::kServer);
  Obey(BeforeStep(state));
  return StepOutcome(call, *state, Listen(state));
}

// Register 1: the most that one record takes, where the session has short ones.
napi_value GetDataMtu(const Call& call) {
  const ConnectionState* state = DtlsState(call);
  call.environment().registers[1] = static_cast<double>(MaxRecord(call.libssl(), state->ssl));
  return call.Number(static_cast<double>(GetDataMtu(*state)));
}

napi_value SetTimer(const Call& call) {
  SetFirstTimeout(DtlsState(call), call.Uint(0));
  return call.Undefined();
}

napi_value SetPeer(const Call& call) {
  const Bytes address = call.ByteView(0);
  StateOf(call, 0)->peer_address.assign(reinterpret_cast<const char*>(address.data), address.size);
  return call.Undefined();
}

// setCookieKeys(verify, stateless, keys one after the other): true for those that may have made a
// cookie, false for the one that makes them; of TLS 1.3, or of DTLS.
napi_value SetCookieKeys(const Call& call) {
  ContextState* state = ContextState::Of(call.libssl(), call.Object<SSL_CTX>(0));
  const Bytes bytes = call.ByteView(2);
  CookieKeys& cookies = call.Bool(1) ? state->stateless_cookies : state->cookies;
  std::vector<Secret>& keys = call.Bool(0) ? cookies.takes : cookies.makes;
  keys.clear();
  for (size_t at = 0; at + kCookieKey <= bytes.size; at += kCookieKey) {
    keys.emplace_back(bytes.data + at, kCookieKey);
  }
  InstallCookies(state);
  return call.Undefined();
}

}  // namespace

std::vector<Function> DatagramFunctions() {
  return {
      {"DTLSv1_get_timeout", Entry<GetTimeoutLeft, Errors::kNever>},
      {"DTLSv1_set_timeout", Entry<SetTimeoutLeft, Errors::kNever>},
      {"DTLSv1_handle_timeout", Entry<Timeout, Errors::kPossible>},
      {"DTLSv1_listen", Entry<ListenOnce, Errors::kPossible>},
      {"DTLS_get_data_mtu", Entry<GetDataMtu, Errors::kNever>},
      {"DTLS_set_timer_cb", Entry<SetTimer, Errors::kNever>},
      {"BIO_dgram_set_peer", Entry<SetPeer, Errors::kNever>},
      {"setCookieKeys", Entry<SetCookieKeys, Errors::kNever>, "SSL_CTX_set_cookie_generate_cb"},
  };
}

}  // namespace libssl_session
