#include "core/session.h"

#include <mutex>

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

MasterKey::MasterKey(const Libssl& libssl, const SSL_SESSION* session)
    : libssl_(libssl), size_(libssl.SSL_SESSION_get_master_key(session, data_, sizeof data_)) {}

MasterKey::~MasterKey() { libssl_.OPENSSL_cleanse(data_, sizeof data_); }

const std::vector<const SSL_CIPHER*>& AllCiphers(const Libssl& libssl) {
  static std::mutex mutex;
  static auto* const ciphers = new std::vector<const SSL_CIPHER*>;  // for the life of the process
  const std::lock_guard<std::mutex> lock(mutex);
  if (!ciphers->empty()) return *ciphers;
  SSL_CTX* context = libssl.SSL_CTX_new(libssl.TLS_method());
  SSL* ssl = context == nullptr ? nullptr : libssl.SSL_new(context);
  for (int id = 0; ssl != nullptr && id <= 0xffff; ++id) {
    const unsigned char bytes[2] = {static_cast<unsigned char>(id >> 8),
                                    static_cast<unsigned char>(id & 0xff)};
    const SSL_CIPHER* cipher = libssl.SSL_CIPHER_find(ssl, bytes);
    if (cipher != nullptr) ciphers->push_back(cipher);
  }
  libssl.SSL_free(ssl);
  libssl.SSL_CTX_free(context);
  return *ciphers;
}

const SSL_CIPHER* FindCipher(const Libssl& libssl, int id) {
  for (const SSL_CIPHER* cipher : AllCiphers(libssl)) {
    if (libssl.SSL_CIPHER_get_protocol_id(cipher) == id) return cipher;
  }
  return nullptr;
}

bool TicketIsYoung(const Libssl& libssl, const SSL_SESSION* session, time_t now) {
  auto age = static_cast<uint32_t>(now - libssl.SSL_SESSION_get_time(session));
  if (age > 0) --age;
  return libssl.SSL_SESSION_get_ticket_lifetime_hint(session) >= age && age <= UINT32_MAX / 1000;
}

}  // namespace libssl_session
