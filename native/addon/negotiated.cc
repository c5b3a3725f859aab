// What two sides of a handshake told each other and agreed on: what C gives in several results, or
// element by element.

#include <cstdint>
#include <cstring>
#include <vector>

#include "addon/forward.h"
#include "addon/steps.h"

namespace libssl_session {
namespace {

// ---- Ciphers.

napi_value GetBits(const Call& call) {
  int algorithm = 0;
  const int secret =
      call.libssl().SSL_CIPHER_get_bits(ObjectOf<true, const SSL_CIPHER>(call), &algorithm);
  call.environment().registers[1] = algorithm;
  return call.Number(secret);
}

napi_value Describe(const Call& call) {
  char text[256];  // libssl needs 128
  const auto* cipher = ObjectOf<false, const SSL_CIPHER>(call);
  return call.NewText(call.libssl().SSL_CIPHER_description(cipher, text, sizeof text));
}

napi_value SupportedCiphers(const Call& call) {
  const Libssl& libssl = call.libssl();
  auto* stack =
      reinterpret_cast<OPENSSL_STACK*>(libssl.SSL_get1_supported_ciphers(call.Object<SSL>(0)));
  const Owned<OPENSSL_STACK> ciphers(stack, libssl.OPENSSL_sk_free);
  return ToValue(call, reinterpret_cast<const stack_st_SSL_CIPHER*>(ciphers.get()));
}

// Their names, with colons between them, as many as fit into the room; null where there are none.
napi_value SharedCiphers(const Call& call) {
  const SSL* ssl = call.Object<SSL>(0);
  std::vector<char> text(static_cast<size_t>(call.environment().registers[1]));
  const int room = static_cast<int>(text.size());
  return Answer(call, call.libssl().SSL_get_shared_ciphers(ssl, text.data(), room));
}

// ciphersOf(bytes, isv2format): the suites, and those that only signal something, each null where
// the bytes are no list.
napi_value BytesToCiphers(const Call& call) {
  const Libssl& libssl = call.libssl();
  SSL* ssl = call.Object<SSL>(0);
  const Bytes bytes = call.ByteView(0);
  stack_st_SSL_CIPHER* suites = nullptr;
  stack_st_SSL_CIPHER* signals = nullptr;
  libssl.SSL_bytes_to_cipher_list(ssl, bytes.data, bytes.size, call.Int(1), &suites, &signals);
  const auto owned = [&](stack_st_SSL_CIPHER* stack) {
    return Owned<OPENSSL_STACK>(reinterpret_cast<OPENSSL_STACK*>(stack), libssl.OPENSSL_sk_free);
  };
  const auto owned_suites = owned(suites);
  const auto owned_signals = owned(signals);
  return call.NewArray({ToValue(call, suites), ToValue(call, signals)});
}

// A number and a name for each method of compression; null without compression.
napi_value CompressionMethods(const Call& call) {
  const Libssl& libssl = call.libssl();
  const auto* methods =
      reinterpret_cast<const OPENSSL_STACK*>(libssl.SSL_COMP_get_compression_methods());
  if (methods == nullptr) return call.Null();
  std::vector<napi_value> values;
  for (int i = 0; i < libssl.OPENSSL_sk_num(methods); ++i) {
    const auto* method = static_cast<const SSL_COMP*>(libssl.OPENSSL_sk_value(methods, i));
    values.push_back(call.NewNumber(libssl.SSL_COMP_get_id(method)));
    values.push_back(call.NewText(libssl.SSL_COMP_get0_name(method)));
  }
  return call.NewArray(values);
}

// ---- Signatures and groups.

// Five numbers for each algorithm: the NIDs of its key, of its hash and of both, and the two bytes
// that the handshake has.
template <auto get>
napi_value SignatureAlgorithms(const Call& call) {
  SSL* ssl = call.Object<SSL>(0);
  const auto function = call.libssl().*get;
  const int count = function(ssl, 0, nullptr, nullptr, nullptr, nullptr, nullptr);
  std::vector<napi_value> numbers;
  for (int i = 0; i < count; ++i) {
    int sign = 0;
    int hash = 0;
    int both = 0;
    unsigned char raw_sign = 0;
    unsigned char raw_hash = 0;
    function(ssl, i, &sign, &hash, &both, &raw_sign, &raw_hash);
    for (const int number : {sign, hash, both, int{raw_sign}, int{raw_hash}}) {
      numbers.push_back(call.NewNumber(number));
    }
  }
  return call.NewArray(numbers);
}

// Below -1, libssl looks at the cipher suite without asking whether there is one.
napi_value SharedGroup(const Call& call) {
  SSL* ssl = call.Object<SSL>(0);
  const long n = call.Long(0);
  const bool asks = n >= -1 && n <= INT16_MAX;
  return call.Number(
      asks ? static_cast<double>(call.libssl().SSL_ctrl(ssl, kCtrlGetSharedGroup, n, nullptr)) : 0);
}

napi_value PeerGroups(const Call& call) {
  SSL* ssl = call.Object<SSL>(0);
  const Libssl& libssl = call.libssl();
  const long count = libssl.SSL_ctrl(ssl, kCtrlGetGroups, 0, nullptr);
  std::vector<int> groups(count > 0 ? static_cast<size_t>(count) : 0);
  if (!groups.empty()) libssl.SSL_ctrl(ssl, kCtrlGetGroups, 0, groups.data());
  std::vector<napi_value> values;
  for (const int group : groups) values.push_back(call.NewNumber(group));
  return call.NewArray(values);
}

// The short name of its kind, or of its curve, with its bits in register 1; null where there is
// none.
template <int command>
napi_value TemporaryKey(const Call& call) {
  const Libssl& libssl = call.libssl();
  EVP_PKEY* key = nullptr;
  if (libssl.SSL_ctrl(Usable(call, 0)->ssl, command, 0, &key) != 1) return call.Null();
  int kind = libssl.EVP_PKEY_base_id(key);
  call.environment().registers[0] = kind;
  call.environment().registers[1] = libssl.EVP_PKEY_bits(key);
  if (kind == kPkeyEc) {
    kind =
        libssl.EC_GROUP_get_curve_name(libssl.EC_KEY_get0_group(libssl.EVP_PKEY_get0_EC_KEY(key)));
  }
  libssl.EVP_PKEY_free(key);
  return Answer(call, libssl.OBJ_nid2sn(kind));
}

// ---- Bytes.

// A macro that writes out where bytes are, and gives their number; null where there are none.
template <int command>
napi_value BytesOf(const Call& call) {
  const unsigned char* bytes = nullptr;
  const long size = call.libssl().SSL_ctrl(call.Object<SSL>(0), command, 0, &bytes);
  if (bytes == nullptr || size <= 0) return call.Null();
  return call.NewBuffer(bytes, static_cast<size_t>(size));
}

// libssl takes the memory, which must be of its own allocator.
napi_value SetOcspResponse(const Call& call) {
  SSL* ssl = call.Object<SSL>(0);
  const Libssl& libssl = call.libssl();
  const Bytes bytes = call.IsNull(0) ? Bytes{nullptr, 0} : call.ByteView(0);
  void* copy = nullptr;
  if (bytes.size > 0) {
    copy = libssl.CRYPTO_malloc(bytes.size, __FILE__, __LINE__);
    if (copy == nullptr) return call.Number(0);
    std::memcpy(copy, bytes.data, bytes.size);
  }
  const long size = static_cast<long>(bytes.size);
  return call.NewLong(libssl.SSL_ctrl(ssl, kCtrlSetOcspResponse, size, copy));
}

napi_value ServernameType(const Call& call) {
  return call.Number(call.libssl().SSL_get_servername_type(Usable(call, 0)->ssl));
}

// ---- A ClientHello that waits.

// Their numbers; null while none waits.
napi_value HelloExtensions(const Call& call) {
  const Libssl& libssl = call.libssl();
  int* types = nullptr;
  size_t count = 0;
  if (libssl.SSL_client_hello_get1_extensions_present(call.Object<SSL>(0), &types, &count) != 1) {
    return call.Null();
  }
  const Owned<int> owned(types,
                         [](int* all) { CallbackLibssl().CRYPTO_free(all, __FILE__, __LINE__); });
  std::vector<napi_value> values;
  for (size_t i = 0; i < count; ++i) values.push_back(call.NewNumber(types[i]));
  return call.NewArray(values);
}

napi_value HelloExtension(const Call& call) {
  const unsigned char* bytes = nullptr;
  size_t size = 0;
  const auto type = static_cast<unsigned int>(call.environment().registers[1]);
  SSL* ssl = call.Object<SSL>(0);
  if (call.libssl().SSL_client_hello_get0_ext(ssl, type, &bytes, &size) != 1) return call.Null();
  return call.NewBuffer(bytes, size);
}

// selectProtocol(server's, client's): the result in register 0, and the protocol.
napi_value SelectProtocol(const Call& call) {
  const Bytes server = call.ByteView(0);
  const Bytes client = call.ByteView(1);
  unsigned char* selected = nullptr;
  unsigned char size = 0;
  call.Number(call.libssl().SSL_select_next_proto(&selected, &size, server.data, SizeOf(server),
                                                  client.data, SizeOf(client)));
  return call.NewBuffer(selected, size);
}

}  // namespace

std::vector<Function> NegotiatedFunctions() {
  constexpr Errors kNever = Errors::kNever;
  constexpr Errors kPossible = Errors::kPossible;
  return {
      {"SSL_CIPHER_get_bits", Entry<GetBits, kNever>},
      {"SSL_CIPHER_description", Entry<Describe, kNever>},
      {"SSL_get1_supported_ciphers", Entry<SupportedCiphers, kPossible>},
      {"SSL_get_shared_ciphers", Entry<SharedCiphers, kNever>},
      {"SSL_bytes_to_cipher_list", Entry<BytesToCiphers, kPossible>},
      {"SSL_COMP_get_compression_methods", Entry<CompressionMethods, kPossible>},
      {"SSL_get_sigalgs", Entry<SignatureAlgorithms<&Libssl::SSL_get_sigalgs>, kNever>},
      {"SSL_get_shared_sigalgs",
       Entry<SignatureAlgorithms<&Libssl::SSL_get_shared_sigalgs>, kNever>},
      {"SSL_get_shared_group", Entry<SharedGroup, kNever>},
      {"SSL_get1_groups", Entry<PeerGroups, kNever>},
      {"SSL_get_peer_tmp_key", Entry<TemporaryKey<kCtrlGetPeerTmpKey>, kPossible>},
      {"SSL_get_tmp_key", Entry<TemporaryKey<kCtrlGetTmpKey>, kPossible>},
      {"SSL_get0_certificate_types", Entry<BytesOf<kCtrlGetClientCertTypes>, kNever>},
      {"SSL_get0_raw_cipherlist", Entry<BytesOf<kCtrlGetRawCipherlist>, kNever>},
      {"SSL_get0_ec_point_formats", Entry<BytesOf<kCtrlGetEcPointFormats>, kNever>},
      {"SSL_get_tlsext_status_ocsp_resp", Entry<BytesOf<kCtrlGetOcspResponse>, kNever>},
      {"SSL_set_tlsext_status_ocsp_resp", Entry<SetOcspResponse, kPossible>},
      {"SSL_get_servername_type", Entry<ServernameType, kNever>},
      {"SSL_client_hello_get1_extensions_present", Entry<HelloExtensions, kPossible>},
      {"SSL_select_next_proto", Entry<SelectProtocol, kNever>},
      {"SSL_client_hello_get0_ext", Entry<HelloExtension, kNever>},
  };
}

}  // namespace libssl_session
