// The functions of SSL_CONF_CTX; src/libssl/configurations.ts documents them.

#include <memory>

#include "addon/arguments.h"
#include "addon/entry.h"
#include "core/configuration.h"

namespace libssl_session {
namespace {

napi_value New(const Call& call) {
  auto configuration = std::make_unique<Configuration>(call.libssl());
  if (configuration->get() == nullptr) return call.Number(kNullHandle);
  return call.Adopt(configuration.release(), sizeof(Configuration));
}

napi_value FreeOne(const Call& call) {
  auto* slot = call.SlotOrNull<Configuration>(0);
  if (slot != nullptr) call.Release<Configuration>(slot);
  return call.Undefined();
}

// What it is about, bound.
Configuration& Bound(const Call& call) {
  auto& configuration = *call.Object<Configuration>(0);
  Environment& environment = call.environment();
  Configured configured;
  if (configuration.target != kNullHandle) {
    const auto* context = environment.contexts.Find(configuration.target);
    const auto* connection = environment.connections.Find(configuration.target);
    if (context != nullptr) {
      configured.context = ContextState::Of(call.libssl(), context->object);
    } else if (connection != nullptr) {
      configured.connection = ConnectionState::Of(call.libssl(), connection->object);
    } else {
      throw Misuse{Rule::kInvalidHandle};
    }
  }
  configuration.Bind(configured);
  return configuration;
}

// The object of register 1.
template <typename Object>
napi_value SetTarget(const Call& call) {
  auto& configuration = *call.Object<Configuration>(0);
  call.SlotOrNull<Object>(1);
  configuration.target = static_cast<Handle>(call.environment().registers[1]);
  Bound(call);
  return call.Undefined();
}

template <auto change>
napi_value ChangeFlags(const Call& call) {
  const auto flags = static_cast<unsigned int>(call.environment().registers[1]);
  return call.Number((call.libssl().*change)(call.Object<Configuration>(0)->get(), flags));
}

napi_value SetPrefix(const Call& call) {
  std::optional<std::string> prefix;
  if (!call.IsNull(0)) prefix = call.Latin1(0);
  return call.Number(call.Object<Configuration>(0)->SetPrefix(prefix));
}

napi_value ValueType(const Call& call) {
  SSL_CONF_CTX* conf = call.Object<Configuration>(0)->get();
  return call.Number(call.libssl().SSL_CONF_cmd_value_type(conf, call.Latin1(0).c_str()));
}

// SSL_CONF_cmd(command, value or null)
napi_value Run(const Call& call) {
  Configuration& configuration = Bound(call);
  const std::string command = call.Latin1(0);
  Arguments arguments(call);
  arguments.Next();
  Argument<char*> value(arguments);
  Obey(configuration.CommandRule(command));
  return call.Number(configuration.Run(command, value.get()));
}

// SSL_CONF_cmd_argv(the first argument or null, the second or null)
napi_value RunArguments(const Call& call) {
  Configuration& configuration = Bound(call);
  Arguments arguments(call);
  Argument<char*> first(arguments);
  Argument<char*> second(arguments);
  // As C does it, so that the rule knows what the command is.
  if (first.get() != nullptr) {
    call.libssl().SSL_CONF_CTX_clear_flags(configuration.get(), kConfFlagFile);
    call.libssl().SSL_CONF_CTX_set_flags(configuration.get(), kConfFlagCmdline);
    Obey(configuration.CommandRule(first.get()));
  }
  return call.Number(configuration.RunArguments(first.get(), second.get()));
}

napi_value Finish(const Call& call) {
  Configuration& configuration = Bound(call);
  Obey(configuration.FinishRule());
  return call.Number(configuration.Finish());
}

}  // namespace

std::vector<Function> ConfigurationFunctions() {
  using L = Libssl;
  constexpr Errors kNever = Errors::kNever;
  constexpr Errors kPossible = Errors::kPossible;
  return {
      {"SSL_CONF_CTX_new", Entry<New, kPossible>},
      {"SSL_CONF_CTX_free", Entry<FreeOne, kNever>},
      {"SSL_CONF_CTX_set_flags", Entry<ChangeFlags<&L::SSL_CONF_CTX_set_flags>, kNever>},
      {"SSL_CONF_CTX_clear_flags", Entry<ChangeFlags<&L::SSL_CONF_CTX_clear_flags>, kNever>},
      {"SSL_CONF_CTX_set1_prefix", Entry<SetPrefix, kPossible>},
      {"SSL_CONF_CTX_set_ssl", Entry<SetTarget<SSL>, kNever>},
      {"SSL_CONF_CTX_set_ssl_ctx", Entry<SetTarget<SSL_CTX>, kNever>},
      {"SSL_CONF_cmd_value_type", Entry<ValueType, kNever>},
      {"SSL_CONF_cmd", Entry<Run, kPossible>},
      {"SSL_CONF_cmd_argv", Entry<RunArguments, kPossible>},
      {"SSL_CONF_CTX_finish", Entry<Finish, kPossible>},
  };
}

}  // namespace libssl_session
