// A C function of one context or connection, as a JavaScript function: the handle in register 0,
// at most one argument beside it, the result as it is.

#ifndef LIBSSL_SESSION_NATIVE_ADDON_FORWARD_H_
#define LIBSSL_SESSION_NATIVE_ADDON_FORWARD_H_

#include <type_traits>

#include "addon.h"

namespace libssl_session {

template <typename Result>
napi_value Answer(const Call& call, Result result) {
  if constexpr (std::is_same_v<Result, const char*>) {
    return result == nullptr ? call.Null() : call.NewLatin1(result, NAPI_AUTO_LENGTH);
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

template <typename Result, typename Object>
napi_value ForwardTo(const Call& call, Result (*function)(Object*)) {
  auto* object = call.Object<std::remove_const_t<Object>>(0);
  return AnswerOf<Result>(call, [&] { return function(object); });
}

template <typename Result, typename Object, typename Number>
napi_value ForwardTo(const Call& call, Result (*function)(Object*, Number)) {
  auto* object = call.Object<std::remove_const_t<Object>>(0);
  if constexpr (std::is_same_v<Number, const char*>) {
    if (call.IsNull(0)) return AnswerOf<Result>(call, [&] { return function(object, nullptr); });
    const std::string text = call.Latin1(0);
    return AnswerOf<Result>(call, [&] { return function(object, text.c_str()); });
  } else {
    const Number number = static_cast<Number>(call.Long(0));  // src/ has checked the range
    return AnswerOf<Result>(call, [&] { return function(object, number); });
  }
}

template <typename Result, typename Object>
napi_value ForwardTo(const Call& call,
                     Result (*function)(Object*, const unsigned char*, unsigned int)) {
  auto* object = call.Object<std::remove_const_t<Object>>(0);
  const Bytes bytes = call.ByteView(0);
  return AnswerOf<Result>(
      call, [&] { return function(object, bytes.data, static_cast<unsigned int>(bytes.size)); });
}

template <auto member>
napi_value Forward(const Call& call) {
  return ForwardTo(call, call.libssl().*member);
}

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_ADDON_FORWARD_H_
