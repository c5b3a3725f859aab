// What a context proves who it is with, and whom it trusts: certificates, keys, PKCS #12,
// revocation lists; and parameters of Diffie-Hellman.

#include <algorithm>
#include <optional>
#include <string>

#include "addon/entry.h"
#include "core/session.h"

namespace libssl_session {
namespace {

// Also where there is none: libssl would ask on the terminal.
int CopyPassphrase(char* to, int room, int, void* passphrase) {
  if (passphrase == nullptr) return -1;
  const auto& text = *static_cast<const Secret*>(passphrase);
  const size_t size = text.size() - 1;
  if (size > static_cast<size_t>(room)) return -1;
  std::copy_n(text.data(), size, to);
  return static_cast<int>(size);
}

// The argument i, wiped when it goes; nullopt for null.
std::optional<Secret> Passphrase(const Call& call, size_t i) {
  if (call.IsNull(i)) return std::nullopt;
  return call.SecretLatin1(i);
}

template <typename Object>
using ReadPem = Object* (*)(BIO*, Object**, pem_password_cb*, void*);

// Calls take(object) for each of a PEM, the first argument; it returns whether to go on. How many
// it took.
template <typename Object, typename Take>
int Each(const Call& call, ReadPem<Object> read, void (*release)(Object*), Take take) {
  const Libssl& libssl = call.libssl();
  const Bytes bytes = call.ByteView(0);
  const MemoryBio pem(libssl, bytes.data, bytes.size);
  if (pem.get() == nullptr) return 0;
  for (int count = 0;; ++count) {
    Object* object = read(pem.get(), nullptr, CopyPassphrase, nullptr);
    if (object == nullptr) {
      // Behind the last one, libssl finds no more to read; one that is damaged is another error.
      if (count == 0 || !LastErrorIs(libssl, kErrLibPem, kPemNoStartLine)) return 0;
      libssl.ERR_clear_error();
      return count;
    }
    const bool taken = take(object, count);
    release(object);
    if (!taken) return 0;
  }
}

// Also those of `openssl x509 -trustout`, as node:tls.
template <typename Take>
int EachCertificate(const Call& call, Take take) {
  return Each<X509>(call, call.libssl().PEM_read_bio_X509_AUX, call.libssl().X509_free, take);
}

// The certificate and those that lead to its root: how many, or 0.
napi_value UseCertificate(const Call& call) {
  SSL_CTX* context = call.Object<SSL_CTX>(0);
  const Libssl& libssl = call.libssl();
  return call.Number(EachCertificate(call, [&](X509* certificate, int i) {
    if (i == 0) {
      return libssl.SSL_CTX_use_certificate(context, certificate) == 1 &&
             libssl.SSL_CTX_ctrl(context, kCtrlChain, 0, nullptr) == 1;
    }
    return libssl.SSL_CTX_ctrl(context, kCtrlChainCert, 1, certificate) == 1;
  }));
}

napi_value UsePrivateKey(const Call& call) {
  SSL_CTX* context = call.Object<SSL_CTX>(0);
  const Libssl& libssl = call.libssl();
  const Bytes bytes = call.ByteView(0);
  const MemoryBio pem(libssl, bytes.data, bytes.size);
  if (pem.get() == nullptr) return call.Number(0);
  std::optional<Secret> passphrase = Passphrase(call, 1);
  EVP_PKEY* key = libssl.PEM_read_bio_PrivateKey(pem.get(), nullptr, CopyPassphrase,
                                                 passphrase.has_value() ? &*passphrase : nullptr);
  if (key == nullptr) return call.Number(0);
  const int result = libssl.SSL_CTX_use_PrivateKey(context, key);
  libssl.EVP_PKEY_free(key);
  return call.Number(result);
}

// Trusted certificates; with `true` also named to clients as those to have certificates of.
napi_value AddCa(const Call& call) {
  SSL_CTX* context = call.Object<SSL_CTX>(0);
  const Libssl& libssl = call.libssl();
  const bool name = call.Bool(1);
  return call.Number(EachCertificate(call, [&](X509* certificate, int) {
    return libssl.X509_STORE_add_cert(libssl.SSL_CTX_get_cert_store(context), certificate) == 1 &&
           (!name || libssl.SSL_CTX_add_client_CA(context, certificate) == 1);
  }));
}

// usePfx(der, passphrase or null): the certificate, its key, and those that come with it, which are
// also trusted, and with `true` named to clients. 1, or 0 on failure, or -1 where one of the two is
// not in it.
napi_value UsePfx(const Call& call) {
  SSL_CTX* context = call.Object<SSL_CTX>(0);
  const Libssl& libssl = call.libssl();
  const Bytes bytes = call.ByteView(0);
  const MemoryBio der(libssl, bytes.data, bytes.size);
  if (der.get() == nullptr) return call.Number(0);
  const std::optional<Secret> passphrase = Passphrase(call, 1);
  const char* text =
      passphrase.has_value() ? reinterpret_cast<const char*>(passphrase->data()) : nullptr;
  PKCS12* pfx = libssl.d2i_PKCS12_bio(der.get(), nullptr);
  if (pfx == nullptr) return call.Number(0);
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  stack_st_X509* others = nullptr;
  int result = libssl.PKCS12_parse(pfx, text, &key, &certificate, &others);
  libssl.PKCS12_free(pfx);
  auto* stack = reinterpret_cast<OPENSSL_STACK*>(others);
  const int count = stack == nullptr ? 0 : libssl.OPENSSL_sk_num(stack);
  if (result == 1 && (key == nullptr || certificate == nullptr)) result = -1;
  if (result == 1) {
    result = libssl.SSL_CTX_use_certificate(context, certificate) == 1 &&
             libssl.SSL_CTX_use_PrivateKey(context, key) == 1 &&
             libssl.SSL_CTX_ctrl(context, kCtrlChain, 0, nullptr) == 1;
  }
  for (int i = 0; i < count; ++i) {
    auto* other = static_cast<X509*>(libssl.OPENSSL_sk_value(stack, i));
    if (result == 1) {
      result = libssl.SSL_CTX_ctrl(context, kCtrlChainCert, 1, other) == 1 &&
               libssl.X509_STORE_add_cert(libssl.SSL_CTX_get_cert_store(context), other) == 1 &&
               (!call.Bool(2) || libssl.SSL_CTX_add_client_CA(context, other) == 1);
    }
    libssl.X509_free(other);
  }
  libssl.OPENSSL_sk_free(stack);
  libssl.X509_free(certificate);
  libssl.EVP_PKEY_free(key);
  return call.Number(result);
}

// Those of a PEM, and from now on each certificate of a chain needs one. How many; 0 on failure.
napi_value AddCrl(const Call& call) {
  const Libssl& libssl = call.libssl();
  X509_STORE* store = libssl.SSL_CTX_get_cert_store(call.Object<SSL_CTX>(0));
  const auto add = [&](X509_CRL* crl, int) { return libssl.X509_STORE_add_crl(store, crl) == 1; };
  const int count = Each<X509_CRL>(call, libssl.PEM_read_bio_X509_CRL, libssl.X509_CRL_free, add);
  if (count > 0) libssl.X509_STORE_set_flags(store, kCrlCheck | kCrlCheckAll);
  return call.Number(count);
}

// setDhParameters(pem): those of a PEM, or, for null, libssl's own by the size of the key. The
// result of C; -1 where they have fewer than 1024 bits, which node:tls refuses as well.
napi_value SetDhParameters(const Call& call) {
  SSL_CTX* context = call.Object<SSL_CTX>(0);
  const Libssl& libssl = call.libssl();
  if (call.IsNull(0)) {
    return call.Number(static_cast<double>(libssl.SSL_CTX_ctrl(context, kCtrlDhAuto, 1, nullptr)));
  }
  const Bytes bytes = call.ByteView(0);
  const MemoryBio pem(libssl, bytes.data, bytes.size);
  if (pem.get() == nullptr) return call.Number(0);
  DH* parameters = libssl.PEM_read_bio_DHparams(pem.get(), nullptr, CopyPassphrase, nullptr);
  if (parameters == nullptr) return call.Number(0);
  constexpr int kFewestBits = 1024;
  const long result = libssl.DH_bits(parameters) < kFewestBits
                          ? -1
                          : libssl.SSL_CTX_ctrl(context, kCtrlTmpDh, 0, parameters);
  libssl.DH_free(parameters);
  return call.Number(static_cast<double>(result));
}

}  // namespace

std::vector<Function> CredentialFunctions() {
  return {
      {"useCertificate", Entry<UseCertificate, Errors::kPossible>, "SSL_CTX_use_certificate_chain"},
      {"usePrivateKey", Entry<UsePrivateKey, Errors::kPossible>, "SSL_CTX_use_PrivateKey"},
      {"addCa", Entry<AddCa, Errors::kPossible>, "SSL_CTX_load_verify_locations"},
      {"usePfx", Entry<UsePfx, Errors::kPossible>, "PKCS12_parse"},
      {"addCrl", Entry<AddCrl, Errors::kPossible>, "X509_STORE_add_crl"},
      {"setDhParameters", Entry<SetDhParameters, Errors::kPossible>, "SSL_CTX_ctrl"},
  };
}

}  // namespace libssl_session
