// One call of JavaScript: its arguments, its results, the references of its handles.

#ifndef LIBSSL_SESSION_NATIVE_ADDON_CALL_H_
#define LIBSSL_SESSION_NATIVE_ADDON_CALL_H_

#include <napi.h>

#include <algorithm>
#include <climits>
#include <initializer_list>
#include <string>
#include <vector>

#include "addon/environment.h"
#include "core/rule.h"

namespace libssl_session {

// Bytes of a JavaScript view.
struct Bytes {
  const uint8_t* data;
  size_t size;
};

// For C functions that take the size as an unsigned int: what does not fit is too long for them.
inline unsigned int SizeOf(const Bytes& bytes) {
  return static_cast<unsigned int>(std::min<size_t>(bytes.size, UINT_MAX));
}

struct Property {
  const char* name;
  napi_value value;
};

// Properties of the object's own: what JavaScript's assignment does would call a setter of
// Object.prototype or Array.prototype, where others' code may have one, and lose the value.
void Define(napi_env env, napi_value object, const std::vector<Property>& properties);
napi_value NewArray(napi_env env, const std::vector<napi_value>& elements);

// A call that a rule forbids: one that rules.h asks about, or one about handles alone (NULL, stale,
// on loan, too many), which are no objects of libssl. Caught by Entry.
struct Misuse {
  Rule rule;
};

// For the answers of rules.h.
inline void Obey(Rule rule) {
  if (rule != Rule::kNone) throw Misuse{rule};
}

// One call: its arguments, and the values to answer it with. Handles and numeric results travel in
// the environment's registers, which are cheaper than Node-API values (ARCHITECTURE.md,
// "Decisions").
class Call {
 public:
  template <typename T>
  using SlotOf = typename HandleTable<T>::Slot;
  using SessionSlot = SlotOf<SSL_SESSION>;

  Call(napi_env env, napi_callback_info info) : env_(env), info_(info) {
    if (Environment::current.env == env) {
      environment_ = Environment::current.environment;
    } else {
      environment_ = binding().environment;
      if (environment_->alone) Environment::current = {env, environment_};
    }
  }

  napi_env env() const { return env_; }
  const Binding& binding() const {
    void* data = nullptr;
    napi_get_cb_info(env_, info_, nullptr, nullptr, nullptr, &data);
    return *static_cast<const Binding*>(data);
  }
  Environment& environment() const { return *environment_; }
  const Libssl& libssl() const { return environment_->libssl; }

  // The slot of the handle in register i, which must not be NULL.
  template <typename T = SSL_SESSION>
  SlotOf<T>* Slot(size_t i) const {
    SlotOf<T>* slot = SlotOrNull<T>(i);
    if (slot == nullptr) throw Misuse{Rule::kNull};
    return slot;
  }
  // The same where C takes NULL: nullptr for handle 0.
  template <typename T = SSL_SESSION>
  SlotOf<T>* SlotOrNull(size_t i) const {
    if (environment().registers[i] == kNullHandle) return nullptr;
    SlotOf<T>* slot = Find<T>(i);
    if (slot == nullptr) throw Misuse{Rule::kInvalidHandle};
    return slot;
  }
  // The same, and nullptr also for what is no handle of this kind.
  template <typename T>
  SlotOf<T>* Find(size_t i) const {
    const double value = environment().registers[i];
    // Also false for NaN. What is no whole number below 2^53 was never a handle.
    const bool in_range = value > 0 && value < 9007199254740992.0;
    const int64_t handle = in_range ? static_cast<int64_t>(value) : 0;
    if (static_cast<double>(handle) != value) return nullptr;
    return environment().template Table<T>().Find(static_cast<Handle>(handle));
  }
  template <typename T>
  T* Object(size_t i) const {
    return Slot<T>(i)->object;
  }
  SSL_SESSION* Session(size_t i) const { return Slot(i)->object; }
  SSL_SESSION* SessionOrNull(size_t i) const {
    const SessionSlot* slot = SlotOrNull(i);
    return slot == nullptr ? nullptr : slot->object;
  }

