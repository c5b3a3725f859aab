// Proves that libssl and libcrypto are bound to each other, and not to Node's OpenSSL.

#ifndef LIBSSL_SESSION_NATIVE_LOADER_ISOLATION_H_
#define LIBSSL_SESSION_NATIVE_LOADER_ISOLATION_H_

#include <cstdint>
#include <optional>
#include <string>

struct link_map;

namespace libssl_session {

// An open library, and its addresses in memory.
struct MappedLibrary {
  void* handle;
  const link_map* map;
  std::string path;
  uintptr_t begin = 0;
  uintptr_t end = 0;

  bool Contains(uintptr_t address) const { return address >= begin && address < end; }
};

// Sets `begin` and `end` of a library whose `map` is known.
void FindSegments(MappedLibrary* library);

// If one of the two libraries defines a symbol, then each of their references to that symbol must
// lead into one of the two. This also refuses a libssl that is bound to another libcrypto.so.1.1,
// which was in the process before: ld.so looks at the name, not at the directory. libcrypto comes
// first. Returns what is wrong; nothing if they are isolated.
std::optional<std::string> ProveIsolation(const MappedLibrary (&libraries)[2]);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_LOADER_ISOLATION_H_
