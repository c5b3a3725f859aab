// The connection functions; src/libssl/connections.ts documents them. A step gives its result and
// SSL_get_error in registers 0 and 1, whether the handshake is over in 2, and an Outcome; register
// 1 says before it whether to take the output.

#include <algorithm>
#include <climits>

#include "addon/addon.h"
#include "addon/forward.h"
#include "core/connection.h"
#include "core/datagram_bio.h"
#include "core/datagrams.h"
#include "core/rules.h"
#include "core/session.h"
#include "core/verify.h"

namespace libssl_session {
namespace {

ConnectionState* State(const Call& call, size_t i) {
  return ConnectionState::Of(call.libssl(), call.Object<SSL>(i));
}

// For what goes on with a connection.
ConnectionState* Usable(const Call& call, size_t i) {
  ConnectionState* state = State(call, i);
  Obey(state->unusable);
  return state;
}

// For a step, which may be the one that begins the handshake.
ConnectionState* Stepping(const Call& call, size_t i) {
  ConnectionState* state = State(call, i);
  Obey(BeforeStep(state));
  return state;
}

napi_value Outcome(const Call& call, const Step& step, ConnectionState* state,
                   napi_value data = nullptr) {
  const bool take = call.environment().registers[1] != 0;
  const int ready = call.libssl().SSL_is_init_finished(state->ssl);
  const napi_value outcome =
      Outcome(call, step.result, step.error, take ? state->ssl : nullptr, data);
  call.environment().registers[2] = ready;
  return outcome;
}

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

napi_value UpRef(const Call& call) {
  auto* slot = call.Slot<SSL>(0);
  call.CheckReferences();
  const int result = call.libssl().SSL_up_ref(slot->object);
  if (result == 1) {
    ++slot->references;
    ++call.environment().references;
  }
  return call.Number(result);
}

napi_value Free(const Call& call) {
  auto* slot = call.SlotOrNull<SSL>(0);
  if (slot == nullptr) return call.Undefined();
  if (slot->lent && slot->references == 1) throw Misuse{Rule::kLent};
  call.Release<SSL>(slot);
  return libssl_session::Outcome(call, 0, 0);
}

napi_value Lend(const Call& call) {
  call.Slot<SSL>(0)->lent = true;
  return call.Undefined();
}

// The object's reference, as releaseSession; in register 1 whether it was only forgotten.
napi_value Release(const Call& call) {
  auto* slot = call.Find<SSL>(0);
  if (slot == nullptr) return call.Undefined();
  slot->lent = false;
  const bool forgotten = call.environment().registers[1] != 0;
  if (forgotten && slot->references == 1) LeaveSession(State(call, 0));
  call.Release<SSL>(slot);
  return libssl_session::Outcome(call, 0, 0);
}

// The side it takes: only before it has begun.
napi_value SetSide(const Call& call) {
  ConnectionState* state = State(call, 0);
  Obey(ChooseSideRule(*state));
  ChooseSide(state, call.Bool(0) ? ConnectionState::Side::kServer : ConnectionState::Side::kClient);
  return call.Undefined();
}

// ---- Steps.

// SSL_connect, SSL_accept: the side too, where none was chosen.
template <auto member, ConnectionState::Side side = ConnectionState::Side::kUnknown>
napi_value Shake(const Call& call) {
  ConnectionState* state = Usable(call, 0);
  constexpr ConnectionState::Side kUnknown = ConnectionState::Side::kUnknown;
  if (side != kUnknown && state->side == kUnknown) ChooseSide(state, side);
  Stepping(call, 0);
  return Outcome(call, Handshake(state, call.libssl().*member), state);
}

// Bytes from the peer, and what libssl does with them by itself.
napi_value Receive(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  const Bytes bytes = call.ByteView(0);
  if (!Feed(call.libssl(), state->ssl, bytes.data, bytes.size)) throw std::bad_alloc();
  return Outcome(call, Proceed(state), state);
}

// BIO_write to the BIO that the connection reads.
napi_value BioWrite(const Call& call) {
  ConnectionState* state = State(call, 0);
  const Bytes bytes = call.ByteView(0);
  const bool fed = Feed(call.libssl(), state->ssl, bytes.data, bytes.size);
  return call.Number(fed ? static_cast<double>(bytes.size) : -1);
}

// All that the BIO holds which the connection writes to.
napi_value BioRead(const Call& call) {
  call.environment().registers[1] = 1;
  return Outcome(call, Step{0, 0}, State(call, 0));
}

// Both sides' steps, until they can do no more without somebody else: the results of the client in
// registers 0 and 1, of the server in 2 and 3; in 4 whether anything moved; in 5 and 6 whether they
// are ready.
napi_value JoinBoth(const Call& call) {
  ConnectionState* client = Stepping(call, 0);
  ConnectionState* server = Stepping(call, 1);
  Obey(JoinRule(*client, *server));
  const Joined joined = Join(client, server);
  if (joined.lost) throw std::bad_alloc();
  const int client_ready = call.libssl().SSL_is_init_finished(client->ssl);
  const int server_ready = call.libssl().SSL_is_init_finished(server->ssl);
  const napi_value outcome =
      libssl_session::Outcome(call, joined.client.result, joined.client.error);
  call.environment().registers[2] = joined.server.result;
  call.environment().registers[3] = joined.server.error;
  call.environment().registers[4] = joined.moved;
  call.environment().registers[5] = client_ready;
  call.environment().registers[6] = server_ready;
  return outcome;
}

// BIO_read into the caller's bytes: how many, or what BIO_read gives when there are none.
napi_value TakeInto(const Call& call) {
  const ConnectionState* state = State(call, 0);
  const Bytes into = call.ByteView(0);
  return call.Number(call.libssl().BIO_read(call.libssl().SSL_get_wbio(state->ssl),
                                            const_cast<uint8_t*>(into.data),
                                            static_cast<int>(into.size)));
}

// Application data into the caller's bytes.
napi_value ReadInto(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  const Bytes into = call.ByteView(0);
  return Outcome(call, ReadSome(state, const_cast<uint8_t*>(into.data), into.size), state);
}

napi_value Write(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  const Bytes bytes = call.ByteView(0);
  const int size = static_cast<int>(bytes.size);
  return Outcome(call, Result(state, call.libssl().SSL_write(state->ssl, bytes.data, size)), state);
}

// SSL_read or SSL_peek of at most so many bytes.
template <auto member>
napi_value ReadOnce(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  char bytes[ReadData::kRecord];
  const int room = std::min<int>(call.Int(0), sizeof bytes);
  const Step step = Result(state, (call.libssl().*member)(state->ssl, bytes, room));
  return Outcome(call, step, state, step.result > 0 ? call.NewBuffer(bytes, step.result) : nullptr);
}

// All application data there is.
napi_value ReadEverything(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  ReadData data;
  const Step step = ReadAll(state, &data);
  if (data.further.empty()) {
    return Outcome(call, step, state,
                   data.size == 0 ? nullptr : call.NewBuffer(data.first, data.size));
  }
  data.further.insert(0, data.first, data.size);
  return Outcome(call, step, state, call.NewBuffer(data.further.data(), data.further.size()));
}

napi_value WriteEarlyData(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  const Bytes bytes = call.ByteView(0);
  Obey(WriteEarlyDataRule(*state));
  return Outcome(call, WriteEarlyData(state, bytes.data, bytes.size), state);
}

// How many bytes of early data libssl would take now: refused where it would take none, or where
// the handshake would fail of it.
napi_value AskEarlyDataRoom(const Call& call) {
  const ConnectionState* state = Stepping(call, 0);
  Obey(WriteEarlyDataRule(*state));
  Obey(EarlyDataFitsRule(*state));
  return call.Number(static_cast<double>(EarlyDataRoom(*state)));
}

// The result is SSL_READ_EARLY_DATA_…: 0 error, 1 success, 2 finish.
napi_value ReadEarlyData(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  char bytes[ReadData::kRecord];
  const size_t room = std::min<size_t>(call.Uint(0), sizeof bytes);
  size_t size = 0;
  const Step step = ReadEarlyData(state, bytes, room, &size);
  return Outcome(call, step, state, size == 0 ? nullptr : call.NewBuffer(bytes, size));
}

// A step without arguments, or with one number.
template <auto member>
napi_value Plain(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  return Outcome(call, Result(state, (call.libssl().*member)(state->ssl)), state);
}

napi_value KeyUpdate(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  return Outcome(call, Result(state, call.libssl().SSL_key_update(state->ssl, call.Int(0))), state);
}

napi_value Renegotiate(const Call& call) {
  ConnectionState* state = Usable(call, 0);
  Obey(RenegotiateRule(*state));
  return Outcome(call, Result(state, call.libssl().SSL_renegotiate(state->ssl)), state);
}

napi_value Clear(const Call& call) {
  ConnectionState* state = State(call, 0);
  Obey(ClearRule(*state));
  return Outcome(call, Clear(state), state);
}

napi_value LastError(const Call& call) { return call.Number(State(call, 0)->last_error); }

// ---- Sessions.

napi_value GetSession(const Call& call) {
  const ConnectionState* state = State(call, 0);
  SSL_SESSION* session = call.libssl().SSL_get1_session(state->ssl);
  if (session == nullptr) return call.Number(kNullHandle);
  return call.Adopt(session, kHandleBytes, Origin(state->context.id));
}

// `judges`: as OfferSession; the result is 2 where it was not offered.
template <bool judges>
napi_value SetSession(const Call& call) {
  ConnectionState* state = State(call, 0);
  const Libssl& libssl = call.libssl();
  const auto* slot = call.SlotOrNull(1);
  SSL_SESSION* session = slot == nullptr ? nullptr : slot->object;
  SSL_SESSION* copy = nullptr;
  if (session != nullptr && NeedsCopy(*state, session, slot->origin)) {
    copy = libssl.SSL_SESSION_dup(session);
    if (copy == nullptr) return libssl_session::Outcome(call, 0, 0);
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
  return libssl_session::Outcome(call, result, 0);
}

// What was found: the session of register 1, or nothing. Whether libssl may have it is seen when it
// asks.
napi_value SupplySession(const Call& call) {
  ConnectionState* state = State(call, 0);
  SSL_SESSION* session = call.SessionOrNull(1);
  if (session != nullptr) state->found.emplace_back(call.libssl(), session);
  return call.Undefined();
}

// All that was asked for has been looked for: the next step goes on.
napi_value EndLookup(const Call& call) {
  State(call, 0)->lookup = ConnectionState::Lookup::kAnswered;
  return call.Undefined();
}

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
  ConnectionState* state = State(call, 0);
  const long result = call.libssl().SSL_ctrl(state->ssl, command, NumberOf<int>(call), nullptr);
  if (result == 1) state->own.*own = true;
  return call.NewLong(result);
}

napi_value SetVerify(const Call& call) {
  ConnectionState* state = State(call, 0);
  call.libssl().SSL_set_verify(state->ssl, NumberOf<int>(call), nullptr);
  state->own.verify_mode = true;
  return call.Undefined();
}

napi_value SetNumTickets(const Call& call) {
  State(call, 0)->own.num_tickets = true;
  return Forward<&Libssl::SSL_set_num_tickets>(call);
}

napi_value SetMaxEarlyData(const Call& call) {
  State(call, 0)->own.max_early_data = true;
  return Forward<&Libssl::SSL_set_max_early_data>(call);
}

napi_value SetAlpnProtos(const Call& call) {
  ConnectionState* state = State(call, 0);
  const Bytes bytes = call.ByteView(0);
  const int result = call.libssl().SSL_set_alpn_protos(state->ssl, bytes.data, SizeOf(bytes));
  // 0 is success.
  if (result == 0)
    state->offered_alpn.assign(reinterpret_cast<const char*>(bytes.data), bytes.size);
  return call.Number(result);
}

napi_value SetFragmentLength(const Call& call) {
  ConnectionState* state = State(call, 0);
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
  ConnectionState* state = State(call, 0);
  if (state->side != ConnectionState::Side::kServer) {
    state->servername.reset();  // libssl drops the one before also where it refuses the new one
    if (result == 1 && !none) state->servername = name;
  }
  return call.NewLong(result);
}

// The server name that this client asked for, or asks for, whatever is resumed.
napi_value RequestedServerName(const Call& call) {
  const std::optional<std::string>& name = State(call, 0)->servername;
  return name.has_value() ? call.NewLatin1(name->data(), name->size()) : call.Null();
}

napi_value AcceptsAny(const Call& call) { return call.Number(AcceptsAny(*State(call, 0))); }

napi_value SetHost(const Call& call) {
  ConnectionState* state = State(call, 0);
  const std::string name = call.IsNull(0) ? std::string() : call.Latin1(0);
  const int result = call.libssl().SSL_set1_host(state->ssl, name.c_str());
  if (result == 1) {
    state->expected_name = name;
    state->expects_address = false;
  }
  return call.Number(result);
}

napi_value SetIpAddress(const Call& call) {
  ConnectionState* state = State(call, 0);
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
  if (result == 1) State(call, 0)->own.groups = true;
  return call.NewLong(result);
}

napi_value SetIdContext(const Call& call) {
  ConnectionState* state = State(call, 0);
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

napi_value CertificateDer(const Call& call, X509* certificate) {
  const Encoding der(call.libssl(), call.libssl().i2d_X509, certificate);
  return der.data() == nullptr ? call.Null() : call.NewBuffer(der.data(), der.size());
}

napi_value GetPeerCertificate(const Call& call) {
  X509* certificate = call.libssl().SSL_get_peer_certificate(call.Object<SSL>(0));
  if (certificate == nullptr) return call.Null();
  const Encoding der(call.libssl(), call.libssl().i2d_X509, certificate);
  call.libssl().X509_free(certificate);
  return der.data() == nullptr ? call.Null() : call.NewBuffer(der.data(), der.size());
}

napi_value GetPeerCertChain(const Call& call) {
  const Libssl& libssl = call.libssl();
  const auto* chain =
      reinterpret_cast<const OPENSSL_STACK*>(libssl.SSL_get_peer_cert_chain(call.Object<SSL>(0)));
  if (chain == nullptr) return call.Null();
  std::vector<napi_value> certificates;
  for (int i = 0; i < libssl.OPENSSL_sk_num(chain); ++i) {
    certificates.push_back(
        CertificateDer(call, static_cast<X509*>(libssl.OPENSSL_sk_value(chain, i))));
  }
  return call.NewArray(certificates);
}

// What the peer sent when it did not verify; null when it did, or nothing came.
napi_value RefusedCertificates(const Call& call) {
  const auto& refused = State(call, 0)->refused_certificates;
  if (refused.empty()) return call.Null();
  std::vector<napi_value> certificates;
  for (const CertificateReference& each : refused) {
    certificates.push_back(CertificateDer(call, each.get()));
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

}  // namespace

std::vector<Function> ConnectionFunctions() {
  using Side = ConnectionState::Side;
  constexpr Errors kNever = Errors::kNever;
  constexpr Errors kPossible = Errors::kPossible;
  using L = Libssl;
  using Own = ConnectionState::Own;
  return {
      {"SSL_new", Entry<New, kPossible>},
      {"SSL_up_ref", Entry<UpRef, kNever>},
      {"SSL_free", Entry<Free, kPossible>},
      {"lendConnection", Entry<Lend, kNever>},
      {"releaseConnection", Entry<Release, kPossible>},
      {"setSide", Entry<SetSide, kNever>},
      {"SSL_do_handshake", Entry<Shake<&L::SSL_do_handshake>, kPossible>},
      {"SSL_connect", Entry<Shake<&L::SSL_connect, Side::kClient>, kPossible>},
      {"SSL_accept", Entry<Shake<&L::SSL_accept, Side::kServer>, kPossible>},
      {"receive", Entry<Receive, kPossible>},
      {"join", Entry<JoinBoth, kPossible>},
      {"BIO_write", Entry<BioWrite, kPossible>},
      {"BIO_read", Entry<BioRead, kPossible>},
      {"SSL_write", Entry<Write, kPossible>},
      {"SSL_read", Entry<ReadOnce<&L::SSL_read>, kPossible>},
      {"SSL_peek", Entry<ReadOnce<&L::SSL_peek>, kPossible>},
      {"readAll", Entry<ReadEverything, kPossible>},
      {"readInto", Entry<ReadInto, kPossible>},
      {"takeInto", Entry<TakeInto, kPossible>},
      {"earlyDataRoom", Entry<AskEarlyDataRoom, kPossible>},
      {"SSL_write_early_data", Entry<WriteEarlyData, kPossible>},
      {"SSL_read_early_data", Entry<ReadEarlyData, kPossible>},
      {"SSL_shutdown", Entry<Plain<&L::SSL_shutdown>, kPossible>},
      {"SSL_renegotiate", Entry<Renegotiate, kPossible>},
      {"SSL_verify_client_post_handshake",
       Entry<Plain<&L::SSL_verify_client_post_handshake>, kPossible>},
      {"SSL_key_update", Entry<KeyUpdate, kPossible>},
      {"SSL_clear", Entry<Clear, kPossible>},
      {"SSL_get_error", Entry<LastError, kNever>},
      {"SSL_get1_session", Entry<GetSession, kNever>},
      {"SSL_set_session", Entry<SetSession<false>, kPossible>},
      {"offerSession", Entry<SetSession<true>, kPossible>},
      {"supplySession", Entry<SupplySession, kPossible>},
      {"endLookup", Entry<EndLookup, kNever>},
      {"SSL_set_mtu", Entry<SetMtuOf, kPossible>},
      {"DTLS_set_link_mtu", Entry<SetLinkMtu, kPossible>},
      {"SSL_set_min_proto_version",
       Entry<SetVersion<kCtrlSetMinProtoVersion, &Own::min_version>, kPossible>},
      {"SSL_set_max_proto_version",
       Entry<SetVersion<kCtrlSetMaxProtoVersion, &Own::max_version>, kPossible>},
      {"SSL_set_verify", Entry<SetVerify, kNever>},
      {"SSL_set_tlsext_host_name", Entry<SetHostName, kPossible>},
      {"SSL_set1_groups_list", Entry<SetGroupsList, kPossible>},
      {"SSL_get_servername", Entry<GetServerName, kNever>},
      {"requestedServerName", Entry<RequestedServerName, kNever>},
      {"acceptsAny", Entry<AcceptsAny, kNever>},
      {"SSL_get_peer_certificate", Entry<GetPeerCertificate, kPossible>},
      {"SSL_get_peer_cert_chain", Entry<GetPeerCertChain, kPossible>},
      {"refusedCertificates", Entry<RefusedCertificates, kPossible>},
      {"X509_verify_cert_error_string", Entry<VerifyErrorString, kNever>},
      {"SSL_export_keying_material", Entry<ExportKeyingMaterial, kPossible>},
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
