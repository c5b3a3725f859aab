// Operations on sessions that take more than one C call.

#ifndef LIBSSL_SESSION_NATIVE_CORE_SESSION_H_
#define LIBSSL_SESSION_NATIVE_CORE_SESSION_H_

#include <climits>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <vector>

#include "core/error_queue.h"
#include "loader/libssl.h"

namespace libssl_session {

// Owns memory that libssl allocated for an encoding, and wipes it at the end.
class Encoding {
 public:
  // `encode` is i2d_X509 or another i2d. data() is nullptr if libssl gives no encoding.
  template <typename T>
  Encoding(const Libssl& libssl, int (*encode)(T*, unsigned char**), T* object) : libssl_(libssl) {
    const int size = encode(object, &data_);
    size_ = size > 0 ? static_cast<size_t>(size) : 0;
  }
  ~Encoding() { libssl_.CRYPTO_clear_free(data_, size_, __FILE__, __LINE__); }
  Encoding(const Encoding&) = delete;
  Encoding& operator=(const Encoding&) = delete;

  const unsigned char* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  const Libssl& libssl_;
  unsigned char* data_ = nullptr;
  size_t size_ = 0;
};

// Owns a BIO over memory. When it is freed, libssl wipes the bytes that were written to it.
class MemoryBio {
 public:
  explicit MemoryBio(const Libssl& libssl)
      : libssl_(libssl), bio_(libssl.BIO_new(libssl.BIO_s_mem())) {}
  // Reads `bytes`, which must outlive it.
  MemoryBio(const Libssl& libssl, const uint8_t* bytes, size_t size)
      : libssl_(libssl),
        bio_(size > INT_MAX ? nullptr : libssl.BIO_new_mem_buf(bytes, static_cast<int>(size))) {}
  ~MemoryBio() { libssl_.BIO_free(bio_); }
  MemoryBio(const MemoryBio&) = delete;
  MemoryBio& operator=(const MemoryBio&) = delete;

  // nullptr when out of memory, and for more bytes than a BIO can hold.
  BIO* get() const { return bio_; }

  // What was written so far.
  const char* data(size_t* size) const {
    char* data = nullptr;
    const long length = libssl_.BIO_ctrl(bio_, kBioCtrlInfo, 0, &data);
    *size = length > 0 ? static_cast<size_t>(length) : 0;
    return data;
  }

 private:
  const Libssl& libssl_;
  BIO* bio_;
};

// Whether `write` (PEM, text, key log) has written all of the session. If memory runs out in the
// middle, SSL_SESSION_print of 1.1.1 still returns 1, and only the error queue tells.
template <typename Session>
bool WriteSession(const Libssl& libssl, const MemoryBio& bio, int (*write)(BIO*, Session*),
                  SSL_SESSION* session) {
  return bio.get() != nullptr && write(bio.get(), session) == 1 && !ErrorsPending(libssl);
}

// Prefetches the parts of a session that libssl reads: version, id, mark, references and list. The
// sessions of a large cache are not in the processor's cache.
inline void Prefetch(const SSL_SESSION* session) {
  const char* memory = reinterpret_cast<const char*>(session);
  for (const int offset : {0, 320, 384, 448, 512}) __builtin_prefetch(memory + offset);
}

// d2i_SSL_SESSION into a new object; nullptr on failure. `*used` is how many bytes it took.
SSL_SESSION* SessionFromDer(const Libssl& libssl, const uint8_t* der, size_t size, size_t* used);

// PEM_read_bio_SSL_SESSION; an encrypted PEM is refused instead of asking on the terminal.
SSL_SESSION* SessionFromPem(const Libssl& libssl, const uint8_t* pem, size_t size);

// A copy of the master key, which the destructor wipes.
class MasterKey {
 public:
  MasterKey(const Libssl& libssl, const SSL_SESSION* session);
  ~MasterKey();
  MasterKey(const MasterKey&) = delete;
  MasterKey& operator=(const MasterKey&) = delete;

  const unsigned char* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  const Libssl& libssl_;
  unsigned char data_[256];  // the longest that an SSL_SESSION holds
  size_t size_;
};

// Every cipher suite that this libssl knows, in the order of their 2-byte numbers. Empty when out
// of memory; the next call tries again.
const std::vector<const SSL_CIPHER*>& AllCiphers(const Libssl& libssl);

// The cipher of a 2-byte number; nullptr for one that libssl does not know.
const SSL_CIPHER* FindCipher(const Libssl& libssl, int id);

// Whether a TLS 1.3 ClientHello made at `now` would contain the session's ticket. The ticket must
// not be older than its lifetime hint, and its age in milliseconds must fit into 32 bits. libssl
// counts the same way.
bool TicketIsYoung(const Libssl& libssl, const SSL_SESSION* session, time_t now);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_SESSION_H_
