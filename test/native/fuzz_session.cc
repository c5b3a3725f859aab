// libFuzzer's target (`npm run fuzz`, with clang): bytes as DER, then as PEM, through everything
// that reads a session. The core and this file are instrumented; libssl is the real one.

#include <cstdio>
#include <cstdlib>

#include "core/error_queue.h"
#include "core/session.h"
#include "core/session_counts.h"

namespace libssl_session {
namespace {

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

const Libssl& Load() {
  const char* directory = std::getenv("LIBSSL_SESSION_DIR");
  const LoadResult result = LoadLibssl(directory == nullptr ? "" : directory, {});
  Require(result.libssl != nullptr, "no libssl 1.1.1: set LIBSSL_SESSION_DIR");
  Require(StartCountingSessions(*result.libssl), "cannot count sessions");
  return *result.libssl;
}

void UseAll(const Libssl& libssl, SSL_SESSION* session) {
  const MemoryBio text(libssl);
  WriteSession(libssl, text, libssl.SSL_SESSION_print, session);
  const MemoryBio keylog(libssl);
  WriteSession(libssl, keylog, libssl.SSL_SESSION_print_keylog, session);
  const MemoryBio pem(libssl);
  WriteSession(libssl, pem, libssl.PEM_write_bio_SSL_SESSION, session);
  const MasterKey key(libssl, session);
  if (X509* peer = libssl.SSL_SESSION_get0_peer(session)) Encoding(libssl, libssl.i2d_X509, peer);
  libssl.SSL_SESSION_free(libssl.SSL_SESSION_dup(session));

  const Encoding der(libssl, libssl.i2d_SSL_SESSION, session);
  if (der.data() == nullptr) return;
  size_t used = 0;
  SSL_SESSION* again = SessionFromDer(libssl, der.data(), der.size(), &used);
  Require(again != nullptr && used == der.size(), "does not decode what it encoded");
  libssl.SSL_SESSION_free(again);
}

}  // namespace
}  // namespace libssl_session

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace libssl_session;
  static const Libssl& libssl = Load();
  size_t used = 0;
  for (SSL_SESSION* session :
       {SessionFromDer(libssl, data, size, &used), SessionFromPem(libssl, data, size)}) {
    if (session != nullptr) UseAll(libssl, session);
    libssl.SSL_SESSION_free(session);
  }
  std::vector<OpensslError> errors;
  TakeErrors(libssl, &errors);
  const SessionCounts counts = CountedSessions();
  Require(counts.created == counts.destroyed, "a session is left");
  return 0;
}
