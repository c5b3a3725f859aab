// Settings of a context or connection that need more than a call: a rule, or something to remember.

#include <cstring>
#include <new>
#include <string>

#include "addon/forward.h"
#include "addon/steps.h"
#include "core/rules.h"

namespace libssl_session {
namespace {

// What a handshake must not lose under way.
template <auto member>
napi_value Credential(const Call& call) {
  Obey(CredentialRule(*StateOf(call, 0)));
  return Forward<member>(call);
}

// C takes these arguments in another order.
napi_value UseCertificateAsn1(const Call& call) {
  SSL_CTX* context = call.Object<SSL_CTX>(0);
  const Bytes der = call.ByteView(0);
  const int size = static_cast<int>(der.size);
  return call.Number(call.libssl().SSL_CTX_use_certificate_ASN1(context, size, der.data));
}

napi_value UsePrivateKeyAsn1(const Call& call) {
  SSL_CTX* context = call.Object<SSL_CTX>(0);
  const int kind = NumberOf<int>(call);
  const Bytes der = call.ByteView(0);
  const long size = static_cast<long>(der.size);
  return call.Number(call.libssl().SSL_CTX_use_PrivateKey_ASN1(kind, context, der.data, size));
}

napi_value UseOwnPrivateKeyAsn1(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  const int kind = NumberOf<int>(call);
  Obey(CredentialRule(*state));
  const Bytes der = call.ByteView(0);
  const long size = static_cast<long>(der.size);
  return call.Number(call.libssl().SSL_use_PrivateKey_ASN1(kind, state->ssl, der.data, size));
}

napi_value SrpVerifierSet(const Call& call, ConnectionState* state, int result) {
  if (result == 1) state->has_srp_verifier = true;
  return call.Number(result);
}

// SSL_set_srp_server_param(N, g, salt, verifier, info), each null for NULL. libssl takes copies.
napi_value SetSrpParameters(const Call& call) {
  const Libssl& libssl = call.libssl();
  ConnectionState* state = StateOf(call, 0);
  if (libssl.SSL_set_srp_server_param == nullptr) throw Misuse{Rule::kNotBuilt};
  Obey(CredentialRule(*state));
  const auto number = [&](size_t i) {
    BIGNUM* made = nullptr;
    if (!call.IsNull(i)) {
      const Bytes bytes = call.ByteView(i);
      made = libssl.BN_bin2bn(bytes.data, static_cast<int>(bytes.size), nullptr);
      if (made == nullptr) throw std::bad_alloc();
    }
    return Owned<BIGNUM>(made, libssl.BN_clear_free);
  };
  const auto prime = number(0);
  const auto generator = number(1);
  const auto salt = number(2);
  const auto verifier = number(3);
  Arguments texts(call);
  for (int i = 0; i < 4; ++i) texts.Next();
  Argument<char*> info(texts);
  return SrpVerifierSet(call, state,
                        libssl.SSL_set_srp_server_param(state->ssl, prime.get(), generator.get(),
                                                        salt.get(), verifier.get(), info.get()));
}

napi_value SetSrpPassword(const Call& call) {
  const Libssl& libssl = call.libssl();
  ConnectionState* state = StateOf(call, 0);
  if (libssl.SSL_set_srp_server_param_pw == nullptr) throw Misuse{Rule::kNotBuilt};
  Obey(CredentialRule(*state));
  Secret password = call.SecretLatin1(1);
  return SrpVerifierSet(
      call, state,
      libssl.SSL_set_srp_server_param_pw(state->ssl, call.Latin1(0).c_str(),
                                         reinterpret_cast<const char*>(password.data()),
                                         call.Latin1(2).c_str()));
}

template <typename Object>
napi_value SetMode(const Call& call) {
  const auto mode = NumberOf<unsigned long>(call);
  call.Object<Object>(0);
  Obey(ModeRule(mode));
  return Macro<unsigned long (*)(Object*, unsigned long)>::Forward(call, kCtrlMode);
}

// ---- Names that a certificate must be for.

napi_value AddHost(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  const std::string name = call.Latin1(0);
  const int result = call.libssl().SSL_add1_host(state->ssl, name.c_str());
  if (result == 1 && !name.empty()) state->further_names.push_back(name);
  return call.Number(result);
}

// It sets the expected name, too, and the server name where there was none.
napi_value EnableDane(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  const std::string domain = call.Latin1(0);
  const int result = call.libssl().SSL_dane_enable(state->ssl, domain.c_str());
  if (result != 1) return call.Number(result);
  state->expected_name = domain;
  state->expects_address = false;
  state->further_names.clear();
  if (state->side != ConnectionState::Side::kServer && !state->servername.has_value()) {
    state->servername = domain;
  }
  return call.Number(result);
}

// ---- Groups.

napi_value SetContextGroups(const Call& call) {
  const Libssl& libssl = call.libssl();
  ContextState* state = ContextState::Of(libssl, call.Object<SSL_CTX>(0));
  Macro<int (*)(SSL_CTX*, const int*, long)>::Forward(call, kCtrlSetGroups);
  if (call.environment().registers[0] != 1) return call.Undefined();
  // As SSL_CTX_set1_groups_list has them.
  std::string list;
  const Bytes bytes = call.ByteView(0);
  for (size_t at = 0; at < bytes.size; at += sizeof(int)) {
    int group = 0;
    std::memcpy(&group, bytes.data + at, sizeof group);
    list.append(list.empty() ? "" : ":").append(libssl.OBJ_nid2sn(group));
  }
  state->groups = list;
  return call.Undefined();
}

napi_value SetConnectionGroups(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  Macro<int (*)(SSL*, const int*, long)>::Forward(call, kCtrlSetGroups);
  if (call.environment().registers[0] == 1) state->own.groups = true;
  return call.Undefined();
}

}  // namespace

std::vector<Function> OwnSettingFunctions() {
  constexpr Errors kNever = Errors::kNever;
  constexpr Errors kPossible = Errors::kPossible;
  return {
      {"SSL_use_certificate", Entry<Credential<&Libssl::SSL_use_certificate>, kPossible>},
      {"SSL_use_certificate_file", Entry<Credential<&Libssl::SSL_use_certificate_file>, kPossible>},
      {"SSL_use_certificate_chain_file",
       Entry<Credential<&Libssl::SSL_use_certificate_chain_file>, kPossible>},
      {"SSL_use_certificate_ASN1", Entry<Credential<&Libssl::SSL_use_certificate_ASN1>, kPossible>},
      {"SSL_use_PrivateKey", Entry<Credential<&Libssl::SSL_use_PrivateKey>, kPossible>},
      {"SSL_use_PrivateKey_file", Entry<Credential<&Libssl::SSL_use_PrivateKey_file>, kPossible>},
      {"SSL_use_RSAPrivateKey_file",
       Entry<Credential<&Libssl::SSL_use_RSAPrivateKey_file>, kPossible>},
      {"SSL_use_RSAPrivateKey_ASN1",
       Entry<Credential<&Libssl::SSL_use_RSAPrivateKey_ASN1>, kPossible>},
      {"SSL_use_RSAPrivateKey", Entry<Credential<&Libssl::SSL_use_RSAPrivateKey>, kPossible>},
      {"SSL_use_cert_and_key", Entry<Credential<&Libssl::SSL_use_cert_and_key>, kPossible>},
      {"SSL_CTX_use_certificate_ASN1", Entry<UseCertificateAsn1, kPossible>},
      {"SSL_CTX_use_PrivateKey_ASN1", Entry<UsePrivateKeyAsn1, kPossible>},
      {"SSL_use_PrivateKey_ASN1", Entry<UseOwnPrivateKeyAsn1, kPossible>},
      {"SSL_certs_clear", Entry<Credential<&Libssl::SSL_certs_clear>, kNever>},
      {"SSL_set_srp_server_param_pw", Entry<SetSrpPassword, kPossible>},
      {"SSL_set_srp_server_param", Entry<SetSrpParameters, kPossible>},
      {"SSL_set_mode", Entry<SetMode<SSL>, kNever>},
      {"SSL_CTX_set_mode", Entry<SetMode<SSL_CTX>, kNever>},
      {"SSL_add1_host", Entry<AddHost, kPossible>},
      {"SSL_dane_enable", Entry<EnableDane, kPossible>},
      {"SSL_CTX_set1_groups", Entry<SetContextGroups, kPossible>},
      {"SSL_set1_groups", Entry<SetConnectionGroups, kPossible>},
  };
}

}  // namespace libssl_session