  // The arguments that are no handles. src/ has checked them.
  Bytes ByteView(size_t i) const;
  MutableBytes MutableByteView(size_t i) const;  // one of ours, to write to
  long Long(size_t i) const;  // a number, or a bigint for what a number cannot hold
  int32_t Int(size_t i) const;
  uint32_t Uint(size_t i) const;
  bool Bool(size_t i) const;
  bool IsNull(size_t i) const;
  std::string Latin1(size_t i) const;
  Secret SecretLatin1(size_t i) const;  // with a NUL at its end

  // Results: undefined means that the result is in register 0.
  napi_value Undefined() const { return nullptr; }
  napi_value Number(double value) const {
    environment().registers[0] = value;
    return nullptr;
  }
  napi_value NewLong(long value) const;  // a bigint where a number would be rounded
  napi_value NewUnsignedLong(unsigned long value) const;
  napi_value Null() const;
  napi_value NewBuffer(const void* data, size_t size) const;
  // A Buffer to write to.
  napi_value NewBuffer(size_t size, void** data) const;
  napi_value NewLatin1(const char* data, size_t size) const;
  // For what is made of several values.
  napi_value NewNumber(double value) const;
  napi_value NewText(const char* text) const;  // latin1; nullptr: empty
  napi_value NewArray(const std::vector<napi_value>& elements) const {
    return libssl_session::NewArray(env_, elements);
  }
  napi_value NewObject(std::initializer_list<Property> properties) const;

  // A handle that owns the reference to `session`; for nullptr 0. `bytes` is what to tell V8.
  napi_value AdoptSession(SSL_SESSION* session, size_t bytes) const {
    return Adopt(session, bytes);
  }
  // The same for an object of any kind.
  template <typename T>
  napi_value Adopt(T* object, size_t bytes, uint32_t origin = 0) const {
    if (object == nullptr) {
      KeepErrors();
      return Number(kNullHandle);
    }
    const uint32_t reported = static_cast<uint32_t>(std::min<size_t>(bytes, UINT32_MAX));
    Handle handle = kNullHandle;
    try {
      handle = environment().template Table<T>().Insert(object, reported, origin);
      if (handle == kNullHandle) throw Misuse{Rule::kTooManyHandles};
    } catch (...) {
      environment().Free(object, 1);
      throw;
    }
    ++environment().references;
    ReportBytes(reported);
    return Number(static_cast<double>(handle));
  }
  // Refuses one more reference where libssl's count, an int that wraps, could come to its end: a
  // session may have all of an environment's references, and never leaves it.
  void CheckReferences() const {
    if (environment_->references >= 1u << 30) throw Misuse{Rule::kTooManyReferences};
  }
  // The session of the slot has grown.
  void Grow(SessionSlot* slot, size_t bytes) const;
  // Gives `references` of the slot's references back; the handle ends with the last of them.
  template <typename T>
  void Release(SlotOf<T>* slot, uint32_t references = 1) const {
    T* object = slot->object;
    slot->references -= references;
    environment().references -= references;
    const bool ended = slot->references == 0;
    const int64_t bytes = slot->bytes;
    if (ended) environment().template Table<T>().Remove(slot);
    environment().Free(object, references);
    if (ended) ReportBytes(-bytes);
  }
  // Keeps what the call left in OpenSSL's queue, for lastErrors().
  void KeepErrors() const { TakeErrors(libssl(), &environment().last_errors); }

 private:
  void Check(napi_status status) const {
    if (status != napi_ok) throw Napi::Error::New(env_);
  }
  napi_value Argument(size_t i) const;
  void ReportBytes(int64_t change) const;

  napi_env env_;
  napi_callback_info info_;
  Environment* environment_;
};

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_ADDON_CALL_H_
