// Opens the system's libssl 1.1.1 next to Node's own OpenSSL, and proves that the two are isolated.

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

// The later kinds tell more: if several places were refused, the error has the last kind of these.
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

// Looks only in `explicit_directory`, if that is not empty. Otherwise asks the system loader first,
// then looks in the directories of the distributions, and then in `fallback_directories`. After a
// success every later call, from any thread, returns the same library. After a refusal the next
// call tries again.
LoadResult LoadLibssl(const std::string& explicit_directory,
                      const std::vector<std::string>& fallback_directories);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_LOADER_LIBSSL_H_
