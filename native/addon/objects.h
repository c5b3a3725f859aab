// Objects of OpenSSL, which JavaScript has no handle of, as its values: certificates, names and
// keys as DER, what has a name by it.

#ifndef LIBSSL_SESSION_NATIVE_ADDON_OBJECTS_H_
#define LIBSSL_SESSION_NATIVE_ADDON_OBJECTS_H_

#include <memory>
#include <utility>

#include "addon/call.h"

namespace libssl_session {

// What a cipher suite is; null for nullptr.
napi_value CipherInfo(const Call& call, const SSL_CIPHER* cipher);

// Null for nullptr, each of them.
napi_value ToValue(const Call& call, X509* certificate);
napi_value ToValue(const Call& call, EVP_PKEY* private_key);  // PKCS #8
napi_value ToValue(const Call& call, const EVP_MD* digest);   // OpenSSL's short name
napi_value ToValue(const Call& call, const COMP_METHOD* method);
napi_value ToValue(const Call& call, const BIGNUM* number);                    // the bytes of it
napi_value ToValue(const Call& call, const SRTP_PROTECTION_PROFILE* profile);  // its name
napi_value ToValue(const Call& call, const stack_st_SRTP_PROTECTION_PROFILE* profiles);
napi_value ToValue(const Call& call, const stack_st_X509* certificates);
napi_value ToValue(const Call& call, const stack_st_X509_NAME* names);
napi_value ToValue(const Call& call, const stack_st_SSL_CIPHER* ciphers);

// A reference that C gave, which goes also where an exception ends the call.
template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

// An object that JavaScript gives as DER. get() is nullptr where the bytes are none of it.
template <typename T>
class Decoded {
 public:
  using Decode = T* (*)(T**, const unsigned char**, long);

  Decoded(Decode decode, void (*free)(T*), const Bytes& der) : free_(free) {
    const unsigned char* at = der.data;
    object_ = decode(nullptr, &at, static_cast<long>(der.size));
  }
  Decoded(Decoded&& other) noexcept
      : free_(other.free_), object_(std::exchange(other.object_, nullptr)) {}
  ~Decoded() { free_(object_); }

  T* get() const { return object_; }

 private:
  void (*free_)(T*);
  T* object_;
};

// Objects that JavaScript gives as their DER, one behind the other.
template <typename T>
class DecodedStack {
 public:
  DecodedStack(const Libssl& libssl, void (*free)(T*)) : libssl_(libssl), free_(free) {}
  DecodedStack(DecodedStack&& other) noexcept
      : libssl_(other.libssl_), free_(other.free_), stack_(other.Release()) {}
  ~DecodedStack() {
    if (stack_ == nullptr) return;
    for (int i = 0; i < libssl_.OPENSSL_sk_num(stack_); ++i) {
      free_(static_cast<T*>(libssl_.OPENSSL_sk_value(stack_, i)));
    }
    libssl_.OPENSSL_sk_free(stack_);
  }

  // False where the bytes are none of them, or there is no memory.
  bool Decode(typename Decoded<T>::Decode decode, const Bytes& der) {
    stack_ = libssl_.OPENSSL_sk_new_null();
    const unsigned char* at = der.data;
    const unsigned char* end = der.data + der.size;
    while (stack_ != nullptr && at != end) {
      T* object = decode(nullptr, &at, end - at);
      if (object == nullptr) return false;
      if (libssl_.OPENSSL_sk_push(stack_, object) != 0) continue;
      free_(object);
      return false;
    }
    return stack_ != nullptr;
  }

  OPENSSL_STACK* get() const { return stack_; }
  OPENSSL_STACK* Release() { return std::exchange(stack_, nullptr); }

 private:
  const Libssl& libssl_;
  void (*free_)(T*);
  OPENSSL_STACK* stack_ = nullptr;
};

inline Decoded<X509> CertificateOf(const Call& call, const Bytes& der) {
  return {call.libssl().d2i_X509, call.libssl().X509_free, der};
}

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_ADDON_OBJECTS_H_
