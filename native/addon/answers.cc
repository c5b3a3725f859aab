// What is given in advance: the answers of libssl's callbacks (answers.h), on a context or on a
// connection, whichever the handle in register 0 is.

#include "addon/entry.h"
#include "addon/place.h"
#include "core/connection.h"
#include "core/messages.h"
#include "core/rules.h"

namespace libssl_session {
namespace {

// Through a connection also when the context has no handle any more.
napi_value RecordEvents(const Call& call) {
  At(call).context->Observe(call.Uint(0));
  return call.Undefined();
}

// As recordEvents, for what is one connection's own.
napi_value RecordOwnEvents(const Call& call) {
  ConnectionState* state = ConnectionState::Of(call.libssl(), call.Object<SSL>(0));
  Observe(state, call.Uint(0));
  return call.Undefined();
}

// The first handle of the context that a connection was made of.
napi_value FirstContext(const Call& call) {
  return call.Number(
      static_cast<double>(ConnectionState::Of(call.libssl(), call.Object<SSL>(0))->context.id));
}

// The session of register 1, fit for a handshake; nullptr for handle 0.
SSL_SESSION* PskSession(const Call& call) {
  SSL_SESSION* session = call.SessionOrNull(1);
  if (session != nullptr) Obey(PskRule(call.libssl(), session));
  return session;
}

// The session of register 1, before a server's handshake is given it.
napi_value CheckResumable(const Call& call) {
  Obey(ResumeRule(call.libssl(), call.Session(1)));
  return call.Undefined();
}

napi_value SetPskUse(const Call& call) {
  const Place place = At(call);
  SSL_SESSION* session = PskSession(call);
  place.answers.psk_use.reset();
  if (session != nullptr) {
    place.answers.psk_use.emplace(Text(call.ByteView(0)), SessionReference(call.libssl(), session));
  }
  InstallPskUse(place.context, place.connection);
  return call.Undefined();
}

napi_value SetPskFind(const Call& call) {
  const Place place = At(call);
  SSL_SESSION* session = PskSession(call);
  const std::string identity = Text(call.ByteView(0));
  place.answers.psk_find.erase(identity);
  if (session != nullptr) {
    place.answers.psk_find.emplace(identity, SessionReference(call.libssl(), session));
  }
  InstallPskFind(place.context, place.connection);
  return call.Undefined();
}

napi_value SetPskClient(const Call& call) {
  const Place place = At(call);
  place.answers.psk_client.reset();
  if (!call.IsNull(1)) {
    const Bytes key = call.ByteView(1);
    place.answers.psk_client.emplace(Text(call.ByteView(0)), Secret(key.data, key.size));
  }
  InstallPskClient(place.context, place.connection);
  return call.Undefined();
}

napi_value SetPskServer(const Call& call) {
  const Place place = At(call);
  const std::string identity = Text(call.ByteView(0));
  place.answers.psk_server.erase(identity);
  if (!call.IsNull(1)) {
    const Bytes key = call.ByteView(1);
    place.answers.psk_server.emplace(identity, Secret(key.data, key.size));
  }
  InstallPskServer(place.context, place.connection);
  return call.Undefined();
}

napi_value SetTicketAppData(const Call& call) {
  const Place place = At(call);
  place.answers.ticket_app_data.reset();
  if (!call.IsNull(0)) place.answers.ticket_app_data = Text(call.ByteView(0));
  InstallTicketAppData(place.context);
  return call.Undefined();
}

napi_value ClearTicketRules(const Call& call) {
  At(call).answers.ticket_rules.clear();
  return call.Undefined();
}

// One more rule, after the others.
napi_value AddTicketRule(const Call& call) {
  const Place place = At(call);
  TicketRule rule = {std::nullopt, call.Int(0)};
  if (!call.IsNull(1)) rule.app_data = Text(call.ByteView(1));
  place.answers.ticket_rules.push_back(std::move(rule));
  InstallTicketAppData(place.context);
  return call.Undefined();
}

napi_value SetAllowEarlyData(const Call& call) {
  const Place place = At(call);
  place.answers.allow_early_data.reset();
  if (!call.IsNull(0)) place.answers.allow_early_data = call.Bool(0);
  InstallAllowEarlyData(place.context, place.connection);
  return call.Undefined();
}

// From now on the most that the context takes is a limit: early data of a ticket that allows more
// is rejected, and libssl does not fail of it.
napi_value LimitEarlyData(const Call& call) {
  ContextState* context = At(call).context;
  context->limits_early_data = true;
  InstallAllowEarlyData(context, nullptr);
  return call.Undefined();
}

napi_value SetAlpnSelect(const Call& call) {
  const Place place = At(call);
  place.answers.alpn = Text(call.ByteView(0));
  InstallAlpn(place.context);
  return call.Undefined();
}

// Forgets what was given for the callback of this kind of event, and takes the callback away.
napi_value RemoveAnswers(const Call& call) {
  const auto [context, connection, answers] = At(call);
  switch (static_cast<EventKind>(call.Uint(0))) {
    case EventKind::kPskUse:
      answers.psk_use.reset();
      InstallPskUse(context, connection, false);
      break;
    case EventKind::kPskFind:
      answers.psk_find.clear();
      InstallPskFind(context, connection, false);
      break;
    case EventKind::kPskClient:
      answers.psk_client.reset();
      InstallPskClient(context, connection, false);
      break;
    case EventKind::kPskServer:
      answers.psk_server.clear();
      InstallPskServer(context, connection, false);
      break;
    case EventKind::kEarlyData:
      answers.allow_early_data.reset();
      InstallAllowEarlyData(context, connection, false);
      break;
    default:
      answers.ticket_app_data.reset();
      answers.ticket_rules.clear();
      InstallTicketAppData(context, false);
  }
  return call.Undefined();
}

}  // namespace

std::vector<Function> AnswerFunctions() {
  return {
      {"recordEvents", Entry<RecordEvents, Errors::kNever>, "SSL_CTX_sess_set_new_cb"},
      {"recordOwnEvents", Entry<RecordOwnEvents, Errors::kNever>, "SSL_set_msg_callback"},
      {"firstContext", Entry<FirstContext, Errors::kNever>, "SSL_get_SSL_CTX"},
      {"SSL_set_tlsext_debug_callback", Entry<FirstContext, Errors::kNever>},
      {"checkResumable", Entry<CheckResumable, Errors::kNever>, "SSL_CTX_sess_set_get_cb"},
      {"removeAnswers", Entry<RemoveAnswers, Errors::kNever>,
       "SSL_CTX_set_psk_use_session_callback"},
      {"setPskUse", Entry<SetPskUse, Errors::kNever>, "SSL_CTX_set_psk_use_session_callback"},
      {"setPskFind", Entry<SetPskFind, Errors::kNever>, "SSL_CTX_set_psk_find_session_callback"},
      {"setPskClient", Entry<SetPskClient, Errors::kNever>, "SSL_CTX_set_psk_client_callback"},
      {"setPskServer", Entry<SetPskServer, Errors::kNever>, "SSL_CTX_set_psk_server_callback"},
      {"setTicketAppData", Entry<SetTicketAppData, Errors::kNever>,
       "SSL_CTX_set_session_ticket_cb"},
      {"clearTicketRules", Entry<ClearTicketRules, Errors::kNever>,
       "SSL_CTX_set_session_ticket_cb"},
      {"addTicketRule", Entry<AddTicketRule, Errors::kNever>, "SSL_CTX_set_session_ticket_cb"},
      {"setAllowEarlyData", Entry<SetAllowEarlyData, Errors::kNever>,
       "SSL_CTX_set_allow_early_data_cb"},
      {"limitEarlyData", Entry<LimitEarlyData, Errors::kNever>, "SSL_CTX_set_recv_max_early_data"},
      {"setAlpnSelect", Entry<SetAlpnSelect, Errors::kNever>, "SSL_CTX_set_alpn_select_cb"},
  };
}

}  // namespace libssl_session
