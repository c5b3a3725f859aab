// The proof that libssl and libcrypto are bound to each other, and not to Node's OpenSSL.

#ifndef LIBSSL_SESSION_NATIVE_LOADER_ISOLATION_H_
#define LIBSSL_SESSION_NATIVE_LOADER_ISOLATION_H_

#include <cstdint>
#include <optional>
#include <string>

struct link_map;

namespace libssl_session {

// A library that is open, and where it lies.
struct MappedLibrary {
  void* handle;
  const link_map* map;
  std::string path;
  uintptr_t begin = 0;
  uintptr_t end = 0;

  bool Contains(uintptr_t address) const { return address >= begin && address < end; }
};

// `begin` and `end` of a library whose `map` is known.
void FindSegments(MappedLibrary* library);

// Every address in the two libraries that stands for a symbol which one of them defines must be
// an address inside them. That also refuses a libssl that ld.so gave another libcrypto.so.1.1,
// which was in the process before: it goes by that name, not by the directory. libcrypto comes
// first. What is wrong; nothing: they are isolated.
std::optional<std::string> ProveIsolation(const MappedLibrary (&libraries)[2]);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_LOADER_ISOLATION_H_
