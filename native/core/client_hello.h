// Reads a ClientHello in the client hello callback. libssl has split the message into its parts by
// then, but has not processed any of them.

#ifndef LIBSSL_SESSION_NATIVE_CORE_CLIENT_HELLO_H_
#define LIBSSL_SESSION_NATIVE_CORE_CLIENT_HELLO_H_

#include "loader/libssl.h"

namespace libssl_session {

struct View {
  const uint8_t* data;
  size_t size;

  // Takes `count` bytes from the front, as `part`; false if there are fewer.
  bool Take(size_t count, View* part) {
    if (size < count) return false;
    *part = {data, count};
    data += count;
    size -= count;
    return true;
  }
  // Takes a length of `width` bytes from the front, and then as many bytes as it says.
  bool TakePrefixed(size_t width, View* part) {
    View prefix;
    if (!Take(width, &prefix)) return false;
    size_t length = 0;
    for (size_t i = 0; i < width; ++i) length = length << 8 | prefix.data[i];
    return Take(length, part);
  }
};

// The content of an extension; false if the ClientHello does not have it.
inline bool Extension(const Libssl& libssl, SSL* ssl, long type, View* extension) {
  return libssl.SSL_client_hello_get0_ext(ssl, static_cast<unsigned int>(type), &extension->data,
                                          &extension->size) == 1;
}

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_CLIENT_HELLO_H_
