// core/protocol_answers.h, as JavaScript gives the answers (null takes one back), and what DANE and
// certificate transparency have found.

#include "core/protocol_answers.h"

#include "addon/entry.h"
#include "addon/objects.h"
#include "addon/place.h"
#include "core/session.h"

namespace libssl_session {
namespace {

ContextState* ContextOf(const Call& call) {
  return ContextState::Of(call.libssl(), call.Object<SSL_CTX>(0));
}

// What a build may leave out (openssl.def).
template <auto member>
void NeedsBuilt(const Call& call) {
  if (call.libssl().*member == nullptr) throw Misuse{Rule::kNotBuilt};
}

// clearSrpUsers(wanted): without users, who come with addSrpUser(); with false without the
// callback.
napi_value ClearSrpUsers(const Call& call) {
  ContextState* context = ContextOf(call);
  NeedsBuilt<&Libssl::SSL_CTX_set_srp_username_callback>(call);
  context->answers.srp_users.clear();
  InstallSrpUsers(context, call.Bool(0));
  return call.Undefined();
}

// addSrpUser(name, password, group)
napi_value AddSrpUser(const Call& call) {
  ContextState* context = ContextOf(call);
  const std::string name = call.Latin1(0);
  context->answers.srp_users.erase(name);
  context->answers.srp_users.emplace(name, SrpUser{call.SecretLatin1(1), call.Latin1(2)});
  return call.Undefined();
}

napi_value SetSrpPassword(const Call& call) {
  ContextState* context = ContextOf(call);
  NeedsBuilt<&Libssl::SSL_CTX_set_srp_client_pwd_callback>(call);
  context->answers.srp_password.reset();
  if (!call.IsNull(0)) context->answers.srp_password.emplace(call.SecretLatin1(0));
  InstallSrpPassword(context);
  return call.Undefined();
}

napi_value SetSrpParameters(const Call& call) {
  ContextState* context = ContextOf(call);
  NeedsBuilt<&Libssl::SSL_CTX_set_srp_verify_param_callback>(call);
  context->answers.srp_parameters.reset();
  if (!call.IsNull(0)) context->answers.srp_parameters = call.Bool(0);
  InstallSrpParameters(context);
  return call.Undefined();
}

napi_value SetNextProtocols(const Call& call) {
  ContextState* context = ContextOf(call);
  NeedsBuilt<&Libssl::SSL_CTX_set_next_protos_advertised_cb>(call);
  context->answers.next_protocols.reset();
  if (!call.IsNull(0)) context->answers.next_protocols = Text(call.ByteView(0));
  InstallNextProtocols(context);
  return call.Undefined();
}

napi_value SetNextProtocolChoice(const Call& call) {
  ContextState* context = ContextOf(call);
  NeedsBuilt<&Libssl::SSL_CTX_set_next_proto_select_cb>(call);
  context->answers.next_protocol_choice.reset();
  if (!call.IsNull(0)) context->answers.next_protocol_choice = Text(call.ByteView(0));
  InstallNextProtocolChoice(context);
  return call.Undefined();
}

napi_value SetTransparency(const Call& call) {
  const auto [context, connection, answers] = At(call);
  NeedsBuilt<&Libssl::SSL_CTX_set_ct_validation_callback>(call);
  answers.transparency.reset();
  if (!call.IsNull(0)) answers.transparency = call.Bool(0);
  return call.Number(InstallTransparency(context, connection));
}

// The result in register 0: the depth, or negative; DER of the certificate or of the public key
// that the record is of, each null where it is not of one.
napi_value DaneAuthority(const Call& call) {
  const Libssl& libssl = call.libssl();
  X509* certificate = nullptr;
  EVP_PKEY* key = nullptr;
  const int depth = libssl.SSL_get0_dane_authority(call.Object<SSL>(0), &certificate, &key);
  const napi_value der = ToValue(call, certificate);
  napi_value public_key = call.Null();
  if (key != nullptr) {
    const Encoding encoding(libssl, libssl.i2d_PUBKEY, key);
    if (encoding.data() != nullptr) public_key = call.NewBuffer(encoding.data(), encoding.size());
  }
  call.environment().registers[0] = depth;
  return call.NewArray({der, public_key});
}

// The depth in register 0, or a negative number; then usage, selector and type in registers 1 to 3.
napi_value DaneRecord(const Call& call) {
  uint8_t usage = 0;
  uint8_t selector = 0;
  uint8_t type = 0;
  const unsigned char* data = nullptr;
  size_t size = 0;
  const int depth =
      call.libssl().SSL_get0_dane_tlsa(call.Object<SSL>(0), &usage, &selector, &type, &data, &size);
  double* registers = call.environment().registers;
  registers[0] = depth;
  registers[1] = usage;
  registers[2] = selector;
  registers[3] = type;
  return data == nullptr ? call.Null() : call.NewBuffer(data, size);
}

// setDaneType(name of the digest or null, type, order)
napi_value SetDaneType(const Call& call) {
  SSL_CTX* context = call.Object<SSL_CTX>(0);
  const EVP_MD* digest = nullptr;
  if (!call.IsNull(0)) {
    digest = call.libssl().EVP_get_digestbyname(call.Latin1(0).c_str());
    if (digest == nullptr) return call.Number(0);
  }
  // It changes nothing, and crashes if there is no table yet.
  if (digest == nullptr && call.Uint(1) == 0) return call.Number(1);
  return call.Number(call.libssl().SSL_CTX_dane_mtype_set(
      context, digest, static_cast<uint8_t>(call.Uint(1)), static_cast<uint8_t>(call.Uint(2))));
}

// Of each: its bytes as they are sent, where it came from, what was found; null where there are
// none.
napi_value PeerScts(const Call& call) {
  const Libssl& libssl = call.libssl();
  SSL* ssl = call.Object<SSL>(0);
  NeedsBuilt<&Libssl::SSL_get0_peer_scts>(call);
  const auto* scts = reinterpret_cast<const OPENSSL_STACK*>(libssl.SSL_get0_peer_scts(ssl));
  if (scts == nullptr) return call.Null();
  std::vector<napi_value> values;
  for (int i = 0; i < libssl.OPENSSL_sk_num(scts); ++i) {
    const auto* sct = static_cast<const SCT*>(libssl.OPENSSL_sk_value(scts, i));
    const Encoding bytes(libssl, libssl.i2o_SCT, sct);
    values.push_back(call.NewBuffer(bytes.data(), bytes.size()));
    values.push_back(call.NewNumber(libssl.SCT_get_source(sct)));
    values.push_back(call.NewNumber(libssl.SCT_get_validation_status(sct)));
  }
  return call.NewArray(values);
}

}  // namespace

std::vector<Function> ProtocolAnswerFunctions() {
  constexpr Errors kNever = Errors::kNever;
  constexpr Errors kPossible = Errors::kPossible;
  return {
      {"clearSrpUsers", Entry<ClearSrpUsers, kNever>, "SSL_CTX_set_srp_username_callback"},
      {"addSrpUser", Entry<AddSrpUser, kNever>, "SSL_CTX_set_srp_username_callback"},
      {"setSrpPassword", Entry<SetSrpPassword, kNever>, "SSL_CTX_set_srp_client_pwd_callback"},
      {"setSrpParameters", Entry<SetSrpParameters, kNever>,
       "SSL_CTX_set_srp_verify_param_callback"},
      {"setNextProtocols", Entry<SetNextProtocols, kNever>,
       "SSL_CTX_set_next_protos_advertised_cb"},
      {"setNextProtocolChoice", Entry<SetNextProtocolChoice, kNever>,
       "SSL_CTX_set_next_proto_select_cb"},
      {"setTransparency", Entry<SetTransparency, kPossible>, "SSL_CTX_set_ct_validation_callback"},
      {"SSL_get0_dane_authority", Entry<DaneAuthority, kPossible>},
      {"SSL_get0_dane_tlsa", Entry<DaneRecord, kNever>},
      {"SSL_CTX_dane_mtype_set", Entry<SetDaneType, kPossible>},
      {"SSL_get0_peer_scts", Entry<PeerScts, kPossible>},
  };
}

}  // namespace libssl_session
