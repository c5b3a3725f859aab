// Opens the system's libssl 1.1.1 beside Node's own OpenSSL, and proves that the two are apart.

#ifndef LIBSSL_SESSION_NATIVE_LOADER_LIBSSL_H_
#define LIBSSL_SESSION_NATIVE_LOADER_LIBSSL_H_

#include <string>
#include <vector>

#include "openssl.h"

namespace libssl_session {

// The functions of openssl.def under their own names, and where they came from.
struct Libssl {
#define FUNCTION(library, result, name, parameters, reach) result(*name) parameters;
#include "openssl.def"
  std::string version;  // "OpenSSL 1.1.1w  11 Sep 2023"
  unsigned long version_number;
  std::string libssl_path;
  std::string libcrypto_path;
};

// In rising order of how much a refusal of this kind tells.
enum class Refusal { kNotFound, kVersion, kNotIsolated };

struct Attempt {
  std::string place;
  Refusal refusal;
  std::string reason;
};

struct LoadResult {
  const Libssl* libssl;  // nullptr when refused
  std::vector<Attempt> attempts;
};

// Looks in this order: `explicit_directory`, and nowhere else when it is not empty; the system
// loader; the directories of the distributions; `fallback_directories`.
// Once per process: after a success every call, from any thread, gives the same library. After a
// refusal the next call tries anew.
LoadResult LoadLibssl(const std::string& explicit_directory,
                      const std::vector<std::string>& fallback_directories);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_LOADER_LIBSSL_H_
