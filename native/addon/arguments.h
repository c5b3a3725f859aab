// What a C function takes besides its object, from the arguments of JavaScript, in their order.

#ifndef LIBSSL_SESSION_NATIVE_ADDON_ARGUMENTS_H_
#define LIBSSL_SESSION_NATIVE_ADDON_ARGUMENTS_H_

#include <string>
#include <type_traits>

#include "addon/call.h"
#include "addon/objects.h"

namespace libssl_session {

// How far the arguments of a call have been taken.
class Arguments {
 public:
  explicit Arguments(const Call& call) : call_(call) {}

  const Call& call() const { return call_; }
  size_t Next() { return next_++; }
  // The bytes or numbers of the argument before, whose count is C's next parameter.
  void Counted(size_t count) {
    count_ = count;
    counted_ = true;
  }
  bool TakeCount(size_t* count) {
    if (!counted_) return false;
    counted_ = false;
    *count = count_;
    return true;
  }
  // One could not be decoded.
  void Fail() { failed_ = true; }
  bool failed() const { return failed_; }

 private:
  const Call& call_;
  size_t next_ = 0;
  size_t count_ = 0;
  bool counted_ = false;
  bool failed_ = false;
};

// A number, whose range src/ has checked; or the size of what stands before it.
template <typename T>
class Argument {
 public:
  static_assert(std::is_integral_v<T>);
  explicit Argument(Arguments& arguments) {
    size_t count = 0;
    value_ = arguments.TakeCount(&count) ? static_cast<T>(count)
                                         : static_cast<T>(arguments.call().Long(arguments.Next()));
  }
  T get() const { return value_; }

 private:
  T value_;
};

// A text; NULL for null.
template <>
class Argument<char*> {
 public:
  explicit Argument(Arguments& arguments) {
    const size_t i = arguments.Next();
    null_ = arguments.call().IsNull(i);
    if (!null_) text_ = arguments.call().Latin1(i);
  }
  char* get() { return null_ ? nullptr : text_.data(); }

 private:
  bool null_;
  std::string text_;
};

template <>
class Argument<const char*> : public Argument<char*> {
 public:
  using Argument<char*>::Argument;
};

// Bytes; NULL for null.
template <>
class Argument<const unsigned char*> {
 public:
  explicit Argument(Arguments& arguments) {
    const size_t i = arguments.Next();
    if (!arguments.call().IsNull(i)) bytes_ = arguments.call().ByteView(i);
    arguments.Counted(bytes_.size);
  }
  const unsigned char* get() const { return bytes_.data; }

 private:
  Bytes bytes_ = {nullptr, 0};
};

// Numbers, which come as the bytes of an Int32Array.
template <>
class Argument<const int*> {
 public:
  explicit Argument(Arguments& arguments) : bytes_(arguments.call().ByteView(arguments.Next())) {
    arguments.Counted(bytes_.size / sizeof(int));
  }
  const int* get() const { return reinterpret_cast<const int*>(bytes_.data); }

 private:
  Bytes bytes_;
};

// A certificate, as DER.
template <>
class Argument<X509*> {
 public:
  explicit Argument(Arguments& arguments)
      : certificate_(CertificateOf(arguments.call(), arguments.call().ByteView(arguments.Next()))) {
    if (certificate_.get() == nullptr) arguments.Fail();
  }
  X509* get() const { return certificate_.get(); }

 private:
  Decoded<X509> certificate_;
};

template <>
class Argument<const X509*> : public Argument<X509*> {
 public:
  using Argument<X509*>::Argument;
};

// A private key, as DER.
template <>
class Argument<EVP_PKEY*> {
 public:
  explicit Argument(Arguments& arguments) : key_(KeyOf(arguments)) {
    if (key_.get() == nullptr) arguments.Fail();
  }
  EVP_PKEY* get() const { return key_.get(); }

 private:
  static Decoded<EVP_PKEY> KeyOf(Arguments& arguments) {
    const Call& call = arguments.call();
    const Libssl& libssl = call.libssl();
    return {libssl.d2i_AutoPrivateKey, libssl.EVP_PKEY_free, call.ByteView(arguments.Next())};
  }

  Decoded<EVP_PKEY> key_;
};

// A private key of RSA, as DER.
template <>
class Argument<RSA*> {
 public:
  explicit Argument(Arguments& arguments) : key_(KeyOf(arguments)) {
    if (key_.get() == nullptr) arguments.Fail();
  }
  RSA* get() const { return key_.get(); }

 private:
  static Decoded<RSA> KeyOf(Arguments& arguments) {
    const Call& call = arguments.call();
    const Libssl& libssl = call.libssl();
    return {libssl.d2i_RSAPrivateKey, libssl.RSA_free, call.ByteView(arguments.Next())};
  }

  Decoded<RSA> key_;
};

// Certificates, as their DER one behind the other; NULL for null. C takes references of its own.
template <>
class Argument<stack_st_X509*> {
 public:
  explicit Argument(Arguments& arguments)
      : certificates_(arguments.call().libssl(), arguments.call().libssl().X509_free) {
    const Libssl& libssl = arguments.call().libssl();
    const size_t i = arguments.Next();
    if (arguments.call().IsNull(i)) return;
    if (!certificates_.Decode(libssl.d2i_X509, arguments.call().ByteView(i))) arguments.Fail();
  }
  stack_st_X509* get() const { return reinterpret_cast<stack_st_X509*>(certificates_.get()); }

 private:
  DecodedStack<X509> certificates_;
};

// Names in the same form. Each function that takes a list of them takes it over.
template <>
class Argument<stack_st_X509_NAME*> {
 public:
  explicit Argument(Arguments& arguments)
      : names_(arguments.call().libssl(), arguments.call().libssl().X509_NAME_free) {
    const Libssl& libssl = arguments.call().libssl();
    const Bytes der = arguments.call().ByteView(arguments.Next());
    if (!names_.Decode(libssl.d2i_X509_NAME, der)) arguments.Fail();
  }
  stack_st_X509_NAME* get() { return reinterpret_cast<stack_st_X509_NAME*>(names_.Release()); }

 private:
  DecodedStack<X509_NAME> names_;
};

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_ADDON_ARGUMENTS_H_
