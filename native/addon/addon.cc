#include "addon/addon.h"

#include <algorithm>
#include <limits>

#include "core/session_counts.h"

namespace libssl_session {

// ---- Call: arguments.

napi_value Call::Argument(size_t i) const {
  constexpr size_t kMost = 3;
  napi_value arguments[kMost];
  size_t count = kMost;  // missing ones are set to undefined
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

// ---- Call: results.

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

// ---- Call: references.

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

void Throw(const Call& call, const Misuse& misuse) {
  const Napi::Env env(call.env());
  const Napi::Value error = call.environment().make_error.Call(
      {Napi::String::New(env, NameOf(misuse.rule)), Napi::String::New(env, call.binding().name)});
  napi_throw(env, error);
}

namespace {

// ---- What is not about one kind of object.

napi_value LibraryInfo(const Call& call) {
  const Libssl& libssl = call.libssl();
  const Napi::Env env(call.env());
  return call.NewObject({
      {"version", Napi::String::New(env, libssl.version)},
      {"versionNumber", call.NewNumber(static_cast<double>(libssl.version_number))},
      {"libssl", Napi::String::New(env, libssl.libssl_path)},
      {"libcrypto", Napi::String::New(env, libssl.libcrypto_path)},
      {"isolated", Napi::Boolean::New(env, true)},  // LoadLibssl gives no other
  });
}

// Not a Body: it must not clear what it reads.
napi_value LastErrors(napi_env env, napi_callback_info info) {
  try {
    const Call call(env, info);
    std::vector<napi_value> errors;
    for (const OpensslError& error : call.environment().last_errors) {
      errors.push_back(call.NewObject({
          {"code", call.NewNumber(static_cast<double>(error.code))},
          {"library", Napi::String::New(env, error.library)},
          {"function", Napi::String::New(env, error.function)},
          {"reason", Napi::String::New(env, error.reason)},
          {"data", Napi::String::New(env, error.data)},
      }));
    }
    return call.NewArray(errors);
  } catch (const Napi::Error& error) {
    error.ThrowAsJavaScriptException();
    return nullptr;
  }
}

// What a call left stays for lastErrors() while listeners make calls of their own: saved before
// the events are delivered, and put back after. No Bodies either.
napi_value SaveErrors(napi_env env, napi_callback_info info) {
  try {
    Environment& environment = Call(env, info).environment();
    environment.saved_errors.push_back(environment.last_errors);
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, "ERR_MEMORY_ALLOCATION_FAILED", "out of memory");
  }
  return nullptr;
}

napi_value RestoreErrors(napi_env env, napi_callback_info info) {
  Environment& environment = Call(env, info).environment();
  if (environment.saved_errors.empty()) return nullptr;
  environment.last_errors = std::move(environment.saved_errors.back());
  environment.saved_errors.pop_back();
  return nullptr;
}

// Entry has done it.
napi_value ClearErrors(const Call& call) { return call.Undefined(); }

napi_value StartCounting(const Call& call) {
  return call.Number(StartCountingSessions(call.libssl()) ? 1 : 0);
}

napi_value Counts(const Call& call) {
  const SessionCounts counts = CountedSessions();
  return call.NewObject({
      {"created", call.NewNumber(static_cast<double>(counts.created))},
      {"destroyed", call.NewNumber(static_cast<double>(counts.destroyed))},
      {"live", call.NewNumber(static_cast<double>(counts.created - counts.destroyed))},
  });
}

const char* RefusalName(Refusal refusal) {
  switch (refusal) {
    case Refusal::kVersion:
      return "ERR_LIBSSL_VERSION";
    case Refusal::kNotIsolated:
      return "ERR_LIBSSL_NOT_ISOLATED";
    default:
      return "ERR_LIBSSL_NOT_FOUND";
  }
}

// What one Node environment holds: one Environment for each load.
struct Instance {
  std::deque<Environment> environments;
};

// load(explicitDirectory, fallbackDirectories, registers, makeError): the functions, or an array of
// what was tried: { place, code, reason }. Only here does JavaScript get a function that calls
// libssl.
Napi::Value Load(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto given = info[1].As<Napi::Array>();
  std::vector<std::string> fallbacks;
  for (uint32_t i = 0; i < given.Length(); ++i) {
    fallbacks.push_back(given.Get(i).As<Napi::String>().Utf8Value());
  }
  const LoadResult result = LoadLibssl(info[0].As<Napi::String>().Utf8Value(), fallbacks);
  if (result.libssl == nullptr) {
    std::vector<napi_value> attempts;
    for (const Attempt& attempt : result.attempts) {
      const Napi::Object entry = Napi::Object::New(env);
      Define(env, entry,
             {{"place", Napi::String::New(env, attempt.place)},
              {"code", Napi::String::New(env, RefusalName(attempt.refusal))},
              {"reason", Napi::String::New(env, attempt.reason)}});
      attempts.push_back(entry);
    }
    return Napi::Value(env, NewArray(env, attempts));
  }
  auto* instance = env.GetInstanceData<Instance>();
  if (instance == nullptr) {
    instance = new Instance;
    env.SetInstanceData(instance);  // deletes it when the Node environment ends
  }
  instance->environments.emplace_back(*result.libssl);
  Environment* environment = &instance->environments.back();
  if (instance->environments.size() > 1) {
    for (Environment& each : instance->environments) each.alone = false;
    Environment::current = {};
  }
  auto registers = info[2].As<Napi::Float64Array>();
  environment->registers = registers.Data();
  environment->registers_buffer = Napi::Persistent(registers.As<Napi::Value>());
  environment->make_error = Napi::Persistent(info[3].As<Napi::Function>());

  std::vector<Function> functions = {
      {"libraryInfo", Entry<LibraryInfo, Errors::kNever>},
      {"lastErrors", LastErrors},
      {"saveErrors", SaveErrors},
      {"restoreErrors", RestoreErrors},
      {"clearErrors", Entry<ClearErrors, Errors::kNever>},
      {"startCounting", Entry<StartCounting, Errors::kPossible>},
      {"sessionCounts", Entry<Counts, Errors::kNever>},
  };
  for (const auto& some :
       {ForwardedFunctions(), SessionFunctions(), ContextFunctions(), CredentialFunctions(),
        ConnectionFunctions(), AnswerFunctions(), DatagramFunctions()}) {
    functions.insert(functions.end(), some.begin(), some.end());
  }
  const Napi::Object exports = Napi::Object::New(env);
  std::vector<Property> properties;
  for (const Function& function : functions) {
    Binding& binding = environment->bindings.emplace_back(Binding{environment, function.name});
    napi_value value;
    if (napi_create_function(env, function.name, NAPI_AUTO_LENGTH, function.entry, &binding,
                             &value) != napi_ok) {
      throw Napi::Error::New(env);
    }
    properties.push_back({function.name, value});
  }
  Define(env, exports, properties);
  return exports;
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  Define(env, exports, {{"load", Napi::Function::New<Load>(env, "load")}});
  return exports;
}

}  // namespace

NODE_API_MODULE(libssl_session, Init)

}  // namespace libssl_session
