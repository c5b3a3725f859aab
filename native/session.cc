#include "session.h"

namespace libssl_session {

SSL_SESSION* SessionFromDer(const Libssl& libssl, const uint8_t* der, size_t size, size_t* used) {
  const unsigned char* at = der;
  SSL_SESSION* session = libssl.d2i_SSL_SESSION(nullptr, &at, static_cast<long>(size));
  *used = session == nullptr ? 0 : static_cast<size_t>(at - der);
  return session;
}

SSL_SESSION* SessionFromPem(const Libssl& libssl, const uint8_t* pem, size_t size) {
  const auto no_password = [](char*, int, int, void*) { return -1; };
  const MemoryBio bio(libssl, pem, size);
  if (bio.get() == nullptr) return nullptr;
  return libssl.PEM_read_bio_SSL_SESSION(bio.get(), nullptr, no_password, nullptr);
}

}  // namespace libssl_session
