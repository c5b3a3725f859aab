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

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_ADDON_ARGUMENTS_H_
