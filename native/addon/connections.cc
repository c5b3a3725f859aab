// The life, the sessions and the settings of connections; src/libssl/connections.ts documents them.
// steps.cc has what goes on with a connection.

#include <cstring>

#include "addon/entry.h"
#include "addon/forward.h"
#include "addon/lifetime.h"
#include "addon/steps.h"
#include "core/datagram_bio.h"
#include "core/datagrams.h"
#include "core/rules.h"
#include "core/session.h"
#include "core/verify.h"

namespace libssl_session {
namespace {

// ---- Life cycle.

napi_value New(const Call& call) {
  ContextState* context = ContextState::Of(call.libssl(), call.Object<SSL_CTX>(0));
  SSL* ssl = NewConnection(context);
  call.Adopt(ssl, kConnectionBytes);
  if (ssl != nullptr) {
    ConnectionState::Of(call.libssl(), ssl)->id =
        static_cast<Handle>(call.environment().registers[0]);
  }
  return call.Undefined();
}

// The object's reference. In register 1 whether it was only forgotten: its session then stays as it
// is.
napi_value ReleaseConnection(const Call& call) {
  const auto* slot = call.Find<SSL>(0);
  const bool forgotten = call.environment().registers[1] != 0;
  if (slot != nullptr && forgotten && slot->references == 1) LeaveSession(StateOf(call, 0));
  return Release<SSL>(call);
}

template <ConnectionState::Side side>
napi_value SetSide(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  Obey(ChooseSideRule(*state));
  ChooseSide(state, side);
  return call.Undefined();
}

// ---- Sessions.

napi_value GetSession(const Call& call) {
  const ConnectionState* state = StateOf(call, 0);
  SSL_SESSION* session = call.libssl().SSL_get1_session(state->ssl);
  if (session == nullptr) return call.Number(kNullHandle);
  return call.Adopt(session, kHandleBytes, Origin(state->context.id));
}

// `judges`: as OfferSession; the result is 2 where it was not offered.
template <bool judges>
napi_value SetSession(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  Obey(LoseMethodRule(*state));
  const Libssl& libssl = call.libssl();
  const auto* slot = call.SlotOrNull(1);
  SSL_SESSION* session = slot == nullptr ? nullptr : slot->object;
  SSL_SESSION* copy = nullptr;
  if (session != nullptr && NeedsCopy(*state, session, slot->origin)) {
    copy = libssl.SSL_SESSION_dup(session);
    if (copy == nullptr) return FinishCall(call, 0, 0);
    session = copy;
  }
  int result = 0;
  if constexpr (judges) {
    const Offered offered =
        OfferSession(state, session, slot != nullptr && slot->origin == Origin(state->context.id));
    result = offered == Offered::kYes ? 1 : offered == Offered::kNo ? 2 : 0;
  } else {
    result = Offer(state, session);
  }
  libssl.SSL_SESSION_free(copy);
  return FinishCall(call, result, 0);
}

// What was found for the ids that the handshake waits for: handles, one after the other, 0 for
// none. Whether libssl may have a session is seen when it asks. The next step goes on.
napi_value AnswerLookup(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  const Bytes handles = call.ByteView(0);
  double& handle = call.environment().registers[1];
  bool valid = true;
  for (size_t at = 0; at < handles.size; at += sizeof handle) {
    std::memcpy(&handle, handles.data + at, sizeof handle);
    if (const auto* slot = call.Find<SSL_SESSION>(1)) {
      state->found.emplace_back(call.libssl(), slot->object);
    } else if (handle != kNullHandle) {
      valid = false;
    }
  }
  state->lookup = ConnectionState::Question::kAnswered;
  if (!valid) throw Misuse{Rule::kInvalidHandle};
  return call.Undefined();
}

// Whether it is known, whether a session was resumed, what was offered, and why not.
napi_value ResumptionOf(const Call& call) {
  const Resumption& noted = StateOf(call, 0)->resumption;
  double* registers = call.environment().registers;
  registers[0] = noted.known;
  registers[1] = noted.resumed;
  registers[2] = static_cast<double>(noted.offered);
  registers[3] = static_cast<double>(noted.reason);
  return call.Undefined();
}

// Whether the handshake pauses at each ClientHello until AnswerHello.
napi_value AskAtHello(const Call& call) {
  StateOf(call, 0)->asks_at_hello = call.Bool(0);
  return call.Undefined();
}

// The context to switch to, or 0 for what the server names say. The next step goes on.
napi_value AnswerHello(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  auto* slot = call.SlotOrNull<SSL_CTX>(1);
  if (slot != nullptr) {
    Obey(ServerNameRule(state->context, slot->object));
    state->chosen.emplace(call.libssl(), slot->object);
  }
  state->hello = ConnectionState::Question::kAnswered;
  return call.Undefined();
}

// How many ClientHellos have come: one for each handshake up to TLS 1.2.
napi_value ClientHellos(const Call& call) { return call.Number(StateOf(call, 0)->hellos); }

napi_value SetMtuOf(const Call& call) {
  return call.NewLong(SetMtu(call.Object<SSL>(0), call.Long(0)));
}

napi_value SetLinkMtu(const Call& call) {
  SSL* ssl = call.Object<SSL>(0);
  const long mtu = call.Long(0);
  return call.Number(mtu > kHeaders && SetMtu(ssl, mtu - kHeaders) != 0);
}

// ---- What is negotiated.

template <int command, bool ConnectionState::Own::* own>
napi_value SetVersion(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  const long result = call.libssl().SSL_ctrl(state->ssl, command, NumberOf<int>(call), nullptr);
  if (result == 1) state->own.*own = true;
  return call.NewLong(result);
}

napi_value SetNumTickets(const Call& call) {
  StateOf(call, 0)->own.num_tickets = true;
  return Forward<&Libssl::SSL_set_num_tickets>(call);
}

napi_value SetMaxEarlyData(const Call& call) {
  StateOf(call, 0)->own.max_early_data = true;
  return Forward<&Libssl::SSL_set_max_early_data>(call);
}

napi_value SetAlpnProtos(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  const Bytes bytes = call.ByteView(0);
  const int result = call.libssl().SSL_set_alpn_protos(state->ssl, bytes.data, SizeOf(bytes));
  // 0 is success.
  if (result == 0)
    state->offered_alpn.assign(reinterpret_cast<const char*>(bytes.data), bytes.size);
  return call.Number(result);
}

napi_value SetFragmentLength(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  const int code = NumberOf<uint8_t>(call);
  const int result =
      call.libssl().SSL_set_tlsext_max_fragment_length(state->ssl, static_cast<uint8_t>(code));
  if (result == 1) state->fragment_code = code;
  return call.Number(result);
}

napi_value SetHostName(const Call& call) {
  SSL* ssl = call.Object<SSL>(0);
  std::string name;
  const bool none = call.IsNull(0);
  if (!none) name = call.Latin1(0);
  const long result = call.libssl().SSL_ctrl(ssl, kCtrlSetHostname, kNameTypeHostName,
                                             none ? nullptr : name.data());
  ConnectionState* state = StateOf(call, 0);
  if (state->side != ConnectionState::Side::kServer) {
    state->servername.reset();  // libssl drops the one before also where it refuses the new one
    if (result == 1 && !none) state->servername = name;
  }
  return call.NewLong(result);
}

// The server name that this client asked for, or asks for, whatever is resumed.
napi_value RequestedServerName(const Call& call) {
  const std::optional<std::string>& name = StateOf(call, 0)->servername;
  return name.has_value() ? call.NewLatin1(name->data(), name->size()) : call.Null();
}

napi_value AcceptsAny(const Call& call) { return call.Number(AcceptsAny(*StateOf(call, 0))); }

napi_value SetHost(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  const std::string name = call.IsNull(0) ? std::string() : call.Latin1(0);
  const int result = call.libssl().SSL_set1_host(state->ssl, name.c_str());
  if (result == 1) {
    state->expected_name = name;
    state->expects_address = false;
    state->further_names.clear();
  }
  return call.Number(result);
}

napi_value SetIpAddress(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  const std::string address = call.Latin1(0);
  X509_VERIFY_PARAM* param = call.libssl().SSL_get0_param(state->ssl);
  const int result = call.libssl().X509_VERIFY_PARAM_set1_ip_asc(param, address.c_str());
  if (result == 1) {
    state->expected_name = address;
    state->expects_address = true;
  }
  return call.Number(result);
}

napi_value SetGroupsList(const Call& call) {
  SSL* ssl = call.Object<SSL>(0);
  std::string list = call.Latin1(0);
  const long result = call.libssl().SSL_ctrl(ssl, kCtrlSetGroupsList, 0, list.data());
  if (result == 1) StateOf(call, 0)->own.groups = true;
  return call.NewLong(result);
}

napi_value SetIdContext(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  const Bytes bytes = call.ByteView(0);
  const int result =
      call.libssl().SSL_set_session_id_context(state->ssl, bytes.data, SizeOf(bytes));
  if (result == 1) state->own.id_context = true;
  return call.Number(result);
}

napi_value GetServerName(const Call& call) {
  // libssl looks into the session without asking whether there is one.
  const SSL* ssl = Usable(call, 0)->ssl;
  return Answer(call, call.libssl().SSL_get_servername(ssl, kNameTypeHostName));
}

napi_value GetPeerCertificate(const Call& call) {
  const Libssl& libssl = call.libssl();
  const Owned<X509> certificate(libssl.SSL_get_peer_certificate(call.Object<SSL>(0)),
                                libssl.X509_free);
  return ToValue(call, certificate.get());
}

// What the peer sent when it did not verify; null when it did, or nothing came.
napi_value RefusedCertificates(const Call& call) {
  const auto& refused = StateOf(call, 0)->refused_certificates;
  if (refused.empty()) return call.Null();
  std::vector<napi_value> certificates;
  for (const CertificateReference& each : refused) {
    certificates.push_back(ToValue(call, each.get()));
  }
  return call.NewArray(certificates);
}

napi_value VerifyErrorString(const Call& call) {
  return Answer(call, call.libssl().X509_verify_cert_error_string(call.Long(0)));
}

// exportKeyingMaterial(size, label, context or null)
napi_value ExportKeyingMaterial(const Call& call) {
  SSL* ssl = Usable(call, 0)->ssl;
  const Libssl& libssl = call.libssl();
  const std::string label = call.Latin1(1);
  const bool has_context = !call.IsNull(2);
  const Bytes context = has_context ? call.ByteView(2) : Bytes{nullptr, 0};
  const size_t size = call.Uint(0);
  void* bytes = nullptr;
  const napi_value material = call.NewBuffer(size, &bytes);
  const bool ready = libssl.SSL_is_init_finished(ssl) == 1;
  const int result = !ready ? 0
                            : libssl.SSL_export_keying_material(
                                  ssl, static_cast<unsigned char*>(bytes), size, label.data(),
                                  label.size(), context.data, context.size, has_context);
  return result == 1 ? material : call.Null();
}

// exportEarlyKeyingMaterial(size, label, context)
napi_value ExportEarlyKeyingMaterial(const Call& call) {
  const ConnectionState* state = Usable(call, 0);
  Obey(EarlyMaterialRule(*state));
  const std::string label = call.Latin1(1);
  const Bytes context = call.ByteView(2);
  const size_t size = call.Uint(0);
  void* bytes = nullptr;
  const napi_value material = call.NewBuffer(size, &bytes);
  const int result = call.libssl().SSL_export_keying_material_early(
      state->ssl, static_cast<unsigned char*>(bytes), size, label.data(), label.size(),
      context.data, context.size);
  return result == 1 ? material : call.Null();
}

}  // namespace

std::vector<Function> ConnectionFunctions() {
  using Side = ConnectionState::Side;
  constexpr Errors kNever = Errors::kNever;
  constexpr Errors kPossible = Errors::kPossible;
  using Own = ConnectionState::Own;
  return {
      {"SSL_new", Entry<New, kPossible>},
      {"SSL_up_ref", Entry<UpRef<SSL>, kNever>},
      {"SSL_free", Entry<Free<SSL>, kPossible>},
      {"lendConnection", Entry<Lend<SSL>, kNever>, "SSL_up_ref"},
      {"releaseConnection", Entry<ReleaseConnection, kPossible>, "SSL_free"},
      {"SSL_set_accept_state", Entry<SetSide<Side::kServer>, kNever>},
      {"SSL_set_connect_state", Entry<SetSide<Side::kClient>, kNever>},
      {"SSL_get1_session", Entry<GetSession, kNever>},
      {"SSL_set_session", Entry<SetSession<false>, kPossible>},
      {"offerSession", Entry<SetSession<true>, kPossible>, "SSL_set_session"},
      {"answerLookup", Entry<AnswerLookup, kPossible>, "SSL_CTX_sess_set_get_cb"},
      {"askAtHello", Entry<AskAtHello, kNever>, "SSL_CTX_set_client_hello_cb"},
      {"answerHello", Entry<AnswerHello, kNever>, "SSL_set_SSL_CTX"},
      {"resumption", Entry<ResumptionOf, kNever>, "SSL_session_reused"},
      {"clientHellos", Entry<ClientHellos, kNever>, "SSL_CTX_set_client_hello_cb"},
      {"SSL_set_mtu", Entry<SetMtuOf, kPossible>},
      {"DTLS_set_link_mtu", Entry<SetLinkMtu, kPossible>},
      {"SSL_set_min_proto_version",
       Entry<SetVersion<kCtrlSetMinProtoVersion, &Own::min_version>, kPossible>},
      {"SSL_set_max_proto_version",
       Entry<SetVersion<kCtrlSetMaxProtoVersion, &Own::max_version>, kPossible>},
      {"SSL_set_tlsext_host_name", Entry<SetHostName, kPossible>},
      {"SSL_set1_groups_list", Entry<SetGroupsList, kPossible>},
      {"SSL_get_servername", Entry<GetServerName, kNever>},
      {"requestedServerName", Entry<RequestedServerName, kNever>, "SSL_get_servername"},
      {"acceptsAny", Entry<AcceptsAny, kNever>, "SSL_get_verify_mode"},
      {"SSL_get_peer_certificate", Entry<GetPeerCertificate, kPossible>},
      {"refusedCertificates", Entry<RefusedCertificates, kPossible>, "SSL_get_peer_cert_chain"},
      {"X509_verify_cert_error_string", Entry<VerifyErrorString, kNever>},
      {"SSL_export_keying_material", Entry<ExportKeyingMaterial, kPossible>},
      {"SSL_export_keying_material_early", Entry<ExportEarlyKeyingMaterial, kPossible>},
      {"X509_VERIFY_PARAM_set1_ip_asc", Entry<SetIpAddress, kPossible>},
      {"SSL_set1_host", Entry<SetHost, kPossible>},
      {"SSL_set_alpn_protos", Entry<SetAlpnProtos, kPossible>},
      {"SSL_set_session_id_context", Entry<SetIdContext, kPossible>},
      {"SSL_set_num_tickets", Entry<SetNumTickets, kNever>},
      {"SSL_set_max_early_data", Entry<SetMaxEarlyData, kNever>},
      {"SSL_set_tlsext_max_fragment_length", Entry<SetFragmentLength, kPossible>},
  };
}

}  // namespace libssl_session
