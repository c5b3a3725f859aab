// How JavaScript gets the functions: only after libssl was loaded. And those that are not about one
// kind of object.

#include <deque>

#include "addon/entry.h"
#include "core/session_counts.h"

namespace libssl_session {

napi_value Rethrow(napi_env env, napi_callback_info info) {
  try {
    try {
      throw;
    } catch (const Misuse& misuse) {
      const Call call(env, info);
      const Napi::Value error =
          call.environment().make_error.Call({Napi::String::New(env, NameOf(misuse.rule)),
                                              Napi::String::New(env, call.binding().c_name)});
      napi_throw(env, error);
    }
  } catch (const Napi::Error& error) {
    error.ThrowAsJavaScriptException();
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, "ERR_MEMORY_ALLOCATION_FAILED", "out of memory");
  }
  return nullptr;
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
        ConfigurationFunctions(), ConnectionFunctions(), StepFunctions(), AnswerFunctions(),
        CertificateAnswerFunctions(), SessionAnswerFunctions(), PolicyAnswerFunctions(),
        ProtocolAnswerFunctions(), DatagramFunctions(), NegotiatedFunctions(),
        OwnSettingFunctions()}) {
    functions.insert(functions.end(), some.begin(), some.end());
  }
  const Napi::Object exports = Napi::Object::New(env);
  std::vector<Property> properties;
  for (const Function& function : functions) {
    const char* c_name = function.c_name == nullptr ? function.name : function.c_name;
    Binding& binding = environment->bindings.emplace_back(Binding{environment, c_name});
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
