// What a context is given beside certificates and keys of PEM: PKCS #12, revocation lists, and
// parameters of Diffie-Hellman.

#include <climits>

#include "addon.h"
#include "session.h"

namespace libssl_session {
namespace {

// libssl would ask on the terminal.
int NoPassphrase(char*, int, int, void*) { return -1; }

// usePfx(der, passphrase or null): the certificate, its key, and those that come with it, which are
// also trusted, and with `true` named to clients. 1, or 0 on failure, or -1 where one of the two is
// not in it.
napi_value UsePfx(const Call& call) {
  SSL_CTX* context = call.Object<SSL_CTX>(0);
  const Libssl& libssl = call.libssl();
  const Bytes der = call.ByteView(0);
  if (der.size > INT_MAX) return call.Number(0);
  const MemoryBio bio(libssl, der.data, der.size);
  if (bio.get() == nullptr) return call.Number(0);
  PKCS12* pfx = libssl.d2i_PKCS12_bio(bio.get(), nullptr);
  if (pfx == nullptr) return call.Number(0);
  std::string passphrase;
  if (!call.IsNull(1)) passphrase = call.Latin1(1);
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  stack_st_X509* others = nullptr;
  int result = libssl.PKCS12_parse(pfx, call.IsNull(1) ? nullptr : passphrase.c_str(), &key,
                                   &certificate, &others);
  explicit_bzero(passphrase.data(), passphrase.size());
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
  SSL_CTX* context = call.Object<SSL_CTX>(0);
  const Libssl& libssl = call.libssl();
  const Bytes pem = call.ByteView(0);
  if (pem.size > INT_MAX) return call.Number(0);
  const MemoryBio bio(libssl, pem.data, pem.size);
  if (bio.get() == nullptr) return call.Number(0);
  X509_STORE* store = libssl.SSL_CTX_get_cert_store(context);
  for (int count = 0;; ++count) {
    X509_CRL* crl = libssl.PEM_read_bio_X509_CRL(bio.get(), nullptr, NoPassphrase, nullptr);
    if (crl == nullptr) {
      if (count == 0 || !LastErrorIs(libssl, kErrLibPem, kPemNoStartLine)) return call.Number(0);
      libssl.ERR_clear_error();
      libssl.X509_STORE_set_flags(store, kCrlCheck | kCrlCheckAll);
      return call.Number(count);
    }
    const int added = libssl.X509_STORE_add_crl(store, crl);
    libssl.X509_CRL_free(crl);
    if (added != 1) return call.Number(0);
  }
}

// setDhParameters(pem): those of a PEM, or, for null, libssl's own by the size of the key. The
// result of C; -1 where they have fewer than 1024 bits, which node:tls refuses as well.
napi_value SetDhParameters(const Call& call) {
  SSL_CTX* context = call.Object<SSL_CTX>(0);
  const Libssl& libssl = call.libssl();
  if (call.IsNull(0)) {
    return call.Number(static_cast<double>(libssl.SSL_CTX_ctrl(context, kCtrlDhAuto, 1, nullptr)));
  }
  const Bytes pem = call.ByteView(0);
  if (pem.size > INT_MAX) return call.Number(0);
  const MemoryBio bio(libssl, pem.data, pem.size);
  if (bio.get() == nullptr) return call.Number(0);
  DH* parameters = libssl.PEM_read_bio_DHparams(bio.get(), nullptr, NoPassphrase, nullptr);
  if (parameters == nullptr) return call.Number(0);
  constexpr int kFewestBits = 1024;
  const long result = libssl.DH_bits(parameters) < kFewestBits
                          ? -1
                          : libssl.SSL_CTX_ctrl(context, kCtrlTmpDh, 0, parameters);
  libssl.DH_free(parameters);
  return call.Number(static_cast<double>(result));
}

napi_value SetSigalgsList(const Call& call) {
  SSL_CTX* context = call.Object<SSL_CTX>(0);
  std::string list = call.Latin1(0);
  return call.NewLong(call.libssl().SSL_CTX_ctrl(context, kCtrlSetSigalgsList, 0, list.data()));
}

}  // namespace

std::vector<Function> CredentialFunctions() {
  return {
      {"usePfx", Entry<UsePfx, Errors::kPossible>},
      {"addCrl", Entry<AddCrl, Errors::kPossible>},
      {"setDhParameters", Entry<SetDhParameters, Errors::kPossible>},
      {"SSL_CTX_set1_sigalgs_list", Entry<SetSigalgsList, Errors::kPossible>},
  };
}

}  // namespace libssl_session
