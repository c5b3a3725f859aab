// SSL_CONF_CTX: settings by the names that OpenSSL's configuration files and programs have for
// them.

#ifndef LIBSSL_SESSION_NATIVE_CORE_CONFIGURATION_H_
#define LIBSSL_SESSION_NATIVE_CORE_CONFIGURATION_H_

#include <optional>
#include <string>

#include "core/connection.h"
#include "core/rule.h"

namespace libssl_session {

// What settings are made on: a context, a connection, or neither.
struct Configured {
  ContextState* context = nullptr;
  ConnectionState* connection = nullptr;
};

class Configuration {
 public:
  explicit Configuration(const Libssl& libssl);
  ~Configuration() { libssl_.SSL_CONF_CTX_free(conf_); }
  Configuration(const Configuration&) = delete;
  Configuration& operator=(const Configuration&) = delete;

  SSL_CONF_CTX* get() const { return conf_; }  // nullptr when out of memory

  int SetPrefix(const std::optional<std::string>& prefix);

  // Tells libssl what it is about. It has pointers into the object, which may have been freed since
  // the last time, or have got other certificates: so this comes before each of the following.
  void Bind(const Configured& configured);

  // Whether the command is allowed: one that reads files may change certificates and keys.
  Rule CommandRule(const std::string& command) const;
  Rule FinishRule() const;
  // SSL_CONF_cmd, with nullptr for a command without a value. 0 also for more than 255 tickets.
  int Run(const std::string& command, const char* value);
  // SSL_CONF_cmd_argv: how many of the two it took.
  int RunArguments(char* argument, char* next);
  int Finish() { return libssl_.SSL_CONF_CTX_finish(conf_); }

  Handle target = kNullHandle;  // what it is about, to whoever has handles

 private:
  // Without the prefix, in small letters.
  std::string NameOf(const std::string& command) const;
  int Done(const std::string& command, const char* value, size_t tickets, int result);
  size_t Tickets() const;

  const Libssl& libssl_;
  SSL_CONF_CTX* const conf_;
  std::optional<std::string> prefix_;
  Configured configured_;
};

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_CONFIGURATION_H_
