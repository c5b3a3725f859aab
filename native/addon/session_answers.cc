// core/session_answers.h and core/custom_extensions.h, as JavaScript gives the answers: null takes
// one back.

#include "core/session_answers.h"

#include <climits>
#include <utility>

#include "addon/entry.h"
#include "addon/place.h"
#include "addon/steps.h"
#include "core/custom_extensions.h"
#include "core/rules.h"
#include "core/session.h"

namespace libssl_session {
namespace {

// The beginning of each id; or none, and the ids come with addSessionId(); or no answer any more.
napi_value SetSessionIds(const Call& call) {
  const auto [context, connection, answers] = At(call);
  answers.session_ids.reset();
  if (call.Bool(0)) {
    answers.session_ids.emplace();
    if (!call.IsNull(1)) answers.session_ids->prefix = Text(call.ByteView(1));
  }
  InstallSessionIds(context, connection);
  return call.Undefined();
}

napi_value AddSessionId(const Call& call) {
  const Place place = At(call);
  if (place.answers.session_ids.has_value()) {
    place.answers.session_ids->list.push_back(Text(call.ByteView(0)));
  }
  return call.Undefined();
}

napi_value SetNotResumable(const Call& call) {
  const auto [context, connection, answers] = At(call);
  answers.not_resumable.reset();
  if (!call.IsNull(0)) answers.not_resumable = {call.Bool(0), call.Bool(1)};
  InstallNotResumable(context, connection);
  return call.Undefined();
}

// Register 1: the number of the suite, or -1.
napi_value SetSessionSecret(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  const int id = static_cast<int>(call.environment().registers[1]);
  state->answers.session_secret.reset();
  if (!call.IsNull(0)) {
    const Bytes key = call.ByteView(0);
    state->answers.session_secret.emplace(
        SessionSecret{Secret(key.data, key.size), FindCipher(call.libssl(), id)});
  }
  InstallSessionSecret(state);
  return call.Undefined();
}

napi_value SetTicketExtensionAnswer(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  state->answers.ticket_extension.reset();
  if (!call.IsNull(0)) state->answers.ticket_extension = call.Int(0);
  InstallTicketExtension(state);
  return call.Undefined();
}

napi_value SetTicketExtension(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  Obey(SetTicketExtensionRule(*state));
  const Bytes bytes = call.IsNull(0) ? Bytes{nullptr, 0} : call.ByteView(0);
  state->has_ticket_extension = true;
  return call.Number(call.libssl().SSL_set_session_ticket_ext(
      state->ssl, const_cast<uint8_t*>(bytes.data), static_cast<int>(bytes.size)));
}

// addCustomExtension(side, type, where, empty, bytes, alert where it is added, alert when it
// comes).
napi_value AddExtension(const Call& call) {
  auto* state = ContextState::Of(call.libssl(), call.Object<SSL_CTX>(0));
  CustomExtension answer = {call.Bool(3), std::nullopt, std::nullopt, std::nullopt};
  if (!call.IsNull(4)) answer.bytes = Text(call.ByteView(4));
  if (!call.IsNull(5)) answer.add_alert = call.Int(5);
  if (!call.IsNull(6)) answer.parse_alert = call.Int(6);
  return call.Number(AddCustomExtension(state, static_cast<ExtensionSide>(call.Uint(0)),
                                        call.Uint(1), call.Uint(2), std::move(answer)));
}

}  // namespace

std::vector<Function> SessionAnswerFunctions() {
  return {
      {"setSessionIds", Entry<SetSessionIds, Errors::kNever>, "SSL_CTX_set_generate_session_id"},
      {"addSessionId", Entry<AddSessionId, Errors::kNever>, "SSL_CTX_set_generate_session_id"},
      {"setNotResumable", Entry<SetNotResumable, Errors::kNever>,
       "SSL_CTX_set_not_resumable_session_callback"},
      {"setSessionSecret", Entry<SetSessionSecret, Errors::kNever>, "SSL_set_session_secret_cb"},
      {"setTicketExtensionAnswer", Entry<SetTicketExtensionAnswer, Errors::kNever>,
       "SSL_set_session_ticket_ext_cb"},
      {"SSL_set_session_ticket_ext", Entry<SetTicketExtension, Errors::kPossible>},
      {"addCustomExtension", Entry<AddExtension, Errors::kPossible>, "SSL_CTX_add_custom_ext"},
  };
}

}  // namespace libssl_session
