// The references of handles, the same for sessions, contexts and connections.

#ifndef LIBSSL_SESSION_NATIVE_ADDON_LIFETIME_H_
#define LIBSSL_SESSION_NATIVE_ADDON_LIFETIME_H_

#include <type_traits>

#include "addon/call.h"
#include "addon/outcome.h"

namespace libssl_session {

template <typename T>
napi_value UpRef(const Call& call) {
  auto* slot = call.Slot<T>(0);
  call.CheckReferences();
  const int result = call.environment().UpRef(slot->object);
  if (result == 1) {
    ++slot->references;
    ++call.environment().references;
  }
  return call.Number(result);
}

// Gives one reference back, and with it what libssl's callbacks recorded: those of a context and of
// a connection hear of it.
template <typename T>
napi_value GiveBack(const Call& call, typename HandleTable<T>::Slot* slot) {
  call.Release<T>(slot);
  if constexpr (std::is_same_v<T, SSL_SESSION>) {
    return call.Undefined();
  } else {
    return FinishCall(call, 0, 0);
  }
}

template <typename T>
napi_value Free(const Call& call) {
  auto* slot = call.SlotOrNull<T>(0);
  if (slot == nullptr) return call.Undefined();
  if (slot->lent && slot->references == 1) throw Misuse{Rule::kLent};
  return GiveBack<T>(call, slot);
}

// From now on one reference of the handle belongs to a JavaScript object.
template <typename T>
napi_value Lend(const Call& call) {
  call.Slot<T>(0)->lent = true;
  return call.Undefined();
}

// The object's reference, given back by its free() or by the collector. Nothing for a handle that
// was guessed and freed through the C-named functions: the collector must not throw.
template <typename T>
napi_value Release(const Call& call) {
  auto* slot = call.Find<T>(0);
  if (slot == nullptr) return call.Undefined();
  slot->lent = false;
  return GiveBack<T>(call, slot);
}

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_ADDON_LIFETIME_H_
