// Reads a ClientHello, in the client hello callback: libssl itself has parsed nothing of it yet.

#ifndef LIBSSL_SESSION_NATIVE_CORE_CLIENT_HELLO_H_
#define LIBSSL_SESSION_NATIVE_CORE_CLIENT_HELLO_H_

#include "loader/libssl.h"

namespace libssl_session {

struct View {
  const uint8_t* data;
  size_t size;

  // Moves `count` bytes from the front into `part`; false when there are fewer.
  bool Take(size_t count, View* part) {
    if (size < count) return false;
    *part = {data, count};
    data += count;
    size -= count;
    return true;
  }
  // The same for bytes that follow their own length, of `width` bytes.
  bool TakePrefixed(size_t width, View* part) {
    View prefix;
    if (!Take(width, &prefix)) return false;
    size_t length = 0;
    for (size_t i = 0; i < width; ++i) length = length << 8 | prefix.data[i];
    return Take(length, part);
  }
};

inline bool Extension(const Libssl& libssl, SSL* ssl, long type, View* extension) {
  return libssl.SSL_client_hello_get0_ext(ssl, static_cast<unsigned int>(type), &extension->data,
                                          &extension->size) == 1;
}

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_CLIENT_HELLO_H_
