// A C function as a JavaScript function: the handle of the session, context or connection that it
// is about in register 0, a number that is its only other argument in register 1, what else it
// takes as arguments; the result as it is.

#ifndef LIBSSL_SESSION_NATIVE_ADDON_FORWARD_H_
#define LIBSSL_SESSION_NATIVE_ADDON_FORWARD_H_

#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "addon/arguments.h"
#include "addon/entry.h"
#include "addon/objects.h"
#include "core/session.h"

namespace libssl_session {

// Whether a prototype of openssl.def says that its object may be NULL.
constexpr bool TakesNull(std::string_view parameters) {
  return parameters.substr(0, parameters.find(',')).find("OR_NULL") != std::string_view::npos;
}

// The object of the handle in register 0.
template <bool or_null, typename Object>
std::remove_const_t<Object>* ObjectOf(const Call& call) {
  using T = std::remove_const_t<Object>;
  if constexpr (std::is_same_v<T, SSL_CIPHER>) {
    // src/ gives only numbers that libssl knows, and -1 for NULL.
    const double number = call.environment().registers[0];
    return const_cast<SSL_CIPHER*>(FindCipher(call.libssl(), static_cast<int>(number)));
  } else if constexpr (or_null) {
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
  if constexpr (std::is_same_v<Result, const char*> || std::is_same_v<Result, char*>) {
    return result == nullptr ? call.Null() : call.NewLatin1(result, NAPI_AUTO_LENGTH);
  } else if constexpr (std::is_same_v<Result, const SSL_CIPHER*>) {
    return CipherInfo(call, result);
  } else if constexpr (std::is_same_v<Result, unsigned long>) {
    return call.NewUnsignedLong(result);
  } else if constexpr (std::is_same_v<Result, long>) {
    return call.NewLong(result);
  } else if constexpr (std::is_pointer_v<Result>) {
    return ToValue(call, result);
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

// Calls function(…) with the arguments of JavaScript. What does not decode is C's failure, without
// a call.
template <typename Result, typename... Values, typename Do>
napi_value WithArguments(const Call& call, Do function) {
  Arguments arguments(call);
  std::tuple<Argument<Values>...> taken{Argument<Values>(arguments)...};
  if (arguments.failed()) {
    if constexpr (std::is_void_v<Result>)
      return call.Undefined();
    else
      return Answer<Result>(call, {});
  }
  return AnswerOf<Result>(call, [&] {
    return std::apply([&](auto&... each) { return function(each.get()...); }, taken);
  });
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
  } else if constexpr (std::is_pointer_v<Value>) {
    return WithArguments<Result, Value>(call, [&](Value value) { return function(object, value); });
  } else {
    const Value number = NumberOf<Value>(call);
    return AnswerOf<Result>(call, [&] { return function(object, number); });
  }
}

// With several arguments.
template <bool or_null, typename Result, typename Object, typename First, typename Second,
          typename... Others>
napi_value ForwardTo(const Call& call, Result (*function)(Object*, First, Second, Others...)) {
  auto* object = ObjectOf<or_null, Object>(call);
  return WithArguments<Result, First, Second, Others...>(
      call, [&](First first, Second second, Others... others) {
        return function(object, first, second, others...);
      });
}

// The number that libssl writes out where it gives 1; null where it does not.
template <bool or_null, typename Object>
napi_value ForwardTo(const Call& call, int (*function)(Object*, int*)) {
  int number = 0;
  const bool given = function(ObjectOf<or_null, Object>(call), &number) == 1;
  return given ? call.Number(number) : call.Null();
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

// The same, where their number is the result.
template <bool or_null, typename Object>
napi_value ForwardTo(const Call& call, size_t (*function)(Object*, const unsigned char**)) {
  const unsigned char* bytes = nullptr;
  const size_t size = function(ObjectOf<or_null, Object>(call), &bytes);
  return call.NewBuffer(bytes, bytes == nullptr ? 0 : size);
}

// The same; null where there are none.
template <bool or_null, typename Result, typename Object, typename Data, typename Size>
napi_value ForwardTo(const Call& call, Result (*function)(Object*, Data**, Size*)) {
  Data* data = nullptr;
  Size size = 0;
  function(ObjectOf<or_null, Object>(call), &data, &size);
  return data == nullptr ? call.Null() : call.NewBuffer(data, size);
}

// Whether a function's first parameter is what a handle is of.
template <typename Function>
struct Prototype;

template <typename Result, typename... All>
struct Prototype<Result (*)(All...)> {
  static constexpr bool kHasObject = false;
  static napi_value ForwardWithout(const Call& call, Result (*function)(All...)) {
    return WithArguments<Result, All...>(call, function);
  }
};

template <typename Result, typename Object, typename... Others>
struct Prototype<Result (*)(Object*, Others...)> {
  using Plain = std::remove_const_t<Object>;
  static constexpr bool kHasObject = std::is_same_v<Plain, SSL> || std::is_same_v<Plain, SSL_CTX> ||
                                     std::is_same_v<Plain, SSL_SESSION> ||
                                     std::is_same_v<Plain, SSL_CIPHER>;
  static napi_value ForwardWithout(const Call& call, Result (*function)(Object*, Others...)) {
    return WithArguments<Result, Object*, Others...>(call, function);
  }
};

// A member whose function takes a const object as one that takes an object: both are called alike,
// and have one body here.
template <typename Function>
Function Libssl::* SharedMember(Function Libssl::* member) {
  return member;
}

template <typename Result, typename Object, typename... Others>
auto SharedMember(Result (*Libssl::*member)(const Object*, Others...)) {
  return reinterpret_cast<Result (*Libssl::*)(Object*, Others...)>(member);
}

template <bool or_null, typename Function>
napi_value ForwardMember(const Call& call, Function Libssl::* member) {
  const Function function = call.libssl().*member;
  // What a build may leave out (openssl.def).
  if (function == nullptr) throw Misuse{Rule::kNotBuilt};
  if constexpr (Prototype<Function>::kHasObject)
    return ForwardTo<or_null>(call, function);
  else
    return Prototype<Function>::ForwardWithout(call, function);
}

template <auto member, bool or_null = false>
napi_value Forward(const Call& call) {
  return ForwardMember<or_null>(call, member);
}

// All functions of one type have this body, which made for each of them would be most of the addon.
template <bool or_null, Errors errors, typename Function>
[[gnu::noinline]] napi_value EnterMember(napi_env env, napi_callback_info info,
                                         Function Libssl::* member) {
  return Enter<errors>(env, info,
                       [member](const Call& call) { return ForwardMember<or_null>(call, member); });
}

// A row of openssl.def.
template <auto member, bool or_null, Errors errors>
napi_value EntryOfMember(napi_env env, napi_callback_info info) {
  return EnterMember<or_null, errors>(env, info, SharedMember(member));
}

// A macro over SSL_CTX_ctrl or SSL_ctrl, as if it were a function of the type that it is documented
// with.
template <typename Function>
struct Macro;

template <typename Result, typename Object, typename... Others>
struct Macro<Result (*)(Object*, Others...)> {
  static long Control(const Call& call, int command, long number, void* pointer) {
    auto* object = call.Object<std::remove_const_t<Object>>(0);
    if constexpr (std::is_same_v<std::remove_const_t<Object>, SSL_CTX>) {
      return call.libssl().SSL_CTX_ctrl(object, command, number, pointer);
    } else {
      return call.libssl().SSL_ctrl(object, command, number, pointer);
    }
  }

  static napi_value Forward(const Call& call, int command) {
    if constexpr ((std::is_same_v<Others, char*> || ...)) {
      Arguments arguments(call);
      Argument<char*> text(arguments);
      return Answer(call, static_cast<Result>(Control(call, command, 0, text.get())));
    } else if constexpr ((std::is_same_v<Others, int*> || ...)) {
      int number = 0;
      return Control(call, command, 0, &number) == 1 ? call.Number(number) : call.Null();
    } else if constexpr ((std::is_same_v<Others, const int*> || ...) ||
                         (std::is_same_v<Others, const unsigned char*> || ...)) {
      return WithArguments<Result, Others...>(call, [&](auto* list, long count) {
        using Element = std::remove_const_t<std::remove_pointer_t<decltype(list)>>;
        return static_cast<Result>(Control(call, command, count, const_cast<Element*>(list)));
      });
    } else {
      const long number = (0L + ... + static_cast<long>(NumberOf<Others>(call)));
      return Answer(call, static_cast<Result>(Control(call, command, number, nullptr)));
    }
  }

  // As EnterMember and EntryOfMember.
  template <Errors errors>
  [[gnu::noinline]] static napi_value EnterControl(napi_env env, napi_callback_info info,
                                                   int command) {
    return Enter<errors>(env, info, [command](const Call& call) { return Forward(call, command); });
  }
  template <int command, Errors errors>
  static napi_value Entry(napi_env env, napi_callback_info info) {
    return EnterControl<errors>(env, info, command);
  }
};

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_ADDON_FORWARD_H_
