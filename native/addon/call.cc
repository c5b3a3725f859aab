#include "addon/call.h"

#include <algorithm>
#include <deque>
#include <limits>

namespace libssl_session {

void Environment::ForgetErrors() { last_errors.clear(); }

// ---- Arguments.

napi_value Call::Argument(size_t i) const {
  constexpr size_t kMax = 8;
  napi_value arguments[kMax];
  size_t count = i + 1;  // missing ones are set to undefined
  Check(napi_get_cb_info(env_, info_, &count, arguments, nullptr, nullptr));
  return arguments[i];
}

Bytes Call::ByteView(size_t i) const {
  napi_typedarray_type type;
  size_t size = 0;
  void* data = nullptr;
  Check(napi_get_typedarray_info(env_, Argument(i), &type, &size, &data, nullptr, nullptr));
  if (type != napi_uint8_array) throw Napi::TypeError::New(env_, "expected a Uint8Array");
  // An empty view may have no memory at all; libssl is never given NULL for "no bytes".
  static const uint8_t kNothing = 0;
  return {data == nullptr ? &kNothing : static_cast<const uint8_t*>(data), size};
}

MutableBytes Call::MutableByteView(size_t i) const {
  const Bytes view = ByteView(i);
  return {const_cast<uint8_t*>(view.data), view.size};
}

long Call::Long(size_t i) const {
  static_assert(sizeof(long) == sizeof(int64_t));
  int64_t value = 0;
  napi_valuetype type;
  Check(napi_typeof(env_, Argument(i), &type));
  if (type == napi_bigint) {
    bool lossless = false;
    Check(napi_get_value_bigint_int64(env_, Argument(i), &value, &lossless));
  } else {
    Check(napi_get_value_int64(env_, Argument(i), &value));
  }
  return value;
}

int32_t Call::Int(size_t i) const {
  int32_t value = 0;
  Check(napi_get_value_int32(env_, Argument(i), &value));
  return value;
}

uint32_t Call::Uint(size_t i) const {
  uint32_t value = 0;
  Check(napi_get_value_uint32(env_, Argument(i), &value));
  return value;
}

bool Call::Bool(size_t i) const {
  bool value = false;
  Check(napi_get_value_bool(env_, Argument(i), &value));
  return value;
}

bool Call::IsNull(size_t i) const {
  napi_valuetype type;
  Check(napi_typeof(env_, Argument(i), &type));
  return type == napi_null;
}

std::string Call::Latin1(size_t i) const {
  size_t size = 0;
  Check(napi_get_value_string_latin1(env_, Argument(i), nullptr, 0, &size));
  std::string text(size, '\0');
  Check(napi_get_value_string_latin1(env_, Argument(i), text.data(), size + 1, &size));
  return text;
}

// Not a std::string: a short one lies in itself, and each move of it leaves a copy.
Secret Call::SecretLatin1(size_t i) const {
  size_t size = 0;
  Check(napi_get_value_string_latin1(env_, Argument(i), nullptr, 0, &size));
  Secret text(size + 1);
  auto* bytes = reinterpret_cast<char*>(text.data());
  Check(napi_get_value_string_latin1(env_, Argument(i), bytes, size + 1, &size));
  return text;
}

// ---- Results.

napi_value Call::Null() const {
  napi_value result;
  Check(napi_get_null(env_, &result));
  return result;
}

napi_value Call::NewLong(long value) const {
  constexpr long kMaxSafe = (1L << 53) - 1;
  if (value >= -kMaxSafe && value <= kMaxSafe) return Number(static_cast<double>(value));
  napi_value result;
  Check(napi_create_bigint_int64(env_, value, &result));
  return result;
}

napi_value Call::NewUnsignedLong(unsigned long value) const {
  if (value <= static_cast<unsigned long>(std::numeric_limits<long>::max())) {
    return NewLong(static_cast<long>(value));
  }
  napi_value result;
  Check(napi_create_bigint_uint64(env_, value, &result));
  return result;
}

napi_value Call::NewBuffer(const void* data, size_t size) const {
  napi_value result;
  Check(napi_create_buffer_copy(env_, size, data, nullptr, &result));
  return result;
}

napi_value Call::NewBuffer(size_t size, void** data) const {
  napi_value result;
  Check(napi_create_buffer(env_, size, data, &result));
  return result;
}

napi_value Call::NewLatin1(const char* data, size_t size) const {
  napi_value result;
  Check(napi_create_string_latin1(env_, data, size, &result));
  return result;
}

napi_value Call::NewNumber(double value) const {
  napi_value result;
  Check(napi_create_double(env_, value, &result));
  return result;
}

napi_value Call::NewText(const char* text) const {
  return NewLatin1(text == nullptr ? "" : text, NAPI_AUTO_LENGTH);
}

napi_value Call::NewObject(std::initializer_list<Property> properties) const {
  napi_value result;
  Check(napi_create_object(env_, &result));
  Define(env_, result, properties);
  return result;
}

void Define(napi_env env, napi_value object, const std::vector<Property>& properties) {
  std::vector<napi_property_descriptor> descriptors;
  descriptors.reserve(properties.size());
  for (const Property& property : properties) {
    descriptors.push_back({property.name, nullptr, nullptr, nullptr, nullptr, property.value,
                           napi_default_jsproperty, nullptr});
  }
  if (napi_define_properties(env, object, descriptors.size(), descriptors.data()) != napi_ok) {
    throw Napi::Error::New(env);
  }
}

napi_value NewArray(napi_env env, const std::vector<napi_value>& elements) {
  const napi_value result = Napi::Array::New(env, elements.size());
  std::deque<std::string> indexes;
  std::vector<Property> properties;
  properties.reserve(elements.size());
  for (size_t i = 0; i < elements.size(); ++i) {
    properties.push_back({indexes.emplace_back(std::to_string(i)).c_str(), elements[i]});
  }
  Define(env, result, properties);
  return result;
}

// ---- References.

void Call::Grow(SessionSlot* slot, size_t bytes) const {
  const uint32_t change = static_cast<uint32_t>(std::min<size_t>(bytes, UINT32_MAX - slot->bytes));
  slot->bytes += change;
  ReportBytes(change);
}

void Call::ReportBytes(int64_t change) const {
  // One call costs V8 as much as a session costs libssl, so they go in batches.
  constexpr int64_t kBatch = 256 * 1024;
  int64_t& unreported = environment().unreported_bytes;
  unreported += change;
  if (unreported < kBatch && unreported > -kBatch) return;
  int64_t total;
  Check(napi_adjust_external_memory(env_, unreported, &total));
  unreported = 0;
}

}  // namespace libssl_session
