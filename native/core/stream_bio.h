// What a connection of TLS reads from and writes to: a stream of bytes in memory. libssl's own
// memory BIO copies all of them once more, and keeps as much memory as it ever held.

#ifndef LIBSSL_SESSION_NATIVE_CORE_STREAM_BIO_H_
#define LIBSSL_SESSION_NATIVE_CORE_STREAM_BIO_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "loader/libssl.h"

namespace libssl_session {

// nullptr when out of memory.
BIO* NewStreamBio(const Libssl& libssl);

// While it lives, libssl reads these bytes from the BIO, behind those that the BIO has.
class LentBytes {
 public:
  LentBytes(const Libssl& libssl, BIO* bio, const uint8_t* bytes, size_t size);
  ~LentBytes() { Keep(); }
  LentBytes(const LentBytes&) = delete;
  LentBytes& operator=(const LentBytes&) = delete;

  // The end of it: the BIO takes a copy of what libssl has not read. Whether there was memory.
  bool Keep();

 private:
  struct Stream* stream_;
};

// While it lives, what libssl writes to the BIO goes here, as far as it fits: then the BIO keeps
// it. If the BIO has something already, all goes behind that.
class LentRoom {
 public:
  LentRoom(const Libssl& libssl, BIO* bio, uint8_t* room, size_t size);
  ~LentRoom();
  LentRoom(const LentRoom&) = delete;
  LentRoom& operator=(const LentRoom&) = delete;

  size_t filled() const;

 private:
  struct Stream* stream_;
};

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_STREAM_BIO_H_
