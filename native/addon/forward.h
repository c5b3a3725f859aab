// A C function of one session, context or connection as a JavaScript function: the handle in
// register 0, at most one argument besides it, the result as it is.

#ifndef LIBSSL_SESSION_NATIVE_ADDON_FORWARD_H_
#define LIBSSL_SESSION_NATIVE_ADDON_FORWARD_H_

#include <string_view>
#include <type_traits>
#include <vector>

#include "addon/entry.h"

namespace libssl_session {

// What a cipher suite is; null for nullptr.
napi_value CipherInfo(const Call& call, const SSL_CIPHER* cipher);

// Whether a prototype of openssl.def says that its object may be NULL.
constexpr bool TakesNull(std::string_view parameters) {
  return parameters.substr(0, parameters.find(',')).find("OR_NULL") != std::string_view::npos;
}

// The object of the handle in register 0.
template <bool or_null, typename Object>
std::remove_const_t<Object>* ObjectOf(const Call& call) {
  using T = std::remove_const_t<Object>;
  if constexpr (or_null) {
    const auto* slot = call.SlotOrNull<T>(0);
    return slot == nullptr ? nullptr : slot->object;
  } else {
    return call.Object<T>(0);
  }
}

// The number that a function takes, whose range src/ has checked: in register 1, and a long, which
// a double may not hold, as an argument.
template <typename Value>
Value NumberOf(const Call& call) {
  if constexpr (std::is_same_v<Value, long>) {
    return call.Long(0);
  } else {
    return static_cast<Value>(call.environment().registers[1]);
  }
}

template <typename Result>
napi_value Answer(const Call& call, Result result) {
  if constexpr (std::is_same_v<Result, const char*>) {
    return result == nullptr ? call.Null() : call.NewLatin1(result, NAPI_AUTO_LENGTH);
  } else if constexpr (std::is_same_v<Result, const SSL_CIPHER*>) {
    return CipherInfo(call, result);
  } else if constexpr (std::is_same_v<Result, unsigned long>) {
    return call.NewUnsignedLong(result);
  } else if constexpr (std::is_same_v<Result, long>) {
    return call.NewLong(result);
  } else {
    return call.Number(static_cast<double>(result));
  }
}

template <typename Result, typename Do>
napi_value AnswerOf(const Call& call, Do function) {
  if constexpr (std::is_void_v<Result>) {
    function();
    return call.Undefined();
  } else {
    return Answer<Result>(call, function());
  }
}

template <bool or_null, typename Result, typename Object>
napi_value ForwardTo(const Call& call, Result (*function)(Object*)) {
  auto* object = ObjectOf<or_null, Object>(call);
  return AnswerOf<Result>(call, [&] { return function(object); });
}

// With a number, or a text that is NULL for null.
template <bool or_null, typename Result, typename Object, typename Value>
napi_value ForwardTo(const Call& call, Result (*function)(Object*, Value)) {
  auto* object = ObjectOf<or_null, Object>(call);
  if constexpr (std::is_same_v<Value, const char*>) {
    if (call.IsNull(0)) return AnswerOf<Result>(call, [&] { return function(object, nullptr); });
    const std::string text = call.Latin1(0);
    return AnswerOf<Result>(call, [&] { return function(object, text.c_str()); });
  } else {
    const Value number = NumberOf<Value>(call);
    return AnswerOf<Result>(call, [&] { return function(object, number); });
  }
}

template <bool or_null, typename Result, typename Object>
napi_value ForwardTo(const Call& call,
                     Result (*function)(Object*, const unsigned char*, unsigned int)) {
  auto* object = ObjectOf<or_null, Object>(call);
  const Bytes bytes = call.ByteView(0);
  return AnswerOf<Result>(call, [&] { return function(object, bytes.data, SizeOf(bytes)); });
}

// The bytes that libssl copies out: as many as it says when it is asked for none.
template <bool or_null, typename Object, typename Byte>
napi_value ForwardTo(const Call& call, size_t (*function)(Object*, Byte*, size_t)) {
  auto* object = ObjectOf<or_null, Object>(call);
  std::vector<unsigned char> bytes(function(object, nullptr, 0));
  function(object, bytes.data(), bytes.size());
  return call.NewBuffer(bytes.data(), bytes.size());
}

// A copy of the bytes that libssl has, which may be none.
template <bool or_null, typename Object>
napi_value ForwardTo(const Call& call, const unsigned char* (*function)(Object*, unsigned int*)) {
  unsigned int size = 0;
  const unsigned char* bytes = function(ObjectOf<or_null, Object>(call), &size);
  return call.NewBuffer(bytes, size);
}

// The same; null where there are none.
template <bool or_null, typename Result, typename Object, typename Data, typename Size>
napi_value ForwardTo(const Call& call, Result (*function)(Object*, Data**, Size*)) {
  Data* data = nullptr;
  Size size = 0;
  function(ObjectOf<or_null, Object>(call), &data, &size);
  return data == nullptr ? call.Null() : call.NewBuffer(data, size);
}

template <auto member, bool or_null = false>
napi_value Forward(const Call& call) {
  return ForwardTo<or_null>(call, call.libssl().*member);
}

// A macro over SSL_CTX_ctrl or SSL_ctrl, as if it were a function of the type that it is documented
// with.
template <int command, typename Function>
struct Macro;

template <int command, typename Result, typename Object, typename... Number>
struct Macro<command, Result (*)(Object*, Number...)> {
  static napi_value Forward(const Call& call) {
    auto* object = call.Object<Object>(0);
    const long number = (0L + ... + static_cast<long>(NumberOf<Number>(call)));
    if constexpr (std::is_same_v<Object, SSL_CTX>) {
      return Answer(
          call, static_cast<Result>(call.libssl().SSL_CTX_ctrl(object, command, number, nullptr)));
    } else {
      return Answer(call,
                    static_cast<Result>(call.libssl().SSL_ctrl(object, command, number, nullptr)));
    }
  }
};

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_ADDON_FORWARD_H_
