// The BIO that a TLS connection reads from and writes to: a stream of bytes in memory. libssl's own
// memory BIO copies all bytes once more, and never gives memory back.

#ifndef LIBSSL_SESSION_NATIVE_CORE_STREAM_BIO_H_
#define LIBSSL_SESSION_NATIVE_CORE_STREAM_BIO_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "loader/libssl.h"

namespace libssl_session {

// nullptr when out of memory.
BIO* NewStreamBio(const Libssl& libssl);

// While it lives, libssl reads these bytes from the BIO, after those that the BIO has.
class LentBytes {
 public:
  LentBytes(const Libssl& libssl, BIO* bio, const uint8_t* bytes, size_t size);
  ~LentBytes() { Keep(); }
  LentBytes(const LentBytes&) = delete;
  LentBytes& operator=(const LentBytes&) = delete;

  // Ends the loan: the BIO keeps a copy of the bytes that libssl has not read. False when out of
  // memory.
  bool Keep();

 private:
  struct Stream* stream_;
};

// While it lives, the bytes that libssl writes to the BIO go into this room. The BIO keeps those
// that do not fit. If the BIO has kept bytes already, it keeps all new ones after them.
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
