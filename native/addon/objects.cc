#include "addon/objects.h"

#include <vector>

#include "core/session.h"

namespace libssl_session {
namespace {

template <typename T>
napi_value Der(const Call& call, int (*encode)(T*, unsigned char**), T* object) {
  if (object == nullptr) return call.Null();
  const Encoding der(call.libssl(), encode, object);
  return der.data() == nullptr ? call.Null() : call.NewBuffer(der.data(), der.size());
}

// Each object of a stack.
template <typename T, typename Stack>
napi_value Array(const Call& call, const Stack* stack, napi_value (*value)(const Call&, T*)) {
  if (stack == nullptr) return call.Null();
  const auto* objects = reinterpret_cast<const OPENSSL_STACK*>(stack);
  std::vector<napi_value> values;
  for (int i = 0; i < call.libssl().OPENSSL_sk_num(objects); ++i) {
    values.push_back(value(call, static_cast<T*>(call.libssl().OPENSSL_sk_value(objects, i))));
  }
  return call.NewArray(values);
}

napi_value NameToValue(const Call& call, X509_NAME* name) {
  return Der(call, call.libssl().i2d_X509_NAME, name);
}

}  // namespace

napi_value ToValue(const Call& call, X509* certificate) {
  return Der(call, call.libssl().i2d_X509, certificate);
}

napi_value ToValue(const Call& call, EVP_PKEY* private_key) {
  if (private_key == nullptr) return call.Null();
  PKCS8_PRIV_KEY_INFO* info = call.libssl().EVP_PKEY2PKCS8(private_key);
  if (info == nullptr) return call.Null();
  const Encoding der(call.libssl(), call.libssl().i2d_PKCS8_PRIV_KEY_INFO, info);
  call.libssl().PKCS8_PRIV_KEY_INFO_free(info);
  return der.data() == nullptr ? call.Null() : call.NewBuffer(der.data(), der.size());
}

napi_value ToValue(const Call& call, const EVP_MD* digest) {
  if (digest == nullptr) return call.Null();
  return call.NewText(call.libssl().OBJ_nid2sn(call.libssl().EVP_MD_type(digest)));
}

napi_value ToValue(const Call& call, const COMP_METHOD* method) {
  return method == nullptr ? call.Null() : call.NewText(call.libssl().SSL_COMP_get_name(method));
}

napi_value ToValue(const Call& call, const BIGNUM* number) {
  if (number == nullptr) return call.Null();
  std::vector<unsigned char> bytes((call.libssl().BN_num_bits(number) + 7) / 8);
  call.libssl().BN_bn2bin(number, bytes.data());
  return call.NewBuffer(bytes.data(), bytes.size());
}

napi_value ToValue(const Call& call, const SRTP_PROTECTION_PROFILE* profile) {
  return profile == nullptr ? call.Null() : call.NewText(profile->name);
}

napi_value ToValue(const Call& call, const stack_st_SRTP_PROTECTION_PROFILE* profiles) {
  return Array<const SRTP_PROTECTION_PROFILE>(call, profiles, ToValue);
}

napi_value ToValue(const Call& call, const stack_st_X509* certificates) {
  return Array<X509>(call, certificates, ToValue);
}

napi_value ToValue(const Call& call, const stack_st_X509_NAME* names) {
  return Array<X509_NAME>(call, names, NameToValue);
}

napi_value ToValue(const Call& call, const stack_st_SSL_CIPHER* ciphers) {
  return Array<const SSL_CIPHER>(call, ciphers, CipherInfo);
}

}  // namespace libssl_session
