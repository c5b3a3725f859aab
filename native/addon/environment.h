// What one evaluation of the JavaScript modules has in the addon.

#ifndef LIBSSL_SESSION_NATIVE_ADDON_ENVIRONMENT_H_
#define LIBSSL_SESSION_NATIVE_ADDON_ENVIRONMENT_H_

#include <napi.h>

#include <deque>
#include <type_traits>
#include <vector>

#include "core/configuration.h"
#include "core/context.h"
#include "core/error_queue.h"
#include "core/handle_table.h"
#include "core/wiped_memory.h"
#include "loader/libssl.h"

namespace libssl_session {

// What an object costs in memory, for V8's accounting (measured): an empty session; another handle
// of the same object; a context without certificates; a connection with its two buffers.
inline constexpr size_t kSessionBytes = 768;
inline constexpr size_t kHandleBytes = sizeof(HandleTable<SSL_SESSION>::Slot);
inline constexpr size_t kContextBytes = 24 * 1024;
inline constexpr size_t kConnectionBytes = 44 * 1024;

struct Environment;

// What a JavaScript function of ours carries with it.
struct Binding {
  Environment* environment;
  const char* c_name;  // what errors say was called
};

struct MutableBytes {
  uint8_t* data;
  size_t size;
};

// Everything of one Node environment: the main thread, or one Worker. Freed when it ends, and
// with it every reference that its handles still own.
//
// The JavaScript modules may be evaluated more than once in one Node environment (test runners, hot
// reloading, two bundles). Each evaluation loads once, and has an Environment of its own.
struct Environment {
  explicit Environment(const Libssl& loaded) : libssl(loaded) {}
  ~Environment() {
    if (current.environment == this) current = {};
    const auto free = [this](auto* object, uint32_t times) { Free(object, times); };
    configurations.Clear(free);
    connections.Clear(free);
    contexts.Clear(free);
    for (const Event& event : registry.events) libssl.SSL_SESSION_free(event.session);
    sessions.Clear(free);
    FreeSmallBlocks();
  }

  int UpRef(SSL_SESSION* session) { return libssl.SSL_SESSION_up_ref(session); }
  int UpRef(SSL_CTX* context) { return libssl.SSL_CTX_up_ref(context); }
  int UpRef(SSL* ssl) { return libssl.SSL_up_ref(ssl); }
  void Free(SSL_SESSION* session, uint32_t times) {
    for (; times > 0; --times) libssl.SSL_SESSION_free(session);
  }
  void Free(SSL_CTX* context, uint32_t times) {
    for (; times > 0; --times) libssl.SSL_CTX_free(context);
  }
  void Free(SSL* ssl, uint32_t times) {
    for (; times > 0; --times) libssl.SSL_free(ssl);
  }

  void Free(Configuration* configuration, uint32_t) { delete configuration; }

  template <typename T>
  HandleTable<T>& Table() {
    if constexpr (std::is_same_v<T, SSL_SESSION>) {
      return sessions;
    } else if constexpr (std::is_same_v<T, SSL_CTX>) {
      return contexts;
    } else if constexpr (std::is_same_v<T, Configuration>) {
      return configurations;
    } else {
      return connections;
    }
  }

  // Whose call was the last on this thread: the next is most likely of the same, and to ask
  // Node-API for it costs 2 ns of a call's 15 (measured). Initial-exec, or it costs that too.
  struct Current {
    napi_env env;
    Environment* environment;
  };
  __attribute__((tls_model("initial-exec"))) static inline thread_local Current current{};

  const Libssl& libssl;
  bool alone = true;  // the only one of its Node environment
  HandleTable<SSL_SESSION> sessions{HandleKind::kSession};
  HandleTable<SSL_CTX> contexts{HandleKind::kContext};
  HandleTable<SSL> connections{HandleKind::kConnection};
  HandleTable<Configuration> configurations{HandleKind::kConfiguration};
  Registry registry;
  uint64_t references = 0;  // that all slots own together
  std::vector<OpensslError> last_errors;
  void ForgetErrors();  // not inline: each function of the addon has it
  std::vector<std::vector<OpensslError>> saved_errors;  // of calls whose events are delivered
  std::deque<Binding> bindings;
  double* registers = nullptr;  // memory of registers_buffer
  Napi::Reference<Napi::Value> registers_buffer;
  MutableBytes der_pool = {nullptr, 0};  // memory that src/native/encode.ts keeps
  Napi::FunctionReference make_error;    // (rule, function) => Error, of src/common/errors.ts
  int64_t unreported_bytes = 0;
};

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_ADDON_ENVIRONMENT_H_
